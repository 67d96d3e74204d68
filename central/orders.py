"""Meals reserved, cancelled and left: the centre alone decides, by the school's own clock.

A meal is paid when it is reserved: general wallet to meals paid in advance. Cancelled before the
orders of its day close, it is credited back; after that, never. What was not collected when the
day is closed goes to the unclaimed meals, and a collection that is heard of later takes it from
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.feed import advance_feed
from central.office import read_wallets
from central.postings import CentreBooking, Posting, write_bookings
from central.records import School, read_orders, read_school
from central.store import Store
from core.ids import EventId, OrderId, ProductId, PupilId, SchoolId
from core.ledger import (
    Account,
    AccountKind,
    Legs,
    reservation,
    transfer,
    wallet_account,
)
from core.money import ZERO, Money, sum_money
from core.order_facts import Decline
from core.order_rules import day_decline
from core.orders import Order, OrderState
from core.snapshot import (
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    PUPIL_COLUMNS,
    order_from_row,
    order_row,
    product_from_row,
    pupil_from_row,
)
from core.wallet import WalletKind, can_pay

_NAMESPACE = UUID("2b8f5b0a-6a0e-5d0d-9a52-3d7c1b0f6e11")


class OrderRefusedError(RecordError):
    """An order cannot be made or cancelled; the text says why, for the person who asks.

    why: the same as a word.
    """

    def __init__(self, message: str, why: Decline) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class DayClosed:
    """What closing a day did: how many meals were left, and what they had cost."""

    day: date
    unclaimed: int
    amount: Money


def reserve(
    store: Store,
    school: SchoolId,
    *,
    order: OrderId,
    pupil: PupilId,
    product: ProductId,
    day: date,
    now: datetime,
    who: str = "",
) -> Order:
    """Reserve a meal, and pay it. order: made by the asker; the same again changes nothing.

    who: the member of the office who did it, for the log; empty for the pupil or the parents.
    Raises OrderRefusedError.
    """
    with store.database.writing() as session:
        is_known = bool(read_orders(session, school, [order]))
        made = reserve_within(
            session, school, order=order, pupil=pupil, product=product, day=day, moment=now, now=now
        )
        if not is_known:
            _log(session, school, who, "order reserved", order, now)
    return made


def reserve_within(
    session: Session,
    school: SchoolId,
    *,
    order: OrderId,
    pupil: PupilId,
    product: ProductId,
    day: date,
    moment: datetime,
    now: datetime,
) -> Order:
    """Reserve a meal in a transaction that is open. moment: what decides whether it is in time.

    now: when it is booked. Raises OrderRefusedError; then nothing was written.
    """
    known = read_orders(session, school, [order])
    if known:
        return _same(known[0], pupil, product, day)
    record = read_school(session, school)
    price = _price(session, record, pupil=pupil, product=product, day=day)
    _check_time(record, day, moment)
    _check_money(session, record, pupil, price)
    made = Order(order, pupil, day, product, price, OrderState.RESERVED)
    _book(session, school, "order.reserved", order, reservation(pupil, price), now)
    cursor = advance_feed(session, school)
    _add_to_wallet(session, school, pupil, -price, cursor)
    session.insert_many(
        "meal_order",
        ("school_id", "cursor", *ORDER_COLUMNS.split(", ")),
        [(school, cursor, *order_row(made))],
    )
    return made


def change(
    store: Store,
    school: SchoolId,
    *,
    order: OrderId,
    product: ProductId,
    now: datetime,
    who: str = "",
) -> Order:
    """Have another dish of the same day for a reserved meal, and pay or credit the difference.

    The same dish again changes nothing. Raises OrderRefusedError, as `reserve` and `cancel` do.
    """
    with store.database.writing() as session:
        known = _reserved(_locked(session, school, order), order, "changed")
        made = change_within(session, school, order=order, product=product, moment=now, now=now)
        if made != known:
            _log(session, school, who, f"order changed to {product}", order, now)
    return made


def change_within(
    session: Session,
    school: SchoolId,
    *,
    order: OrderId,
    product: ProductId,
    moment: datetime,
    now: datetime,
) -> Order:
    """Change a reserved meal's dish in a transaction that is open; else as `reserve_within`."""
    known = _reserved(_locked(session, school, order), order, "changed")
    if known.product_id == product:
        return known
    record = read_school(session, school)
    price = _price(session, record, pupil=known.pupil_id, product=product, day=known.day)
    _check_time(record, known.day, moment)
    more = price - known.price
    if more > ZERO:
        _check_money(session, record, known.pupil_id, more)
    made = replace(known, product_id=product, price=price)
    legs = reservation(known.pupil_id, more)
    number = _count(session, school, "order.changed", order)
    _book(session, school, "order.changed", order, legs, now, number=number)
    cursor = advance_feed(session, school)
    if more:
        _add_to_wallet(session, school, known.pupil_id, -more, cursor)
    session.run(
        "UPDATE meal_order SET product_id = ?, price_cents = ?, cursor = ?"
        " WHERE school_id = ? AND id = ?",
        product,
        price.cents,
        cursor,
        school,
        order,
    )
    return made


