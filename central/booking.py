"""How a terminal's fact is booked, and which rules it broke: pure, on rows read before.

`Books` holds what a batch's facts are about. Booking a fact advances it, so that the next fact of
the same batch meets the books as they are after this one. A fact is never refused: one that
breaks a rule is booked all the same, and flagged for the bursar.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol, assert_never

import msgspec

from central.attendance import Attended
from central.documents import WHOLE, Correction, Documents
from central.plausible import YEARS
from core.batch import Flag
from core.events import Event
from core.facts import (
    ArrivedLate,
    BadgeGiven,
    BadgeStopped,
    Circumstance,
    CorrectionFact,
    Fact,
    MealCollected,
    MealVoided,
    OfficeFact,
    OrderRequested,
    PresenceFact,
    PresenceWithdrawn,
    ReserveMoved,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    StudyEntered,
    StudyLeft,
    Tender,
    TicketGiven,
    TopUpVoided,
    WalletToppedUp,
)
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId
from core.ledger import Account, AccountKind, Legs, legs_of, transfer
from core.money import ZERO, Money
from core.orders import Order, OrderState
from core.wallet import WalletKind

CLOCK_SKEW_MAX = timedelta(minutes=5)
BoughtKey = tuple[PupilId, date, ProductId]


# A Struct, as is all that a batch makes once: what makes a dataclass is Python, and cold each time.
class Books(msgspec.Struct):
    """The part of a school's books that a batch touches, and what the batch changed in it.

    badges: whose each badge is. wallet_cents: the general wallets, as they are now; moved: by how
    many cents the batch changed those that it booked to. last_at: when the event before this batch
    happened, by the terminal's clock; None for the first of an epoch. documents: what the batch's
    corrections are about. limited: of whom `bought` is counted, in pieces and cents, since their
    parents set a limit. attended: the presences that the batch tells of. reserves: the reserve
    wallets. badge_facts: what the batch says of badges, in its order. taken_back: the events that
    noted a presence, each with the fact that took it back.
    """

    overdraft_max: Money
    orders: dict[OrderId, Order]
    wallet_cents: dict[PupilId, int]
    badges: dict[BadgeKey, PupilId]
    last_at: datetime | None
    limited: AbstractSet[PupilId] = frozenset()
    moved: dict[PupilId, int] = msgspec.field(default_factory=dict)
    collected: set[OrderId] = msgspec.field(default_factory=set)
    waiting: set[OrderId] = msgspec.field(default_factory=set)
    unclaimed: set[OrderId] = msgspec.field(default_factory=set)
    documents: Documents = msgspec.field(default_factory=Documents)
    bought: dict[BoughtKey, tuple[int, int]] = msgspec.field(default_factory=dict)
    attended: Attended = msgspec.field(default_factory=Attended)
    reserves: dict[PupilId, Money] = msgspec.field(default_factory=dict)
    reserve_changed: dict[PupilId, Money] = msgspec.field(default_factory=dict)
    badge_facts: list[tuple[Event, BadgeGiven | BadgeStopped]] = msgspec.field(default_factory=list)
    taken_back: list[tuple[EventId, PresenceWithdrawn]] = msgspec.field(default_factory=list)

    def move(self, moved: Mapping[PupilId, int]) -> None:
        """Note by how many cents general wallets changed."""
        if not self.moved:
            self.moved.update(moved)
            return
        for pupil, cents in moved.items():
            self.moved[pupil] = self.moved.get(pupil, 0) + cents


@dataclass(frozen=True, slots=True)
class Booking:
    """What one fact does to the books. The first flag is the one that its verdict names.

    words: what is told of a flag where its own words do not tell enough.
    """

    legs: Legs
    flags: tuple[Flag, ...]
    words: Mapping[Flag, str] = field(default_factory=dict)


class Keys(msgspec.Struct, frozen=True):
    """The orders, the pupils whose wallets change, and the badges that facts are about."""

    orders: set[OrderId] = msgspec.field(default_factory=set)
    pupils: set[PupilId] = msgspec.field(default_factory=set)
    badges: set[BadgeKey] = msgspec.field(default_factory=set)


class MealLike(Protocol):
    """What the books ask of a collected meal."""

    @property
    def pupil(self) -> PupilId: ...  # noqa: D102
    @property
    def order(self) -> OrderId: ...  # noqa: D102
    @property
    def badge(self) -> BadgeKey | None: ...  # noqa: D102
    @property
    def price(self) -> Money: ...  # noqa: D102
    @property
    def circumstances(self) -> tuple[Circumstance, ...]: ...  # noqa: D102


class SaleLike(Protocol):
    """What the books ask of a sale, but for its legs."""

    @property
    def pupil(self) -> PupilId | None: ...  # noqa: D102
    @property
    def badge(self) -> BadgeKey | None: ...  # noqa: D102
    @property
    def total(self) -> Money: ...  # noqa: D102
    @property
    def tender(self) -> Tender: ...  # noqa: D102
    @property
    def is_to_settle(self) -> bool: ...  # noqa: D102
    @property
    def circumstances(self) -> tuple[Circumstance, ...]: ...  # noqa: D102


def keys_of(facts: Iterable[Fact]) -> Keys:
    """Return what facts are about, so that it can be read before they are booked."""
    keys = Keys()
    for fact in facts:
        _note_keys(fact, keys)
    return keys


def _note_keys(fact: Fact, keys: Keys) -> None:  # noqa: C901  one arm a kind of fact
    match fact:
        case MealCollected():
            keys.orders.add(fact.order)
            _note_badge(fact.badge, keys)
        case SaleMade():
            _note_payer(fact.tender, fact.pupil, keys)
            _note_badge(fact.badge, keys)
        case WalletToppedUp():
            keys.pupils.add(fact.pupil)
            _note_badge(fact.badge, keys)
        case OrderRequested():
            # It moves nothing itself; what it asks for is decided behind the batch.
            keys.orders.add(fact.order)
            keys.pupils.add(fact.pupil)
            _note_badge(fact.badge, keys)
        case MealVoided(meal=meal):
            keys.orders.add(meal.order)
        case SaleVoided(sale=sale):
            _note_payer(sale.tender, sale.pupil, keys)
        case TopUpVoided(top_up=top_up):
            keys.pupils.add(top_up.pupil)
        case SaleRefunded():
            _note_payer(fact.tender, fact.pupil, keys)
        case ReserveMoved() | BadgeGiven() | BadgeStopped() | TicketGiven():
            keys.pupils.add(fact.pupil)
            _note_badge(getattr(fact, "badge", None), keys)
        case StudyEntered() | StudyLeft() | ArrivedLate() | PresenceWithdrawn():
            # Also where no money moves: two terminals' words about one pupil come one by one.
            keys.pupils.add(fact.pupil)
            _note_badge(getattr(fact, "badge", None), keys)
        case _:
            pass  # it moves no money of anybody's


def _note_badge(badge: BadgeKey | None, keys: Keys) -> None:
    if badge is not None:
        keys.badges.add(badge)


def _note_payer(tender: Tender, pupil: PupilId | None, keys: Keys) -> None:
    if tender is Tender.WALLET and pupil is not None:
        keys.pupils.add(pupil)


def book(event: Event, books: Books, *, now: datetime) -> Booking:
    """Book one event, and advance the books by it. now: the centre's time, aware."""
    if isinstance(event.fact, PresenceFact):
        return _be_present(event, event.fact, books, now=now)
    if isinstance(event.fact, OfficeFact):
        return _book_at_office(event, event.fact, books, now=now)
    return _book_at_counter(event, books, now=now)


