"""The money of one pupil: moved between the wallets, adjusted with a reason."""

from starlette.responses import Response

from central.office import Act, read_wallets
from central.pages.visit import OFFICE, FormError, NotHereError, Visit
from central.wallets import adjust, move
from core.errors import MoneyFormatError
from core.ids import PupilId
from core.money import ZERO, Money, parse_money
from core.wallet import WalletKind, Wallets

_WHY_MAX = 200
_AMOUNT_MAX = Money(100_000)


def move_money(visit: Visit) -> Response:
    """Move an amount from one wallet to the other."""
    pupil = PupilId(visit.ids["pupil"])
    source = _wallet(visit, "source")
    amount = asked_amount(visit)
    held = _held(visit, pupil)
    if (held.general if source is WalletKind.GENERAL else held.reserve) < amount:
        raise FormError("refused.not_enough")
    move(
        visit.store,
        visit.school.id,
        pupil=pupil,
        source=source,
        amount=amount,
        key=visit.once(),
        act=Act(visit.user.name, visit.now, visit.field("why")[:_WHY_MAX]),
    )
    return visit.go(f"{OFFICE}/pupils/{pupil}", done="moved")


def adjust_money(visit: Visit) -> Response:
    """Put money into a wallet or take it out, with a reason."""
    pupil = PupilId(visit.ids["pupil"])
    amount = asked_amount(visit)
    direction = visit.field("direction")
    if direction not in ("in", "out"):
        raise FormError("refused.choice")
    _held(visit, pupil)
    adjust(
        visit.store,
        visit.school.id,
        pupil=pupil,
        wallet=_wallet(visit, "wallet"),
        change=amount if direction == "in" else -amount,
        key=visit.once(),
        act=act_of(visit),
    )
    return visit.go(f"{OFFICE}/pupils/{pupil}", done="adjusted")


def asked_amount(visit: Visit) -> Money:
    """Return the amount that was written, above zero. Raises FormError."""
    written = visit.field("amount").replace("\N{EURO SIGN}", "").strip()
    try:
        amount = parse_money(written)
    except MoneyFormatError as error:
        raise FormError("refused.amount") from error
    if not ZERO < amount <= _AMOUNT_MAX:
        raise FormError("refused.amount")
    return amount


def act_of(visit: Visit) -> Act:
    """Return who does what now, with the reason that must stand there. Raises FormError."""
    why = visit.field("why")
    if not 1 <= len(why) <= _WHY_MAX:
        raise FormError("refused.why")
    return Act(visit.user.name, visit.now, why)


def _wallet(visit: Visit, name: str) -> WalletKind:
    try:
        return WalletKind(visit.field(name))
    except ValueError as error:
        raise FormError("refused.choice") from error


def _held(visit: Visit, pupil: PupilId) -> Wallets:
    with visit.store.database.reading() as session:
        held = read_wallets(session, visit.school.id, pupil)
    if held is None:
        raise NotHereError
    return held
