"""What moves one amount from one account to one other: it stands in the row of its event.

So nearly all meals and sales do. `central.postings` keeps the legs of everything else, and the view
`leg` shows both alike.
"""

from collections.abc import Sequence
from typing import Final

from core.facts import EventKind
from core.ledger import AccountKind

NamedLeg = tuple[str, str, str, int]
"""A leg's name, account, owner and cents."""

_SALE: Final = EventKind.SALE_MADE.value
_MEAL: Final = EventKind.MEAL_COLLECTED.value
_FORMS: Final = {
    _SALE: ("wallet", "line.0", AccountKind.SALES.value),
    _MEAL: ("source", "target", AccountKind.MEALS_SERVED.value),
}
"""Of each kind of event that may stand so: the names of its two legs, and the account it pays."""


Transfer = tuple[str, str, str, int]
"""What an event moves: the account that pays and its owner, the owner who is paid, and cents."""

WALLET: Final = AccountKind.WALLET_GENERAL.value
"""The account of nearly all sales."""
_SIDES: Final = 2
NO_TRANSFER: Final = (None, None, None, None)
"""The columns of an event that moves nothing, or not so."""


def transfer_of(kind: str, legs: Sequence[NamedLeg]) -> Transfer | None:
    """Return what the legs of an event move, if its own row can say it; else None."""
    if len(legs) != _SIDES or kind not in _FORMS:
        return None
    (_, source, owner, paid), (_, _, target_owner, cents) = legs
    transfer = (source, owner, target_owner, cents)
    is_told = cents > 0 and paid == -cents and legs_of_transfer(kind, transfer) == tuple(legs)
    # Cash and what waits for the bursar are few, and asked for by themselves: they stay legs.
    return transfer if is_told and (kind == _MEAL or source == WALLET) else None


def legs_of_transfer(kind: str, transfer: Transfer) -> tuple[NamedLeg, NamedLeg]:
    """Return the two legs of what an event of a kind moved."""
    source_name, target_name, target = _FORMS[kind]
    source, owner, target_owner, cents = transfer
    return ((source_name, source, owner, -cents), (target_name, target, target_owner, cents))
