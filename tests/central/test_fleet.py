"""Two hundred fleets in trouble, each from a seed; and broken worlds that must be noticed."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fleet_world
import pytest
from fleet_promises import check_available
from fleet_simulation import memory_folder, prepare, simulate
from fleet_till import Till
from fleet_world import World

import central.booking
import central.fresh_events
from central.booking import book
from central.epochs import read_going
from central.quick_booking import QuickBooking, book_quick
from core.ledger import AccountKind
from core.unsettled import Unsettled

CHUNK = 25


@pytest.fixture(scope="module")
def small() -> Iterator[tuple]:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        yield prepare(Path(folder))


@pytest.mark.parametrize("first", range(0, 200, CHUNK))
def test_every_promise_is_kept(small, first):
    for seed in range(first, first + CHUNK):
        simulate(seed, *small)


def expect_noticed(small, match, *, seeds=12):
    def play():
        for seed in range(seeds):
            simulate(seed, *small)

    with pytest.raises(AssertionError, match=match):
        play()


def test_the_control_a_till_that_forgets_what_was_lost_is_noticed(small, monkeypatch):
    honest = World.send

    def careless(self: World, till: Till) -> None:
        honest(self, till)
        if not till.is_revoked:
            till.acknowledged = till.journal.head

    monkeypatch.setattr(World, "send", careless)
    expect_noticed(small, "is not in the books")


def test_the_control_a_sale_that_is_subtracted_twice_is_noticed(small, monkeypatch):
    honest = World.fetch

    def muddled(self: World, till: Till) -> None:
        honest(self, till)
        till.settled = (0, 0)
        check_available(self, till)

    monkeypatch.setattr(World, "fetch", muddled)
    expect_noticed(small, "available of")


def test_the_control_a_centre_that_keeps_silent_is_noticed(small, monkeypatch):
    def silent(event, books, *, now):
        return replace(book(event, books, now=now), flags=())

    def quickly_silent(fact, books, *, now):
        return QuickBooking(book_quick(fact, books, now=now).legs, [])

    monkeypatch.setattr(central.fresh_events, "book", silent)
    monkeypatch.setattr(central.fresh_events, "book_quick", quickly_silent)
    expect_noticed(small, "without a flag|not 0|exceptions|in silence")


def test_the_same_seed_is_the_same_story(small):
    one, two = (simulate(5, *small) for _ in range(2))
    assert one.written == two.written
    assert one.credited == two.credited


def test_the_control_an_epoch_that_forgets_its_numbers_is_noticed(small, monkeypatch):
    def forgetful(session, terminal):
        return replace(read_going(session, terminal), receipt=0, closing=0)

    monkeypatch.setattr(fleet_world, "read_going", forgetful)
    expect_noticed(small, "given twice", seeds=40)


def test_the_control_a_centre_that_keeps_what_was_given_back_is_noticed(small, monkeypatch):
    monkeypatch.setattr(central.booking, "_give_back", lambda *_parts: [])
    expect_noticed(small, "available of|wallet of|wallets of")


def test_the_control_a_centre_that_believes_every_void_is_noticed(small, monkeypatch):
    honest = central.booking._uncollect

    def credulous(fact, books, *, is_first):
        honest(fact, books, is_first=is_first)
        return AccountKind.MEALS_PREPAID

    monkeypatch.setattr(central.booking, "_uncollect", credulous)
    expect_noticed(small, "meals paid in advance")


def test_the_control_a_till_whose_own_sums_are_wrong_is_noticed(small, monkeypatch):
    monkeypatch.setattr(Unsettled, "refund", lambda *_parts: None)
    expect_noticed(small, "owed by")
