"""What a batch read is kept for the next one, and never longer than it is true."""

import random
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from shift_till import ShiftTill

from central import kept_books
from central.badges import issue_badge
from central.errors import DatabaseError
from central.feed import advance_feed
from central.ingest import ingest
from central.kept_books import Head, Kept, KeptBooks
from central.limits import write_limits
from central.office import Act
from central.store import open_store
from central.terminals import Terminal, TerminalState
from central.wallets import pay_out
from central.wire_batch import unpack_batch
from core.batch import Flag, pack_batch
from core.limits import Limits
from core.money import Money

SCHOOL = "demo"
NEW = "ab" * 16
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture
def other(place, centre):
    """Another process at the same books, such as the office's command line."""
    store = open_store(place)
    yield store
    store.close()


@pytest.fixture
def pupil(centre):
    """A pupil with money and a good badge, whose parents set no limit."""
    return next(
        one.id
        for one in centre.school.pupils
        if centre.badge_of(one.id) != "00" * 16
        and centre.balance(one.id) > 1000
        and one.id not in centre.school.limits
    )


def sold(till, pupil, cents=100):
    return till.flags(till.send_events((till.sell(pupil, cents),)))


def test_what_another_process_takes_from_a_wallet_is_known(till, other, pupil, clock):
    assert sold(till, pupil) == [None]
    pay_out(other, SCHOOL, pupil=pupil, key="1", act=Act("anna", clock(), "leaves"))
    assert sold(till, pupil) == [Flag.OVERDRAFT]
    till.centre.expect_sound()


def test_what_another_process_sells_is_known(till, other, centre, pupil, clock):
    assert sold(till, pupil) == [None]
    second = centre.till("Till 2")
    left = centre.balance(pupil)
    batch = pack_batch(second.identity.terminal_id, (second.sell(pupil, left),))
    ingest(other, second.identity.terminal_id, unpack_batch(batch.body), now=clock())
    assert sold(till, pupil) == [Flag.OVERDRAFT]
    centre.expect_sound()


def test_a_badge_that_another_process_gives_is_known(till, other, centre, pupil, clock):
    centre.badge_of = lambda _: NEW
    assert sold(till, pupil) == [Flag.UNKNOWN_BADGE]
    act = Act("anna", clock(), "lost the first")
    issue_badge(other, SCHOOL, badge=NEW, pupil=pupil, last4="0042", act=act)
    assert sold(till, pupil) == [None]


def test_a_limit_that_parents_set_meanwhile_is_counted(till, other, centre, pupil):
    assert sold(till, pupil) == [None]
    with other.database.writing() as session:
        limits = [(pupil, Limits(daily_max=Money(900)))]
        write_limits(session, SCHOOL, limits, advance_feed(session, SCHOOL))
    assert sold(till, pupil) == [None]
    assert centre.one("SELECT SUM(cents) FROM pupil_bought WHERE pupil_id = ?", pupil) == 100


def test_what_a_batch_changed_before_it_failed_is_not_kept(till, centre, pupil, monkeypatch):
    assert sold(till, pupil) == [None]
    left = centre.balance(pupil)
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            message = "the disk is full"
            raise DatabaseError(message)

        patch.setattr("central.ingest._newest_receipt", fail)
        batch = unpack_batch(pack_batch(till.identity.terminal_id, (till.sell(pupil, left),)).body)
        with pytest.raises(DatabaseError, match="full"):
            ingest(centre.store, till.identity.terminal_id, batch, now=till.clock())
    assert centre.balance(pupil) == left
    assert till.flags(till.send(first=2)) == [None]
    assert sold(till, pupil) == [Flag.OVERDRAFT]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_was_read_is_not_read_again(till, other, pupil):
    assert sold(till, pupil) == [None]
    assert asked(till, pupil) == []
    with other.database.writing() as session:
        advance_feed(session, SCHOOL)
    assert len(asked(till, pupil)) == 2, "the control: what may have changed is read anew"


