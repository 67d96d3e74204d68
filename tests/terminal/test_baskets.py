"""Baskets at the counter: debited, paid in cash, taken back, and never twice."""

from datetime import timedelta

from canteen import POLICY, STEW
from staffed_rig import CAKE, WATER, StaffedCounter, by_tap, items
from till_rig import ALICE, BOB, FARID

from core.tap import Feedback


def test_a_drink_is_debited_from_whoever_stands_there(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    meal = staffed.tap(ALICE)
    sold = staffed.command("sell", customer=by_tap(meal), items=items(WATER, CAKE))
    assert sold["outcome"] == "served"
    assert (sold["price_cents"], sold["wallet_cents"]) == (230, 2340 - 230)
    assert sold["label"] == "Eau, Gâteau"
    assert sold["name"] == "Alice V."
    assert sold["events"][0]["kind"] == "sale.made"
    assert staffed.facts()[-1] == "sale.made"
    # The next look at her wallet knows it.
    assert staffed.tap(ALICE)["wallet_cents"] == 2340 - 230


def test_nobody_signed_in_sells_nothing(staffed: StaffedCounter) -> None:
    meal = staffed.tap(ALICE)
    refused = staffed.command("sell", customer=by_tap(meal), items=items(WATER))
    assert (refused["outcome"], refused["reason"]) == ("refused", "not_signed_in")
    assert staffed.facts() == ["terminal.started", "meal.collected"]


def test_the_same_command_twice_is_done_once(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(BOB)
    first = staffed.command("sell", name="x1", customer=by_tap(tap), items=items(WATER))
    again = staffed.command("sell", name="x1", customer=by_tap(tap), items=items(WATER))
    assert again == {**first, "is_repeat": True}
    assert staffed.facts().count("sale.made") == 2, "the walk-in meal, and one water"


def test_after_a_restart_the_journal_knows_what_was_done(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(BOB)
    first = staffed.command("sell", name="x1", customer=by_tap(tap), items=items(WATER))
    staffed.service.clerk._answers.clear()
    again = staffed.command("sell", name="x1", customer=by_tap(tap), items=items(WATER))
    assert again["is_repeat"]
    assert again["events"] == first["events"]
    assert staffed.facts().count("sale.made") == 2


def test_a_tap_of_long_ago_pays_nothing(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(ALICE)
    staffed.let_time_pass(601)
    staffed.sign_in()
    refused = staffed.command("sell", customer=by_tap(tap), items=items(WATER))
    assert refused["reason"] == "too_late"


def test_whoever_tapped_before_the_last_one_must_tap_again(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    alice = staffed.tap(ALICE)
    staffed.tap(BOB)
    refused = staffed.command("sell", customer=by_tap(alice), items=items(WATER))
    assert refused["reason"] == "assurance_too_low", "picked from the list, not standing there"


def test_parents_limits_hold_over_several_baskets(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(BOB)
    customer = by_tap(tap)
    assert staffed.command("sell", customer=customer, items=items(WATER, quantity=2))[
        "outcome"
    ] == ("served")
    refused = staffed.command("sell", customer=customer, items=items(WATER))
    assert refused["reason"] == "product_limit"
    refused = staffed.command("sell", customer=customer, items=items(CAKE, quantity=3))
    assert refused["reason"] == "daily_limit", "4.50 and 1.60 and 4.50 are more than ten"
    assert staffed.facts()[-1] == "sale.refused"


def test_an_allergen_asks_once(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    asked = staffed.tap(FARID)
    assert (asked["reason"], asked["asks"]) == ("allergen_stop", True)
    assert asked["conflicts"] == ["gluten"]
    served = staffed.command("serve", customer=by_tap(asked), accepts=True)
    assert served["outcome"] == "served"
    assert staffed.durable()[-1][1] == "meal.collected"
    cake = staffed.command("sell", customer=by_tap(asked), items=items(CAKE))
    assert cake["reason"] == "allergen_stop", "another dish is another question"
    taken = staffed.command("sell", customer=by_tap(asked), items=items(CAKE), accepts=True)
    assert taken["outcome"] == "served"
    again = staffed.command("sell", customer=by_tap(asked), items=items(CAKE))
    assert again["outcome"] == "served", "the same dish was asked about today"


def test_a_guest_pays_cash_once_the_till_is_opened(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    guest = {"price_class": "guest"}
    basket = items(WATER, quantity=2)
    refused = staffed.command("sell", customer=guest, items=basket, tender="cash")
    assert refused["reason"] == "no_shift"
    assert staffed.command("open_shift", cash_cents=5000)["outcome"] == "done"
    sold = staffed.command("sell", customer=guest, items=basket, tender="cash")
    assert (sold["price_cents"], sold["wallet_cents"]) == (200, None)
    assert staffed.lights.drawers == [sold["events"][0]["id"]]
    assert staffed.status()["shift"]["cash_expected_cents"] == 5200
    assert staffed.status()["walk_in"]["risk_cents"] == 0, "cash is no risk"


def test_what_is_settled_later_cannot_be_asked_for(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    sold = staffed.command("sell", customer={}, items=items(WATER), tender="later")
    assert sold["reason"] == "not_allowed"


def test_a_pupil_without_a_badge_needs_a_reason_and_the_right(staffed: StaffedCounter) -> None:
    staffed.sign_in("0815", "noor")
    by_name = {"pupil": "p1"}
    assert staffed.command("serve", customer=by_name, why="forgot")["reason"] == "no_right"
    staffed.sign_in()
    assert staffed.command("serve", customer=by_name)["reason"] == "why_is_missing"
    assert staffed.command("serve", customer={"pupil": "p99"}, why="x")["reason"] == "unknown_pupil"
    served = staffed.command("serve", customer=by_name, why="forgot the badge")
    assert (served["outcome"], served["name"]) == ("served", "Alice V.")
    assert staffed.tap(ALICE)["reason"] == "already_served"


def test_cash_is_put_into_a_wallet(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.command("open_shift", cash_cents=0)
    tap = staffed.tap(BOB)
    balance = tap["wallet_cents"]
    done = staffed.command("top_up", customer=by_tap(tap), amount_cents=2000)
    assert (done["outcome"], done["wallet_cents"]) == ("done", balance + 2000)
    assert staffed.tap(BOB)["wallet_cents"] == balance + 2000
    refused = staffed.command("top_up", customer=by_tap(tap), amount_cents=5001)
    assert refused["reason"] == "limit"


def test_undo_takes_back_the_last_act_within_a_minute(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.tap(ALICE)
    undone = staffed.command("undo", name="u1")
    assert undone["outcome"] == "done"
    assert staffed.facts()[-1] == "meal.voided"
    assert staffed.command("undo", name="u1")["is_repeat"], "a double press"
    assert staffed.command("undo")["reason"] == "unknown_document"
    assert staffed.tap(ALICE)["outcome"] == "collected", "the order waits again"
    staffed.let_time_pass(61)
    assert staffed.command("undo")["reason"] == "too_late"


def test_a_clock_that_is_set_does_not_prolong_a_minute(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.tap(ALICE)
    staffed.clock.advance(timedelta(seconds=61))
    staffed.clock.at -= timedelta(seconds=61)
    assert staffed.command("undo")["reason"] == "too_late"


def test_a_void_needs_right_and_reason_and_happens_once(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(BOB)
    sale = tap["epoch"], tap["seq"]
    document = f"{sale[0]}-{sale[1]}"
    before = tap["wallet_cents"]
    staffed.let_time_pass(90)
    assert staffed.command("void", document=document, why="")["reason"] == "why_is_missing"
    assert staffed.command("void", document="1-999", why="x")["reason"] == "unknown_document"
    voided = staffed.command("void", document=document, why="wrong pupil")
    assert (voided["outcome"], voided["wallet_cents"]) == (
        "done",
        before + STEW.prices["pupil"].cents,
    )
    assert staffed.command("void", document=document, why="x")["reason"] == "already_corrected"
    assert staffed.command("refund", document=document, why="x")["reason"] == "already_corrected"
    staffed.sign_in("0815", "noor")
    assert staffed.command("void", document=document, why="x")["reason"] == "no_right"


def test_lines_are_refunded_piece_by_piece(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(ALICE)
    sold = staffed.command("sell", customer=by_tap(tap), items=items(CAKE, quantity=3))
    document = sold["events"][0]["id"]
    two = [{"place": 0, "quantity": 2}]
    back = staffed.command("refund", document=document, why="burnt", backs=two)
    assert (back["outcome"], back["wallet_cents"]) == ("done", 2340 - 150)
    assert staffed.command("refund", document=document, why="x", backs=two)["reason"] == (
        "more_than_sold"
    )
    rest = staffed.command("refund", document=document, why="burnt, too")
    assert rest["wallet_cents"] == 2340
    assert staffed.command("refund", document=document, why="x")["reason"] == "already_corrected"
    assert staffed.command("void", document=document, why="x")["reason"] == "already_corrected"


def test_the_acts_are_listed_with_what_became_of_them(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(ALICE)
    sold = staffed.command("sell", customer=by_tap(tap), items=items(CAKE, quantity=3))
    one = [{"place": 0, "quantity": 1}]
    staffed.command("refund", document=sold["events"][0]["id"], why="burnt", backs=one)
    cake, meal = staffed.service.acts.listed(10)
    assert (cake["state"], meal["state"]) == ("part_refunded", "whole")
    assert (cake["label"], cake["total_cents"], cake["staff"]) == ("3 × Gâteau", 450, "Fatima")
    assert cake["lines"][0]["refunded"] == 1
    assert (meal["kind"], meal["name"], meal["can_undo"]) == ("collected", "Alice V.", False)
    by_number = staffed.service.acts.find(f"#{cake['receipt']}")
    by_place = staffed.service.acts.find(cake["reference"])
    assert by_number is not None
    assert by_place is not None
    assert by_number.event.id == by_place.event.id == cake["id"]
    assert staffed.service.acts.find("1-1") is None, "a start is no act"


def test_a_sale_is_shown_like_a_tap_and_lights_no_reader(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(ALICE)
    lights = len(staffed.lights.shown)
    staffed.command("sell", customer=by_tap(tap), items=items(WATER))
    verdict = [note for note in staffed.notes if note.topic == "verdict"][-1].content
    assert (verdict["tap"], verdict["outcome"], verdict["pupil"]) == (tap["tap"], "sold", "p1")
    assert staffed.topics()[-1] == "act"
    assert staffed.lights.shown[lights:] == []
    assert Feedback.ACCEPTED in staffed.lights.shown


def test_a_basket_offline_is_bounded_by_the_terminals_risk(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.knowledge.is_online = False
    tap = staffed.tap(ALICE)
    spent = 0
    while True:
        sold = staffed.command("sell", customer=by_tap(tap), items=items(CAKE, quantity=2))
        if sold["outcome"] == "refused":
            break
        spent += sold["price_cents"]
    assert sold["reason"] == "limit"
    assert spent <= POLICY.pupil_offline_max.cents < spent + 300
    assert staffed.status()["walk_in"]["risk_cents"] == spent
