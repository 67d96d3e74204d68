"""A pupil leaves: orders credited, badges out of use, every terminal's copy without them.

Parents without another child here are let in no longer (`central.families.farewell`).

What they bought stays in the books, and so does what their wallets hold until it is paid out. The
name is kept beside it for as long as there is something to settle, and forgotten after that.
"""

from dataclasses import dataclass
from datetime import datetime

from central.audit import write_audit
from central.badges import retire_badges
from central.database import Session
from central.errors import RecordError
from central.families.farewell import close_accounts, forget_accounts
from central.feed import advance_feed
from central.office import Act, read_wallets
from central.orders import cancel_reserved
from central.records import read_school
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import PupilId, SchoolId
from core.money import ZERO, Money
from core.orders import Order, OrderState
from core.snapshot import ORDER_COLUMNS, order_from_row
from core.wallet import Wallets


@dataclass(frozen=True, slots=True)
class FormerPupil:
    """Somebody who has left. The names are empty once they are forgotten."""

    id: PupilId
    first_name: str
    last_name: str
    class_name: str
    left_at: datetime
    wallets: Wallets


@dataclass(frozen=True, slots=True)
class Left:
    """What leaving did."""

    orders_cancelled: int
    credited: Money
    badges: int
    wallets: Wallets


def leave(store: Store, school: SchoolId, *, pupil: PupilId, act: Act) -> Left:
    """Have a pupil leave, in one transaction.

    Raises RecordError when there is no such pupil, or a meal of today can no longer be cancelled.
    """
    with store.database.writing() as session:
        row = session.row(
            "SELECT first_name, last_name, class_name FROM pupil WHERE school_id = ? AND id = ?",
            school,
            pupil,
        )
        if row is None:
            message = f"there is no pupil {pupil} at school {school}"
            raise RecordError(message)
        read_wallets(session, school, pupil, lock=True)
        orders = _waiting_orders(session, school, pupil)
        calendar = read_school(session, school).calendar
        if any(act.at >= calendar.orders_close(order.day) for order in orders):
            message = "a reserved meal still waits and cannot be cancelled any more; close its day"
            raise RecordError(message)
        credited = cancel_reserved(session, school, orders, now=act.at)
        badges = retire_badges(session, school, pupil, act)
        _remove(session, school, pupil, (*row, moment_text(act.at)))
        words = "pupil left" + (f": {act.why}" if act.why else "")
        write_audit(session, school, who=act.who, what=words, subject=pupil, at=act.at)
        close_accounts(session, school, pupil, who=act.who, at=act.at)
        wallets = read_wallets(session, school, pupil)
    return Left(len(orders), credited, badges, wallets or Wallets(ZERO, ZERO))


def list_former(session: Session, school: SchoolId) -> list[FormerPupil]:
    """Return who has left a school, the newest first."""
    rows = session.rows(
        "SELECT f.id, f.first_name, f.last_name, f.class_name, f.left_at,"
        " COALESCE(w.general_cents, 0), COALESCE(w.reserve_cents, 0) FROM former_pupil f"
        " LEFT JOIN wallet w ON w.school_id = f.school_id AND w.pupil_id = f.id"
        " WHERE f.school_id = ? ORDER BY f.left_at DESC, f.id",
        school,
    )
    return [
        FormerPupil(
            PupilId(row[0]),
            row[1],
            row[2],
            row[3],
            read_moment(row[4]),
            Wallets(general=Money(row[5]), reserve=Money(row[6])),
        )
        for row in rows
    ]


def forget(store: Store, school: SchoolId, *, pupil: PupilId, act: Act) -> None:
    """Forget the name of somebody who has left, once nothing is to be settled. Twice is once.

    Raises RecordError when a wallet is not empty, or nobody of this id has left.
    """
    with store.database.writing() as session:
        found = session.row(
            "SELECT last_name FROM former_pupil WHERE school_id = ? AND id = ?", school, pupil
        )
        if found is None:
            message = f"nobody {pupil} has left school {school}"
            raise RecordError(message)
        wallets = read_wallets(session, school, pupil, lock=True)
        if wallets is not None and (wallets.general or wallets.reserve):
            message = (
                f"the wallets hold {wallets.general.text()} and {wallets.reserve.text()} euro;"
                " pay them out first"
            )
            raise RecordError(message)
        session.run(
            "UPDATE former_pupil SET first_name = '', last_name = '', class_name = ''"
            " WHERE school_id = ? AND id = ?",
            school,
            pupil,
        )
        forget_accounts(session, school, pupil, who=act.who, at=act.at)
        write_audit(session, school, who=act.who, what="name forgotten", subject=pupil, at=act.at)


def _waiting_orders(session: Session, school: SchoolId, pupil: PupilId) -> list[Order]:
    rows = session.rows(
        f"SELECT {ORDER_COLUMNS} FROM meal_order"  # noqa: S608
        f" WHERE school_id = ? AND pupil_id = ? AND state = ? ORDER BY id{session.for_update}",
        school,
        pupil,
        OrderState.RESERVED.value,
    )
    return [order_from_row(row) for row in rows]


def _remove(
    session: Session, school: SchoolId, pupil: PupilId, named: tuple[str, str, str, str]
) -> None:
    """Take a pupil out of what copies hold. Copies that are older than this are taken anew."""
    columns = ("school_id", "id", "first_name", "last_name", "class_name", "left_at")
    session.insert_many("former_pupil", columns, [(school, pupil, *named)])
    for table in ("pupil_limit", "pupil_bought", "pupil_photo"):
        session.run(
            f"DELETE FROM {table} WHERE school_id = ? AND pupil_id = ?",  # noqa: S608
            school,
            pupil,
        )
    session.run("DELETE FROM pupil WHERE school_id = ? AND id = ?", school, pupil)
    cursor = advance_feed(session, school)
    session.run("UPDATE school SET removed_at = ? WHERE id = ?", cursor, school)
