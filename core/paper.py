"""The receipt of an act, made from the same knowledge as its fact."""

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from core.money import Money
from core.receipt import Receipt, ReceiptKind, ReceiptLine
from core.sale_facts import Tender
from core.view import View

_MINUTE = timedelta(minutes=1)
_QUARTER_S = 900
"""Seconds. No zone changes its offset within a quarter of an hour of UTC."""


def make_receipt(
    kind: ReceiptKind,
    view: View,
    lines: tuple[ReceiptLine, ...],
    *,
    wallet_after: Money | None,
    now: datetime,
    tender: Tender | None = Tender.WALLET,
    corrects: int = 0,
) -> Receipt:
    """Return the paper that goes with the view's next event.

    wallet_after: the general wallet after it; None for who has none. corrects: the number of the
    receipt that it takes back. tender: None where no money moves.
    """
    offset_minutes = _offset_minutes(view.place.calendar.zone, int(now.timestamp()) // _QUARTER_S)
    holder = view.holder
    badge = None if holder is None else holder.badge
    return Receipt(
        kind,
        view.next_receipt,
        now,
        offset_minutes,
        view.place.school,
        view.place.terminal,
        "" if view.operator is None else view.operator.name,
        "" if holder is None else holder.pupil.short_name,
        "" if holder is None else holder.pupil.class_name,
        "" if badge is None else badge.last4,
        lines,
        wallet_after,
        wallet_after is not None and not view.is_online,
        f"{view.epoch}-{view.next_seq}",
        view.place.language if holder is None else holder.pupil.language,
        view.is_training,
        "" if tender is None else str(tender),
        corrects,
    )


@lru_cache(16)
def _offset_minutes(zone: tzinfo, quarter: int) -> int:
    """Return a zone's offset from UTC. quarter: quarters of an hour since 1970."""
    offset = datetime.fromtimestamp(quarter * _QUARTER_S, zone).utcoffset()
    assert offset is not None, "the school's zone knows its offset"
    return offset // _MINUTE
