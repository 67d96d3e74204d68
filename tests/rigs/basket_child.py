"""A till that sells one basket in a process of its own, whose disk is made to fail meanwhile.

Usage: python basket_child.py FOLDER [deaf] [moves]
It writes `SALE BEGINS` and `SALE IS OVER` to its standard error around that one sale, as marks in a
trace, and then one line of JSON to its standard output: what it answered and how it went on.
`deaf`: the control: it takes no notice of what its disk says. `moves`: the sale finds the WAL grown
to its ceiling, and moves it into the file first.
"""

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from staffed_rig import CAKE, WATER, StaffedCounter, by_tap, items
from till_rig import BOB, Weakness

from offline_cache import transactions
from offline_cache.connection import Connection, Rows, Value, connect_writer

BEGINS, IS_OVER = "SALE BEGINS", "SALE IS OVER"
REOPEN_S = 6


class DeafConnection:
    """Hears no error of a commit."""

    def __init__(self, path: Path) -> None:
        self._connection = connect_writer(path)

    def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> Rows:
        try:
            return self._connection.execute(sql, parameters)
        except sqlite3.OperationalError:
            if sql.startswith("COMMIT"):
                return self._connection.execute("SELECT 1")
            raise

    def close(self) -> None:
        self._connection.close()


def mark(words: str) -> None:
    """Leave a mark in the trace."""
    os.write(sys.stderr.fileno(), words.encode())


def opened(folder: Path) -> tuple[StaffedCounter, dict[str, Any]]:
    """Return a till where somebody stands and wants a basket, and who that is."""
    counter = StaffedCounter(folder)
    counter.learn_staffed()
    counter.start()
    counter.sign_in()
    return counter, counter.tap(BOB)


def sell(counter: StaffedCounter, customer: dict[str, str], name: str) -> dict[str, Any] | None:
    """Have the till thread sell a basket, as a screen's request does; None: no answer came."""
    answers: list[dict[str, Any]] = []
    basket = items(WATER) + items(CAKE)
    counter.do(
        lambda: answers.append(counter.command("sell", name=name, customer=customer, items=basket))
    )
    return answers[0] if answers else None


def keep(counter: StaffedCounter, name: str) -> None:
    """Keep the journal as it lies there, as if the power failed now."""
    (counter.folder / name).mkdir()
    for file in ("journal.db", "journal.db-wal"):
        shutil.copy(counter.folder / file, counter.folder / name / file)


def main(folder: Path, *, is_deaf: bool, moves: bool) -> None:
    """Sell, and say what became of it."""
    if is_deaf:
        Weakness.connect = lambda _, path: _deaf(path)  # type: ignore[method-assign]
    ceiling = transactions.WAL_COMMITS_MAX
    counter, person = opened(folder)
    notes = len(counter.notes)
    if moves:
        transactions.WAL_COMMITS_MAX = 1
    mark(BEGINS)
    answer = sell(counter, by_tap(person), "basket")
    mark(IS_OVER)
    transactions.WAL_COMMITS_MAX = ceiling
    keep(counter, "at_once")
    said: dict[str, Any] = {
        "answer": answer,
        "mode": counter.till.mode.value,
        "alarm": counter.till.alarm,
        "shown": [note.topic for note in counter.notes[notes:] if note.topic != "status"],
    }
    if not is_deaf:
        said |= go_on(counter, by_tap(person))
        counter.close()
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    # A deaf till cannot even close what it broke.
    os._exit(0)


def go_on(counter: StaffedCounter, customer: dict[str, str]) -> dict[str, Any]:
    """The disk is well again: let the till open its journal, and sell the same once more."""
    counter.let_time_pass(REOPEN_S)
    keep(counter, "reopened")
    return {
        "mode_later": counter.till.mode.value,
        "again": sell(counter, customer, "basket"),
        "next": counter.command("sell", name="next", customer=customer, items=items(CAKE)),
    }


def _deaf(path: Path) -> Connection:
    return DeafConnection(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), is_deaf="deaf" in sys.argv[2:], moves="moves" in sys.argv[2:])
