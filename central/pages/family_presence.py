"""A child at evening study, late or away: what the terminals and the office noted."""

from starlette.responses import Response

from central.lateness import absences_of, late_arrivals_of
from central.pages.family import child_of, child_page
from central.pages.visit import Visit
from central.study import presences_of

_SHOWN = 60


def show(visit: Visit) -> Response:
    """Show presences and late arrivals, the newest first, and the absences that the office knows.

    An absence is told as a day and its state: the office's own words about it stay there.
    """
    pupil, school = child_of(visit), visit.school.id
    with visit.store.database.reading() as session:
        presences = presences_of(session, school, pupil, limit=_SHOWN)
        arrivals = late_arrivals_of(session, school, pupil, limit=_SHOWN)
        absences = absences_of(session, school, pupil, limit=_SHOWN)
    return child_page(
        visit,
        "family_presence.html",
        presences=presences,
        arrivals=arrivals,
        absences=absences,
    )
