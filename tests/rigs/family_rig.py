"""Families at a centre: parents who have chosen their passwords, and what their browsers hold."""

from datetime import UTC, datetime

from pages_rig import PASSWORD, Clerk
from school_calendar import day_trip, parents_evening

from central.activities.invoices import invoices_of_pupil
from central.activities.participants import answer, invite
from central.activities.plans import plan_activity
from central.families.access import make_token, use_code
from central.meetings.booking import Family, book
from central.meetings.evenings import Teacher, set_up_evening
from central.office import Act
from central.store import Store
from core.ids import PupilId, SchoolId
from core.people import Language


def add_parent(
    store: Store,
    school: SchoolId,
    name: str,
    *pupils: PupilId,
    at: object,
    language: Language = Language.FR,
) -> None:
    """Make a parent of some pupils, who has chosen the usual password."""
    act = Act("test", at)
    for pupil in pupils:
        access = make_token(store, school, pupil=pupil, name=name, language=language, act=act)
    used = use_code(store, name=name, code=access.code, password=PASSWORD, now=at)
    assert used is not None, "a fresh code works"


class Parent(Clerk):
    """Somebody at home, with a browser's cookies."""

    def sign_in(self, name: str, password: str = PASSWORD):
        """Fill in the form."""
        self.get("/sign-in")
        answered = self.post("/sign-in", {"name": name, "password": password})
        if answered.status_code == 303:
            self.get("/family")
        return answered


def trip(store, school, pupil, name, now):
    """A trip that the child goes on, and its invoice."""
    plan = day_trip(f"trip-{name}", name=f"Trip {last_of(name)}")
    act = Act("t", now)
    plan_activity(store, school, plan, who="t", now=now)
    invite(store, school, activity=plan.id, pupils=[pupil.id], act=act)
    answer(store, school, activity=plan.id, pupil=pupil.id, takes_part=True, act=act)
    with store.database.reading() as session:
        (invoice,) = invoices_of_pupil(session, school, pupil.id)
    return {"activity": plan.id, "invoice": invoice.id}


def meeting(store, school, pupil, name, now):
    """An evening with the child's teacher, and the appointment."""
    evening = parents_evening(f"evening-{name}", name=f"Evening {last_of(name)}", now=now)
    teacher = Teacher(f"teacher-{name}", f"Teacher {last_of(name)}", "", "", (pupil.class_name,))
    set_up_evening(store, school, evening, [teacher], act=Act("t", now))
    appointment = book(
        store, school, appointment=f"a-{name}", evening=evening.id, teacher=teacher.id,
        starts_at=datetime(2026, 12, 3, 16, 0, tzinfo=UTC), pupil=pupil.id,
        family=Family((pupil.id,), name), now=now,
    )  # fmt: skip
    return {"evening": evening.id, "teacher": teacher.id, "appointment": appointment.id}


def last_of(name):
    """A family's last name, as it stands on its pages."""
    return f"Last{name}"
