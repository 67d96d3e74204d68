"""A teacher's times at a parents' meeting: shown to choose from, booked, and moved.

Plain forms: a time is a button. Who comes second to it is led back to the times, as they are now.

It answers a crowd, as `central.pages.family_meetings` tells: what an address names is looked for
among the own children, which are asked first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final

from markupsafe import Markup
from starlette.responses import Response

from central.database import Session
from central.errors import RecordError
from central.families.children import OwnChild, families_of
from central.meetings.appointments import Own, own_times, taken_times
from central.meetings.booking import Family, Fault, SlotRefusedError, Wish, book_all, move
from central.meetings.evenings import Evening, Teacher, find_evening
from central.meetings.plans import Plan, read_plan
from central.pages.mould import fill
from central.pages.place import Outcome
from central.pages.visit import FAMILY, FormError, NotHereError, RefusedError, Visit
from central.pages.voice import Voice
from central.store import Store
from core.codec import read_moment
from core.errors import CoreError
from core.ids import PupilId, SchoolId

_MEETINGS: Final = f"{FAMILY}/meetings"
_BUTTONS_MAX: Final = 4000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address names: an evening, a child of the visitor's, and a teacher of the child's."""

    visit: Visit
    children: Sequence[OwnChild]
    child: OwnChild
    evening: Evening
    plan: Plan
    teacher: Teacher

    @property
    def family(self) -> Family:
        """Who asks."""
        return Family(tuple(one.id for one in self.children), self.visit.user.name)


def choose_all(visits: Sequence[Visit]) -> list[Outcome]:
    """Show a teacher's times, to book one or to move to another."""
    store, school = visits[0].store, visits[0].school.id
    with store.database.reading() as session:
        asked = _asked(store, session, school, visits)
        here = [one for one in asked if isinstance(one, _Asked)]
        evenings = {one.evening.id for one in here}
        taken = {
            name: taken_times(
                session, school, name, (one.teacher.id for one in here if one.evening.id == name)
            )
            for name in evenings
        }
        own = _own_times(session, school, here)
    return [
        _times(one, taken[one.evening.id][one.teacher.id], own[one.evening.id])
        if isinstance(one, _Asked)
        else one
        for one in asked
    ]


def take_all(visits: Sequence[Visit]) -> list[Outcome]:
    """Book the time that was chosen; where the child has one with this teacher, move to it."""
    store, school = visits[0].store, visits[0].school.id
    with store.database.reading() as session:
        asked = _asked(store, session, school, visits)
        own = _own_times(session, school, [one for one in asked if isinstance(one, _Asked)])
    choices = [_choice(one, own) for one in asked]
    outcomes: list[Outcome] = []
    for is_booking, some in groupby(choices, key=_is_booking):
        if is_booking:
            outcomes += _book([one for one in some if isinstance(one, _Choice)])
        else:
            outcomes += [_move(one) if isinstance(one, _Choice) else one for one in some]
    return outcomes


# --- what was asked -----------------------------------------------------------------------------


def _asked(
    store: Store, session: Session, school: SchoolId, visits: Sequence[Visit]
) -> list[_Asked | RefusedError]:
    """Return what each address names; what is not the visitor's own is not here."""
    families = families_of(session, school, (one.user.name for one in visits))
    evenings = {
        name: (find_evening(session, school, name), read_plan(store, session, school, name))
        for name in sorted({one.ids["evening"] for one in visits})
    }
    return [_named(one, families[one.user.name], *evenings[one.ids["evening"]]) for one in visits]


def _named(
    visit: Visit, children: Sequence[OwnChild], evening: Evening | None, plan: Plan | None
) -> _Asked | RefusedError:
    child = next((one for one in children if one.id == visit.ids["pupil"]), None)
    if child is None or evening is None or plan is None:
        return NotHereError()
    teacher = plan.teacher_of(visit.ids["teacher"], child.class_name)
    if teacher is None:
        return NotHereError()
    return _Asked(visit, children, child, evening, plan, teacher)


OwnTimes = Mapping[str, Mapping[PupilId, Sequence[Own]]]
"""By evening, and by child."""


def _own_times(session: Session, school: SchoolId, asked: Sequence[_Asked]) -> OwnTimes:
    return {
        name: own_times(
            session,
            school,
            name,
            (child.id for one in asked if one.evening.id == name for child in one.children),
        )
        for name in sorted({one.evening.id for one in asked})
    }


