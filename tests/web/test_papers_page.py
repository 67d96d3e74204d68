"""Papers on the screens: a question that only a person can answer, and the receipt once more."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from web_rig import Visitor, unix_ask

from terminal.twin import TwinTerminal
from terminal.web.server import WebServer

QUESTIONS = [
    {
        "job": f"job-{number}",
        "kind": "receipt",
        "receipt": number,
        "event": f"1-{number + 30}",
        "at": "2026-11-24T10:50:00Z",
    }
    for number in (12, 13)
]
ASKED = {"printer": {"state": "ready", "detail": "", "waiting": 0, "questions": QUESTIONS}}


def test_the_command_line_has_a_receipt_printed_again(
    server: WebServer, socket_path: Path, terminal: TwinTerminal
) -> None:
    reply = unix_ask(socket_path, "POST", "/v1/reprint", {"event": "1-42"})
    assert (reply.status, reply.json["duplicate"]) == (200, 1)
    assert unix_ask(socket_path, "POST", "/v1/reprint", {}).status == 200
    assert terminal.reprints == ["1-42", "last"]
    unkept = unix_ask(socket_path, "POST", "/v1/reprint", {"event": "1-404"})
    assert (unkept.status, unkept.json["detail"]) == (404, "no receipt of 1-404 is kept here")


@pytest.mark.parametrize("event", ["", 42, None, "x" * 65, "1-42\n"], ids=repr)
def test_a_reprint_of_nothing_is_refused(
    server: WebServer, socket_path: Path, terminal: TwinTerminal, event: object
) -> None:
    reply = unix_ask(socket_path, "POST", "/v1/reprint", {"event": event})
    assert reply.status == 400
    assert terminal.reprints == []


def test_the_command_line_answers_for_a_paper(
    server: WebServer, socket_path: Path, terminal: TwinTerminal
) -> None:
    terminal.publish_status(ASKED)
    reply = unix_ask(socket_path, "POST", "/v1/papers/job-12", {"came_out": True})
    assert (reply.status, reply.json["state"]) == (200, "done")
    assert unix_ask(socket_path, "POST", "/v1/papers/job-12", {"came_out": True}).status == 404
    for body in ({}, {"came_out": 1}, {"came_out": "yes"}):
        assert unix_ask(socket_path, "POST", "/v1/papers/job-13", body).status == 400
    assert terminal.answers == {"job-12": True}


def test_a_page_without_its_word_commands_no_paper(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    terminal.publish_status(ASKED)
    for path, body in (("/v1/reprint", "{}"), ("/v1/papers/job-12", '{"came_out": true}')):
        foreign = visitor.ask("POST", path, body=body, headers={"Origin": "http://x"}, own=False)
        assert foreign.status in (401, 403)
    assert (terminal.reprints, terminal.answers) == ([], {})


@pytest.mark.browser
def test_a_paper_of_which_nobody_knows_is_asked_about_on_the_page(
    till: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_status(ASKED)
    question = till.locator(".question")
    question.get_by_text("Le ticket n° 12 de 11:50 est-il sorti ?").wait_for()
    expect(question).to_contain_text("et 1 de plus")
    question.get_by_role("button", name="Oui").click()
    question.get_by_text("Le ticket n° 13 de 11:50 est-il sorti ?").wait_for()
    question.get_by_role("button", name="Non, réimprimer").click()
    question.wait_for(state="detached")
    assert terminal.answers == {"job-12": True, "job-13": False}


@pytest.mark.browser
def test_the_last_receipt_is_printed_again_with_one_touch(
    till: Page, terminal: TwinTerminal
) -> None:
    till.get_by_role("button", name="Réimprimer le dernier ticket").click()
    till.get_by_text("Duplicata 1 du ticket 12").wait_for()
    assert terminal.reprints == ["last"]


@pytest.mark.browser
def test_a_reprint_that_is_refused_says_why(till: Page, terminal: TwinTerminal) -> None:
    terminal.is_busy = True
    till.get_by_role("button", name="Réimprimer le dernier ticket").click()
    till.get_by_text("Pas possible : the terminal did not answer in time").wait_for()
