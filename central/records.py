"""Rows of the centre's books to values of the core, and the school's own record."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from central.database import Row, Session
from central.errors import RecordError
from core.calendar import SchoolCalendar
from core.ids import SchoolId
from core.orders import Order
from core.policy import Policy
from core.policy_plain import policy_from_plain, policy_plain
from core.receipt import SchoolHeader
from core.snapshot import ORDER_COLUMNS, order_from_row

Standing = tuple[Policy, int]
"""How a school stands: the rules that it has set, and the last place in its feed."""


@dataclass(frozen=True, slots=True)
class School:
    """A school as the centre keeps it. badge_key: the secret for `core.tap.badge_key`."""

    id: SchoolId
    header: SchoolHeader
    zone: str
    day_starts_at: time
    orders_close_at: time
    order_days_max: int
    closed_days: frozenset[date]
    policy: Policy
    badge_key: bytes

    @property
    def calendar(self) -> SchoolCalendar:
        """The school's calendar."""
        return SchoolCalendar(
            zone=ZoneInfo(self.zone),
            day_starts_at=self.day_starts_at,
            orders_close_at=self.orders_close_at,
            order_days_max=self.order_days_max,
            closed_days=self.closed_days,
        )


def write_school(session: Session, school: School) -> None:
    """Insert a school. Raises RecordError when there is one of this id."""
    if session.row("SELECT 1 FROM school WHERE id = ?", school.id) is not None:
        message = f"school {school.id!r} is in this database already; name another database"
        raise RecordError(message)
    columns = (
        "id",
        "name",
        "address",
        "number",
        "zone",
        "day_starts_at",
        "orders_close_at",
        "order_days_max",
        "closed_days",
        "policy",
        "badge_key",
        "cursor",
    )
    row = (school.id, *_settings(school), school.badge_key, 0)
    session.insert_many("school", columns, [row])


def change_school(session: Session, school: School) -> None:
    """Write a school's settings anew; its badge key stays. The caller advances the feed."""
    session.run(
        "UPDATE school SET name = ?, address = ?, number = ?, zone = ?, day_starts_at = ?,"
        " orders_close_at = ?, order_days_max = ?, closed_days = ?, policy = ? WHERE id = ?",
        *_settings(school),
        school.id,
    )


def _settings(school: School) -> tuple[str | int, ...]:
    return (
        school.header.name,
        school.header.address,
        school.header.number,
        school.zone,
        school.day_starts_at.isoformat(),
        school.orders_close_at.isoformat(),
        school.order_days_max,
        ",".join(sorted(day.isoformat() for day in school.closed_days)),
        json.dumps(policy_plain(school.policy)),
    )


def read_school(session: Session, school: SchoolId) -> School:
    """Return a school. Raises RecordError when there is none of this id."""
    row = session.row(
        "SELECT id, name, address, number, zone, day_starts_at, orders_close_at, order_days_max,"
        " closed_days, policy, badge_key FROM school WHERE id = ?",
        school,
    )
    if row is None:
        message = f"there is no school {school!r} in this database"
        raise RecordError(message)
    return _school(row)


@lru_cache(maxsize=64)
def _school(row: Row) -> School:
    """Return the school of its row: every page asks, and hardly ever does it change."""
    return School(
        id=SchoolId(row[0]),
        header=SchoolHeader(name=row[1], address=row[2], number=row[3]),
        zone=row[4],
        day_starts_at=time.fromisoformat(row[5]),
        orders_close_at=time.fromisoformat(row[6]),
        order_days_max=row[7],
        closed_days=frozenset(date.fromisoformat(day) for day in row[8].split(",") if day),
        policy=policy_from_plain(json.loads(row[9])),
        badge_key=bytes(row[10]),
    )


def list_schools(session: Session) -> list[SchoolId]:
    """Return the ids of all schools."""
    return [SchoolId(row[0]) for row in session.rows("SELECT id FROM school ORDER BY id")]


def read_policy(session: Session, school: SchoolId) -> Policy:
    """Return the rules that a school has set."""
    return read_standing(session, school)[0]


def read_standing(session: Session, school: SchoolId) -> Standing:
    """Return how a school stands."""
    row = session.row("SELECT policy, cursor FROM school WHERE id = ?", school)
    assert row is not None, "a terminal has a school"
    return standing_of(row[0], row[1])


def standing_of(policy: str, cursor: int) -> Standing:
    """Return how a school stands by two columns of its row."""
    return _policy(policy), cursor


@lru_cache(maxsize=64)
def _policy(written: str) -> Policy:
    """Return the policy of its text: every batch asks, and hardly ever does it change."""
    return policy_from_plain(json.loads(written))


def read_orders(session: Session, school: SchoolId, ids: Sequence[str]) -> list[Order]:
    """Return orders by their ids; nobody else may change them until the transaction ends."""
    rows = session.rows_by(
        f"SELECT {ORDER_COLUMNS} FROM meal_order WHERE school_id = ? AND id IN",  # noqa: S608
        ids,
        school,
        lock=True,
    )
    return [order_from_row(row) for row in rows]
