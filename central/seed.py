"""The demo school: some 600 pupils, a fortnight of meals, and badges for which something waits.

Everything follows from the seed and the day: the same two give the same school, on any machine.
The plain numbers of the badges stay in the `DemoSchool`; its records hold keyed hashes alone.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from types import MappingProxyType
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from central.names import (
    FIRST_NAMES,
    LAST_NAMES,
    MAIN_DISHES,
    SANDWICH,
    VEGETARIAN_DISHES,
    Dish,
)
from central.records import School
from core.calendar import SchoolCalendar
from core.catalogue import Category, Product
from core.ids import OrderId, ProductId, PupilId, SchoolId
from core.ledger import Account, AccountKind, Legs, reservation, transfer, wallet_account
from core.money import ZERO, Money
from core.orders import Order, OrderState
from core.people import Allergen, Badge, BadgeState, Language, PriceClass, Pupil
from core.policy import Policy, WalkIn
from core.receipt import SchoolHeader
from core.tap import Assurance, Credential, Technology, badge_key
from core.text import printable
from core.wallet import WalletKind, Wallets

_NAMESPACE = UUID("6f1c2d3e-8f4b-5a6c-9d7e-0a1b2c3d4e5f")
_CLASSES = tuple(f"{year}{letter}" for year in range(1, 7) for letter in "ABCDEF")
_PUPILS_A_CLASS = (15, 18)
_TEACHERS, _GUESTS = 18, 4
_DAYS_BEFORE, _SERVICE_DAYS = 3, 10
_LANGUAGES = (Language.FR,) * 13 + (Language.NL,) * 4 + (Language.DE,) * 3
_SANDWICH_ID = ProductId("sandwich")
_DIETS = ("",) * 17 + ("vegetarian", "halal", "no pork")


@dataclass(frozen=True, slots=True)
class DemoBadge:
    """A badge to tap in the demo. expectation: what awaits it, in one plain sentence."""

    credential: Credential
    name: str
    expectation: str


@dataclass(frozen=True, slots=True)
class SeedBooking:
    """A booking that the school begins with. subject: what it is about."""

    id: str
    kind: str
    at: datetime
    subject: str
    legs: Legs


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A whole school, ready to be loaded.

    badges: the `special_count` special ones first, then every other.
    """

    school: School
    today: date
    pupils: tuple[Pupil, ...]
    records: tuple[Badge, ...]
    products: tuple[Product, ...]
    menu: tuple[tuple[date, ProductId], ...]
    orders: tuple[Order, ...]
    bookings: tuple[SeedBooking, ...]
    badges: tuple[DemoBadge, ...]
    special_count: int

    def wallets(self) -> dict[PupilId, Wallets]:
        """Return each pupil's balances: the sums of the bookings."""
        sums = {pupil.id: [0, 0] for pupil in self.pupils}
        place = {AccountKind.WALLET_GENERAL: 0, AccountKind.WALLET_RESERVE: 1}
        for booking in self.bookings:
            for leg in booking.legs:
                if leg.account.kind in place:
                    sums[PupilId(leg.account.owner)][place[leg.account.kind]] += leg.amount.cents
        return {
            pupil: Wallets(general=Money(general), reserve=Money(reserve))
            for pupil, (general, reserve) in sums.items()
        }


def make_school(*, seed: int, today: date) -> DemoSchool:
    """Return the demo school of a seed. today: served, whatever day of the week it is."""
    return _Maker(seed, today).make()


