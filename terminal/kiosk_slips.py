"""The slips of a kiosk: what a pupil asked to have on paper, and the fact that says so."""

from datetime import timedelta
from typing import assert_never

from core.events import Stamp
from core.ids import CommandId
from core.kiosk import KioskDay
from core.money import ZERO
from core.order_facts import OrderAct, RequestState, SlipKind, SlipPrinted
from core.orders import OrderState
from printer.documents import InvoiceSlip, KioskSlip, Notice, Reservation, TopUpSlip
from terminal.family_slips import appointments_slip, invoice_slip
from terminal.kiosk_content import Standing, dish_name
from terminal.profiles.kiosk import KioskSession

_MINUTE = timedelta(minutes=1)


def slip_fact(
    slip: SlipKind, session: KioskSession, standing: Standing, command: CommandId
) -> SlipPrinted:
    """Return the fact that a slip was asked for."""
    return SlipPrinted(standing.today, session.pupil, slip, session.badge, command)


def slip_document(
    slip: SlipKind, session: KioskSession, standing: Standing, stamp: Stamp
) -> KioskSlip | TopUpSlip | InvoiceSlip | Notice | None:
    """Return a slip; None where there is nothing to say, or the school has noted no account."""
    place, family = standing.view.place, standing.family
    match slip:
        case SlipKind.TOP_UP:
            return _top_up(standing, stamp)
        case SlipKind.INVOICE:
            return invoice_slip(family, place, stamp.at, today=standing.today)
        case SlipKind.APPOINTMENTS:
            return appointments_slip(family, place, stamp.at)
        case SlipKind.BALANCE | SlipKind.PLANNING:
            return _kiosk_slip(slip, session, standing, stamp)
        case SlipKind.ACCESS | SlipKind.ACCOUNT:
            return None
        case _:
            assert_never(slip)


def _kiosk_slip(
    slip: SlipKind, session: KioskSession, standing: Standing, stamp: Stamp
) -> KioskSlip:
    view, pupil = standing.view, standing.holder.pupil
    is_balance = slip is SlipKind.BALANCE
    return KioskSlip(
        at=stamp.at,
        zone_offset_minutes=_offset_minutes(standing, stamp),
        school=view.place.school,
        terminal=view.place.terminal,
        person=pupil.short_name,
        class_name=pupil.class_name,
        badge_last4=_last4(session, standing),
        general=standing.general if is_balance else None,
        reserve=standing.reserve if is_balance else None,
        is_provisional=is_balance and not view.is_online,
        reservations=None if is_balance else _reservations(standing),
        language=pupil.language,
    )


def _top_up(standing: Standing, stamp: Stamp) -> TopUpSlip | None:
    view, pupil = standing.view, standing.holder.pupil
    if not standing.iban or standing.communication is None:
        return None
    return TopUpSlip(
        at=stamp.at,
        zone_offset_minutes=_offset_minutes(standing, stamp),
        school=view.place.school,
        terminal=view.place.terminal,
        person=pupil.short_name,
        class_name=pupil.class_name,
        beneficiary=view.place.school.name,
        iban=standing.iban,
        communication=standing.communication,
        suggested=None,
        language=pupil.language,
    )


def _reservations(standing: Standing) -> tuple[Reservation, ...]:
    found = (_reservation(day, standing) for day in standing.days)
    return tuple(one for one in found if one is not None)


def _reservation(day: KioskDay, standing: Standing) -> Reservation | None:
    """Return what a day's line says: the order that stands, or else one that was asked for."""
    view, order = standing.view, day.order
    if order is not None:
        is_served = order.state is OrderState.COLLECTED or order.id in view.own.collected_at
        return Reservation(
            day.day, dish_name(view, order.product_id), order.price, is_collected=is_served
        )
    asked = [
        one
        for one in day.requests
        if one.state is RequestState.WAITING and one.act is OrderAct.RESERVE
    ]
    if not asked or asked[-1].product_id is None:
        return None
    # It costs nothing until the centre grants it.
    return Reservation(day.day, dish_name(view, asked[-1].product_id), ZERO, is_waiting=True)


def _last4(session: KioskSession, standing: Standing) -> str:
    badge = standing.holder.badge
    return "" if badge is None or badge.key != session.badge else badge.last4


def _offset_minutes(standing: Standing, stamp: Stamp) -> int:
    local = stamp.at.astimezone(standing.view.place.calendar.zone)
    offset = local.utcoffset()
    assert offset is not None, "a school's zone has an offset"
    return offset // _MINUTE
