"""Appointments: booked, moved, cancelled, by however many families at once.

Two unique keys decide, and no lookup before: one teacher has one family in a slot, and each child
of a family has one teacher in a slot, so that parents are never asked to be in two rooms. Who comes
second is told so, and keeps what they had: a move is one transaction.

Many who wish at the same moment share a transaction (`book_all`): a statement a table and one
commit for all of them, and who loses a race undoes nobody else's.

Rows are locked in one order: the families' children by their ids, then the school's feed, then what
is written by teacher and time. Nobody waits for somebody who waits for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from central.database import Session
from central.errors import RecordError
from central.feed import hold_feed, reach_in_feed
from central.meetings.appointments import Appointment, appointments_by_id
from central.meetings.evenings import Evening, Teacher, find_evening, no_evening, read_evening
from central.meetings.plans import Plan, read_plan
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import PupilId, SchoolId


class Fault(StrEnum):
    """Why an appointment cannot be made as it is asked for."""

    TAKEN = "taken"
    """Another family has this time with this teacher."""
    ELSEWHERE = "elsewhere"
    """The family is with another teacher at this time."""
    BOOKED_ALREADY = "booked_already"
    """This child has an appointment with this teacher already: it can be moved."""
    NOT_TAUGHT = "not_taught"
    """This teacher does not teach the child."""
    NO_SLOT = "no_slot"
    """The teacher has no such time."""
    CLOSED = "closed"
    """Booking has not begun, or is over."""
    GONE = "gone"
    """There is no such appointment of the family's, or it was cancelled."""


_WORDS = {
    Fault.TAKEN: "somebody else has just taken this time; choose another",
    Fault.ELSEWHERE: "the family is with another teacher at this time; choose another",
    Fault.BOOKED_ALREADY: "there is an appointment with this teacher already; move it instead",
    Fault.NOT_TAUGHT: "this teacher does not teach this pupil",
    Fault.NO_SLOT: "the teacher has no such time",
    Fault.CLOSED: "appointments cannot be changed at this time",
    Fault.GONE: "there is no such appointment",
}


