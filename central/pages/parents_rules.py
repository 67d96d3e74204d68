"""Families as the office sees them: what parents may do, and mail that does not leave."""

from starlette.responses import Response

from central.database import Session
from central.families.rules import Rule, read_rules, write_rules
from central.mail.mail_queue import faulty_mail
from central.pages.parents import classes_without
from central.pages.users import Role
from central.pages.visit import OFFICE, Visit
from core.ids import SchoolId

_HERE = f"{OFFICE}/families"


def show(visit: Visit) -> Response:
    """Show the rules, how many families are reached, and what went wrong with their mail."""
    school = visit.school.id
    with visit.store.database.reading() as session:
        return visit.page(
            "families.html",
            rules=read_rules(session, school),
            faults=faulty_mail(session, school),
            classes=classes_without(session, school),
            **_counts(session, school),
        )


def take(visit: Visit) -> Response:
    """Take what the school allows from now on."""
    rules = {rule: visit.field(rule.value) == "yes" for rule in Rule}
    write_rules(visit.store, visit.school.id, rules, who=visit.user.name, at=visit.now)
    return visit.go(_HERE, done="rules")


def _counts(session: Session, school: SchoolId) -> dict[str, int]:
    def count(sql: str, *values: str) -> int:
        row = session.row(sql, school, *values)
        assert row is not None, "an aggregate has one row"
        return int(row[0])

    return {
        "parents": count(
            "SELECT COUNT(*) FROM web_user WHERE school_id = ? AND role = ?", Role.PARENT.value
        ),
        "reached": count(
            "SELECT COUNT(*) FROM family_mail WHERE school_id = ? AND confirmed_at IS NOT NULL"
        ),
        "without": count(
            "SELECT COUNT(*) FROM pupil p LEFT JOIN family_pupil f ON f.school_id = p.school_id"
            " AND f.pupil_id = p.id WHERE p.school_id = ? AND f.pupil_id IS NULL"
        ),
    }
