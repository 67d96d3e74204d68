"""The audit log: who did what to the centre's records, when. Its rows are never changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from central.database import Session
from core.codec import moment_text, read_moment
from core.ids import SchoolId

_COLUMNS = "id, at, who, what, subject"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the log. id: sorts by time; what a page of the log goes on from."""

    id: str
    at: datetime
    who: str
    what: str
    subject: str


def write_audit(
    session: Session, school: SchoolId, *, who: str, what: str, subject: str, at: datetime
) -> None:
    """Add a line to a school's log, in the same transaction as what it tells of."""
    moment = moment_text(at)
    # Two lines of one moment differ in what they say, or in their number: no counter is shared,
    # so that nobody waits for another's line.
    digest = hashlib.sha256(f"{who}\0{what}\0{subject}".encode()).hexdigest()[:12]
    row = session.row("SELECT COUNT(*) FROM audit WHERE school_id = ? AND at = ?", school, moment)
    assert row is not None, "an aggregate has one row"
    session.insert_many(
        "audit",
        ("school_id", "id", "at", "who", "what", "subject"),
        [(school, f"{moment} {row[0]:06d} {digest}", moment, who, what, subject)],
    )


def list_audit(
    session: Session, school: SchoolId, *, before: str = "", limit: int = 100
) -> list[AuditLine]:
    """Return lines of a school's log, the newest first. before: the id of the last one seen."""
    behind = " AND id < ?" if before else ""
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM audit WHERE school_id = ?{behind}"  # noqa: S608
        " ORDER BY id DESC LIMIT ?",
        school,
        *([before] if before else []),
        limit,
    )
    return [AuditLine(row[0], read_moment(row[1]), row[2], row[3], row[4]) for row in rows]
