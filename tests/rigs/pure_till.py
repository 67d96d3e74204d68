"""A till without a machine: the core's decisions over its own sums, and a small school around it.

What a decision says is sealed to bytes, read back and added to the sums, as the real till does; the
view of each decision is made of those sums. Time is moved by hand.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from canteen import NOON, POLICY, STEW

from core.basket import Item, merged
from core.calendar import SchoolCalendar
from core.catalogue import Category, Product
from core.chain import GENESIS
from core.correct import Act, Back, Corrected, refund, undo, void
from core.decide import serve, serve_by_name
from core.decision import Accepted, Done, Outcome, Presence, Refused
from core.events import Basis, Event, SealedEvent, Stamp, read_event, seal
from core.facts import (
    Direction,
    Fact,
    PinRefused,
    Proof,
    Reason,
    StaffSignedIn,
    Tender,
)
from core.ids import NO_COMMAND, BadgeKey, CommandId, EventId, OrderId, ProductId, PupilId, StaffId
from core.limits import NO_LIMITS, Limits
from core.money import Money
from core.orders import Order, OrderState
from core.people import Allergen, Badge, BadgeState, Language, PriceClass, Pupil
from core.policy import Policy
from core.receipt import SchoolHeader
from core.sale import Wanted, sell
from core.shift import (
    Books,
    close_period,
    end_training,
    move_cash,
    open_drawer,
    open_shift,
    release_pin,
    start_training,
    top_up,
)
from core.staff import Right, StaffMember
from core.tap import Assurance
from core.till_state import TillState
from core.unsettled import Position
from core.view import Holder, OwnSums, Place, View
from core.wallet import Wallets

ALICE, BOB, PROF, STRANGER = "alice", "bob", "prof", "stranger"
SOUP = Product(
    ProductId("soup"),
    "Soupe",
    Category.OTHER,
    120,
    frozenset({Allergen.CELERY}),
    MappingProxyType({PriceClass.PUPIL: Money(105), PriceClass.TEACHER: Money(155)}),
)
WATER = Product(
    ProductId("water"),
    "Eau",
    Category.DRINK,
    60,
    frozenset(),
    MappingProxyType({PriceClass.PUPIL: Money(85), PriceClass.GUEST: Money(120)}),
)
BOOK = Product(
    ProductId("book"),
    "Cahier",
    Category.OTHER,
    210,
    frozenset(),
    MappingProxyType({PriceClass.PUPIL: Money(333)}),
)
PRODUCTS = MappingProxyType({product.id: product for product in (STEW, SOUP, WATER, BOOK)})
CHEF = StaffMember(StaffId("chef"), "Annick P.", "", frozenset(Right))
HELP = StaffMember(StaffId("help"), "Marc D.", "", frozenset({Right.SELL}))
STAFF = {member.id: member for member in (CHEF, HELP)}
PLACE = Place(
    SchoolHeader("Athénée", "Rue de l'Étuve 1", "0123.456.749"),
    SchoolCalendar(zone=ZoneInfo("Europe/Brussels")),
    "Caisse 1",
)
SHOP = replace(POLICY, takes_cash=True, top_up_max=Money(5000), terminal_offline_max=Money(90_000))
"""Rules under which everything is allowed that a school may allow; pupils without order buy."""

T = TypeVar("T", bound=Outcome)


@dataclass
class Known:
    """What the copy says of a pupil."""

    pupil: Pupil
    general: Money
    orders: list[Order] = field(default_factory=list)
    limits: Limits = NO_LIMITS
    badge: BadgeState = BadgeState.ACTIVE


def person(name: str, price_class: PriceClass = PriceClass.PUPIL) -> Pupil:
    """Return a pupil, or another person who eats at school."""
    return Pupil(PupilId(name), name.title(), "V", "3B", price_class, frozenset(), "", Language.FR)


class PureTill:
    """One till; its methods are what people do at it, and return what became of it."""

    def __init__(self, policy: Policy = SHOP) -> None:
        self.policy = policy
        self.now = NOON
        self.mono_ms = 5_000_000
        self.boot = "boot-1"
        self.copy_at: datetime | None = NOON
        self.state = TillState()
        self.head_hash = GENESIS
        self.events: list[Event] = []
        self.sealed: list[SealedEvent] = []
        self.is_online = True
        self.is_training = False
        self.is_day_known = True
        self.people = {
            ALICE: Known(person(ALICE), Money(2000), [self.order("o1", ALICE)]),
            BOB: Known(person(BOB), Money(2000)),
            PROF: Known(person(PROF, PriceClass.TEACHER), Money(3000)),
        }

    @staticmethod
    def order(order_id: str, pupil: str, state: OrderState = OrderState.RESERVED) -> Order:
        """Return an order of the stew for the day of the tests."""
        day = NOON.date()
        return Order(OrderId(order_id), PupilId(pupil), day, STEW.id, Money(430), state)

    # --- time and knowledge ----------------------------------------------------------------

    def wait(self, **length: float) -> None:
        """Let time go by, on both clocks."""
        passed = timedelta(**length)
        self.now += passed
        self.mono_ms += passed // timedelta(milliseconds=1)

    def restart(self) -> None:
        """Start the machine again: the sums are made anew from the bytes of the journal."""
        settled = self.state.settled
        self.boot = f"boot-{len(self.events)}"
        self.mono_ms = 1000
        self.state = TillState()
        self.state.unsettled.settled = settled
        for sealed in self.sealed:
            self.state.apply(read_event(sealed.body))

    def stamp(self) -> Stamp:
        """Return the clocks."""
        return Stamp(self.now, self.mono_ms, self.boot, is_synced=True)

    def view(self, who: str | None = None, *, by_name: bool = False) -> View:
        """Return what stands before a decision about somebody; None for nobody or a guest."""
        known = self.people.get(who or "")
        key = None if who is None or by_name else BadgeKey(f"key of {who}")
        holder = None if known is None else self._holder(known, key)
        operator = self.state.sign_in.operator
        return View(
            place=PLACE,
            day=self.now.date(),
            copy_at=self.copy_at,
            is_online=self.is_online,
            badge=key,
            holder=holder,
            own=self._own(holder, key),
            products=PRODUCTS,
            epoch=max(1, self.state.head[0]),
            next_seq=self.state.head[1] + 1,
            next_receipt=self.state.receipt_number + 1,
            operator=None if operator is None else STAFF.get(operator),
            has_shift=self.state.period.cash_opening is not None,
            is_training=self.is_training,
            is_day_known=self.is_day_known,
        )

    def _holder(self, known: Known, key: BadgeKey | None) -> Holder:
        badge = None if key is None else Badge(key, known.pupil.id, known.badge, "E5F6")
        wallets = Wallets(general=known.general, reserve=Money(1500))
        return Holder(badge, known.pupil, wallets, tuple(known.orders), known.limits)

    def _own(self, holder: Holder | None, key: BadgeKey | None) -> OwnSums:
        state, day = self.state, self.now.date()
        pupil = PupilId("") if holder is None else holder.pupil.id
        orders = [] if holder is None else [order.id for order in holder.orders]
        eater = pupil or key
        return OwnSums(
            collected_at={
                one: state.collected_at[one] for one in orders if one in state.collected_at
            },
            walk_in_at=None if eater is None else state.walk_in_at(day, eater),
            pupil_unsettled=state.unsettled.owed_of(pupil),
            pupil_risk=state.unsettled.risk_of(pupil),
            terminal_risk=state.unsettled.risk,
            terminal_risk_count=state.unsettled.count,
            bought=state.unsettled.bought_of(pupil, day),
            accepted=state.asked.get((day, pupil), frozenset()),
            given_back=frozenset(one for one in orders if one in state.given_back),
        )

    def balance(self, who: str) -> Money:
        """Return what somebody can spend."""
        return self.people[who].general - self.state.unsettled.owed_of(PupilId(who))

    # --- what is stored --------------------------------------------------------------------

    def store(self, facts: Iterable[Fact]) -> None:
        """Store facts as the next events, and add them to the sums."""
        for fact in facts:
            seq = self.state.head[1] + 1
            event_id = EventId(f"00000000-0000-7000-8000-{seq:012d}")
            basis = Basis("1", self.policy.version, is_online=self.is_online)
            event = Event(max(1, self.state.head[0]), seq, event_id, self.stamp(), basis, fact)
            sealed = seal(event, prev_hash=self.head_hash)
            again = read_event(sealed.body)
            assert replace(again, stamp=event.stamp) == event, "the bytes say what the event says"
            self.sealed.append(sealed)
            self.head_hash = sealed.hash
            self.events.append(again)
            self.state.apply(again)

    def _done(self, outcome: T) -> T:
        self.store(outcome.facts)
        return outcome

    @property
    def position(self) -> Position:
        """The place of the last event."""
        return self.state.head

    def acts(self) -> list[Event]:
        """Return the events of what can be taken back."""
        return [event for event in self.events if isinstance(event.fact, Act)]

    def document(self, event: Event) -> Corrected:
        """Return an act as corrections see it."""
        assert isinstance(event.fact, Act)
        documents = self.state.documents
        return Corrected(
            event=event,
            act=event.fact,
            is_last=documents.last_act is not None and documents.last_act.id == event.id,
            is_open=(event.epoch, event.seq) > self.state.period_began,
            is_voided=event.id in documents.voided,
            refunded=documents.refunded.get(event.id, {}),
        )

    # --- what people do --------------------------------------------------------------------

    def presence(self, why: str = "", *, accepts: bool = False, command: str = "") -> Presence:
        """Return how somebody stands before the till."""
        operator = self.state.sign_in.operator
        return Presence(
            Assurance.UID, operator, why, accepts, CommandId(command) if command else NO_COMMAND
        )

    def tap(self, who: str, *, accepts: bool = False) -> Accepted | Refused:
        """Lay a badge on the reader."""
        view = self.view(who)
        return self._done(serve(self.presence(accepts=accepts), view, self.policy, self.now))

    def by_name(self, who: str, why: str = "badge at home") -> Accepted | Refused:
        """Serve somebody whom staff found by name."""
        view = self.view(who, by_name=True)
        return self._done(serve_by_name(self.presence(why), view, self.policy, self.now))

    def sell(
        self,
        who: str | None,
        *items: tuple[Product, int],
        tender: Tender = Tender.WALLET,
        by_name: bool = False,
        accepts: bool = False,
        why: str = "",
    ) -> Outcome:
        """Sell a basket."""
        basket = merged(Item(product.id, count) for product, count in items)
        wanted = Wanted(basket, tender)
        view = self.view(who, by_name=by_name)
        presence = self.presence(why, accepts=accepts)
        return self._done(sell(wanted, presence, view, self.policy, self.now))

    def top_up(self, who: str, cents: int, *, by_name: bool = False, why: str = "") -> Outcome:
        """Put cash into a wallet."""
        view = self.view(who, by_name=by_name)
        return self._done(top_up(Money(cents), self.presence(why), view, self.policy, self.now))

    def undo(self) -> Outcome:
        """Take back the last act."""
        last = self.state.documents.last_act
        wanted = None
        if last is not None:
            wanted = self.document(next(one for one in self.events if one.id == last.id))
        view = self._view_of(wanted)
        return self._done(undo(wanted, self.presence(), view, self.policy, self.stamp()))

    def void(self, event: Event | None, why: str = "wrong dish", command: str = "") -> Outcome:
        """Take an act back before the closing."""
        wanted = None if event is None else self.document(event)
        presence = self.presence(why, command=command)
        return self._done(void(wanted, presence, self._view_of(wanted), self.policy, self.now))

    def refund(self, event: Event | None, *backs: tuple[int, int], why: str = "cold") -> Outcome:
        """Give products of a sale back: pairs of the line's place and how many."""
        wanted = None if event is None else self.document(event)
        given = tuple(Back(place, count) for place, count in backs)
        view = self._view_of(wanted)
        return self._done(refund(wanted, given, self.presence(why), view, self.policy, self.now))

    def _view_of(self, wanted: Corrected | None) -> View:
        who = None if wanted is None else wanted.act.pupil
        return self.view(who, by_name=True)

    def sign_in(self, member: StaffMember = CHEF, proof: Proof = Proof.BADGE) -> None:
        """Have somebody take over the till."""
        self.store([StaffSignedIn(member.id, proof)])

    def wrong_pin(self, member: StaffMember = CHEF) -> None:
        """Type a wrong PIN."""
        self.store([PinRefused(member.id)])

    def release(self, member: StaffMember) -> Outcome:
        """Let somebody try their PIN again."""
        return self._done(release_pin(member.id, self.view()))

    def open_shift(self, cents: int = 5000) -> Outcome:
        """Open the till with so much in the drawer."""
        return self._done(open_shift(Money(cents), self.presence(), self.view()))

    def move_cash(self, direction: Direction, cents: int, why: str = "change") -> Outcome:
        """Put cash in, or take it out."""
        view = self.view()
        return self._done(move_cash(direction, Money(cents), self.presence(why), view))

    def open_drawer(self, why: str = "stuck") -> Outcome:
        """Open the drawer without a sale."""
        return self._done(open_drawer(self.presence(why), self.view()))

    def train(self) -> Outcome:
        """Begin a training; the caller says what the till does then."""
        return self._done(start_training(self.view()))

    def serve_again(self) -> Outcome:
        """End a training."""
        return self._done(end_training(self.view()))

    def books(self) -> Books:
        """Return what a closing now would say."""
        closing = [one for one in self.sealed if one.id == self.state.closing_id]
        return Books(
            figures=self.state.period.figures(),
            closing_count=self.state.closing_count,
            receipt=self.state.receipt_number,
            head_hash=self.head_hash.hex(),
            previous_hash=closing[0].hash.hex() if closing else "",
            not_collected=None,
            unbooked=len(self.events),
        )

    def close(self, counted: int | None = None) -> Outcome:
        """Close the period."""
        money = None if counted is None else Money(counted)
        return self._done(close_period(money, self.presence(), self.view(), self.books()))

    # --- what the centre does --------------------------------------------------------------

    def settle(self) -> None:
        """Bring a copy that holds all that happened so far."""
        for who, known in self.people.items():
            known.general = self.balance(who)
            known.orders = [self._as_booked(order) for order in known.orders]
        self.copy_at = self.now
        self.state.settle(self.position)

    def _as_booked(self, order: Order) -> Order:
        is_collected = order.id in self.state.collected_at
        state = OrderState.COLLECTED if is_collected else OrderState.RESERVED
        return replace(order, state=state)


def served(outcome: Outcome) -> Accepted:
    """Return an outcome that serves somebody; fail with its reason when it does not."""
    assert isinstance(outcome, Accepted), outcome
    return outcome


def done(outcome: Outcome) -> Done:
    """Return an outcome that did what staff asked."""
    assert isinstance(outcome, Done), outcome
    return outcome


def reason_of(outcome: Outcome) -> Reason:
    """Return why something was refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


def fact_of(outcome: Outcome, kind: Callable[..., object]) -> Fact:
    """Return the one fact of an outcome, which must be of a kind."""
    (fact,) = outcome.facts
    assert isinstance(fact, kind)  # type: ignore[arg-type]
    return fact
