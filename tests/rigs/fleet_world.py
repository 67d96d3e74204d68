"""The world of the simulated fleet: its tills, its centre, and what may happen to them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from fleet_promises import check_available
from fleet_till import PRICE, SCHOOL, TODAY, Till, collected, sold, taken_back

from central.epochs import approve_epoch, read_going
from central.errors import Problem
from central.ingest import BatchAnswer, ingest, keep_revoked
from central.orders import OrderRefusedError, cancel, close_day
from central.seed import DemoSchool
from central.store import Store
from central.terminals import find_terminal, revoke_terminal
from central.wire_batch import unpack_batch
from core.batch import pack_batch
from core.chain import GENESIS
from core.events import SealedEvent
from core.facts import (
    EpochStarted,
    Reason,
    SaleMade,
    ShiftOpened,
    TapRefused,
    Tender,
    WalletToppedUp,
)
from core.ids import TerminalId
from core.money import Money
from core.orders import Order, OrderState
from core.till_state import BEFORE_ALL, TillState
from sync.twin import MemoryOutbox

TERMINALS = 20
PUPILS = 25


class World:
    """Everything there is, and what may happen to it. Nothing here reads a clock or chance."""

    def __init__(self, store: Store, school: DemoSchool, seed: int) -> None:
        self.store = store
        self.school = school
        self.chance = Random(seed)
        self.now = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
        self.pupils = [pupil.id for pupil in school.pupils[:PUPILS]]
        self.opening = {pupil: wallets.general.cents for pupil, wallets in school.wallets().items()}
        self.badges = {badge.pupil_id: badge.key for badge in school.records}
        self.written: set[bytes] = set()
        self.old_batches: list[tuple[Till, bytes]] = []
        self.credited: Counter[str] = Counter()
        self.tills = [self._enrol(number) for number in range(TERMINALS)]
        for till in self.tills:
            self.fetch(till)

    def _enrol(self, number: int) -> Till:
        terminal = TerminalId(f"t-{number}")
        with self.store.database.writing() as session:
            session.insert_many(
                "terminal",
                ("school_id", "id", "name", "state", "high_epoch", "high_seq", "head_hash",
                 "next_epoch", "enrolled_at"),
                [(SCHOOL, terminal, terminal, "active", 0, 0, GENESIS, 1, "")],
            )  # fmt: skip
        return Till(terminal, MemoryOutbox(Random(self.chance.random())), self.written)

    # --- what may happen -------------------------------------------------------------------

    def step(self) -> None:
        self.now += timedelta(seconds=self.chance.randrange(1, 60))
        acts: list[tuple[int, Callable[[Till], None]]] = [
            (44, self.tap),
            (6, self.take_back),
            (3, self.sell_for_cash),
            (2, self.top_up),
            (3, self.close),
            (22, self.send),
            (8, self.fetch),
            (6, self.toggle_network),
            (4, self.replay),
            (3, self.crash),
            (5, self.keep_image),
            (3, self.restore),
            (2, self.jump_clock),
            (2, self.cancel_order),
        ]
        if self.chance.randrange(150) == 0:
            acts = [(1, self.revoke)]
        (act,) = self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])
        act(self.chance.choice(self.tills))

    def tap(self, till: Till) -> None:
        pupil = self.chance.choice(self.pupils)
        order = till.waiting.get(pupil)
        if order is not None and order.id not in till.state.collected_at:
            till.append(collected(order, self.badges[pupil], till.receipt), now=self.now)
        elif till.available(pupil) >= PRICE.cents:
            till.append(sold(pupil, self.badges[pupil], till.receipt), now=self.now)
        else:
            till.append(TapRefused(TODAY, Reason.NOT_ENOUGH_MONEY, None, pupil), now=self.now)

    def sell_for_cash(self, till: Till) -> None:
        sale = sold(self.pupils[0], None, till.receipt)
        till.append(replace(sale, pupil=None, tender=Tender.CASH, is_walk_in=False), now=self.now)

    def top_up(self, till: Till) -> None:
        pupil = self.chance.choice(self.pupils)
        cents = Money(self.chance.randrange(1, 2000))
        till.append(WalletToppedUp(TODAY, pupil, cents, None, "staff", till.receipt), now=self.now)

    def take_back(self, till: Till) -> None:
        """Void or refund one of this journal's last acts, once."""
        acts = till.may_take_back()
        if acts:
            act = self.chance.choice(acts)
            is_open = (act.epoch, act.seq) > till.state.period_began
            is_void = isinstance(act.fact, SaleMade) and is_open and bool(self.chance.randrange(2))
            till.append(taken_back(act, till.receipt, is_void=is_void), now=self.now)

    def close(self, till: Till) -> None:
        """The Z report, and the next shift."""
        if till.journal.head == BEFORE_ALL:
            return
        till.append(till.closing(), now=self.now)
        till.append(ShiftOpened(TODAY, "staff", Money(5000)), now=self.now)

    def send(self, till: Till) -> None:
        events = till.journal.events_after(till.acknowledged, self.chance.randrange(1, 20))
        events = [event for event in events if event.epoch == events[0].epoch]
        if not events or till.is_cut_off:
            return
        body = pack_batch(till.id, events).body
        fate = self.chance.randrange(10)
        if fate == 0:
            return  # The request is lost.
        self.old_batches.append((till, body))
        answer = self.deliver(till, body)
        if fate == 1:
            answer = self.deliver(till, body)  # It arrives twice.
        if fate == 2:
            return  # The reply is lost.
        self.hear(till, answer, events[-1])

    def deliver(self, till: Till, body: bytes) -> BatchAnswer | Problem:
        batch = unpack_batch(body)
        if till.is_revoked:
            keep_revoked(self.store, till.id, batch, now=self.now)
            return Problem("revoked", status=403, detail="revoked")
        try:
            return ingest(self.store, till.id, batch, now=self.now)
        except Problem as problem:
            return problem

    def hear(self, till: Till, answer: BatchAnswer | Problem, last: SealedEvent) -> None:
        """What the uplink does with an answer."""
        if isinstance(answer, Problem):
            if answer.kind == "gap":
                expected = answer.members["expected"]
                assert isinstance(expected, dict)
                till.acknowledged = (expected["epoch"], expected["seq"] - 1)
            elif answer.kind == "fork":
                self._forked(till, last)
            return
        epoch, seq = answer.high_water
        found = till.journal.events_after((epoch, seq - 1), 1)
        if found and (found[0].epoch, found[0].seq, found[0].hash) == (
            epoch,
            seq,
            answer.head_hash,
        ):
            till.acknowledged = answer.high_water
        else:
            self._forked(till, last)

    def _forked(self, till: Till, last: SealedEvent) -> None:
        """A person approves; the journal goes on in a new epoch, behind what was kept."""
        if till.journal.events_after((last.epoch + 1, 0), 1):
            till.acknowledged = (last.epoch, last.seq)
            return
        with self.store.database.writing() as session:
            terminal = find_terminal(session, till.id, lock=True)
            epoch = approve_epoch(session, terminal, who="bursar", at=self.now)
            going = read_going(session, terminal)
        till.journal.start_epoch(epoch)
        after_epoch, after_seq = terminal.high_water
        started = EpochStarted(
            after_epoch,
            after_seq,
            terminal.head_hash.hex(),
            receipt=going.receipt,
            closing=going.closing,
            perpetual=going.perpetual,
        )
        till.append(started, now=self.now)

    def fetch(self, till: Till) -> None:
        if till.is_cut_off or till.is_revoked:
            return
        with self.store.database.reading() as session:
            terminal = find_terminal(session, till.id)
            till.settled = terminal.high_water
            till.balances = dict(
                session.rows(
                    "SELECT pupil_id, general_cents FROM wallet WHERE school_id = ?", SCHOOL
                )
            )
            rows = session.rows(
                "SELECT id FROM meal_order WHERE school_id = ? AND day = ? AND state = 'reserved'",
                SCHOOL,
                TODAY.isoformat(),
            )
        reserved = {row[0] for row in rows}
        till.waiting = {
            order.pupil_id: order for order in self.school.orders if order.id in reserved
        }
        check_available(self, till)

    def toggle_network(self, till: Till) -> None:
        till.is_cut_off = not till.is_cut_off

    def replay(self, _till: Till) -> None:
        """An old request arrives again, long after: nobody waits for the answer."""
        if self.old_batches:
            self.deliver(*self.chance.choice(self.old_batches))

    def crash(self, till: Till) -> None:
        """The outbox mark that was not synced is lost; the journal is not."""
        epoch, seq = till.acknowledged
        till.acknowledged = (epoch, max(0, seq - self.chance.randrange(5)))

    def keep_image(self, till: Till) -> None:
        till.images.append(till.journal.image())

    def restore(self, till: Till) -> None:
        """Somebody puts an old card image into the terminal."""
        if not till.images or till.is_revoked:
            return
        till.journal = till.images[-1].image()
        till.acknowledged = min(till.acknowledged, till.journal.head)
        till.settled = min(till.settled, till.acknowledged)
        till.is_restored = True
        till.state = TillState()
        for event in till.events:
            till.state.apply(event)

    def jump_clock(self, till: Till) -> None:
        hours = self.chance.choice((-20_000, -3, 0, 0, 3, 9000))
        till.clock_offset = timedelta(hours=hours)

    def cancel_order(self, _till: Till) -> None:
        order = self.chance.choice(
            [order for order in self.school.orders if order.day == TODAY and self._is_ours(order)]
        )
        try:
            done = cancel(self.store, SCHOOL, order=order.id, now=self.now)
        except OrderRefusedError:
            return
        if done.state is OrderState.CANCELLED and order.state is not OrderState.CANCELLED:
            key = f"cancelled {order.id}"
            if not self.credited[key]:
                self.credited[key] += 1
                self.credited[order.pupil_id] += order.price.cents

    def _is_ours(self, order: Order) -> bool:
        return order.pupil_id in self.pupils

    def revoke(self, till: Till) -> None:
        with self.store.database.writing() as session:
            terminal = find_terminal(session, till.id, lock=True)
            revoke_terminal(session, terminal, who="bursar", at=self.now)
        till.is_revoked = True

    # --- healing ---------------------------------------------------------------------------

    def heal(self) -> None:
        """The network comes back for all, everything is sent, and some tills sell once more."""
        for till in self.tills:
            till.is_cut_off = False
            self._drain(till)
        for till in self.tills:
            if not till.is_restored and self.chance.randrange(4):
                continue
            if not till.is_revoked:
                self.fetch(till)
            self.tap(till)
            self.sell_for_cash(till)
            self.take_back(till)
            self.close(till)
            self._drain(till)
        self.now += timedelta(days=1)
        close_day(self.store, SCHOOL, day=TODAY, now=self.now)

    def _drain(self, till: Till) -> None:
        for _ in range(2000):
            events = till.journal.events_after(till.acknowledged, 200)
            events = [event for event in events if event.epoch == events[0].epoch]
            if not events:
                return
            answer = self.deliver(till, pack_batch(till.id, events).body)
            if till.is_revoked:
                till.acknowledged = (events[-1].epoch, events[-1].seq)
            else:
                self.hear(till, answer, events[-1])
        raise AssertionError(f"{till.id} is never done")
