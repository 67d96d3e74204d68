"""The bursar's terminal at its counter: wallets, badges, tickets; and what the next tap knows."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from canteen import TODAY
from staffed_rig import CASH_POLICY, StaffedCounter, by_tap
from till_rig import ALICE, BOB, SCHOOL_KEY, STRANGER, card

from core.ids import PupilId
from core.profiles import Profile, Timetable
from core.tap import Assurance, Credential, Technology
from core.ticket import Ticket, ticket_code
from printer.documents import BursarSlip, Notice
from printer.job import decode_document
from terminal.office_content import card_of
from terminal.reprint import kept_paper

NEW = card(90)
HALL_PASS = Credential(Technology.ULTRALIGHT, bytes.fromhex("08A1B2C3"))
P1 = {"pupil": "p1"}


class Office(StaffedCounter):
    """A terminal that is the bursar's, or a till that a bursar may make so."""

    def __init__(self, folder: Path, profile: Profile = Profile.OFFICE) -> None:
        super().__init__(folder, timetable=Timetable(otherwise=profile))
        self.learn_staffed()

    def card(self, pupil: str = "p1") -> dict[str, Any]:
        found = card_of(self.service.desk, PupilId(pupil), self.clock.stamp())
        assert found is not None
        return dict(found)

    def head(self) -> tuple[int, int]:
        return self.journal.head.epoch, self.journal.head.seq

    def papers(self) -> list[object]:
        return [decode_document(job.job.body) for job in self.journal.pending_jobs()]

    def scan(self, code: str) -> dict[str, Any]:
        credential = Credential(Technology.BARCODE, code.encode())
        return self.tap(credential, Assurance.TYPED)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.start()
    office.sign_in()
    yield office
    office.close()


def reopened(office: Office, folder: Path, profile: Profile = Profile.TILL) -> Office:
    """Start the terminal again: what it knows comes from its journal and its copy."""
    office.close()
    again = Office(folder, profile)
    # A screen never calls two commands the same.
    again._numbers = itertools.count(1000)
    again.start()
    return again


# --- the profile --------------------------------------------------------------------------------


def test_a_badge_says_whose_it_is_and_hands_out_nothing(office: Office) -> None:
    said = office.tap(ALICE)
    assert (said["outcome"], said["name"], said["pupil"]) == ("shown", "Alice V.", "p1")
    assert (said["badge_state"], said["badge_last4"]) == ("active", ALICE.hex[-4:])
    nobody = office.tap(STRANGER)
    assert (nobody["outcome"], nobody["pupil"], nobody["badge_state"]) == ("shown", None, None)
    assert office.facts() == ["terminal.started", "staff.signed_in"]
    assert office.tap(HALL_PASS)["reason"] == "not_an_identity"
    assert office.facts()[-1] == "tap.refused"


def test_the_card_tells_both_wallets_and_the_badges(office: Office) -> None:
    told = office.card()
    assert (told["name"], told["wallet_cents"], told["reserve_cents"]) == ("Alice V.", 2340, 1500)
    assert [(one["last4"], one["state"]) for one in told["badges"]] == [("E501", "active")]
    assert told["orders"][0]["state"] == "reserved"
    assert card_of(office.service.desk, PupilId("nobody"), office.clock.stamp()) is None


def test_a_till_becomes_the_office_by_hand_and_goes_back(tmp_path: Path) -> None:
    till = Office(tmp_path, Profile.TILL)
    till.start()
    assert till.command("choose_profile", profile="office")["reason"] == "not_signed_in"
    till.sign_in("0815", "noor")
    assert till.command("choose_profile", profile="office")["reason"] == "no_right"
    till.sign_in()
    assert till.command("choose_profile", profile="office")["outcome"] == "done"
    assert till.tap(ALICE)["outcome"] == "shown"
    assert (till.till.status()["profile"], till.till.status()["is_chosen"]) == ("office", True)
    again = reopened(till, tmp_path)
    assert again.till.status()["profile"] == "office"
    assert again.command("choose_profile")["outcome"] == "done"
    assert again.tap(ALICE)["outcome"] == "collected"
    assert again.till.status()["is_chosen"] is False
    again.close()


