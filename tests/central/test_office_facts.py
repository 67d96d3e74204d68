"""What a bursar's terminal did, as the centre books it: wallets, badges and their history."""

from dataclasses import replace
from datetime import date

import pytest
from shift_till import ShiftTill

from central.badges import BadgeWord, badge_history
from central.closings import list_closings
from central.exceptions import Resolution, list_exceptions, settle
from central.office import Act
from central.pages.movements import movements
from central.snapshot_file import write_copy
from central.terminals import find_terminal
from core.events import read_event
from core.facts import (
    BadgeGiven,
    BadgeStopped,
    ReserveMoved,
    SlipKind,
    SlipPrinted,
    TicketGiven,
)
from core.ids import BadgeKey, PupilId, SchoolId
from core.money import Money
from core.people import BadgeState
from core.tap import Family
from core.wallet import WalletKind
from offline_cache.snapshot import Snapshot

TODAY = date(2026, 11, 24)
SCHOOL = SchoolId("demo")
NEW = BadgeKey("ab" * 16)


@pytest.fixture
def pupil(centre):
    """Return a pupil with money put aside."""
    rows = centre.rows("SELECT pupil_id FROM wallet WHERE reserve_cents >= 1000 ORDER BY pupil_id")
    return next(PupilId(row[0]) for row in rows if centre.balance(row[0]) >= 100)


@pytest.fixture
def bursar(centre):
    return next(one.member for one in centre.school.staff if one.member.name == "Nadia K.")


@pytest.fixture
def does(till, pupil, bursar):
    """Have the bursar's terminal note what was done for the pupil."""

    def note(kind, **changes):
        known = {"day": TODAY, "pupil": pupil, "staff": bursar.id}
        return till.journal.append(kind(**(known | changes)), at=till.clock())

    return note


def reserve(centre, pupil):
    return centre.one("SELECT reserve_cents FROM wallet WHERE pupil_id = ?", pupil)


def state(centre, key):
    return centre.one("SELECT state FROM badge WHERE key = ?", key)


def words(centre, key):
    with centre.store.database.reading() as session:
        return [step.word for step in badge_history(session, SCHOOL, badge=key)]


def moved(does, cents, source=WalletKind.RESERVE):
    return does(ReserveMoved, amount=Money(cents), source=source)


def given(does, badge=NEW, **changes):
    return does(BadgeGiven, badge=badge, family=Family.ISO14443A, last4="E5F7", **changes)


def test_a_badge_that_was_found_again_is_in_use_and_its_history_says_all(centre, till, does, pupil):
    old = centre.badge_of(pupil)
    does(BadgeStopped, badge=old, state=BadgeState.LOST)
    given(does)
    assert till.flags(till.send()) == [None, None]
    found = given(does, badge=old, replaces=NEW, is_found=True)
    assert till.flags(till.send_events((found,))) == [None]
    assert (state(centre, old), state(centre, NEW)) == ("active", "blocked")
    assert words(centre, old)[:2] == [BadgeWord.ACTIVE, BadgeWord.LOST]
    assert words(centre, NEW)[0] is BadgeWord.REPLACED
    # One that is given once more, as by a terminal that did not hear of it, is not made good.
    does(BadgeStopped, badge=old, state=BadgeState.LOST)
    given(does, badge=old)
    till.send()
    assert state(centre, old) == "lost"


# --- a period of the bursar's ---------------------------------------------------------------------


def test_a_period_of_all_that_a_bursar_does_closes_as_the_terminal_says(centre, till, does, pupil):
    """The cash is the Z report's; wallets, badges, tickets and papers are the books' alone."""
    general, put_aside = centre.balance(pupil), reserve(centre, pupil)
    old = centre.badge_of(pupil)
    counter = ShiftTill(till)
    counter.open_shift(5000)
    counter.top_up(pupil, 1200)
    counter.void(counter.top_up(pupil, 700))
    moved(does, 600)
    moved(does, 100, WalletKind.GENERAL)
    does(BadgeStopped, badge=old, state=BadgeState.LOST)
    given(does)
    does(TicketGiven)
    till.journal.append(SlipPrinted(TODAY, pupil, SlipKind.BALANCE), at=till.clock())
    counter.close(counted=6200)
    flags = set(till.flags(till.send()))
    with centre.store.database.reading() as session:
        assert list_closings(session, SCHOOL)[0].differences == ()
    assert flags == {None}
    assert set(till.verdicts(till.send())) == {"duplicate"}
    assert centre.balance(pupil) == general + 1200 + 600 - 100
    assert reserve(centre, pupil) == put_aside - 600 + 100
    assert (state(centre, old), state(centre, NEW)) == ("lost", "active")
    with centre.store.database.reading() as session:
        (closing,) = list_closings(session, SCHOOL)
    assert closing.agrees
    receipt = closing.receipt.receipt
    assert (receipt.cash, receipt.sales, receipt.collected) == (Money(1200), Money(0), 0)
    assert receipt.differences == 0
    centre.expect_sound()


# --- wallets --------------------------------------------------------------------------------------


def test_the_reserve_becomes_spendable_once_and_both_wallets_say_so(
    centre, till, does, pupil, bursar
):
    general, put_aside = centre.balance(pupil), reserve(centre, pupil)
    event = moved(does, 600)
    assert till.flags(till.send()) == [None]
    assert till.verdicts(till.send()) == ["duplicate"]
    assert centre.balance(pupil) == general + 600
    assert reserve(centre, pupil) == put_aside - 600
    with centre.store.database.reading() as session:
        lines = movements(session, SCHOOL, pupil, {})[:2]
    assert {line.entry.kind for line in lines} == {"reserve.moved"}
    assert {(line.event, line.who) for line in lines} == {(event.id, bursar.name)}
    assert {line.entry.place for line in lines} == {"Till 1"}
    centre.expect_sound()


