"""Presences that terminals told, as the centre keeps them: one a pupil, day and session.

Two terminals may see the same pupil come in, each without the other: the first that is heard is
paid, and every later one only adds what it knows. What was noted by mistake is taken back once, by
a terminal's fact or by the office; who comes again afterwards is noted, and pays, anew. Pure, on
rows read before; `Attended` advances.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, assert_never

import msgspec

from central.database import Row, Session
from central.terminals import Terminal
from core.codec import moment_text, read_moment
from core.events import Event
from core.facts import (
    ArrivedLate,
    Fact,
    LateWhy,
    PresenceFact,
    PresenceWithdrawn,
    StudyEntered,
    StudyLeft,
)
from core.ids import EventId, PupilId, SchoolId, SessionId
from core.kinds import EventKind
from core.money import ZERO, Money
from core.presences import stands

_STUDY: Final = "key, pupil_id, day, session_id, entered_at, left_at, cents, event_id, staff"
_LATE: Final = "key, pupil_id, day, arrived_at, due_at, said, event_id, staff"


@dataclass(frozen=True, slots=True)
class Seen:
    """A pupil at a session of a day. paid: what it cost; ZERO while nobody took anything.

    withdrawn_at: when it was taken back.
    """

    pupil: PupilId
    day: date
    session: SessionId
    entered_at: datetime
    left_at: datetime | None
    paid: Money
    event: EventId
    staff: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """A pupil's late arrival on a day: the first that a terminal told.

    withdrawn_at: as of `Seen`.
    """

    pupil: PupilId
    day: date
    arrived_at: datetime
    due_at: datetime
    said: LateWhy
    event: EventId
    staff: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What taking a presence back comes to. event: by which it is known; paid: to give back.

    is_settled: somebody decided before who pays it.
    """

    event: EventId
    paid: Money
    is_settled: bool


class Attended(msgspec.Struct):
    """The presences that a batch touches. changed: the keys of those that it changed.

    settled: the events whose money a settled exception has moved.
    """

    seen: dict[str, Seen] = msgspec.field(default_factory=dict)
    late: dict[str, Late] = msgspec.field(default_factory=dict)
    changed: set[str] = msgspec.field(default_factory=set)
    settled: frozenset[str] = frozenset()

    def note(self, event: Event, fact: StudyEntered | StudyLeft | ArrivedLate) -> bool:
        """Add a presence. Result: whether what it costs is to be taken, as it was not before."""
        key = presence_key(fact)
        self.changed.add(key)
        match fact:
            case StudyEntered():
                return self._enter(key, event, fact)
            case StudyLeft():
                self._leave(key, event, fact)
            case ArrivedLate():
                self._arrive(key, event, fact)
            case _:
                assert_never(fact)
        return False

    def withdraw(self, event: Event, fact: PresenceWithdrawn) -> Withdrawal | None:
        """Take a presence back; None when the centre knows of none.

        It is the pupil's presence at that session of the day, whichever terminal noted it; what was
        taken back before stays so, and nothing is given back again.
        """
        key, at = presence_key(fact), event.stamp.at
        known = self.late.get(key) if fact.session is None else self.seen.get(key)
        if known is None:
            return None
        was_stood = known.withdrawn_at is None
        paid = known.paid if isinstance(known, Seen) and was_stood else ZERO
        if was_stood:
            self.changed.add(key)
            if isinstance(known, Seen):
                self.seen[key] = replace(known, withdrawn_at=at)
            else:
                self.late[key] = replace(known, withdrawn_at=at)
        return Withdrawal(known.event, paid, known.event in self.settled)

    def _enter(self, key: str, event: Event, fact: StudyEntered) -> bool:
        at = event.stamp.at
        known = self.seen.get(key)
        if known is not None and not stands(at, known.withdrawn_at):
            # Another terminal had noted it as well, before it was taken back.
            return False
        if known is None or known.withdrawn_at is not None:
            known = Seen(
                fact.pupil, fact.day, fact.session, at, None, ZERO, event.id, fact.staff or ""
            )
        is_new = fact.price > ZERO and known.paid == ZERO
        is_back = known.left_at is not None and known.left_at < at
        self.seen[key] = replace(
            known,
            entered_at=min(known.entered_at, at),
            left_at=None if is_back else known.left_at,
            paid=fact.price if is_new else known.paid,
            event=event.id if is_new else known.event,
        )
        return is_new

    def _leave(self, key: str, event: Event, fact: StudyLeft) -> None:
        at = event.stamp.at
        known = self.seen.get(key)
        if known is None:
            # The terminal where they came in has not been heard yet.
            known = Seen(
                fact.pupil, fact.day, fact.session, at, at, ZERO, event.id, fact.staff or ""
            )
        left = at if known.left_at is None else max(known.left_at, at)
        self.seen[key] = replace(known, left_at=left)

    def _arrive(self, key: str, event: Event, fact: ArrivedLate) -> None:
        known, at = self.late.get(key), event.stamp.at
        withdrawn_at = None if known is None else known.withdrawn_at
        is_anew = withdrawn_at is not None and fact.arrival is None and stands(at, withdrawn_at)
        if known is None or is_anew:
            self.late[key] = Late(
                fact.pupil,
                fact.day,
                event.stamp.at,
                fact.due_at,
                fact.said,
                event.id,
                fact.staff or "",
            )
            return
        said = known.said if fact.said is LateWhy.NOT_SAID else fact.said
        is_earlier = fact.arrival is None and event.stamp.at < known.arrived_at
        arrived = event.stamp.at if is_earlier else known.arrived_at
        self.late[key] = replace(known, said=said, arrived_at=arrived)


