"""What a terminal tells of itself: written, read, sent by a real uplink, shown at the centre."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages_rig import text_of

from central.terminal_health import note_health, read_healths
from central.terminals import find_terminal
from core.health import ToldHealth, health_text, read_health
from sync.channel import Channel
from terminal.board import Board
from terminal.told_health import told_health

AT = datetime(2026, 11, 24, 11, 1, tzinfo=UTC)
FULL = ToldHealth("0.1.0", 12, AT, ("printer.paper_end", "disk.low"))


def test_what_is_told_is_read():
    told = health_text(FULL)
    assert told == (
        "version=0.1.0; queue=12; oldest=2026-11-24T11:01:00.000Z;"
        " troubles=printer.paper_end,disk.low"
    )
    assert read_health(told) == FULL
    assert health_text(ToldHealth()) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ToldHealth()),
        ("version=<script>; queue=-1; troubles=<b>,a.b", ToldHealth(troubles=("a.b",))),
        ("queue=3; queue=4; later=word", ToldHealth(queue=3)),
        ("oldest=2026-11-24T11:01:00Z", ToldHealth(oldest_at=AT)),
        ("oldest=9999-99-99Z;version=1;;;=;", ToldHealth(version="1")),
        ("queue=1234567890123", ToldHealth()),
    ],
)
def test_a_part_that_cannot_be_read_is_passed_over(text, told):
    assert read_health(text) == told


@given(st.text(max_size=200))
def test_nothing_told_breaks_the_centre(text):
    told = read_health(text)
    assert read_health(health_text(told)) == told


def test_the_board_is_put_into_words():
    board = Board(boot="b")
    assert told_health(board, version="1") == ToldHealth("1")
    status = {
        "queue": {"count": 12, "oldest_at": "2026-11-24T11:01:00.000Z"},
        "printer": {"state": "paper_end"},
        "disk": {"state": "ok"},
        "clock": {"state": "jumped"},
        "readers": [{"name": "a", "state": "up"}, {"name": "b", "state": "unplugged"}],
        "alarm": {"text": "the journal cannot be written"},
    }
    board.publish("status", status)
    troubles = ("printer.paper_end", "clock.jumped", "reader.unplugged", "till.red")
    assert told_health(board, version="1") == ToldHealth("1", 12, AT, troubles)


def test_it_is_kept_on_both_engines(centre, till, clock):
    with centre.store.database.writing() as session:
        terminal = find_terminal(session, till.identity.terminal_id)
        note_health(session, terminal, ToldHealth(queue=1), at=clock())
        note_health(session, terminal, FULL, at=clock())
        note_health(session, terminal, ToldHealth(), at=clock())
        assert read_healths(session, terminal.school_id) == {terminal.id: FULL}
        assert read_healths(session, "other") == {}


def test_the_bursar_sees_it(office, bursar):
    till = office.till("Till of the hall")
    channel = Channel(till.identity, ca_file=None, clock=office.clock)
    path = f"/v1/terminals/{till.identity.terminal_id}/snapshot"
    headers = {"Refectory-Health": health_text(FULL), "Accept-Encoding": "identity"}
    with channel.get(path, headers=headers) as answer:
        assert isinstance(answer, httpx.Response)
        answer.read()
    channel.close()
    page = text_of(bursar.get("/office/terminals").text)
    assert "Till of the hall imprimante : plus de papier disque presque plein" in page
    assert "12 0.1.0" in page