# --- wallets --------------------------------------------------------------------------------------


def test_the_reserve_is_spendable_at_once_and_the_slip_says_so(office: Office) -> None:
    done = office.command("move_reserve", customer=P1, amount_cents=600, name="once")
    assert (done["outcome"], done["events"][0]["kind"]) == ("done", "reserve.moved")
    assert office.command("move_reserve", customer=P1, amount_cents=600, name="once")["is_repeat"]
    told = office.card()
    assert (told["wallet_cents"], told["reserve_cents"]) == (2940, 900)
    (slip,) = office.papers()
    assert isinstance(slip, Notice)
    assert (slip.title, slip.person) == ("RÉSERVE > GÉNÉRAL", "Alice V.")
    rights = {line.left: line.right for line in slip.lines}
    assert rights["Montant transféré"] == "6,00 €"
    assert rights["Porte-monnaie général"] == "29,40 €"
    assert rights["Référence"] == done["events"][0]["reference"]


def test_offline_the_slip_says_that_it_is_to_be_confirmed(office: Office) -> None:
    office.knowledge.is_online = False
    office.command("move_reserve", customer=by_tap(office.tap(ALICE)), amount_cents=1)
    office.command("move_reserve", customer=P1, amount_cents=1, source="general")
    first, second = office.papers()
    assert isinstance(first, Notice)
    assert isinstance(second, Notice)
    assert any("à confirmer" in line.left for line in first.lines)
    assert second.title == "GÉNÉRAL > RÉSERVE"


def test_no_more_than_is_known_and_none_by_who_may_not(office: Office) -> None:
    refused = office.command("move_reserve", customer=P1, amount_cents=1501)
    assert (refused["reason"], refused["wallet_cents"]) == ("not_enough_money", 1500)
    gone = office.command("move_reserve", customer={"pupil": "nobody"}, amount_cents=1)
    assert gone["reason"] == "unknown_pupil"
    assert office.command("move_reserve", customer={}, amount_cents=1)["reason"] == "unknown_pupil"
    office.sign_in("0815", "noor")
    for word, more in (
        ("move_reserve", {"amount_cents": 1}),
        ("give_badge", {"tap": "t"}),
        ("stop_badge", {"badge": "b"}),
        ("give_ticket", {}),
    ):
        assert office.command(word, customer=P1, **more)["reason"] == "no_right"
    assert office.papers() == []


def test_what_was_moved_is_sold_from_after_a_restart_without_a_network(
    office: Office, tmp_path: Path
) -> None:
    office.command("move_reserve", customer=P1, amount_cents=1500)
    till = reopened(office, tmp_path)
    till.knowledge.is_online = False
    poor = replace(CASH_POLICY, overdraft_max=replace(CASH_POLICY.overdraft_max, cents=0))
    till.learn_staffed(poor)
    assert till.card()["wallet_cents"] == 3840
    # A copy that holds the move counts it once.
    till.learn_staffed(poor, settled=till.head())
    assert (till.card()["wallet_cents"], till.card()["reserve_cents"]) == (2340, 1500)
    till.close()


def test_cash_at_the_bursars_is_signed_for(office: Office) -> None:
    office.command("open_shift", cash_cents=5000)
    asked = {"customer": P1, "amount_cents": 2000, "why": "au bureau", "is_signed": True}
    done = office.command("top_up", **asked, tendered_cents=5000)
    assert (done["outcome"], done["wallet_cents"]) == ("done", 4340)
    exact = office.command("top_up", **asked)
    first, second = office.papers()
    assert isinstance(first, BursarSlip)
    assert (first.amount.cents, first.tendered.cents, first.change.cents) == (2000, 5000, 3000)
    assert first.reference == done["events"][0]["reference"]
    assert isinstance(second, BursarSlip)
    assert (second.tendered.cents, second.change.cents) == (2000, 0)
    kept = kept_paper(exact["events"][0]["reference"], office.recorder)
    assert isinstance(kept, BursarSlip)
    plain = office.command("top_up", customer=by_tap(office.tap(BOB)), amount_cents=500)
    assert plain["receipt"] == 3
    assert not isinstance(office.papers()[-1], BursarSlip)


