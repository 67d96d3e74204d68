"""Server-sent events, read as they go over the line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from web_rig import Visitor, next_event, stream_of, until

from terminal.board import RING_NOTES_MAX, Board
from terminal.twin import TwinTerminal
from terminal.web.server import WebServer


@contextmanager
def listening(
    visitor: Visitor, last_id: str | None = None, *, passes_beats: bool = True
) -> Iterator[Callable[[], dict[str, Any]]]:
    with stream_of(visitor, "/events", last_id=last_id) as line:
        yield lambda: next_event(line, passes_beats=passes_beats)


def test_a_page_that_is_loaded_gets_the_whole_state(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict({"name": "Noé D."})
    with listening(visitor) as next_one:
        first = next_one()
    assert first["event"] == "snapshot"
    assert first["id"] == "boot1-2"
    assert first["data"]["verdict"]["name"] == "Noé D."
    assert first["data"]["status"]["served"] == 142
    assert len(first["data"]["last_taps"]) == 1


def test_what_is_published_comes_at_once_in_order(visitor: Visitor, terminal: TwinTerminal) -> None:
    with listening(visitor) as next_one:
        next_one()
        for number in range(5):
            terminal.publish_verdict({"name": f"Élève {number}"})
        events = [next_one() for _ in range(5)]
    assert [event["id"] for event in events] == [f"boot1-{n}" for n in range(2, 7)]
    assert [event["data"]["name"] for event in events] == [f"Élève {n}" for n in range(5)]


def test_a_page_that_comes_back_gets_just_what_it_missed(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict({"name": "seen"})
    terminal.publish_verdict({"name": "missed"})
    with listening(visitor, last_id="boot1-2") as next_one:
        event = next_one()
    assert (event["event"], event["id"]) == ("verdict", "boot1-3")
    assert event["data"]["name"] == "missed"


@pytest.mark.parametrize("last_id", ["boot0-1", "boot1-999", "boot1-x", "nonsense", ""])
def test_a_page_of_another_life_gets_the_whole_state(visitor: Visitor, last_id: str | None) -> None:
    with listening(visitor, last_id=last_id) as next_one:
        assert next_one()["event"] == "snapshot"


def test_a_page_that_was_away_too_long_gets_the_whole_state(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    for _ in range(RING_NOTES_MAX + 5):
        terminal.publish_verdict({})
    with listening(visitor, last_id="boot1-2") as next_one:
        assert next_one()["event"] == "snapshot"


def test_silence_is_filled_with_heartbeats_that_keep_the_place(visitor: Visitor) -> None:
    with listening(visitor, passes_beats=False) as next_one:
        heard = [next_one() for _ in range(3)]
    assert [event["event"] for event in heard] == ["beat", "snapshot", "beat"]
    assert "id" not in heard[2]


def test_whatever_is_sent_begins_with_the_daemons_time(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    terminal.counter.now = datetime(2001, 9, 9, 1, 46, 40, 7000, tzinfo=UTC)
    with listening(visitor, passes_beats=False) as next_one:
        first = next_one()
        next_one()
        terminal.counter.now += timedelta(hours=2)
        terminal.publish_verdict({})
        told = {event["event"]: event for event in (next_one() for _ in range(2))}
    assert first["data"] == {"now_ms": 1_000_000_000_007}
    assert told["beat"]["data"] == {"now_ms": 1_000_007_200_007}
    assert "verdict" in told


def test_a_line_break_in_a_name_stays_inside_its_event(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    with listening(visitor) as next_one:
        next_one()
        terminal.publish_verdict({"name": "A\n\nevent: verdict\ndata: {}\r\n\u2028B"})
        assert next_one()["data"]["name"] == "A\n\nevent: verdict\ndata: {}\r\n\u2028B"


def test_a_screen_that_goes_is_forgotten(visitor: Visitor, server: WebServer, board: Board) -> None:
    assert board._listeners
    bells = len(board._listeners)
    for _ in range(3):
        with listening(visitor) as next_one:
            next_one()
    server.stop()
    until(lambda: len(board._listeners) == bells - 1)
