"""Parents' meetings: one family at a teacher's, one teacher for a family, however many at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from school_calendar import day_trip, parents_evening

from central.activities.participants import enrol
from central.activities.plans import plan_activity
from central.errors import RecordError
from central.meetings.appointments import appointments_of, appointments_on, list_slots
from central.meetings.booking import (
    Family,
    Fault,
    SlotRefusedError,
    Wish,
    book,
    book_all,
    cancel,
    move,
)
from central.meetings.evenings import (
    Teacher,
    cancel_evening,
    list_evenings,
    list_teachers,
    set_up_evening,
)
from central.meetings.timetable import EntryKind, family_timetable
from central.migrations import MIGRATIONS
from central.office import Act
from core.ids import PupilId
from core.money import ZERO

SCHOOL = "demo"
DAY = date(2026, 12, 3)
FIVE = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)  # 17:00 in Brussels
TEN = timedelta(minutes=10)


class Hall:
    """An evening of two teachers, who both teach the first class."""

    def __init__(self, centre, clock) -> None:
        self.centre, self.store, self.clock = centre, centre.store, clock
        self.class_name = centre.school.pupils[0].class_name
        self.pupils = [one.id for one in centre.school.pupils if one.class_name == self.class_name]
        self.evening = parents_evening(
            now=clock(),
            ends_at=time(18, 5),
            opens_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        self.teachers = (
            Teacher("dubois", "Mme Dubois", "Maths", "B12", (self.class_name,), (time(17, 30),)),
            Teacher("maes", "M. Maes", "Nederlands", "B14", (self.class_name,)),
        )
        self.ids = iter(f"a{number}" for number in range(10_000))

    def act(self, why=""):
        return Act("anna", self.clock(), why)

    def set_up(self, *teachers, **other):
        made = replace(self.evening, **other)
        return set_up_evening(self.store, SCHOOL, made, teachers or self.teachers, act=self.act())

    def book(self, pupil, teacher="dubois", after=0, *, children=None, key=None):
        return book(
            self.store,
            SCHOOL,
            appointment=key or next(self.ids),
            evening="autumn",
            teacher=teacher,
            starts_at=FIVE + after * TEN,
            pupil=pupil,
            family=Family(tuple(children or (pupil,)), "mother"),
            now=self.clock(),
        )

    def move(self, appointment, after, family, *, key=None):
        return move(
            self.store,
            SCHOOL,
            appointment=appointment,
            to=key or next(self.ids),
            starts_at=FIVE + after * TEN,
            family=Family(tuple(family), "father"),
            now=self.clock(),
        )

    def cancel(self, appointment, *family):
        cancel(
            self.store,
            SCHOOL,
            appointment=appointment,
            family=Family(tuple(family), "father"),
            now=self.clock(),
        )

    def times(self, *pupils):
        with self.store.database.reading() as session:
            found = appointments_of(session, SCHOOL, "autumn", pupils)
        return [(one.teacher, (one.starts_at - FIVE) // TEN) for one in found]

    def free(self, teacher):
        with self.store.database.reading() as session:
            slots = list_slots(session, SCHOOL, "autumn", [teacher])
        return [(one.starts_at - FIVE) // TEN for one in slots if one.is_free]

    def feed(self):
        return self.centre.one("SELECT cursor FROM school WHERE id = ?", SCHOOL)


@pytest.fixture
def hall(centre, clock):
    made = Hall(centre, clock)
    made.set_up()
    return made


class refused:  # noqa: N801  reads like pytest.raises
    """Expects one fault, and no other."""

    def __init__(self, fault):
        self.fault = fault

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is SlotRefusedError, f"not refused: {error}"
        assert error.fault is self.fault
        return True


def test_an_evening_has_its_teachers_slots_in_the_schools_time(hall):
    with hall.store.database.reading() as session:
        assert [one.id for one in list_evenings(session, SCHOOL)] == ["autumn"]
        assert [one.id for one in list_teachers(session, SCHOOL, "autumn")] == ["maes", "dubois"]
    assert hall.free("maes") == [0, 1, 2, 3, 4, 5]
    assert hall.free("dubois") == [0, 1, 2, 4, 5]
    hall.set_up(name="another name")
    with hall.store.database.reading() as session:
        (known,) = list_evenings(session, SCHOOL)
    assert known == hall.evening


def test_parents_book_move_and_cancel(hall):
    lea = hall.pupils[0]
    first = hall.book(lea, after=1, key="one")
    assert hall.book(lea, after=1, key="one") == first
    assert (first.teacher_name, first.room, first.starts_at) == ("Mme Dubois", "B12", FIVE + TEN)
    assert hall.free("dubois") == [0, 2, 4, 5]
    with refused(Fault.BOOKED_ALREADY):
        hall.book(hall.pupils[0], "dubois", 2)
    with refused(Fault.TAKEN):
        hall.book(hall.pupils[1], after=2, key="one")  # an id of somebody else's
    moved = hall.move("one", 4, [lea], key="two")
    assert hall.move("one", 4, [lea], key="two") == moved
    assert hall.times(lea) == [("dubois", 4)]
    assert hall.move("two", 4, [lea]).id == "two"
    hall.cancel("two", lea)
    hall.cancel("two", lea)
    assert hall.times(lea) == []
    assert hall.free("dubois") == [0, 1, 2, 4, 5]
    assert hall.book(lea, after=1).teacher == "dubois"


def test_what_is_refused_says_why_and_changes_nothing(hall, clock):
    lea, ben, *_ = hall.pupils
    other = next(one.id for one in hall.centre.school.pupils if one.class_name != hall.class_name)
    hall.book(lea, key="lea")
    with refused(Fault.TAKEN):
        hall.book(ben)
    with refused(Fault.BOOKED_ALREADY):
        hall.book(lea, after=1)
    with refused(Fault.ELSEWHERE):
        hall.book(lea, "maes")
    with refused(Fault.NOT_TAUGHT):
        hall.book(other, after=1)
    with refused(Fault.NO_SLOT):
        hall.book(ben, after=3)
    with refused(Fault.GONE):
        hall.book(ben, after=1, children=[lea])
    with refused(Fault.GONE):
        hall.move("lea", 1, [ben])
    with refused(Fault.GONE):
        hall.cancel("lea", ben)
    hall.book(ben, after=1, key="ben")
    with refused(Fault.TAKEN):
        hall.move("ben", 0, [ben])
    assert hall.times(lea, ben) == [("dubois", 0), ("dubois", 1)]
    clock.now = hall.evening.closes_at
    with refused(Fault.CLOSED):
        hall.book(ben, "maes", 5)
    with refused(Fault.CLOSED):
        hall.cancel("ben", ben)
    clock.now = hall.evening.opens_at - timedelta(seconds=1)
    with refused(Fault.CLOSED):
        hall.book(ben, "maes", 5)


def test_brothers_and_sisters_are_one_family(hall):
    lea, ben = family = hall.pupils[:2]
    hall.book(lea, "dubois", 0, children=family)
    with refused(Fault.ELSEWHERE):
        hall.book(ben, "maes", 0, children=family)
    # Also where the father is linked to one of the two alone.
    with refused(Fault.ELSEWHERE):
        hall.book(ben, "maes", 0, children=[ben])
    hall.book(ben, "maes", 1, children=family)
    assert hall.times(*family) == [("dubois", 0), ("maes", 1)]


def test_a_cancelled_evening_has_no_appointments(hall):
    lea = hall.pupils[0]
    hall.book(lea)
    assert cancel_evening(hall.store, SCHOOL, evening="autumn", act=hall.act("snow")) == 1
    assert cancel_evening(hall.store, SCHOOL, evening="autumn", act=hall.act("snow")) == 0
    assert hall.times(lea) == []
    with refused(Fault.CLOSED):
        hall.book(lea)


def test_the_timetable_holds_meetings_and_trips_in_their_order(hall):
    lea, ben = hall.pupils[:2]
    hall.book(lea, "maes", 2, children=(lea, ben))
    hall.book(ben, "dubois", 1, children=(lea, ben))
    zoo = day_trip(
        "zoo",
        place="Anvers",
        first_day=date(2026, 12, 1),
        last_day=date(2026, 12, 1),
        answer_by=date(2026, 11, 30),
        price=ZERO,
        instalments=(),
    )
    plan_activity(hall.store, SCHOOL, zoo, who="anna", now=hall.clock())
    enrol(hall.store, SCHOOL, activity="zoo", pupils=[ben], act=hall.act())
    with hall.store.database.reading() as session:
        found = family_timetable(session, SCHOOL, (lea, ben), since=date(2026, 11, 24))
        later = family_timetable(session, SCHOOL, (lea, ben), since=date(2026, 12, 2))
        past = family_timetable(session, SCHOOL, (lea, ben), since=date(2026, 12, 4))
    assert [(one.kind, one.label, one.place, one.pupil) for one in found] == [
        (EntryKind.ACTIVITY, "Zoo", "Anvers", ben),
        (EntryKind.MEETING, "Mme Dubois", "B12", ben),
        (EntryKind.MEETING, "M. Maes", "B14", lea),
    ]
    assert later == found[1:]
    assert past == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": " "}, "its name"),
        ({"ends_at": time(17, 9)}, "before its first slot"),
        ({"minutes": 3}, "5 to 60"),
        ({"closes_at": datetime(2026, 11, 20, tzinfo=UTC)}, "booking ends"),
        ({"starts_at": time(5, 0)}, "at most 12"),
    ],
)
def test_an_evening_that_makes_no_sense_is_refused(hall, other, said):
    with pytest.raises(RecordError, match=said):
        hall.set_up(id="other", **other)


@pytest.mark.parametrize(
    ("teacher", "said"),
    [
        (Teacher("x", "X", "", "", ()), "teaches no class"),
        (Teacher("x", "X", "", "", ("9Z",)), "no class 9Z"),
        (Teacher("x", "", "", "", ("1A",)), "has a name"),
        (Teacher("x", "X", "", "", ("1A",), (time(17, 5),)), "no slot begins"),
    ],
)
def test_a_teacher_that_makes_no_sense_is_refused(hall, teacher, said):
    with pytest.raises(RecordError, match=said):
        hall.set_up(teacher, id="other")
    with pytest.raises(RecordError, match="same id"):
        hall.set_up(hall.teachers[0], hall.teachers[0], id="other")


# --- many in one transaction -------------------------------------------------------------------


def wish(pupil, teacher="dubois", after=0, *, key=None, children=None, evening="autumn"):
    family = Family(tuple(children or (pupil,)), "mother")
    id_ = key or f"{pupil} {teacher} {after}"
    return Wish(id_, evening, teacher, FIVE + after * TEN, pupil, family)


def booked_together(hall, *wishes):
    """Return what became of each: its time, or why it has none."""
    answers = book_all(hall.store, SCHOOL, wishes, now=hall.clock())
    return [
        answer.fault
        if isinstance(answer, SlotRefusedError)
        else str(answer)
        if isinstance(answer, RecordError)
        else (answer.teacher, (answer.starts_at - FIVE) // TEN)
        for answer in answers
    ]


def test_of_many_wishes_the_first_has_the_slot_and_nobody_loses_for_another(hall):
    lea, ben, kim, max_, *_ = hall.pupils
    other = next(one.id for one in hall.centre.school.pupils if one.class_name != hall.class_name)
    hall.book(max_, "maes", 5)
    assert booked_together(
        hall,
        wish(lea, after=1),
        wish(ben, after=1),
        wish(other, after=2),
        wish(kim, after=3),
        wish(max_, "maes", 4),
        wish(kim, after=4, children=[ben]),
        wish(kim, after=5, evening="spring"),
        wish(ben, after=5),
    ) == [
        ("dubois", 1),
        Fault.TAKEN,
        Fault.NOT_TAUGHT,
        Fault.NO_SLOT,
        Fault.BOOKED_ALREADY,
        Fault.GONE,
        f"there are no meetings spring at school {SCHOOL}",
        ("dubois", 5),
    ]
    assert hall.times(lea, ben, kim, max_) == [("dubois", 1), ("dubois", 5), ("maes", 5)]


def test_a_form_that_is_sent_twice_in_one_moment_is_booked_once(hall):
    lea, ben, *_ = hall.pupils
    assert booked_together(hall, wish(lea, key="one"), wish(ben), wish(lea, key="one")) == [
        ("dubois", 0),
        Fault.TAKEN,
        ("dubois", 0),
    ]
    assert hall.times(lea, ben) == [("dubois", 0)]


def test_a_familys_second_wish_knows_of_its_first(hall):
    lea, ben, *_ = hall.pupils
    both = (lea, ben)
    assert booked_together(
        hall,
        wish(lea, after=1, children=both),
        wish(ben, "maes", 1, children=both),
        wish(lea, after=2, children=both),
        wish(ben, "maes", 2, children=both),
    ) == [("dubois", 1), Fault.ELSEWHERE, Fault.BOOKED_ALREADY, ("maes", 2)]
    assert hall.times(*both) == [("dubois", 1), ("maes", 2)]


def test_a_time_whose_first_cannot_come_is_the_seconds(hall):
    lea, ben, kim, *_ = hall.pupils
    hall.book(lea, "dubois", 2, children=(lea, ben))
    assert booked_together(
        hall, wish(ben, "maes", 2), wish(kim, "maes", 2), wish(ben, "maes", 1, key="later")
    ) == [Fault.ELSEWHERE, ("maes", 2), ("maes", 1)]
    assert sorted(hall.times(lea, ben, kim)) == [("dubois", 2), ("maes", 1), ("maes", 2)]
    attends = hall.centre.rows("SELECT appointment_id, COUNT(*) FROM meeting_attendance GROUP BY 1")
    assert sorted(count for _, count in attends) == [1, 1, 2]


def test_each_that_is_booked_is_news_to_the_terminals(hall):
    lea, ben, *_ = hall.pupils
    before = hall.feed()
    booked_together(hall, wish(lea), wish(ben, after=1))
    cursors = {row[0] for row in hall.centre.rows("SELECT cursor FROM appointment")}
    assert cursors == {before + 1}
    assert hall.feed() == before + 1


def test_who_loses_is_no_news_to_anybody(hall):
    lea, ben, *_ = hall.pupils
    booked_together(hall, wish(lea))
    before = hall.feed()
    assert booked_together(hall, wish(ben)) == [Fault.TAKEN]
    assert hall.feed() == before


# --- the race ----------------------------------------------------------------------------------

RACERS = 8


def race(hall, acts):
    """Do many things at the same moment. Result: what each came to, an appointment or a fault."""
    gate = threading.Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        except SlotRefusedError as error:
            return error.fault

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def doubles(hall):
    """Return the slots with several families, and the children who are in two rooms at once."""
    with hall.store.database.reading() as session:
        booked = appointments_on(session, SCHOOL, "autumn")
    rooms = [(one.teacher, one.starts_at) for one in booked]
    children = [(one.pupil, one.starts_at) for one in booked]
    return len(rooms) - len(set(rooms)), len(children) - len(set(children))


def test_of_many_families_at_once_one_has_the_slot(hall):
    for after in (0, 1, 2):
        came_to = race(
            hall,
            [
                lambda pupil=pupil, after=after: hall.book(pupil, "maes", after)
                for pupil in hall.pupils[after * 5 : after * 5 + 5]
            ],
        )
        assert came_to.count(Fault.TAKEN) == 4
    assert doubles(hall) == (0, 0)
    assert hall.free("maes") == [3, 4, 5]


@pytest.fixture
def keyless(hall):
    """The hall without the key of its slots, which comes back for whoever has the database next."""
    (sql,) = (
        one for step in MIGRATIONS for one in step.statements if "INDEX appointment_slot" in one
    )
    with hall.store.database.writing() as session:
        session.run("DROP INDEX appointment_slot")
    yield hall
    with hall.store.database.writing() as session:
        session.run("UPDATE appointment SET state = 'cancelled'")
        session.run(sql)


def test_the_control_without_the_key_slots_are_booked_twice(keyless):
    hall = keyless
    came_to = race(
        hall, [lambda pupil=pupil: hall.book(pupil, "maes") for pupil in hall.pupils[:RACERS]]
    )
    assert Fault.TAKEN not in came_to
    assert doubles(hall)[0] == RACERS - 1


def test_a_family_of_many_hands_is_in_one_room(hall):
    family = tuple(hall.pupils[:4])
    acts = [
        lambda pupil=pupil, teacher=teacher: hall.book(pupil, teacher, 2, children=family)
        for pupil in family
        for teacher in ("dubois", "maes")
    ]
    came_to = race(hall, acts)
    assert len(hall.times(*family)) == 1
    assert sum(isinstance(one, Fault) for one in came_to) == len(acts) - 1


def test_families_that_swap_their_times_do_not_wait_for_each_other(hall):
    one, other = hall.pupils[:2]
    hall.book(one, "maes", 0, key="one")
    hall.book(other, "maes", 1, key="other")
    came_to = race(
        hall,
        [lambda: hall.move("one", 1, [one]), lambda: hall.move("other", 0, [other])],
    )
    assert came_to == [Fault.TAKEN, Fault.TAKEN]
    assert hall.times(one, other) == [("maes", 0), ("maes", 1)]


def test_a_move_and_a_booking_of_one_slot_give_it_once(hall):
    mover, *others = hall.pupils[:5]
    hall.book(mover, "maes", 0, key="start")
    race(
        hall,
        [
            lambda: hall.move("start", 1, [PupilId(mover)]),
            *(lambda pupil=pupil: hall.book(pupil, "maes", 1) for pupil in others),
        ],
    )
    assert doubles(hall) == (0, 0)
    assert 1 not in hall.free("maes")
    assert len(hall.times(mover)) == 1