def asked(till, pupil) -> list[str]:
    """Return the statements by which one sale looked for wallets and badges."""
    told: list[str] = []
    connection = till.centre.store.database._writer
    connection.set_trace_callback(told.append)
    assert sold(till, pupil) == [None]
    connection.set_trace_callback(None)
    return [sql for sql in told if " JOIN wallet " in sql or " JOIN badge " in sql]


def test_batch_after_batch_is_flagged_as_the_balances_say(till, centre):
    chance = random.Random(5)
    pupils = [one.id for one in centre.school.pupils[:6]]
    balances = {pupil: centre.balance(pupil) for pupil in pupils}
    floor = -centre.school.school.policy.overdraft_max.cents
    expected: list[str | None] = []
    for _ in range(60):
        pupil, cents = chance.choice(pupils), chance.choice((50, 450, 2500))
        till.sell(pupil, cents)
        balances[pupil] -= cents
        expected.append(Flag.OVERDRAFT if balances[pupil] < floor else None)
    found = [till.flags(till.send(first, first + 4)) for first in range(1, 60, 5)]
    known = [None if flag == Flag.UNKNOWN_BADGE else flag for some in found for flag in some]
    assert known == expected
    assert {None, Flag.OVERDRAFT} <= set(expected)
    assert {pupil: centre.balance(pupil) for pupil in pupils} == balances


def test_the_time_of_an_event_that_another_process_booked_is_known(till, other, pupil, clock):
    assert sold(till, pupil) == [None]
    clock.advance(hours=2)
    later = pack_batch(till.identity.terminal_id, (till.sell(pupil, 50),))
    ingest(other, till.identity.terminal_id, unpack_batch(later.body), now=clock())
    clock.advance(hours=-1)
    assert sold(till, pupil) == [Flag.CLOCK_SKEW]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_receipt_that_another_process_gave_is_told(till, other, pupil, clock, monkeypatch):
    assert sold(till, pupil) == [None]
    counter = ShiftTill(till)
    counter.open_shift(5000)
    counter.close(counted=5000)
    batch = pack_batch(till.identity.terminal_id, till.journal.events[1:])
    ingest(other, till.identity.terminal_id, unpack_batch(batch.body), now=clock())
    told = till.send_events((till.sell(pupil, 50),))
    assert told["receipt"]["receipt"]["closing"] == till.journal.events[-2].id
    monkeypatch.setattr("central.ingest.newest_receipt", None)
    again = till.send_events((till.sell(pupil, 50),))
    assert again["receipt"] == told["receipt"], "it is kept with what hangs on the last event"


def test_what_hangs_on_the_last_event_is_that_of_the_terminals_row():
    head, other = bytes(32), bytes(31) + b"1"
    terminal = Terminal(SCHOOL, "t-1", "T", TerminalState.ACTIVE, (1, 1), head, None, None)
    kept = Kept(heads={"t-1": Head(head, NOON, None)})
    assert kept.head_of(terminal) == Head(head, NOON, None)
    assert kept.head_of(replace(terminal, head_hash=other)) is None
    assert kept.head_of(replace(terminal, id="t-2")) is None


def test_a_place_that_is_not_where_it_was_left_forgets_everything():
    kept = Kept(cursor=7, wallet_cents={"ann": 5}, limited={"ann"}, badges={NEW: "ann"})
    kept.be_at(7)
    assert kept.wallet_cents == {"ann": 5}
    kept.be_at(8)
    assert kept == Kept(cursor=8)


def test_what_is_kept_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(kept_books, "_ROWS_MAX", 2)
    kept = Kept(cursor=7, wallet_cents={"ann": 5, "ben": 5}, badges={NEW: "ann"})
    kept.be_at(7)
    assert kept == Kept(cursor=7)
    monkeypatch.setattr(kept_books, "_SCHOOLS_MAX", 1)
    books = KeptBooks()
    books.give_back("one", Kept(cursor=1))
    books.give_back("other", Kept(cursor=2))
    assert (books.take("one"), books.take("other").cursor) == (Kept(), 2)
    assert books.take("other") == Kept(), "a batch takes it for itself"
