"""Trips and other activities of a family's children: what they are, what they cost, yes or no."""

from dataclasses import dataclass

from starlette.responses import Response

from central.activities.participants import (
    Answer,
    AnswerRefusedError,
    Participant,
    activities_of,
    answer,
    places_left,
)
from central.activities.plans import Activity, list_activities
from central.families.links import children_of
from central.office import Act
from central.pages.pupils import read_pupil
from central.pages.visit import FAMILY, FormError, NotHereError, Visit
from core.ids import PupilId
from core.people import Pupil

_HERE = f"{FAMILY}/activities"


@dataclass(frozen=True, slots=True)
class Asked:
    """One activity of one child. left: free places, None where they are not counted."""

    pupil: Pupil
    activity: Activity
    participant: Participant
    left: int | None


def show(visit: Visit) -> Response:
    """Show what the children are asked for: what waits for an answer first, then by day."""
    asked: list[Asked] = []
    with visit.store.database.reading() as session:
        school = visit.school.id
        for child in children_of(session, visit.user):
            pupil, _ = read_pupil(session, school, child)
            rows = {one.activity: one for one in activities_of(session, school, child)}
            asked += [
                Asked(pupil, activity, rows[activity.id], places_left(session, school, activity.id))
                for activity in list_activities(session, school, list(rows))
                if activity.last_day >= visit.today
            ]
    asked.sort(key=lambda one: (_is_answered(visit, one), one.activity.first_day, one.pupil.id))
    return visit.page(
        "family_activities.html",
        asked=asked,
        may_answer={one.activity.id for one in asked if one.activity.may_answer(visit.today)},
    )


def give_answer(visit: Visit) -> Response:
    """Take a yes or a no."""
    given = visit.field("answer")
    if given not in (Answer.YES.value, Answer.NO.value):
        raise FormError("refused.choice")
    pupil, activity = PupilId(visit.ids["pupil"]), visit.ids["activity"]
    with visit.store.database.reading() as session:
        rows = {one.activity for one in activities_of(session, visit.school.id, pupil)}
    if activity not in rows:
        raise NotHereError
    try:
        answer(
            visit.store,
            visit.school.id,
            activity=activity,
            pupil=pupil,
            takes_part=given == Answer.YES.value,
            act=Act(visit.user.name, visit.now),
        )
    except AnswerRefusedError as error:
        raise FormError("refused.answer") from error
    return visit.go(_HERE, done="answer_yes" if given == Answer.YES.value else "answer_no")


def _is_answered(visit: Visit, one: Asked) -> bool:
    is_open = one.activity.may_answer(visit.today)
    return not (is_open and one.participant.answer is Answer.INVITED)
