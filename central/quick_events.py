"""The two facts that a lunch is made of, read from their JSON fields.

Nine facts in ten are a collected meal or a sale from the wallet. Making the core's typed values of
each was two thirds of what a batch cost, so these two are read by msgspec into structs, and booked
from these (`central.quick_booking`). What is taken here is a part of what `core.events.read_event`
takes, with the same meaning; whatever is not plainly well is left to it (`None`), and it alone says
what is wrong. `tests/central/test_quick_events.py` holds both ways to one answer.

Members stand in the order in which a terminal writes them, since msgspec looks there first for the
next: a quarter of the reading. So the envelope, in whose middle the data stand, is written twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec

from central.event_cuts import Pieces
from central.plausible import CENTS_MAX, QUANTITY_MAX
from central.transfers import WALLET, Transfer
from core.facts import Circumstance, EventKind, Tender
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId
from core.ledger import AccountKind
from core.money import Money
from core.people import Allergen, PriceClass
from core.tap import Assurance

_ID_TO_FORM: Final = str.maketrans("123456789abcdef", "0" * 15)
_AT_TO_FORM: Final = str.maketrans("123456789", "0" * 9)
"""Makes a zero of every digit: hexadecimal ones of ids, decimal ones of moments."""
_ID_FORM: Final = "00000000-0000-0000-0000-000000000000 "
_AT_FORM: Final = "0000-00-00T00:00:00.000Z "
_MINUTE_TENS: Final = slice(len("2026-11-24T11:"), None, len(_AT_FORM))
_SECOND_TENS: Final = slice(len("2026-11-24T11:00:"), None, len(_AT_FORM))
_HOUR_TENS: Final = slice(len("2026-11-24T"), None, len(_AT_FORM))
_HOUR_ONES: Final = slice(len("2026-11-24T1"), None, len(_AT_FORM))
_DAY_CHARS: Final = len("2026-11-24")
_PREPAID = AccountKind.MEALS_PREPAID.value
_KIND = b'"kind":"'
_KIND_BYTES = len(_KIND)
_WORD_BYTES = 8
_Cents = Annotated[int, msgspec.Meta(ge=0, le=CENTS_MAX)]
_Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]


class _Basis(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    cursor: str
    is_online: bool
    policy: int


class _Line(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    category: Literal["meal", "sandwich", "drink", "snack", "other"]
    product: ProductId
    quantity: _Quantity
    unit_price_cents: _Cents
    vat_cents: int
    vat_permille: int


class MealData(msgspec.Struct, gc=False, forbid_unknown_fields=True, kw_only=True):
    """A collected meal, with what `central.booking.MealLike` asks of one."""

    accepted: tuple[Allergen, ...] = ()
    assurance: Assurance
    badge: BadgeKey | None
    circumstances: tuple[Circumstance, ...] = ()
    command: str = ""
    day: date
    order: OrderId
    price_cents: _Cents
    product: str
    pupil: PupilId
    receipt: int
    staff: str | None = None
    why: str = ""

    @property
    def price(self) -> Money:
        """What it costs."""
        return Money(self.price_cents)

    def transfer(self) -> Transfer | None:
        """Return what it moves when it breaks no rule, if its row can say it."""
        return (_PREPAID, "", "", self.price_cents) if self.price_cents else None


class SaleData(msgspec.Struct, gc=False, forbid_unknown_fields=True, kw_only=True):
    """A sale from a wallet, with what `central.booking.SaleLike` asks of one."""

    accepted: tuple[Allergen, ...] = ()
    assurance: Assurance
    badge: BadgeKey | None
    circumstances: tuple[Circumstance, ...] = ()
    command: str = ""
    day: date
    is_to_settle: bool = False
    is_walk_in: bool
    lines: Annotated[list[_Line], msgspec.Meta(min_length=1)]
    price_class: PriceClass
    pupil: PupilId
    receipt: int
    staff: str | None = None
    paid_from: Literal["wallet"] = msgspec.field(default="wallet", name="tender")
    total_cents: _Cents
    why: str = ""

    @property
    def tender(self) -> Tender:
        """Who pays: the wallet."""
        return Tender(self.paid_from)

    @property
    def total(self) -> Money:
        """What it takes from the wallet."""
        return Money(self.total_cents)

    def transfer(self) -> Transfer | None:
        """Return what it moves when it breaks no rule, if its row can say it."""
        if len(self.lines) > 1 or not self.total_cents:
            return None
        return (WALLET, self.pupil, self.lines[0].category, self.total_cents)


class Meal(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A collected meal."""

    at_text: str = msgspec.field(name="at")
    basis: _Basis
    boot: str
    data: MealData
    epoch: int
    id: EventId
    kind: Literal["meal.collected"]
    mono_ms: int
    seq: int
    synced: bool

    @property
    def at(self) -> datetime:
        """When it happened, by the terminal's clock."""
        return datetime.fromisoformat(self.at_text)


