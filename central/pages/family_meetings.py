"""Parents' meetings: each child's teachers, what is booked with them, and cancelling it.

A teacher's times are a page of their own: `central.pages.family_slots`.

When booking opens, everybody comes at once. So both pages answer a crowd (`central.pages.crowd`):
what all of a group need is asked in one statement a table, and of the pages only what differs is
made anew (`central.pages.mould`). The own children, which are asked first, are the only door.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import Response

from central.families.children import OwnChild, families_of
from central.families.links import children_of
from central.meetings.appointments import Own, own_times
from central.meetings.booking import Family, SlotRefusedError, cancel
from central.meetings.evenings import Evening, EveningState, Teacher, list_evenings
from central.meetings.plans import Plan, read_plan
from central.pages.mould import fill, mark
from central.pages.place import Outcome
from central.pages.visit import FAMILY, FormError, NotHereError, Visit
from core.ids import PupilId

_HERE = f"{FAMILY}/meetings"
_QUOTED_MAX = 4000


def show_all(visits: Sequence[Visit]) -> list[Outcome]:
    """Show the evenings to come, each child's teachers, and what is booked."""
    store, school = visits[0].store, visits[0].school.id
    with store.database.reading() as session:
        families = families_of(session, school, (one.user.name for one in visits))
        children = [child.id for family in families.values() for child in family]
        evenings = [
            (
                evening,
                read_plan(store, session, school, evening.id),
                own_times(session, school, evening.id, children),
            )
            for evening in list_evenings(session, school, since=visits[0].today)
        ]
    return [_list(visit, families[visit.user.name], evenings) for visit in visits]


def give_back(visit: Visit) -> Response:
    """Cancel an appointment of a child's."""
    with visit.store.database.reading() as session:
        family = Family(tuple(children_of(session, visit.user)), visit.user.name)
    try:
        cancel(
            visit.store,
            visit.school.id,
            appointment=visit.ids["appointment"],
            family=family,
            now=visit.now,
        )
    except SlotRefusedError as error:
        if error.fault.value == "gone":
            raise NotHereError from error
        raise FormError(f"refused.slot_{error.fault.value}") from error
    return visit.go(_HERE, done="meeting_cancelled")


# --- what is shown ------------------------------------------------------------------------------


def _list(
    visit: Visit,
    children: Sequence[OwnChild],
    evenings: Sequence[tuple[Evening, Plan | None, Mapping[PupilId, Sequence[Own]]]],
) -> Response:
    stages: list[tuple[Evening, str]] = []
    cards: dict[str, str] = {}
    for evening, plan, own in evenings:
        stage = _stage(evening, visit.now)
        shown = [
            _card(visit, evening, child, taught, own[child.id], is_open=stage == "open")
            for child in children
            if plan is not None and (taught := plan.teachers_of(child.class_name))
        ]
        if shown:
            cards[f"cards_{len(stages)}"] = Markup("".join(shown))  # noqa: S704  made by a template
            stages.append((evening, stage))
    return visit.moulded(
        "family_meetings.html",
        shape={"evenings": tuple(stages), "children": tuple(map(mark, cards))},
        blanks=cards,
    )


def _stage(evening: Evening, now: datetime) -> str:
    if evening.state is EveningState.CANCELLED:
        return "cancelled"
    if evening.may_book(now):
        return "open"
    return "before" if now < evening.opens_at else "closed"


def _card(
    visit: Visit,
    evening: Evening,
    child: OwnChild,
    taught: Iterable[Teacher],
    own: Sequence[Own],
    *,
    is_open: bool,
) -> Markup:
    has = {one.teacher: one for one in own}
    lines = []
    for teacher in taught:
        mine = has.get(teacher.id)
        blanks = {
            "slots": "/".join(map(_quoted, (evening.id, child.id, teacher.id))),
            "appointment": "" if mine is None else _quoted(mine.appointment),
            "own_time": "" if mine is None else visit.voice.time(mine.starts_at),
            "first_name": child.first_name,
            "csrf": visit.csrf,
        }
        shape = {"teacher": teacher, "is_own": mine is not None, "is_open": is_open}
        lines.append(fill("meeting_line.html", visit.voice, shape=shape, blanks=blanks))
    made = Markup("".join(lines))  # noqa: S704  each made by a template
    blanks = {"child": child.text, "lines": made}
    return fill("meeting_child.html", visit.voice, shape={}, blanks=blanks)


@lru_cache(maxsize=_QUOTED_MAX)
def _quoted(name: str) -> str:
    return quote(name, safe="")
