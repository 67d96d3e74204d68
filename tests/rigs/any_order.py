"""A whole till in any order of whatever can happen to it, and what must be true at each moment.

What is true is worked out here from the events on the disk alone, by other code than the till's:
who holds which money, what was collected, what was taken back, what each closing must say. The till
itself is the real one, with its journal, its copy, its desk and its clerk.
"""

import shutil
import sqlite3
import tempfile
from collections import Counter as Tally
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from canteen import NOON
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from journal_rig import SCHOOL
from staffed_rig import CAKE, CASH_POLICY, WATER, StaffedCounter, staffed_copy
from till_rig import card

from core.events import Event, SealedEvent, read_event
from core.facts import (
    CashMoved,
    MealCollected,
    MealVoided,
    PeriodClosed,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    ShiftOpened,
    Tender,
    TopUpVoided,
    WalletToppedUp,
)
from core.ids import PupilId, TapId
from core.ledger import AccountKind, legs_of
from core.money import ZERO, Money
from core.tap import Assurance, Tap
from core.unsettled import Position
from offline_cache.errors import JournalError
from offline_cache.journal_reader import JournalReader
from offline_cache.rebuild import rebuild
from offline_cache.snapshot import Snapshot
from terminal.settlement import use_copy

PUPILS = tuple(PupilId(f"p{number}") for number in range(1, 7))
FIRST_BALANCE = Money(2340)
PRODUCTS = (WATER, CAKE)
pupils = st.integers(1, 6)
# Those with an order come more often than others, and again.
hungry = st.sampled_from((1, 1, 6, 6, 2, 3, 4, 5))
buyers = pupils | st.none()
recent = st.integers(0, 5)
baskets = st.tuples(buyers, st.sampled_from(PRODUCTS), st.integers(1, 3))


