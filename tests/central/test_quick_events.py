"""What is read and booked quickly is what the core reads and the books' own rules book."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central import plain_runs, quick_booking
from central.arrivals import read_checked
from central.booking import Books, book
from central.documents import Documents
from central.event_cuts import whole
from central.plain_runs import book_plain
from central.quick_booking import book_quick, plain_legs
from central.quick_events import read_quick
from central.transfers import legs_of_transfer, transfer_of
from core.catalogue import Category
from core.chain import GENESIS, canonical
from core.codec import moment_text
from core.events import Basis, Event, Stamp, seal
from core.facts import Circumstance, MealCollected, SaleLine, SaleMade, Tender
from core.ids import uuid7
from core.ledger import AccountKind, legs_of
from core.money import Money, sum_money, vat_within
from core.orders import Order, OrderState
from core.people import Allergen, PriceClass
from core.tap import Assurance

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
PUPILS = ("ann", "ben", "nobody")
BADGES = ("aa" * 16, "bb" * 16, None)


def money() -> st.SearchStrategy[Money]:
    return st.sampled_from((0, 1, 150, 450, 999_999, 1_000_000, 1_000_001)).map(Money)


@st.composite
def facts(draw):
    extras = {
        "staff": draw(st.sampled_from((None, "s-1"))),
        "why": draw(st.sampled_from(("", "badge lost", "oubli\u00e9"))),
        "accepted": draw(st.sampled_from(((), (Allergen.MILK,)))),
        "circumstances": draw(
            st.sampled_from(((), (Circumstance.NO_ORDER,), (Circumstance.BLOCKED_BADGE,)))
        ),
    }
    pupil, badge = draw(st.sampled_from(PUPILS)), draw(st.sampled_from(BADGES))
    if draw(st.booleans()):
        order = draw(st.sampled_from(("o-1", "o-2", "o-3", "o-4", "o-5")))
        price = draw(money())
        return MealCollected(DAY, pupil, order, "main", price, badge, Assurance.UID, 1, **extras)
    lines = tuple(
        SaleLine("p", category, quantity, price, 60, vat_within(price, vat_permille=60))
        for category, quantity, price in draw(
            st.lists(
                st.tuples(st.sampled_from(Category), st.sampled_from((1, 2, 1000, 1001)), money()),
                min_size=1,
                max_size=3,
            )
        )
    )
    tender = draw(st.sampled_from(Tender))
    return SaleMade(
        DAY,
        pupil if tender is Tender.WALLET else draw(st.sampled_from((*PUPILS, None))),
        PriceClass.PUPIL,
        lines,
        sum_money(line.total for line in lines),
        badge,
        Assurance.UID,
        1,
        is_walk_in=draw(st.booleans()),
        tender=tender,
        is_to_settle=tender is Tender.LATER or draw(st.booleans()),
        **extras,
    )


@st.composite
def bodies(draw):
    at = NOON + timedelta(minutes=draw(st.sampled_from((-600, -6, 0, 4, 6, 60 * 24 * 366 * 300))))
    event = Event(
        epoch=1,
        seq=7,
        id=uuid7(at_ms=1, entropy=bytes(10)),
        stamp=Stamp(at, 5, "boot", is_synced=True),
        basis=Basis("3", 1, is_online=True),
        fact=draw(facts()),
    )
    return seal(event, prev_hash=GENESIS).body


ODD = ["", "x", -1, 0, 1, 2**70, True, None, 1.0, [], {}, "24:00", "2026-11-24", "sale.made"]


@st.composite
def spoiled(draw):
    """A body in which one value, wherever it stands, is another one, or is missing."""
    plain = json.loads(draw(bodies()))
    target = draw(st.sampled_from((plain, plain["data"], plain["basis"])))
    if "lines" in target and draw(st.booleans()):
        target = target["lines"][0]
    key = draw(st.sampled_from(sorted(target)))
    if draw(st.booleans()):
        del target[key]
    else:
        target[key] = draw(st.sampled_from(ODD))
    return canonical(plain)


def make_books() -> Books:
    states = zip(("o-1", "o-2", "o-3", "o-4"), OrderState, strict=True)
    return Books(
        overdraft_max=Money(500),
        orders={key: Order(key, "ann", DAY, "main", Money(450), state) for key, state in states},
        wallet_cents={"ann": 100, "ben": 1_000_000},
        badges={"aa" * 16: "ann"},
        last_at=NOON,
        limited=frozenset({"ann"}),
    )


def expect_the_same(body: bytes) -> bool:
    """Compare both ways, and say whether the quick one took it."""
    (quick,) = read_quick(whole([body]), epoch=1, first_seq=7)
    if quick is None:
        return False
    event = read_checked(body, 1, 7)
    assert (quick.id, quick.kind, quick.at) == (event.id, event.fact.kind.value, event.stamp.at)
    slow_books, books = make_books(), make_books()
    booking = book(event, slow_books, now=NOON)
    quickly = book_quick(quick, books, now=NOON)
    assert tuple(quickly.flags) == booking.flags
    assert list(quickly.legs) == [
        (leg.name, leg.account.kind.value, leg.account.owner, leg.amount.cents)
        for leg in booking.legs
    ]
    slow_books.documents = books.documents = Documents()  # what corrections look back on
    assert books == slow_books
    return True


@given(bodies())
def test_a_fact_is_booked_as_the_rules_say(body):
    expect_the_same(body)


@given(spoiled())
def test_what_is_not_plainly_well_is_left_to_the_core(body):
    expect_the_same(body)


@pytest.mark.parametrize(
    "change",
    [
        (b'"kind":"meal.collected"', b'"kind":"meal.collected","kind":"sale.made"'),
        (b'"receipt":1', b'"receipt":1,"why":"\\ud800"'),
        (b'"seq":7', b'"seq":9'),
        (b"11:00:00.000Z", b"11:00:00.00Z0"),
        (b"T11:00:00.000Z", b" 11:00:00.000Z"),
        (b'"price_cents":450', b'"price_cents":450.0'),
    ],
)
def test_what_could_be_read_in_two_ways_is_left_to_the_core(change):
    assert change[0] in plain_meal()
    spoiled = plain_meal().replace(*change)
    assert read_quick(whole([spoiled]), epoch=1, first_seq=7) == [None]
    among = [plain_meal(), spoiled.replace(b'"seq":7', b'"seq":8')]
    assert [read is None for read in read_quick(whole(among), epoch=1, first_seq=7)] == [
        False,
        True,
    ]


def test_the_facts_of_a_lunch_are_taken():
    assert expect_the_same(plain_meal())


def test_the_control_another_rule_is_noticed(monkeypatch):
    forgetful = ([], AccountKind.MEALS_PREPAID)
    monkeypatch.setattr(quick_booking, "collect", lambda fact, books: forgetful)
    with pytest.raises(AssertionError):
        expect_the_same(plain_meal())


@st.composite
def lunches(draw):
    """Bodies of consecutive places, of which most break no rule."""
    facts = draw(st.lists(st.sampled_from(sorted(LUNCH)), min_size=1, max_size=6))
    minutes = draw(st.sampled_from(((0, 0), (-6, 1), (-600, 0), (1, 1))))
    return [
        sealed(LUNCH[name], seq, NOON + timedelta(minutes=minutes[seq % 2]))
        for seq, name in enumerate(facts, start=7)
    ]


def expect_the_same_of_a_run(run: list[bytes]) -> bool:
    """Compare a run that is booked at once with its facts one by one, and say whether it was."""
    quick = read_quick(whole(run), epoch=1, first_seq=7)
    assert None not in quick, "what is plainly well is read"
    books, one_by_one = make_books(), make_books()
    is_plain = book_plain(quick, books, now_text=moment_text(NOON))
    if not is_plain:
        assert books == make_books(), "what is not booked changes nothing"
        return False
    for fact in quick:
        booking = book_quick(fact, one_by_one, now=NOON)
        assert booking.flags == []
        assert list(booking.legs) == list(plain_legs(fact))
        assert transfer_of(fact.kind, booking.legs) == fact.data.transfer()
    assert books == one_by_one
    return True


@given(lunches())
def test_a_run_that_breaks_no_rule_is_booked_as_its_facts_are(run):
    expect_the_same_of_a_run(run)


@given(facts())
def test_what_stands_in_an_events_row_gives_the_same_legs(fact):
    legs = [
        (leg.name, leg.account.kind.value, leg.account.owner, leg.amount.cents)
        for leg in legs_of(fact)
    ]
    transfer = transfer_of(fact.kind.value, legs)
    is_lunch = isinstance(fact, MealCollected) or (
        fact.tender is Tender.WALLET and len(legs) == 2 and legs[1][0] == "line.0"
    )
    assert (transfer is not None) == (is_lunch and bool(legs))
    if transfer is not None:
        assert list(legs_of_transfer(fact.kind.value, transfer)) == legs


@pytest.mark.parametrize("name", ["meal", "water", "by name", "juice", "no order"])
def test_what_breaks_no_rule_is_plain(name):
    assert expect_the_same_of_a_run([sealed(LUNCH[name], 7, NOON)])


@pytest.mark.parametrize(
    "names",
    [
        ("meal", "meal"),
        ("meal", "other's meal"),
        ("dearer meal",),
        ("collected",),
        ("unknown order",),
        ("blocked",),
        ("to settle",),
        ("stranger",),
        ("unknown badge",),
        ("water", "water", "feast"),
    ],
)
def test_a_run_that_breaks_a_rule_is_not_plain(names):
    run = [sealed(LUNCH[name], seq, NOON) for seq, name in enumerate(names, start=7)]
    assert not expect_the_same_of_a_run(run)


@pytest.mark.parametrize("minutes", [-1, 1, 60 * 24 * 366 * 300, -60 * 24 * 366 * 100])
def test_a_clock_that_jumps_is_not_plain(minutes):
    run = [sealed(LUNCH["water"], 7, NOON + timedelta(minutes=minutes))]
    assert not expect_the_same_of_a_run(run)


def test_the_first_events_of_a_terminal_are_plain():
    (fact,) = read_quick(whole([sealed(LUNCH["water"], 7, NOON)]), epoch=1, first_seq=7)
    books = make_books()
    books.last_at = None
    assert book_plain([fact], books, now_text=moment_text(NOON))


def test_the_control_a_rule_that_is_forgotten_is_noticed(monkeypatch):
    monkeypatch.setattr(plain_runs, "_left", lambda moved, books: dict.fromkeys(moved, 0))
    run = [sealed(LUNCH["feast"], 7, NOON)]
    with pytest.raises(AssertionError):
        expect_the_same_of_a_run(run)


def meal(order: str = "o-1", pupil: str = "ann", cents: int = 450) -> MealCollected:
    badge = {"ann": "aa" * 16}.get(pupil)
    return MealCollected(DAY, pupil, order, "main", Money(cents), badge, Assurance.UID, 1)


def sale(cents: int, *, pupil: str = "ann", badge: str | None = "aa" * 16, **extras) -> SaleMade:
    price = Money(cents)
    line = SaleLine("p", Category.DRINK, 1, price, 60, vat_within(price, vat_permille=60))
    more = {"is_walk_in": False, **extras}
    return SaleMade(DAY, pupil, PriceClass.PUPIL, (line,), price, badge, Assurance.UID, 1, **more)


LUNCH = {
    "meal": meal(),
    "other's meal": meal(pupil="ben"),
    "dearer meal": meal(cents=451),
    "collected": meal("o-2"),
    "unknown order": meal("o-9"),
    "water": sale(150),
    "juice": sale(200, pupil="ben", badge=None),
    "by name": sale(0, badge=None),
    "no order": sale(150, circumstances=(Circumstance.NO_ORDER,), is_walk_in=True),
    "feast": sale(601),
    "blocked": sale(1, circumstances=(Circumstance.BLOCKED_BADGE,)),
    "to settle": sale(1, is_to_settle=True),
    "stranger": sale(1, pupil="nobody", badge=None),
    "unknown badge": sale(1, badge="bb" * 16),
}


def sealed(fact: MealCollected | SaleMade, seq: int, at: datetime) -> bytes:
    stamp = Stamp(at, 5, "boot", is_synced=True)
    event_id = uuid7(at_ms=1, entropy=Random(seq).randbytes(10))
    event = Event(1, seq, event_id, stamp, Basis("3", 1, is_online=True), fact)
    return seal(event, prev_hash=GENESIS).body


def plain_meal() -> bytes:
    return sealed(meal(), 7, NOON)
