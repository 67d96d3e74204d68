"""The two facts that a lunch is made of, read and booked from their JSON fields.

Nine facts in ten are a collected meal or a sale from the wallet. Making the core's typed values of
each was two thirds of what a batch cost, so these two are read by msgspec into structs, and booked
from these. What is taken here is a part of what `core.events.read_event` takes, with the same
meaning; whatever is not plainly well is left to it (`None`), and it alone says what is wrong. The
rules are those of `central.booking`, which asks no more of a fact than these structs have; the legs
are those of `core.ledger`. `tests/central/test_quick_events.py` holds both ways to one answer.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count, repeat
from types import MappingProxyType
from typing import Annotated, Final, Literal

import msgspec

from central.booking import (
    CENTS_MAX,
    QUANTITY_MAX,
    Books,
    Keys,
    add_bought,
    collect,
    note_time,
    sell,
)
from central.transfers import NamedLeg, Transfer
from core.batch import Flag
from core.catalogue import Category
from core.facts import Circumstance, EventKind, Tender
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId
from core.ledger import AccountKind
from core.limits import Bought
from core.money import Money
from core.people import Allergen, PriceClass
from core.tap import Assurance

_HEADS = re.compile(
    r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12} "
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z )*"
)
"""The ids and moments of events, each in its one form, with a blank behind each."""
_HEAD_CHARS = 36 + 1 + 24 + 1
_PREPAID = AccountKind.MEALS_PREPAID.value
_WALLET = AccountKind.WALLET_GENERAL.value
_SALES = AccountKind.SALES.value
_NO_WORDS: Mapping[Flag, str] = MappingProxyType({})
_SERVED = AccountKind.MEALS_SERVED.value
_KIND = b'"kind":"'
_KIND_BYTES = len(_KIND)
_WORD_BYTES = 8
_UNREAD = datetime(1, 1, 1, tzinfo=UTC)
_Cents = Annotated[int, msgspec.Meta(ge=0, le=CENTS_MAX)]
_Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]


class _Basis(msgspec.Struct, gc=False):
    cursor: str
    policy: int
    is_online: bool


class _Line(msgspec.Struct, gc=False):
    product: ProductId
    category: Category
    quantity: _Quantity
    unit_price_cents: _Cents
    vat_permille: int
    vat_cents: int


class _MealData(msgspec.Struct, gc=False):
    """A collected meal, with what `central.booking.MealLike` asks of one."""

    day: date
    pupil: PupilId
    order: OrderId
    product: str
    price_cents: _Cents
    badge: BadgeKey | None
    assurance: Assurance
    receipt: int
    staff: str | None = None
    why: str = ""
    accepted: tuple[Allergen, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    command: str = ""

    @property
    def price(self) -> Money:
        return Money(self.price_cents)

    def is_plain(self) -> bool:
        return True


class _SaleData(msgspec.Struct, gc=False):
    """A sale from a wallet, with what `central.booking.SaleLike` asks of one."""

    day: date
    pupil: PupilId
    price_class: PriceClass
    lines: list[_Line]
    total_cents: _Cents
    badge: BadgeKey | None
    assurance: Assurance
    receipt: int
    is_walk_in: bool
    tender: Tender = Tender.WALLET
    is_to_settle: bool = False
    staff: str | None = None
    why: str = ""
    accepted: tuple[Allergen, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    command: str = ""

    @property
    def total(self) -> Money:
        return Money(self.total_cents)

    def is_plain(self) -> bool:
        left = self.total_cents
        for line in self.lines:
            left -= line.unit_price_cents * line.quantity
        return left == 0 and self.tender is Tender.WALLET and bool(self.lines)


class _Envelope(msgspec.Struct, gc=False):
    at_text: str = msgspec.field(name="at")
    basis: _Basis
    boot: str
    epoch: int
    id: EventId
    mono_ms: int
    seq: int
    synced: bool


class Meal(_Envelope, gc=False):
    """A collected meal. at_text: when, as it is stored; at: read from it, and from no key."""

    kind: Literal["meal.collected"]
    data: _MealData
    at: datetime = msgspec.field(default=_UNREAD, name="")


class Sale(_Envelope, gc=False):
    """A sale from a pupil's general wallet. at_text, at: as of a meal."""

    kind: Literal["sale.made"]
    data: _SaleData
    at: datetime = msgspec.field(default=_UNREAD, name="")


Quick = Meal | Sale


class QuickBooking(msgspec.Struct, gc=False):
    """What one fact does to the books, as `central.booking.Booking`, with legs as rows."""

    legs: Sequence[NamedLeg]
    flags: list[Flag]
    words: Mapping[Flag, str] = _NO_WORDS


