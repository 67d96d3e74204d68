"""Journals and copies for tests: facts in order, sealed into a chain, and a small school."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

from canteen import NOON, POLICY, STEW, TODAY, order, pupil

from core import presence_rows
from core import snapshot as rows
from core.catalogue import Category, Product
from core.events import Basis, Event, SealedEvent, Stamp, seal
from core.facts import Fact, MealCollected, Reason, SaleLine, SaleMade, TapRefused
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId, SchoolId, TerminalId, uuid7
from core.limits import Limits
from core.money import Money, vat_within
from core.orders import Order
from core.people import Badge, BadgeState, PriceClass, Pupil
from core.receipt import SchoolHeader
from core.snapshot import Meta
from core.staff import StaffMember
from core.tap import Assurance
from core.wallet import Wallets
from offline_cache.journal import Head, Journal, SpoolJob

BASIS = Basis("88121", 3, is_online=True)
BADGE = BadgeKey("5e" * 16)
SCHOOL = SchoolId("athenee")


def meal(number: int) -> MealCollected:
    return MealCollected(
        day=TODAY,
        pupil=PupilId(f"p{number}"),
        order=OrderId(f"o{number}"),
        product=ProductId("stew"),
        price=Money(430),
        badge=BADGE,
        assurance=Assurance.UID,
        receipt=number,
    )


def sale(number: int, *, cents: int = 450) -> SaleMade:
    price = Money(cents)
    vat = vat_within(price, vat_permille=60)
    return SaleMade(
        day=TODAY,
        pupil=PupilId(f"p{number}"),
        price_class=PriceClass.PUPIL,
        lines=(SaleLine(ProductId("stew"), Category.MEAL, 1, price, 60, vat),),
        total=price,
        badge=BADGE,
        assurance=Assurance.UID,
        receipt=number,
        is_walk_in=True,
    )


def refusal() -> TapRefused:
    return TapRefused(TODAY, Reason.UNKNOWN_BADGE, BADGE, None)


def fact(number: int) -> Fact:
    """Return the nth fact of an ordinary service: meals, sales, and now and then a refusal."""
    kinds = (meal, sale, meal, meal, lambda _: refusal())
    return kinds[number % len(kinds)](number)


def event_id(number: int, epoch: int = 1) -> EventId:
    return uuid7(at_ms=number, entropy=epoch.to_bytes(2, "big") + number.to_bytes(8, "big"))


def sealed(head: Head, facts: Iterable[Fact]) -> list[SealedEvent]:
    """Return facts as the events that follow a head."""
    events: list[SealedEvent] = []
    prev_hash = head.hash
    for seq, fact_ in enumerate(facts, start=head.seq + 1):
        stamp = Stamp(NOON + timedelta(seconds=seq), seq * 1000, "boot-1", is_synced=True)
        event = Event(head.epoch, seq, event_id(seq, head.epoch), stamp, BASIS, fact_)
        events.append(seal(event, prev_hash=prev_hash))
        prev_hash = events[-1].hash
    return events


def job_for(event: SealedEvent) -> SpoolJob:
    return SpoolJob(event.id, "receipt", b'{"paper":1}', event.epoch, event.seq, NOON)


def record(journal: Journal, *facts: Fact, with_job: bool = False) -> list[SealedEvent]:
    """Append facts in one transaction, as the till does; return the events."""
    events = sealed(journal.head, facts)
    journal.append(events, [job_for(events[0])] if with_job else ())
    return events


def filled(path: Path, count: int) -> list[SealedEvent]:
    """Make a journal of so many events, one transaction each, and close it."""
    journal = Journal.open(path)
    events = [record(journal, fact(number))[0] for number in range(1, count + 1)]
    journal.close()
    return events


def raw(path: Path) -> sqlite3.Connection:
    """Open the file as a person with a database tool does."""
    return sqlite3.connect(path, isolation_level=None)


def meta(**changes: object) -> Meta:
    made = Meta(
        format=rows.FORMAT,
        school_id=SCHOOL,
        terminal_id=TerminalId("till-1"),
        terminal_name="Caisse 1",
        cursor="88121",
        settled=(1, 40),
        made_at=NOON - timedelta(minutes=5),
        school=SchoolHeader("Athénée", "Rue de l'Étuve 1", "0123.456.749"),
        zone="Europe/Brussels",
        day_starts_at=time(0, 0),
        orders_close_at=time(9, 0),
        order_days_max=15,
        closed_days=frozenset({date(2026, 12, 25)}),
        policy=POLICY,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  fields are named by the test


def badge(number: int = 1, state: BadgeState = BadgeState.ACTIVE) -> Badge:
    return Badge(BadgeKey(f"{number:032x}"), PupilId(f"p{number}"), state, "E5F6")


PRESENCE_TABLES = {
    "study_session": presence_rows.SESSION_COLUMNS,
    "study_enrolment": presence_rows.ENROLMENT_COLUMNS,
    "study_presence": presence_rows.PRESENCE_COLUMNS,
    "late_arrival": presence_rows.LATE_COLUMNS,
    "absence": presence_rows.ABSENCE_COLUMNS,
    presence_rows.WITHDRAWALS: presence_rows.WITHDRAWAL_COLUMNS,
}


def write_copy(
    path: Path,
    *,
    pupils: Sequence[Pupil] | None = None,
    badges: Sequence[Badge] | None = None,
    orders: Sequence[Order] | None = None,
    about: Meta | None = None,
    products: Sequence[Product] = (),
    staff: Mapping[StaffMember, BadgeKey | None] | None = None,
    limits: Mapping[PupilId, Limits] | None = None,
    presence: Mapping[str, Sequence[rows.Row]] | None = None,
) -> Path:
    """Write a copy as the centre does; without more, of one pupil with a badge and an order.

    staff: each with their badge. limits: what parents set. presence: rows of its tables.
    """
    staff, limits = staff or {}, limits or {}
    pupils = (pupil(),) if pupils is None else pupils
    badges = (badge(),) if badges is None else badges
    orders = (order(),) if orders is None else orders
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(rows.SCHEMA)
        db.execute(f"PRAGMA application_id = {rows.APPLICATION_ID}")
        db.execute("BEGIN")
        meta_rows = rows.meta_rows(meta() if about is None else about)
        db.executemany("INSERT INTO meta VALUES (?, ?)", meta_rows.items())
        wallets = Wallets(general=Money(2340), reserve=Money(1500))
        _insert(
            db,
            "product",
            rows.PRODUCT_COLUMNS,
            [rows.product_row(one) for one in (STEW, *products)],
        )
        _insert(db, "pupil", rows.PUPIL_COLUMNS, [rows.pupil_row(one, wallets) for one in pupils])
        _insert(db, "badge", rows.BADGE_COLUMNS, [rows.badge_row(one) for one in badges])
        _insert(db, "meal_order", rows.ORDER_COLUMNS, [rows.order_row(one) for one in orders])
        db.execute("INSERT INTO menu VALUES (?, 'stew')", (TODAY.isoformat(),))
        _insert(db, "staff", rows.STAFF_COLUMNS, [rows.staff_row(one) for one in staff])
        keys = [(key, one.id) for one, key in staff.items() if key is not None]
        _insert(db, "staff_badge", rows.STAFF_BADGE_COLUMNS, keys)
        allowed = [rows.limit_row(pupil_id, limit) for pupil_id, limit in limits.items()]
        _insert(db, "pupil_limit", rows.LIMIT_COLUMNS, allowed)
        for table, values in (presence or {}).items():
            _insert(db, table, PRESENCE_TABLES[table], list(values))
        db.execute("COMMIT")
    return path


def _insert(db: sqlite3.Connection, table: str, columns: str, values: list[rows.Row]) -> None:
    marks = ", ".join("?" for _ in columns.split(","))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
