"""One small school at a real centre on loopback, and terminals that speak to it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import postgres_rig
import pytest

from central.enrolment import create_code
from central.figures import Figures, disagreements, read_figures
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import Store, open_store
from central.twin import TwinCentre
from core.batch import pack_batch
from core.catalogue import Category
from core.events import SealedEvent
from core.facts import MealCollected, Reason, SaleLine, SaleMade, TapRefused
from core.money import Money, vat_within
from core.orders import Order, OrderState
from core.people import BadgeState, PriceClass
from core.tap import Assurance
from sync.channel import Channel
from sync.enrol import enrol
from sync.identity import Identity
from sync.twin import MemoryOutbox

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


cluster = postgres_rig.cluster


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


class Till:
    """A terminal by hand: its journal, and one signed request at a time."""

    def __init__(self, centre: "Centre", name: str, folder: Path) -> None:
        self.centre = centre
        self.clock = centre.clock
        code = create_code(
            centre.store, centre.school.school.id, terminal_name=name, now=self.clock()
        )
        folder.mkdir()
        self.folder = folder
        self.identity: Identity = enrol(central_url=centre.url, code=code, folder=folder)
        self.journal = MemoryOutbox(Random(name))
        self.channel = Channel(self.identity, ca_file=None, clock=self.clock)
        self.receipt = 0

    def collect(self, order: Order) -> SealedEvent:
        self.receipt += 1
        return self.journal.append(
            MealCollected(
                day=order.day,
                pupil=order.pupil_id,
                order=order.id,
                product=order.product_id,
                price=order.price,
                badge=self.centre.badge_of(order.pupil_id),
                assurance=Assurance.UID,
                receipt=self.receipt,
            ),
            at=self.clock(),
        )

    def sell(self, pupil: str, cents: int = 450) -> SealedEvent:
        self.receipt += 1
        price = Money(cents)
        line = SaleLine(
            product="main-4",
            category=Category.MEAL,
            quantity=1,
            unit_price=price,
            vat_permille=60,
            vat=vat_within(price, vat_permille=60),
        )
        return self.journal.append(
            SaleMade(
                day=TODAY,
                pupil=pupil,
                price_class=PriceClass.PUPIL,
                lines=(line,),
                total=price,
                badge=self.centre.badge_of(pupil),
                assurance=Assurance.UID,
                receipt=self.receipt,
                is_walk_in=True,
            ),
            at=self.clock(),
        )

    def refuse(self) -> SealedEvent:
        return self.journal.append(
            TapRefused(day=TODAY, reason=Reason.UNKNOWN_BADGE, badge=None, pupil=None),
            at=self.clock(),
        )

    def send(self, first: int = 1, last: int | None = None) -> dict[str, object]:
        """Send the events from one number to another, both counted from 1."""
        return self.send_events(self.journal.events[first - 1 : last])

    def send_events(self, events: tuple[SealedEvent, ...]) -> dict[str, object]:
        batch = pack_batch(self.identity.terminal_id, events)
        return self.send_raw(batch.body, batch.idempotency_key)

    def send_raw(self, body: bytes, key: str = "any") -> dict[str, object]:
        return self.channel.post(
            f"/v1/terminals/{self.identity.terminal_id}/batches",
            body=body,
            headers={
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                "Idempotency-Key": f'"{key}"',
            },
        )

    def verdicts(self, reply: dict[str, object]) -> list[str]:
        return [row["verdict"] for row in reply["verdicts"]]

    def flags(self, reply: dict[str, object]) -> list[str | None]:
        return [row["exception"] for row in reply["verdicts"]]


class Centre:
    """The centre under test, and questions to its books."""

    def __init__(self, twin: TwinCentre, school: DemoSchool, clock: Clock, folder: Path) -> None:
        self.twin = twin
        self.school = school
        self.clock = clock
        self._folder = folder
        self._tills: list[Till] = []

    @property
    def url(self) -> str:
        return self.twin.url

    @property
    def store(self) -> Store:
        return self.twin.store

    def till(self, name: str = "Till 1") -> Till:
        till = Till(self, name, self._folder / f"till-{len(self._tills)}")
        self._tills.append(till)
        return till

    def close(self) -> None:
        for till in self._tills:
            till.channel.close()

    def orders(self, count: int, state: OrderState = OrderState.RESERVED) -> list[Order]:
        active = {
            badge.pupil_id for badge in self.school.records if badge.state is BadgeState.ACTIVE
        }
        found = [
            order
            for order in self.school.orders
            if order.day == TODAY and order.state is state and order.pupil_id in active
        ]
        return found[:count]

    def badge_of(self, pupil: str) -> str:
        for badge in self.school.records:
            if badge.pupil_id == pupil and badge.state is BadgeState.ACTIVE:
                return badge.key
        return "00" * 16

    def balance(self, pupil: str) -> int:
        return self.one("SELECT general_cents FROM wallet WHERE pupil_id = ?", pupil)

    def order_state(self, order: Order) -> str:
        return self.one("SELECT state FROM meal_order WHERE id = ?", order.id)

    def one(self, sql: str, *values: object) -> object:
        with self.store.database.reading() as session:
            row = session.row(sql, *values)
        return None if row is None else row[0]

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with self.store.database.reading() as session:
            return session.rows(sql, *values)

    def figures(self) -> Figures:
        with self.store.database.reading() as session:
            return read_figures(session)

    def faults(self) -> list[str]:
        with self.store.database.reading() as session:
            return disagreements(session, self.school.school.id)

    def expect_sound(self) -> None:
        assert self.figures().ledger_sum_cents == 0
        assert self.faults() == []


@pytest.fixture(scope="session")
def demo_school() -> DemoSchool:
    return make_school(seed=7, today=TODAY)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory, demo_school: DemoSchool) -> Path:
    """A database with the school in it, to be copied: loading it takes a while."""
    path = tmp_path_factory.mktemp("seeded") / "central.db"
    load_into(str(path), demo_school)
    return path


@pytest.fixture(scope="session")
def seeded_template(cluster: postgres_rig.Cluster, demo_school: DemoSchool) -> str:
    """The same in PostgreSQL."""
    name = cluster.create()
    load_into(cluster.url(name), demo_school)
    cluster.keep(name)
    return name


def load_into(place: str, school: DemoSchool) -> None:
    store = open_store(place)
    load_school(store, school)
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nobody has written yet, so that there are no figures of it either."""
    if request.param == "sqlite":
        return str(tmp_path / "central.db")
    cluster = request.getfixturevalue("cluster")
    return str(cluster.url(cluster.create()))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the centre's books are: each test that asks runs on both engines."""
    if request.param == "sqlite":
        path = tmp_path / "central.db"
        shutil.copy(request.getfixturevalue("seeded_file"), path)
        yield str(path)
        return
    cluster = request.getfixturevalue("cluster")
    name = request.getfixturevalue("seeded_template")
    cluster.reset(name)
    yield cluster.url(name)


@pytest.fixture
def new_centre(
    tmp_path: Path, demo_school: DemoSchool, clock: Clock
) -> Iterator[Callable[[str], Centre]]:
    """Starts a centre on the books at a place, and stops it at the end."""
    with ExitStack() as running:

        def start(place: str) -> Centre:
            twin = running.enter_context(TwinCentre(place, clock=clock))
            centre = Centre(twin, demo_school, clock, tmp_path)
            running.callback(centre.close)
            return centre

        yield start


@pytest.fixture
def centre(place: str, new_centre: Callable[[str], Centre]) -> Centre:
    return new_centre(place)


@pytest.fixture
def till(centre: Centre) -> Till:
    return centre.till()
