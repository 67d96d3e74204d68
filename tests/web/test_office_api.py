"""The bursar's questions at the terminal's door: a session, its word, a right, and a whole body."""

import pytest
from web_rig import Visitor

from terminal.commands import SignIn
from terminal.twin import TwinTerminal

QUESTIONS = {
    "access": {"pupil": "lea"},
    "cases": {},
    "resolutions": {"case": "e-1", "how": "accepted", "note": "seen"},
    "accounts": {"pupil": "lea", "since": "2026-11-01", "until": "2026-11-24"},
}


def sign_in(terminal: TwinTerminal, staff: str, pin: str) -> None:
    terminal.do(SignIn(id=f"in-{staff}", staff=staff, pin=pin))


@pytest.mark.parametrize("what", QUESTIONS)
def test_without_a_session_or_its_word_nothing_is_asked(
    stranger: Visitor, visitor: Visitor, terminal: TwinTerminal, what: str
) -> None:
    sign_in(terminal, "fatima", "246810")
    body = {"command": "c-1", **QUESTIONS[what]}
    assert stranger.post(f"/v1/office/{what}", body).status == 401
    misled = Visitor(visitor.netloc, visitor.cookie, "another word")
    assert misled.post(f"/v1/office/{what}", body).status == 403
    assert terminal.office.asked == []


@pytest.mark.parametrize("what", QUESTIONS)
def test_another_role_is_refused_and_nobody_as_well(
    visitor: Visitor, terminal: TwinTerminal, what: str
) -> None:
    body = {"command": "c-1", **QUESTIONS[what]}
    assert visitor.post(f"/v1/office/{what}", body).status == 403
    sign_in(terminal, "marc", "135791")
    assert visitor.post(f"/v1/office/{what}", body).status == 403
    assert visitor.get("/v1/office/pupils/lea").status == 403
    sign_in(terminal, "fatima", "246810")
    assert terminal.office.asked == []
    answer = visitor.post(f"/v1/office/{what}", body)
    assert (answer.status, answer.json["state"]) == (200, "unreachable")


def test_a_card_is_of_somebody_known(visitor: Visitor, terminal: TwinTerminal) -> None:
    assert visitor.get("/v1/office/pupils/lea").status == 403
    sign_in(terminal, "fatima", "246810")
    card = visitor.get("/v1/office/pupils/lea")
    assert (card.status, card.json["reserve_cents"]) == (200, 1500)
    assert visitor.get("/v1/office/pupils/nobody").status == 404


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("access", {"pupil": ""}),
        ("access", {"account": 7}),
        ("cases", {"command": ""}),
        ("resolutions", {"note": "x" * 121}),
        ("resolutions", {"case": ""}),
        ("accounts", {"since": "yesterday"}),
        ("accounts", {"misspelt": True}),
    ],
)
def test_what_is_no_question_is_told_where(
    visitor: Visitor, terminal: TwinTerminal, what: str, changes: dict[str, object]
) -> None:
    sign_in(terminal, "fatima", "246810")
    answer = visitor.post(f"/v1/office/{what}", {"command": "c-1", **QUESTIONS[what], **changes})
    assert answer.status == 400
    assert "this cannot be read" in answer.json["detail"]
    assert terminal.office.asked == []
