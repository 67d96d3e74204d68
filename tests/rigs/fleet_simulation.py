"""A fleet of tills and one centre, from a seed: everything goes wrong, and the books stay right.

Run by hand: `python tests/rigs/fleet_simulation.py --first 1000 --seeds 500`; a seed that fails is
named and fails again.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from booked_events import accepted_events, booked_events

from central.aside import ASIDE
from central.epochs import approve_epoch, read_going
from central.errors import Problem
from central.figures import disagreements
from central.ingest import BatchAnswer, ingest, keep_revoked
from central.load import load_school
from central.orders import OrderRefusedError, cancel, close_day
from central.seed import DemoSchool, make_school
from central.store import Store, open_store
from central.terminals import find_terminal, revoke_terminal
from central.wire_batch import unpack_batch
from core.batch import pack_batch
from core.catalogue import Category
from core.chain import GENESIS
from core.events import Event, SealedEvent, read_event
from core.facts import (
    Correction,
    EpochStarted,
    Fact,
    MealCollected,
    MealVoided,
    PeriodClosed,
    Reason,
    RefundLine,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    ShiftOpened,
    TapRefused,
    Tender,
    TopUpVoided,
    VoidKind,
    WalletToppedUp,
)
from core.ids import EventId, PupilId, TerminalId
from core.money import Money, vat_within
from core.orders import Order, OrderState
from core.people import PriceClass
from core.tap import Assurance
from core.till_state import BEFORE_ALL, Position, TillState
from sync.twin import MemoryOutbox

TODAY = date(2026, 11, 24)
SCHOOL = "demo"
PRICE = Money(450)
TERMINALS = 20
PUPILS = 25
STEPS = 260
ALARM = "conflict"


@dataclass(slots=True)
class Till:
    """One terminal: its journal, what it believes, and how its network is."""

    id: TerminalId
    journal: MemoryOutbox
    acknowledged: Position = BEFORE_ALL
    is_cut_off: bool = False
    is_revoked: bool = False
    is_restored: bool = False
    clock_offset: timedelta = timedelta(0)
    settled: Position = BEFORE_ALL
    balances: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, Order] = field(default_factory=dict)
    images: list[MemoryOutbox] = field(default_factory=list)
    state: TillState = field(default_factory=TillState)
    """The product's own sums over the journal, as the till keeps them."""

    @property
    def receipt(self) -> int:
        """The next receipt's number."""
        return self.state.receipt_number + 1


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
        self._read: dict[bytes, Event] = {}
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
        return Till(terminal, MemoryOutbox(Random(self.chance.random())))

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
            self._append(till, _collected(order, self.badges[pupil], till.receipt))
        elif self.available(till, pupil) >= PRICE.cents:
            self._append(till, _sold(pupil, self.badges[pupil], till.receipt))
        else:
            self._append(till, TapRefused(TODAY, Reason.NOT_ENOUGH_MONEY, None, pupil))

    def sell_for_cash(self, till: Till) -> None:
        sale = _sold(self.pupils[0], None, till.receipt)
        self._append(till, replace(sale, pupil=None, tender=Tender.CASH, is_walk_in=False))

    def top_up(self, till: Till) -> None:
        pupil = self.chance.choice(self.pupils)
        cents = Money(self.chance.randrange(1, 2000))
        self._append(till, WalletToppedUp(TODAY, pupil, cents, None, "staff", till.receipt))

    def take_back(self, till: Till) -> None:
        """Void or refund one of this journal's last acts, once."""
        events = self.events_of(till)[-25:]
        corrected = {
            event.fact.correction.document
            for event in events
            if isinstance(event.fact, MealVoided | SaleVoided | TopUpVoided | SaleRefunded)
        }
        acts = [
            event
            for event in events
            if isinstance(event.fact, MealCollected | SaleMade | WalletToppedUp)
            and event.id not in corrected
        ]
        if acts:
            act = self.chance.choice(acts)
            is_open = (act.epoch, act.seq) > till.state.period_began
            self._append(till, self._taken_back(act, till.receipt, is_open=is_open))

    def _taken_back(self, act: Event, receipt: int, *, is_open: bool) -> Fact:
        correction = Correction(act.id, "staff", "a mistake", receipt)
        match act.fact:
            case SaleMade() as sale if is_open and self.chance.randrange(2):
                return SaleVoided(TODAY, VoidKind.VOID, correction, sale)
            case SaleMade() as sale:
                lines = tuple(RefundLine(place, line) for place, line in enumerate(sale.lines))
                return SaleRefunded(
                    TODAY, correction, sale.pupil, sale.price_class, sale.tender, lines, sale.total
                )
            case MealCollected() as meal:
                return MealVoided(TODAY, VoidKind.VOID, correction, meal)
            case WalletToppedUp() as top_up:
                return TopUpVoided(TODAY, VoidKind.VOID, correction, top_up)
            case _:
                raise AssertionError("this is no act")

    def close(self, till: Till) -> None:
        """The Z report, and the next shift."""
        if till.journal.head == BEFORE_ALL:
            return
        state = till.state
        last = till.journal.events[-1]
        self._append(
            till,
            PeriodClosed(
                day=TODAY,
                number=state.closing_count + 1,
                staff="staff",
                figures=state.period.figures(),
                receipt=state.receipt_number,
                head_hash=last.hash.hex(),
                previous_hash=self._closing_hash(till),
                counted=state.period.cash_expected,
                not_collected=None,
                unbooked=0,
            ),
        )
        self._append(till, ShiftOpened(TODAY, "staff", Money(5000)))

    def _closing_hash(self, till: Till) -> str:
        for event in reversed(till.journal.events):
            if event.kind is PeriodClosed.kind:
                return event.hash.hex()
        return ""

    def events_of(self, till: Till) -> list[Event]:
        """Return a journal's events, read once."""
        return [self.read(event.body) for event in till.journal.events]

    def read(self, body: bytes) -> Event:
        """Return the event of canonical bytes, read once."""
        found = self._read.get(body)
        if found is None:
            found = self._read[body] = read_event(body)
        return found

    def _append(self, till: Till, fact: Fact) -> None:
        event = till.journal.append(fact, at=self.now + till.clock_offset)
        self.written.add(event.hash)
        till.state.apply(self.read(event.body))

    def available(self, till: Till, pupil: PupilId) -> int:
        """Snapshot balance and what happened here behind what it has settled: DESIGN 4."""
        own = sum(
            cents
            for position, who, cents in self._moves(till)
            if who == pupil and position > till.settled
        )
        return till.balances.get(pupil, 0) + own

    def _moves(self, till: Till) -> list[tuple[Position, PupilId, int]]:
        """Return what a journal did to wallets."""
        found = []
        for event in self.events_of(till):
            moved = moved_by(event.fact)
            if moved is not None:
                found.append(((event.epoch, event.seq), *moved))
        return found

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
        self._append(till, started)

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
        self._check_available(till)

    def _check_available(self, till: Till) -> None:
        """No sale is counted twice, and none forgotten, whatever reply was lost."""
        if till.is_restored:
            return  # Sales of the lost card are the centre's alone.
        booked = self._booked_moves()
        own: Counter[str] = Counter()
        for _, who, cents in self._moves(till):
            own[who] += cents
        till.state.settle(max(till.settled, till.state.settled))
        for pupil in self.pupils:
            others = sum(
                cents for (terminal, who), cents in booked.items()
                if who == pupil and terminal != till.id
            )  # fmt: skip
            expected = self.opening[pupil] + self.credited[pupil] + others + own[pupil]
            assert self.available(till, pupil) == expected, f"{till.id}: available of {pupil}"
            owed = till.state.unsettled.owed_of(pupil).cents
            assert till.balances.get(pupil, 0) - owed == expected, f"{till.id}: owed by {pupil}"

    def _booked_moves(self) -> Counter[tuple[str, str]]:
        """Return what booked events did to wallets, by terminal and pupil."""
        sums: Counter[tuple[str, str]] = Counter()
        with self.store.database.reading() as session:
            events = accepted_events(session)
        for event in events:
            moved = moved_by(self.read(event.body).fact)
            if moved is not None:
                sums[event.terminal, moved[0]] += moved[1]
        return sums

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
        for event in self.events_of(till):
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

    # --- healing, and what must be true then -------------------------------------------------

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

    def check(self) -> None:
        self._check_sums()
        self._check_exactly_once()
        self._check_orders()
        self._check_wallets()
        self._check_numbers()

    def _check_sums(self) -> None:
        with self.store.database.reading() as session:
            wrong = disagreements(session, SCHOOL)
            assert not wrong, "; ".join(wrong)
            total = session.row("SELECT SUM(cents) FROM leg")
        assert total is not None
        assert total[0] == 0

    def _check_exactly_once(self) -> None:
        with self.store.database.reading() as session:
            booked = [event.hash for event in booked_events(session)]
            strays = {bytes(row[0]) for row in session.rows("SELECT hash FROM stray_event")}
        assert len(set(booked)) == len(booked), "an event is booked twice"
        assert set(booked) <= self.written, "an event was made up"
        for till in self.tills:
            for event in till.journal.events:
                place = f"{till.id} {event.epoch}-{event.seq}"
                is_kept = event.hash in set(booked) or (till.is_revoked and event.hash in strays)
                assert is_kept, f"{place} is not in the books"
                is_plain = not till.is_restored and not till.is_revoked
                assert not (is_plain and event.hash in strays), "an honest fact went astray"

    def _check_orders(self) -> None:
        served: Counter[tuple[str, str]] = Counter()
        with self.store.database.reading() as session:
            events = [(one, self.read(one.body).fact) for one in accepted_events(session)]
            states = dict(session.rows("SELECT id, state FROM meal_order"))
            raised = Counter(
                row[0] for row in session.rows("SELECT flag FROM exception ORDER BY id")
            )
        good: dict[EventId, str] = {}
        for event, fact in sorted(events, key=lambda one: one[1].kind.value):
            if isinstance(fact, MealCollected):
                is_flagged = event.flag in ("double_collection", "after_cancel")
                kind = str(event.flag) if is_flagged else "good"
                served[fact.order, kind] += 1
                if kind == "good":
                    good[EventId(str(event.id))] = fact.order
            elif isinstance(fact, MealVoided) and fact.correction.document in good:
                served[good.pop(fact.correction.document), "voided"] += 1
        for order, kind in list(served):
            kept = served[order, "good"] - served[order, "voided"]
            if kind == "good":
                assert kept in (0, 1), f"order {order} was collected {kept} times without a flag"
                assert (states[order] == "collected") == (kept == 1)
            elif kind == "double_collection":
                assert served[order, "good"] >= 1, f"{order}: a second without a first"
            elif kind == "after_cancel":
                assert states[order] == "cancelled"
        for kind in ("double_collection", "after_cancel"):
            expected = sum(count for (_, one), count in served.items() if one == kind)
            assert raised[kind] == expected, f"{raised[kind]} exceptions, not {expected}: {kind}"
        forked = sum(till.is_restored for till in self.tills)
        assert forked or not raised[ALARM], "an alarm without a restored card"

    def _check_wallets(self) -> None:
        moved: Counter[str] = Counter()
        for (_, pupil), cents in self._booked_moves().items():
            moved[pupil] += cents
        with self.store.database.reading() as session:
            balances = dict(session.rows("SELECT pupil_id, general_cents FROM wallet"))
            # A voided top-up takes back what may be spent already: nobody chose to overdraw.
            rows = session.rows("SELECT subject FROM exception WHERE flag = 'overdraft'")
            events = accepted_events(session)
        overdrawn = {row[0] for row in rows}
        facts = [(event.id, self.read(event.body).fact) for event in events]
        excused = {
            moved_by(fact)[0]  # type: ignore[index]
            for event_id, fact in facts
            if event_id in overdrawn or isinstance(fact, TopUpVoided)
        }
        for pupil in self.pupils:
            expected = self.opening[pupil] + self.credited[pupil] + moved[pupil]
            assert balances[pupil] == expected, f"wallet of {pupil}"
            assert balances[pupil] >= 0 or pupil in excused, f"{pupil} is overdrawn in silence"

    def _check_numbers(self) -> None:
        """No receipt and no closing of a terminal is booked under the number of another.

        An older image gives numbers again before anybody knows; those facts stand aside.
        """
        restored = {till.id for till in self.tills if till.is_restored}
        with self.store.database.reading() as session:
            events = [one for one in accepted_events(session) if one.epoch != ASIDE]
            differing = session.rows(
                "SELECT DISTINCT terminal_id FROM exception WHERE flag = 'closing_differs'"
            )
        given: set[tuple[str, str, int]] = set()
        for event in events:
            for kind, number in _numbers(self.read(event.body).fact):
                key = (event.terminal, kind, number)
                assert key not in given, f"{event.terminal}: {kind} number {number} is given twice"
                given.add(key)
        assert {row[0] for row in differing} <= restored, "a closing differs on an honest till"


