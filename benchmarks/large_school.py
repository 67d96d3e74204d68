"""A school of any size for the benchmarks: the demo school, and any number of pupils more."""

from collections.abc import Iterator
from datetime import date, timedelta

from central.database import Session
from central.feed import advance_feed
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import Store
from core.tap import Credential, Technology, badge_key

MORE_SQL = {
    "pupil": (
        *("school_id", "id", "first_name", "last_name", "class_name", "price_class"),
        *("allergens", "diet", "language", "cursor"),
    ),
    "wallet": ("school_id", "pupil_id", "general_cents", "reserve_cents", "cursor"),
    "badge": ("school_id", "key", "pupil_id", "state", "last4", "cursor"),
    "meal_order": (
        *("school_id", "id", "pupil_id", "day", "product_id", "price_cents", "state", "cursor"),
    ),
}
DAYS_ORDERED = 2


def load_large_school(
    store: Store, *, pupils: int, today: date
) -> tuple[DemoSchool, list[Credential]]:
    """Load the demo school with so many pupils more; each has a badge, and a meal on two days.

    Their wallets are empty and their orders have no bookings: copies and collected meals do not ask
    for them. Result: the demo school, and the badges of the pupils who came on top.
    """
    school = make_school(seed=7, today=today)
    load_school(store, school)
    credentials = [credential_of(number) for number in range(pupils)]
    with store.database.writing() as session:
        _add_pupils(session, school, credentials, advance_feed(session, school.school.id))
    return school, credentials


def credential_of(number: int) -> Credential:
    """Return the badge of a pupil: seven bytes, as NXP's tags have."""
    return Credential(Technology.ULTRALIGHT, b"\x04" + number.to_bytes(6, "big"))


def _add_pupils(
    session: Session, school: DemoSchool, credentials: list[Credential], cursor: int
) -> None:
    own, name = school.school, school.school.id
    product = next(product for day, product in school.menu if day == school.today)

    def numbered() -> Iterator[tuple[str, Credential]]:
        for number, credential in enumerate(credentials):
            yield f"p{number:07}", credential

    rows = {
        "pupil": [
            (name, one, "Alice", "Janssens", "3B", "pupil", "", "", "fr", cursor)
            for one, _ in numbered()
        ],
        "wallet": [(name, one, 0, 0, cursor) for one, _ in numbered()],
        "badge": [
            (
                *(name, badge_key(credential, school_key=own.badge_key), one, "active"),
                *(credential.hex[-4:], cursor),
            )
            for one, credential in numbered()
        ],
        "meal_order": [
            (name, f"o{one}-{day}", one, day, product, 450, "reserved", cursor)
            for one, _ in numbered()
            for day in _days(school.today)
        ],
    }
    for table, columns in MORE_SQL.items():
        session.insert_many(table, columns, rows[table])


def _days(today: date) -> list[str]:
    return [(today + timedelta(days=ahead)).isoformat() for ahead in range(DAYS_ORDERED)]


def ask_for_whole_copies(store: Store, school: DemoSchool) -> None:
    """Have each terminal take a whole copy: as if something had been taken away."""
    with store.database.writing() as session:
        cursor = advance_feed(session, school.school.id)
        session.run("UPDATE school SET removed_at = ? WHERE id = ?", cursor, school.school.id)
