"""The till as text: what it draws, and what a typed line asks for."""

from datetime import UTC, datetime

import pytest

from terminal.commands import parse_command
from terminal.text_commands import NotUnderstoodError, cents_of, read_typed
from terminal.text_screen import HEIGHT, WIDTH, TextState, screen, verdict_line
from terminal.twin import BASE_STATUS, BASE_VERDICT, UNKNOWN_BADGE
from terminal.twin_school import TILL
from terminal.web.catalogue import LANGUAGES, words

NOON = datetime(2026, 11, 24, 10, 52, tzinfo=UTC)
ALLERGY = {"tone": "attention", "allergens": ["peanuts"], "conflicts": ["peanuts"], "tap": "t1"}
STAFF = TILL["staff"]


def state(**changes: object) -> TextState:
    products = [product for product in TILL["products"] if product["category"] != "meal"]
    verdict = {**BASE_VERDICT, "tap": "t1"}
    return TextState(
        **({"status": BASE_STATUS, "verdict": verdict, "products": products} | changes)
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "verdict", [None, BASE_VERDICT, {**BASE_VERDICT, **ALLERGY}, {**BASE_VERDICT, **UNKNOWN_BADGE}]
)
def test_it_fits_a_terminal_of_80_by_24(language: str, verdict: dict[str, object] | None) -> None:
    taps = [{"tone": "ok", "name": "Maximilien-Alexandre de B."}] * 8
    lines = screen(state(verdict=verdict, taps=taps), words(language), NOON)
    assert len(lines) == HEIGHT - 1
    assert all(len(line) <= WIDTH for line in lines)
    assert {words(language)["text.help_1"], words(language)["text.help_2"]} < set(lines)


def test_a_verdict_is_told_by_a_sign_and_words() -> None:
    lines = "\n".join(screen(state(), words("fr"), NOON))
    for part in ("+++ REPAS RÉSERVÉ +++", "Léa V.", "23,40", "11:52", "Lecteur ok"):
        assert part in lines
    lines = "\n".join(screen(state(verdict={**BASE_VERDICT, **ALLERGY}), words("fr"), NOON))
    assert "!!! Allergie" in lines
    assert "arachides" in lines
    line = verdict_line({**BASE_VERDICT, **UNKNOWN_BADGE}, words("nl"))
    assert line.startswith("[?] | ONBEKENDE BADGE")


def test_a_terminal_that_is_gone_is_told() -> None:
    assert words("en")["gone.title"] in screen(state(status={}), words("en"), NOON)[0]


def test_trouble_and_questions_are_named() -> None:
    printer = {"state": "paper_end", "questions": []}
    status = {**BASE_STATUS, "printer": printer, "is_online": False}
    lines = "\n".join(screen(state(status=status), words("fr"), NOON))
    for part in ("PAPIER ÉPUISÉ", "HORS LIGNE", "200,00"):
        assert part in lines
    asked = [{"job": "j", "receipt": 12, "event": "1-3", "at": "2026-11-24T10:50:00Z"}]
    status = {**BASE_STATUS, "printer": {"state": "ready", "questions": asked}}
    assert "12 de 11:50" in "\n".join(screen(state(status=status), words("fr"), NOON))


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("1 1 2", {"command": "sell", "tender": "wallet"}),
        ("cash 3", {"command": "sell", "tender": "cash"}),
        ("serve", {"command": "serve", "accepts": True}),
        ("u", {"command": "undo"}),
        ("v 1-42 wrong dish", {"command": "void", "document": "1-42", "why": "wrong dish"}),
        ("out", {"command": "sign_out"}),
        ("open 50,00", {"command": "open_shift", "cash_cents": 5000}),
        ("x", {"command": "print_x"}),
        ("z", {"command": "close_period", "counted_cents": None}),
        ("z 123.45", {"command": "close_period", "counted_cents": 12345}),
        ("day 2026-11-24", {"command": "confirm_day", "day": "2026-11-24"}),
    ],
)
def test_a_typed_line_is_a_command_of_the_till(line: str, command: dict[str, object]) -> None:
    import json

    typed = read_typed(line, state(), STAFF)
    assert typed.path == "/v1/commands"
    assert command.items() <= typed.body.items()
    parse_command(json.dumps({**typed.body, "id": "1"}).encode())


def test_a_found_pupil_is_served_by_number() -> None:
    found = [{"id": "lea", "name": "Léa V.", "class_name": "3B"}]
    typed = read_typed("p 1 forgotten", state(found=found), STAFF)
    assert typed.body == {"command": "serve", "customer": {"pupil": "lea"}, "why": "forgotten"}
    assert "Léa V. 3B" in "\n".join(screen(state(found=found), words("fr"), NOON))
    assert read_typed("f lea 3b", state(), STAFF).path == "/v1/pupils?q=lea 3b"


def test_who_signs_in_is_asked_for_the_pin() -> None:
    typed = read_typed("in 1", state(), STAFF)
    assert typed.staff == "fatima"
    assert "pin" not in typed.body


@pytest.mark.parametrize(
    "line", ["dance", "99", "0", "1 x", "cash", "v", "p 1 x", "in 9", "in 0", "open x", "y", "-1"]
)
def test_what_is_no_command_is_not_understood(line: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_typed(line, state(), STAFF)


def test_nothing_is_sold_to_nobody() -> None:
    with pytest.raises(NotUnderstoodError, match="no_badge"):
        read_typed("1", state(verdict=None), STAFF)
    assert read_typed("cash 1", state(verdict=None), STAFF).body["customer"] == {}


def test_amounts_are_read_as_people_write_them() -> None:
    assert [cents_of(text) for text in ("12", "12,50", "0.05")] == [1200, 1250, 5]
    for text in ("", "1,5", "-1", "1,234", "1e3"):
        with pytest.raises(ValueError, match=text or "$"):
            cents_of(text)
