"""Who came late and who is away, at the centre."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import presence_facts
import pytest
from presence_facts import SCHOOL, TODAY, arrives

from central.errors import RecordError
from central.lateness import (
    NotedAbsence,
    absences_of,
    absences_on,
    late_arrivals_of,
    late_arrivals_on,
    note_absences,
)
from core.facts import LateWhy
from core.ids import PupilId
from core.presence_rows import AbsenceState

pupil = presence_facts.pupil


def test_a_late_arrival_keeps_its_first_hour_and_takes_its_reason(centre, till, pupil):
    came = datetime(2026, 11, 24, 7, 37, tzinfo=UTC)
    first = arrives(till, pupil, at=came)
    arrives(till, pupil, at=came + timedelta(minutes=1), said=LateWhy.DOCTOR, arrival=first.id)
    till.send()
    with centre.store.database.reading() as session:
        (seen,) = late_arrivals_of(session, SCHOOL, pupil)
        assert late_arrivals_on(session, SCHOOL, TODAY) == [seen]
        assert late_arrivals_of(session, SCHOOL, pupil, until=date(2026, 11, 23)) == []
    assert (seen.arrived_at, seen.said, seen.late_minutes) == (came, LateWhy.DOCTOR, 12)


def test_the_earlier_of_two_gates_counts(centre, till, pupil):
    came = datetime(2026, 11, 24, 7, 37, tzinfo=UTC)
    arrives(till, pupil, at=came, said=LateWhy.FAMILY)
    till.send()
    other = centre.till("Gate 2")
    arrives(other, pupil, at=came - timedelta(minutes=2))
    other.send()
    with centre.store.database.reading() as session:
        (seen,) = late_arrivals_of(session, SCHOOL, pupil)
    assert (seen.arrived_at, seen.said) == (came - timedelta(minutes=2), LateWhy.FAMILY)


def test_absences_are_written_changed_and_withdrawn(centre, pupil):
    day = NotedAbsence(pupil, TODAY, AbsenceState.ANNOUNCED, "grippe")
    note_absences(centre.store, SCHOOL, [day], who="office", now=centre.clock())
    with centre.store.database.reading() as session:
        assert absences_on(session, SCHOOL, TODAY) == absences_of(session, SCHOOL, pupil) == [day]
    gone = replace(day, state=AbsenceState.WITHDRAWN)
    note_absences(centre.store, SCHOOL, [gone], who="office", now=centre.clock())
    with centre.store.database.reading() as session:
        assert absences_on(session, SCHOOL, TODAY) == []
    with pytest.raises(RecordError, match="no pupil nobody"):
        note_absences(
            centre.store,
            SCHOOL,
            [replace(day, pupil=PupilId("nobody"))],
            who="office",
            now=centre.clock(),
        )
    with pytest.raises(RecordError, match="at most 200"):
        note_absences(
            centre.store, SCHOOL, [replace(day, note="x" * 201)], who="o", now=centre.clock()
        )
