"""The log: whole lines, one form for machines and one for people, bounded, never in the way."""

import json
import logging
import threading

import pytest

from cli.log import Bounded, JsonLines, PlainLines, _NeverFull


def record(message: str = "tap %s", *values: object, level: int = logging.INFO, **fields: object):
    made = logging.LogRecord("refectory.till", level, __file__, 1, message, values, None)
    vars(made).update(fields)
    return made


def test_a_line_for_machines() -> None:
    line = JsonLines(is_for_journald=False).format(record("tap %s", "seen", tap="c#7", colour="x"))
    plain = json.loads(line)
    assert plain.pop("at").endswith("Z")
    assert plain == {
        "level": "info",
        "part": "refectory.till",
        "message": "tap seen",
        "tap": "c#7",
    }


@pytest.mark.parametrize(
    ("level", "begin"),
    [
        (logging.DEBUG, "<7>{"),
        (logging.INFO, "<6>{"),
        (logging.WARNING, "<4>{"),
        (logging.ERROR, "<3>{"),
        (logging.CRITICAL, "<3>{"),
    ],
)
def test_journald_hears_the_priority(level: int, begin: str) -> None:
    assert JsonLines(is_for_journald=True).format(record("x", level=level)).startswith(begin)


def test_many_lines_in_a_message_stay_one_line() -> None:
    line = JsonLines(is_for_journald=True).format(record("first\nsecond"))
    assert "\n" not in line
    failed = record("it failed")
    failed.exc_info = (ValueError, ValueError("inner\nwords"), None)
    line = JsonLines(is_for_journald=False).format(failed)
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["trace"]
    assert "ValueError" in PlainLines().format(failed)


def test_a_line_for_a_person() -> None:
    line = PlainLines().format(record("tap decided", tap="c#7", event="1-4"))
    assert line == "INFO refectory.till: tap decided tap=c#7 event=1-4"


def test_the_same_line_over_and_over_is_held_back_and_counted() -> None:
    now = [0.0]
    bounded = Bounded(monotonic=lambda: now[0])

    def flap(number: int) -> logging.LogRecord:
        return record("reader %s flaps", number, level=logging.WARNING)

    passed = sum(bounded.filter(flap(number)) for number in range(1000))
    assert passed == 30
    assert bounded.filter(record("another line"))
    now[0] += 301
    later = flap(1000)
    assert bounded.filter(later)
    assert later.suppressed == 970
    assert json.loads(JsonLines(is_for_journald=False).format(later))["suppressed"] == 970


def test_a_fault_that_lasts_for_a_day_leaves_few_lines() -> None:
    now = [0.0]
    bounded = Bounded(monotonic=lambda: now[0])
    lines = 0
    for _ in range(24 * 3600 // 5):
        now[0] += 5
        lines += bounded.filter(record("the till is red: %s", "full", level=logging.ERROR))
    assert lines <= 320


def test_every_tap_of_a_lunch_is_in_it() -> None:
    now = [0.0]
    bounded = Bounded(monotonic=lambda: now[0])
    for _ in range(2000):
        now[0] += 1.5
        assert bounded.filter(record("tap decided"))


def test_a_log_that_nobody_reads_holds_nobody_up() -> None:
    import queue

    door = _NeverFull(queue.Queue(5))
    done = threading.Event()

    def write() -> None:
        for number in range(50):
            door.handle(record("line %s", number))
        done.set()

    threading.Thread(target=write, daemon=True).start()
    assert done.wait(20)
    assert door.queue.qsize() == 5
