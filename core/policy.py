"""The school's rules for the till: data from the centre, versioned, named in each event."""

from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from typing import Final

from core.catalogue import Category
from core.ids import ProductId
from core.money import ZERO, Money
from core.sale_facts import Circumstance
from core.tap import Assurance
from core.value import Value, field

SCHOOL_BEGINS_AT: Final = time(8, 25)
"""Of a school that says nothing else."""


class WalkIn(StrEnum):
    """What happens to a pupil who has no order for today, or against whom something else stands.

    SETTLE (serve and settle): no child is turned away. The meal is handed out and debited although
    the money is not there, as far as the school's cap goes, and the bursar settles it.
    """

    REFUSE = "refuse"
    SELL = "sell"
    SETTLE = "settle"


REQUEST_GRACE = timedelta(hours=1)
"""What a school has that says nothing: the kitchen can still cook for who was offline at 08:58."""


# By names of this module, as in `core.decide`.
_NO_ORDER, _REFUSE = Circumstance.NO_ORDER, WalkIn.REFUSE


class Policy(Value):
    """What a terminal may do by itself.

    walk_in_product: what is sold to a pupil without an order; None: nothing can be.
    overdraft_max: how far below zero the general wallet may go, as a positive amount.
    sale_max: the floor limit, the largest single sale. pupil_offline_max: the most that one pupil
    can spend between two snapshots. terminal_offline_max and terminal_offline_count_max: the most
    this terminal sells, in money and in sales, that the centre has not booked yet.
    snapshot_warn, snapshot_stop: the age of the copy at which staff are warned, and at which
    sales stop (paid meals never do).
    answers: what to do for a kind of product when a circumstance stands against selling it; see
    `answer`. settle_max: how far below zero a general wallet may go by being served and settled.
    takes_cash: whether guests and pupils may pay in cash. top_up_max: the largest cash top-up;
    zero: none. needs_sign_in: whether staff must be signed in to sell from the screen.
    shows_balance: whether the pupils' screen tells a pupil's own balance; it may be seen by others.
    request_grace: how long after the orders of a day close a request may still arrive that was made
    before; zero: what counts is when it arrives. See `core.order_rules`.
    study_below_zero: whether a pupil is let into study, and pays, however little the wallet holds.
    school_begins_at: local time from which who comes to the gate is late. asks_late_why: whether
    they are asked for a reason. prints_late: whether a slip for the teacher comes out.
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
    answers: Mapping[tuple[Circumstance, Category], WalkIn] = field(default_factory=dict)
    settle_max: Money = ZERO
    takes_cash: bool = False
    top_up_max: Money = ZERO
    needs_sign_in: bool = True
    shows_balance: bool = False
    request_grace: timedelta = REQUEST_GRACE
    study_below_zero: bool = True
    school_begins_at: time = SCHOOL_BEGINS_AT
    asks_late_why: bool = True
    prints_late: bool = True

    def answer(self, circumstance: Circumstance, category: Category) -> WalkIn:
        """Return what to do for a kind of product: what the school says, or else refuse.

        Without an order the school's general answer `walk_in` stands for every kind.
        """
        other = self.walk_in if circumstance is _NO_ORDER else _REFUSE
        return self.answers.get((circumstance, category), other)


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