def _book_at_counter(event: Event, books: Books, *, now: datetime) -> Booking:
    fact = event.fact
    paid_from = AccountKind.MEALS_PREPAID
    flags: list[Flag] = []
    if isinstance(fact, CorrectionFact):
        flags += books.documents.correct(event.id, fact)
    match fact:
        case MealCollected():
            flags, paid_from = collect(fact, books)
        case SaleMade():
            flags = sell(fact, books)
            _note_bought(fact.tender, fact.pupil, fact.day, fact.lines, books, sign=1)
        case WalletToppedUp():
            flags = _credit(fact.pupil, fact.amount, books)
            flags += _badge_flags(fact.badge, fact.pupil, books)
        case OrderRequested():
            flags = _badge_flags(fact.badge, fact.pupil, books)
        case MealVoided():
            paid_from = _uncollect(fact, books, is_first=not flags)
        case SaleVoided(sale=sale):
            flags += _give_back(sale.tender, sale.pupil, sale.total, books)
            _note_bought(sale.tender, sale.pupil, sale.day, sale.lines, books, sign=-1)
        case TopUpVoided(top_up=top_up):
            flags += _debit(top_up.pupil, top_up.amount, books)
        case SaleRefunded():
            flags += _give_back(fact.tender, fact.pupil, fact.total, books)
            lines = [back.line for back in fact.lines]
            day = fact.sold_on or fact.day
            _note_bought(fact.tender, fact.pupil, day, lines, books, sign=-1)
        case _:
            pass  # it breaks no rule of money
    flags += note_time(event.stamp.at, books, now=now)
    books.documents.note(event, paid_from)
    return Booking(legs=legs_of(fact, paid_from=paid_from), flags=tuple(flags))


