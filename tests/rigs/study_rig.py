"""A terminal of the study room and of the gate: the school of six, enrolled and at times away.

Alice and Bob are in the short session, Chloé in the long one, where pupils tap out. It is a
Tuesday, five past four in Brussels, or an hour that the test chooses.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canteen import TODAY
from journal_rig import SCHOOL, meta, write_copy
from staffed_rig import CASH_POLICY, FATIMA_BADGE, NOOR_BADGE, StaffedCounter, fatima, noor
from till_rig import SCHOOL_KEY, badge_of, pupil_of

from core.ids import PupilId, SessionId
from core.money import Money
from core.people import BadgeState
from core.policy import Policy
from core.presence_rows import Row, enrolment_row, session_row
from core.profiles import Profile, Timetable
from core.study import StudyEnrolment, StudySession
from core.tap import badge_key
from offline_cache.snapshot import Snapshot
from terminal.settlement import use_copy

AT_STUDY = datetime(2026, 11, 24, 15, 5, tzinfo=UTC)
AT_THE_BELL = datetime(2026, 11, 24, 7, 25, tzinfo=UTC)
WEEK = frozenset({0, 1, 3, 4})
SHORT = StudySession(
    SessionId("short"), "Étude courte", WEEK, 16 * 60 + 5, 17 * 60 + 15, Money(100)
)
LONG = StudySession(
    SessionId("long"), "Étude longue", WEEK, 16 * 60 + 5, 18 * 60, Money(100), wants_out=True
)


def enrolled(number: int, session: StudySession, **changes: Any) -> StudyEnrolment:
    since = changes.pop("since", TODAY.replace(month=9, day=1))
    return StudyEnrolment(PupilId(f"p{number}"), session.id, since, **changes)


PLACES = (enrolled(1, SHORT), enrolled(2, SHORT), enrolled(3, LONG))


def study_copy(
    path: Path,
    *,
    presence: Mapping[str, Sequence[Row]] | None = None,
    places: Sequence[StudyEnrolment] = PLACES,
    **changes: object,
) -> Path:
    """Write the copy of the school of six with its study. David's badge is lost."""
    about = {"settled": (0, 0), "policy": CASH_POLICY, "made_at": AT_STUDY} | changes
    path.unlink(missing_ok=True)
    states = {4: BadgeState.LOST}
    return write_copy(
        path,
        pupils=[pupil_of(n) for n in range(1, 7)],
        badges=[badge_of(n, states.get(n, BadgeState.ACTIVE)) for n in range(1, 7)],
        orders=[],
        about=meta(**about),
        staff={
            fatima(): badge_key(FATIMA_BADGE, school_key=SCHOOL_KEY),
            noor(): badge_key(NOOR_BADGE, school_key=SCHOOL_KEY),
        },
        presence={
            "study_session": [session_row(SHORT), session_row(LONG)],
            "study_enrolment": [enrolment_row(place) for place in places],
            **(presence or {}),
        },
    )


class StudyRoom(StaffedCounter):
    """A terminal that is a study room, or another profile, from its start."""

    def __init__(
        self, folder: Path, profile: Profile = Profile.STUDY, *, at: datetime = AT_STUDY
    ) -> None:
        super().__init__(folder, timetable=Timetable(otherwise=profile))
        self.clock.at = at
        self.learn_study()

    def learn_study(self, policy: Policy = CASH_POLICY, **changes: Any) -> None:
        """Take a copy, as after a download."""
        path = study_copy(self.copy_path, policy=policy, **changes)
        use_copy(Snapshot.open(path, school_id=SCHOOL), self.knowledge, self.recorder)

    def owed(self, number: int) -> int:
        """Return what the terminal holds back of a pupil's balance, in cents."""
        return self.recorder.state.unsettled.owed_of(PupilId(f"p{number}")).cents
