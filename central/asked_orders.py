"""What pupils and parents ask about orders: decided once, whichever way it is heard.

A kiosk asks the centre and gets its answer; when it gets none, it keeps a request in its journal,
which arrives later as a fact. Both carry the same command's id, so that a question that was
answered without being heard is not done a second time. What is decided stands in `order_request`,
and with it goes to the kiosks whatever came as a fact. The money is that of `central.orders`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from central.database import Row, Session
from central.errors import Problem
from central.feed import advance_feed, read_feed
from central.office import read_wallets
from central.orders import OrderRefusedError, cancel_within, change_within, reserve_within
from central.records import read_orders
from core.codec import moment_text
from core.ids import BadgeKey, CommandId, EventId, OrderId, ProductId, PupilId, SchoolId, TerminalId
from core.money import ZERO, Money
from core.order_facts import Decline, OrderAct, RequestState
from core.order_rules import YEARS
from core.orders import Order, OrderState
from core.people import BadgeState

_COLUMNS = (
    "school_id, id, terminal_id, event_id, pupil_id, order_id, day, act, product_id, made_at,"
    " decided_at, state, reason, cents, cursor"
)


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """What is asked. command: made by the asker, once for each question.

    product: None for a cancellation. badge: by which the pupil is known at a kiosk; None for
    somebody who is signed in. terminal: empty for who asks elsewhere.
    """

    command: CommandId
    act: OrderAct
    order: OrderId
    pupil: PupilId
    day: date
    product: ProductId | None
    badge: BadgeKey | None
    terminal: TerminalId


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of it. why: None when it was granted. moved: what the general wallet gained."""

    state: RequestState
    why: Decline | None
    moved: Money


def is_known_order(session: Session, school: SchoolId, command: CommandId) -> bool:
    """Say whether a command was decided already."""
    sql = "SELECT 1 FROM order_request WHERE school_id = ? AND id = ?"
    return session.row(sql, school, command) is not None


def decide_order(
    session: Session,
    school: SchoolId,
    asked: AskedOrder,
    *,
    moment: datetime,
    now: datetime,
    event: EventId | None = None,
) -> Decided:
    """Grant or decline what is asked, once; the same command again gets the same answer.

    moment: by which it is decided, see `core.order_rules`. now: when it is booked. event: the fact
    that asks, if it came as one; then the kiosks hear of it by their copies.
    Raises Problem `command` when the command's id belongs to another question.
    """
    # Whoever asks for the same pupil at the same time waits here.
    read_wallets(session, school, asked.pupil, lock=True)
    row = session.row(
        f"SELECT {_COLUMNS} FROM order_request WHERE school_id = ? AND id = ?",  # noqa: S608  ours
        school,
        asked.command,
    )
    if row is not None:
        return _known(session, school, asked, row, event)
    decided = _decide(session, school, asked, moment=moment, now=now)
    cursor = advance_feed(session, school)
    values = (
        school,
        asked.command,
        asked.terminal,
        event,
        asked.pupil,
        asked.order,
        asked.day.isoformat(),
        asked.act.value,
        asked.product or "",
        moment_text(moment),
        moment_text(now),
        decided.state.value,
        "" if decided.why is None else decided.why.value,
        decided.moved.cents,
        cursor,
    )
    session.insert_many("order_request", _COLUMNS.split(", "), [values])
    return decided


def _known(
    session: Session, school: SchoolId, asked: AskedOrder, row: Row, event: EventId | None
) -> Decided:
    is_same = row[4:9] == (
        asked.pupil,
        asked.order,
        asked.day.isoformat(),
        asked.act.value,
        asked.product or "",
    )
    if not is_same:
        detail = f"the id {asked.command} belongs to another question; make a new one"
        raise Problem("command", status=409, detail=detail)
    if event is not None and row[3] is None:
        # It was answered, but nobody heard: the answer goes down with the copy.
        session.run(
            "UPDATE order_request SET event_id = ?, cursor = ? WHERE school_id = ? AND id = ?",
            event,
            advance_feed(session, school),
            school,
            asked.command,
        )
    return Decided(RequestState(row[11]), Decline(row[12]) if row[12] else None, Money(row[13]))


def _decide(
    session: Session, school: SchoolId, asked: AskedOrder, *, moment: datetime, now: datetime
) -> Decided:
    before = read_orders(session, school, [asked.order])
    try:
        _check(session, school, asked, before[0] if before else None)
        after = _act(session, school, asked, moment=moment, now=now)
    except OrderRefusedError as refused:
        return Decided(RequestState.DECLINED, refused.why, ZERO)
    paid = before[0].price if before and before[0].state is OrderState.RESERVED else ZERO
    costs = after.price if after.state is OrderState.RESERVED else ZERO
    return Decided(RequestState.GRANTED, None, paid - costs)


def _check(session: Session, school: SchoolId, asked: AskedOrder, known: Order | None) -> None:
    """Check what the office need not be told. Raises OrderRefusedError."""
    if asked.day.year not in YEARS:
        raise OrderRefusedError("no school serves on such a day", Decline.NO_SERVICE)
    if asked.badge is not None:
        row = session.row(
            "SELECT pupil_id, state FROM badge WHERE school_id = ? AND key = ?", school, asked.badge
        )
        if row is None or row != (asked.pupil, BadgeState.ACTIVE.value):
            raise OrderRefusedError("the badge is not an active one of theirs", Decline.BAD_BADGE)
    if asked.act is OrderAct.RESERVE:
        others = session.row(
            "SELECT 1 FROM meal_order WHERE school_id = ? AND pupil_id = ? AND day = ?"
            " AND state IN (?, ?) AND id <> ?",
            school,
            asked.pupil,
            asked.day.isoformat(),
            OrderState.RESERVED.value,
            OrderState.COLLECTED.value,
            asked.order,
        )
        if others is not None or known is not None:
            raise OrderRefusedError("that day has an order already", Decline.ALREADY_ORDERED)
        return
    # Another's order is none that this pupil could name.
    if known is None or (known.pupil_id, known.day) != (asked.pupil, asked.day):
        raise OrderRefusedError("they have no such order", Decline.UNKNOWN_ORDER)


def _act(
    session: Session, school: SchoolId, asked: AskedOrder, *, moment: datetime, now: datetime
) -> Order:
    order, product = asked.order, asked.product
    match asked.act, product:
        case OrderAct.RESERVE, str():
            return reserve_within(
                session,
                school,
                order=order,
                pupil=asked.pupil,
                product=ProductId(product),
                day=asked.day,
                moment=moment,
                now=now,
            )
        case OrderAct.CHANGE, str():
            return change_within(
                session, school, order=order, product=ProductId(product), moment=moment, now=now
            )
        case OrderAct.CANCEL, None:
            return cancel_within(session, school, order=order, moment=moment, now=now)
        case _:
            message = "a dish is named for what is eaten, and none for what is cancelled"
            raise OrderRefusedError(message, Decline.NOT_ON_MENU)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a pupil stands after an answer. cursor: a copy that is as far holds all of it."""

    order: Order | None
    general: Money
    reserve: Money
    cursor: str


def standing_of(session: Session, school: SchoolId, asked: AskedOrder) -> Standing:
    """Return how an order and its owner's wallets stand now."""
    wallets = read_wallets(session, school, asked.pupil)
    found = read_orders(session, school, [asked.order])
    is_theirs = bool(found) and found[0].pupil_id == asked.pupil
    return Standing(
        order=found[0] if is_theirs else None,
        general=ZERO if wallets is None else wallets.general,
        reserve=ZERO if wallets is None else wallets.reserve,
        cursor=str(read_feed(session, school)),
    )