_RESERVE_WORDS = "the reserve wallet holds less than was moved out of it"


def _book_at_office(event: Event, fact: OfficeFact, books: Books, *, now: datetime) -> Booking:
    """Note what the bursar did; money goes from one wallet of a pupil to the other."""
    words: dict[Flag, str] = {}
    match fact:
        case ReserveMoved():
            flags = _move_reserve(fact, books)
            flags += _badge_flags(fact.badge, fact.pupil, books)
            if fact.source is WalletKind.RESERVE:
                words[Flag.OVERDRAFT] = _RESERVE_WORDS
        case BadgeGiven():
            flags = _give_badge(event, fact, books)
        case BadgeStopped():
            flags = _badge_flags(fact.badge, fact.pupil, books)
            if not flags:
                books.badge_facts.append((event, fact))
        case TicketGiven():
            flags = [] if fact.pupil in books.wallet_cents else [Flag.UNKNOWN_PUPIL]
        case _:
            assert_never(fact)
    flags += note_time(event.stamp.at, books, now=now)
    return Booking(legs=legs_of(fact), flags=tuple(flags), words=words)


def _move_reserve(fact: ReserveMoved, books: Books) -> list[Flag]:
    """Move an amount between a pupil's wallets; flag a source that does not hold it."""
    is_out = fact.source is WalletKind.RESERVE
    into_general = fact.amount if is_out else -fact.amount
    flags = _credit(fact.pupil, into_general, books)
    reserve = books.reserves.get(fact.pupil, ZERO) - into_general
    books.reserves[fact.pupil] = reserve
    changed = books.reserve_changed.get(fact.pupil, ZERO)
    books.reserve_changed[fact.pupil] = changed - into_general
    left_cents = reserve.cents if is_out else books.wallet_cents[fact.pupil]
    return [*flags, Flag.OVERDRAFT] if left_cents < 0 else flags


def _give_badge(event: Event, fact: BadgeGiven, books: Books) -> list[Flag]:
    """Have a badge be a pupil's; one that is somebody else's stays theirs, and is flagged."""
    if fact.pupil not in books.wallet_cents:
        return [Flag.UNKNOWN_PUPIL]
    if books.badges.get(fact.badge, fact.pupil) != fact.pupil:
        return [Flag.UNKNOWN_BADGE]
    # What follows in the batch may be served by it already.
    books.badges[fact.badge] = fact.pupil
    books.badge_facts.append((event, fact))
    return []


