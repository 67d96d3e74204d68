"""A start that leaves out what is long over answers as one that reads everything.

The journals are those of a till over some weeks, in any order of acts, with its clock set and
jumping. The controls plant a bug each in what is left out, and must be caught.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from canteen import NOON, STEW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pure_till import ALICE, BOB, CHEF, HELP, PROF, SOUP, STRANGER, WATER, PureTill, done

from core.codec import moment_text
from core.events import Event, SealedEvent, Stamp, read_event
from core.facts import (
    ArrivedLate,
    BadgeGiven,
    BadgeStopped,
    ClockChanged,
    DayConfirmed,
    EventKind,
    Fact,
    PeriodClosed,
    PresenceWithdrawn,
    ProfileChosen,
    ReceiptReprinted,
    ReserveMoved,
    SlipKind,
    SlipPrinted,
    StudyEntered,
    StudyLeft,
    Tender,
    TerminalStarted,
    TicketGiven,
)
from core.ids import BadgeKey, CommandId, OrderId, PupilId, SessionId
from core.money import ZERO, Money
from core.orders import Order, OrderState
from core.people import BadgeState
from core.profiles import Profile
from core.replay import DAYS_KEPT, LeftOut
from core.tap import Assurance, Family
from core.till_state import BEFORE_ALL, TillState
from core.unsettled import Position, Unsettled
from core.wallet import WalletKind
from offline_cache import replay
from offline_cache.errors import JournalCorruptError
from offline_cache.journal import Journal
from terminal.clock import ManualClock
from terminal.recorder import Recorder


class WeekTill(PureTill):
    """A till over some weeks. Its clock is set by a time server, or shows whatever it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.is_synced = True
        self.ahead = timedelta(0)

    def stamp(self) -> Stamp:
        return Stamp(self.now + self.ahead, self.mono_ms, self.boot, is_synced=self.is_synced)

    def begin_day(self) -> None:
        """Begin a day: Alice has ordered, and money has come in."""
        day = self.now.date()
        order = Order(
            OrderId(f"o{day}"), PupilId(ALICE), day, STEW.id, Money(430), OrderState.RESERVED
        )
        self.people[ALICE].orders = [order]
        for known in self.people.values():
            known.general += Money(2000)

    def jump(self, days: int) -> None:
        """Have the clock jump, as nobody asked for; by no days: have a time server set it."""
        expected = self.now + self.ahead
        self.is_synced = not days
        self.ahead = self.ahead + timedelta(days=days) if days else timedelta(0)
        found = self.now + self.ahead
        self.store([ClockChanged(expected, found, is_synced=self.is_synced)])

    def agree(self) -> None:
        """Have a time server say that the clock is right as it is."""
        self.is_synced = True

    def boot_anew(self) -> None:
        """Start the machine, and have staff say which day it is if need be."""
        self.boot = f"boot-{len(self.events)}"
        self.mono_ms = 1000
        self.store([TerminalStarted(version="1", is_recovery=True)])
        if not self.is_synced:
            clock_day = (self.now + self.ahead).date()
            self.store([DayConfirmed(self.now.date(), clock_day)])

    def at_the_office(self, number: int) -> None:
        """Have the bursar do something for Bob: each of these facts now and then."""
        day, who, bursar = self.now.date(), PupilId(BOB), CHEF.id
        key, older = BadgeKey(f"b{len(self.events)}"), BadgeKey(f"b{number}")
        before = None if older == key else older
        source = WalletKind.RESERVE if number % 2 else WalletKind.GENERAL
        facts: tuple[Fact, ...] = (
            ReserveMoved(day, who, Money(1 + number), source, bursar),
            BadgeGiven(day, who, key, Family.ISO14443A, "E5F6", bursar, replaces=before),
            BadgeStopped(day, who, older, BadgeState.LOST, bursar),
            TicketGiven(day, who, bursar, command=CommandId(f"ticket {number}")),
            SlipPrinted(day, who, SlipKind.BALANCE),
            ProfileChosen((None, Profile.OFFICE)[number % 2], bursar),
        )
        self.store([facts[number % len(facts)]])

    def in_the_room(self, number: int) -> None:
        """Have Bob come to study or to the gate, go, or have been noted by mistake."""
        day, who, room = self.now.date(), PupilId(BOB), SessionId("short")
        presences = self.state.presences
        seen, late = presences.at_study(day, room, who), presences.late_on(day, who)
        price = Money(100) if seen is None else ZERO
        facts: list[Fact] = [
            StudyEntered(day, room, who, None, Assurance.TYPED, price),
            StudyLeft(day, room, who, None, Assurance.TYPED),
            ArrivedLate(day, who, None, Assurance.TYPED, self.now),
        ]
        if seen is not None and seen.event is not None:
            facts.append(PresenceWithdrawn(day, seen.event, who, room, CHEF.id, "twin", seen.paid))
        if late is not None and late.event is not None:
            facts.append(PresenceWithdrawn(day, late.event, who, None, CHEF.id, "twin"))
        self.store([facts[number % len(facts)]])

    def reprint(self) -> None:
        """Print the newest receipt once more."""
        acts = self.acts()
        if acts:
            document = acts[-1]
            self.store([ReceiptReprinted(document.id, 1, document.fact.receipt)])  # type: ignore[union-attr]


