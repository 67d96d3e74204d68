"""A journal's sums made anew: each closing says what its events give, or is named."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pure_till import ALICE, BOB, CHEF, SOUP, PureTill, done, served

from cli.main import main
from core.events import Event, SealedEvent, read_event, seal
from core.facts import (
    BadgeGiven,
    BadgeStopped,
    EpochStarted,
    Fact,
    PeriodClosed,
    ReserveMoved,
    SlipKind,
    SlipPrinted,
    TapRefused,
    TicketGiven,
)
from core.ids import BadgeKey, PupilId
from core.money import ZERO, Money
from core.people import BadgeState
from core.tap import Family
from core.wallet import WalletKind
from offline_cache.export import export_lines
from offline_cache.journal import Journal, JournalReader
from offline_cache.rebuild import rebuild

VERIFIER = Path(__file__).parents[2] / "docs" / "verify_journal.py"


def two_days() -> PureTill:
    """Return a till after two closed periods and a sale."""
    till = PureTill()
    till.sign_in(CHEF)
    till.open_shift(5000)
    served(till.tap(ALICE))
    served(till.sell(BOB, (SOUP, 2)))
    done(till.refund(till.acts()[-1], (0, 1)))
    done(till.close(5000))
    till.open_shift(5000)
    served(till.sell(BOB, (SOUP, 1)))
    done(till.undo())
    done(till.close(4900))
    done(till.close())
    served(till.sell(BOB, (SOUP, 1)))
    return till


def a_day_at_the_office() -> PureTill:
    """Return a till after a closed period of the bursar's, with cash, wallets and badges."""
    till, who = PureTill(), PupilId(BOB)
    till.sign_in(CHEF)
    till.open_shift(5000)
    done(till.top_up(BOB, 1200))
    day, bursar = till.now.date(), CHEF.id
    till.store(
        [
            ReserveMoved(day, who, Money(600), WalletKind.RESERVE, bursar),
            ReserveMoved(day, who, Money(100), WalletKind.GENERAL, bursar),
            BadgeStopped(day, who, BadgeKey("old"), BadgeState.LOST, bursar),
            BadgeGiven(day, who, BadgeKey("new"), Family.ISO14443A, "E5F6", bursar),
            TicketGiven(day, who, bursar),
            SlipPrinted(day, who, SlipKind.BALANCE),
        ]
    )
    done(till.close(6200))
    return till


def test_the_bursars_facts_make_the_closing_that_the_till_made(tmp_path: Path) -> None:
    """Cash stands in the Z report; what moves between wallets, and badges, move no figure of it."""
    till = a_day_at_the_office()
    (closed,) = [one.fact for one in till.events if isinstance(one.fact, PeriodClosed)]
    figures = closed.figures
    assert (figures.top_ups.count, figures.top_ups.amount) == (1, Money(1200))
    assert (figures.cash_expected, closed.counted) == (Money(6200), Money(6200))
    assert (figures.tenders, figures.collected, figures.refused) == ((), 0, 0)
    assert (figures.perpetual.sales, figures.voids.count) == (ZERO, 0)
    rebuilt = rebuild(till.sealed)
    assert (rebuilt.faults, rebuilt.state) == ([], till.state)
    assert verified(till.sealed, tmp_path).startswith("well")


def resealed(events: Sequence[Event]) -> list[SealedEvent]:
    """Return events as a chain of their own: what a forger with time would make."""
    sealed: list[SealedEvent] = []
    for event in events:
        sealed.append(seal(event, prev_hash=sealed[-1].hash if sealed else bytes(32)))
    return sealed


def forged(till: PureTill, which: int, **changes: object) -> list[SealedEvent]:
    """Return the journal with something else in a closing, chained anew."""
    events = []
    for event in till.events:
        fact: Fact = event.fact
        if isinstance(fact, PeriodClosed) and fact.number == which:
            fact = replace(fact, **changes)  # type: ignore[arg-type]  fields are named by the test
        events.append(replace(event, fact=fact))
    return resealed(events)


def verified(events: Sequence[SealedEvent], tmp_path: Path) -> str:
    """Return what the stand-alone verifier says, where it finds nothing of this program."""
    file = tmp_path / "journal.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in export_lines(events)))
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert told.returncode == (0 if told.stdout.startswith("well") else 1), told.stderr
    return told.stdout


def test_an_honest_journal_adds_up_to_what_the_till_had(tmp_path: Path) -> None:
    till = two_days()
    rebuilt = rebuild(till.sealed)
    assert rebuilt.faults == []
    assert rebuilt.state == till.state
    assert rebuilt.events == len(till.events)
    assert verified(till.sealed, tmp_path).startswith("well")


def test_a_pruned_journal_adds_up_from_its_closing_on(tmp_path: Path) -> None:
    till = two_days()
    first = next(n for n, one in enumerate(till.events) if isinstance(one.fact, PeriodClosed))
    rebuilt = rebuild(till.sealed[first:])
    assert rebuilt.faults == []
    assert rebuilt.state.period == till.state.period
    assert rebuilt.state.receipt_number == till.state.receipt_number
    assert verified(till.sealed[first:], tmp_path).startswith("well")
    assert verified(till.sealed[first + 3 :], tmp_path).startswith("well")