def cancel(
    store: Store, school: SchoolId, *, order: OrderId, now: datetime, who: str = ""
) -> Order:
    """Cancel a reserved meal in time, and credit it back. Twice is once.

    Raises OrderRefusedError after the orders of its day have closed, or when it was collected.
    """
    with store.database.writing() as session:
        found = _locked(session, school, order)
        if found is not None and found.state is OrderState.CANCELLED:
            return found
        done = cancel_within(session, school, order=order, moment=now, now=now)
        _log(session, school, who, "order cancelled", order, now)
    return done


def cancel_within(
    session: Session, school: SchoolId, *, order: OrderId, moment: datetime, now: datetime
) -> Order:
    """Cancel a reserved meal in a transaction that is open; else as `reserve_within`."""
    known = _reserved(_locked(session, school, order), order, "cancelled")
    _check_time(read_school(session, school), known.day, moment)
    cancel_reserved(session, school, [known], now=now)
    return replace(known, state=OrderState.CANCELLED)


def cancel_reserved(
    session: Session, school: SchoolId, orders: Sequence[Order], *, now: datetime
) -> Money:
    """Cancel reserved meals of one pupil and credit them back, whatever the time. Result: how much.

    The caller knows that it is still in time.
    """
    total = sum_money(order.price for order in orders)
    if not orders:
        return total
    for order in orders:
        legs = transfer(
            source=Account(AccountKind.MEALS_PREPAID),
            target=wallet_account(WalletKind.GENERAL, order.pupil_id),
            amount=order.price,
        )
        _book(session, school, "order.cancelled", order.id, legs, now)
    cursor = advance_feed(session, school)
    _add_to_wallet(session, school, orders[0].pupil_id, total, cursor)
    _set_state(session, school, [order.id for order in orders], OrderState.CANCELLED, cursor)
    return total


def close_past_days(store: Store, school: SchoolId, *, now: datetime) -> list[DayClosed]:
    """Close every day that is over and still has meals that wait. Nothing to do: an empty list.

    A meal that is voided after its day was closed waits again; the next time finds it.
    """
    with store.database.reading() as session:
        today = read_school(session, school).calendar.business_day(now)
        rows = session.rows(
            "SELECT DISTINCT day FROM meal_order WHERE school_id = ? AND day < ? AND state = ?"
            " ORDER BY day",
            school,
            today.isoformat(),
            OrderState.RESERVED.value,
        )
    return [close_day(store, school, day=date.fromisoformat(row[0]), now=now) for row in rows]


def close_day(store: Store, school: SchoolId, *, day: date, now: datetime) -> DayClosed:
    """Move what nobody collected to the unclaimed meals. A day that is closed stays closed.

    Raises OrderRefusedError while the day is not over by the school's clock.
    """
    with store.database.writing() as session:
        if read_school(session, school).calendar.business_day(now) <= day:
            message = f"{day.isoformat()} is not over yet at this school; close it tomorrow"
            raise OrderRefusedError(message, Decline.TOO_EARLY)
        left = _reserved_on(session, school, day)
        if not left:
            return DayClosed(day, 0, Money(0))
        for order in left:
            legs = transfer(
                source=Account(AccountKind.MEALS_PREPAID),
                target=Account(AccountKind.MEALS_UNCLAIMED),
                amount=order.price,
            )
            number = _count(session, school, "order.unclaimed", order.id)
            _book(session, school, "order.unclaimed", order.id, legs, now, number=number)
        cursor = advance_feed(session, school)
        _set_state(session, school, [order.id for order in left], OrderState.UNCLAIMED, cursor)
    return DayClosed(day, len(left), Money(sum(order.price.cents for order in left)))


def _locked(session: Session, school: SchoolId, order: OrderId) -> Order | None:
    """Return an order that nobody else may change until the end; None when there is none.

    Its owner's wallet is locked before it, as ingest does: neither waits for the other.
    """
    row = session.row(
        "SELECT pupil_id FROM meal_order WHERE school_id = ? AND id = ?", school, order
    )
    if row is None:
        return None
    read_wallets(session, school, PupilId(row[0]), lock=True)
    return read_orders(session, school, [order])[0]


def _reserved(found: Order | None, order: OrderId, done: str) -> Order:
    """Return an order that still waits. done: what is wanted with it, for the message."""
    if found is None:
        message = f"there is no order {order}"
        raise OrderRefusedError(message, Decline.UNKNOWN_ORDER)
    if found.state is not OrderState.RESERVED:
        message = f"this order is {found.state.value} already; it cannot be {done}"
        raise OrderRefusedError(message, Decline.NOT_RESERVED)
    return found


