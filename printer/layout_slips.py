"""The slips: kiosk, bursar, top-up, invoice, notice, and the page of `printer test`."""

from core.epc import epc_payload
from core.payment_reference import PaymentReferenceError, grouped_iban
from printer.documents import (
    BursarSlip,
    InvoiceSlip,
    KioskSlip,
    Notice,
    Reservation,
    SelfTest,
    TopUpSlip,
)
from printer.errors import PaymentDataError
from printer.layout_till import fill_person, fill_school, fill_wallet
from printer.page import BOLD, LARGE, TALL, Align, Sheet
from printer.words import Words

_TITLE_GAP = 1


def fill_kiosk(sheet: Sheet, slip: KioskSlip, words: Words) -> None:
    """Add what a pupil asked a kiosk for: balances, and the meals to come."""
    fill_school(sheet, slip.school)
    sheet.blank()
    sheet.centred(words.at_kiosk, BOLD)
    _fill_moment(sheet, slip, words)
    fill_person(
        sheet,
        words,
        person=slip.person,
        class_name=slip.class_name,
        badge_last4=slip.badge_last4,
    )
    sheet.rule()
    mark = "*" if slip.is_provisional else ""
    if slip.general is not None:
        sheet.pair(words.general_wallet + mark, words.money(slip.general), BOLD)
    if slip.reserve is not None:
        sheet.pair(words.reserve_wallet + mark, words.money(slip.reserve))
    if slip.is_provisional and (slip.general is not None or slip.reserve is not None):
        sheet.text(words.provisional)
    if slip.reservations is None:
        return
    if slip.general is not None or slip.reserve is not None:
        sheet.rule()
    sheet.text(words.reservations, BOLD)
    for reservation in slip.reservations:
        _fill_reservation(sheet, reservation, words)
    if not slip.reservations:
        sheet.text(words.no_reservation)
    if any(reservation.is_waiting for reservation in slip.reservations):
        sheet.blank()
        sheet.text(words.requested_means)


def fill_bursar(sheet: Sheet, slip: BursarSlip, words: Words) -> None:
    """Add cash that crossed the bursar's counter, with a line to sign on."""
    fill_school(sheet, slip.school)
    is_paid_out = slip.amount.cents < 0
    sheet.blank()
    sheet.title(words.cash_out if is_paid_out else words.cash_in)
    sheet.blank()
    moment = words.at(slip.at, zone_offset_minutes=slip.zone_offset_minutes)
    sheet.pair(words.receipt.format(slip.number), moment)
    sheet.pair(f"{words.terminal} {slip.terminal}", f"{words.operator} {slip.operator}")
    fill_person(
        sheet,
        words,
        person=slip.person,
        class_name=slip.class_name,
        badge_last4=slip.badge_last4,
    )
    sheet.rule()
    if not is_paid_out:
        sheet.pair(words.tendered, words.money(slip.tendered))
        sheet.pair(words.change, words.money(slip.change))
    sheet.pair(words.amount_word, words.money(slip.amount), LARGE)
    fill_wallet(sheet, words, slip.wallet_after, is_provisional=slip.is_provisional)
    sheet.rule()
    sheet.text(f"{words.reference} {slip.reference}")
    if slip.drawer_event:
        sheet.text(f"{words.drawer_event} {slip.drawer_event}")
    sheet.blank(2)
    sheet.text(f"{words.signature} ".ljust(sheet.columns, "_"))


def fill_top_up(sheet: Sheet, slip: TopUpSlip, words: Words) -> None:
    """Add how to transfer money to a wallet, to read and to scan."""
    fill_school(sheet, slip.school)
    sheet.blank()
    sheet.title(words.top_up)
    _fill_moment(sheet, slip, words)
    fill_person(sheet, words, person=slip.person, class_name=slip.class_name, badge_last4="")
    sheet.rule()
    amount = words.free_amount if slip.suggested is None else words.money(slip.suggested)
    sheet.pair(words.suggested, amount)
    _fill_transfer(sheet, slip, words)
    sheet.rule()
    sheet.text(words.transfer_takes)
    _fill_epc(sheet, slip, words, amount_cents=slip.suggested.cents if slip.suggested else None)


