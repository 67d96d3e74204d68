"""Writing a whole school into the centre's database, in one transaction."""

from central.database import Session
from central.feed import advance_feed
from central.limits import write_limits
from central.postings import CentreBooking, Posting, write_bookings
from central.records import write_school
from central.seed import DemoSchool
from central.staff import write_staff, write_staff_badges
from central.store import Store
from core.ids import EventId
from core.snapshot import (
    BADGE_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    badge_row,
    order_row,
    product_row,
    pupil_row,
)
from core.tap import Family

_DEMO_CARD = Family.ISO14443A
_PUPIL_COLUMNS = "id, first_name, last_name, class_name, price_class, allergens, diet, language"


def load_school(store: Store, demo: DemoSchool) -> None:
    """Write a school with its people, offer, orders and bookings.

    Raises RecordError when the database holds a school of this id already; it stays as it is.
    """
    with store.database.writing() as session:
        write_school(session, demo.school)
        cursor = advance_feed(session, demo.school.id)
        _load_people(session, demo, cursor)
        write_staff(session, demo.school.id, [one.member for one in demo.staff], cursor)
        owners = [(one.key, one.member.id) for one in demo.staff]
        write_staff_badges(session, demo.school.id, owners, cursor)
        write_limits(session, demo.school.id, list(demo.limits.items()), cursor)
        _load_offer(session, demo, cursor)
        _load_bookings(session, demo)


def _load_people(session: Session, demo: DemoSchool, cursor: int) -> None:
    school = demo.school.id
    wallets = demo.wallets()
    rows = [(pupil, pupil_row(pupil, wallets[pupil.id])) for pupil in demo.pupils]
    session.insert_many(
        "pupil",
        ("school_id", "cursor", *_PUPIL_COLUMNS.split(", ")),
        [(school, cursor, *row[:8]) for _, row in rows],
    )
    session.insert_many(
        "wallet",
        ("school_id", "cursor", "pupil_id", "general_cents", "reserve_cents"),
        [(school, cursor, pupil.id, *row[8:]) for pupil, row in rows],
    )
    session.insert_many(
        "badge",
        ("school_id", "cursor", "kind", *BADGE_COLUMNS.split(", ")),
        [(school, cursor, _DEMO_CARD.value, *badge_row(badge)) for badge in demo.records],
    )


def _load_offer(session: Session, demo: DemoSchool, cursor: int) -> None:
    school = demo.school.id
    session.insert_many(
        "product",
        ("school_id", "cursor", *PRODUCT_COLUMNS.split(", ")),
        [(school, cursor, *product_row(product)) for product in demo.products],
    )
    session.insert_many(
        "menu",
        ("school_id", "cursor", "day", "product_id"),
        [(school, cursor, day.isoformat(), product) for day, product in demo.menu],
    )
    session.insert_many(
        "meal_order",
        ("school_id", "cursor", *ORDER_COLUMNS.split(", ")),
        [(school, cursor, *order_row(order)) for order in demo.orders],
    )


def _load_bookings(session: Session, demo: DemoSchool) -> None:
    write_bookings(
        session,
        demo.school.id,
        [
            CentreBooking(one.kind, one.subject, Posting(EventId(one.id), one.legs, one.at))
            for one in demo.bookings
        ],
    )