class SlotRefusedError(RecordError):
    """An appointment cannot be made; `fault` says why, and nothing was changed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(_WORDS[fault])
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Family:
    """Who asks. children: all of them, of whom one is the appointment's."""

    children: tuple[PupilId, ...]
    who: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A time that a family would like to have.

    appointment: an id made by the asker; the same again changes nothing. starts_at: aware.
    """

    appointment: str
    evening: str
    teacher: str
    starts_at: datetime
    pupil: PupilId
    family: Family


def book(
    store: Store,
    school: SchoolId,
    *,
    appointment: str,
    evening: str,
    teacher: str,
    starts_at: datetime,
    pupil: PupilId,
    family: Family,
    now: datetime,
) -> Appointment:
    """Book a time with a child's teacher.

    appointment: an id made by the asker; the same again changes nothing. Raises SlotRefusedError.
    """
    wish = Wish(appointment, evening, teacher, starts_at, pupil, family)
    (booked,) = book_all(store, school, [wish], now=now)
    if isinstance(booked, RecordError):
        raise booked
    return booked


def book_all(
    store: Store, school: SchoolId, wishes: Sequence[Wish], *, now: datetime
) -> list[Appointment | RecordError]:
    """Book what many families wish at the same moment, in one transaction; the first comes first.

    Result: for each wish the appointment, or the error, mostly a SlotRefusedError, for which it
    alone is not booked.
    """
    answers: dict[int, Appointment | RecordError] = {}
    with store.database.writing() as session:
        classes = _lock_families(session, school, (one.family for one in wishes))
        writing = _Writing.begun(session, school, now)
        while len(answers) < len(wishes):
            left = [(at, one) for at, one in enumerate(wishes) if at not in answers]
            answers |= _book_some(store, writing, classes, _apart(left))
    return [answers[at] for at in range(len(wishes))]


def move(
    store: Store,
    school: SchoolId,
    *,
    appointment: str,
    to: str,
    starts_at: datetime,
    family: Family,
    now: datetime,
) -> Appointment:
    """Have another time with the same teacher; the old one stands unless the new one is had.

    to: the id of the new appointment, made by the asker; the same again changes nothing. Raises
    SlotRefusedError.
    """
    at = moment_text(starts_at)
    with store.database.writing() as session:
        _lock_families(session, school, [family])
        done = _find(session, school, to)
        if done is not None and done.pupil in family.children:
            return done
        known = _own(session, school, appointment, family)
        if moment_text(known.starts_at) == at:
            return known
        _check_open(session, school, known.evening, now)
        plan = read_plan(store, session, school, known.evening)
        assert plan is not None, "an appointment has an evening"
        if at not in plan.slots[known.teacher]:
            raise SlotRefusedError(Fault.NO_SLOT)
        writing = _Writing.begun(session, school, now)
        _release(writing, appointment, "moved")
        wish = Wish(to, known.evening, known.teacher, starts_at, known.pupil, family)
        wanted = _Wanted.of(wish, plan)
        faults = _take(writing, [wanted])
        if to in faults:
            raise SlotRefusedError(faults[to])
        return wanted.appointment()


def cancel(
    store: Store, school: SchoolId, *, appointment: str, family: Family, now: datetime
) -> None:
    """Give a time back. Twice is once. Raises SlotRefusedError."""
    with store.database.writing() as session:
        _lock_families(session, school, [family])
        row = session.row(
            "SELECT pupil_id, state FROM appointment WHERE school_id = ? AND id = ?",
            school,
            appointment,
        )
        if row is not None and row[0] in family.children and row[1] != "booked":
            return
        known = _own(session, school, appointment, family)
        _check_open(session, school, known.evening, now)
        _release(_Writing.begun(session, school, now), appointment, "cancelled")


# --- finding -----------------------------------------------------------------------------------


def _is_same(known: Appointment, wish: Wish) -> bool:
    """Say whether an id that was used before was used for this; the time may have been moved."""
    return (known.evening, known.teacher, known.pupil) == (wish.evening, wish.teacher, wish.pupil)


def _find(session: Session, school: SchoolId, appointment: str) -> Appointment | None:
    return appointments_by_id(session, school, [appointment]).get(appointment)


def _used(session: Session, school: SchoolId, wishes: Sequence[tuple[int, Wish]]) -> list[str]:
    """Return the ids that are an appointment's already: hardly ever one is, so that is asked."""
    ids = sorted({one.appointment for _, one in wishes})
    sql = "SELECT id FROM appointment WHERE school_id = ? AND id IN"
    return [row[0] for row in session.rows_by(sql, ids, school)]


def _own(session: Session, school: SchoolId, appointment: str, family: Family) -> Appointment:
    found = _find(session, school, appointment)
    if found is None or found.pupil not in family.children:
        raise SlotRefusedError(Fault.GONE)
    return found


# --- checking ----------------------------------------------------------------------------------


def _check_open(session: Session, school: SchoolId, evening: str, now: datetime) -> None:
    if not read_evening(session, school, evening).may_book(now):
        raise SlotRefusedError(Fault.CLOSED)


def _lock_families(
    session: Session, school: SchoolId, families: Iterable[Family]
) -> dict[PupilId, str]:
    """Hold the children of families until the end. Result: the class of each."""
    children = sorted({child for family in families for child in family.children})
    rows = session.rows_by(
        "SELECT id, class_name FROM pupil WHERE school_id = ? AND id IN",
        children,
        school,
        lock=True,
    )
    return {PupilId(row[0]): row[1] for row in rows}


