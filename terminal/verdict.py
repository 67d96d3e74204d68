"""A decision as the screens show it: JSON values, with a tone beside the words."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from core.codec import moment_text
from core.decision import Accepted, Decision, Noted, NotedAs, Refused
from core.events import Stamp
from core.facts import Reason
from core.ids import TapId
from core.people import Allergen
from core.sale import reserve_of
from core.tap import Feedback
from core.view import View
from terminal.board import Content

_MS_PER_S: Final = 1000


class Tone(StrEnum):
    """How a verdict looks and sounds; always told by icon, word and border as well."""

    OK = "ok"
    REFUSED = "refused"
    ATTENTION = "attention"
    UNKNOWN = "unknown"


_TONES: dict[Reason, Tone] = {
    Reason.UNKNOWN_BADGE: Tone.UNKNOWN,
    Reason.NOT_AN_IDENTITY: Tone.UNKNOWN,
    Reason.NO_SNAPSHOT: Tone.UNKNOWN,
    Reason.SNAPSHOT_TOO_OLD: Tone.UNKNOWN,
    Reason.DAY_NOT_KNOWN: Tone.UNKNOWN,
    Reason.BLOCKED_BADGE: Tone.REFUSED,
    Reason.LOST_BADGE: Tone.REFUSED,
    Reason.ASSURANCE_TOO_LOW: Tone.REFUSED,
    Reason.ALREADY_SERVED: Tone.ATTENTION,
    Reason.CANCELLED: Tone.REFUSED,
    Reason.NO_ORDER: Tone.REFUSED,
    Reason.NOT_ENOUGH_MONEY: Tone.ATTENTION,
    Reason.LIMIT: Tone.ATTENTION,
    Reason.ALLERGEN_STOP: Tone.ATTENTION,
    Reason.DAILY_LIMIT: Tone.ATTENTION,
    Reason.PRODUCT_LIMIT: Tone.ATTENTION,
    Reason.NO_SERVICE: Tone.ATTENTION,
}
"""Of taps. What else can be a reason is said to staff who asked for something: it is refused."""


_NOT_PLAIN: Final = frozenset({NotedAs.PRESENT, NotedAs.LATE, NotedAs.WITHDRAWN})


def tone_of(decision: Decision) -> Tone:
    """Return how a decision looks and sounds."""
    match decision:
        case Accepted(conflicts=conflicts):
            return Tone.ATTENTION if conflicts else Tone.OK
        case Noted(noted_as=noted_as):
            return Tone.ATTENTION if noted_as in _NOT_PLAIN else Tone.OK
        case Refused(reason=reason):
            return _TONES.get(reason, Tone.REFUSED)


def feedback_of(decision: Decision) -> Feedback:
    """Return what the reader's own light or buzzer says of a decision."""
    match decision:
        case Accepted(conflicts=conflicts):
            return Feedback.ATTENTION if conflicts else Feedback.ACCEPTED
        case Noted(noted_as=noted_as):
            return Feedback.ATTENTION if noted_as is NotedAs.PRESENT else Feedback.ACCEPTED
        case Refused():
            return Feedback.REFUSED


def t0_ms(stamp: Stamp) -> int:
    """Return a moment as screens measure from it: Unix time in milliseconds."""
    return int(stamp.at.timestamp() * _MS_PER_S)


def verdict_content(
    tap: TapId, view: View, decision: Decision, *, at: datetime, t0_ms: int
) -> Content:
    """Return what the screens get to show of a decision.

    tap: what it is called; a basket can be debited from whoever was there by that name. at: when
    it was decided. t0_ms: Unix time in milliseconds at which it is published.
    """
    content: dict[str, object] = {
        "tap": tap,
        "at": moment_text(at),
        "tone": tone_of(decision).value,
        "is_provisional": not view.is_online,
        "is_training": view.is_training,
        "shows_balance": view.place.shows_balance,
        "epoch": view.epoch,
        "seq": view.next_seq,
        "t0_ms": t0_ms,
    }
    return content | person_content(view) | _outcome(decision)


_HEALTH_AND_MONEY: Final[Content] = {
    "allergens": [],
    "diet": "",
    "reserve_cents": None,
    "price_class": None,
}


def presence_content(content: Content) -> Content:
    """Return a verdict without what a room and a gate need not know of a pupil."""
    return {**content, **_HEALTH_AND_MONEY}


def person_content(view: View) -> dict[str, object]:
    """Return whoever stands before the till, or nobody, as screens show them."""
    holder = view.holder
    pupil = None if holder is None else holder.pupil
    return {
        "pupil": None if pupil is None else pupil.id,
        "reserve_cents": None if holder is None else reserve_of(view, holder).cents,
        "language": None if pupil is None else pupil.language.value,
        "price_class": None if pupil is None else pupil.price_class.value,
        "name": None if pupil is None else pupil.short_name,
        "class_name": None if pupil is None else pupil.class_name,
        "allergens": [] if pupil is None else words_of(pupil.allergens),
        "diet": "" if pupil is None else pupil.diet,
        "photo": None if holder is None else holder.photo,
    }


def _outcome(decision: Decision) -> dict[str, object]:
    match decision:
        case Accepted(wallet_after=after):
            return {
                "outcome": "sold" if decision.is_sale else "collected",
                "reason": None,
                "meal": decision.label,
                "conflicts": words_of(decision.conflicts),
                "is_to_settle": decision.is_to_settle,
                "asks": False,
                "price_cents": decision.price.cents,
                "wallet_cents": None if after is None else after.cents,
                "earlier_at": None,
                "receipt": None if decision.receipt is None else decision.receipt.number,
            }
        case Noted(wallet_after=after, earlier_at=earlier):
            return {
                "outcome": decision.noted_as.value,
                "about": decision.about or None,
                "due_at": None if decision.due_at is None else moment_text(decision.due_at),
                "reason": None,
                "meal": decision.label or None,
                "conflicts": [],
                "is_to_settle": False,
                "asks": False,
                "price_cents": decision.price.cents,
                "wallet_cents": None if after is None else after.cents,
                "earlier_at": None if earlier is None else moment_text(earlier),
                "receipt": None,
            }
        case Refused():
            wallet, earlier = decision.wallet, decision.earlier_at
            return {
                "outcome": "refused",
                "reason": decision.reason.value,
                "meal": decision.label or None,
                "conflicts": words_of(decision.conflicts),
                "is_to_settle": False,
                "asks": decision.reason is Reason.ALLERGEN_STOP,
                "price_cents": None,
                "wallet_cents": None if wallet is None else wallet.cents,
                "earlier_at": None if earlier is None else moment_text(earlier),
                "receipt": None,
            }


def words_of(allergens: frozenset[Allergen]) -> list[str]:
    """Return allergens as words, in the order of the regulation."""
    if not allergens:
        return []
    return [allergen.value for allergen in Allergen if allergen in allergens]
