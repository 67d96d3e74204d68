"""What the bursar's terminal decides by itself: wallets moved, badges and tickets given.

Each needs the right to the office. Money is moved as far as the wallet is known to hold it; what
the centre knows better it books all the same, and flags.
"""

from collections.abc import Iterable
from datetime import datetime

from core.decision import Done, Outcome, Presence, Refused
from core.facts import BadgeGiven, BadgeStopped, Fact, Reason, ReserveMoved, TicketGiven
from core.ids import BadgeKey, PupilId
from core.money import ZERO, Money
from core.people import Badge, BadgeState
from core.policy import Policy
from core.rights import right_refusal
from core.sale import balance_of, reserve_of
from core.staff import Right
from core.tap import Family
from core.value import Value
from core.view import Holder, View
from core.wallet import WalletKind


def held(view: View, holder: Holder, wallet: WalletKind) -> Money:
    """Return what a wallet of a pupil holds as far as this terminal knows."""
    is_reserve = wallet is WalletKind.RESERVE
    return reserve_of(view, holder) if is_reserve else balance_of(view, holder)


def move_reserve(
    source: WalletKind,
    amount: Money,
    presence: Presence,
    view: View,
    policy: Policy,
    now: datetime,
) -> Outcome:
    """Return what becomes of moving an amount out of one wallet into the other. now: aware."""
    assert amount > ZERO, "an amount is moved"
    refusal = office_refusal(view) or _stale_refusal(view, policy, now)
    holder = view.holder
    if refusal is not None or holder is None or view.operator is None:
        return _no(refusal)
    known = held(view, holder, source)
    if amount > known:
        return Refused((), Reason.NOT_ENOUGH_MONEY, wallet=known)
    fact = ReserveMoved(
        day=view.day,
        pupil=holder.pupil.id,
        amount=amount,
        source=source,
        staff=view.operator.id,
        badge=view.badge,
        why=presence.why,
        command=presence.command,
    )
    return Done((fact,))


class NewBadge(Value):
    """A card that was laid on the reader.

    owner: whose it is by what this terminal knows; state: and how it stands.
    """

    key: BadgeKey
    family: Family
    last4: str
    owner: PupilId | None
    state: BadgeState | None = None


def give_badge(
    new: NewBadge | Reason,
    replaces: Badge | None,
    presence: Presence,
    view: View,
    *,
    is_lost: bool = False,
) -> Outcome:
    """Return what becomes of giving a pupil a badge, also one of theirs that was found again.

    new: the card, or why it is none. replaces: the pupil's badge that is not in use any more;
    is_lost: because it was lost.
    """
    refusal = office_refusal(view)
    holder, operator = view.holder, view.operator
    if refusal is not None or holder is None or operator is None:
        return _no(refusal)
    if isinstance(new, Reason):
        return _no(new)
    is_found = new.owner == holder.pupil.id and new.state is not BadgeState.ACTIVE
    if new.owner is not None and not is_found:
        return _no(Reason.BADGE_TAKEN)
    given = BadgeGiven(
        day=view.day,
        pupil=holder.pupil.id,
        badge=new.key,
        family=new.family,
        last4=new.last4,
        staff=operator.id,
        replaces=None if replaces is None else replaces.key,
        why=presence.why,
        command=presence.command,
        is_found=is_found,
    )
    facts: tuple[Fact, ...] = (given,)
    if replaces is not None and is_lost:
        lost = BadgeStopped(
            view.day, holder.pupil.id, replaces.key, BadgeState.LOST, operator.id, presence.why
        )
        facts = (lost, given)
    return Done(facts)


def stop_badge(badge: Badge | None, state: BadgeState, presence: Presence, view: View) -> Outcome:
    """Return what becomes of stopping a pupil's badge. badge: None for one that is not theirs."""
    refusal = office_refusal(view)
    holder, operator = view.holder, view.operator
    if refusal is not None or holder is None or operator is None:
        return _no(refusal)
    if badge is None:
        return _no(Reason.UNKNOWN_BADGE)
    if state is BadgeState.ACTIVE:
        return _no(Reason.NOT_ALLOWED)
    fact = BadgeStopped(
        day=view.day,
        pupil=holder.pupil.id,
        badge=badge.key,
        state=state,
        staff=operator.id,
        why=presence.why,
        command=presence.command,
    )
    return Done((fact,))


def give_ticket(presence: Presence, view: View) -> Outcome:
    """Return what becomes of giving a pupil a ticket for the day."""
    refusal = office_refusal(view)
    if refusal is not None or view.holder is None or view.operator is None:
        return _no(refusal)
    fact = TicketGiven(
        day=view.day,
        pupil=view.holder.pupil.id,
        staff=view.operator.id,
        why=presence.why,
        command=presence.command,
    )
    return Done((fact,))


def badge_named(key: BadgeKey | None, badges: Iterable[Badge]) -> Badge | None:
    """Return the badge with a key among a pupil's; None when it is not theirs."""
    return next((badge for badge in badges if badge.key == key), None)


def office_refusal(view: View) -> Reason | None:
    """Return why nothing may be done for whoever stands at the office; None when it may."""
    refusal = right_refusal(view, Right.OFFICE)
    if refusal is not None:
        return refusal
    if view.copy_at is None:
        return Reason.NO_SNAPSHOT
    if not view.is_day_known:
        return Reason.DAY_NOT_KNOWN
    return Reason.UNKNOWN_PUPIL if view.holder is None else None


def _stale_refusal(view: View, policy: Policy, now: datetime) -> Reason | None:
    assert view.copy_at is not None, "an office without a copy refused before"
    is_old = now - view.copy_at > policy.snapshot_stop
    return Reason.SNAPSHOT_TOO_OLD if is_old else None


def _no(refusal: Reason | None) -> Refused:
    return Refused(facts=(), reason=refusal or Reason.NOT_SIGNED_IN)