class Sale(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A sale from a pupil's general wallet."""

    at_text: str = msgspec.field(name="at")
    basis: _Basis
    boot: str
    data: SaleData
    epoch: int
    id: EventId
    kind: Literal["sale.made"]
    mono_ms: int
    seq: int
    synced: bool

    @property
    def at(self) -> datetime:
        """When it happened, by the terminal's clock."""
        return datetime.fromisoformat(self.at_text)


Quick = Meal | Sale


_Reader = msgspec.json.Decoder[list[Meal]] | msgspec.json.Decoder[list[Sale]]
_READERS: Final[Mapping[bytes, _Reader]] = {
    EventKind.MEAL_COLLECTED.value.encode()[:_WORD_BYTES]: msgspec.json.Decoder(list[Meal]),
    EventKind.SALE_MADE.value.encode()[:_WORD_BYTES]: msgspec.json.Decoder(list[Sale]),
}
"""What reads a kind, by how its word begins; whether it is that word the reader says."""


def read_quick(pieces: Pieces, *, epoch: int, first_seq: int) -> Sequence[Quick | None]:
    """Return each fact that is plainly well, and None where the core must look.

    pieces: the events of consecutive places of an epoch. Each fact was read by a reader of a list
    of structs, out of as many pieces as it found; none of these holds a backslash.
    """
    rests = pieces.rests
    if not rests:
        return []
    seqs = range(first_seq, first_seq + len(rests))
    word = _word_of(rests[0])
    are_alike = word == _word_of(rests[-1]) == _word_of(rests[len(rests) // 2])
    if are_alike and word in _READERS:
        facts = _decoded(pieces, _READERS[word])
        if facts is not None and _are_well(facts, epoch, seqs):
            return facts
    found: list[Quick | None] = [None] * len(rests)
    words = [_word_of(rest) for rest in rests]
    for word, reader in _READERS.items():
        places = [place for place, one in enumerate(words) if one == word]
        some = Pieces(pieces.begin, [rests[place] for place in places])
        read = _read(some, reader, epoch, [seqs[place] for place in places])
        for place, fact in zip(places, read, strict=True):
            found[place] = fact
    return found


def _word_of(body: bytes) -> bytes:
    """Return how the word of an event's kind begins.

    It stands near the end, behind the data: a decoder that had to choose by it would read the text
    twice. Found in the wrong place, it is not what the decoder finds, which refuses.
    """
    start = body.rfind(_KIND) + _KIND_BYTES
    return body[start : start + _WORD_BYTES]


def _read(
    pieces: Pieces, reader: _Reader, epoch: int, seqs: Sequence[int]
) -> Sequence[Quick | None]:
    """Read facts of one kind all at once; by halves where one of them is not well."""
    facts = _decoded(pieces, reader)
    if facts is not None and _are_well(facts, epoch, seqs):
        return facts
    begin, rests, _ = pieces
    if len(rests) <= 1:
        return [None] * len(rests)
    half = len(rests) // 2
    return [
        *_read(Pieces(begin, rests[:half]), reader, epoch, seqs[:half]),
        *_read(Pieces(begin, rests[half:]), reader, epoch, seqs[half:]),
    ]


def _decoded(pieces: Pieces, reader: _Reader) -> Sequence[Quick] | None:
    begin, rests, array = pieces
    if array is None:
        array = b"[%b%b]" % (begin, (b"," + begin).join(rests))
        # Escapes can hide what no database takes.
        if b"\\" in array:
            return None
    try:
        facts = reader.decode(array)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    # A single event may be no JSON at all, and look like two.
    return facts if len(facts) == len(rests) else None


def _are_well(facts: Sequence[Quick], epoch: int, seqs: Sequence[int]) -> bool:
    """Say whether facts stand at their places and say in one form what they say."""
    are_placed = [fact.seq for fact in facts] == list(seqs)
    return (
        are_placed
        and {fact.epoch for fact in facts} == {epoch}
        and _are_ids([fact.id for fact in facts])
        and _are_moments([fact.at_text for fact in facts])
        and _are_summed(facts)
    )


def _are_ids(ids: Sequence[str]) -> bool:
    """Say whether all are UUIDs in their one form.

    The blanks behind each are all that there are, so that none is within one of them.
    """
    return f"{' '.join(ids)} ".translate(_ID_TO_FORM) == _ID_FORM * len(ids)


def _are_moments(moments: Sequence[str]) -> bool:
    """Say whether all are moments in UTC with milliseconds, in their one form."""
    text = f"{' '.join(moments)} "
    has_form = text.translate(_AT_TO_FORM) == _AT_FORM * len(moments)
    if not has_form or (text[_MINUTE_TENS] + text[_SECOND_TENS]).strip("012345"):
        return False
    first = text[:_DAY_CHARS]
    is_one_day = text.count(first) == len(moments)
    days = {first} if is_one_day else {moment[:_DAY_CHARS] for moment in moments}
    return all(map(_is_day, days)) and _are_hours(text[_HOUR_TENS], text[_HOUR_ONES])


def _is_day(text: str) -> bool:
    """Say whether what has the form of a day is one: no thirtieth of February."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _are_hours(tens: str, ones: str) -> bool:
    """Say whether digits are those of hours, each below 24."""
    if "2" not in tens:
        return not tens.strip("01")
    return all(ten + one < "24" for ten, one in zip(tens, ones, strict=True))


def _are_summed(facts: Sequence[Quick]) -> bool:
    """Say whether the lines of each sale make its total; a meal has none."""
    for fact in facts:
        data = fact.data
        if type(data) is SaleData:
            left = data.total_cents
            for line in data.lines:
                left -= line.unit_price_cents * line.quantity
            if left:
                return False
    return True
