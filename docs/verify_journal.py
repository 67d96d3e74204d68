#!/usr/bin/env python3
"""Checks an exported or archived journal, with nothing but Python's standard library.

    refectory journal export > journal.jsonl
    python3 verify_journal.py journal.jsonl [MORE.jsonl ...]

Several files are read as one, in the given order: archives first, then the export of what is left.
Says `well` and exits with 0, or names the first fault and exits with 1.

The format, so that this file can be written again from its words alone:
- one JSON object a line, UTF-8, and as the last line of each file an end mark,
  {"end": {"epoch": E, "seq": S, "hash": HEX, "events": N}}: where the file ends, and its count;
- an event's line is {"epoch": E, "seq": S, "prev_hash": HEX, "hash": HEX, "event": {...}}. The
  bytes from behind `"event":` to the last brace of the line are the event as it was recorded;
- hash = SHA-256(prev_hash as 32 raw bytes, then those bytes). The first event of a terminal
  follows 32 zero bytes; the first of an archive follows the last of the archive before;
- seq counts from 1 without gaps; a later epoch begins again at 1, chained to the event before;
- inside, `epoch` and `seq` say the same as outside, no `id` comes twice, keys are sorted, there
  are no blanks, and amounts (`..._cents`) are whole numbers;
- an event of the kind `period.closed` is a Z report. Its `number` counts from 1 without gaps, its
  `head_hash` is the hash of the event before it, its `previous_hash` that of the closing before
  it, and its figures cover up to that event. `epoch.started` may move the number on.

What it proves: these are the events that were recorded, complete and in order between the first
and the last of them. Whether the last one was the newest is seen by comparing the hash printed at
the end with the one that the centre holds, or that stands on the signed receipt of the day.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


class FaultError(Exception):
    """The first thing that is wrong."""


class Check:
    """The state between two lines."""

    def __init__(self) -> None:
        self.prev_hash: str | None = None
        self.place = (0, 0)
        self.ids: set[str] = set()
        self.count = 0
        self.is_whole = False
        # The closing before: its number, and its hash where it is known.
        self.closing: tuple[int, str | None] | None = None

    def read_file(self, name: str) -> None:
        """Check one file; a fault tells its name and line."""
        before, end = self.count, None
        with Path(name).open("rb") as file:
            for number, line in enumerate(file, start=1):
                where = f"{name}, line {number}"
                if end is not None:
                    raise FaultError(f"{where}: something stands behind the end mark")
                try:
                    told = json.loads(line)
                except ValueError as error:
                    raise FaultError(f"{where}: no JSON ({error})") from error
                end = told.get("end")
                if end is None:
                    self.read_event(where, told, line)
        if end is None:
            raise FaultError(f"{name}: the end mark is missing; the file was cut short")
        if end["events"] != self.count - before:
            raise FaultError(
                f"{name}: the end mark counts {end['events']} events, there are others"
            )
        last = (end["epoch"], end["seq"], end["hash"])
        if end["events"] and last != (*self.place, self.prev_hash):
            raise FaultError(f"{name}: the end mark names another last event")

    def read_event(self, where: str, told: dict[str, Any], line: bytes) -> None:
        """Check one event against the one before."""
        epoch, seq = told["epoch"], told["seq"]
        where = f"{where}, event {epoch}-{seq}"
        body = line.rstrip(b"\n").partition(b'"event":')[2][:-1]
        if self.prev_hash is None:
            self.prev_hash = told["prev_hash"]
            self.is_whole = (epoch, seq) == (1, 1)
            if seq == 1 and epoch == 1 and self.prev_hash != "00" * 32:
                raise FaultError(f"{where}: the first event does not follow 32 zero bytes")
        elif (epoch, seq) != (self.place[0], self.place[1] + 1) and not (
            epoch > self.place[0] and seq == 1
        ):
            raise FaultError(f"{where}: it stands behind {self.place[0]}-{self.place[1]}")
        if told["prev_hash"] != self.prev_hash:
            raise FaultError(f"{where}: it is not chained to the event before")
        if hashlib.sha256(bytes.fromhex(told["prev_hash"]) + body).hexdigest() != told["hash"]:
            raise FaultError(f"{where}: its bytes do not give its hash")
        event = json.loads(body)
        text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if text.encode() != body:
            raise FaultError(f"{where}: its bytes are not written in the canonical way")
        if (event["epoch"], event["seq"]) != (epoch, seq) or event["id"] in self.ids:
            raise FaultError(
                f"{where}: it says another place inside, or an id that was there before"
            )
        self.ids.add(event["id"])
        if event["kind"] == "period.closed":
            self.read_closing(where, event["data"])
            self.closing = (event["data"]["number"], told["hash"])
        elif event["kind"] == "epoch.started" and event["data"].get("closing"):
            self.closing = (max(event["data"]["closing"], (self.closing or (0, ""))[0]), None)
        self.prev_hash, self.place, self.count = told["hash"], (epoch, seq), self.count + 1

    def read_closing(self, where: str, said: dict[str, Any]) -> None:
        """Check a closing against the one before and the event before."""
        number, covered = said["number"], said["figures"]
        if self.count and said["head_hash"] != self.prev_hash:
            raise FaultError(f"{where}: closing {number} names another last event")
        if covered["last_seq"] and self.count:
            last = (covered["epoch"], covered["last_seq"])
            if last != self.place:
                raise FaultError(f"{where}: closing {number} does not cover up to {self.place}")
        if self.closing is None and not self.is_whole:
            return  # what lay before is in no file
        before, closing_hash = self.closing or (0, "")
        if number != before + 1:
            raise FaultError(f"{where}: closing {number} stands behind closing {before}")
        if closing_hash is not None and said["previous_hash"] != closing_hash:
            raise FaultError(f"{where}: closing {number} is not chained to the one before")


def main(names: list[str]) -> int:
    """Check the files and print one line."""
    check = Check()
    try:
        for name in names:
            check.read_file(name)
    except (FaultError, OSError) as error:
        print(error)
        return 1
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"behind event {check.place[0]}-{check.place[1]}: not the export format ({error!r})")
        return 1
    last = f"{check.place[0]}-{check.place[1]}, hash {check.prev_hash}"
    print(f"well: {check.count} events, the last is {last}")
    return 0


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("usage: python3 verify_journal.py JOURNAL.jsonl [MORE.jsonl ...]")
    sys.exit(main(sys.argv[1:]))
