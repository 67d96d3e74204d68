"""What a terminal notes of a presence, by hand; and a session of study that holds one pupil."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from central.study import enrol, presences_of, put_session
from core.facts import ArrivedLate, LateWhy, PresenceWithdrawn, StudyEntered, StudyLeft
from core.ids import SchoolId, SessionId, StaffId
from core.money import Money
from core.study import StudyEnrolment, StudySession
from core.tap import Assurance

TODAY = date(2026, 11, 24)
SCHOOL = SchoolId("demo")
STUDY_AT = datetime(2026, 11, 24, 15, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHORT = StudySession(
    SessionId("short"), "Étude courte", frozenset({0, 1, 3, 4}), 965, 1035, Money(100)
)


@pytest.fixture
def pupil(centre):
    return next(one.id for one in centre.school.pupils if centre.balance(one.id) > 1000)


@pytest.fixture
def study(centre, pupil):
    """Hold the short session, with one pupil in it, at the hour at which it begins."""
    put_session(centre.store, SCHOOL, SHORT, who="office", now=centre.clock())
    place = StudyEnrolment(pupil, SHORT.id, date(2026, 9, 1))
    enrol(centre.store, SCHOOL, place, who="office", now=centre.clock())
    centre.clock.now = STUDY_AT
    return place


def enters(till, pupil, *, price=100, at=None, **changes):
    fact = StudyEntered(
        day=TODAY,
        session=SHORT.id,
        pupil=pupil,
        badge=till.centre.badge_of(pupil),
        assurance=Assurance.UID,
        price=Money(price),
    )
    return till.journal.append(replace(fact, **changes), at=at or till.clock())


def leaves(till, pupil, *, at=None):
    fact = StudyLeft(TODAY, SHORT.id, pupil, till.centre.badge_of(pupil), Assurance.UID)
    return till.journal.append(fact, at=at or till.clock())


def arrives(till, pupil, *, at, said=LateWhy.NOT_SAID, arrival=None):
    fact = ArrivedLate(
        day=TODAY,
        pupil=pupil,
        badge=till.centre.badge_of(pupil),
        assurance=Assurance.UID,
        due_at=datetime(2026, 11, 24, 7, 25, tzinfo=UTC),
        said=said,
        arrival=arrival,
    )
    return till.journal.append(fact, at=at)


def takes_back(till, sealed, pupil, *, session=SHORT.id, price=100, at=None):
    fact = PresenceWithdrawn(
        day=TODAY,
        presence=sealed.id,
        pupil=pupil,
        session=session,
        staff=StaffId("fatima"),
        why="the wrong twin",
        price=Money(price),
    )
    return till.journal.append(fact, at=at or till.clock())


def presences(centre, pupil):
    with centre.store.database.reading() as session:
        return presences_of(session, SCHOOL, pupil)