def _apart(wishes: Sequence[tuple[int, Wish]]) -> list[tuple[int, Wish]]:
    """Return the wishes of which none needs to know what became of another.

    A family's second one, and an id that came twice, wait.
    """
    chosen: list[tuple[int, Wish]] = []
    children: set[PupilId] = set()
    ids: set[str] = set()
    for at, wish in wishes:
        if wish.appointment not in ids and children.isdisjoint(wish.family.children):
            chosen.append((at, wish))
        children.update(wish.family.children)
        ids.add(wish.appointment)
    return chosen


@dataclass(frozen=True, slots=True)
class _Writing:
    """An open transaction that writes appointments. cursor: their place in the school's feed."""

    session: Session
    school: SchoolId
    now: datetime
    cursor: int

    @classmethod
    def begun(cls, session: Session, school: SchoolId, now: datetime) -> "_Writing":
        """Return it, with the feed held."""
        return cls(session, school, now, hold_feed(session, school))

    def tell_terminals(self) -> None:
        """Let the feed show what was written."""
        reach_in_feed(self.session, self.school, self.cursor)


def _book_some(
    store: Store,
    writing: _Writing,
    classes: Mapping[PupilId, str],
    wishes: Sequence[tuple[int, Wish]],
) -> dict[int, Appointment | RecordError]:
    """Book wishes of different families. Result: of each that is decided, at least the first."""
    answers: dict[int, Appointment | RecordError] = {}
    session, school = writing.session, writing.school
    known = appointments_by_id(session, school, _used(session, school, wishes))
    halls = {
        name: (find_evening(session, school, name), read_plan(store, session, school, name))
        for name in sorted({one.evening for _, one in wishes})
    }
    first: dict[tuple[str, str, str], _Wanted] = {}
    others: list[tuple[int, _Wanted]] = []
    places: dict[str, int] = {}
    for at, wish in wishes:
        done = known.get(wish.appointment)
        if wish.pupil not in wish.family.children:
            answers[at] = SlotRefusedError(Fault.GONE)
            continue
        if done is not None and _is_same(done, wish):
            answers[at] = done
            continue
        evening, plan = halls[wish.evening]
        if evening is None or plan is None:
            answers[at] = no_evening(school, wish.evening)
            continue
        wanted = _Wanted.of(wish, plan)
        fault = _fault(wanted, evening, plan, classes, writing.now)
        if fault is not None:
            answers[at] = SlotRefusedError(fault)
        elif first.setdefault(wanted.slot, wanted) is wanted:
            places[wanted.id] = at
        else:
            others.append((at, wanted))
    faults = _take(writing, list(first.values()))
    for wanted in first.values():
        fault = faults.get(wanted.id)
        answers[places[wanted.id]] = (
            wanted.appointment() if fault is None else SlotRefusedError(fault)
        )
    # Who came second to a time that was had in this transaction; else the next round decides.
    late = [(at, one) for at, one in others if first[one.slot].id not in faults]
    reasons = _why_not(session, school, [one for _, one in late])
    answers |= {at: SlotRefusedError(fault) for (at, _), fault in zip(late, reasons, strict=True)}
    return answers


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A wish with all that is written of it. at: the start as it is written."""

    id: str
    evening: str
    teacher: Teacher
    at: str
    pupil: PupilId
    family: Family

    @classmethod
    def of(cls, wish: Wish, plan: Plan) -> "_Wanted":
        teacher = plan.teachers.get(wish.teacher) or Teacher(wish.teacher, "", "", "", ())
        at = moment_text(wish.starts_at)
        return cls(wish.appointment, wish.evening, teacher, at, wish.pupil, wish.family)

    @property
    def slot(self) -> tuple[str, str, str]:
        """What one family alone can have; such are locked in their order."""
        return self.evening, self.teacher.id, self.at

    @property
    def children(self) -> list[PupilId]:
        return sorted(set(self.family.children))

    def appointment(self) -> Appointment:
        return Appointment(
            id=self.id,
            evening=self.evening,
            teacher=self.teacher.id,
            teacher_name=self.teacher.name,
            subject=self.teacher.subject,
            room=self.teacher.room,
            starts_at=read_moment(self.at),
            pupil=self.pupil,
        )


def _fault(
    wanted: _Wanted,
    evening: Evening,
    plan: Plan,
    classes: Mapping[PupilId, str],
    now: datetime,
) -> Fault | None:
    """Say why a time cannot be had, whoever else wants it; None where it may."""
    if not evening.may_book(now):
        return Fault.CLOSED
    if plan.teacher_of(wanted.teacher.id, classes.get(wanted.pupil, "")) is None:
        return Fault.NOT_TAUGHT
    return None if wanted.at in plan.slots[wanted.teacher.id] else Fault.NO_SLOT


# --- writing -----------------------------------------------------------------------------------


def _take(writing: _Writing, wanted: Sequence[_Wanted]) -> dict[str, Fault]:
    """Write appointments down. Result: those that are not had, with the reason.

    In the order of their slots, so that no two transactions wait for each other.
    """
    session, school = writing.session, writing.school
    at = moment_text(writing.now)
    wanted = sorted(wanted, key=lambda one: one.slot)
    rows = session.insert_new(
        "appointment",
        (
            "school_id", "id", "evening_id", "teacher_id", "starts_at", "pupil_id", "state",
            "booked_at", "booked_by", "cursor",
        ),
        [
            (school, one.id, *one.slot, one.pupil, "booked", at, one.family.who, writing.cursor)
            for one in wanted
        ],
        returning="id",
    )  # fmt: skip
    had = {row[0] for row in rows}
    lost = [one for one in wanted if one.id not in had]
    faults = dict(zip((one.id for one in lost), _why_not(session, school, lost), strict=True))
    taken = [one for one in wanted if one.id in had]
    elsewhere = _attend(session, school, taken)
    if len(taken) > len(elsewhere):
        writing.tell_terminals()
    return faults | dict.fromkeys(elsewhere, Fault.ELSEWHERE)


def _attend(session: Session, school: SchoolId, taken: Sequence[_Wanted]) -> list[str]:
    """Let families be at their teachers'. Result: appointments that are undone, as they cannot."""
    rows = session.insert_new(
        "meeting_attendance",
        ("school_id", "evening_id", "starts_at", "pupil_id", "appointment_id"),
        [(school, one.evening, one.at, child, one.id) for one in taken for child in one.children],
        returning="appointment_id",
    )
    came = Counter(row[0] for row in rows)
    undone = sorted(one.id for one in taken if came[one.id] < len(one.children))
    for table, column in (("meeting_attendance", "appointment_id"), ("appointment", "id")):
        session.run_by(
            f"DELETE FROM {table} WHERE school_id = ? AND {column} IN",  # noqa: S608  the two above
            undone,
            school,
        )
    return undone