def fill_invoice(sheet: Sheet, slip: InvoiceSlip, words: Words) -> None:
    """Add what is due for an activity, whole or one instalment of it."""
    fill_school(sheet, slip.school)
    sheet.blank()
    sheet.title(words.invoice)
    _fill_moment(sheet, slip, words)
    fill_person(sheet, words, person=slip.person, class_name=slip.class_name, badge_last4="")
    sheet.rule()
    sheet.text(slip.title, BOLD)
    sheet.pair(words.total, words.money(slip.total))
    sheet.pair(words.already_paid, words.money(slip.paid))
    if slip.instalment_count > 1:
        sheet.text(words.instalment.format(slip.instalment, slip.instalment_count))
    sheet.pair(words.to_pay, words.money(slip.due), LARGE)
    sheet.pair(words.due_on.format(words.on(slip.due_on)), "", BOLD)
    sheet.rule()
    _fill_transfer(sheet, slip, words)
    _fill_epc(sheet, slip, words, amount_cents=slip.due.cents)


def fill_notice(sheet: Sheet, notice: Notice, words: Words) -> None:
    """Add a short paper for a family."""
    fill_school(sheet, notice.school)
    sheet.blank()
    sheet.title(notice.title)
    _fill_moment(sheet, notice, words)
    fill_person(sheet, words, person=notice.person, class_name=notice.class_name, badge_last4="")
    sheet.rule()
    for line in notice.lines:
        sheet.pair(line.left, line.right)
    if notice.secret:
        sheet.blank()
        sheet.centred(notice.secret, LARGE)
    if notice.code:
        sheet.blank()
        sheet.qr(notice.code)


def fill_self_test(sheet: Sheet, page: SelfTest, words: Words) -> None:
    """Add what a printer was found to be, and a sample of all it must be able to print."""
    sheet.title("Refectory")
    sheet.centred(words.self_test, BOLD)
    sheet.centred(words.at(page.at, zone_offset_minutes=page.zone_offset_minutes))
    sheet.rule()
    sheet.pair(words.printer, page.url)
    sheet.pair(words.profile, page.profile)
    sheet.pair(words.columns, str(page.columns))
    sheet.pair(words.code_page, page.code_page)
    sheet.pair(words.completion, _fence_name(page.fence, words))
    if page.findings:
        sheet.text(", ".join(page.findings))
    sheet.rule()
    sheet.text("".join(str(column % 10) for column in range(1, sheet.columns + 1)))
    sheet.text(words.sample)
    sheet.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789")
    sheet.text("Normal")
    sheet.text("Bold", BOLD)
    sheet.text("Tall", TALL)
    sheet.text("Large", LARGE)
    sheet.banner("Inverse")
    sheet.pair("<", ">")
    sheet.text(">", align=Align.RIGHT)
    sheet.blank()
    sheet.qr("https://example.org/refectory?sample=é€")
    sheet.rule()


def _fence_name(fence: str, words: Words) -> str:
    return dict(zip(("id", "r", "none"), words.fence_names, strict=True)).get(fence, fence)


def _fill_moment(
    sheet: Sheet, slip: KioskSlip | TopUpSlip | InvoiceSlip | Notice, words: Words
) -> None:
    sheet.blank(_TITLE_GAP)
    moment = words.at(slip.at, zone_offset_minutes=slip.zone_offset_minutes)
    sheet.pair(f"{words.terminal} {slip.terminal}", moment)


def _fill_reservation(sheet: Sheet, reservation: Reservation, words: Words) -> None:
    right = words.done if reservation.is_collected else words.figures(reservation.price)
    if reservation.is_waiting:
        right = words.requested
    sheet.pair(f"{words.weekday_on(reservation.on)}  {reservation.label}", right, indent=11)


def _fill_transfer(sheet: Sheet, slip: TopUpSlip | InvoiceSlip, words: Words) -> None:
    sheet.pair(words.beneficiary, slip.beneficiary)
    sheet.pair(words.account, grouped_iban(slip.iban))
    sheet.blank()
    sheet.text(words.communication)
    sheet.title(slip.communication)


def _fill_epc(
    sheet: Sheet, slip: TopUpSlip | InvoiceSlip, words: Words, *, amount_cents: int | None
) -> None:
    sheet.blank()
    try:
        payload = epc_payload(
            beneficiary=slip.beneficiary,
            iban=slip.iban,
            amount_cents=amount_cents,
            communication=slip.communication,
        )
    except PaymentReferenceError as error:
        raise PaymentDataError(str(error)) from error
    sheet.qr(payload, module_dots=6)
    sheet.centred(words.scan_to_pay)
