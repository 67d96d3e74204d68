"""What the bursar's terminal decides by itself, and what of it the next tap knows."""

from dataclasses import replace

import pytest
from canteen import POLICY, TODAY
from pure_till import ALICE, BOB, CHEF, HELP, PureTill, done, reason_of

from core.decide import refused_fault
from core.decision import Outcome, Presence, Refused
from core.errors import FalseTicketError
from core.facts import BadgeGiven, BadgeStopped, Reason, ReserveMoved, TicketGiven
from core.ids import BadgeKey, CommandId, PupilId, StaffId
from core.ledger import AccountKind, legs_of
from core.money import ZERO, Money
from core.office import (
    NewBadge,
    badge_named,
    give_badge,
    give_ticket,
    held,
    move_reserve,
    stop_badge,
)
from core.own_badges import OwnBadges
from core.people import Badge, BadgeState
from core.profiles import Profile
from core.shift import choose_profile
from core.tap import Assurance, Credential, Family, Technology
from core.ticket import Ticket, is_ticket, read_ticket, ticket_code
from core.view import View
from core.wallet import WalletKind

KEY = b"sixteen bytes of"
PRESENCE = Presence(Assurance.TYPED, why="asked", command=CommandId("c"))
NEW = NewBadge(BadgeKey("new"), Family.ISO14443A, "E5F7", owner=None)
OLD = Badge(BadgeKey("old"), PupilId(ALICE), BadgeState.ACTIVE, "E5F6")
RESERVE, GENERAL = WalletKind.RESERVE, WalletKind.GENERAL


@pytest.fixture
def till() -> PureTill:
    till = PureTill()
    till.sign_in(CHEF)
    return till


def view_of(till: PureTill, who: str | None = ALICE) -> View:
    view = till.view(who, by_name=True)
    gone = till.state.unsettled.reserve_of(PupilId(who or ""))
    return replace(view, own=replace(view.own, pupil_reserve_unsettled=gone))


def move(till: PureTill, cents: int, source: WalletKind = RESERVE, who: str = ALICE) -> Outcome:
    view = view_of(till, who)
    outcome = move_reserve(source, Money(cents), PRESENCE, view, till.policy, till.now)
    till.store(outcome.facts)
    return outcome


def wallets(till: PureTill) -> tuple[int, int]:
    view = view_of(till)
    assert view.holder is not None
    return held(view, view.holder, GENERAL).cents, held(view, view.holder, RESERVE).cents


# --- wallets --------------------------------------------------------------------------------------


def test_what_leaves_the_reserve_can_be_spent_at_once(till: PureTill) -> None:
    assert wallets(till) == (2000, 1500)
    (fact,) = done(move(till, 600)).facts
    assert isinstance(fact, ReserveMoved)
    assert (fact.target, fact.staff) == (GENERAL, StaffId("chef"))
    assert wallets(till) == (2600, 900)
    assert till.balance(ALICE) == Money(2600)
    done(move(till, 100, GENERAL))
    assert wallets(till) == (2500, 1000)


def test_no_more_is_moved_than_a_wallet_is_known_to_hold(till: PureTill) -> None:
    done(move(till, 1500))
    refused = move(till, 1)
    assert reason_of(refused) is Reason.NOT_ENOUGH_MONEY
    assert isinstance(refused, Refused)
    assert refused.wallet == ZERO
    assert reason_of(move(till, 3501, GENERAL)) is Reason.NOT_ENOUGH_MONEY


def test_it_is_never_counted_twice_once_the_copy_holds_it(till: PureTill) -> None:
    done(move(till, 600))
    till.state.settle(till.position)
    assert till.state.unsettled.owed_of(PupilId(ALICE)) == ZERO
    assert till.state.unsettled.reserve_of(PupilId(ALICE)) == ZERO
    # What the copy covers when it is read again changes nothing, either.
    unsettled = till.state.unsettled
    unsettled.moved(till.position, PupilId(ALICE), Money(600))
    assert unsettled.owed_of(PupilId(ALICE)) == ZERO


def test_the_legs_go_from_one_wallet_to_the_other(till: PureTill) -> None:
    (fact,) = done(move(till, 600)).facts
    legs = {leg.account.kind: leg.amount.cents for leg in legs_of(fact)}
    assert legs == {AccountKind.WALLET_RESERVE: -600, AccountKind.WALLET_GENERAL: 600}
    assert legs_of(TicketGiven(TODAY, PupilId(ALICE), StaffId("chef"))) == ()


def test_an_old_copy_moves_no_money(till: PureTill) -> None:
    till.wait(hours=25)
    assert reason_of(move(till, 600)) is Reason.SNAPSHOT_TOO_OLD


def test_the_office_has_a_right_of_its_own(till: PureTill) -> None:
    till.sign_in(HELP)
    assert reason_of(move(till, 600)) is Reason.NO_RIGHT
    till.state.sign_in.operator = None
    assert reason_of(move(till, 600)) is Reason.NOT_SIGNED_IN