# --- badges ---------------------------------------------------------------------------------------


def key_of(office: Office, pupil: str = "p1") -> str:
    return str(office.card(pupil)["badges"][0]["key"])


def test_a_new_badge_is_served_at_once_and_the_old_one_is_not(
    office: Office, tmp_path: Path
) -> None:
    new = office.tap(NEW)
    old = key_of(office)
    done = office.command("give_badge", customer=P1, tap=new["tap"], replaces=old, why="cassé")
    assert done["events"][0]["kind"] == "badge.given"
    told = {one["last4"]: one["state"] for one in office.card()["badges"]}
    assert told == {NEW.hex[-4:]: "active", "E501": "blocked"}
    assert office.tap(NEW)["name"] == "Alice V."
    till = reopened(office, tmp_path)
    assert till.tap(ALICE)["reason"] == "blocked_badge"
    served = till.tap(NEW)
    assert (served["outcome"], served["name"]) == ("collected", "Alice V.")
    # Once the copy holds the fact it alone is believed: in this one nobody has the new badge.
    till.learn_staffed(settled=till.head())
    assert till.tap(NEW)["reason"] == "unknown_badge"
    till.close()


def test_a_lost_badge_is_told_apart(office: Office) -> None:
    new = office.tap(NEW)
    done = office.command(
        "give_badge", customer=P1, tap=new["tap"], replaces=key_of(office), is_lost=True
    )
    assert [event["kind"] for event in done["events"]] == ["badge.stopped", "badge.given"]
    assert office.tap(ALICE)["badge_state"] == "lost"


def test_a_badge_is_stopped_and_a_stranger_to_them_is_not(office: Office, tmp_path: Path) -> None:
    ours, theirs = key_of(office), key_of(office, "p2")
    refused = office.command("stop_badge", customer=P1, badge=theirs)
    assert refused["reason"] == "unknown_badge"
    done = office.command("stop_badge", customer=P1, badge=ours, state="lost", why="bus")
    assert done["outcome"] == "done"
    till = reopened(office, tmp_path)
    assert till.tap(ALICE)["reason"] == "lost_badge"
    till.close()


def test_only_a_card_of_nobody_is_given(office: Office) -> None:
    bobs = office.tap(BOB)
    taken = office.command("give_badge", customer=P1, tap=bobs["tap"])
    assert taken["reason"] == "badge_taken"
    assert office.command("give_badge", customer=P1, tap="long-ago")["reason"] == "too_late"
    hall = office.tap(HALL_PASS)
    refused = office.command("give_badge", customer=P1, tap=hall["tap"])
    assert refused["reason"] == "not_an_identity"
    new = office.tap(NEW)
    others = key_of(office, "p2")
    wrong = office.command("give_badge", customer=P1, tap=new["tap"], replaces=others)
    assert wrong["reason"] == "unknown_badge"
    assert office.command("give_badge", customer=P1, tap=new["tap"])["outcome"] == "done"
    second = office.command("give_badge", customer={"pupil": "p2"}, tap=new["tap"])
    assert second["reason"] == "badge_taken"
    gone = office.command("give_badge", customer={"pupil": "nobody"}, tap=new["tap"])
    assert gone["reason"] == "unknown_pupil"


