"""Trips and other activities at the office: planned, a class enrolled, and who has paid what."""

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from central.activities.invoices import invoices_of_activity
from central.activities.participants import (
    Answer,
    AnswerRefusedError,
    Participant,
    cancel_activity,
    class_pupils,
    enrol,
    invite,
    participants,
    withdraw,
)
from central.activities.plans import (
    Activity,
    find_activity,
    list_activities,
    plan_activity,
    set_deadline,
)
from central.database import Session
from central.office import Act
from central.pages.money import act_of
from central.pages.pupils import pupil_names, the_pupil
from central.pages.visit import OFFICE, FormError, NotHereError, Visit
from core.errors import MoneyFormatError
from core.ids import PupilId, SchoolId
from core.invoices import Invoice
from core.money import ZERO, Money, parse_money, sum_money

_HERE = f"{OFFICE}/activities"
_INSTALMENTS = 4
_DETAILS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One pupil of an activity, with the invoice where there is one."""

    pupil: PupilId
    name: str
    participant: Participant
    invoice: Invoice | None


def show(visit: Visit) -> Response:
    """List what is planned, and offer to plan another."""
    with visit.store.database.reading() as session:
        activities = list_activities(session, visit.school.id)
        counts = _counts(session, visit.school.id)
    return visit.page(
        "activities.html",
        activities=activities,
        counts=counts,
        answers=[one.value for one in Answer],
        instalments=range(1, _INSTALMENTS + 1),
    )


def plan(visit: Visit) -> Response:
    """Plan an activity."""
    price = _amount(visit, "price")
    answer_by = _day(visit, "answer_by")
    first_day = _day(visit, "first_day")
    parts = _instalments(visit)
    if not parts and price:
        parts = [(answer_by, price)]
    made = Activity(
        id=visit.once(),
        name=visit.field("name")[:80],
        details=visit.field("details")[:_DETAILS_MAX],
        place=visit.field("place")[:80],
        first_day=first_day,
        last_day=_day(visit, "last_day") if visit.field("last_day") else first_day,
        answer_by=answer_by,
        places=_places(visit),
        price=price,
        takes_wallet=visit.field("takes_wallet") == "yes",
        instalments=tuple(parts),
    )
    plan_activity(visit.store, visit.school.id, made, who=visit.user.name, now=visit.now)
    return visit.go(f"{_HERE}/{made.id}", done="planned")


def look(visit: Visit) -> Response:
    """Show who takes part, and who has paid what."""
    with visit.store.database.reading() as session:
        activity = _own(session, visit)
        lines = _lines(session, visit.school.id, activity.id)
        classes = _classes(session, visit.school.id)
    invoices = [one.invoice for one in lines if one.invoice is not None]
    return visit.page(
        "activity.html",
        activity=activity,
        lines=lines,
        classes=classes,
        answers={
            answer.value: sum(one.participant.answer is answer for one in lines)
            for answer in Answer
        },
        owed=sum_money(one.owed for one in invoices),
        paid=sum_money(one.paid for one in invoices),
        late=sum_money(one.overdue(visit.today) for one in invoices),
        is_open=activity.may_answer(visit.today),
    )


def ask(visit: Visit) -> Response:
    """Invite or enrol a class, or one pupil."""
    activity, pupils = _whom(visit)
    act = Act(visit.user.name, visit.now)
    how = visit.field("how")
    if how not in ("invite", "enrol"):
        raise FormError("refused.choice")
    if how == "invite":
        invite(visit.store, visit.school.id, activity=activity, pupils=pupils, act=act)
        return visit.go(f"{_HERE}/{activity}", done="invited")
    try:
        enrol(visit.store, visit.school.id, activity=activity, pupils=pupils, act=act)
    except AnswerRefusedError as error:
        raise FormError("refused.no_places") from error
    return visit.go(f"{_HERE}/{activity}", done="enrolled")


def take_off(visit: Visit) -> Response:
    """Take a pupil off it, for a reason; some of the invoice may be kept."""
    with visit.store.database.reading() as session:
        activity = _own(session, visit)
    withdraw(
        visit.store,
        visit.school.id,
        activity=activity.id,
        pupil=PupilId(visit.ids["pupil"]),
        kept=_amount(visit, "kept"),
        act=act_of(visit),
    )
    return visit.go(f"{_HERE}/{activity.id}", done="taken_off")


def ask_take_off(visit: Visit) -> Response:
    """Ask what is kept when a pupil does not come, and why."""
    with visit.store.database.reading() as session:
        activity = _own(session, visit)
        lines = _lines(session, visit.school.id, activity.id)
    found = [one for one in lines if one.pupil == visit.ids["pupil"]]
    if not found or found[0].participant.answer is not Answer.YES:
        raise NotHereError
    return visit.page("activity_withdraw.html", activity=activity, line=found[0])


def move_deadline(visit: Visit) -> Response:
    """Let parents answer until another day."""
    with visit.store.database.reading() as session:
        activity = _own(session, visit)
    set_deadline(
        visit.store,
        visit.school.id,
        activity=activity.id,
        answer_by=_day(visit, "answer_by"),
        who=visit.user.name,
        now=visit.now,
    )
    return visit.go(f"{_HERE}/{activity.id}", done="deadline")


def call_off(visit: Visit) -> Response:
    """Cancel it: every invoice is credited."""
    with visit.store.database.reading() as session:
        activity = _own(session, visit)
    cancel_activity(visit.store, visit.school.id, activity=activity.id, act=act_of(visit))
    return visit.go(f"{_HERE}/{activity.id}", done="called_off")


# --- what was asked -----------------------------------------------------------------------------


def _own(session: Session, visit: Visit) -> Activity:
    found = find_activity(session, visit.school.id, visit.ids["activity"])
    if found is None:
        raise NotHereError
    return found


def _whom(visit: Visit) -> tuple[str, list[PupilId]]:
    with visit.store.database.reading() as session:
        activity = _own(session, visit).id
        if visit.field("class_name"):
            return activity, class_pupils(session, visit.school.id, visit.field("class_name"))
    return activity, [the_pupil(visit, visit.field("pupil"))]


def _day(visit: Visit, name: str) -> date:
    try:
        return date.fromisoformat(visit.field(name))
    except ValueError as error:
        raise FormError("refused.day") from error


def _amount(visit: Visit, name: str) -> Money:
    """Return an amount of zero or more; nothing written is zero."""
    written = visit.field(name).replace("\N{EURO SIGN}", "").strip()
    try:
        amount = parse_money(written) if written else ZERO
    except MoneyFormatError as error:
        raise FormError("refused.amount") from error
    if amount < ZERO:
        raise FormError("refused.amount")
    return amount


def _instalments(visit: Visit) -> list[tuple[date, Money]]:
    return [
        (_day(visit, f"due_{number}"), _amount(visit, f"part_{number}"))
        for number in range(1, _INSTALMENTS + 1)
        if visit.field(f"due_{number}") or visit.field(f"part_{number}")
    ]


def _places(visit: Visit) -> int | None:
    written = visit.field("places")
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) < 6):  # noqa: PLR2004  no trip is so large
        raise FormError("refused.number")
    return int(written)


# --- what is shown ------------------------------------------------------------------------------


def _lines(session: Session, school: SchoolId, activity: str) -> list[Line]:
    invoices = {one.id: one for one in invoices_of_activity(session, school, activity)}
    people = participants(session, school, activity)
    names = pupil_names(session, school, [one.pupil for one in people])
    lines = [
        Line(
            pupil=one.pupil,
            name=names.get(one.pupil, one.pupil),
            participant=one,
            invoice=None if one.invoice is None else invoices[one.invoice],
        )
        for one in people
    ]
    return sorted(lines, key=lambda one: (one.name, one.pupil))


def _counts(session: Session, school: SchoolId) -> dict[str, dict[str, int]]:
    rows = session.rows(
        "SELECT activity_id, answer, COUNT(*) FROM activity_pupil WHERE school_id = ?"
        " GROUP BY activity_id, answer",
        school,
    )
    counts: dict[str, dict[str, int]] = {}
    for activity, answer, count in rows:
        counts.setdefault(activity, {})[answer] = count
    return counts


def _classes(session: Session, school: SchoolId) -> list[str]:
    sql = "SELECT DISTINCT class_name FROM pupil WHERE school_id = ? ORDER BY 1"
    return [row[0] for row in session.rows(sql, school)]