def _numbers(fact: Fact) -> list[tuple[str, int]]:
    match fact:
        case MealCollected() | SaleMade() | WalletToppedUp():
            return [("receipt", fact.receipt)]
        case MealVoided() | SaleVoided() | TopUpVoided() | SaleRefunded():
            return [("receipt", fact.correction.receipt)]
        case PeriodClosed():
            return [("closing", fact.number)]
        case _:
            return []


def moved_by(fact: Fact) -> tuple[PupilId, int] | None:
    """Return whose general wallet a fact changes, and by how many cents."""
    match fact:
        case SaleMade(tender=Tender.WALLET, pupil=str(pupil)):
            return PupilId(pupil), -fact.total.cents
        case SaleVoided(sale=SaleMade(tender=Tender.WALLET, pupil=str(pupil), total=total)):
            return PupilId(pupil), total.cents
        case SaleRefunded(tender=Tender.WALLET, pupil=str(pupil)):
            return PupilId(pupil), fact.total.cents
        case WalletToppedUp():
            return fact.pupil, fact.amount.cents
        case TopUpVoided(top_up=top_up):
            return top_up.pupil, -top_up.amount.cents
        case _:
            return None


def _collected(order: Order, badge: str, receipt: int) -> MealCollected:
    return MealCollected(
        day=TODAY,
        pupil=order.pupil_id,
        order=order.id,
        product=order.product_id,
        price=order.price,
        badge=badge,
        assurance=Assurance.UID,
        receipt=receipt,
    )