def _be_present(event: Event, fact: PresenceFact, books: Books, *, now: datetime) -> Booking:
    """Note a presence; what it costs is taken by the first terminal that told of it."""
    if isinstance(fact, PresenceWithdrawn):
        return _withdraw(event, fact, books, now=now)
    is_paid_now = books.attended.note(event, fact)
    flags: list[Flag] = [] if fact.pupil in books.wallet_cents else [Flag.UNKNOWN_PUPIL]
    legs: Legs = ()
    if isinstance(fact, StudyEntered) and is_paid_now:
        legs = legs_of(fact)
        flags = _debit(fact.pupil, fact.price, books)
        flags += [Flag.TO_SETTLE] if fact.is_to_settle else []
    flags += _badge_flags(fact.badge, fact.pupil, books)
    flags += note_time(event.stamp.at, books, now=now)
    return Booking(legs=legs, flags=tuple(flags))


def _withdraw(event: Event, fact: PresenceWithdrawn, books: Books, *, now: datetime) -> Booking:
    """Take a presence back; what was taken for it goes back, and once."""
    found = books.attended.withdraw(event, fact)
    flags: list[Flag] = [] if fact.pupil in books.wallet_cents else [Flag.UNKNOWN_PUPIL]
    legs: Legs = ()
    if found is None:
        flags.append(Flag.UNKNOWN_DOCUMENT)
    else:
        for document in sorted({fact.presence, found.event}):
            books.documents.added.append(Correction(document, event.id, WHOLE, 1))
        books.taken_back.append((found.event, fact))
        if found.paid and found.is_settled:
            # Somebody decided who pays it: who gets it now is for a person to say, too.
            flags.append(Flag.CORRECTED_TWICE)
            legs = transfer(
                source=Account(AccountKind.STUDY, fact.session or ""),
                target=Account(AccountKind.EXCEPTIONS),
                amount=found.paid,
            )
        elif found.paid:
            legs = legs_of(replace(fact, price=found.paid))
            flags = _credit(fact.pupil, found.paid, books)
    flags += note_time(event.stamp.at, books, now=now)
    return Booking(legs=legs, flags=tuple(flags))


def collect(fact: MealLike, books: Books) -> tuple[list[Flag], AccountKind]:
    """Collect a meal in the books, and return what pays it. The legs are the caller's."""
    badge_flags = _badge_flags(fact.badge, fact.pupil, books)
    badge_flags += _circumstance_flags(fact.circumstances)
    order = books.orders.get(fact.order)
    if order is None or not _is_that_order(fact, order):
        return [Flag.UNKNOWN_ORDER, *badge_flags], AccountKind.EXCEPTIONS
    match order.state:
        case OrderState.COLLECTED:
            return [Flag.DOUBLE_COLLECTION, *badge_flags], AccountKind.EXCEPTIONS
        case OrderState.CANCELLED:
            return [Flag.AFTER_CANCEL, *badge_flags], AccountKind.EXCEPTIONS
        case OrderState.RESERVED:
            paid_from = AccountKind.MEALS_PREPAID
        case OrderState.UNCLAIMED:
            # The day was closed before this terminal was heard: its money waits there.
            paid_from = AccountKind.MEALS_UNCLAIMED
        case _:
            assert_never(order.state)
    books.collected.add(order.id)
    books.waiting.discard(order.id)
    books.unclaimed.discard(order.id)
    books.orders[order.id] = Order(
        id=order.id,
        pupil_id=order.pupil_id,
        day=order.day,
        product_id=order.product_id,
        price=order.price,
        state=OrderState.COLLECTED,
    )
    return badge_flags, paid_from


def _is_that_order(fact: MealLike, order: Order) -> bool:
    return fact.pupil == order.pupil_id and fact.price == order.price


