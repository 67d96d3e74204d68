"""The till as text: what it draws, and what a typed line asks for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from terminal.commands import parse_command
from terminal.text_commands import NotUnderstoodError, cents_of, read_typed
from terminal.text_screen import (
    HEIGHT,
    WIDTH,
    TextState,
    act_rows,
    line_rows,
    screen,
    verdict_line,
)
from terminal.twin import BASE_STATUS, BASE_VERDICT, UNKNOWN_BADGE
from terminal.twin_school import TILL
from terminal.web.catalogue import LANGUAGES, words

BRUSSELS = ZoneInfo("Europe/Brussels")
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
    assert {words(language)[f"text.help_{number}"] for number in (1, 2, 3)} < set(lines)


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
        ("t 20,00", {"command": "top_up", "customer": {"tap": "t1"}, "amount_cents": 2000}),
        ("t 5 from home", {"command": "top_up", "amount_cents": 500, "why": "from home"}),
        (
            "b 1-42 1,3x2 too cold",
            {
                "command": "refund",
                "document": "1-42",
                "backs": [{"place": 0, "quantity": 1}, {"place": 2, "quantity": 2}],
                "why": "too cold",
            },
        ),
        ("b #17 all broken", {"command": "refund", "document": "#17", "backs": []}),
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


def act(number: int, **changes: object) -> dict[str, object]:
    return {
        "reference": f"1-{number}",
        "at": "2026-11-24T10:50:00Z",
        "label": "Soupe du jour, avec un nom qui ne finit pas",
        "name": "Maximilien-Alexandre de B.",
        "total_cents": 450,
        "state": "part_refunded",
        "lines": [],
        **changes,
    }


def test_acts_are_listed_and_their_lines_numbered() -> None:
    assert read_typed("l", state(), STAFF).path == "/v1/documents?limit=8"
    assert read_typed("l #17", state(), STAFF).path == "/v1/documents/%2317"
    for language in LANGUAGES:
        rows = act_rows([act(4711)] * 9, words(language), BRUSSELS)
        assert len(rows) == 8
        lines = screen(state(rows=rows), words(language), NOON)
        assert all(len(line) <= WIDTH for line in lines)
        assert any("1-4711 11:50 Soupe du jour" in line and "4,50" in line for line in lines)
    line = {"place": 0, "quantity": 2, "label": "Soupe", "unit_cents": 100, "refunded": 1}
    many = act(1, lines=[line | {"place": place} for place in range(10)])
    rows = line_rows(many, words("fr"))
    assert rows[9].startswith("10 2 x Soupe")
    assert "(1" in rows[0]
    assert sum("Soupe" in one for one in screen(state(rows=rows), words("fr"), NOON)) == 8
    assert line_rows(act(1, label="+"), words("fr")) == ["1-1 + 4,50"]


def test_who_signs_in_is_asked_for_the_pin() -> None:
    typed = read_typed("in 1", state(), STAFF)
    assert typed.staff == "fatima"
    assert "pin" not in typed.body


@pytest.mark.parametrize("line", ["b 1-42", "b 1-42 too cold", "b 1-42 0 why", "b 1-42 1, why"])
def test_nothing_comes_back_that_was_not_named(line: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_typed(line, state(), STAFF)


@pytest.mark.parametrize(
    "line",
    [
        "dance",
        "99",
        "0",
        "1 x",
        "cash",
        "v",
        "p 1 x",
        "in 9",
        "in 0",
        "open x",
        "y",
        "-1",
        "t",
        "t x",
    ],
)
def test_what_is_no_command_is_not_understood(line: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_typed(line, state(), STAFF)


def test_nothing_is_sold_to_nobody() -> None:
    with pytest.raises(NotUnderstoodError, match="no_badge"):
        read_typed("1", state(verdict=None), STAFF)
    with pytest.raises(NotUnderstoodError, match="no_badge"):
        read_typed("t 20", state(verdict=None), STAFF)
    assert read_typed("cash 1", state(verdict=None), STAFF).body["customer"] == {}


def test_amounts_are_read_as_people_write_them() -> None:
    assert [cents_of(text) for text in ("12", "12,50", "0.05")] == [1200, 1250, 5]
    for text in ("", "1,5", "-1", "1,234", "1e3"):
        with pytest.raises(ValueError, match=text or "$"):
            cents_of(text)