# --- a time that was chosen ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choice:
    """A time that a visitor would like to have. instead_of: the appointment to move; or none."""

    visit: Visit
    wish: Wish
    instead_of: str | None


def _choice(asked: _Asked | RefusedError, own: OwnTimes) -> _Choice | RefusedError:
    if isinstance(asked, RefusedError):
        return asked
    visit = asked.visit
    try:
        once, starts_at = visit.once(), _moment(visit)
    except FormError as error:
        return error
    evening, teacher, pupil = asked.evening.id, asked.teacher.id, asked.child.id
    wish = Wish(once, evening, teacher, starts_at, pupil, asked.family)
    has = (one for one in own[evening][pupil] if one.teacher == teacher)
    return _Choice(visit, wish, next((one.appointment for one in has), None))


def _is_booking(choice: _Choice | RefusedError) -> bool:
    return isinstance(choice, _Choice) and choice.instead_of is None


def _book(choices: Sequence[_Choice]) -> list[Outcome]:
    visit = choices[0].visit
    wishes = [one.wish for one in choices]
    booked = book_all(visit.store, visit.school.id, wishes, now=visit.now)
    return [
        _refusal(answer)
        if isinstance(answer, RecordError)
        else choice.visit.go(_MEETINGS, done="meeting_booked")
        for choice, answer in zip(choices, booked, strict=True)
    ]


def _move(choice: _Choice) -> Outcome:
    assert choice.instead_of is not None, "there is one to move"
    try:
        move(
            choice.visit.store,
            choice.visit.school.id,
            appointment=choice.instead_of,
            to=choice.wish.appointment,
            starts_at=choice.wish.starts_at,
            family=choice.wish.family,
            now=choice.visit.now,
        )
    except SlotRefusedError as error:
        return _refusal(error)
    return choice.visit.go(_MEETINGS, done="meeting_moved")


def _refusal(error: RecordError) -> RefusedError:
    if isinstance(error, SlotRefusedError) and error.fault is not Fault.GONE:
        return FormError(f"refused.slot_{error.fault.value}")
    return NotHereError()


def _moment(visit: Visit) -> datetime:
    try:
        return read_moment(visit.field("starts_at")[:40])
    except (CoreError, ValueError) as error:
        raise FormError("refused.choice") from error


# --- what is shown ------------------------------------------------------------------------------


def _times(asked: _Asked, taken: set[str], own: Mapping[PupilId, Sequence[Own]]) -> Response:
    visit = asked.visit
    mine = next((one for one in own[asked.child.id] if one.teacher == asked.teacher.id), None)
    states = dict.fromkeys(taken, "taken")
    for child in asked.children:
        states |= {one.at: "elsewhere" for one in own[child.id] if one is not mine}
    if mine is not None:
        states[mine.at] = "ours"
    is_open = asked.evening.may_book(visit.now)
    buttons = _buttons(visit.voice, is_open=is_open)
    times = [buttons[at, states.get(at, "free")] for at in asked.plan.slots[asked.teacher.id]]
    return visit.moulded(
        "family_slots.html",
        shape={
            "evening": asked.evening,
            "teacher": asked.teacher,
            "is_own": mine is not None,
            "is_open": is_open,
        },
        blanks={
            "own_time": "" if mine is None else visit.voice.time(mine.starts_at),
            "child": asked.child.text,
            "once": visit.new_id(),
            "times": Markup("".join(times)),  # noqa: S704  each made by a template
        },
    )


class _Buttons(dict[tuple[str, str], Markup]):
    """The times to choose, each made once: by the start as it is written, and its state."""

    def __init__(self, voice: Voice, *, is_open: bool) -> None:
        super().__init__()
        self._voice = voice
        self._is_open = is_open

    def __missing__(self, key: tuple[str, str]) -> Markup:
        if len(self) >= _BUTTONS_MAX:
            self.clear()
        at, state = key
        shape = {"starts_at": read_moment(at), "state": state, "is_open": self._is_open}
        self[key] = made = fill("meeting_slot.html", self._voice, shape=shape, blanks={})
        return made


@lru_cache(maxsize=32)
def _buttons(voice: Voice, *, is_open: bool) -> _Buttons:
    return _Buttons(voice, is_open=is_open)
