"""A day's reader traffic as lines of JSON: written by `reader listen --record`.

A recording holds card numbers in the clear: it is for a technician's bench, its file is
readable by its owner alone, and it never leaves the machine by itself.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, assert_never

from core.ids import TapId
from core.tap import (
    Assurance,
    Credential,
    Health,
    HealthState,
    ReaderEvent,
    Removed,
    Repeated,
    Tap,
    Technology,
)

FORMAT = "refectory-reader-recording-1"
_OWNER_ONLY = 0o600
_LINE_CHARACTERS_MAX = 16_384


class RecordingFaultError(Exception):
    """A line of a recording cannot be read."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they went over the wire, from the reader or from the host."""

    is_from_reader: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded event, `after_ns` after the start of the recording."""

    after_ns: int
    event: Tap | Removed | Health | Raw


class RecordingWriter:
    """Writes events to a file as they happen. Raises OSError when the file cannot be made."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        self._file: TextIO = os.fdopen(descriptor, "w", encoding="utf-8")
        self._lock = threading.Lock()
        self._start_ns: int | None = None
        self._line({"format": FORMAT})

    def write(self, event: ReaderEvent) -> None:
        """Write one event; a repeat is written as the tap it repeats."""
        mono_ns = event.tap.mono_ns if isinstance(event, Repeated) else event.mono_ns
        self._keep(mono_ns, _fields(event))

    def write_raw(self, mono_ns: int, is_from_reader: bool, payload: bytes) -> None:  # noqa: FBT001
        """Write raw traffic; fits `readers.base.TakeRaw`. Any thread may call."""
        sender = "reader" if is_from_reader else "host"
        self._keep(mono_ns, {"event": "raw", "from": sender, "bytes": payload.hex().upper()})

    def _keep(self, mono_ns: int, fields: dict[str, object]) -> None:
        with self._lock:
            if self._start_ns is None:
                self._start_ns = mono_ns
            after: dict[str, object] = {"after_ns": max(mono_ns - self._start_ns, 0)}
            if not self._file.closed:
                self._line(after | fields)

    def close(self) -> None:
        """Close the file; what comes later is not kept."""
        with self._lock:
            self._file.close()

    def _line(self, fields: Mapping[str, object]) -> None:
        self._file.write(json.dumps(fields) + "\n")
        self._file.flush()


def _fields(event: ReaderEvent) -> dict[str, object]:
    match event:
        case Tap():
            return {
                "event": "tap",
                "technology": event.credential.technology.word,
                "uid": event.credential.hex,
                "assurance": event.assurance.value,
                "ndef": event.ndef,
            }
        case Repeated():
            return _fields(event.tap)
        case Removed():
            return {"event": "removed"}
        case Health():
            return {"event": "health", "state": event.state.value, "detail": event.detail}
        case _:
            assert_never(event)


def read_steps(lines: Iterator[str], *, reader: str) -> Iterator[Step]:
    """Yield a recording's steps. Raises RecordingFaultError at the first line that is none."""
    head = _object(next(lines, ""), 1)
    if head.get("format") != FORMAT:
        raise RecordingFaultError("line 1 is not the head of a recording")
    for number, line in enumerate(lines, 2):
        fields = _object(line, number)
        try:
            yield _step(fields, reader=reader)
        except (KeyError, TypeError, ValueError) as error:
            raise RecordingFaultError(f"line {number} is no step ({error})") from error


def _object(line: str, number: int) -> dict[str, object]:
    try:
        fields = json.loads(line[:_LINE_CHARACTERS_MAX])
    except (ValueError, RecursionError) as error:
        raise RecordingFaultError(f"line {number} is no JSON") from error
    if not isinstance(fields, dict):
        raise RecordingFaultError(f"line {number} is no JSON object")
    return fields


_TECHNOLOGIES = {technology.word: technology for technology in Technology}


def _step(fields: Mapping[str, object], *, reader: str) -> Step:
    after_ns = fields["after_ns"]
    if not isinstance(after_ns, int) or after_ns < 0:
        raise ValueError("after_ns is no time")
    match fields["event"]:
        case "tap":
            uid, ndef = fields["uid"], fields.get("ndef")
            if not isinstance(uid, str) or not isinstance(ndef, str | None):
                raise TypeError("uid or ndef is no text")
            technology = _TECHNOLOGIES[str(fields["technology"])]
            credential = Credential(technology, bytes.fromhex(uid))
            assurance = Assurance(int(str(fields["assurance"])))
            # The player gives each tap an id of its own: a recording may be played twice.
            return Step(after_ns, Tap(TapId(""), reader, credential, assurance, 0, ndef))
        case "removed":
            return Step(after_ns, Removed(reader, 0))
        case "health":
            state = HealthState(str(fields["state"]))
            return Step(after_ns, Health(reader, state, str(fields["detail"]), 0))
        case "raw":
            payload = bytes.fromhex(str(fields["bytes"]))
            return Step(after_ns, Raw(fields["from"] == "reader", payload))
        case other:
            raise ValueError(f"unknown event {other!r}")
