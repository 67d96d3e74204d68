"""The family's timetable: whom they meet and where, and the days away; made to be printed, too."""

from starlette.responses import Response

from central.families.links import children_of
from central.meetings.timetable import family_timetable
from central.pages.pupils import pupil_names
from central.pages.visit import Visit


def show(visit: Visit) -> Response:
    """Show what awaits the family from today on, day by day."""
    with visit.store.database.reading() as session:
        children = children_of(session, visit.user)
        entries = family_timetable(session, visit.school.id, children, since=visit.today)
        names = pupil_names(session, visit.school.id, children)
    days = sorted({one.first_day for one in entries})
    return visit.page(
        "family_timetable.html",
        days=[(day, [one for one in entries if one.first_day == day]) for day in days],
        names=names,
    )