def test_a_lost_badge_that_turns_up_is_made_good_and_the_one_in_its_place_is_not(
    office: Office, tmp_path: Path
) -> None:
    old, new = key_of(office), office.tap(NEW)
    office.command("give_badge", customer=P1, tap=new["tap"], replaces=old, is_lost=True)
    fresh = next(one["key"] for one in office.card()["badges"] if one["state"] == "active")
    found = office.tap(ALICE)
    assert (found["pupil"], found["badge_state"]) == ("p1", "lost")
    others = office.command("give_badge", customer={"pupil": "p2"}, tap=found["tap"])
    assert others["reason"] == "badge_taken"
    again = {"customer": P1, "tap": found["tap"], "replaces": fresh}
    assert office.command("give_badge", **again)["outcome"] == "done"
    assert office.tap(ALICE)["badge_state"] == "active"
    till = reopened(office, tmp_path)
    assert till.tap(ALICE)["outcome"] == "collected"
    assert till.tap(NEW)["reason"] == "blocked_badge"
    till.close()


# --- tickets --------------------------------------------------------------------------------------


def given_ticket(office: Office, pupil: str = "p1") -> str:
    done = office.command("give_ticket", customer={"pupil": pupil}, why="oublié")
    assert done["events"][0]["kind"] == "ticket.given"
    slip = office.papers()[-1]
    assert isinstance(slip, Notice)
    return slip.code


def test_a_ticket_is_a_tap_at_a_till_without_a_network_once(office: Office, tmp_path: Path) -> None:
    code = given_ticket(office)
    assert code == ticket_code(Ticket(TODAY, PupilId("p1")), school_key=SCHOOL_KEY)
    till = reopened(office, tmp_path)
    till.knowledge.is_online = False
    served = till.scan(code)
    assert (served["outcome"], served["name"]) == ("collected", "Alice V.")
    again = till.scan(code)
    assert (again["outcome"], again["reason"]) == ("refused", "already_served")
    assert again["earlier_at"]
    till.sign_in()
    sold = till.command("sell", customer=by_tap(again), items=[{"product": "water"}])
    assert sold["outcome"] == "served"
    till.close()


def test_another_day_or_another_hand_is_said_plainly(office: Office, tmp_path: Path) -> None:
    code = given_ticket(office)
    tomorrow = ticket_code(Ticket(TODAY + timedelta(days=1), PupilId("p1")), school_key=SCHOOL_KEY)
    gone = ticket_code(Ticket(TODAY, PupilId("left")), school_key=SCHOOL_KEY)
    till = reopened(office, tmp_path)
    for scanned, reason in (
        (tomorrow, "ticket_other_day"),
        (code[:-1] + ("A" if code[-1] != "A" else "B"), "ticket_false"),
        (gone, "unknown_pupil"),
    ):
        said = till.scan(scanned)
        assert (said["outcome"], said["reason"], said["name"]) == ("refused", reason, None)
        assert till.facts()[-1] == "tap.refused"
        till.sign_in()
        asked = till.command("serve", customer=by_tap(said))
        assert (asked["outcome"], asked["reason"]) == ("refused", reason)
    till.clock.advance(timedelta(days=1))
    assert till.scan(code)["reason"] == "ticket_other_day"
    till.close()


@pytest.mark.parametrize("profile", [Profile.KIOSK, Profile.GATE, Profile.STUDY, Profile.OFFICE])
def test_no_counter_stumbles_over_a_ticket(tmp_path: Path, profile: Profile) -> None:
    other = Office(tmp_path, profile)
    other.start()
    code = ticket_code(Ticket(TODAY, PupilId("p1")), school_key=SCHOOL_KEY)
    said = other.scan(code)
    assert said["outcome"] in ("refused", "late", "shown")
    if profile is Profile.KIOSK:
        assert said["reason"] == "unknown_badge"
    if profile is Profile.OFFICE:
        assert said["name"] == "Alice V."
    other.close()


def test_a_ticket_is_not_given_as_a_badge(office: Office) -> None:
    ticket = office.scan(ticket_code(Ticket(TODAY, PupilId("p2")), school_key=SCHOOL_KEY))
    refused = office.command("give_badge", customer=P1, tap=ticket["tap"])
    assert refused["reason"] == "not_an_identity"
