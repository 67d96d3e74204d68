"""Photos on the till's page: staff who are signed in see them, and nobody else does."""

import json

import pytest
from playwright.sync_api import Page, expect
from web_rig import Visitor, next_event, sign_in, stream_of

from central.portraits import portrait
from core.photos import photo_digest
from terminal.commands import SignIn
from terminal.twin import TwinTerminal

FACE = portrait("lea", seed=1)
DIGEST = photo_digest(FACE)


@pytest.fixture
def terminal(terminal: TwinTerminal) -> TwinTerminal:
    terminal.photos[DIGEST] = FACE
    return terminal


def enter(terminal: TwinTerminal) -> None:
    terminal.counter.do(SignIn(id="in", staff="fatima", pin="246810"))


@pytest.mark.browser
def test_the_card_shows_a_photo_and_initials_without_one(
    till: Page, terminal: TwinTerminal
) -> None:
    sign_in(till)
    terminal.publish_verdict({"photo": DIGEST})
    shown = till.locator(".photo img")
    expect(shown).to_be_visible()
    assert shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == 192
    assert "lea" not in shown.get_attribute("src").lower()
    terminal.publish_verdict({"photo": None, "name": "Noé D."})
    expect(till.locator(".photo")).to_have_text("ND")
    expect(shown).to_have_count(0)


@pytest.mark.browser
def test_a_photo_that_cannot_be_had_leaves_the_initials(till: Page, terminal: TwinTerminal) -> None:
    sign_in(till)
    terminal.is_busy = True
    till.route("**/v1/photos/*", lambda route: route.abort())
    terminal.publish_verdict({"photo": DIGEST})
    expect(till.locator(".photo img")).to_have_count(0)
    expect(till.locator(".photo")).to_have_text("LV")


def test_a_photo_is_given_to_who_is_signed_in_and_kept_nowhere(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    assert visitor.get(f"/v1/photos/{DIGEST}").status == 403
    enter(terminal)
    reply = visitor.get(f"/v1/photos/{DIGEST}")
    assert (reply.status, reply.body) == (200, FACE)
    assert reply.headers["content-type"] == "image/jpeg"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_stranger_gets_none(stranger: Visitor, terminal: TwinTerminal) -> None:
    enter(terminal)
    assert stranger.get(f"/v1/photos/{DIGEST}").status == 401


@pytest.mark.parametrize(
    "wanted", ["..%2f..%2fjournal.db", "%2e%2e", "A" * 64, "0" * 63, "0" * 64, "lea"]
)
def test_what_is_no_photo_is_not_found(
    visitor: Visitor, terminal: TwinTerminal, wanted: str
) -> None:
    enter(terminal)
    assert visitor.get(f"/v1/photos/{wanted}").status == 404


def test_the_pupils_screen_hears_of_no_photo(visitor: Visitor, terminal: TwinTerminal) -> None:
    terminal.publish_verdict({"photo": DIGEST})
    with stream_of(visitor, "/pupil/events") as line:
        assert DIGEST not in json.dumps(next_event(line))
        terminal.publish_verdict({"photo": DIGEST})
        assert DIGEST not in json.dumps(next_event(line))
