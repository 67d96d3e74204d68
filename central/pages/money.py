"""The money of one pupil: moved between the wallets, adjusted with a reason."""

from starlette.responses import Response

from central.errors import RecordError
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
    move_between(visit, pupil, Act(visit.user.name, visit.now, visit.field("why")[:_WHY_MAX]))
    return visit.go(f"{OFFICE}/pupils/{pupil}", done="moved")


def move_between(visit: Visit, pupil: PupilId, act: Act) -> None:
    """Move the amount of a form to the other wallet. Raises FormError when it is not there."""
    source, amount = _wallet(visit, "source"), asked_amount(visit)
    _held(visit, pupil)
    store, school, once = visit.store, visit.school.id, visit.once()
    try:
        move(store, school, pupil=pupil, source=source, amount=amount, key=once, act=act)
    except RecordError as error:
        raise FormError("refused.not_enough") from error


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
    try:
        amount = read_amount(visit.field("amount"))
    except MoneyFormatError as error:
        raise FormError("refused.amount") from error
    if amount == ZERO:
        raise FormError("refused.amount")
    return amount


def read_amount(written: str) -> Money:
    """Return an amount as people write it, 0 or more. Raises MoneyFormatError."""
    amount = parse_money(written.replace("\N{EURO SIGN}", "").strip())
    if not ZERO <= amount <= _AMOUNT_MAX:
        message = f"{written!r} is not between 0 and {_AMOUNT_MAX.text()} euro"
        raise MoneyFormatError(message)
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