class _Maker:
    """Builds the school step by step; each step draws from the one seeded source of chance."""

    def __init__(self, seed: int, today: date) -> None:
        self._chance = Random(seed)  # noqa: S311  a demo's school, not a secret
        self._seed = seed
        self._today = today
        self._days = _service_days(today)
        self._products = _products()
        self._main = self._products[_main_id(self._days.index(today))]
        self._school = _school(seed, walk_in=self._main.id)
        self._menu = self._make_menu()
        self._pupils: list[Pupil] = []
        self._records: list[Badge] = []
        self._orders: list[Order] = []
        self._bookings: list[SeedBooking] = []
        self._special: list[DemoBadge] = []
        self._plain: list[DemoBadge] = []
        self._uids: set[bytes] = set()
        self._star_count = 0

    def make(self) -> DemoSchool:
        for pupil in self._people():
            self._add_pupil(pupil)
        self._add_specials()
        return DemoSchool(
            school=self._school,
            today=self._today,
            pupils=tuple(self._pupils),
            records=tuple(self._records),
            products=tuple(self._products.values()),
            menu=self._menu,
            orders=tuple(self._orders),
            bookings=tuple(self._bookings),
            badges=(*self._special, *self._plain),
            special_count=len(self._special),
        )

    # --- what is offered -------------------------------------------------------------------

    def _make_menu(self) -> tuple[tuple[date, ProductId], ...]:
        return tuple(
            (day, product)
            for place, day in enumerate(self._days)
            for product in (_main_id(place), _vegetarian_id(place), _SANDWICH_ID)
        )

    # --- people ----------------------------------------------------------------------------

    def _people(self) -> Iterator[Pupil]:
        for class_name in _CLASSES:
            for _ in range(self._chance.randint(*_PUPILS_A_CLASS)):
                is_reduced = self._chance.randrange(12) == 0
                yield self._person(
                    class_name, PriceClass.REDUCED if is_reduced else PriceClass.PUPIL
                )
        for _ in range(_TEACHERS):
            yield self._person("Prof.", PriceClass.TEACHER)
        for _ in range(_GUESTS):
            yield self._person("Guest", PriceClass.GUEST)

    def _person(self, class_name: str, price_class: PriceClass) -> Pupil:
        language = self._chance.choice(_LANGUAGES)
        allergens: frozenset[Allergen] = frozenset()
        if self._chance.randrange(14) == 0:
            some = (Allergen.NUTS, Allergen.PEANUTS, Allergen.CRUSTACEANS, Allergen.LUPIN)
            allergens = frozenset({self._chance.choice(some)})
        return Pupil(
            id=PupilId(self._id("pupil", len(self._pupils))),
            first_name=self._chance.choice(FIRST_NAMES[language]),
            last_name=self._chance.choice(LAST_NAMES[language]),
            class_name=class_name,
            price_class=price_class,
            allergens=allergens,
            diet=self._chance.choice(_DIETS),
            language=language,
        )

    def _add_pupil(self, pupil: Pupil) -> None:
        self._pupils.append(pupil)
        spent = ZERO
        for day in self._days:
            if self._chance.randrange(100) < 68:  # noqa: PLR2004  two in three eat at school
                spent += self._add_order(pupil, day)
        is_ordered = any(
            order.pupil_id == pupil.id and order.day == self._today
            for order in self._orders[-len(self._days) :]
        )
        spare = Money(self._chance.randrange(800, 6000, 50))
        self._top_up(pupil, WalletKind.GENERAL, spent + spare)
        if self._chance.randrange(3) == 0:
            self._top_up(pupil, WalletKind.RESERVE, Money(self._chance.randrange(1000, 9000, 500)))
        credential = self._add_badge(pupil, BadgeState.ACTIVE)
        words = (
            "has a meal ordered for today: it is collected."
            if is_ordered
            else "has no order today, and money: today's dish is sold."
        )
        self._plain.append(DemoBadge(credential, _name(pupil), words))

    # --- orders and money ------------------------------------------------------------------

    def _add_order(
        self,
        pupil: Pupil,
        day: date,
        *,
        state: OrderState | None = None,
        product: ProductId | None = None,
    ) -> Money:
        """Add an order with its bookings, and return what it took from the general wallet."""
        chosen = self._products[product or self._dish_for(pupil, self._days.index(day))]
        if state is None:
            state = self._state_on(day)
        order = Order(
            id=OrderId(self._id("order", len(self._orders))),
            pupil_id=pupil.id,
            day=day,
            product_id=chosen.id,
            price=chosen.price_for(pupil.price_class),
            state=state,
        )
        self._orders.append(order)
        reserved_on = min(day, self._today) - timedelta(days=4)
        legs = reservation(pupil.id, order.price)
        self._book("order.reserved", order.id, reserved_on, legs)
        prepaid = Account(AccountKind.MEALS_PREPAID)
        if state is OrderState.COLLECTED:
            served = Account(AccountKind.MEALS_SERVED)
            legs = transfer(source=prepaid, target=served, amount=order.price)
            self._book("order.collected", order.id, day, legs)
        elif state is OrderState.UNCLAIMED:
            unclaimed = Account(AccountKind.MEALS_UNCLAIMED)
            legs = transfer(source=prepaid, target=unclaimed, amount=order.price)
            self._book("order.unclaimed", order.id, day, legs)
        elif state is OrderState.CANCELLED:
            wallet = wallet_account(WalletKind.GENERAL, pupil.id)
            legs = transfer(source=prepaid, target=wallet, amount=order.price)
            self._book("order.cancelled", order.id, reserved_on, legs)
            return ZERO
        return order.price

    def _state_on(self, day: date) -> OrderState:
        if day >= self._today:
            return OrderState.RESERVED
        return OrderState.UNCLAIMED if self._chance.randrange(25) == 0 else OrderState.COLLECTED

    def _dish_for(self, pupil: Pupil, place: int) -> ProductId:
        main, vegetarian = _main_id(place), _vegetarian_id(place)
        if pupil.diet in ("vegetarian", "halal"):
            return vegetarian
        return self._chance.choice((main,) * 6 + (_SANDWICH_ID,) * 3 + (vegetarian,))

    def _top_up(self, pupil: Pupil, wallet: WalletKind, amount: Money) -> None:
        legs = transfer(
            source=Account(AccountKind.BANK),
            target=wallet_account(wallet, pupil.id),
            amount=amount,
        )
        day = self._today - timedelta(days=20)
        self._book("topup.opening", f"{pupil.id} {wallet.value}", day, legs)

    def _book(self, kind: str, subject: str, day: date, legs: Legs) -> None:
        if not legs:
            return
        booking_id = str(uuid5(_NAMESPACE, f"{self._seed} {kind} {subject}"))
        at = datetime.combine(day, time(10, 0), UTC)
        self._bookings.append(SeedBooking(booking_id, kind, at, subject, legs))

    # --- badges ----------------------------------------------------------------------------

    def _add_badge(self, pupil: Pupil, state: BadgeState, *, length: int = 0) -> Credential:
        credential = self._credential(length or self._chance.choice((4, 7, 7, 7)))
        key = badge_key(credential, school_key=self._school.badge_key)
        last4 = f"{len(self._records) % 10_000:04d}"
        self._records.append(Badge(key=key, pupil_id=pupil.id, state=state, last4=last4))
        return credential

    def _credential(self, length: int) -> Credential:
        while True:
            # NXP's own numbers begin 04; a number of four bytes must not look like a random one.
            first = 0x04 if length == 7 else self._chance.randrange(0x10, 0x80)  # noqa: PLR2004
            value = bytes([first]) + self._chance.randbytes(length - 1)
            if value not in self._uids:
                self._uids.add(value)
                return Credential(Technology.ISO14443A, value)

    # --- the awkward ones ------------------------------------------------------------------

    def _add_specials(self) -> None:
        self._special_orders()
        self._special_money()
        self._special_badges()
        self._special_names()
        self._strangers()

    def _special_orders(self) -> None:
        ordered = self._guest_star("Léa", "Vermeiren", "3B")
        spent = self._add_order(ordered, self._today, product=self._main.id)
        self._finish(ordered, spent, 2350, "has today's dish ordered and paid: it is collected.")
        cancelled = self._guest_star("Nico", "Desmet", "4C")
        self._add_order(cancelled, self._today, state=OrderState.CANCELLED)
        self._finish(cancelled, ZERO, 1800, "cancelled today's order in time: refused.")
        served = self._guest_star("Jeanne", "Habran", "2A")
        spent = self._add_order(served, self._today, state=OrderState.COLLECTED)
        self._finish(served, spent, 1500, "has collected today's meal at another till: refused.")
        allergic = replace(
            self._guest_star("Émilie", "Cuvelier", "5D"),
            allergens=frozenset({min(self._main.allergens, key=list(Allergen).index)}),
        )
        spent = self._add_order(allergic, self._today, product=self._main.id)
        words = "ordered today's dish, which holds an allergen of hers: served, with a warning."
        self._finish(allergic, spent, 2000, words)

    def _special_money(self) -> None:
        rich = self._guest_star("Thomas", "Roulin", "6A")
        self._finish(rich, ZERO, 2500, "has no order and enough money: today's dish is sold.")
        poor = self._guest_star("Sofie", "Baeten", "1F")
        self._finish(poor, ZERO, 120, "has no order and 1.20 euro: not enough money.")
        saver = self._guest_star("Karim", "Elhami", "6C")
        self._top_up(saver, WalletKind.RESERVE, Money(5000))
        words = "has 50 euro in the reserve wallet and nothing in the general one: refused."
        self._finish(saver, ZERO, 0, words)

    def _special_badges(self) -> None:
        blocked = self._guest_star("Arthur", "Quevrin", "4A")
        spent = self._add_order(blocked, self._today)
        self._finish(blocked, spent, 900, "has a blocked badge: refused.", BadgeState.BLOCKED)
        loser = self._guest_star("Marie", "Lambrechts", "2E")
        spent = self._add_order(loser, self._today)
        self._finish(loser, spent, 1100, "lost this badge: refused.", BadgeState.LOST)
        fresh = self._add_badge(loser, BadgeState.ACTIVE, length=4)
        words = "has this badge in place of a lost one: the meal is collected."
        self._special.append(DemoBadge(fresh, _name(loser), words))

    def _special_names(self) -> None:
        names = (
            ("Maximilienne-Aurélie", "Vanderstichelen-Roy", "5A", "has a name of 40 characters"),
            ("Noëlle-Françoise", "D'Haese-Weiß", "3E", "has accents, an apostrophe and an ß"),
            ("Lu\x1bcas", "Mo\x07nfort\t", "1C", "had control bytes in the name, now gone"),
            ("Julie", "Peeters", "2B", "has the same name as a pupil of 5F"),
            ("Julie", "Peeters", "5F", "has the same name as a pupil of 2B"),
        )
        for first_name, last_name, class_name, words in names:
            pupil = self._guest_star(first_name, last_name, class_name)
            spent = self._add_order(pupil, self._today)
            self._finish(pupil, spent, 1700, f"{words}: the meal is collected.")

    def _strangers(self) -> None:
        unknown = self._credential(7)
        words = "is a badge that this school does not know: refused."
        self._special.append(DemoBadge(unknown, "(unknown badge)", words))
        changing = Credential(Technology.ISO14443A, b"\x08" + self._chance.randbytes(3))
        words = "is a card that shows another number at each tap: no identity, refused."
        self._special.append(DemoBadge(changing, "(random number)", words))

    def _guest_star(self, first_name: str, last_name: str, class_name: str) -> Pupil:
        """Return a pupil for whom something special is arranged."""
        # Names come from outside: what a printer would obey is taken out at the door.
        self._star_count += 1
        return Pupil(
            id=PupilId(self._id("star", self._star_count)),
            first_name=printable(first_name),
            last_name=printable(last_name),
            class_name=class_name,
            price_class=PriceClass.PUPIL,
            allergens=frozenset(),
            diet="",
            language=Language.FR,
        )

    def _finish(
        self,
        pupil: Pupil,
        spent: Money,
        left_cents: int,
        words: str,
        state: BadgeState = BadgeState.ACTIVE,
    ) -> None:
        self._pupils.append(pupil)
        if spent + Money(left_cents):
            self._top_up(pupil, WalletKind.GENERAL, spent + Money(left_cents))
        credential = self._add_badge(pupil, state)
        self._special.append(DemoBadge(credential, _name(pupil), words))

    def _id(self, kind: str, number: int) -> str:
        return str(uuid5(_NAMESPACE, f"{self._seed} {kind} {number}"))