def test_without_a_copy_a_day_or_a_pupil_nothing_is_done(till: PureTill) -> None:
    for found, reason in (
        (replace(view_of(till), copy_at=None), Reason.NO_SNAPSHOT),
        (replace(view_of(till), is_day_known=False), Reason.DAY_NOT_KNOWN),
        (view_of(till, None), Reason.UNKNOWN_PUPIL),
    ):
        outcomes = (
            move_reserve(RESERVE, Money(1), PRESENCE, found, POLICY, till.now),
            give_badge(NEW, None, PRESENCE, found),
            stop_badge(OLD, BadgeState.LOST, PRESENCE, found),
            give_ticket(PRESENCE, found),
        )
        assert {reason_of(outcome) for outcome in outcomes} == {reason}


# --- badges ---------------------------------------------------------------------------------------


def test_a_badge_is_given_in_place_of_another(till: PureTill) -> None:
    (fact,) = done(give_badge(NEW, OLD, PRESENCE, view_of(till))).facts
    assert isinstance(fact, BadgeGiven)
    assert (fact.badge, fact.replaces, fact.last4) == ("new", "old", "E5F7")
    till.store([fact])
    own = till.state.badges
    assert own.find(BadgeKey("new")) == Badge(
        BadgeKey("new"), PupilId(ALICE), BadgeState.ACTIVE, "E5F7"
    )
    of_alice = {badge.key: badge.state for badge in own.of_pupil(PupilId(ALICE), [OLD])}
    assert of_alice == {"old": BadgeState.BLOCKED, "new": BadgeState.ACTIVE}
    assert own.of_pupil(PupilId(BOB), []) == []
    assert (own.find(None), own.find(BadgeKey("other"))) == (None, None)


def test_one_that_was_lost_is_lost_before_another_is_given(till: PureTill) -> None:
    facts = done(give_badge(NEW, OLD, PRESENCE, view_of(till), is_lost=True)).facts
    assert [type(fact) for fact in facts] == [BadgeStopped, BadgeGiven]
    till.store(facts)
    old = till.state.badges.find(BadgeKey("old"))
    assert old is not None
    assert old.state is BadgeState.LOST
    alone = done(give_badge(NEW, None, PRESENCE, view_of(till), is_lost=True)).facts
    assert [type(fact) for fact in alone] == [BadgeGiven]


def test_what_is_somebodys_or_none_is_not_given(till: PureTill) -> None:
    view = view_of(till)
    taken = replace(NEW, owner=PupilId(BOB))
    assert reason_of(give_badge(taken, None, PRESENCE, view)) is Reason.BADGE_TAKEN
    gone = give_badge(Reason.TOO_LATE, None, PRESENCE, view)
    assert reason_of(gone) is Reason.TOO_LATE


@pytest.mark.parametrize("state", [BadgeState.LOST, BadgeState.BLOCKED])
def test_a_badge_that_was_found_again_is_made_good_in_place_of_the_one_in_use(
    till: PureTill, state: BadgeState
) -> None:
    view = view_of(till)
    found = replace(NEW, owner=PupilId(ALICE), state=state)
    (fact,) = done(give_badge(found, OLD, PRESENCE, view)).facts
    assert isinstance(fact, BadgeGiven)
    assert (fact.badge, fact.replaces, fact.is_found) == (NEW.key, OLD.key, True)
    till.store([BadgeStopped(TODAY, PupilId(ALICE), NEW.key, state, StaffId("chef")), fact])
    good, other = till.state.badges.find(NEW.key), till.state.badges.find(OLD.key)
    assert good is not None
    assert other is not None
    assert (good.state, other.state) == (BadgeState.ACTIVE, BadgeState.BLOCKED)
    in_use = replace(found, state=BadgeState.ACTIVE)
    assert reason_of(give_badge(in_use, OLD, PRESENCE, view)) is Reason.BADGE_TAKEN
    bobs = replace(found, owner=PupilId(BOB))
    assert reason_of(give_badge(bobs, OLD, PRESENCE, view)) is Reason.BADGE_TAKEN


def test_a_badge_is_stopped_but_not_made_good(till: PureTill) -> None:
    view = view_of(till)
    (fact,) = done(stop_badge(OLD, BadgeState.LOST, PRESENCE, view)).facts
    till.store([fact])
    assert till.state.badges.known
    assert reason_of(stop_badge(OLD, BadgeState.ACTIVE, PRESENCE, view)) is Reason.NOT_ALLOWED
    assert reason_of(stop_badge(None, BadgeState.LOST, PRESENCE, view)) is Reason.UNKNOWN_BADGE
    till.state.settle(till.position)
    assert not till.state.badges.known
    # Read again behind the copy, it says nothing new.
    till.state.unsettled.settled = (9, 9)
    till.store([fact])
    assert not till.state.badges.known


