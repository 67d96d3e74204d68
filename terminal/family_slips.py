"""Slips for a pupil's family: what is to be paid for an activity, and whom the parents meet.

Both come from the copy alone, so that a terminal prints them without a network. What was paid
since the copy was made is not known here: the slip bears its own moment, and the centre takes no
invoice's money twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.appointments import Appointment
from core.codec import moment_text
from core.invoices import Invoice
from core.money import Money
from core.people import Pupil
from core.view import Place
from printer.documents import InvoiceSlip, Notice, NoticeLine
from printer.words import words_in
from terminal.board import Content

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FamilyThings:
    """What the copy tells of a pupil's family. iban: the school's; empty where none is noted."""

    pupil: Pupil
    invoices: tuple[Invoice, ...]
    appointments: tuple[Appointment, ...]
    iban: str


def due_now(invoice: Invoice, today: date) -> Money:
    """Return what is best paid of an invoice: all that is overdue, or else the next instalment."""
    overdue, due = invoice.overdue(today), invoice.next_due()
    if overdue or due is None:
        return overdue
    return due.left


def most_urgent(invoices: Sequence[Invoice]) -> Invoice | None:
    """Return the invoice that is due first; None where nothing is to be paid."""
    open_ones = [(due.due_on, one.id, one) for one in invoices if (due := one.next_due())]
    return min(open_ones, key=lambda one: one[:2])[2] if open_ones else None


def invoice_slip(
    things: FamilyThings, place: Place, at: datetime, *, today: date
) -> InvoiceSlip | None:
    """Return the slip of the invoice that is due first; None where nothing is, or no account is."""
    invoice = most_urgent(things.invoices)
    if invoice is None or not things.iban:
        return None
    due = invoice.next_due()
    assert due is not None, "it is due"
    return InvoiceSlip(
        at=at,
        zone_offset_minutes=_offset_minutes(place, at),
        school=place.school,
        terminal=place.terminal,
        person=things.pupil.short_name,
        class_name=things.pupil.class_name,
        title=invoice.label,
        total=invoice.owed,
        paid=invoice.paid,
        due=due_now(invoice, today),
        due_on=due.due_on,
        instalment=due.number,
        instalment_count=len(invoice.instalments),
        beneficiary=place.school.name,
        iban=things.iban,
        communication=invoice.communication,
        language=things.pupil.language,
    )


def appointments_slip(things: FamilyThings, place: Place, at: datetime) -> Notice | None:
    """Return the appointments of the next evening that there are some on; None for none."""
    zone = place.calendar.zone
    days = sorted({one.starts_at.astimezone(zone).date() for one in things.appointments})
    if not days:
        return None
    words = words_in(things.pupil.language)
    return Notice(
        at=at,
        zone_offset_minutes=_offset_minutes(place, at),
        school=place.school,
        terminal=place.terminal,
        person=things.pupil.short_name,
        class_name=things.pupil.class_name,
        title=words.appointments,
        lines=(
            NoticeLine(words.weekday_on(days[0])),
            *(
                NoticeLine(_whom(one), _where(one, place, words.room))
                for one in things.appointments
                if one.starts_at.astimezone(zone).date() == days[0]
            ),
        ),
        secret="",
        code="",
        language=things.pupil.language,
    )


def family_content(things: FamilyThings, *, today: date) -> Content:
    """Return what a screen shows of it: `dues`, each with its instalments, and `appointments`."""
    return {
        "dues": [_due_content(one, today) for one in things.invoices],
        "appointments": [
            {
                "at": moment_text(one.starts_at),
                "teacher": one.teacher,
                "subject": one.subject,
                "room": one.room,
            }
            for one in things.appointments
        ],
    }


def _due_content(invoice: Invoice, today: date) -> Content:
    return {
        "id": invoice.id,
        "label": invoice.label,
        "communication": invoice.communication,
        "owed_cents": invoice.owed.cents,
        "paid_cents": invoice.paid.cents,
        "now_cents": due_now(invoice, today).cents,
        "state": invoice.state(today).value,
        "instalments": [
            {
                "number": part.number,
                "due_on": part.due_on.isoformat(),
                "cents": part.amount.cents,
                "paid_cents": part.paid.cents,
                "state": part.state(today).value,
            }
            for part in invoice.instalments
        ],
    }


def _whom(one: Appointment) -> str:
    return f"{one.teacher} ({one.subject})" if one.subject else one.teacher


def _where(one: Appointment, place: Place, room: str) -> str:
    local = one.starts_at.astimezone(place.calendar.zone)
    at = local.strftime("%H:%M")
    return f"{at}, {room.format(one.room)}" if one.room else at


def _offset_minutes(place: Place, at: datetime) -> int:
    offset = at.astimezone(place.calendar.zone).utcoffset()
    assert offset is not None, "a school's zone has an offset"
    return offset // _MINUTE
