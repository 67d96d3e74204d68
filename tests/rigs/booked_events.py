"""What a centre's books hold of terminals' events, as these sealed them."""

from central.database import Session
from central.sealed import AFTER_ALL, Sealed, sealed_between

_BEFORE_ALL = (-9, 0)


def booked_events(session: Session, terminal: str | None = None) -> list[Sealed]:
    """Return every event, those that stand aside first; of one terminal, or of all."""
    return [
        event
        for school, name in session.rows("SELECT school_id, id FROM terminal ORDER BY id")
        if terminal in (None, name)
        for event in sealed_between(session, school, name, after=_BEFORE_ALL, before=AFTER_ALL)
    ]


def accepted_events(session: Session, terminal: str | None = None) -> list[Sealed]:
    """Return every event that was booked as what it says it is."""
    return [one for one in booked_events(session, terminal) if one.verdict == "accepted"]