def test_a_badge_is_found_among_a_pupils() -> None:
    assert badge_named(OLD.key, [OLD]) == OLD
    assert badge_named(BadgeKey("new"), [OLD]) is None


def test_what_is_noted_of_a_badge_keeps_the_end_of_its_number() -> None:
    own = OwnBadges()
    own.apply((1, 1), BadgeStopped(TODAY, OLD.pupil_id, OLD.key, BadgeState.BLOCKED, StaffId("x")))
    assert own.of_pupil(OLD.pupil_id, [OLD])[0].last4 == "E5F6"
    own.settle((1, 0))
    assert own.known


# --- tickets --------------------------------------------------------------------------------------


def scanned(code: str, technology: Technology = Technology.BARCODE) -> Credential:
    return Credential(technology, code.encode())


def test_a_ticket_is_believed_by_whoever_holds_the_key() -> None:
    ticket = Ticket(TODAY, PupilId("p.1"))
    code = ticket_code(ticket, school_key=KEY)
    assert code.startswith("T1.20261124.p.1.")
    assert is_ticket(scanned(code))
    assert read_ticket(scanned(code), school_key=KEY) == ticket
    assert not is_ticket(scanned(code, Technology.ISO14443A))
    assert not is_ticket(scanned("5410000000013"))


@pytest.mark.parametrize(
    "code",
    [
        "T1.20261125.p1.",
        "T1.",
        "T1.20261124",
        "T1.20261124.p1",
        "T1.tomorrow.p1.AAAAAAAAAAAAAAAA",
        "T1.20261124.p2.{mac}",
        "T1.20261125.p1.{mac}",
        "T1.20261124.p1.{mac}é",
    ],
)
def test_a_code_that_nobody_gave_is_false(code: str) -> None:
    good = ticket_code(Ticket(TODAY, PupilId("p1")), school_key=KEY)
    text = code.replace("{mac}", good.rpartition(".")[2])
    with pytest.raises(FalseTicketError):
        read_ticket(scanned(text), school_key=KEY)


def test_another_schools_ticket_is_false() -> None:
    code = ticket_code(Ticket(TODAY, PupilId("p1")), school_key=bytes(16))
    with pytest.raises(FalseTicketError, match="not made with this school"):
        read_ticket(scanned(code), school_key=KEY)


def test_the_bursar_gives_a_ticket_for_the_day(till: PureTill) -> None:
    (fact,) = done(give_ticket(PRESENCE, view_of(till))).facts
    assert fact == TicketGiven(TODAY, PupilId(ALICE), StaffId("chef"), "asked", CommandId("c"))
    till.store([fact])
    assert till.state.documents.done[CommandId("c")]


def test_a_ticket_that_says_nobody_is_refused_wherever_it_is_scanned(till: PureTill) -> None:
    view = replace(till.view(None), fault=Reason.TICKET_FALSE)
    refused = refused_fault(view)
    assert refused is not None
    assert (refused.reason, len(refused.facts)) == (Reason.TICKET_FALSE, 1)
    assert refused_fault(till.view(ALICE)) is None


# --- what a terminal is -------------------------------------------------------------------------


def choose(till: PureTill, profile: Profile | None) -> Outcome:
    outcome = choose_profile(profile, PRESENCE, till.view(None))
    till.store(outcome.facts)
    return outcome


def test_whoever_holds_the_right_makes_it_something_else(till: PureTill) -> None:
    done(choose(till, Profile.OFFICE))
    assert till.state.choice is not None
    assert (till.state.choice.profile, till.state.choice.at) == (Profile.OFFICE, till.now)
    till.sign_in(HELP)
    assert reason_of(choose(till, Profile.OFFICE)) is Reason.NO_RIGHT
    done(choose(till, Profile.TILL))
    till.state.sign_in.operator = None
    assert reason_of(choose(till, Profile.GATE)) is Reason.NOT_SIGNED_IN
    done(choose(till, None))
    assert till.state.choice is None


def test_nobody_makes_it_what_nobody_could_undo(till: PureTill) -> None:
    assert reason_of(choose(till, Profile.KIOSK)) is Reason.NOT_ALLOWED
    assert reason_of(choose(till, Profile.CLOSED)) is Reason.NOT_ALLOWED


def test_a_day_of_the_office_reads_the_same_again(till: PureTill) -> None:
    done(move(till, 600))
    till.store(done(give_badge(NEW, OLD, PRESENCE, view_of(till), is_lost=True)).facts)
    done(choose(till, Profile.OFFICE))
    before = till.state
    till.restart()
    assert till.state.unsettled.reserve_by == before.unsettled.reserve_by
    assert till.state.badges == before.badges
    assert till.state.choice == before.choice
