"""What a school lets parents do beside looking, ordering and moving money between wallets."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from central.audit import write_audit
from central.database import Session
from central.store import Store
from core.ids import SchoolId


class Rule(StrEnum):
    """Something that a school allows or not."""

    LOSE_BADGE = "lose_badge"
    """A parent may report a badge as lost; only the office makes one good again."""
    MOVE_MONEY = "move_money"
    """A parent may move money between the two wallets."""
    SET_LIMITS = "set_limits"
    """A parent may limit what is bought at the counter."""


_EVERYWHERE: Final = dict.fromkeys(Rule, True)


def read_rules(session: Session, school: SchoolId) -> dict[Rule, bool]:
    """Return what a school allows."""
    rows = session.rows("SELECT word, is_allowed FROM family_rule WHERE school_id = ?", school)
    own = {Rule(word): bool(is_allowed) for word, is_allowed in rows if word in set(Rule)}
    return _EVERYWHERE | own


def write_rules(
    store: Store, school: SchoolId, rules: Mapping[Rule, bool], *, who: str, at: datetime
) -> None:
    """Write down what a school allows from now on."""
    with store.database.writing() as session:
        session.run_many(
            "INSERT INTO family_rule (school_id, word, is_allowed) VALUES (?, ?, ?)"
            " ON CONFLICT (school_id, word) DO UPDATE SET is_allowed = excluded.is_allowed",
            [(school, rule.value, int(is_allowed)) for rule, is_allowed in sorted(rules.items())],
        )
        allowed = ", ".join(rule.value for rule, yes in sorted(rules.items()) if yes) or "nothing"
        write_audit(session, school, who=who, what=f"parents may: {allowed}", subject=school, at=at)
