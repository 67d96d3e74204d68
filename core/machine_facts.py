"""What happens to the terminal itself: starts, its clock, training, papers, a new epoch."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from core.ids import NO_COMMAND, CommandId, EventId, StaffId
from core.kinds import EventKind
from core.profiles import Profile
from core.shift_facts import Perpetual
from core.value import Value

NOTHING_YET = Perpetual()


class Trouble(StrEnum):
    """What can be wrong with a terminal's own storage."""

    DISK_LOW = "disk_low"
    DISK_FULL = "disk_full"
    DISK_READ_ONLY = "disk_read_only"
    DISK_BROKEN = "disk_broken"
    FILE_VANISHED = "file_vanished"
    JOURNAL_DAMAGED = "journal_damaged"
    FOREIGN_FILE = "foreign_file"
    JOURNAL_BUSY = "journal_busy"
    RESTORED_IMAGE = "restored_image"
    UNKNOWN = "unknown"


class TerminalStarted(Value):
    """The daemon came up. `recovered`: it had not been shut down in order the time before."""

    kind: ClassVar[EventKind] = EventKind.TERMINAL_STARTED
    version: str
    is_recovery: bool


class ReceiptReprinted(Value):
    """A person had a receipt printed once more. It moves no money.

    document: the event whose receipt it is. duplicate: the n of DUPLICATA n on the new paper.
    receipt: the number on both papers. staff: who was signed in; None when nobody was.
    """

    kind: ClassVar[EventKind] = EventKind.RECEIPT_REPRINTED
    document: EventId
    duplicate: int
    receipt: int
    staff: StaffId | None = None

    def __post_init__(self) -> None:
        assert self.duplicate >= 1, "duplicates count from 1"


class ClockChanged(Value):
    """The wall clock jumped: where it should have stood by the monotonic clock, and where it did.

    is_synced: whether a time server had set it.
    """

    kind: ClassVar[EventKind] = EventKind.CLOCK_CHANGED
    expected_at: datetime
    found_at: datetime
    is_synced: bool


class DayConfirmed(Value):
    """Staff said which day it is, because the clock could not be trusted.

    clock_day: the day that the clock showed. It holds until the clock is set or the machine starts
    again, and moves on by as many days as the clock does.
    """

    kind: ClassVar[EventKind] = EventKind.DAY_CONFIRMED
    day: date
    clock_day: date
    staff: StaffId | None = None


class TrainingStarted(Value):
    """From now on the till only rehearses: what follows stands in a journal of its own."""

    kind: ClassVar[EventKind] = EventKind.TRAINING_STARTED
    staff: StaffId


class TrainingEnded(Value):
    """The till serves again."""

    kind: ClassVar[EventKind] = EventKind.TRAINING_ENDED
    staff: StaffId | None = None


class EpochStarted(Value):
    """The journal goes on in a new epoch, because an older image of it had been restored.

    after_epoch, after_seq, after_hash: the last event that the centre holds of the epoch before
    (hash in hex); events between it and the restored head are known to the centre alone. receipt,
    closing, perpetual: the highest numbers and the totals there, so that none is given twice.
    """

    kind: ClassVar[EventKind] = EventKind.EPOCH_STARTED
    after_epoch: int
    after_seq: int
    after_hash: str
    receipt: int = 0
    closing: int = 0
    perpetual: Perpetual = NOTHING_YET


class TroubleNoted(Value):
    """Something was wrong with the terminal itself. It moves no money.

    began_at: a red till writes what it could not write once it serves again.
    """

    kind: ClassVar[EventKind] = EventKind.TROUBLE_NOTED
    trouble: Trouble
    began_at: datetime
    is_over: bool


class ProfileChosen(Value):
    """Staff said what the terminal is until its timetable's next change.

    profile: None when it is what the timetable says again. staff: who chose; None when nobody was
    signed in, who can only go back to the timetable.
    """

    kind: ClassVar[EventKind] = EventKind.PROFILE_CHOSEN
    profile: Profile | None
    staff: StaffId | None = None
    command: CommandId = NO_COMMAND