def _uncollect(fact: MealVoided, books: Books, *, is_first: bool) -> AccountKind:
    """Have an order wait again whose meal was not handed out after all.

    Result: the account that paid the meal, and gets its money back. It is the exceptions where the
    meal was never booked, or was taken back before: then the order is as it was.
    """
    paid_from = books.documents.paid_from(fact.correction.document) if is_first else None
    order = books.orders.get(fact.meal.order)
    if paid_from not in _ORDERED or order is None or order.state is not OrderState.COLLECTED:
        return AccountKind.EXCEPTIONS
    is_over = paid_from is AccountKind.MEALS_UNCLAIMED
    books.collected.discard(order.id)
    (books.unclaimed if is_over else books.waiting).add(order.id)
    state = OrderState.UNCLAIMED if is_over else OrderState.RESERVED
    books.orders[order.id] = replace(order, state=state)
    return AccountKind.MEALS_UNCLAIMED if is_over else AccountKind.MEALS_PREPAID


_ORDERED = frozenset({AccountKind.MEALS_PREPAID, AccountKind.MEALS_UNCLAIMED})


def sell(fact: SaleLike, books: Books) -> list[Flag]:
    """Take a sale's total from whoever pays it. The legs are the caller's."""
    flags: list[Flag] = []
    pupil = fact.pupil
    if fact.tender is Tender.WALLET:
        assert pupil is not None, "a wallet has an owner"
        flags = _debit(pupil, fact.total, books)
        if books.wallet_cents[pupil] < -books.overdraft_max.cents:
            flags.append(Flag.OVERDRAFT)
    if fact.is_to_settle:
        flags.append(Flag.TO_SETTLE)
    flags += _badge_flags(fact.badge, pupil, books)
    if fact.circumstances:
        flags += _circumstance_flags(fact.circumstances)
    return flags


def _give_back(tender: Tender, pupil: PupilId | None, total: Money, books: Books) -> list[Flag]:
    if tender is not Tender.WALLET or pupil is None:
        return []
    return _credit(pupil, total, books)


def _note_bought(
    tender: Tender,
    pupil: PupilId | None,
    day: date,
    lines: Iterable[SaleLine],
    books: Books,
    *,
    sign: int,
) -> None:
    """Count what a pupil bought from the wallet, for the limits that parents set."""
    if tender is not Tender.WALLET or pupil is None or pupil not in books.limited:
        return
    for line in lines:
        key = (pupil, day, line.product)
        add_bought(books, key, line.quantity * sign, (line.total * sign).cents)


def add_bought(books: Books, key: BoughtKey, quantity: int, cents: int) -> None:
    """Add to what a pupil bought of a product, of whom `limited` says that it is counted."""
    pieces, spent = books.bought.get(key, (0, 0))
    books.bought[key] = (pieces + quantity, spent + cents)


def _credit(pupil: PupilId, amount: Money, books: Books) -> list[Flag]:
    """Change a general wallet by an amount; negative takes from it."""
    cents = books.wallet_cents.get(pupil)
    books.move({pupil: amount.cents})
    books.wallet_cents[pupil] = amount.cents + (cents or 0)
    return [Flag.UNKNOWN_PUPIL] if cents is None else []


def _debit(pupil: PupilId, amount: Money, books: Books) -> list[Flag]:
    """Take from a general wallet."""
    return _credit(pupil, -amount, books)


def _circumstance_flags(circumstances: Iterable[Circumstance]) -> list[Flag]:
    return [Flag.BLOCKED_BADGE] if Circumstance.BLOCKED_BADGE in circumstances else []


def _badge_flags(badge: BadgeKey | None, pupil: PupilId | None, books: Books) -> list[Flag]:
    if badge is None:
        return []  # served by name, or a guest: staff answer for it
    return [] if pupil is not None and books.badges.get(badge) == pupil else [Flag.UNKNOWN_BADGE]


def note_time(at: datetime, books: Books, *, now: datetime) -> list[Flag]:
    """Note when an event happened by the terminal's clock, and flag a clock that is wrong."""
    last_at = books.last_at
    books.last_at = at
    if last_at is not None and last_at <= at <= now and at.year in YEARS:
        return []  # nearly always, and without reckoning
    if at.year not in YEARS or at > now + CLOCK_SKEW_MAX:
        return [Flag.CLOCK_SKEW]
    if last_at is None or last_at.year not in YEARS:
        return []
    return [Flag.CLOCK_SKEW] if at < last_at - CLOCK_SKEW_MAX else []