@dataclass
class Truth:
    """What the events say, one after the other."""

    wallets: dict[str, Money] = field(default_factory=lambda: dict.fromkeys(PUPILS, FIRST_BALANCE))
    held: Tally[str] = field(default_factory=Tally)
    sold: dict[str, list[int]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    receipts: list[int] = field(default_factory=list)
    by_tender: Tally[Tender] = field(default_factory=Tally)
    drawer: int | None = None
    closings: int = 0

    def add(self, event: Event) -> None:
        """Add one event, and fail where it says what cannot be."""
        legs = legs_of(event.fact)
        assert sum(leg.amount.cents for leg in legs) == 0, "money is moved, never made"
        for leg in legs:
            if leg.account.kind is AccountKind.WALLET_GENERAL:
                self.wallets[leg.account.owner] += leg.amount
        self._documents(event)
        self._drawer(event)

    def _documents(self, event: Event) -> None:
        fact = event.fact
        match fact:
            case MealCollected():
                self.held[fact.order] += 1
                assert self.held[fact.order] == 1, "a meal is handed out once"
                self.sold[event.id] = [1]
                self.receipts.append(fact.receipt)
            case SaleMade():
                self.sold[event.id] = [line.quantity for line in fact.lines]
                self.receipts.append(fact.receipt)
            case WalletToppedUp():
                self.sold[event.id] = [1]
                self.receipts.append(fact.receipt)
            case MealVoided() | SaleVoided() | TopUpVoided():
                document = fact.correction.document
                assert document not in self.gone, "what is taken back is taken back once"
                self.gone.add(document)
                self.receipts.append(fact.correction.receipt)
                if isinstance(fact, MealVoided):
                    self.held[fact.meal.order] -= 1
            case SaleRefunded():
                left = self.sold[fact.correction.document]
                assert fact.correction.document not in self.gone, "nothing is left of a void"
                for back in fact.lines:
                    left[back.place] -= back.line.quantity
                    assert left[back.place] >= 0, "no more comes back than was sold"
                self.receipts.append(fact.correction.receipt)
            case _:
                pass

    def _drawer(self, event: Event) -> None:
        fact = event.fact
        match fact:
            case SaleMade():
                self.by_tender[fact.tender] += fact.total.cents
            case SaleVoided(sale=sale):
                self.by_tender[sale.tender] -= sale.total.cents
            case SaleRefunded():
                self.by_tender[fact.tender] -= fact.total.cents
            case ShiftOpened():
                self.drawer = fact.cash.cents
            case PeriodClosed():
                self._closed(fact)
                return
            case _:
                pass
        if self.drawer is not None and not isinstance(fact, ShiftOpened):
            taken = [leg for leg in legs_of(fact) if leg.account.kind is AccountKind.CASH]
            self.drawer -= sum(leg.amount.cents for leg in taken)
        assert isinstance(fact, CashMoved) or self.drawer is None or self.drawer >= -(10**7)

    def _closed(self, closing_: PeriodClosed) -> None:
        figures = closing_.figures
        self.closings += 1
        assert closing_.number == self.closings, "closings are numbered without gaps"
        said = {total.tender: total.amount.cents for total in figures.tenders}
        assert all(said.get(one, 0) == cents for one, cents in self.by_tender.items())
        expected = figures.cash_expected
        assert (None if expected is None else expected.cents) == self.drawer
        assert not self.receipts or closing_.receipt == self.receipts[-1]
        self.by_tender.clear()
        self.drawer = None


class AnyOrder(RuleBasedStateMachine):
    """One till, from its first day on."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self._home = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self._starts = 0
        self._commands = 0
        self._promised: dict[str, Position] = {}
        self._now = timedelta(0)
        self._copied: Position = (0, 0)
        self.till = self._start(self._folder())

    def teardown(self) -> None:
        self.till.close()
        shutil.rmtree(self._home)

    # --- starts, cuts, copies ----------------------------------------------------------------

    def _folder(self) -> Path:
        self._starts += 1
        folder = self._home / f"start-{self._starts}"
        folder.mkdir()
        return folder

    def _start(self, folder: Path) -> StaffedCounter:
        till = StaffedCounter(folder)
        till.clock.at = NOON + self._now
        self._learn(till, self._copied)
        till.till._start(is_recovery=False)
        till.sign_in()
        return till

    def _learn(self, till: StaffedCounter, settled: Position) -> None:
        """Bring the copy that the centre would make when it had booked so much."""
        truth = self._truth(settled)
        path = staffed_copy(
            till.copy_path, policy=CASH_POLICY, settled=settled, made_at=till.clock.now()
        )
        with closing(sqlite3.connect(path)) as db, db:
            for pupil, money in truth.wallets.items():
                row = (money.cents, pupil)
                db.execute("UPDATE pupil SET general_cents = ? WHERE id = ?", row)
            for order, times in truth.held.items():
                state = "collected" if times else "reserved"
                db.execute("UPDATE meal_order SET state = ? WHERE id = ?", (state, order))
        if settled > till.journal.acknowledged:
            till.journal.acknowledge(settled)
        use_copy(Snapshot.open(path, school_id=SCHOOL), till.knowledge, till.recorder)
        self._copied = settled

    def _events(self) -> list[SealedEvent]:
        if not hasattr(self, "till"):
            return []
        with closing(JournalReader.open(self.till.path)) as reader:
            return list(reader.events())

    def _truth(self, through: Position | None = None) -> Truth:
        truth = Truth()
        for sealed in self._events():
            if through is None or (sealed.epoch, sealed.seq) <= through:
                truth.add(read_event(sealed.body))
        return truth

    def _do(self, word: str, **fields: Any) -> dict[str, Any]:
        self._commands += 1
        return self._note(self.till.command(word, name=f"m{self._commands}", **fields))

    def _note(self, answer: dict[str, Any]) -> dict[str, Any]:
        for event in answer["events"]:
            epoch, seq = event["reference"].split("-")
            self._promised[event["id"]] = (int(epoch), int(seq))
        return answer

    def _document(self, back: int) -> str:
        acts = self.till.service.acts.listed(back + 1)
        return str(acts[-1]["id"]) if acts else "nothing"

    # --- what people do ----------------------------------------------------------------------

    @initialize(cents=st.integers(0, 9000))
    def the_day_begins(self, cents: int) -> None:
        self._do("open_shift", cash_cents=cents)

    @rule(queue=st.lists(hungry, min_size=1, max_size=4))
    def taps(self, queue: list[int]) -> None:
        for pupil in queue:
            self._tap(pupil)

    def _tap(self, pupil: int) -> None:
        seq = self.till.recorder.next_seq
        tap = Tap(TapId(f"t{self._starts}-{seq}"), "counter", card(pupil), Assurance.UID, 0)
        self.till.till.handle(tap)
        self.till.till.get_ready()

    @rule(
        sales=st.lists(st.tuples(buyers, st.sampled_from(PRODUCTS), st.integers(1, 3)), max_size=4)
    )
    def a_rush(self, sales: list[tuple[int | None, Any, int]]) -> None:
        for pupil, product, count in sales:
            self._sell(pupil, product, count)

    def _sell(self, pupil: int | None, product: Any, count: int) -> None:
        customer = {} if pupil is None else {"pupil": f"p{pupil}"}
        tender = "cash" if pupil is None else "wallet"
        items = [{"product": product.id, "quantity": count}]
        self._do("sell", customer=customer, items=items, tender=tender, why="forgot", accepts=True)

    @rule(pupil=pupils, cents=st.integers(1, 3000))
    def top_up(self, pupil: int, cents: int) -> None:
        self._do("top_up", customer={"pupil": f"p{pupil}"}, amount_cents=cents, why="forgot")

    @rule(is_double=st.booleans())
    def undo(self, *, is_double: bool) -> None:
        self._do("undo")
        if is_double:
            self._do("undo")

    @rule(backs=st.lists(recent, min_size=1, max_size=3))
    def void(self, backs: list[int]) -> None:
        for back in backs:
            self._do("void", document=self._document(back), why="wrong")

    @rule(backs=st.lists(st.tuples(recent, st.integers(0, 2)), min_size=1, max_size=3))
    def refund(self, backs: list[tuple[int, int]]) -> None:
        """Give back pieces of some sales; none means all that is left."""
        for back, quantity in backs:
            pieces = [{"place": 0, "quantity": quantity}] if quantity else []
            self._do("refund", document=self._document(back), why="cold", backs=pieces)

    @rule(cents=st.integers(0, 9000))
    def open_shift(self, cents: int) -> None:
        self._do("open_shift", cash_cents=cents)

    @rule(direction=st.sampled_from(("in", "out")), cents=st.integers(1, 900))
    def move_cash(self, direction: str, cents: int) -> None:
        self._do("move_cash", direction=direction, amount_cents=cents, why="change")

    @rule(counted=st.integers(0, 9000) | st.none())
    def close_period(self, counted: int | None) -> None:
        self._do("close_period", counted_cents=counted)

    @rule()
    def the_last_command_comes_again(self) -> None:
        before = len(self._events())
        if self._commands:
            body = {"customer": {}, "items": [{"product": WATER.id}], "tender": "cash"}
            first = self._do("sell", **body)
            again = self.till.command("sell", name=f"m{self._commands}", **body)
            assert again["events"] == first["events"]
            assert len(self._events()) == before + len(first["events"])

    # --- what happens ------------------------------------------------------------------------

    @rule(share=st.integers(0, 4))
    def a_copy_arrives(self, share: int) -> None:
        """The centre had booked a part of what is new, or all of it."""
        head = self.till.journal.head
        first = self._copied[1]
        self._learn(self.till, (1, first + (head.seq - first) * share // 4))

    @rule(hours=st.sampled_from((-48, -3, 1, 2, 48)))
    def the_clock_jumps(self, hours: int) -> None:
        self.till.clock.at += timedelta(hours=hours)
        self._now += timedelta(hours=hours)
        self.till.till._look_around()

    @rule(seconds=st.sampled_from((5, 61, 400)))
    def time_passes(self, seconds: int) -> None:
        self.till.clock.advance(timedelta(seconds=seconds))
        self._now += timedelta(seconds=seconds)
        self.till.till._housekeep(is_idle=True)
        self.till.till.get_ready()

    @precondition(lambda self: not self.till.service.desk.view_of_nobody(self.stamp()).is_day_known)
    @rule()
    def staff_say_which_day_it_is(self) -> None:
        self._do("confirm_day", day=NOON.date().isoformat())

    def stamp(self) -> Any:
        return self.till.clock.stamp()

    @precondition(lambda self: self.till.service.desk.operator is None)
    @rule()
    def somebody_signs_in(self) -> None:
        self.till.sign_in()

    @rule(is_torn=st.booleans())
    def the_power_is_cut(self, *, is_torn: bool) -> None:
        """The machine starts again on what lay on its disk. is_torn: in the middle of a write."""
        old = self.till
        if is_torn:
            old.disk.fill_the_disk("INSERT INTO event")
            with suppress(JournalError):
                self._do("open_drawer", why="stuck")
        folder = self._folder()
        for path in old.folder.glob("journal.db*"):
            if path.suffix != ".lock":
                shutil.copy(path, folder / path.name)
        with suppress(JournalError):
            old.close()
        self.till = self._start(folder)

    # --- what is true ------------------------------------------------------------------------

    @invariant()
    def what_was_promised_is_there(self) -> None:
        places = {sealed.id: (sealed.epoch, sealed.seq) for sealed in self._events()}
        assert all(places.get(key) == place for key, place in self._promised.items())  # type: ignore[call-overload]

    @invariant()
    def money_is_where_it_must_be(self) -> None:
        truth = self._truth()
        assert truth.receipts == list(range(1, len(truth.receipts) + 1))
        unsettled = self.till.recorder.state.unsettled
        knowledge = self.till.knowledge
        for pupil in PUPILS:
            holder = knowledge.pupil(pupil, NOON.date())
            assert holder is not None
            available = holder.wallets.general - unsettled.owed_of(pupil)
            assert available == truth.wallets[pupil], "nothing is counted twice or forgotten"
        assert unsettled.risk >= ZERO

    @invariant()
    def the_sums_are_those_of_the_events(self) -> None:
        rebuilt = rebuild(self._events())
        assert rebuilt.faults == []
        state = self.till.recorder.state
        for part in ("receipt_number", "closing_count", "period", "documents", "collected_at"):
            assert getattr(rebuilt.state, part) == getattr(state, part), part