def _sold(pupil: PupilId, badge: str | None, receipt: int) -> SaleMade:
    vat = vat_within(PRICE, vat_permille=60)
    line = SaleLine("main-4", Category.MEAL, 1, PRICE, 60, vat)
    return SaleMade(
        day=TODAY,
        pupil=pupil,
        price_class=PriceClass.PUPIL,
        lines=(line,),
        total=PRICE,
        badge=badge,
        assurance=Assurance.UID,
        receipt=receipt,
        is_walk_in=True,
    )


def small_school() -> DemoSchool:
    """The demo school with its first pupils alone: a fleet needs no more to get into trouble."""
    school = make_school(seed=7, today=TODAY)
    kept = {pupil.id for pupil in school.pupils[:PUPILS]}
    orders = tuple(order for order in school.orders if order.pupil_id in kept)
    subjects = {order.id for order in orders} | kept
    return replace(
        school,
        pupils=school.pupils[:PUPILS],
        records=tuple(badge for badge in school.records if badge.pupil_id in kept),
        orders=orders,
        bookings=tuple(
            booking for booking in school.bookings if booking.subject.split()[0] in subjects
        ),
    )


def prepare(folder: Path) -> tuple[DemoSchool, Path]:
    """Write a centre's database with the small school, to be copied for each seed."""
    school = small_school()
    path = folder / "seeded.db"
    store = open_store(path)
    load_school(store, school)
    store.close()
    return school, path


def simulate(seed: int, school: DemoSchool, seeded: Path, *, steps: int = STEPS) -> World:
    """Play one seed to its end. Raises AssertionError, with the seed, when a promise is broken."""
    path = seeded.with_name(f"seed-{seed}.db")
    shutil.copy(seeded, path)
    store = open_store(path)
    try:
        world = World(store, school, seed)
        for _ in range(steps):
            world.step()
        world.heal()
        world.check()
    except Exception as error:
        message = f"seed {seed}: {error}"
        raise AssertionError(message) from error
    finally:
        store.close()
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
    return world


def memory_folder() -> str | None:
    """Return a folder in memory: what is proved here is logic, and disks have their own rigs."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--steps", type=int, default=STEPS)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        school, seeded = prepare(Path(folder))
        for seed in range(words.first, words.first + words.seeds):
            simulate(seed, school, seeded, steps=words.steps)
    print(f"{words.seeds} seeds from {words.first}: every promise kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
