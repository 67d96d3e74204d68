"""The demo school: some 600 pupils, a fortnight of meals, and badges for which something waits.

Everything follows from the seed and the day: the same two give the same school, on any machine.
The plain numbers of the badges stay in the `DemoSchool`; its records hold keyed hashes alone.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from types import MappingProxyType
from uuid import UUID, uuid5

from central.names import (
    FIRST_NAMES,
    LAST_NAMES,
)
from central.pins import SALT_BYTES, pin_hash
from central.records import School
from central.seed_offer import (
    DEMO_ZONE,
    LEMONADE_ID,
    SANDWICH_ID,
    WAFFLE_ID,
    demo_products,
    demo_record,
    main_id,
    vegetarian_id,
)
from core.calendar import SchoolCalendar
from core.catalogue import Product
from core.ids import BadgeKey, OrderId, ProductId, PupilId, StaffId
from core.ledger import Account, AccountKind, Legs, reservation, transfer, wallet_account
from core.limits import Limits
from core.money import ZERO, Money
from core.orders import Order, OrderState
from core.people import Allergen, Badge, BadgeState, Language, PriceClass, Pupil
from core.staff import Right, StaffMember
from core.tap import Credential, Technology, badge_key
from core.text import printable
from core.wallet import WalletKind, Wallets

_NAMESPACE = UUID("6f1c2d3e-8f4b-5a6c-9d7e-0a1b2c3d4e5f")
_CLASSES = tuple(f"{year}{letter}" for year in range(1, 7) for letter in "ABCDEF")
_PUPILS_A_CLASS = (15, 18)
_TEACHERS, _GUESTS = 18, 4
_DAYS_BEFORE, _SERVICE_DAYS = 3, 10
_LANGUAGES = (Language.FR,) * 13 + (Language.NL,) * 4 + (Language.DE,) * 3
_DIETS = ("",) * 17 + ("vegetarian", "halal", "no pork")


@dataclass(frozen=True, slots=True)
class DemoBadge:
    """A badge to tap in the demo. expectation: what awaits it, in one plain sentence."""

    credential: Credential
    name: str
    expectation: str


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A member of the demo's staff. badge: to sign in with; pin: the same without it."""

    member: StaffMember
    key: BadgeKey
    badge: DemoBadge
    pin: str


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

    badges: the `special_count` special ones first, then every other. limits: what some parents
    allow. staff: who works at the till; their badges are not among `badges`.
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
    staff: tuple[DemoStaff, ...] = ()
    limits: Mapping[PupilId, Limits] = field(default_factory=dict)

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