@pytest.mark.parametrize(
    ("number", "changes", "words"),
    [
        (1, {"number": 4}, "it is number 4, after number 0"),
        (2, {"number": 3}, "it is number 3, after number 1"),
        (2, {"head_hash": "00" * 32}, "it names another event as the last one"),
        (2, {"previous_hash": "00" * 32}, "it names another closing as the one before"),
        (1, {"previous_hash": "00" * 32}, "it names another closing as the one before"),
        (2, {"receipt": 3}, "the last receipt is number 3"),
    ],
)
def test_a_closing_that_says_something_else_is_named(
    tmp_path: Path, number: int, changes: dict[str, object], words: str
) -> None:
    events = forged(two_days(), number, **changes)
    assert any(words in fault for fault in rebuild(events).faults)
    assert not verified(events, tmp_path).startswith("well")


def test_figures_that_hide_a_sale_are_named() -> None:
    till = two_days()
    closing_fact = next(one.fact for one in till.events if isinstance(one.fact, PeriodClosed))
    assert isinstance(closing_fact, PeriodClosed)
    figures = replace(closing_fact.figures, tenders=(), cash_expected=Money(1))
    faults = rebuild(forged(till, 1, figures=figures)).faults
    assert "closing 1 (1-6): tenders differs from the sum of the events" in faults
    assert "closing 1 (1-6): cash_expected differs from the sum of the events" in faults


def test_a_closing_that_covers_other_events_is_named_outside(tmp_path: Path) -> None:
    till = two_days()
    closing_fact = next(one.fact for one in till.events if isinstance(one.fact, PeriodClosed))
    assert isinstance(closing_fact, PeriodClosed)
    figures = replace(closing_fact.figures, last_seq=4)
    # Without its chain the verifier would not get as far: the head hash must be the forged one.
    events = resealed([replace(one) for one in till.events[:5]])
    fact = replace(closing_fact, figures=figures, head_hash=events[-1].hash.hex())
    last = replace(till.events[5], fact=fact)
    told = verified([*events, seal(last, prev_hash=events[-1].hash)], tmp_path)
    assert "does not cover" in told


def test_a_new_epoch_moves_the_numbers_on(tmp_path: Path) -> None:
    till = two_days()
    till.store([EpochStarted(1, 90, "ab", receipt=40, closing=9)])
    done(till.close())
    assert rebuild(till.sealed).faults == []
    assert verified(till.sealed, tmp_path).startswith("well")
    assert till.state.closing_count == 10


def test_an_event_that_cannot_be_read_ends_it() -> None:
    till = two_days()
    broken = replace(till.sealed[3], body=b"{}")
    rebuilt = rebuild([*till.sealed[:3], broken, *till.sealed[4:]])
    assert rebuilt.events == 3
    assert "event 1-4 cannot be read" in rebuilt.faults[0]


def test_no_more_than_twenty_faults_are_told() -> None:
    till = PureTill()
    till.sign_in(CHEF)
    for _ in range(30):
        done(till.close())
    events = [
        replace(one, fact=replace(one.fact, head_hash=""))
        if isinstance(one.fact, PeriodClosed)
        else one
        for one in till.events
    ]
    assert len(rebuild(resealed(events)).faults) in (20, 21)


def test_the_command_says_what_it_adds_up_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.db"
    till = two_days()
    journal = Journal.open(path)
    journal.append(till.sealed)
    journal.close()
    assert main(["journal", "rebuild", str(path)]) == 0
    assert "3 closings" in capsys.readouterr().out
    assert main(["journal", "rebuild", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["closings"], told["receipt"]) == (True, 3, till.state.receipt_number)
    assert told["period"]["perpetual"]["sales_cents"] == till.state.period.perpetual.sales.cents
    with closing(JournalReader.open(path)) as reader:
        assert rebuild(reader.events()).state == till.state


def test_the_command_names_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    journal.append(forged(two_days(), 2, receipt=3))
    journal.close()
    assert main(["journal", "rebuild", str(path)]) == 1
    said = capsys.readouterr().err
    assert "closing 2" in said
    assert "the last receipt is number 3" in said
    assert main(["journal", "rebuild", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_the_rig_reads_what_it_wrote() -> None:
    till = two_days()
    assert [read_event(one.body).fact for one in till.sealed] == [one.fact for one in till.events]
    assert not any(isinstance(one.fact, TapRefused) for one in till.events)


def test_the_collector_rests_during_a_rebuild_and_no_longer() -> None:
    heard: list[bool] = []

    def told() -> Iterator[SealedEvent]:
        for event in two_days().sealed:
            heard.append(gc.isenabled())
            yield event
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        rebuild(told())
    assert set(heard) == {False}
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        rebuild(two_days().sealed)
        assert not gc.isenabled()
    finally:
        gc.enable()
