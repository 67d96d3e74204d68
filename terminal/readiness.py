"""Whether the till is ready to serve, with the counts a person wants to hear before the queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.codec import read_moment
from terminal.mode import Mode


class Lack(StrEnum):
    """What keeps a till from being ready; the screens have words for each."""

    TILL_RED = "till_red"
    NO_READER = "no_reader"
    NO_COPY = "no_copy"
    OFFLINE = "offline"
    STOPPED = "stopped"
    PRINTER = "printer"


BARS = frozenset({Lack.TILL_RED, Lack.NO_READER, Lack.NO_COPY})
"""Without these, nobody is served; with the others, service goes on with less."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The verdict. meals: reserved for today. loaded_at: when the copy was last known true."""

    lacks: tuple[Lack, ...]
    pupils: int
    meals: int
    loaded_at: datetime | None

    @property
    def is_ready(self) -> bool:
        """Whether pupils can be served."""
        return not BARS.intersection(self.lacks)

    def as_plain(self) -> dict[str, object]:
        """Return it as the status tells it."""
        return {"is_ready": self.is_ready, "lacks": [lack.value for lack in self.lacks]}


def readiness(status: Mapping[str, Any]) -> Readiness:
    """Return the verdict over a terminal's status (`refectory status --json`)."""
    copy_at = status["copy_at"]
    return Readiness(
        lacks=tuple(lack for lack, is_missing in _lacks(status).items() if is_missing),
        pupils=status["pupils"],
        meals=status["reserved"],
        loaded_at=None if copy_at is None else read_moment(copy_at),
    )


def _lacks(status: Mapping[str, Any]) -> dict[Lack, bool]:
    lanes = [lane["state"] for lane in status["network"].values()]
    return {
        Lack.TILL_RED: status["till"] != Mode.OPEN.value,
        Lack.NO_READER: not any(
            reader["state"] in ("up", "recovered") for reader in status["readers"]
        ),
        Lack.NO_COPY: copy_is_missing(status),
        Lack.OFFLINE: not status["is_online"],
        Lack.STOPPED: "stopped" in lanes,
        Lack.PRINTER: status["printer"]["state"] not in ("ready", "printing", "none"),
    }


def copy_is_missing(status: Mapping[str, Any]) -> bool:
    """Say whether the terminal knows no pupil."""
    return status["copy_at"] is None


def readiness_line(found: Readiness, *, at: str) -> str:
    """Return the verdict in one line. at: the local time of `loaded_at`, as in 08:59."""
    if found.loaded_at is None:
        return "NOT ready to serve: no pupils and meals loaded yet"
    counts = f"{found.pupils} pupils, {found.meals} meals of today loaded at {at}"
    if not found.is_ready:
        return f"NOT ready to serve ({_words(found.lacks)}): {counts}"
    if found.lacks:
        return f"ready to serve, with less ({_words(found.lacks)}): {counts}"
    return f"ready to serve: {counts}"


def _words(lacks: tuple[Lack, ...]) -> str:
    return ", ".join(lack.value.replace("_", " ") for lack in lacks)