Act = Callable[[WeekTill, int], object]
Script = list[tuple[list[tuple[Act, int]], bool, int]]
"""A day each: what is done, by a number of its own; whether it is closed twice; days of rest."""


def some_act(till: WeekTill, which: int) -> Any:
    """Return one of the acts that there were, old or new; None before the first."""
    acts = till.acts()
    return acts[which % len(acts)] if acts else None


ACTS: tuple[Act, ...] = (
    lambda till, _: till.tap(ALICE),
    lambda till, _: till.tap(BOB, accepts=True),
    lambda till, _: till.tap(STRANGER),
    lambda till, number: till.sell(PROF, (SOUP, 1 + number % 2)),
    lambda till, _: till.sell(None, (WATER, 1), tender=Tender.CASH),
    lambda till, _: till.top_up(BOB, 500),
    lambda till, _: till.undo(),
    lambda till, number: till.void(some_act(till, number)),
    lambda till, number: till.void(some_act(till, -1), command=f"command {number}"),
    lambda till, number: till.refund(some_act(till, number), (0, 1)),
    lambda till, _: till.sign_in(HELP),
    lambda till, _: till.sign_in(CHEF),
    lambda till, _: till.wrong_pin(HELP),
    lambda till, number: till.jump(number % 50 - 25),
    lambda till, _: till.jump(0),
    lambda till, _: till.agree(),
    lambda till, _: till.boot_anew(),
    lambda till, _: till.reprint(),
    lambda till, number: till.at_the_office(number),
    lambda till, number: till.in_the_room(number),
)
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1000)), max_size=6)
days = st.lists(st.tuples(steps, st.booleans(), st.integers(1, 3)), min_size=9, max_size=16)
AT_COUNTERS = frozenset(
    {
        EventKind.RESERVE_MOVED,
        EventKind.BADGE_GIVEN,
        EventKind.BADGE_STOPPED,
        EventKind.TICKET_GIVEN,
        EventKind.SLIP_PRINTED,
        EventKind.PROFILE_CHOSEN,
        EventKind.STUDY_ENTERED,
        EventKind.STUDY_LEFT,
        EventKind.ARRIVAL_LATE,
        EventKind.PRESENCE_WITHDRAWN,
    }
)
shares = st.integers(0, 120).map(lambda part: min(part, 100))
LOOKS = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def played(script: Script) -> WeekTill:
    """Return a till behind so many days; one is closed twice, and the last may stay open."""
    till = WeekTill()
    till.sign_in(CHEF)
    for acts, is_closed_twice, pause_days in script:
        till.begin_day()
        for act, number in acts:
            act(till, number)
            till.wait(seconds=40)
        till.sign_in(CHEF)
        for _ in range(1 + is_closed_twice):
            done(till.close())
        till.wait(days=pause_days)
    till.begin_day()
    till.tap(ALICE)
    return till


def whole_fold(till: WeekTill, settled: Position) -> TillState:
    """Return the sums of every event, each decoded."""
    state = TillState(unsettled=Unsettled(settled=settled))
    for sealed in till.sealed:
        state.apply(read_event(sealed.body))
    return state


def started(journal: Journal, settled: Position) -> TillState:
    """Return the sums that a start makes of a journal."""
    return Recorder(journal, ManualClock(NOON), settled=settled).state


_OF_DAYS = frozenset(
    {"documents", "collected_at", "walk_ins", "collected_count", "asked", "presences"}
)


def lasting(state: TillState, behind: date) -> dict[str, object]:
    """Return all that a state knows, of meals and questions only those of days behind one."""
    documents = state.documents
    known: dict[str, object] = {
        field.name: getattr(state, field.name)
        for field in fields(state)
        if field.name not in _OF_DAYS
    }
    presences = state.presences
    return known | {
        "collected_at": {
            order: at
            for order, at in state.collected_at.items()
            if date.fromisoformat(order[1:]) > behind
        },
        "walk_ins": {key: found for key, found in state.walk_ins.items() if key[0] > behind},
        "collected_count": {
            day: count for day, count in state.collected_count.items() if day > behind
        },
        "study": {key: found for key, found in presences.study.items() if key[0] > behind},
        "late": {day: found for day, found in presences.late.items() if day > behind},
        "withdrawn": {key: at for key, at in presences.withdrawn.items() if key[0] > behind},
        "asked": {key: found for key, found in state.asked.items() if key[0] > behind},
        "voided": documents.voided,
        "refunded": documents.refunded,
        "done": documents.done,
        "last_act": documents.last_act,
    }