def _log(
    session: Session, school: SchoolId, who: str, what: str, order: OrderId, now: datetime
) -> None:
    if who:
        write_audit(session, school, who=who, what=what, subject=order, at=now)


def _same(known: Order, pupil: PupilId, product: ProductId, day: date) -> Order:
    if (known.pupil_id, known.product_id, known.day) == (pupil, product, day):
        return known
    message = f"the id {known.id} belongs to another order; make a new one"
    raise OrderRefusedError(message, Decline.UNKNOWN_ORDER)


def _price(
    session: Session, school: School, *, pupil: PupilId, product: ProductId, day: date
) -> Money:
    offered = session.row(
        "SELECT 1 FROM menu WHERE school_id = ? AND day = ? AND product_id = ?",
        school.id,
        day.isoformat(),
        product,
    )
    row = session.row(
        f"SELECT {PRODUCT_COLUMNS} FROM product WHERE school_id = ? AND id = ?",  # noqa: S608
        school.id,
        product,
    )
    if offered is None or row is None:
        message = f"{product} is not on the menu of {day.isoformat()}"
        raise OrderRefusedError(message, Decline.NOT_ON_MENU)
    columns = ", ".join(f"p.{name}" for name in PUPIL_COLUMNS.split(", ")[:8])
    person = session.row(
        f"SELECT {columns}, 0, 0 FROM pupil p WHERE school_id = ? AND id = ?",  # noqa: S608
        school.id,
        pupil,
    )
    if person is None:
        message = f"there is no pupil {pupil}"
        raise OrderRefusedError(message, Decline.UNKNOWN_PUPIL)
    return product_from_row(row).price_for(pupil_from_row(person)[0].price_class)


def _check_time(school: School, day: date, now: datetime) -> None:
    calendar = school.calendar
    why = day_decline(calendar, day, now)
    if why is None:
        return
    message = (
        f"orders of {day.isoformat()} cannot be changed now: until"
        f" {calendar.orders_close_at:%H:%M} on the day itself, at most"
        f" {calendar.order_days_max} days ahead, on school days"
    )
    raise OrderRefusedError(message, why)


def _check_money(session: Session, school: School, pupil: PupilId, price: Money) -> None:
    row = session.row(
        "SELECT general_cents FROM wallet WHERE school_id = ? AND pupil_id = ?"  # noqa: S608
        f"{session.for_update}",
        school.id,
        pupil,
    )
    balance = Money(0 if row is None else row[0])
    if not can_pay(balance, price, overdraft_max=school.policy.overdraft_max):
        message = f"the general wallet holds {balance.text()} euro, the meal costs {price.text()}"
        raise OrderRefusedError(message, Decline.NOT_ENOUGH_MONEY)


def _count(session: Session, school: SchoolId, kind: str, order: OrderId) -> int:
    """Return how often an order was booked so before: most are once, and some go to and fro."""
    row = session.row(
        "SELECT COUNT(*) FROM booking WHERE school_id = ? AND subject = ? AND kind = ?",
        school,
        order,
        kind,
    )
    assert row is not None, "an aggregate has one row"
    count: int = row[0]
    return count


def _book(
    session: Session,
    school: SchoolId,
    kind: str,
    order: OrderId,
    legs: Legs,
    now: datetime,
    *,
    number: int = 0,
) -> None:
    if not legs:
        return
    name = f"{school} {kind} {order}" + (f" {number}" if number else "")
    booking = EventId(str(uuid5(_NAMESPACE, name)))
    write_bookings(session, school, [CentreBooking(kind, order, Posting(booking, legs, now))])


def _add_to_wallet(
    session: Session, school: SchoolId, pupil: PupilId, amount: Money, cursor: int
) -> None:
    session.run(
        "INSERT INTO wallet (school_id, pupil_id, general_cents, reserve_cents, cursor)"
        " VALUES (?, ?, ?, 0, ?) ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
        " general_cents = wallet.general_cents + excluded.general_cents,"
        " cursor = excluded.cursor",
        school,
        pupil,
        amount.cents,
        cursor,
    )


def _set_state(
    session: Session, school: SchoolId, orders: list[OrderId], state: OrderState, cursor: int
) -> None:
    session.run_many(
        "UPDATE meal_order SET state = ?, cursor = ? WHERE school_id = ? AND id = ?",
        [(state.value, cursor, school, order) for order in sorted(orders)],
    )


def _reserved_on(session: Session, school: SchoolId, day: date) -> list[Order]:
    rows = session.rows(
        f"SELECT {ORDER_COLUMNS} FROM meal_order"  # noqa: S608
        f" WHERE school_id = ? AND day = ? AND state = ? ORDER BY id{session.for_update}",
        school,
        day.isoformat(),
        OrderState.RESERVED.value,
    )
    return [order_from_row(row) for row in rows]
