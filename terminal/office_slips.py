"""The bursar's papers, from what was decided: made with the same knowledge as its fact."""

from datetime import timedelta

from core.events import Stamp
from core.facts import ReserveMoved, TicketGiven, WalletToppedUp
from core.money import Money
from core.office import held
from core.receipt import Receipt
from core.ticket import Ticket
from core.view import View
from core.wallet import WalletKind, Wallets
from printer.documents import BursarSlip
from printer.job import document_name, encode_document
from printer.office_slips import Moved, Slip, moved_slip, ticket_slip
from terminal.knowledge import Knowledge
from terminal.profiles.base import Paper

_MINUTE = timedelta(minutes=1)


def moved_paper(fact: ReserveMoved, view: View, stamp: Stamp) -> Paper:
    """Return the slip of an amount that went from one wallet to the other."""
    assert view.holder is not None, "somebody's money was moved"
    general = held(view, view.holder, WalletKind.GENERAL)
    reserve = held(view, view.holder, WalletKind.RESERVE)
    is_out = fact.source is WalletKind.RESERVE
    into_general = fact.amount if is_out else -fact.amount
    document = moved_slip(
        slip_of(view, stamp),
        Moved(
            amount=fact.amount,
            source=fact.source,
            after=Wallets(general=general + into_general, reserve=reserve - into_general),
            reference=f"{view.epoch}-{view.next_seq}",
            is_provisional=not view.is_online,
        ),
    )
    return document_name(document), encode_document(document)


def ticket_paper(fact: TicketGiven, knowledge: Knowledge, view: View, stamp: Stamp) -> Paper:
    """Return the ticket, with its code for the readers of all tills."""
    code = knowledge.ticket_code(Ticket(fact.day, fact.pupil))
    document = ticket_slip(slip_of(view, stamp), fact.day, code)
    return document_name(document), encode_document(document)


def signed_paper(fact: WalletToppedUp, receipt: Receipt, tendered: Money) -> Paper:
    """Return the slip of cash that crossed the counter, with the line to sign on.

    tendered: the cash that was handed over; less than the amount: just that.
    """
    handed = max(tendered, fact.amount)
    document = BursarSlip(
        number=receipt.number,
        at=receipt.at,
        zone_offset_minutes=receipt.zone_offset_minutes,
        school=receipt.school,
        terminal=receipt.terminal,
        operator=receipt.operator,
        person=receipt.person,
        class_name=receipt.class_name,
        badge_last4=receipt.badge_last4,
        amount=fact.amount,
        tendered=handed,
        change=handed - fact.amount,
        wallet_after=receipt.wallet_after,
        is_provisional=receipt.is_provisional,
        reference=receipt.reference,
        drawer_event=receipt.reference,
        language=receipt.language,
        is_training=receipt.is_training,
    )
    return document_name(document), encode_document(document)


def slip_of(view: View, stamp: Stamp) -> Slip:
    """Return what every slip about whoever stands there says at its top."""
    offset = stamp.at.astimezone(view.place.calendar.zone).utcoffset()
    assert offset is not None, "the school's zone knows its offset"
    assert view.holder is not None, "a slip is about somebody"
    return Slip(
        at=stamp.at,
        zone_offset_minutes=offset // _MINUTE,
        school=view.place.school,
        terminal=view.place.terminal,
        pupil=view.holder.pupil,
        operator="" if view.operator is None else view.operator.name,
        is_training=view.is_training,
    )
