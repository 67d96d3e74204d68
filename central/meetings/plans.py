"""The plan of an evening: who teaches whom, and when each teacher is there.

An evening is set up once, with all its teachers and slots, and nothing of that is changed
afterwards. So it is read once in a process: what changes, whether the evening was cancelled and who
has which time, is asked of the database each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from central.database import Session
from central.meetings.evenings import Teacher, list_teachers
from central.store import Store
from core.ids import SchoolId


@dataclass(frozen=True, slots=True)
class Plan:
    """An evening's teachers by id. taught: by class, in the order of their names.

    slots: the starts of each teacher's slots as they are written, the first one first.
    """

    teachers: Mapping[str, Teacher]
    taught: Mapping[str, tuple[str, ...]]
    slots: Mapping[str, tuple[str, ...]]

    def teacher_of(self, teacher: str, class_name: str) -> Teacher | None:
        """Return a teacher; None for one who does not teach a class."""
        return self.teachers[teacher] if teacher in self.taught.get(class_name, ()) else None

    def teachers_of(self, class_name: str) -> list[Teacher]:
        """Return who teach a class, by name."""
        return [self.teachers[one] for one in self.taught.get(class_name, ())]


def read_plan(store: Store, session: Session, school: SchoolId, evening: str) -> Plan | None:
    """Return the plan of an evening; None when there is none of this id."""
    return store.unchanging.once(
        ("evening", school, evening), lambda: _read(session, school, evening)
    )


def _read(session: Session, school: SchoolId, evening: str) -> Plan | None:
    teachers = {one.id: one for one in list_teachers(session, school, evening)}
    if not teachers:
        return None
    taught: dict[str, list[str]] = {}
    for teacher in teachers.values():
        for name in teacher.classes:
            taught.setdefault(name, []).append(teacher.id)
    slots: dict[str, list[str]] = {one: [] for one in teachers}
    for row in session.rows(
        "SELECT teacher_id, starts_at FROM meeting_slot WHERE school_id = ? AND evening_id = ?"
        " ORDER BY teacher_id, starts_at",
        school,
        evening,
    ):
        slots[row[0]].append(row[1])
    return Plan(
        teachers,
        {name: tuple(ids) for name, ids in taught.items()},
        {one: tuple(times) for one, times in slots.items()},
    )