def _main_id(place: int) -> ProductId:
    return ProductId(f"main-{place % len(MAIN_DISHES) + 1}")


def _vegetarian_id(place: int) -> ProductId:
    return ProductId(f"vegetarian-{place % len(VEGETARIAN_DISHES) + 1}")


def _name(pupil: Pupil) -> str:
    return f"{pupil.first_name} {pupil.last_name}, {pupil.class_name}"


def _service_days(today: date) -> tuple[date, ...]:
    """Return some service days before today, today itself, and the days that can be ordered."""
    calendar = SchoolCalendar(ZoneInfo("Europe/Brussels"))

    def walk(step: int, count: int) -> list[date]:
        days: list[date] = []
        day = today
        while len(days) < count:
            day += timedelta(days=step)
            if calendar.is_service_day(day):
                days.append(day)
        return days

    before = walk(-1, _DAYS_BEFORE)
    return (*reversed(before), today, *walk(1, _SERVICE_DAYS - 1))


def _school(seed: int, *, walk_in: ProductId) -> School:
    secret = hashlib.sha256(f"demo badge key {seed}".encode()).digest()
    return School(
        id=SchoolId("demo"),
        header=SchoolHeader(
            name="Institut du Tilleul",
            address="Rue de la Fontaine 12, 4999 Exempleville",
            number="BE 0123.456.749",
        ),
        zone="Europe/Brussels",
        day_starts_at=time(0, 0),
        orders_close_at=time(9, 0),
        order_days_max=15,
        closed_days=frozenset(),
        policy=Policy(
            version=1,
            walk_in=WalkIn.SELL,
            walk_in_product=walk_in,
            overdraft_max=ZERO,
            sale_max=Money(1500),
            pupil_offline_max=Money(3000),
            terminal_offline_max=Money(300_000),
            terminal_offline_count_max=2000,
            snapshot_warn=timedelta(hours=4),
            snapshot_stop=timedelta(hours=24),
            assurance_min_collect=Assurance.UID,
            assurance_min_sale=Assurance.UID,
            print_collected=True,
            print_sales=True,
        ),
        badge_key=secret,
    )