def demo_day(moment: datetime) -> date:
    """Return the day that a moment (aware) belongs to at the demo school."""
    return SchoolCalendar(DEMO_ZONE).business_day(moment)


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
        self._products = demo_products()
        self._main = self._products[main_id(self._days.index(today))]
        self._school = demo_record(seed, walk_in=self._main.id)
        self._menu = self._make_menu()
        self._pupils: list[Pupil] = []
        self._records: list[Badge] = []
        self._orders: list[Order] = []
        self._bookings: list[SeedBooking] = []
        self._special: list[DemoBadge] = []
        self._plain: list[DemoBadge] = []
        self._uids: set[bytes] = set()
        self._star_count = 0
        self._limits: dict[PupilId, Limits] = {}

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
            staff=tuple(self._make_staff(hired) for hired in _STAFF),
            limits=MappingProxyType(self._limits),
        )

    # --- what is offered -------------------------------------------------------------------

    def _make_menu(self) -> tuple[tuple[date, ProductId], ...]:
        return tuple(
            (day, product)
            for place, day in enumerate(self._days)
            for product in (main_id(place), vegetarian_id(place), SANDWICH_ID)
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
        main, vegetarian = main_id(place), vegetarian_id(place)
        if pupil.diet in ("vegetarian", "halal"):
            return vegetarian
        return self._chance.choice((main,) * 6 + (SANDWICH_ID,) * 3 + (vegetarian,))

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
        self._special_prices()
        self._special_limits()

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

    def _special_prices(self) -> None:
        people = (
            ("Claire", "Delvaux", "Prof.", PriceClass.TEACHER, "the teachers' price"),
            ("Invité", "1", "Guest", PriceClass.GUEST, "the guests' price"),
        )
        for first_name, last_name, class_name, price_class, words in people:
            person = self._guest_star(first_name, last_name, class_name)
            person = replace(person, price_class=price_class)
            self._finish(person, ZERO, 3000, f"has no order: today's dish is sold at {words}.")

    def _special_limits(self) -> None:
        frugal = self._guest_star("Inès", "Nolin", "3C")
        self._limits[frugal.id] = Limits(daily_max=Money(400), product_max={WAFFLE_ID: 0})
        words = "has no order, and parents who allow 4.00 euro a day and no waffle: refused."
        self._finish(frugal, ZERO, 2200, words)
        asked = replace(
            self._guest_star("Élise", "Fonder", "1B"),
            allergens=frozenset({min(self._main.allergens, key=list(Allergen).index)}),
        )
        self._limits[asked.id] = Limits(asks_allergens=True)
        spent = self._add_order(asked, self._today, product=self._main.id)
        words = (
            "ordered a dish that holds an allergen of hers: staff are asked before it is served."
        )
        self._finish(asked, spent, 1900, words)
        # A chance of their own: the others of a seed stay who they were before there were limits.
        chance = Random(self._seed + 1)  # noqa: S311  a demo's school, not a secret
        for pupil in self._pupils[: len(self._plain)]:
            if chance.randrange(8) == 0:
                self._limits[pupil.id] = Limits(
                    daily_max=Money(chance.randrange(1000, 2500, 500)),
                    product_max={LEMONADE_ID: chance.randrange(1, 3)},
                    asks_allergens=bool(pupil.allergens) and chance.randrange(2) == 0,
                )

    def _make_staff(self, hired: "_Hired") -> DemoStaff:
        staff_id = StaffId(self._id("staff", hired.number))
        pepper = self._school.badge_key
        salt = hashlib.sha256(f"demo salt {staff_id}".encode()).digest()[:SALT_BYTES]
        member = StaffMember(
            id=staff_id,
            name=hired.name,
            pin_hash=_demo_pin_hash(staff_id, hired.pin, pepper, salt),
            rights=hired.rights,
        )
        credential = self._credential(7)
        words = f"is of the staff: signs in at the till, as does the PIN {hired.pin}."
        return DemoStaff(
            member=member,
            key=badge_key(credential, school_key=pepper),
            badge=DemoBadge(credential, hired.name, words),
            pin=hired.pin,
        )

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


@dataclass(frozen=True, slots=True)
class _Hired:
    number: int
    name: str
    pin: str
    rights: frozenset[Right]


_COUNTER = frozenset({Right.SELL, Right.SERVE_BY_NAME, Right.TOP_UP, Right.CASH})
_STAFF = (
    _Hired(1, "Fatima B.", "246810", _COUNTER | {Right.CLOSE}),
    _Hired(2, "Marc D.", "135791", frozenset({Right.SELL})),
    _Hired(3, "Annick P.", "975310", frozenset(Right)),
    _Hired(4, "Nadia K.", "864209", _COUNTER | {Right.CLOSE, Right.OFFICE}),
)


@cache
def _demo_pin_hash(staff: StaffId, pin: str, pepper: bytes, salt: bytes) -> str:
    # It takes its time by design, and the same school is made over and over in tests.
    return pin_hash(staff, pin, pepper=pepper, salt=salt)


def _name(pupil: Pupil) -> str:
    return f"{pupil.first_name} {pupil.last_name}, {pupil.class_name}"


def _service_days(today: date) -> tuple[date, ...]:
    """Return some service days before today, today itself, and the days that can be ordered."""
    calendar = SchoolCalendar(DEMO_ZONE)

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