def compare(script: Script, settled_share: int, acknowledged_share: int) -> None:
    """Hold a start on a journal against the whole fold of it."""
    till = played(script)
    places = [BEFORE_ALL, *((event.epoch, event.seq) for event in till.events)]
    settled = places[(len(places) - 1) * settled_share // 100]
    with (
        TemporaryDirectory(prefix="replay-") as folder,
        closing(Journal.open(Path(folder, "journal.db"))) as journal,
    ):
        journal.append(till.sealed)
        journal.acknowledge(places[(len(places) - 1) * acknowledged_share // 100])
        acknowledged = journal.acknowledged
        recorder = Recorder(journal, ManualClock(NOON), settled=settled)
        found, waiting = recorder.state, recorder.unacknowledged_count
    assert waiting == sum((event.epoch, event.seq) > acknowledged for event in till.events)
    newest = [one.fact.day for one in till.events if isinstance(one.fact, PeriodClosed)][-1]
    behind = newest - DAYS_KEPT
    assert lasting(found, behind) == lasting(whole_fold(till, settled), behind)


@LOOKS
@given(days, shares, shares)
def test_a_start_answers_as_one_that_reads_everything(
    script: Script, settled_share: int, acknowledged_share: int
) -> None:
    compare(script, settled_share, acknowledged_share)


def passing_too(kind: EventKind) -> str:
    """Return the words of SQL for a start that leaves out one kind of event more."""
    return replay._LASTING.replace("NOT IN (", f"NOT IN ('{kind.value}', ")


def always(*_arguments: object, **_named: object) -> bool:
    """Say yes, whatever the question was."""
    return True


def day_of(*acts: tuple[int, int]) -> tuple[list[tuple[Act, int]], bool, int]:
    """Return a day of acts: each by its place in ACTS, and its number."""
    return [(ACTS[place], number) for place, number in acts], False, 1


ALICE_EATS, BOB_EATS, A_STRANGER, PROF_BUYS = (0, 0), (1, 0), (2, 0), (3, 1)
VOID_FIRST, REFUND_SECOND, WRONG_PIN = (7, 0), (9, 1), (12, 0)
JUMP_AHEAD, SET_RIGHT, AGREE = (13, 49), (14, 0), (15, 0)
TELLING: Script = [
    day_of(BOB_EATS, PROF_BUYS, VOID_FIRST, REFUND_SECOND, WRONG_PIN),
    # A clock that is ahead and believed, then one that is ahead and not believed.
    day_of(JUMP_AHEAD, AGREE, A_STRANGER, SET_RIGHT, JUMP_AHEAD, A_STRANGER, SET_RIGHT),
    *[day_of(ALICE_EATS)] * 12,
]
AHEAD: Script = [day_of(JUMP_AHEAD, A_STRANGER), *[day_of(ALICE_EATS)] * 12]
"""A day from which on the clock is ahead."""


@pytest.mark.parametrize("script", [TELLING, AHEAD])
@pytest.mark.parametrize("settled_share", [0, 50, 100])
def test_the_scripts_of_the_controls_are_answered_well(script: Script, settled_share: int) -> None:
    compare(script, settled_share, 100)


@pytest.mark.parametrize(
    ("name", "bug", "script"),
    [
        pytest.param(
            "_LASTING", passing_too(EventKind.SALE_VOIDED), TELLING, id="a void is forgotten"
        ),
        pytest.param(
            "_LASTING", passing_too(EventKind.SALE_REFUNDED), TELLING, id="a refund is forgotten"
        ),
        pytest.param(
            "_LASTING", passing_too(EventKind.PIN_REFUSED), TELLING, id="a wrong PIN is forgotten"
        ),
        pytest.param(
            "_LASTING", passing_too(EventKind.CLOCK_CHANGED), AHEAD, id="a jump is forgotten"
        ),
        pytest.param("is_past", always, TELLING, id="today is taken for long over"),
        pytest.param(
            "_left_out",
            lambda *_: LeftOut(None, None),
            TELLING,
            id="moments that passed are forgotten",
        ),
        pytest.param(
            "_LEFT_OUT",
            replay._LEFT_OUT.replace(") = ?", ") <> ?"),
            AHEAD,
            id="a clock that nobody set is believed",
        ),
    ],
)
def test_control_a_planted_bug_is_caught(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: object, script: Script
) -> None:
    monkeypatch.setattr(replay, name, bug)
    with pytest.raises(AssertionError):
        compare(script, 100, 100)


@pytest.mark.parametrize(("settled_share", "acknowledged_share"), [(0, 100), (100, 0)])
def test_control_what_the_copy_or_the_centre_does_not_hold_is_never_left_out(
    monkeypatch: pytest.MonkeyPatch, settled_share: int, acknowledged_share: int
) -> None:
    def greedy(journal: Journal, *, covered: Position) -> Iterator[SealedEvent | LeftOut]:
        assert covered <= (9, 9)
        return replay.read_replay(journal._connection, journal.path, covered=(9, 9))

    monkeypatch.setattr(Journal, "replay", greedy)
    with pytest.raises(AssertionError):
        compare(TELLING, settled_share, acknowledged_share)


# --- pruned ---------------------------------------------------------------------------------------

AT_THE_OFFICE, IN_THE_ROOM = len(ACTS) - 2, len(ACTS) - 1
AT_ALL_COUNTERS: Script = [
    day_of(
        *((AT_THE_OFFICE, number) for number in range(12)),
        *((IN_THE_ROOM, number) for number in (0, 3, 0, 2, 4, 1)),
    )
] * 12


@pytest.mark.parametrize("is_settled", [True, False])
def test_what_left_into_an_archive_is_missed_by_nobody(tmp_path: Path, *, is_settled: bool) -> None:
    """Facts of the office and of the rooms, pruned a week behind: a start knows the same."""
    till = played(AT_ALL_COUNTERS)
    assert {event.fact.kind for event in till.events} >= AT_COUNTERS
    closings = [one for one in till.events if isinstance(one.fact, PeriodClosed)]
    behind = closings[-1].fact.day - DAYS_KEPT  # type: ignore[union-attr]
    old = [one for one in closings if one.fact.day <= behind]  # type: ignore[union-attr]
    place = (old[-1].epoch, old[-1].seq)
    settled = till.position if is_settled else place
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(till.sealed)
        journal.acknowledge(till.position)
        before = lasting(started(journal, settled), behind)
        journal.prune(place, folder=tmp_path / "archives")
        after = lasting(started(journal, settled), behind)
    # What was corrected, and which commands were done, goes with what it is about.
    gone = {"voided", "refunded", "done", "last_copy"}
    assert {k: v for k, v in after.items() if k not in gone} == {
        k: v for k, v in before.items() if k not in gone
    }
    assert till.state.unsettled.owed_by, "the last days have moved something"


# --- counted --------------------------------------------------------------------------------------


def quiet_weeks(count: int) -> WeekTill:
    """Return a till behind so many days, on each of which ten strangers came."""
    return played([([(ACTS[2], 0)] * 10, False, 1)] * count)


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_start_decodes_a_week_however_long_the_journal_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_settled: bool
) -> None:
    till = quiet_weeks(30)
    decoded: list[EventKind] = []
    read = Recorder.read

    def counted(recorder: Recorder, sealed: SealedEvent) -> Event:
        decoded.append(sealed.kind)
        return read(recorder, sealed)

    monkeypatch.setattr(Recorder, "read", counted)
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(till.sealed)
        journal.acknowledge(till.position)
        started(journal, till.position if is_settled else BEFORE_ALL)
    # Without a copy nothing is known to be over.
    assert decoded.count(EventKind.TAP_REFUSED) == (70 if is_settled else 300)
    assert decoded.count(EventKind.PERIOD_CLOSED) == 30


def test_an_event_whose_moment_cannot_be_read_is_named(tmp_path: Path) -> None:
    till = quiet_weeks(20)
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(till.sealed)
        journal.acknowledge(till.position)
        journal._connection.execute("DROP TRIGGER event_is_never_changed")
        bad = b'{"at":"2026-99-24T11:01:00.120Z"}'
        journal._connection.execute("UPDATE event SET body = ? WHERE seq = 5", (bad,))
        with pytest.raises(JournalCorruptError, match="the time of an event is damaged"):
            started(journal, till.position)


@pytest.mark.parametrize("is_synced", [True, False])
def test_bytes_tell_their_moment_and_their_clock_where_the_start_looks(*, is_synced: bool) -> None:
    till = WeekTill()
    till.is_synced = is_synced
    till.tap(STRANGER)
    (sealed,) = till.sealed
    assert sealed.body[7:31].decode() == moment_text(till.stamp().at)
    assert sealed.body.endswith(replay._SYNCED_END) is is_synced