def presence_key(fact: PresenceFact) -> str:
    """Return by what a presence is one row: the day, the session or the gate, the pupil."""
    session = None if isinstance(fact, ArrivedLate) else fact.session
    room = "gate" if session is None else f"study.{session}"
    return f"{fact.day.isoformat()} {room} {fact.pupil}"


def withdrawn_at_sql(row: str) -> str:
    """Return when a presence was taken back: by the office, or by a terminal; or null.

    row: what a query calls its table.
    """
    return (
        "COALESCE((SELECT MIN(w.at) FROM booking w"  # noqa: S608  our own words
        f" WHERE w.school_id = {row}.school_id AND w.subject = {row}.event_id"
        f" AND w.kind = '{EventKind.PRESENCE_WITHDRAWN.value}'),"
        " (SELECT MIN(x.at) FROM correction c"
        " JOIN event x ON x.school_id = c.school_id AND x.id = c.event_id"
        f" WHERE c.school_id = {row}.school_id AND c.document_id = {row}.event_id))"
    )


def read_attended(session: Session, school: SchoolId, facts: Iterable[Fact]) -> Attended:
    """Return what is known of the presences that facts are about.

    The wallets of their pupils are locked before: who waits for them sees what was paid meanwhile.
    """
    keys = sorted({presence_key(fact) for fact in facts if isinstance(fact, PresenceFact)})
    if not keys:
        return Attended()
    seen = session.rows_by(
        f"SELECT {_STUDY}, {withdrawn_at_sql('p')} FROM study_presence p"  # noqa: S608  ours
        " WHERE school_id = ? AND key IN",
        keys,
        school,
    )
    late = session.rows_by(
        f"SELECT {_LATE}, {withdrawn_at_sql('p')} FROM late_arrival p"  # noqa: S608  ours
        " WHERE school_id = ? AND key IN",
        keys,
        school,
    )
    return Attended(
        {row[0]: _seen(row) for row in seen},
        {row[0]: _late(row) for row in late},
    )


def taken_back(session: Session, school: SchoolId, facts: Iterable[Fact]) -> list[str]:
    """Return the events that noted the presences at study which facts take back."""
    withdrawn = [fact for fact in facts if isinstance(fact, PresenceWithdrawn)]
    rows = session.rows_by(
        "SELECT event_id FROM study_presence WHERE school_id = ? AND key IN",
        sorted({presence_key(fact) for fact in withdrawn}),
        school,
    )
    return [row[0] for row in rows]


def write_attended(session: Session, terminal: Terminal, attended: Attended, cursor: int) -> None:
    """Write what a batch changed. cursor: this change's place in the feed."""
    school, terminal_id = terminal.school_id, terminal.id
    seen = [
        (
            school,
            key,
            one.pupil,
            one.day.isoformat(),
            one.session,
            moment_text(one.entered_at),
            None if one.left_at is None else moment_text(one.left_at),
            one.paid.cents,
            one.event,
            terminal_id,
            one.staff,
            cursor,
        )
        for key, one in sorted(attended.seen.items())
        if key in attended.changed
    ]
    session.insert_many(
        "study_presence",
        ("school_id", *_STUDY.split(", ")[:8], "terminal_id", "staff", "cursor"),
        seen,
        conflict="ON CONFLICT (school_id, key) DO UPDATE SET entered_at = excluded.entered_at,"
        " left_at = excluded.left_at, cents = excluded.cents, event_id = excluded.event_id,"
        f" {_whose('study_presence')}, cursor = excluded.cursor",
    )
    late = [
        (
            school,
            key,
            one.pupil,
            one.day.isoformat(),
            moment_text(one.arrived_at),
            moment_text(one.due_at),
            one.said.value,
            one.event,
            terminal_id,
            one.staff,
            cursor,
        )
        for key, one in sorted(attended.late.items())
        if key in attended.changed
    ]
    session.insert_many(
        "late_arrival",
        ("school_id", *_LATE.split(", ")[:7], "terminal_id", "staff", "cursor"),
        late,
        conflict="ON CONFLICT (school_id, key) DO UPDATE SET arrived_at = excluded.arrived_at,"
        " due_at = excluded.due_at, said = excluded.said, event_id = excluded.event_id,"
        f" {_whose('late_arrival')}, cursor = excluded.cursor",
    )


def _whose(table: str) -> str:
    """Return the part of a change that says at which terminal it was, and by whom: the event's."""
    kept = f"CASE WHEN excluded.event_id = {table}.event_id THEN {table}."
    return ", ".join(
        f"{column} = {kept}{column} ELSE excluded.{column} END"
        for column in ("terminal_id", "staff")
    )


def _seen(row: Row) -> Seen:
    return Seen(
        PupilId(row[1]),
        date.fromisoformat(row[2]),
        SessionId(row[3]),
        read_moment(row[4]),
        None if row[5] is None else read_moment(row[5]),
        Money(row[6]),
        EventId(row[7]),
        row[8],
        None if row[9] is None else read_moment(row[9]),
    )


def _late(row: Row) -> Late:
    return Late(
        PupilId(row[1]),
        date.fromisoformat(row[2]),
        read_moment(row[3]),
        read_moment(row[4]),
        LateWhy(row[5]),
        EventId(row[6]),
        row[7],
        None if row[8] is None else read_moment(row[8]),
    )
