"""A small school for tests: one till, one pupil, one dish of the day, and what the till knows."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.calendar import SchoolCalendar
from core.catalogue import Category, Product
from core.ids import BadgeKey, OrderId, ProductId, PupilId, TapId
from core.money import ZERO, Money
from core.orders import Order, OrderState
from core.people import Allergen, Badge, BadgeState, Language, PriceClass, Pupil
from core.policy import Policy, WalkIn
from core.receipt import SchoolHeader
from core.tap import Assurance, Credential, Tap, Technology
from core.view import Holder, OwnSums, Place, View
from core.wallet import Wallets

NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
TODAY = date(2026, 11, 24)
STEW = Product(
    id=ProductId("stew"),
    name="Carbonnade à la flamande",
    category=Category.MEAL,
    vat_permille=60,
    allergens=frozenset({Allergen.GLUTEN, Allergen.CELERY}),
    prices=MappingProxyType({PriceClass.PUPIL: Money(450), PriceClass.REDUCED: Money(225)}),
)
POLICY = Policy(
    version=3,
    walk_in=WalkIn.SELL,
    walk_in_product=STEW.id,
    overdraft_max=ZERO,
    sale_max=Money(1000),
    pupil_offline_max=Money(1500),
    terminal_offline_max=Money(15000),
    terminal_offline_count_max=40,
    snapshot_warn=timedelta(hours=4),
    snapshot_stop=timedelta(hours=24),
    assurance_min_collect=Assurance.UID,
    assurance_min_sale=Assurance.UID,
    print_collected=True,
    print_sales=True,
)


def tap(
    value: str = "04A1B2C3D4E5F6",
    technology: Technology = Technology.ULTRALIGHT,
    assurance: Assurance = Assurance.UID,
) -> Tap:
    credential = Credential(technology, bytes.fromhex(value))
    return Tap(TapId("tap-1"), "counter", credential, assurance, mono_ns=0)


def order(order_id: str = "o1", state: OrderState = OrderState.RESERVED) -> Order:
    return Order(OrderId(order_id), PupilId("p1"), TODAY, STEW.id, Money(430), state)


def pupil(**changes: object) -> Pupil:
    alice = Pupil(
        id=PupilId("p1"),
        first_name="Alice",
        last_name="Vandenberghe",
        class_name="3B",
        price_class=PriceClass.PUPIL,
        allergens=frozenset(),
        diet="",
        language=Language.FR,
    )
    return replace(alice, **changes)  # type: ignore[arg-type]  fields are named by the test


@dataclass
class Scene:
    """What the till knows; each test changes what it is about."""

    orders: tuple[Order, ...] = ()
    badge_state: BadgeState = BadgeState.ACTIVE
    general: Money = field(default_factory=lambda: Money(2340))
    pupil: Pupil = field(default_factory=pupil)
    is_known: bool = True
    copy_at: datetime | None = NOON
    is_online: bool = True
    own: OwnSums = field(default_factory=lambda: OwnSums({}, None, ZERO, ZERO, ZERO, 0))

    def view(self) -> View:
        holder = Holder(
            badge=Badge(BadgeKey("k1"), self.pupil.id, self.badge_state, "E5F6"),
            pupil=self.pupil,
            wallets=Wallets(general=self.general, reserve=Money(1500)),
            orders=self.orders,
        )
        return View(
            place=Place(
                SchoolHeader("Athénée", "Rue de l'Étuve 1", "0123.456.749"),
                SchoolCalendar(zone=ZoneInfo("Europe/Brussels")),
                "Caisse 1",
            ),
            day=TODAY,
            copy_at=self.copy_at,
            is_online=self.is_online,
            badge=BadgeKey("k1"),
            holder=holder if self.is_known else None,
            own=self.own,
            products=MappingProxyType({STEW.id: STEW}),
            epoch=1,
            next_seq=43,
            next_receipt=12,
        )
