"""A pupil's account of some days: as the centre tells it, or as this terminal itself knows it."""

from collections.abc import Iterator, Mapping
from datetime import date, tzinfo
from itertools import islice
from typing import Final

from core.codec import read_moment
from core.events import Event
from core.facts import Fact, SaleMade, SaleRefunded, SaleVoided
from core.ids import PupilId
from core.ledger import AccountKind, legs_of
from core.money import ZERO, Money
from core.office import held
from core.people import Language
from core.wallet import WalletKind, Wallets
from printer.office_slips import Account, Movement
from printer.office_words import office_words
from terminal.board import Content
from terminal.desk import Desk

_LOOKED_AT_MAX: Final = 20_000
_WALLETS: Final = {
    AccountKind.WALLET_GENERAL: WalletKind.GENERAL,
    AccountKind.WALLET_RESERVE: WalletKind.RESERVE,
}


def told_account(answer: Mapping[str, object], zone: tzinfo, since: date, until: date) -> Account:
    """Return the account that the centre tells; a line that cannot be read is left out."""
    lines = answer.get("movements")
    read = [_line(one, zone) for one in lines] if isinstance(lines, list) else []
    wallets = Wallets(
        general=_money(answer.get("general_cents")), reserve=_money(answer.get("reserve_cents"))
    )
    movements = [one for one in read if one is not None]
    return Account(since, until, movements, wallets, is_whole=True)


def _line(plain: object, zone: tzinfo) -> Movement | None:
    if not isinstance(plain, dict):
        return None
    try:
        return Movement(
            read_moment(plain["at"]).astimezone(zone),
            str(plain["label"]),
            WalletKind(str(plain["wallet"])),
            _money(plain["change_cents"]),
        )
    except (KeyError, ValueError):
        return None


def _money(value: object) -> Money:
    return Money(value) if type(value) is int else ZERO


def known_here(desk: Desk, pupil: PupilId, since: date, until: date) -> Account:
    """Return what this terminal's journal and copy know of a pupil's account.

    In the till thread. Raises JournalError.
    """
    view = desk.view_of_pupil(pupil, desk.clock.stamp())
    wallets = Wallets(general=ZERO, reserve=ZERO)
    language = view.place.language
    if view.holder is not None:
        language = view.holder.pupil.language
        wallets = Wallets(
            general=held(view, view.holder, WalletKind.GENERAL),
            reserve=held(view, view.holder, WalletKind.RESERVE),
        )
    zone = view.place.calendar.zone
    names: dict[str, str] = {one.id: one.name for one in view.products.values()}
    found = [
        movement
        for event in _events(desk)
        if since <= event.stamp.at.astimezone(zone).date() <= until
        for movement in _movements(event, pupil, language, names, zone)
    ]
    return Account(since, until, found[::-1], wallets, is_whole=False)


def _events(desk: Desk) -> Iterator[Event]:
    for sealed in islice(desk.live.journal.events_back(), _LOOKED_AT_MAX):
        yield desk.live.read(sealed)


def _movements(
    event: Event,
    pupil: PupilId,
    language: Language,
    names: Mapping[str, str],
    zone: tzinfo,
) -> Iterator[Movement]:
    """Yield what an event did to a pupil's wallets, as the books will."""
    label = ""
    for leg in legs_of(event.fact):
        wallet = _WALLETS.get(leg.account.kind)
        if wallet is None or leg.account.owner != pupil:
            continue
        label = label or _label(event.fact, language, names)
        at = event.stamp.at.astimezone(zone)
        yield Movement(at, label, wallet, leg.amount)


def _label(fact: Fact, language: Language, names: Mapping[str, str]) -> str:
    kind = office_words(language).kinds.get(fact.kind, fact.kind.value)
    products = [names.get(one, one) for one in _products(fact)]
    return f"{kind}: {', '.join(products)}" if products else kind


def _products(fact: Fact) -> list[str]:
    match fact:
        case SaleMade(lines=lines) | SaleVoided(sale=SaleMade(lines=lines)):
            return [line.product for line in lines]
        case SaleRefunded(lines=back):
            return [one.line.product for one in back]
        case _:
            return []


def account_content(account: Account) -> Content:
    """Return an account as the page shows it."""
    return {
        "is_whole": account.is_whole,
        "movements": [
            {
                "day": one.at.date().isoformat(),
                "time": f"{one.at:%H:%M}",
                "label": one.label,
                "wallet": one.wallet.value,
                "change_cents": one.change.cents,
            }
            for one in account.movements
        ],
        "general_cents": account.after.general.cents,
        "reserve_cents": account.after.reserve.cents,
    }
