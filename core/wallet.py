"""What a pupil can spend: the centre's balance less what this terminal has sold since."""

from enum import StrEnum

from core.money import Money
from core.value import Value


class WalletKind(StrEnum):
    """General pays every purchase; reserve only waits to be moved to general."""

    GENERAL = "general"
    RESERVE = "reserve"


class Wallets(Value):
    """A pupil's two balances, as the centre last said."""

    general: Money
    reserve: Money


def available(*, snapshot_balance: Money, unsettled: Money) -> Money:
    """Return what a wallet holds now.

    snapshot_balance: the balance at the centre when it had booked this terminal's events up to
    `settled_seq`. unsettled: what this terminal's own later acts took out of it (positive).
    """
    return Money(snapshot_balance.cents - unsettled.cents)


def can_pay(balance: Money, amount: Money, *, overdraft_max: Money) -> bool:
    """Say whether a balance may pay an amount without passing the school's overdraft limit."""
    assert overdraft_max.cents >= 0, "the overdraft limit is a positive amount"
    return balance.cents - amount.cents >= -overdraft_max.cents
