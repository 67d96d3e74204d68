"""X and Z reports at the till: numbered without gaps, and the sums of what happened."""

import json

import pytest
from staffed_rig import CAKE, WATER, StaffedCounter, by_tap, items
from till_rig import ALICE, BOB, FARID

from core.chain import GENESIS
from core.events import read_event
from core.facts import PeriodClosed
from core.report import Report, ReportKind
from printer.job import decode_document


def reports(counter: StaffedCounter) -> list[Report]:
    papers = [decode_document(job.body) for job in counter.journal.papers()]
    return [paper for paper in papers if isinstance(paper, Report)]


def closings(counter: StaffedCounter) -> list[PeriodClosed]:
    events = [read_event(sealed.body) for sealed in counter.journal.events()]
    return [event.fact for event in events if isinstance(event.fact, PeriodClosed)]


def lunch(counter: StaffedCounter) -> None:
    """Serve a little of everything."""
    counter.sign_in()
    counter.command("open_shift", cash_cents=5000)
    alice = counter.tap(ALICE)
    counter.command("sell", customer=by_tap(alice), items=items(WATER, CAKE))
    bob = counter.tap(BOB)
    counter.command("void", document=f"{bob['epoch']}-{bob['seq']}", why="wrong pupil")
    counter.command("top_up", customer=by_tap(bob), amount_cents=1000)
    guest = counter.command(
        "sell", customer={}, items=items(CAKE, quantity=2), tender="cash", why=""
    )
    one = [{"place": 0, "quantity": 1}]
    counter.command("refund", document=guest["events"][0]["id"], why="fell down", backs=one)
    counter.command("move_cash", direction="out", amount_cents=3000, why="to the safe")
    counter.command("open_drawer", why="change")
    counter.tap(FARID)


def test_a_z_report_says_what_happened(staffed: StaffedCounter) -> None:
    lunch(staffed)
    head = staffed.journal.head
    closed = staffed.command("close_period", counted_cents=3160)
    assert closed["outcome"] == "done"
    figures = closed["figures"]
    assert (figures["number"], figures["collected"], figures["refused"]) == (1, 1, 1)
    assert (figures["first_seq"], figures["last_seq"]) == (1, head.seq)
    assert figures["head_hash"] == head.hash.hex()
    assert figures["previous_hash"] == ""
    assert figures["voids"] == {"count": 1, "amount_cents": 450}
    assert figures["refunds"] == {"count": 1, "amount_cents": 150}
    assert figures["top_ups"] == {"count": 1, "amount_cents": 1000}
    tenders = {total["tender"]: total["amount_cents"] for total in figures["tenders"]}
    assert tenders == {"wallet": 230, "cash": 150}
    assert figures["drawer_openings"] == 1
    # 50.00 float, 10.00 top-up, 1.50 kept of the guest's 3.00, 30.00 to the safe.
    assert figures["cash_expected_cents"] == 5000 + 1000 + 150 - 3000
    assert figures["not_collected"] == 1, "Farid's meal waits for an answer"
    assert figures["unbooked"] == head.seq, "the centre has heard of nothing yet"
    assert sum(of["gross_cents"] for of in figures["vat"]) == 380
    (report,) = reports(staffed)
    assert (report.kind, report.number, report.operator) == (ReportKind.Z, 1, "Fatima")
    assert report.cash is not None
    assert report.cash.difference is not None
    assert report.cash.difference.cents == 10


def test_an_x_report_looks_and_changes_nothing(staffed: StaffedCounter) -> None:
    lunch(staffed)
    head = staffed.journal.head
    looked = staffed.command("print_x")
    assert staffed.journal.head == head
    assert looked["figures"]["number"] == 1
    assert [report.kind for report in reports(staffed)] == [ReportKind.X]
    assert staffed.command("close_period")["figures"] == looked["figures"]


def test_closings_are_numbered_and_chained(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    for _ in range(3):
        staffed.command("close_period")
    found = closings(staffed)
    assert [closing.number for closing in found] == [1, 2, 3]
    events = [event for event in staffed.journal.events() if event.kind.value == "period.closed"]
    assert [closing.previous_hash for closing in found] == [
        "",
        events[0].hash.hex(),
        events[1].hash.hex(),
    ]
    assert found[2].figures.first_seq == 0, "nothing happened in between"
    assert GENESIS.hex() not in {closing.head_hash for closing in found}


def test_a_double_press_closes_once(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    first = staffed.command("close_period", name="z")
    assert staffed.command("close_period", name="z") == {**first, "is_repeat": True}
    assert len(closings(staffed)) == 1


def test_a_closing_needs_the_right(staffed: StaffedCounter) -> None:
    assert staffed.command("close_period")["reason"] == "not_signed_in"
    staffed.sign_in("0815", "noor")
    assert staffed.command("close_period")["reason"] == "no_right"
    assert staffed.command("print_x")["outcome"] == "done", "looking is for everybody"
    staffed.command("sign_out")
    assert staffed.command("print_x")["reason"] == "not_signed_in"


def test_after_a_closing_there_is_only_refunding(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(ALICE)
    sold = staffed.command("sell", customer=by_tap(tap), items=items(WATER))
    document = sold["events"][0]["id"]
    staffed.command("close_period")
    assert staffed.command("undo")["reason"] == "period_is_closed"
    assert staffed.command("void", document=document, why="x")["reason"] == "period_is_closed"
    assert staffed.command("refund", document=document, why="flat")["outcome"] == "done"
    figures = staffed.command("close_period")["figures"]
    assert figures["refunds"] == {"count": 1, "amount_cents": 80}
    assert figures["perpetual"] == {"sales_cents": 80, "refunds_cents": 80}


def test_a_shift_ends_with_its_period(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.command("open_shift", cash_cents=100)
    assert staffed.command("open_shift", cash_cents=100)["reason"] == "shift_is_open"
    staffed.command("close_period", counted_cents=100)
    assert staffed.status()["shift"]["is_open"] is False
    assert staffed.command("move_cash", direction="in", amount_cents=1, why="x")["reason"] == (
        "no_shift"
    )


def test_the_same_sums_after_a_restart(staffed: StaffedCounter) -> None:
    lunch(staffed)
    before = staffed.recorder.state.period.figures()
    staffed.recorder.rebuild(settled=staffed.recorder.state.settled)
    assert staffed.recorder.state.period.figures() == before


def test_everything_of_a_report_is_plain_json(staffed: StaffedCounter) -> None:
    lunch(staffed)
    json.dumps(staffed.command("close_period"))
    json.dumps(staffed.status())
    json.dumps(staffed.service.acts.listed(99))


@pytest.mark.parametrize("counted", [None, 0])
def test_cash_that_nobody_counted_is_no_difference(
    staffed: StaffedCounter, counted: int | None
) -> None:
    staffed.sign_in()
    staffed.command("open_shift", cash_cents=700)
    staffed.command("close_period", counted_cents=counted)
    (report,) = reports(staffed)
    assert report.cash is not None
    assert (report.cash.difference is None) == (counted is None)
