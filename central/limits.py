"""What parents allow at the counter, and what was bought of it, as the centre keeps it.

What a pupil buys is counted per day and product from the moment at which the parents set a limit,
and for these pupils alone: most have none, and each sale would cost a row.
"""

from collections.abc import Mapping, Sequence

from central.booking import BoughtKey
from central.database import Session
from core.ids import PupilId, SchoolId
from core.limits import NO_LIMITS, Limits
from core.snapshot import LIMIT_COLUMNS, limit_row, limits_from_rows

_PUT_LIMITS = (
    f"INSERT INTO pupil_limit (school_id, cursor, {LIMIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
    " ON CONFLICT (school_id, pupil_id) DO UPDATE SET cursor = excluded.cursor,"
    " daily_max_cents = excluded.daily_max_cents, asks_allergens = excluded.asks_allergens,"
    " product_max = excluded.product_max"
)
_BOUGHT = ("pupil_id", "day", "product_id", "quantity", "cents")
_ADD_BOUGHT = (
    "ON CONFLICT (school_id, pupil_id, day, product_id) DO UPDATE SET"
    " quantity = pupil_bought.quantity + excluded.quantity,"
    " cents = pupil_bought.cents + excluded.cents, cursor = excluded.cursor"
)


def write_limits(
    session: Session, school: SchoolId, limits: Sequence[tuple[PupilId, Limits]], cursor: int
) -> None:
    """Write what parents allow from now on. cursor: this change's place in the feed."""
    rows = [(school, cursor, *limit_row(pupil, allowed)) for pupil, allowed in limits]
    session.run_many(_PUT_LIMITS, rows)


def read_limits(session: Session, school: SchoolId, pupil: PupilId) -> Limits:
    """Return what a pupil's parents allow, without what was bought."""
    row = session.row(
        f"SELECT {LIMIT_COLUMNS} FROM pupil_limit WHERE school_id = ? AND pupil_id = ?",  # noqa: S608
        school,
        pupil,
    )
    return NO_LIMITS if row is None else limits_from_rows(row, ())


def write_bought(
    session: Session, school: SchoolId, bought: Mapping[BoughtKey, tuple[int, int]], cursor: int
) -> None:
    """Add what limited pupils bought, or with negative counts gave back, to their counts.

    bought: pieces and cents.
    """
    rows = [
        (pupil, day.isoformat(), product, quantity, cents)
        for (pupil, day, product), (quantity, cents) in sorted(bought.items())
        if quantity or cents
    ]
    shared: dict[str, str | int] = {"school_id": school, "cursor": cursor}
    session.insert_many("pupil_bought", _BOUGHT, rows, shared=shared, conflict=_ADD_BOUGHT)
