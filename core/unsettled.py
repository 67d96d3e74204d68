"""What this terminal did to wallets that the copy's balances do not hold yet.

Two sums of the same acts. What the balance still has to give: sales take; top-ups, voids and
refunds bring. And the risk: what was sold on trust while the centre could not be asked. Only taking
back that very sale lowers it: neither a cash top-up nor the void of a sale that the centre has
booked hides what was sold to another.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from core.facts import SaleLine, SaleMade, SaleRefunded, Tender
from core.ids import EventId, ProductId, PupilId
from core.limits import Bought
from core.money import ZERO, Money
from core.sale_facts import total_of
from core.value import Value

Position = tuple[int, int]
"""A place in a terminal's journal: (epoch, seq). Positions compare in journal order."""


class Entry(Value):
    """What one act did to a pupil's wallets.

    owed: what the general wallet gives; reserve: what the other one does. sign: -1 for what came
    back.
    """

    position: Position
    pupil: PupilId
    owed: Money
    day: date | None = None
    lines: tuple[SaleLine, ...] = ()
    sign: int = 1
    reserve: Money = ZERO


@dataclass(slots=True)
class Trust:
    """A sale that the centre has not booked: what is left of it after what was taken back."""

    position: Position
    pupil: PupilId | None
    amount: Money


@dataclass(slots=True)
class Unsettled:
    """The acts behind the copy's position, and their sums."""

    settled: Position = (0, 0)
    entries: deque[Entry] = field(default_factory=deque)
    of_pupil: dict[PupilId, deque[Entry]] = field(default_factory=dict)
    trusted: dict[EventId, Trust] = field(default_factory=dict)
    owed_by: dict[PupilId, Money] = field(default_factory=dict)
    reserve_by: dict[PupilId, Money] = field(default_factory=dict)
    risk_by: dict[PupilId, Money] = field(default_factory=dict)
    risk: Money = ZERO

    @property
    def count(self) -> int:
        """How many sales were made on trust and not taken back."""
        return len(self.trusted)

    def settle(self, settled: Position) -> None:
        """Forget the acts up to a position: the copy's balances hold them now.

        A copy older than the one before brings nothing back: its balances would be lower only by
        sales that are no longer counted here, so whoever installs one rebuilds the state.
        """
        assert settled >= self.settled, "a copy never goes back behind the last one"
        self.settled = settled
        while self.entries and self.entries[0].position <= settled:
            self._forget(self.entries.popleft())
        for document in [key for key, one in self.trusted.items() if one.position <= settled]:
            self._trust_less(document, self.trusted[document].amount)

    def owed_of(self, pupil: PupilId) -> Money:
        """Return what the copy's balance of a pupil still has to give; negative after a top-up."""
        return self.owed_by.get(pupil, ZERO)

    def reserve_of(self, pupil: PupilId) -> Money:
        """Return what the copy's reserve of a pupil still has to give; negative when it gains."""
        return self.reserve_by.get(pupil, ZERO)

    def risk_of(self, pupil: PupilId) -> Money:
        """Return what was sold to a pupil on trust."""
        return self.risk_by.get(pupil, ZERO)

    def bought_of(self, pupil: PupilId, day: date) -> dict[ProductId, Bought]:
        """Return what a pupil bought here on a day that the copy does not hold, per product."""
        bought: dict[ProductId, Bought] = {}
        for entry in self.of_pupil.get(pupil, ()):
            if entry.day != day:
                continue
            for line in entry.lines:
                more = Bought(line.quantity * entry.sign, line.total * entry.sign)
                bought[line.product] = bought.get(line.product, Bought()).plus(more)
        return bought

    def sale(self, position: Position, document: EventId, sale: SaleMade) -> None:
        """Add a sale; document: its event."""
        if sale.tender is Tender.CASH or position <= self.settled:
            return
        self.trusted[document] = Trust(position, sale.pupil, sale.total)
        self._risk_more(sale.pupil, sale.total)
        if sale.tender is Tender.WALLET:
            self._owe(position, sale.pupil, sale.day, sale.lines, sign=1)

    def void_sale(self, position: Position, document: EventId, sale: SaleMade) -> None:
        """Take a whole sale back; document: the sale's event."""
        if document in self.trusted:
            self._trust_less(document, self.trusted[document].amount)
        if sale.tender is Tender.WALLET and position > self.settled:
            self._owe(position, sale.pupil, sale.day, sale.lines, sign=-1)

    def refund(self, position: Position, refund: SaleRefunded) -> None:
        """Take out the products that were given back."""
        document = refund.correction.document
        if document in self.trusted:
            self._trust_less(document, refund.total)
        if refund.tender is Tender.WALLET and position > self.settled:
            day = refund.sold_on or refund.day
            self._owe(position, refund.pupil, day, (back.line for back in refund.lines), sign=-1)

    def top_up(self, position: Position, pupil: PupilId, amount: Money) -> None:
        """Add cash that was put into a wallet; negative when it was handed out again."""
        if position > self.settled:
            self._keep(Entry(position, pupil, owed=-amount))

    def attended(self, position: Position, pupil: PupilId, price: Money) -> None:
        """Add what a session of evening study cost a pupil; negative: it was taken back."""
        if position > self.settled and price:
            self._keep(Entry(position, pupil, owed=price))

    def moved(self, position: Position, pupil: PupilId, into_general: Money) -> None:
        """Add what went out of the reserve into the general wallet; negative: the other way."""
        if position > self.settled:
            self._keep(Entry(position, pupil, owed=-into_general, reserve=into_general))

    def _owe(
        self,
        position: Position,
        pupil: PupilId | None,
        day: date,
        lines: Iterable[SaleLine],
        *,
        sign: int,
    ) -> None:
        assert pupil is not None, "a wallet has an owner"
        kept = tuple(lines)
        owed = total_of(kept)
        self._keep(Entry(position, pupil, owed if sign > 0 else -owed, day, kept, sign))

    def _keep(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.of_pupil.setdefault(entry.pupil, deque()).append(entry)
        _shift(self.owed_by, entry.pupil, entry.owed)
        _shift(self.reserve_by, entry.pupil, entry.reserve)

    def _forget(self, entry: Entry) -> None:
        of_pupil = self.of_pupil[entry.pupil]
        first = of_pupil.popleft()
        assert first is entry, "a pupil's acts are forgotten in their order"
        if not of_pupil:
            del self.of_pupil[entry.pupil]
        _shift(self.owed_by, entry.pupil, -entry.owed)
        _shift(self.reserve_by, entry.pupil, -entry.reserve)

    def _risk_more(self, pupil: PupilId | None, amount: Money) -> None:
        self.risk += amount
        if pupil is not None:
            _shift(self.risk_by, pupil, amount)

    def _trust_less(self, document: EventId, amount: Money) -> None:
        """Take something out of a sale that was trusted; a sale of which nothing is left goes."""
        trust = self.trusted[document]
        assert amount <= trust.amount, "no more is taken back than was sold"
        trust.amount -= amount
        self._risk_more(trust.pupil, -amount)
        if not trust.amount:
            del self.trusted[document]


def _shift(sums: dict[PupilId, Money], pupil: PupilId, amount: Money) -> None:
    rest = sums.get(pupil, ZERO) + amount
    if rest:
        sums[pupil] = rest
    else:
        sums.pop(pupil, None)
