"""At the counter: badges are tapped, and only what is on the disk is shown."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import NOON, POLICY
from till_rig import ALICE, BOB, CHLOE, DAVID, EMMA, FARID, STRANGER, Counter

from core.catalogue import ProductId
from core.events import Event, read_event
from core.facts import MealCollected, Reason, SaleMade, TapRefused, TerminalStarted
from core.money import Money
from core.policy import WalkIn
from core.tap import Assurance, Credential, Feedback, Technology
from terminal.mode import Mode
from terminal.recorder import Recorder


def facts(counter: Counter) -> list[object]:
    return [read_event(event.body).fact for event in counter.journal.events()]


# --- served ---------------------------------------------------------------------------------------


def test_a_reserved_meal_is_collected(counter: Counter) -> None:
    verdict = counter.tap(ALICE)
    assert (verdict["topic"], verdict["outcome"], verdict["tone"]) == ("verdict", "collected", "ok")
    assert (verdict["name"], verdict["wallet_cents"]) == ("Alice V.", 2340)
    assert (verdict["epoch"], verdict["seq"], verdict["receipt"]) == (1, 2, 1)
    started, meal = facts(counter)
    assert isinstance(started, TerminalStarted)
    assert isinstance(meal, MealCollected)
    assert meal.price == Money(430)
    assert len(counter.journal.pending_jobs()) == 1
    assert counter.lights.shown == [Feedback.ACCEPTED]
    assert counter.reader.shown() == (Feedback.ACCEPTED,)


def test_a_pupil_without_an_order_buys_the_dish_of_the_day(counter: Counter) -> None:
    verdict = counter.tap(BOB)
    assert (verdict["outcome"], verdict["price_cents"], verdict["wallet_cents"]) == (
        "sold",
        450,
        1890,
    )
    sale = facts(counter)[-1]
    assert isinstance(sale, SaleMade)
    assert sale.is_walk_in


def test_the_same_answers_offline(counter: Counter) -> None:
    counter.knowledge.is_online = False
    collected, sold = counter.tap(ALICE), counter.tap(BOB)
    assert (collected["outcome"], sold["outcome"]) == ("collected", "sold")
    assert collected["is_provisional"]
    assert sold["is_provisional"]


def test_an_allergen_is_served_with_a_warning(counter: Counter) -> None:
    verdict = counter.tap(FARID)
    assert (verdict["outcome"], verdict["tone"]) == ("collected", "attention")
    assert verdict["conflicts"] == ["gluten"]
    assert counter.lights.shown == [Feedback.ATTENTION]


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("badge", "reason"),
    [
        (STRANGER, Reason.UNKNOWN_BADGE),
        (CHLOE, Reason.BLOCKED_BADGE),
        (DAVID, Reason.LOST_BADGE),
        (EMMA, Reason.CANCELLED),
        (Credential(Technology.ISO14443_4, bytes.fromhex("08112233")), Reason.NOT_AN_IDENTITY),
        (Credential(Technology.ISO14443A, bytes.fromhex("88112233")), Reason.NOT_AN_IDENTITY),
    ],
    ids=["unknown", "blocked", "lost", "cancelled", "random number", "cascade tag"],
)
def test_a_refusal_says_why_and_is_recorded(
    counter: Counter, badge: Credential, reason: Reason
) -> None:
    verdict = counter.tap(badge)
    assert (verdict["outcome"], verdict["reason"]) == ("refused", reason.value)
    fact = facts(counter)[-1]
    assert isinstance(fact, TapRefused)
    assert fact.reason is reason
    assert counter.lights.shown == [Feedback.REFUSED]
    assert counter.journal.pending_jobs() == ()


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (replace(POLICY, walk_in=WalkIn.REFUSE), Reason.NO_ORDER),
        (replace(POLICY, walk_in_product=ProductId("tea")), Reason.NO_ORDER),
        (replace(POLICY, sale_max=Money(449)), Reason.LIMIT),
        (replace(POLICY, pupil_offline_max=Money(449)), Reason.LIMIT),
        (replace(POLICY, terminal_offline_max=Money(449)), Reason.LIMIT),
        (replace(POLICY, terminal_offline_count_max=0), Reason.LIMIT),
        (replace(POLICY, snapshot_stop=timedelta(minutes=4)), Reason.SNAPSHOT_TOO_OLD),
        (replace(POLICY, assurance_min_sale=Assurance.MUTUAL_AES), Reason.ASSURANCE_TOO_LOW),
    ],
)
def test_the_policy_refuses_a_sale_but_never_a_paid_meal(bare: Counter, policy, reason) -> None:
    bare.learn(policy)
    bare.start()
    assert bare.tap(BOB)["reason"] == reason.value
    assert bare.tap(ALICE)["outcome"] == "collected"


def test_an_empty_wallet_buys_nothing_more(bare: Counter) -> None:
    # Bob has 23.40: five dishes, once a day each.
    bare.learn(replace(POLICY, pupil_offline_max=Money(10_000), snapshot_stop=timedelta(days=30)))
    bare.start()
    wallets = []
    for _ in range(6):
        verdict = bare.tap(BOB)
        wallets.append((verdict["outcome"], verdict["reason"], verdict["wallet_cents"]))
        bare.clock.advance(timedelta(days=1))
    assert wallets == [
        ("sold", None, 1890),
        ("sold", None, 1440),
        ("sold", None, 990),
        ("sold", None, 540),
        ("sold", None, 90),
        ("refused", "not_enough_money", 90),
    ]


def test_a_badge_below_the_assurance_is_refused(bare: Counter) -> None:
    bare.learn(replace(POLICY, assurance_min_collect=Assurance.UID))
    bare.start()
    tap_id = bare.reader.tap(ALICE, Assurance.TYPED)
    assert bare.await_tap(tap_id)["reason"] == "assurance_too_low"


def test_already_served_tells_when(counter: Counter) -> None:
    counter.tap(ALICE)
    counter.clock.advance(timedelta(minutes=10))
    again = counter.tap(ALICE)
    assert (again["reason"], again["earlier_at"]) == ("already_served", "2026-11-24T11:02:00.000Z")


def test_already_sold_to_tells_when(counter: Counter) -> None:
    counter.tap(BOB)
    counter.clock.advance(timedelta(minutes=10))
    again = counter.tap(BOB)
    assert (again["reason"], again["earlier_at"]) == ("already_served", "2026-11-24T11:02:00.000Z")
    assert again["wallet_cents"] == 1890


def test_a_badge_that_lies_on_the_reader_is_served_once(counter: Counter) -> None:
    counter.await_tap(counter.reader.present(ALICE))
    counter.reader.flicker()
    counter.serve(lambda: "repeat" in counter.topics())
    assert counter.till.counters.as_plain()["duplicates_ignored"] == 1
    assert counter.topics().count("verdict") == 1
    assert len(facts(counter)) == 2


def test_without_a_copy_everybody_is_refused_and_told_why(bare: Counter) -> None:
    bare.start()
    assert bare.tap(ALICE)["reason"] == "no_snapshot"


# --- durable before green -------------------------------------------------------------------------


class HastyRecorder(Recorder):
    """The control: it says that facts are stored before they are."""

    def record(self, facts, *, when_durable=lambda: None, **how) -> tuple[Event, ...]:  # type: ignore[no-untyped-def]
        stored = super().record
        self.later = lambda: stored(facts, **how)
        when_durable()
        return ()


def seen_on_disk(counter: Counter) -> dict[str, list[tuple[int, str]]]:
    """Tap, and return what an independent reader finds at each sign that is given."""
    seen: dict[str, list[tuple[int, str]]] = {}
    counter.lights.on_feedback = lambda: seen.setdefault("light", counter.durable())
    counter.board.listen(
        lambda note: (
            seen.setdefault(note.topic, counter.durable()) if note.topic == "verdict" else None
        )
    )
    counter.tap(ALICE)
    return seen


def test_the_fact_is_on_the_disk_before_light_and_screen(counter: Counter) -> None:
    stored = [(1, "terminal.started"), (2, "meal.collected")]
    assert seen_on_disk(counter) == {"light": stored, "verdict": stored}


def test_control_a_till_that_is_hasty_is_found_out(tmp_path) -> None:
    hasty = Counter(tmp_path, HastyRecorder)
    hasty.learn()
    hasty.start()
    assert seen_on_disk(hasty) == {"light": [], "verdict": []}
    hasty.close()


def test_one_commit_a_tap_and_then_spool_and_uplink_are_woken(counter: Counter) -> None:
    before = counter.lights.commits
    counter.tap(ALICE)
    assert counter.lights.commits == before + 1


# --- the loop -------------------------------------------------------------------------------------


def test_the_loop_starts_serves_and_stops(bare: Counter) -> None:
    bare.learn()
    modes = []

    def ready() -> None:
        modes.append(bare.till.mode)
        bare.reader.tap(ALICE)
        # What comes after the tap in its own queue stops the loop.
        bare.board.listen(lambda note: bare.till.stop() if note.topic == "verdict" else None)

    bare.till.run(is_recovery=True, ready=ready)
    assert modes == [Mode.OPEN]
    assert bare.till.mode is Mode.STOPPED
    started, meal = facts(bare)
    assert started == TerminalStarted(version="1.0", is_recovery=True)
    assert isinstance(meal, MealCollected)


def test_an_idle_till_writes_what_waited_for_a_quiet_moment(counter: Counter) -> None:
    verdict = counter.tap(ALICE)
    (job,) = counter.journal.pending_jobs()
    counter.journal.job_state(job.id, "done", 1, NOON, is_lazy=True)

    def states() -> list[str]:
        with closing(sqlite3.connect(counter.path)) as db:
            query = "SELECT state FROM tail WHERE job IS NOT NULL AND body IS NULL"
            return [row[0] for row in db.execute(query)]

    counter.let_time_pass(2, is_idle=False)
    assert states() == []
    counter.let_time_pass(0.5, is_idle=True)
    assert states() == ["done"]
    assert verdict["receipt"] == 1


def test_a_till_that_just_served_is_not_tidied(counter: Counter) -> None:
    counter.tap(ALICE)
    (job,) = counter.journal.pending_jobs()
    counter.journal.job_state(job.id, "done", 1, NOON, is_lazy=True)
    counter.let_time_pass(0.5, is_idle=True)
    assert len(counter.journal._transactions._lazy) == 1


def test_the_status_is_told_once_a_second_and_when_a_reader_changes(counter: Counter) -> None:
    told = counter.topics().count("status")
    counter.let_time_pass(0.5)
    assert counter.topics().count("status") == told
    counter.let_time_pass(0.6)
    assert counter.topics().count("status") == told + 1
    counter.reader.unplug()
    counter.serve(lambda: counter.status()["readers"][0]["state"] == "unplugged")
    counter.serve(lambda: counter.topics().count("status") > told + 1)
    assert counter.status()["readers"][0]["detail"].endswith("plug the simulated reader in again")