_READERS: Final[Mapping[bytes, msgspec.json.Decoder[Meal] | msgspec.json.Decoder[Sale]]] = {
    EventKind.MEAL_COLLECTED.value.encode()[:_WORD_BYTES]: msgspec.json.Decoder(Meal),
    EventKind.SALE_MADE.value.encode()[:_WORD_BYTES]: msgspec.json.Decoder(Sale),
}
"""What reads a kind, by how its word begins; whether it is that word the reader says."""


def read_quick(bodies: Sequence[bytes], *, epoch: int, first_seq: int) -> list[Quick | None]:
    """Return each fact that is plainly well, and None where the core must look.

    bodies: the events of consecutive places of an epoch.
    """
    found = list(map(_read, bodies, repeat(epoch), count(first_seq)))
    well = [read for read in found if read is not None]
    # All at once: a batch has hundreds, and hardly ever one that is not well.
    if _are_heads_well(well):
        return found
    return [read if read is not None and _are_heads_well([read]) else None for read in found]


def _read(body: bytes, epoch: int, seq: int) -> Quick | None:
    # The kind stands near the end, behind the data: a decoder that had to choose by it would read
    # the text twice. Found in the wrong place, it is not what the decoder finds, which refuses.
    word_at = body.rfind(_KIND) + _KIND_BYTES
    reader = _READERS.get(body[word_at : word_at + _WORD_BYTES])
    # Escapes can hide what no database takes.
    if reader is None or b"\\" in body:
        return None
    try:
        read = reader.decode(body)
        read.at = datetime.fromisoformat(read.at_text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if read.epoch != epoch or read.seq != seq or not read.data.is_plain():
        return None
    return read


def _are_heads_well(facts: Sequence[Quick]) -> bool:
    """Say whether the ids are UUIDs and the moments UTC with milliseconds, in their one form."""
    heads = "".join([f"{fact.id} {fact.at_text} " for fact in facts])
    # As many blanks as belong between them, so that none is within one of them.
    return len(heads) == _HEAD_CHARS * len(facts) and _HEADS.fullmatch(heads) is not None


def note_quick_keys(facts: Sequence[Quick], keys: Keys) -> None:
    """Add what facts are about to the keys that are read before they are booked."""
    keys.pupils.update([fact.data.pupil for fact in facts if isinstance(fact, Sale)])
    keys.orders.update([fact.data.order for fact in facts if isinstance(fact, Meal)])
    keys.badges.update([key for fact in facts if (key := fact.data.badge) is not None])


def book_quick(fact: Quick, books: Books, *, now: datetime) -> QuickBooking:
    """Book one fact, and advance the books by it."""
    data = fact.data
    legs: Sequence[NamedLeg]
    if isinstance(data, _SaleData):
        flags, legs = sell(data, books), _sale_legs(data)
        if data.pupil in books.limited:
            note_bought(data, books)
    else:
        flags, paid_from = collect(data, books)
        legs = _meal_legs(data, paid_from)
    flags += note_time(fact.at, books, now=now)
    return QuickBooking(legs, flags)


def note_bought(sale: _SaleData, books: Books) -> None:
    """Count what a pupil bought whose parents set a limit."""
    for line in sale.lines:
        more = Bought(line.quantity, Money(line.unit_price_cents * line.quantity))
        add_bought(books, sale.pupil, sale.day, line.product, more)


def plain_transfer(fact: Quick) -> Transfer | None:
    """Return what a fact that broke no rule moves, if its row can say it."""
    data = fact.data
    if isinstance(data, _MealData):
        return (_PREPAID, "", "", data.price_cents) if data.price_cents else None
    if len(data.lines) > 1 or not data.total_cents:
        return None
    return (_WALLET, data.pupil, data.lines[0].category.value, data.total_cents)


def plain_legs(fact: Quick) -> Sequence[NamedLeg]:
    """Return the legs of a fact that broke no rule."""
    data = fact.data
    if isinstance(data, _SaleData):
        return _sale_legs(data)
    return _meal_legs(data, AccountKind.MEALS_PREPAID)


def _meal_legs(meal: _MealData, paid_from: AccountKind) -> Sequence[NamedLeg]:
    cents = meal.price_cents
    if not cents:
        return ()
    return (("source", paid_from.value, "", -cents), ("target", _SERVED, "", cents))


def _sale_legs(sale: _SaleData) -> Sequence[NamedLeg]:
    rows: list[NamedLeg] = []
    if sale.total_cents:
        rows.append(("wallet", _WALLET, sale.pupil, -sale.total_cents))
    for place, line in enumerate(sale.lines):
        cents = line.unit_price_cents * line.quantity
        if cents:
            rows.append((f"line.{place}", _SALES, str(line.category), cents))
    return rows
