"""A pupil's card as the bursar's page shows it: both wallets, the badges, the orders of the day."""

from core.events import Stamp
from core.ids import PupilId
from core.office import held
from core.people import Badge, BadgeState
from core.view import Holder, View
from core.wallet import WalletKind
from terminal.board import Content
from terminal.desk import Desk
from terminal.desk_content import orders_content
from terminal.verdict import person_content

_ORDER = {BadgeState.ACTIVE: 0, BadgeState.LOST: 1, BadgeState.BLOCKED: 2}


def card_of(desk: Desk, pupil: PupilId, stamp: Stamp) -> Content | None:
    """Return a pupil's card; None for somebody whom the copy does not know."""
    view = desk.view_of_pupil(pupil, stamp)
    return None if view.holder is None else _card(desk, view, view.holder)


def _card(desk: Desk, view: View, holder: Holder) -> Content:
    badges = sorted(desk.badges_of(view), key=lambda badge: (_ORDER[badge.state], badge.key))
    return {
        **person_content(view),
        "id": holder.pupil.id,
        "wallet_cents": held(view, holder, WalletKind.GENERAL).cents,
        "is_provisional": not view.is_online,
        "orders": orders_content(view, holder),
        "badges": [_badge(badge) for badge in badges],
    }


def _badge(badge: Badge) -> Content:
    return {"key": badge.key, "last4": badge.last4, "state": badge.state.value}
