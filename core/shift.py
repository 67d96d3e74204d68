"""The shift: who is at the till, the cash in its drawer, and the closing of a period."""

from datetime import datetime

from core.decision import Done, Outcome, Presence, Refused
from core.facts import (
    CashMoved,
    Direction,
    DrawerOpened,
    PeriodClosed,
    PeriodFigures,
    PinReleased,
    ProfileChosen,
    Reason,
    ShiftOpened,
    TrainingEnded,
    TrainingStarted,
    WalletToppedUp,
)
from core.ids import StaffId
from core.money import ZERO, Money
from core.paper import make_receipt
from core.policy import Policy
from core.profiles import OPENED_BY, Profile
from core.receipt import ReceiptKind, ReceiptLine
from core.rights import right_refusal
from core.sale import balance_of, by_name_refusal
from core.sale_facts import Tender
from core.staff import Right
from core.value import Value
from core.view import View


def open_shift(cash: Money, presence: Presence, view: View) -> Outcome:
    """Return what becomes of opening the till with so much change in the drawer."""
    assert cash >= ZERO, "a drawer holds no debt"
    refusal = right_refusal(view, Right.CASH)
    if refusal is None and view.has_shift:
        refusal = Reason.SHIFT_IS_OPEN
    if refusal is not None or view.operator is None:
        return _no(refusal)
    return Done((ShiftOpened(view.day, view.operator.id, cash, presence.command),))


def move_cash(direction: Direction, amount: Money, presence: Presence, view: View) -> Outcome:
    """Return what becomes of putting cash into the drawer, or taking it out."""
    refusal = _drawer_refusal(presence, view)
    if refusal is not None or view.operator is None:
        return _no(refusal)
    fact = CashMoved(view.day, view.operator.id, direction, amount, presence.why, presence.command)
    return Done((fact,), opens_drawer=True)


def open_drawer(presence: Presence, view: View) -> Outcome:
    """Return what becomes of opening the drawer without a sale."""
    refusal = _drawer_refusal(presence, view)
    if refusal is not None or view.operator is None:
        return _no(refusal)
    fact = DrawerOpened(view.day, view.operator.id, presence.why, presence.command)
    return Done((fact,), opens_drawer=True)


def _drawer_refusal(presence: Presence, view: View) -> Reason | None:
    refusal = right_refusal(view, Right.CASH)
    if refusal is not None:
        return refusal
    if not view.has_shift:
        return Reason.NO_SHIFT
    return None if presence.why else Reason.WHY_IS_MISSING


def top_up(amount: Money, presence: Presence, view: View, policy: Policy, now: datetime) -> Outcome:
    """Return what becomes of putting cash into a pupil's general wallet."""
    assert amount > ZERO, "a top-up puts money in"
    refusal = _top_up_refusal(amount, presence, view, policy)
    holder = view.holder
    if refusal is not None or holder is None or view.operator is None:
        return _no(refusal)
    fact = WalletToppedUp(
        day=view.day,
        pupil=holder.pupil.id,
        amount=amount,
        badge=view.badge,
        staff=view.operator.id,
        receipt=view.next_receipt,
        command=presence.command,
    )
    receipt = make_receipt(
        ReceiptKind.TOP_UP,
        view,
        (ReceiptLine(1, "", amount, vat_permille=0),),
        wallet_after=balance_of(view, holder) + amount,
        now=now,
        tender=Tender.CASH,
    )
    return Done((fact,), receipt, opens_drawer=True)


def _top_up_refusal(amount: Money, presence: Presence, view: View, policy: Policy) -> Reason | None:
    refusal = right_refusal(view, Right.TOP_UP)
    if refusal is not None:
        return refusal
    if not policy.top_up_max:
        return Reason.NOT_ALLOWED
    if amount > policy.top_up_max:
        return Reason.LIMIT
    if not view.has_shift:
        return Reason.NO_SHIFT
    if view.holder is None:
        return Reason.UNKNOWN_PUPIL
    return None if view.holder.badge is not None else by_name_refusal(presence, view)


class Books(Value):
    """What a closing says beside the period's own sums.

    head_hash, previous_hash: hex, of the last event and of the closing before. not_collected:
    orders of the day that were not handed out here; None without a copy.
    """

    figures: PeriodFigures
    closing_count: int
    receipt: int
    head_hash: str
    previous_hash: str
    not_collected: int | None
    unbooked: int


def close_period(counted: Money | None, presence: Presence, view: View, books: Books) -> Outcome:
    """Return what becomes of closing the period: the Z report. counted: the cash in the drawer."""
    assert counted is None or counted >= ZERO, "a drawer holds no debt"
    refusal = right_refusal(view, Right.CLOSE)
    if refusal is None and view.is_training:
        refusal = Reason.IN_TRAINING
    if refusal is not None or view.operator is None:
        return _no(refusal)
    fact = PeriodClosed(
        day=view.day,
        number=books.closing_count + 1,
        staff=view.operator.id,
        figures=books.figures,
        receipt=books.receipt,
        head_hash=books.head_hash,
        previous_hash=books.previous_hash,
        counted=counted,
        not_collected=books.not_collected,
        unbooked=books.unbooked,
        command=presence.command,
    )
    return Done((fact,))


def release_pin(staff: StaffId, view: View) -> Outcome:
    """Return what becomes of letting a member of staff try their PIN again."""
    refusal = right_refusal(view, Right.SUPERVISE)
    if refusal is not None or view.operator is None:
        return _no(refusal)
    return Done((PinReleased(staff, view.operator.id),))


def choose_profile(profile: Profile | None, presence: Presence, view: View) -> Outcome:
    """Return what becomes of making the terminal something else until its timetable's next change.

    profile: None goes back to the timetable, for which nobody needs a right.
    """
    staff = None if view.operator is None else view.operator.id
    refusal = None if profile is None else _opening_refusal(profile, view)
    if refusal is not None:
        return _no(refusal)
    return Done((ProfileChosen(profile, staff, presence.command),))


def _opening_refusal(profile: Profile, view: View) -> Reason | None:
    right = OPENED_BY.get(profile)
    return Reason.NOT_ALLOWED if right is None else right_refusal(view, right)


def start_training(view: View) -> Outcome:
    """Return what becomes of rehearsing from now on."""
    refusal = right_refusal(view, Right.TRAINING)
    if refusal is None and view.is_training:
        refusal = Reason.IN_TRAINING
    if refusal is not None or view.operator is None:
        return _no(refusal)
    return Done((TrainingStarted(view.operator.id),))


def end_training(view: View) -> Outcome:
    """Return what becomes of serving again, which nobody needs a right for."""
    return Done((TrainingEnded(None if view.operator is None else view.operator.id),))


def _no(refusal: Reason | None) -> Refused:
    return Refused(facts=(), reason=refusal or Reason.NOT_SIGNED_IN)
