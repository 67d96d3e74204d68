"""The format of the copy: what the centre writes in rows, the terminal reads as it was meant."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from canteen import NOON, POLICY, STEW, TODAY, order, pupil

from core import snapshot
from core.catalogue import Category
from core.ids import BadgeKey, ProductId, PupilId, SchoolId, StaffId, TerminalId
from core.limits import Bought, Limits
from core.money import Money
from core.order_facts import Decline
from core.people import Allergen, Badge, BadgeState, PriceClass
from core.policy import CLOSED, WalkIn
from core.policy_plain import policy_from_plain, policy_plain
from core.receipt import SchoolHeader
from core.sale_facts import Circumstance
from core.snapshot import (
    Meta,
    SnapshotRowError,
    limit_row,
    limits_from_rows,
    staff_from_row,
    staff_row,
)
from core.staff import Right, StaffMember
from core.wallet import Wallets

META = Meta(
    format=snapshot.FORMAT,
    school_id=SchoolId("s1"),
    terminal_id=TerminalId("t1"),
    terminal_name="Caisse 1",
    cursor="88121",
    settled=(2, 41),
    made_at=NOON,
    school=SchoolHeader("Athénée", "Rue de l'Étuve 1", "0123.456.749"),
    zone="Europe/Brussels",
    day_starts_at=time(4, 0),
    orders_close_at=time(9, 0),
    order_days_max=15,
    closed_days=frozenset({date(2026, 11, 11), date(2026, 12, 25)}),
    policy=POLICY,
)


@pytest.mark.parametrize("policy", [POLICY, CLOSED])
def test_meta_is_read_back(policy: object) -> None:
    meta = replace(META, policy=policy)  # type: ignore[arg-type]
    assert snapshot.meta_from_rows(snapshot.meta_rows(meta)) == meta


def test_a_school_without_closed_days_has_none() -> None:
    meta = replace(META, closed_days=frozenset())
    assert snapshot.meta_from_rows(snapshot.meta_rows(meta)) == meta


def test_the_calendar_is_the_schools() -> None:
    calendar = META.calendar(ZoneInfo(META.zone))
    assert calendar.day_starts_at == time(4, 0)
    assert not calendar.is_service_day(date(2026, 11, 11))


def test_people_badges_products_and_orders_are_read_back_through_a_real_file() -> None:
    eater = pupil(allergens=frozenset({Allergen.MILK, Allergen.EGGS}), diet="halal")
    wallets = Wallets(general=Money(-120), reserve=Money(1500))
    badge = Badge(BadgeKey("k1"), PupilId("p1"), BadgeState.BLOCKED, "E5F6")
    every_price = MappingProxyType({price: Money(100) for price in PriceClass})
    soup = replace(STEW, id=STEW.id, prices=every_price)
    db = sqlite3.connect(":memory:")
    db.executescript(snapshot.SCHEMA)
    db.execute(
        f"INSERT INTO pupil ({snapshot.PUPIL_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",
        snapshot.pupil_row(eater, wallets),
    )
    db.execute(
        f"INSERT INTO badge ({snapshot.BADGE_COLUMNS}) VALUES (?,?,?,?)", snapshot.badge_row(badge)
    )
    db.execute(
        f"INSERT INTO product ({snapshot.PRODUCT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
        snapshot.product_row(soup),
    )
    db.execute(
        f"INSERT INTO meal_order ({snapshot.ORDER_COLUMNS}) VALUES (?,?,?,?,?,?)",
        snapshot.order_row(order()),
    )

    def only(table: str, columns: str) -> tuple[str | int | None, ...]:
        row: tuple[str | int | None, ...] = db.execute(f"SELECT {columns} FROM {table}").fetchone()
        return row

    assert snapshot.pupil_from_row(only("pupil", snapshot.PUPIL_COLUMNS)) == (eater, wallets)
    assert snapshot.badge_from_row(only("badge", snapshot.BADGE_COLUMNS)) == badge
    assert snapshot.product_from_row(only("product", snapshot.PRODUCT_COLUMNS)) == soup
    assert snapshot.order_from_row(only("meal_order", snapshot.ORDER_COLUMNS)) == order()
    db.close()


def test_control_bytes_in_a_name_do_not_pass_the_door() -> None:
    row = list(snapshot.pupil_row(pupil(), Wallets(Money(0), Money(0))))
    row[1] = "Al\x1b@ice"
    assert snapshot.pupil_from_row(row)[0].first_name == "Al@ice"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({}, "format is missing"),
        ({"format": "one"}, "one"),
        ({"made_at": "noon"}, "ends in Z"),
        ({"policy.walk_in": "maybe"}, "maybe"),
        ({"policy.overdraft_max_cents": "-1"}, "overdraft_max_cents is -1"),
    ],
)
def test_a_bad_meta_is_named(rows: dict[str, str], words: str) -> None:
    given = snapshot.meta_rows(META) | rows if rows else {}
    with pytest.raises(SnapshotRowError, match=words):
        snapshot.meta_from_rows(given)


def test_a_bad_row_is_named_by_table_and_key() -> None:
    pupil_row = list(snapshot.pupil_row(pupil(), Wallets(Money(0), Money(0))))
    pupil_row[8] = None
    with pytest.raises(SnapshotRowError, match="table pupil, row 'p1': None is not a whole number"):
        snapshot.pupil_from_row(pupil_row)
    with pytest.raises(SnapshotRowError, match="table badge, row 'k1': 'stolen'"):
        snapshot.badge_from_row(("k1", "p1", "stolen", "E5F6"))
    with pytest.raises(SnapshotRowError, match="table product, row 'stew'"):
        snapshot.product_from_row(("stew", "Stew", "meal", 60, "poison", 1, None, None, None))
    with pytest.raises(SnapshotRowError, match="table meal_order, row 'o1'"):
        snapshot.order_from_row(("o1", "p1", TODAY.strftime("%d/%m"), "stew", 450, "reserved"))


def test_answers_and_what_an_older_centre_does_not_say() -> None:
    answers = {
        (Circumstance.LOW_BALANCE, Category.MEAL): WalkIn.SETTLE,
        (Circumstance.STALE_COPY, Category.DRINK): WalkIn.SELL,
    }
    policy = replace(POLICY, answers=answers, settle_max=Money(700), takes_cash=True)
    plain = policy_plain(policy)
    assert plain["answers"] == "low_balance:meal=settle,stale_copy:drink=sell"
    assert policy_from_plain(plain) == policy
    later = (
        "answers",
        "settle_max_cents",
        "takes_cash",
        "top_up_max_cents",
        "needs_sign_in",
        "shows_balance",
    )
    old = {key: value for key, value in plain.items() if key not in later}
    assert policy_from_plain(old) == replace(POLICY, answers={})
    with pytest.raises(ValueError, match="settle_max_cents"):
        policy_from_plain(plain | {"settle_max_cents": -1})


def test_staff_and_limits_are_read_back() -> None:
    member = StaffMember(StaffId("s1"), "Fatima", "$x", frozenset({Right.SELL, Right.CLOSE}))
    assert staff_from_row(staff_row(member)) == member
    limits = Limits(Money(500), {ProductId("a=1,b"): 0}, asks_allergens=True)
    bought = ("p1", "2026-11-24", "water", 2, 160)
    read = limits_from_rows(limit_row(PupilId("p1"), limits), [bought])
    assert read == replace(limits, bought={ProductId("water"): Bought(2, Money(160))})
    assert limits_from_rows(limit_row(PupilId("p1"), Limits()), ()) == Limits()
    for maxima in ("[]", '{"water": "2"}', "water=2"):
        with pytest.raises(SnapshotRowError, match="table pupil_limit, row 'p1'"):
            limits_from_rows(("p1", None, 0, maxima), ())


REQUEST = ("c1", "p1", "o1", "2026-11-25", "reserve", "stew", "granted", "")
INVOICE = ("i1", "p1", "zoo", "Zoo", "5" * 12, "2026-11-24", 900, 0, 400)
INSTALMENT = ("i1", 1, "2026-12-24", 900)
APPOINTMENT = ("a1", "p1", "2026-12-03T16:10:00.000Z", "M. Maes", "Nederlands", "B14", "booked")


def test_what_a_kiosk_shows_beside_meals_is_read() -> None:
    assert snapshot.request_from_row(REQUEST).why is None
    assert snapshot.request_from_row((*REQUEST[:7], "of tomorrow")).why is Decline.OTHER
    assert snapshot.invoice_from_rows(INVOICE, [INSTALMENT]).left == Money(500)
    assert snapshot.appointment_from_row(APPOINTMENT).teacher == "M. Maes"


@pytest.mark.parametrize(
    ("read", "table"),
    [
        (lambda: snapshot.request_from_row((*REQUEST[:4], "eat", *REQUEST[5:])), "order_request"),
        (lambda: snapshot.invoice_from_rows((*INVOICE[:8], 901), [INSTALMENT]), "invoice"),
        (lambda: snapshot.invoice_from_rows((*INVOICE[:8], "4"), [INSTALMENT]), "invoice"),
        (lambda: snapshot.instalment_from_row(("i1", 1, "soon", 900)), "instalment"),
        (lambda: snapshot.appointment_from_row((*APPOINTMENT[:2], "six", "", "", "")), "appoint"),
    ],
)
def test_a_row_of_these_that_cannot_be_read_is_named(
    read: Callable[[], object], table: str
) -> None:
    with pytest.raises(SnapshotRowError, match=f"table {table}"):
        read()


def test_a_photo_is_told_by_its_digest_or_as_taken_away() -> None:
    assert snapshot.photo_from_row(("p1", "")) == ""
    assert snapshot.photo_from_row(("p1", "a" * 64)) == "a" * 64
    with pytest.raises(SnapshotRowError, match="table pupil_photo"):
        snapshot.photo_from_row(("p1", "../../etc"))
