"""What the uplink needs from a terminal, and the messages that it posts to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.batch import Flag, Verdict
from core.day_receipt import SignedReceipt
from core.events import SealedEvent
from core.shift_facts import Perpetual
from core.snapshot import Row
from core.till_state import Position


class Outbox(Protocol):
    """The journal as the uplink sees it; called from the uplink's own thread."""

    def events_after(self, position: Position, limit: int) -> Sequence[SealedEvent]:
        """Return the events behind a position in journal order, at most `limit` of them."""


class Lane(StrEnum):
    """The two directions, which work and fail independently."""

    UP = "up"
    DOWN = "down"


class LaneState(StrEnum):
    """How a lane is. Stopped: the centre said no, and a person must look."""

    IDLE = "idle"
    WORKING = "working"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class EventVerdict:
    """What the centre did with one event; `flag`: the rule that the booked event broke."""

    position: Position
    verdict: Verdict
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The centre holds everything up to `high_water`; `head_hash` is its hash of that event.

    is_ours: whether that event is this journal's. Where it is not, an older image of the card was
    restored (see `Forked`), and the centre keeps what it was sent, up to `answered`, beside what
    it has booked. receipt: of this terminal's newest closing, its signature proved.
    """

    high_water: Position
    head_hash: bytes
    verdicts: tuple[EventVerdict, ...]
    is_ours: bool = True
    answered: Position = (0, 0)
    receipt: SignedReceipt | None = None


@dataclass(frozen=True, slots=True)
class Forked:
    """The centre's last event of this terminal is not in this journal: a restored or copied card.

    common: the last place that both are known to hold; it may lie earlier, never later, than the
    place where the two part. high_water: how far the centre goes on its own.
    """

    common: Position
    high_water: Position


@dataclass(frozen=True, slots=True)
class EpochApproved:
    """A person has approved that this terminal begins an epoch.

    after, after_hash: the last event that the centre holds. receipt, closing, perpetual: the
    highest numbers and the totals there, so that none is given twice.
    """

    epoch: int
    after: Position
    after_hash: bytes
    receipt: int
    closing: int
    perpetual: Perpetual


@dataclass(frozen=True, slots=True)
class SnapshotReady:
    """A whole copy lies in the terminal's folder, its digest and its signature checked.

    The receiver owns the file: it verifies the content, renames it over the old copy, or deletes
    it and calls `Uplink.forget_copy`.
    """

    path: Path
    etag: str


@dataclass(frozen=True, slots=True)
class ChangesReady:
    """What changed since the copy at `after`, to be applied whole, in one transaction.

    rows: by the copy's tables, each in the order of its `core.snapshot` columns; each row takes
    the place of the one with its key. meta: takes the place of the whole table `meta`, and with
    it `cursor` and `settled`. Whoever cannot apply it calls `Uplink.forget_copy`.
    """

    after: str
    cursor: str
    etag: str
    meta: Mapping[str, str]
    rows: Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class CopyConfirmed:
    """The centre said at a moment (its own time) that the copy is still true."""

    at: datetime


@dataclass(frozen=True, slots=True)
class LaneHealth:
    """A lane's state since a moment, with one plain sentence for a technician."""

    lane: Lane
    state: LaneState
    detail: str
    since: datetime


UplinkMessage = (
    Acknowledged
    | Forked
    | EpochApproved
    | SnapshotReady
    | ChangesReady
    | CopyConfirmed
    | LaneHealth
)
