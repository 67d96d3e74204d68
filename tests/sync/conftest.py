"""A terminal's uplink against a real centre on loopback, with a switch for faults."""

import queue
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from booked_events import accepted_events

from central.clock import wall_clock
from central.database import Row
from central.enrolment import create_code
from central.figures import Figures, disagreements, read_figures
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import open_store
from central.twin import TwinCentre
from core.catalogue import Category
from core.facts import MealCollected, Reason, SaleLine, SaleMade, TapRefused, Tender
from core.money import Money, vat_within
from core.orders import OrderState
from core.people import BadgeState, PriceClass
from core.tap import Assurance
from core.till_state import Position
from sync.enrol import enrol
from sync.identity import Identity
from sync.intervals import Intervals
from sync.ports import Acknowledged, LaneHealth, LaneState, SnapshotReady, UplinkMessage
from sync.twin import MemoryOutbox
from sync.uplink import Uplink

TODAY = date(2026, 11, 24)
QUICK = Intervals(
    gather_s=0.01,
    up_s=60,
    down_s=60,
    apart_s=0.01,
    retry_first_s=0.01,
    retry_max_s=0.05,
    timeout_s=5,
)
PATIENCE_S = 20.0
Message = TypeVar("Message")


class Till:
    """A terminal with a journal in memory and a real uplink."""

    def __init__(self, identity: Identity, folder: Path, school: DemoSchool) -> None:
        self.identity = identity
        self.folder = folder
        self.school = school
        self.journal = MemoryOutbox(Random(identity.terminal_id))
        self.inbox: queue.Queue[UplinkMessage] = queue.Queue()
        self.seen: list[UplinkMessage] = []
        self.acknowledged: Position = (0, 0)
        self.etag: str | None = None
        self.uplink: Uplink | None = None
        self._orders = iter(
            order
            for order in school.orders
            if order.day == TODAY and order.state is OrderState.RESERVED
        )

    def start(self, intervals: Intervals = QUICK, **more: Callable[[], str]) -> None:
        self.uplink = Uplink(
            self.identity,
            outbox=self.journal,
            acknowledged=self.acknowledged,
            snapshot_etag=self.etag,
            folder=self.folder,
            post=self.inbox.put,
            clock=wall_clock,
            intervals=intervals,
            **more,
        )
        self.uplink.start()

    def stop(self) -> None:
        """Have the lanes end. In what time they must is the affair of tests of its own."""
        if self.uplink is not None:
            end = time.monotonic() + PATIENCE_S
            while not self.uplink.stop():
                assert time.monotonic() < end, "the lanes do not end"
            self.uplink = None

    def tap(self, count: int = 1) -> None:
        """Serve pupils, and wake the uplink after each commit."""
        for _ in range(count):
            order = next(self._orders)
            self.journal.append(
                MealCollected(
                    day=order.day,
                    pupil=order.pupil_id,
                    order=order.id,
                    product=order.product_id,
                    price=order.price,
                    badge=next(
                        badge.key
                        for badge in self.school.records
                        if badge.pupil_id == order.pupil_id and badge.state is not BadgeState.LOST
                    ),
                    assurance=Assurance.UID,
                    receipt=1,
                ),
                at=wall_clock(),
            )
            if self.uplink is not None:
                self.uplink.wake()

    def sell(self) -> None:
        """Sell something of one euro to a guest, for cash."""
        price = Money(100)
        line = SaleLine("water", Category.DRINK, 1, price, 60, vat_within(price, vat_permille=60))
        self.journal.append(
            SaleMade(
                day=TODAY,
                pupil=None,
                price_class=PriceClass.GUEST,
                lines=(line,),
                total=price,
                badge=None,
                assurance=Assurance.TYPED,
                receipt=len(self.journal.events),
                is_walk_in=False,
                tender=Tender.CASH,
            ),
            at=wall_clock(),
        )

    def refuse(self, count: int = 1) -> None:
        for _ in range(count):
            self.journal.append(
                TapRefused(day=TODAY, reason=Reason.NO_ORDER, badge=None, pupil=None),
                at=wall_clock(),
            )
        if self.uplink is not None:
            self.uplink.wake()

    def wait_for(
        self, kind: type[Message], fits: Callable[[Message], bool] = lambda _: True
    ) -> Message:
        """Take messages until one fits."""
        while True:
            message = self.inbox.get(timeout=PATIENCE_S)
            self.seen.append(message)
            if isinstance(message, Acknowledged):
                self.acknowledged = max(self.acknowledged, message.high_water)
            if isinstance(message, SnapshotReady):
                self.etag = message.etag
            if isinstance(message, kind) and fits(message):
                return message

    def wait_until_booked(self) -> None:
        head = self.journal.head
        if self.acknowledged < head:
            self.wait_for(Acknowledged, lambda message: message.high_water >= head)

    def wait_for_state(self, state: LaneState, lane: str = "up") -> LaneHealth:
        return self.wait_for(
            LaneHealth, lambda health: health.state is state and health.lane.value == lane
        )


class Books:
    """Questions to the centre's books."""

    def __init__(self, twin: TwinCentre, school: DemoSchool) -> None:
        self.twin = twin
        self._school = school

    def figures(self) -> Figures:
        with self.twin.store.database.reading() as session:
            return read_figures(session)

    def rows(self, sql: str) -> list[Row]:
        with self.twin.store.database.reading() as session:
            return session.rows(sql)

    def expect_booked_once(self, *tills: Till) -> None:
        with self.twin.store.database.reading() as session:
            events = accepted_events(session)
            assert disagreements(session, self._school.school.id) == []
        booked = sorted((one.terminal, one.epoch, one.seq, one.hash) for one in events)
        assert booked == sorted(
            (till.identity.terminal_id, event.epoch, event.seq, event.hash)
            for till in tills
            for event in till.journal.events
        )
        assert self.figures().ledger_sum_cents == 0
        collected = self.rows("SELECT COUNT(*) FROM leg WHERE account = 'meals.served'")
        assert collected[0][0] > 0


@pytest.fixture(scope="session")
def demo_school() -> DemoSchool:
    return make_school(seed=7, today=TODAY)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, demo_school: DemoSchool) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "central.db"
    store = open_store(path)
    load_school(store, demo_school)
    store.close()
    return path


@pytest.fixture
def twin(tmp_path: Path, seeded: Path) -> Iterator[TwinCentre]:
    database = tmp_path / "central.db"
    shutil.copy(seeded, database)
    with TwinCentre(database) as twin:
        yield twin


@pytest.fixture
def books(twin: TwinCentre, demo_school: DemoSchool) -> Books:
    return Books(twin, demo_school)


@pytest.fixture
def till_of(demo_school: DemoSchool) -> Callable[[Identity, Path], Till]:
    """Makes a terminal of an identity that a test has enrolled itself."""
    return lambda identity, folder: Till(identity, folder, demo_school)


@pytest.fixture
def new_till(
    twin: TwinCentre, demo_school: DemoSchool, tmp_path: Path
) -> Iterator[Callable[[str], Till]]:
    tills: list[Till] = []

    def make(name: str) -> Till:
        folder = tmp_path / name
        code = create_code(twin.store, demo_school.school.id, terminal_name=name, now=wall_clock())
        till = Till(enrol(central_url=twin.url, code=code, folder=folder), folder, demo_school)
        tills.append(till)
        return till

    yield make
    for till in tills:
        till.stop()


@pytest.fixture
def till(new_till: Callable[[str], Till]) -> Till:
    return new_till("till")
