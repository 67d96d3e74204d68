"""The papers of the bursar's terminal that name no product: each is a notice for a family."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.money import ZERO, Money, sum_money
from core.people import Language, Pupil
from core.receipt import SchoolHeader
from core.wallet import WalletKind, Wallets
from printer.documents import Notice, NoticeLine
from printer.office_words import OfficeWords, office_words
from printer.words import Words, words_in

LINES_MAX: Final = 120
"""So many movements stand on one paper: more than a metre of it."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What every slip says at its top. zone_offset_minutes: of the school, from UTC."""

    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    pupil: Pupil
    operator: str
    is_training: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, and the wallets after it. is_provisional: the centre has not said so."""

    amount: Money
    source: WalletKind
    after: Wallets
    reference: str
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """An access as the centre gave it, told once. address: of the page where it is used."""

    user: str
    code: str
    ends_at: datetime
    address: str
    language: Language


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of an account. at: by the school's clock. label: in the words of whoever told it."""

    at: datetime
    label: str
    wallet: WalletKind
    change: Money


@dataclass(frozen=True, slots=True)
class Account:
    """A pupil's account of a period, the oldest movement first.

    after: the wallets now. is_whole: told by the centre; else what this terminal alone knows.
    """

    since: date
    until: date
    movements: Sequence[Movement]
    after: Wallets
    is_whole: bool


def moved_slip(slip: Slip, moved: Moved) -> Notice:
    """Return the slip of an amount that went from one wallet to the other."""
    office, words = _words(slip)
    mark = "*" if moved.is_provisional else ""
    is_out = moved.source is WalletKind.RESERVE
    lines = [
        NoticeLine(office.amount, words.money(moved.amount)),
        NoticeLine(""),
        NoticeLine(office.general + mark, words.money(moved.after.general)),
        NoticeLine(office.reserve + mark, words.money(moved.after.reserve)),
    ]
    if moved.is_provisional:
        lines.append(NoticeLine(office.provisional))
    lines += [
        NoticeLine(""),
        NoticeLine(office.staff, slip.operator),
        NoticeLine(office.reference, moved.reference),
    ]
    return _notice(slip, office.into_general if is_out else office.into_reserve, lines)


def ticket_slip(slip: Slip, day: date, code: str) -> Notice:
    """Return the ticket of a pupil who forgot their badge. code: as its QR code holds it."""
    office, words = _words(slip)
    lines = [
        NoticeLine(office.holds_on, words.weekday_on(day)),
        NoticeLine(office.staff, slip.operator),
        NoticeLine(""),
        NoticeLine(office.ticket_use),
    ]
    return _notice(slip, office.ticket, lines, code=code)


def access_slip(slip: Slip, granted: Granted) -> Notice:
    """Return the private slip of a parents' access, in the language of its account."""
    office, words = office_words(granted.language), words_in(granted.language)
    ends = words.at(granted.ends_at, zone_offset_minutes=slip.zone_offset_minutes)
    lines = [NoticeLine(office.user, granted.user), NoticeLine(office.until, ends)]
    if granted.address:
        lines += [NoticeLine(""), NoticeLine(office.access_use), NoticeLine(granted.address)]
    lines += [NoticeLine(""), NoticeLine(office.access_once)]
    return _notice(slip, office.access, lines, secret=granted.code, language=granted.language)


def account_slip(slip: Slip, account: Account) -> Notice:
    """Return a pupil's account of a period, line by line."""
    office, words = _words(slip)
    shown = account.movements[:LINES_MAX]
    lines = [NoticeLine(office.period, f"{words.on(account.since)} - {words.on(account.until)}")]
    if not account.is_whole:
        lines.append(NoticeLine(office.known_here))
    lines.append(NoticeLine(""))
    lines += [_line(one, office, words) for one in shown]
    if not account.movements:
        lines.append(NoticeLine(office.no_movement))
    if len(account.movements) > len(shown):
        lines.append(NoticeLine(office.more.format(len(account.movements) - len(shown))))
    lines += [
        NoticeLine(""),
        NoticeLine(office.general_change, words.money(_sum(account, WalletKind.GENERAL))),
        NoticeLine(office.reserve_change, words.money(_sum(account, WalletKind.RESERVE))),
        NoticeLine(""),
        NoticeLine(office.general, words.money(account.after.general)),
        NoticeLine(office.reserve, words.money(account.after.reserve)),
    ]
    return _notice(slip, office.account, lines)


def _line(one: Movement, office: OfficeWords, words: Words) -> NoticeLine:
    mark = "" if one.wallet is WalletKind.GENERAL else f" ({office.reserve_mark})"
    return NoticeLine(f"{one.at:%d/%m %H:%M} {one.label}{mark}", words.money(one.change))


def _sum(account: Account, wallet: WalletKind) -> Money:
    return sum_money([ZERO, *(one.change for one in account.movements if one.wallet is wallet)])


def _words(slip: Slip) -> tuple[OfficeWords, Words]:
    return office_words(slip.pupil.language), words_in(slip.pupil.language)


def _notice(
    slip: Slip,
    title: str,
    lines: Sequence[NoticeLine],
    *,
    secret: str = "",
    code: str = "",
    language: Language | None = None,
) -> Notice:
    return Notice(
        at=slip.at,
        zone_offset_minutes=slip.zone_offset_minutes,
        school=slip.school,
        terminal=slip.terminal,
        person=slip.pupil.short_name,
        class_name=slip.pupil.class_name,
        title=title,
        lines=tuple(lines),
        secret=secret,
        code=code,
        language=language or slip.pupil.language,
        is_training=slip.is_training,
    )
