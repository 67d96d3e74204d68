"""What the demo school does beside lunch: a trip paid in parts, study, an evening for parents.

Small on purpose: the first class, and whoever something special awaits, are enrolled for a day at
the sea, in two instalments, and in study; all classes have an evening with three teachers.
"""

from datetime import UTC, datetime, time, timedelta

from central.activities.participants import enrol
from central.activities.plans import Activity, plan_activity
from central.feed import advance_feed
from central.meetings.evenings import Evening, Teacher, set_up_evening
from central.office import Act
from central.seed import DemoSchool
from central.store import Store
from central.study import put_session, write_enrolments
from core.ids import PupilId, SessionId
from core.money import Money
from core.profiles import MINUTES_A_DAY
from core.study import WHOLE_WEEK, StudyEnrolment, StudySession

_WHO = "demo"
_PARTS = (Money(1500), Money(2000))
_ENROLLED_DAYS = 30
_TEACHERS = (
    ("t-1", "Mme Dardenne", "Mathématiques", "B12"),
    ("t-2", "M. Verbeke", "Néerlandais", "B14"),
    ("t-3", "Mme Heinen", "Allemand", "C03"),
)


def furnish_activities(store: Store, demo: DemoSchool) -> None:
    """Plan the trip and set up the evening of a demo school that was loaded a moment ago."""
    now = datetime.combine(demo.today, time(7, 0), UTC)
    act = Act(_WHO, now)
    classes = sorted({one.class_name for one in demo.pupils if one.class_name[:1].isdigit()})
    stars = {one.id for one in demo.pupils[-demo.special_count :] if one.class_name in classes}
    first = {one.id for one in demo.pupils if one.class_name == classes[0]}
    pupils = sorted(stars | first)
    _plan_trip(store, demo, pupils, act)
    _hold_study(store, demo, pupils, act)
    _set_up_evening(store, demo, classes, act)


def _plan_trip(store: Store, demo: DemoSchool, pupils: list[PupilId], act: Act) -> None:
    day = demo.today + timedelta(days=60)
    trip = Activity(
        id="demo-sea",
        name="Journée à la mer",
        details="Train, guide et pique-nique.",
        place="Ostende",
        first_day=day,
        last_day=day,
        answer_by=demo.today + timedelta(days=20),
        places=None,
        price=Money(sum(part.cents for part in _PARTS)),
        takes_wallet=True,
        instalments=(
            (demo.today + timedelta(days=20), _PARTS[0]),
            (demo.today + timedelta(days=40), _PARTS[1]),
        ),
    )
    plan_activity(store, demo.school.id, trip, who=act.who, now=act.at)
    enrol(store, demo.school.id, activity=trip.id, pupils=pupils, act=act)


def _hold_study(store: Store, demo: DemoSchool, pupils: list[PupilId], act: Act) -> None:
    """Hold a session all day, every day: whenever the demo is tried, it is study."""
    held = StudySession(
        id=SessionId("demo-study"),
        name="Étude du soir",
        weekdays=WHOLE_WEEK,
        starts=0,
        ends=MINUTES_A_DAY - 1,
        price=Money(100),
    )
    put_session(store, demo.school.id, held, who=act.who, now=act.at)
    since = demo.today - timedelta(days=_ENROLLED_DAYS)
    places = [StudyEnrolment(pupil, held.id, since) for pupil in pupils]
    with store.database.writing() as session:
        write_enrolments(session, demo.school.id, places, advance_feed(session, demo.school.id))


def _set_up_evening(store: Store, demo: DemoSchool, classes: list[str], act: Act) -> None:
    day = demo.today + timedelta(days=9)
    evening = Evening(
        id="demo-evening",
        name="Rencontre des parents",
        day=day,
        starts_at=time(17, 0),
        ends_at=time(20, 0),
        opens_at=act.at,
        closes_at=datetime.combine(day, time(11, 0), UTC),
    )
    teachers = [Teacher(*one, tuple(classes)) for one in _TEACHERS]
    set_up_evening(store, demo.school.id, evening, teachers, act=act)
