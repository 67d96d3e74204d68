"""What this terminal did to wallets that the copy's balances do not hold yet.

Two sums of the same entries. What the balance still has to give: sales take, top-ups bring. And
the risk: what was sold on trust while the centre could not be asked, which a cash top-up of one
pupil must not hide.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from core.facts import SaleLine, SaleMade, SaleRefunded, Tender
from core.ids import ProductId, PupilId
from core.limits import Bought
from core.money import ZERO, Money

Position = tuple[int, int]
"""A place in a terminal's journal: (epoch, seq). Positions compare in journal order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act that the copy may not hold. owed: what the wallet gives; risk: what was trusted."""

    position: Position
    pupil: PupilId | None
    owed: Money
    risk: Money
    count: int
    day: date | None = None
    lines: tuple[SaleLine, ...] = ()
    sign: int = 1


@dataclass(slots=True)
class Unsettled:
    """The entries behind the copy's position, and their sums."""

    settled: Position = (0, 0)
    entries: deque[Entry] = field(default_factory=deque)
    owed_by: dict[PupilId, Money] = field(default_factory=dict)
    risk_by: dict[PupilId, Money] = field(default_factory=dict)
    risk: Money = ZERO
    count: int = 0

    def settle(self, settled: Position) -> None:
        """Forget the entries up to a position: the copy's balances hold them now.

        A copy older than the one before brings nothing back: its balances would be lower only by
        sales that are no longer counted here, so whoever installs one rebuilds the state.
        """
        assert settled >= self.settled, "a copy never goes back behind the last one"
        self.settled = settled
        while self.entries and self.entries[0].position <= settled:
            self._count(self.entries.popleft(), sign=-1)

    def owed_of(self, pupil: PupilId) -> Money:
        """Return what the copy's balance of a pupil still has to give; negative after a top-up."""
        return self.owed_by.get(pupil, ZERO)

    def risk_of(self, pupil: PupilId) -> Money:
        """Return what was sold to a pupil on trust."""
        return self.risk_by.get(pupil, ZERO)

    def bought_of(self, pupil: PupilId, day: date) -> dict[ProductId, Bought]:
        """Return what a pupil bought here on a day that the copy does not hold, per product."""
        bought: dict[ProductId, Bought] = {}
        if pupil not in self.risk_by and pupil not in self.owed_by:
            return bought
        for entry in self.entries:
            if entry.pupil != pupil or entry.day != day:
                continue
            for line in entry.lines:
                more = Bought(line.quantity * entry.sign, line.total * entry.sign)
                bought[line.product] = bought.get(line.product, Bought()).plus(more)
        return bought

    def sale(self, position: Position, sale: SaleMade, *, sign: int) -> None:
        """Add a sale, or with sign -1 take it out."""
        self._add(position, sale.pupil, sale.tender, sale.day, sale.lines, sign=sign)

    def refund(self, position: Position, refund: SaleRefunded) -> None:
        """Take out the products that were given back."""
        lines = tuple(back.line for back in refund.lines)
        day = refund.sold_on or refund.day
        self._add(position, refund.pupil, refund.tender, day, lines, sign=-1)

    def top_up(self, position: Position, pupil: PupilId, amount: Money) -> None:
        """Add cash that was put into a wallet; negative when it was handed out again."""
        self._keep(Entry(position, pupil, owed=-amount, risk=ZERO, count=0))

    def _add(
        self,
        position: Position,
        pupil: PupilId | None,
        tender: Tender,
        day: date,
        lines: Iterable[SaleLine],
        *,
        sign: int,
    ) -> None:
        if tender is Tender.CASH:
            return
        kept = tuple(lines)
        total = ZERO
        for line in kept:
            total += line.total * sign
        owed = total if tender is Tender.WALLET else ZERO
        self._keep(Entry(position, pupil, owed, total, sign, day, kept, sign))

    def _keep(self, entry: Entry) -> None:
        if entry.position > self.settled:
            self.entries.append(entry)
            self._count(entry, sign=1)

    def _count(self, entry: Entry, *, sign: int) -> None:
        self.risk += entry.risk * sign
        self.count += entry.count * sign
        if entry.pupil is not None:
            _shift(self.owed_by, entry.pupil, entry.owed * sign)
            _shift(self.risk_by, entry.pupil, entry.risk * sign)


def _shift(sums: dict[PupilId, Money], pupil: PupilId, amount: Money) -> None:
    rest = sums.get(pupil, ZERO) + amount
    if rest:
        sums[pupil] = rest
    else:
        sums.pop(pupil, None)
