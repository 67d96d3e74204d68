"""A day's presences for the office: study by session, late arrivals, and who is away.

Here the office also says who is enrolled in which session, and notes absences; what terminals told
is only read, or taken back where it was noted by mistake.
"""

from datetime import date

from starlette.responses import Response

from central.errors import RecordError
from central.lateness import NOTE_MAX, NotedAbsence, absences_on, late_arrivals_on, note_absences
from central.pages.money import act_of
from central.pages.pupils import pupil_names, the_pupil
from central.pages.visit import OFFICE, FormError, NotHereError, Visit
from central.presence_corrections import NotedPresence, find_noted, withdraw_presence
from central.study import enrol, list_enrolments, list_sessions, presences_on, put_session
from core.errors import CoreError
from core.ids import SessionId
from core.money import ZERO, Money, parse_money
from core.presence_rows import AbsenceState
from core.study import StudyEnrolment, StudySession

_HERE = f"{OFFICE}/presence"
_MINUTES_AN_HOUR = 60


def show(visit: Visit) -> Response:
    """Show who was at study on a day, who came late, and who is away."""
    day, school = visit.asked_day(), visit.school.id
    with visit.store.database.reading() as session:
        seen = presences_on(session, school, day)
        late = late_arrivals_on(session, school, day)
        absent = absences_on(session, school, day)
        sessions = list_sessions(session, school)
        places = [one for one in list_enrolments(session, school) if one.is_on(day)]
        names = pupil_names(
            session,
            school,
            [
                *(one.pupil for one in seen),
                *(one.pupil for one in late),
                *(one.pupil for one in absent),
                *(one.pupil for one in places),
            ],
        )
    there = {(one.session, one.pupil) for one in seen if not one.is_withdrawn}
    held = [one for one in sessions if one.is_on(day)]
    return visit.page(
        "presence.html",
        shown=day,
        seen=seen,
        late=late,
        absent=absent,
        missing=[
            (one, place.pupil)
            for one in held
            for place in places
            if place.session == one.id and (one.id, place.pupil) not in there
        ],
        sessions=sessions,
        names=names,
        clock=_clock,
        states=[state.value for state in AbsenceState],
        note_max=NOTE_MAX,
    )


def note_absence(visit: Visit) -> Response:
    """Note that a pupil is away on a day, or was not after all."""
    day = _day(visit, "on")
    try:
        state = AbsenceState(visit.field("state"))
    except ValueError as error:
        raise FormError("refused.old_form") from error
    note = visit.field("note")[:NOTE_MAX]
    pupil = the_pupil(visit, visit.field("pupil"))
    absence = NotedAbsence(pupil, day, state, note)
    note_absences(visit.store, visit.school.id, [absence], who=visit.user.name, now=visit.now)
    return visit.go(_HERE, done="absence_noted", day=day.isoformat())


def ask_withdraw(visit: Visit) -> Response:
    """Ask for the reason why a presence or a late arrival is taken back."""
    noted = _noted(visit)
    with visit.store.database.reading() as session:
        names = pupil_names(session, visit.school.id, [noted.pupil])
    return visit.page(
        "presence_withdraw.html",
        noted=noted,
        name=names.get(noted.pupil, noted.pupil),
        back=f"{_HERE}?day={noted.day.isoformat()}",
    )


def withdraw(visit: Visit) -> Response:
    """Take back what a terminal noted by mistake; what it cost goes back once."""
    noted = _noted(visit)
    withdraw_presence(visit.store, visit.school.id, event=noted.event, act=act_of(visit))
    return visit.go(_HERE, done="presence_withdrawn", day=noted.day.isoformat())


def _noted(visit: Visit) -> NotedPresence:
    with visit.store.database.reading() as session:
        noted = find_noted(session, visit.school.id, visit.ids["event"])
    if noted is None:
        raise NotHereError
    return noted


def enrol_pupil(visit: Visit) -> Response:
    """Enrol a pupil in a session from today on, or end it today."""
    pupil = the_pupil(visit, visit.field("pupil"))
    is_over = visit.field("act") == "end"
    place = StudyEnrolment(
        pupil,
        SessionId(visit.field("session")),
        since=visit.today,
        until=visit.today if is_over else None,
    )
    try:
        enrol(visit.store, visit.school.id, place, who=visit.user.name, now=visit.now)
    except RecordError as error:
        raise FormError("refused.not_here") from error
    return visit.go(_HERE, done="study_ended" if is_over else "study_enrolled")


def write_session(visit: Visit) -> Response:
    """Hold a session of study: its name, weekdays, hours, and what it costs."""
    weekdays = frozenset(day for day in range(7) if visit.field(f"on_{day}"))
    name = visit.field("name")
    try:
        wanted = StudySession(
            id=SessionId(visit.field("id") or visit.once()),
            name=name,
            weekdays=weekdays,
            starts=_minutes(visit.field("starts")),
            ends=_minutes(visit.field("ends")),
            price=_price(visit.field("price")),
            wants_out=bool(visit.field("wants_out")),
            is_held=not visit.field("is_over"),
        )
        put_session(visit.store, visit.school.id, wanted, who=visit.user.name, now=visit.now)
    except (ValueError, CoreError, RecordError) as error:
        raise FormError("refused.study_session") from error
    return visit.go(_HERE, done="study_written")


def _day(visit: Visit, name: str) -> date:
    try:
        return date.fromisoformat(visit.field(name))
    except ValueError as error:
        raise FormError("refused.old_form") from error


def _price(text: str) -> Money:
    return parse_money(text) if text else ZERO


def _minutes(text: str) -> int:
    """Return the minutes since midnight of a time such as 16:05. Raises ValueError."""
    hours, _, minutes = text.partition(":")
    return int(hours) * _MINUTES_AN_HOUR + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // _MINUTES_AN_HOUR:02d}:{minutes % _MINUTES_AN_HOUR:02d}"
