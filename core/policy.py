"""The school's rules for the till: data from the centre, versioned, named in each event."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.ids import ProductId
from core.money import ZERO, Money
from core.tap import Assurance


class WalkIn(StrEnum):
    """What happens to a pupil who has no order for today."""

    REFUSE = "refuse"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a terminal may do by itself.

    walk_in_product: what is sold to a pupil without an order; None: nothing can be.
    overdraft_max: how far below zero the general wallet may go, as a positive amount.
    sale_max: the floor limit, the largest single sale. pupil_offline_max: the most that one pupil
    can spend between two snapshots. terminal_offline_max and terminal_offline_count_max: the most
    this terminal sells, in money and in sales, that the centre has not booked yet.
    snapshot_warn, snapshot_stop: the age of the copy at which staff are warned, and at which
    sales stop (paid meals never do).
    """

    version: int
    walk_in: WalkIn
    walk_in_product: ProductId | None
    overdraft_max: Money
    sale_max: Money
    pupil_offline_max: Money
    terminal_offline_max: Money
    terminal_offline_count_max: int
    snapshot_warn: timedelta
    snapshot_stop: timedelta
    assurance_min_collect: Assurance
    assurance_min_sale: Assurance
    print_collected: bool
    print_sales: bool


CLOSED = Policy(
    version=0,
    walk_in=WalkIn.REFUSE,
    walk_in_product=None,
    overdraft_max=ZERO,
    sale_max=ZERO,
    pupil_offline_max=ZERO,
    terminal_offline_max=ZERO,
    terminal_offline_count_max=0,
    snapshot_warn=timedelta(0),
    snapshot_stop=timedelta(0),
    assurance_min_collect=Assurance.UID,
    assurance_min_sale=Assurance.UID,
    print_collected=False,
    print_sales=False,
)
"""The rules of a terminal that has not heard from its centre yet: nothing can be sold."""
