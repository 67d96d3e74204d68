"""What a person must look at: the exceptions that ingest raises, and their words."""

from collections.abc import Sequence

from central.arrivals import Incoming
from central.database import Session
from core.batch import Flag

WORDS = {
    Flag.OVERDRAFT: "the general wallet is further below zero than the school allows",
    Flag.DOUBLE_COLLECTION: "this meal was collected before",
    Flag.AFTER_CANCEL: "this meal had been cancelled and credited back",
    Flag.CLOCK_SKEW: "the terminal's clock was wrong",
    Flag.UNKNOWN_BADGE: "the badge is not this pupil's",
    Flag.UNKNOWN_ORDER: "there is no such order of this pupil at this price",
    Flag.UNKNOWN_PUPIL: "there is no such pupil",
    Flag.TO_SETTLE: "served although the money was not there",
    Flag.BLOCKED_BADGE: "served with a blocked badge, as the school's rules allow",
    Flag.UNKNOWN_DOCUMENT: "what it corrects was never booked",
    Flag.CORRECTED_TWICE: "what it corrects was corrected before",
    Flag.CLOSING_DIFFERS: "the terminal's closing differs from the books",
}
"""What each broken rule means, for the list of exceptions."""


def case_id(event: str, flag: Flag) -> str:
    """Return the id of the exception that an event raised by breaking a rule."""
    return f"{event}.{flag.value}"


def raise_exceptions(
    session: Session, incoming: Incoming, rows: Sequence[tuple[str, str, str, str]]
) -> None:
    """Write exceptions: (id, subject, flag, detail). One that is there already stays as it is."""
    if not rows:
        return
    at = incoming.now_text
    session.insert_many(
        "exception",
        ("school_id", "terminal_id", "id", "subject", "flag", "detail", "raised_at"),
        [(incoming.terminal.school_id, incoming.terminal.id, *row, at) for row in rows],
        conflict="ON CONFLICT DO NOTHING",
    )