def _why_not(session: Session, school: SchoolId, wanted: Sequence[_Wanted]) -> list[Fault]:
    """Say for each time that could not be had, why."""
    have: set[tuple[str, str, str]] = set()
    for evening in sorted({one.evening for one in wanted}):
        pupils = sorted({one.pupil for one in wanted if one.evening == evening})
        rows = session.rows_by(
            "SELECT pupil_id, teacher_id FROM appointment WHERE school_id = ? AND evening_id = ?"
            " AND state = 'booked' AND pupil_id IN",
            pupils,
            school,
            evening,
            along="teacher_id",
        )
        have |= {(evening, row[0], row[1]) for row in rows}
    return [
        Fault.BOOKED_ALREADY if (one.evening, one.pupil, one.teacher.id) in have else Fault.TAKEN
        for one in wanted
    ]


def _release(writing: _Writing, appointment: str, state: str) -> None:
    writing.session.run(
        "UPDATE appointment SET state = ?, cursor = ? WHERE school_id = ? AND id = ?",
        state,
        writing.cursor,
        writing.school,
        appointment,
    )
    writing.session.run(
        "DELETE FROM meeting_attendance WHERE school_id = ? AND appointment_id = ?",
        writing.school,
        appointment,
    )
    writing.tell_terminals()
