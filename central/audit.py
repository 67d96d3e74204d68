"""The audit log: who did what to the centre's records, when. Its rows are never changed."""

from datetime import datetime

from central.database import Session
from core.codec import moment_text
from core.ids import SchoolId


def write_audit(
    session: Session, school: SchoolId, *, who: str, what: str, subject: str, at: datetime
) -> None:
    """Add a line to a school's log, in the same transaction as what it tells of."""
    row = session.row("SELECT COUNT(*) FROM audit WHERE school_id = ?", school)
    assert row is not None, "an aggregate has one row"
    session.insert_many(
        "audit",
        ("school_id", "id", "at", "who", "what", "subject"),
        [(school, f"{row[0] + 1:012d}", moment_text(at), who, what, subject)],
    )
