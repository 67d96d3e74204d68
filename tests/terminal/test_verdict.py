"""A decision as the screens show it: the same keys always, and a tone for each reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import NOON, POLICY, STEW, Scene, order, pupil, tap

from core.decide import decide
from core.decision import Decision, Refused
from core.facts import Reason
from core.ids import OrderId
from core.money import Money
from core.people import Allergen
from core.tap import Feedback
from core.view import View
from terminal.twin import BASE_VERDICT, UNKNOWN_BADGE
from terminal.verdict import Tone, feedback_of, tone_of, verdict_content

# What the screens read; the twin that their tests use has the same.
KEYS = set(BASE_VERDICT) | {"tap", "seq"}


def shown(view: View, decision: Decision) -> dict[str, object]:
    return dict(verdict_content(tap().id, view, decision, at=NOON, t0_ms=1700000000000))


def of(scene: Scene) -> tuple[View, Decision]:
    view = scene.view()
    return view, decide(tap(), view, POLICY, NOON)


def test_a_collected_meal():
    view, decision = of(Scene(orders=(order(),)))
    content = shown(view, decision)
    assert content.keys() == KEYS
    assert content == {
        "tap": "tap-1",
        "at": "2026-11-24T11:02:00.000Z",
        "outcome": "collected",
        "tone": "ok",
        "reason": None,
        "name": "Alice V.",
        "class_name": "3B",
        "meal": STEW.name,
        "allergens": [],
        "conflicts": [],
        "diet": "",
        "photo": None,
        "price_cents": 430,
        "wallet_cents": 2340,
        "is_provisional": False,
        "is_training": False,
        "shows_balance": False,
        "is_to_settle": False,
        "asks": False,
        "pupil": "p1",
        "language": "fr",
        "price_class": "pupil",
        "reserve_cents": 1500,
        "earlier_at": None,
        "epoch": 1,
        "seq": 43,
        "receipt": 12,
        "t0_ms": 1700000000000,
    }
    assert feedback_of(decision) is Feedback.ACCEPTED


def test_a_sale_offline_is_provisional():
    view, decision = of(Scene(is_online=False))
    content = shown(view, decision)
    assert content.keys() == KEYS
    assert (content["outcome"], content["price_cents"], content["wallet_cents"]) == (
        "sold",
        450,
        1890,
    )
    assert content["is_provisional"] is True


def test_an_allergen_draws_attention_although_the_meal_is_served():
    child = pupil(allergens=frozenset({Allergen.CELERY, Allergen.PEANUTS}), diet="halal")
    view, decision = of(Scene(orders=(order(),), pupil=child))
    content = shown(view, decision)
    assert content["tone"] == "attention"
    assert content["conflicts"] == ["celery"]
    assert set(content["allergens"]) == {"celery", "peanuts"}
    assert content["diet"] == "halal"
    assert feedback_of(decision) is Feedback.ATTENTION


def test_no_receipt_where_the_policy_prints_none():
    view = Scene(orders=(order(),)).view()
    decision = decide(tap(), view, replace(POLICY, print_collected=False), NOON)
    assert shown(view, decision)["receipt"] is None


def test_already_served_tells_the_time():
    earlier = NOON - timedelta(minutes=20)
    scene = Scene(orders=(order(),))
    scene.own = replace(scene.own, collected_at={OrderId("o1"): earlier})
    view, decision = of(scene)
    content = shown(view, decision)
    assert content["reason"] == "already_served"
    assert content["earlier_at"] == "2026-11-24T10:42:00.000Z"
    assert content["wallet_cents"] == 2340


TONES = {
    Reason.UNKNOWN_BADGE: Tone.UNKNOWN,
    Reason.NOT_AN_IDENTITY: Tone.UNKNOWN,
    Reason.NO_SNAPSHOT: Tone.UNKNOWN,
    Reason.SNAPSHOT_TOO_OLD: Tone.UNKNOWN,
    Reason.DAY_NOT_KNOWN: Tone.UNKNOWN,
    Reason.BLOCKED_BADGE: Tone.REFUSED,
    Reason.LOST_BADGE: Tone.REFUSED,
    Reason.ASSURANCE_TOO_LOW: Tone.REFUSED,
    Reason.CANCELLED: Tone.REFUSED,
    Reason.NO_ORDER: Tone.REFUSED,
    Reason.ALREADY_SERVED: Tone.ATTENTION,
    Reason.NOT_ENOUGH_MONEY: Tone.ATTENTION,
    Reason.LIMIT: Tone.ATTENTION,
    Reason.ALLERGEN_STOP: Tone.ATTENTION,
    Reason.DAILY_LIMIT: Tone.ATTENTION,
    Reason.PRODUCT_LIMIT: Tone.ATTENTION,
    Reason.NO_SERVICE: Tone.ATTENTION,
}
"""Of what a tap can be refused for; what else staff ask for is refused plainly."""


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_tone_and_all_the_keys(reason):
    decision = Refused(facts=(), reason=reason, wallet=Money(100))
    content = shown(Scene().view(), decision)
    assert content.keys() == KEYS
    assert content["tone"] == TONES.get(reason, Tone.REFUSED) == tone_of(decision)
    assert (content["outcome"], content["reason"]) == ("refused", reason.value)
    assert content["wallet_cents"] == 100
    assert feedback_of(decision) is Feedback.REFUSED


def test_nobody_has_no_name_and_no_wallet():
    view, decision = of(Scene(is_known=False))
    content = shown(view, decision)
    assert {key: content[key] for key in UNKNOWN_BADGE} == UNKNOWN_BADGE
