"""What a batch touches of a school's books: read before it is booked, written when it is.

Each table is asked once, whatever the batch holds. Wallets and orders are locked in the order of
their ids, and the feed's counter last, so that no two batches can wait for each other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from central.arrivals import Incoming
from central.attendance import Attended, read_attended, taken_back, write_attended
from central.badge_facts import change_badges, staff_name
from central.booking import Books, Keys, keys_of
from central.database import Session, Value
from central.documents import Documents, documents_of, read_documents, write_corrections
from central.exceptions import close_taken_back, lock_to_settle, settled_events
from central.feed import advance_feed, advance_known_feed
from central.kept_books import Kept
from central.limits import write_bought
from central.office import Act
from central.quick_events import Meal, MealData, Quick, SaleData
from central.records import read_orders, read_standing
from core.facts import Fact
from core.ids import BadgeKey, OrderId, PupilId, SchoolId
from core.money import ZERO, Money
from core.orders import Order, OrderState

# Of each wallet also whether the parents set a limit: its pupil's purchases are counted.
_WALLETS = (
    "SELECT w.pupil_id, w.general_cents, w.reserve_cents, (SELECT 1 FROM pupil_limit l"
    " WHERE l.school_id = w.school_id AND l.pupil_id = w.pupil_id)"
    " FROM wallet w WHERE w.school_id = ? AND w.pupil_id IN"
)
_BADGES = "SELECT key, pupil_id FROM badge WHERE school_id = ? AND key IN"
_ADD_TO_WALLET = (
    "ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
    " general_cents = wallet.general_cents + excluded.general_cents, cursor = excluded.cursor"
)
_ADD_TO_BOTH = f"{_ADD_TO_WALLET}, reserve_cents = wallet.reserve_cents + excluded.reserve_cents"


def read_books(
    session: Session,
    incoming: Incoming,
    quick: Sequence[Quick],
    facts: Sequence[Fact],
    last_at: datetime | None,
    *,
    are_kept: bool = False,
) -> Books:
    """Return what events are about, as it stands before them.

    quick: what was read from its fields; facts: what was read whole. last_at: as in `Books`.
    are_kept: the wallets and badges of the former are believed to be kept, and are not asked for:
    one that is not is unknown until `read_missing`.
    """
    school = incoming.terminal.school_id
    policy, cursor = incoming.standing or read_standing(session, school)
    kept = incoming.kept or Kept()
    kept.be_at(cursor)
    keys = keys_of(facts) if facts else Keys()
    keys.orders.update([fact.data.order for fact in quick if type(fact) is Meal])
    if not are_kept:
        _note_missing([fact.data for fact in quick], keys, kept)
    noted = taken_back(session, school, facts) if facts else ()
    if noted:
        lock_to_settle(session, school, noted)
    if keys.pupils:
        _read_wallets(session, school, keys.pupils, kept)
    if keys.badges:
        _read_badges(session, school, keys.badges, kept)
    attended = read_attended(session, school, facts) if facts else Attended()
    if noted:
        attended.settled = settled_events(session, school, noted)
    return Books(
        overdraft_max=policy.overdraft_max,
        orders=_read_orders(session, school, keys.orders) if keys.orders else {},
        wallet_cents=kept.wallet_cents,
        reserves=kept.reserves,
        badges=kept.badges,
        last_at=last_at,
        limited=kept.limited,
        attended=attended,
        documents=read_documents(session, school, documents_of(facts)) if facts else Documents(),
    )


def read_missing(session: Session, incoming: Incoming, quick: Sequence[Quick]) -> bool:
    """Read the wallets and badges of facts of a lunch that are not kept, and say if there were any.

    The books that were read before know them then too.
    """
    keys, kept = Keys(), incoming.kept
    assert kept is not None, "something was believed to be kept"
    _note_missing([fact.data for fact in quick], keys, kept)
    if keys.pupils:
        _read_wallets(session, incoming.terminal.school_id, keys.pupils, kept)
    if keys.badges:
        _read_badges(session, incoming.terminal.school_id, keys.badges, kept)
    return bool(keys.pupils or keys.badges)


def _note_missing(served: Sequence[MealData | SaleData], keys: Keys, kept: Kept) -> None:
    """Add the wallets and badges of facts of a lunch that are not kept to the keys."""
    wallets, badges = kept.wallet_cents, kept.badges
    sales = [one for one in served if type(one) is SaleData]
    keys.pupils.update([sale.pupil for sale in sales if sale.pupil not in wallets])
    shown = [one.badge for one in served if one.badge not in badges]
    keys.badges.update(badge for badge in shown if badge is not None)


def _read_orders(session: Session, school: SchoolId, orders: set[OrderId]) -> dict[OrderId, Order]:
    return {order.id: order for order in read_orders(session, school, sorted(orders))}


def _read_wallets(session: Session, school: SchoolId, pupils: set[PupilId], kept: Kept) -> None:
    """Add the wallets that are not kept, and lock them."""
    missing = sorted(pupils.difference(kept.wallet_cents))
    if not missing:
        return
    rows = session.rows_by(_WALLETS, missing, school, lock=True)
    kept.wallet_cents.update((row[0], row[1]) for row in rows)
    kept.reserves.update((row[0], Money(row[2])) for row in rows if row[2])
    kept.limited.update(row[0] for row in rows if row[3])


def _read_badges(session: Session, school: SchoolId, badges: set[BadgeKey], kept: Kept) -> None:
    missing = sorted(badges.difference(kept.badges))
    if missing:
        kept.badges.update(dict(session.rows_by(_BADGES, missing, school)))


def write_books(session: Session, incoming: Incoming, books: Books) -> None:
    """Write what a batch changed, with a new place in the feed, which is locked only now."""
    school = incoming.terminal.school_id
    if books.documents.added:
        write_corrections(session, school, books.documents.added)
    for event, fact in books.taken_back:
        who = f"{staff_name(session, school, fact.staff)} ({incoming.terminal.name})"
        close_taken_back(session, school, event=event, act=Act(who, incoming.now, fact.why))
    moved = (
        (books.collected, OrderState.COLLECTED),
        (books.waiting, OrderState.RESERVED),
        (books.unclaimed, OrderState.UNCLAIMED),
    )
    is_moved = books.moved or any(orders for orders, _ in moved)
    if not (is_moved or books.attended.changed or books.badge_facts):
        return
    cursor = _next_place(session, incoming)
    _keep(incoming, books, cursor)
    if books.badge_facts:
        change_badges(session, incoming, books.badge_facts, cursor)
    _write_wallets(session, school, books, cursor)
    if books.attended.changed:
        write_attended(session, incoming.terminal, books.attended, cursor)
    if books.bought:
        write_bought(session, school, books.bought, cursor)
    for orders, state in moved:
        if orders:
            _write_orders(session, school, orders, state, cursor)


def _next_place(session: Session, incoming: Incoming) -> int:
    school = incoming.terminal.school_id
    if incoming.kept is None:
        return advance_feed(session, school)
    return advance_known_feed(session, school, incoming.kept.cursor)


def _keep(incoming: Incoming, books: Books, cursor: int) -> None:
    """Have what is kept stand at the place in the feed at which the batch's changes are written."""
    if incoming.kept is None:
        return
    incoming.kept.cursor = cursor
    if books.badge_facts:
        # A badge that a fact gives may be refused when it is written.
        incoming.kept.badges.clear()


def _write_wallets(session: Session, school: SchoolId, books: Books, cursor: int) -> None:
    moved, reserves = books.moved, books.reserve_changed
    shared: dict[str, Value] = {"school_id": school, "cursor": cursor}
    if not reserves:
        shared["reserve_cents"] = 0
        rows = [(pupil, moved[pupil]) for pupil in sorted(moved)]
        columns = ("pupil_id", "general_cents")
        session.insert_many("wallet", columns, rows, shared=shared, conflict=_ADD_TO_WALLET)
        return
    both = [(one, moved[one], reserves.get(one, ZERO).cents) for one in sorted(moved)]
    columns_of_both = ("pupil_id", "general_cents", "reserve_cents")
    session.insert_many("wallet", columns_of_both, both, shared=shared, conflict=_ADD_TO_BOTH)


def _write_orders(
    session: Session, school: SchoolId, orders: Iterable[OrderId], state: OrderState, cursor: int
) -> None:
    session.run_by(
        "UPDATE meal_order SET state = ?, cursor = ? WHERE school_id = ? AND id IN",
        sorted(orders),
        state.value,
        cursor,
        school,
    )