def test_back_into_the_reserve(centre, till, does, pupil):
    general, put_aside = centre.balance(pupil), reserve(centre, pupil)
    moved(does, 100, WalletKind.GENERAL)
    assert till.flags(till.send()) == [None]
    assert (centre.balance(pupil), reserve(centre, pupil)) == (general - 100, put_aside + 100)
    centre.expect_sound()


def test_more_than_is_there_is_booked_and_flagged_and_can_be_booked_back(centre, till, does, pupil):
    put_aside = reserve(centre, pupil)
    moved(does, put_aside + 1)
    moved(does, 1)
    moved(does, 900_000, WalletKind.GENERAL)
    assert till.flags(till.send()) == ["overdraft", "overdraft", "overdraft"]
    with centre.store.database.reading() as session:
        cases = list_exceptions(session, SCHOOL)
    details = sorted(case.detail for case in cases)
    assert details[-2:] == ["the reserve wallet holds less than was moved out of it"] * 2
    for case in cases:
        settle(
            centre.store,
            SCHOOL,
            case=case.id,
            how=Resolution.REVERSED,
            act=Act("anna", centre.clock(), "too much"),
        )
    assert reserve(centre, pupil) == put_aside
    centre.expect_sound()


def test_a_stranger_is_booked_and_flagged(centre, till, does):
    nobody = PupilId("nobody")
    given(does, pupil=nobody)
    does(TicketGiven, pupil=nobody)
    does(BadgeStopped, pupil=nobody, badge=NEW, state=BadgeState.LOST)
    does(ReserveMoved, pupil=nobody, amount=Money(5), source=WalletKind.GENERAL)
    flags = till.flags(till.send())
    assert flags == ["unknown_pupil", "unknown_pupil", "unknown_badge", "unknown_pupil"]
    assert centre.one("SELECT count(*) FROM badge WHERE key = ?", NEW) == 0
    centre.expect_sound()


def test_an_absurd_amount_is_set_aside(till, does):
    moved(does, 2_000_000)
    assert till.verdicts(till.send()) == ["quarantined"]


# --- badges ---------------------------------------------------------------------------------------


def test_a_badge_takes_the_place_of_another_and_all_terminals_hear_of_it(
    centre, till, does, pupil, bursar, tmp_path
):
    old = BadgeKey(centre.badge_of(pupil))
    given(does, replaces=old, why="broken")
    does(TicketGiven)
    assert till.flags(till.send()) == [None, None]
    assert till.verdicts(till.send()) == ["duplicate", "duplicate"]
    assert (state(centre, NEW), state(centre, old)) == ("active", "blocked")
    assert words(centre, NEW) == [BadgeWord.ISSUED]
    assert words(centre, old) == [BadgeWord.REPLACED]
    with centre.store.database.reading() as session:
        (step,) = badge_history(session, SCHOOL, badge=NEW)
        terminal = find_terminal(session, till.identity.terminal_id)
        write_copy(session, terminal, tmp_path / "copy.db", today=TODAY, now=centre.clock())
    assert (step.who, step.why) == (f"{bursar.name} (Till 1)", "broken")
    copy = Snapshot.open(tmp_path / "copy.db", school_id=SCHOOL)
    told = {badge.key: (badge.state, badge.last4) for badge in copy.badges_of(pupil)}
    copy.close()
    assert told[NEW] == (BadgeState.ACTIVE, "E5F7")
    assert told[old][0] is BadgeState.BLOCKED


def test_one_of_a_kind_is_in_use_whatever_the_terminal_knew(centre, till, does, pupil):
    given(does)
    given(does, BadgeKey("cd" * 16))
    till.send()
    assert (state(centre, NEW), state(centre, "cd" * 16)) == ("blocked", "active")


def test_a_lost_badge_stays_lost_when_another_takes_its_place(centre, till, does, pupil):
    old = BadgeKey(centre.badge_of(pupil))
    does(BadgeStopped, badge=old, state=BadgeState.LOST)
    given(does, replaces=old)
    does(BadgeStopped, badge=old, state=BadgeState.BLOCKED)
    assert till.flags(till.send()) == [None, None, None]
    assert state(centre, old) == "lost"
    assert words(centre, old) == [BadgeWord.LOST]


def test_what_is_served_by_the_new_badge_in_the_same_batch_is_well(centre, till, does, pupil):
    given(does)
    sale = till.sell(pupil, 10)
    till.journal.append(replace(read_event(sale.body).fact, badge=NEW), at=till.clock())
    assert till.flags(till.send()) == [None, None, None]


def test_somebody_elses_badge_stays_theirs_and_is_flagged(centre, till, does, pupil):
    other = next(
        one for one in centre.school.records if one.pupil_id != pupil and one.state == "active"
    )
    given(does, other.key)
    does(BadgeStopped, badge=other.key, state=BadgeState.BLOCKED)
    assert till.flags(till.send()) == ["unknown_badge", "unknown_badge"]
    assert state(centre, other.key) == "active"
    assert centre.one("SELECT pupil_id FROM badge WHERE key = ?", other.key) == other.pupil_id
    # It comes back for who has it: giving it to them anew changes nothing.
    given(does, centre.badge_of(pupil))
    till.send(3)
    assert words(centre, centre.badge_of(pupil)) == []