def _products() -> dict[ProductId, Product]:
    meal = (450, 300, 600, 750)
    dishes = [
        _product(_main_id(place), dish, Category.MEAL, 60, meal)
        for place, dish in enumerate(MAIN_DISHES)
    ]
    dishes += [
        _product(_vegetarian_id(place), dish, Category.MEAL, 60, meal)
        for place, dish in enumerate(VEGETARIAN_DISHES)
    ]
    others = (
        _product(_SANDWICH_ID, SANDWICH, Category.SANDWICH, 60, (350, 250, 420, 480)),
        _product("soup", Dish("Potage du jour", frozenset({Allergen.CELERY})), Category.OTHER, 60),
        _product("water", Dish("Eau 50 cl", frozenset()), Category.DRINK, 60),
        _product("lemonade", Dish("Limonade 33 cl", frozenset()), Category.DRINK, 60, (150,)),
        _product("apple", Dish("Pomme", frozenset()), Category.SNACK, 60, (60,)),
        _product(
            "waffle",
            Dish("Gaufre", frozenset({Allergen.GLUTEN, Allergen.EGGS, Allergen.MILK})),
            Category.SNACK,
            60,
            (180,),
        ),
        _product("badge", Dish("Badge de remplacement", frozenset()), Category.OTHER, 210, (500,)),
    )
    return {product.id: product for product in (*dishes, *others)}


def _product(
    product_id: str,
    dish: Dish,
    category: Category,
    vat_permille: int,
    cents: tuple[int, ...] = (100,),
) -> Product:
    classes = (PriceClass.PUPIL, PriceClass.REDUCED, PriceClass.TEACHER, PriceClass.GUEST)
    prices = dict(zip(classes, (Money(amount) for amount in cents), strict=False))
    return Product(
        id=ProductId(product_id),
        name=dish.name,
        category=category,
        vat_permille=vat_permille,
        allergens=dish.allergens,
        prices=MappingProxyType(prices),
    )
