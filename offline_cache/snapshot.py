"""The copy of the school's data: what the centre last said, as one SQLite file.

Rules that keep it true:
1. It is replaced whole, by renaming a file that was verified. It is never changed in place: it is
   opened as immutable, which also passes over a `-wal` that a file before it left behind.
2. A file that fails any check leaves the one before in place.
3. A connection that stays open goes on reading the file before: whoever installs a copy closes
   the old one.
It can be thrown away at any time; the centre makes another.
"""

import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from core.appointments import Appointment
from core.catalogue import Product
from core.codec import moment_text
from core.ids import BadgeKey, OrderId, ProductId, PupilId, SchoolId, StaffId
from core.invoices import Invoice
from core.limits import NO_LIMITS, Limits
from core.orders import Order, OrderRequest, OrderState
from core.payment_reference import written_communication
from core.people import Badge, Pupil
from core.snapshot import (
    APPOINTMENT_COLUMNS,
    BOUGHT_COLUMNS,
    INSTALMENT_COLUMNS,
    INVOICE_COLUMNS,
    LIMIT_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    PUPIL_COLUMNS,
    REQUEST_COLUMNS,
    STAFF_BADGE_COLUMNS,
    STAFF_COLUMNS,
    Row,
    SnapshotRowError,
    appointment_from_row,
    badge_from_row,
    invoice_from_rows,
    limits_from_rows,
    meta_from_rows,
    order_from_row,
    product_from_row,
    pupil_from_row,
    request_from_row,
    staff_from_row,
)
from core.staff import StaffMember
from core.view import Holder
from offline_cache.connection import DATABASE_ERRORS, connect_reader
from offline_cache.copy_checks import CURE, check_format, check_school, corrupt_copy, find_fault
from offline_cache.errors import (
    SnapshotMissingError,
)
from offline_cache.holder_row import (
    HOLDER,
    HOLDER_WITHOUT_LIMITS,
    HOLDER_WITHOUT_PHOTO,
    holder_of,
    read_holder_rows,
)
from offline_cache.presence import PresenceCopy

T = TypeVar("T")
_ORDERS = """
SELECT id, pupil_id, day, product_id, price_cents, state
FROM meal_order WHERE pupil_id = ? AND day = ? ORDER BY id
"""
_NAMED = f"SELECT {PUPIL_COLUMNS} FROM pupil"  # noqa: S608  our own words
_BEGINS = "instr(folded(' ' || first_name || ' ' || last_name || ' ' || class_name), ?) > 0"
_AMONG = " WHERE id IN (SELECT value FROM json_each(?))"
_BY_NAME = " ORDER BY folded(last_name), folded(first_name), id LIMIT ?"
_LIMITS = f"SELECT {LIMIT_COLUMNS} FROM pupil_limit WHERE pupil_id = ?"  # noqa: S608  ours
_BOUGHT = f"SELECT {BOUGHT_COLUMNS} FROM pupil_bought WHERE pupil_id = ? AND day = ?"  # noqa: S608
_PHOTO = "SELECT digest FROM pupil_photo WHERE pupil_id = ?"
_PHOTO_NAMED = "SELECT 1 FROM pupil_photo WHERE digest = ?"
_SOME_PHOTO = "SELECT digest FROM pupil_photo WHERE digest <> '' LIMIT 1"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
_META = "SELECT key, value FROM meta"
_PRODUCTS = f"SELECT {PRODUCT_COLUMNS} FROM product"  # noqa: S608  our own words
_MENU = "SELECT product_id FROM menu WHERE day = ? ORDER BY product_id"
_MENUS = "SELECT day, product_id FROM menu WHERE day >= ? ORDER BY day, product_id"
_ORDERS_FROM = f"""
SELECT {ORDER_COLUMNS} FROM meal_order WHERE pupil_id = ? AND day >= ? ORDER BY day, id
"""  # noqa: S608  our own words
_REQUESTS_FROM = f"""
SELECT {REQUEST_COLUMNS} FROM order_request WHERE pupil_id = ? AND day >= ? ORDER BY day, id
"""  # noqa: S608  our own words
_COMMUNICATION = "SELECT digits FROM pupil_communication WHERE pupil_id = ?"
_INVOICES = f"""
SELECT {INVOICE_COLUMNS} FROM invoice
WHERE pupil_id = ? AND cents > credited_cents + paid_cents ORDER BY made_on, id
"""  # noqa: S608  our own words
_INSTALMENTS = f"SELECT {INSTALMENT_COLUMNS} FROM instalment WHERE invoice_id = ?"  # noqa: S608
_APPOINTMENTS = f"""
SELECT {APPOINTMENT_COLUMNS} FROM appointment
WHERE pupil_id = ? AND state = 'booked' AND starts_at >= ? ORDER BY starts_at, id
"""  # noqa: S608  our own words
_NAMES = "SELECT first_name, last_name FROM pupil"
_BADGES_OF = "SELECT key, pupil_id, state, last4 FROM badge WHERE pupil_id = ? ORDER BY key"
_BADGE_KEYS = "SELECT key FROM badge"
_PUPIL_COUNT = "SELECT count(*) FROM pupil"
_WAITING = "SELECT id FROM meal_order WHERE day = ? AND state = ?"
_ORDER_COUNT = "SELECT count(*) FROM meal_order WHERE day = ? AND state <> 'cancelled'"


class Snapshot:
    """A copy, open for reading. For one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Read what is small; `open` checks first that the file is a copy."""
        self.path = path
        self._connection = connection
        self._execute = connection.execute
        connection.create_function("folded", 1, _folded, deterministic=True)
        self.meta: Final = meta_from_rows(dict(connection.execute(_META)))
        """What the copy says of itself: the school, its rules, its age, how far it is settled."""
        products = [product_from_row(row) for row in connection.execute(_PRODUCTS)]
        self.products: Final[Mapping[ProductId, Product]] = MappingProxyType(
            {product.id: product for product in products}
        )
        """All products by their ids."""
        self._counts: dict[date, tuple[int, int]] = {}
        self._tables = {str(row[0]) for row in connection.execute(_TABLES)}
        self._has_limits = {"pupil_limit", "pupil_bought"} <= self._tables
        self._has_photos = "pupil_photo" in self._tables
        self._holder_query = self._find_holder_query()
        members = [staff_from_row(row) for row in self._later("staff", STAFF_COLUMNS)]
        self._staff = MappingProxyType({member.id: member for member in members})
        badges = self._later("staff_badge", STAFF_BADGE_COLUMNS)
        # A badge without an owner was taken back.
        self._staff_badges = {
            BadgeKey(str(key)): StaffId(str(owner)) for key, owner in badges if owner is not None
        }
        self.presence = PresenceCopy(self._ask, self._tables)

    def _find_holder_query(self) -> str:
        if not self._has_limits:
            return HOLDER_WITHOUT_LIMITS
        return HOLDER if self._has_photos else HOLDER_WITHOUT_PHOTO

    def _ask(self, read: Callable[[Row], T], sql: str, *values: str | int) -> list[T]:
        try:
            return [read(row) for row in self._execute(sql, values)]
        except (*DATABASE_ERRORS, ValueError) as error:
            raise corrupt_copy(self.path, error) from error

    def _later(self, table: str, columns: str) -> list[Row]:
        """Return the rows of a small table that the first copies did not have."""
        if table not in self._tables:
            return []
        return self._execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608  ours

    @classmethod
    def open(cls, path: Path, *, school_id: SchoolId | None) -> "Snapshot":
        """Open the copy at a path. school_id: whose it must be; None for any school's.

        Raises SnapshotMissingError, SnapshotCorruptError, SnapshotFormatError or
        ForeignSchoolError.
        """
        if not path.is_file():
            raise SnapshotMissingError(f"there is no copy of the school's data at {path}; {CURE}")
        connection: sqlite3.Connection | None = None
        try:
            connection = connect_reader(path, "&immutable=1")
            check_format(connection, path)
            snapshot = cls(path, connection)
            check_school(snapshot.meta, path, school_id)
        except BaseException as error:
            if connection is not None:
                connection.close()
            if isinstance(error, (*DATABASE_ERRORS, SnapshotRowError)):
                raise corrupt_copy(path, error) from error
            raise
        return snapshot

    @property
    def etag(self) -> str | None:
        """The ETag by which the centre knows this copy; None for one that was not stamped."""
        row = self._execute("SELECT value FROM meta WHERE key = 'etag'").fetchone()
        return None if row is None else str(row[0])

    def holder(self, key: BadgeKey, day: date) -> Holder | None:
        """Return whose badge it is, with wallets and the orders of a day; None if unknown.

        Raises SnapshotCorruptError when a row cannot be read.
        """
        try:
            texts = self._execute(self._holder_query, (day.isoformat(), key)).fetchall()
            if not texts:
                return None
            rows = read_holder_rows(texts)
            first, limits = rows[0], NO_LIMITS
            if first.product_max is not None:
                allowed = (first.daily_max_cents, first.asks_allergens, first.product_max)
                limits = self._limits((first.pupil, *allowed), day)
            return holder_of(key, day, rows, limits)
        except (*DATABASE_ERRORS, SnapshotRowError) as error:
            raise corrupt_copy(self.path, error) from error

    def pupil(self, pupil_id: PupilId, day: date) -> Holder | None:
        """Return a pupil whom staff found by name, as `holder` does; without a badge.

        Raises SnapshotCorruptError when a row cannot be read.
        """
        try:
            row = self._execute(f"{_NAMED} WHERE id = ?", (pupil_id,)).fetchone()
            if row is None:
                return None
            pupil, wallets = pupil_from_row(row)
            set_by_parents: Row | None = None
            if self._has_limits:
                set_by_parents = self._execute(_LIMITS, (pupil_id,)).fetchone()
            photo: Row | None = None
            if self._has_photos:
                photo = self._execute(_PHOTO, (pupil_id,)).fetchone()
            orders = self._execute(_ORDERS, (pupil_id, day.isoformat())).fetchall()
            return Holder(
                None,
                pupil,
                wallets,
                tuple(map(order_from_row, orders)),
                self._limits(set_by_parents, day) if set_by_parents else NO_LIMITS,
                photo=str(photo[0]) if photo and photo[0] else None,
            )
        except (*DATABASE_ERRORS, SnapshotRowError) as error:
            raise corrupt_copy(self.path, error) from error

    def has_photo(self, digest: str) -> bool:
        """Say whether a pupil of this copy has a photo of this digest.

        Raises SnapshotCorruptError.
        """
        if not self._has_photos or not digest:
            return False
        return bool(self._ask(_word, _PHOTO_NAMED, digest))

    def some_photo(self) -> str | None:
        """Return the digest of one of the photos; None for a copy that names none.

        Raises SnapshotCorruptError.
        """
        if not self._has_photos:
            return None
        return next(iter(self._ask(_word, _SOME_PHOTO)), None)

    def _limits(self, row: Row, day: date) -> Limits:
        """Return what parents allow, with what was bought on a day. Raises SnapshotRowError."""
        bought = self._execute(_BOUGHT, (row[0], day.isoformat())).fetchall()
        return limits_from_rows(row, bought)

    def staff(self) -> Mapping[StaffId, StaffMember]:
        """Return all members of staff by id; none in a copy of an older centre."""
        return self._staff

    def staff_of(self, key: BadgeKey) -> StaffMember | None:
        """Return the member of staff to whom a badge belongs; None for any other badge."""
        staff_id = self._staff_badges.get(key)
        return None if staff_id is None else self._staff.get(staff_id)

    def product(self, product_id: ProductId) -> Product | None:
        """Return a product; None if the copy has none of this id."""
        return self.products.get(product_id)

    def menu(self, day: date) -> tuple[Product, ...]:
        """Return what is on the menu of a day. Raises SnapshotCorruptError."""
        ids = map(ProductId, self._ask(_word, _MENU, day.isoformat()))
        return tuple(self.products[each] for each in ids if each in self.products)

    def menus(self, first: date) -> Mapping[date, tuple[Product, ...]]:
        """Return the menus from a day on, by their days. Raises SnapshotCorruptError."""
        menus: dict[date, tuple[Product, ...]] = {}
        for day, product_id in self._ask(_of_a_menu, _MENUS, first.isoformat()):
            product = self.products.get(product_id)
            if product is not None:
                menus[day] = (*menus.get(day, ()), product)
        return menus

    def orders(self, pupil: PupilId, first: date) -> tuple[Order, ...]:
        """Return a pupil's orders from a day on. Raises SnapshotCorruptError."""
        return tuple(self._ask(order_from_row, _ORDERS_FROM, pupil, first.isoformat()))

    def requests(self, pupil: PupilId, first: date) -> tuple[OrderRequest, ...]:
        """Return what became of a pupil's requests for a day and later ones.

        None in a copy of an older centre. Raises SnapshotCorruptError.
        """
        if "order_request" not in self._tables:
            return ()
        return tuple(self._ask(request_from_row, _REQUESTS_FROM, pupil, first.isoformat()))

    def communication(self, pupil: PupilId) -> str | None:
        """Return a pupil's structured communication, as people write it; None without one.

        Raises SnapshotCorruptError.
        """
        if "pupil_communication" not in self._tables:
            return None
        written = (written_communication(one) for one in self._ask(_word, _COMMUNICATION, pupil))
        return next(written, None)

    def invoices(self, pupil: PupilId) -> tuple[Invoice, ...]:
        """Return what a pupil has to pay for activities, the oldest first.

        None in a copy of an older centre. Raises SnapshotCorruptError.
        """
        if "invoice" not in self._tables:
            return ()
        return tuple(self._ask(self._invoice, _INVOICES, pupil))

    def _invoice(self, row: Row) -> Invoice:
        return invoice_from_rows(row, self._execute(_INSTALMENTS, (row[0],)).fetchall())

    def appointments(self, pupil: PupilId, *, since: datetime) -> tuple[Appointment, ...]:
        """Return whom a pupil's parents meet from a moment on, the first one first.

        None in a copy of an older centre. Raises SnapshotCorruptError.
        """
        if "appointment" not in self._tables:
            return ()
        return tuple(self._ask(appointment_from_row, _APPOINTMENTS, pupil, moment_text(since)))

    def counts(self, day: date) -> tuple[int, int]:
        """Return how many pupils the copy holds, and how many orders of a day that stand.

        Counted once a day: the copy never changes. Raises SnapshotCorruptError.
        """
        if day not in self._counts:
            (pupils,) = self._ask(_number, _PUPIL_COUNT)
            (orders,) = self._ask(_number, _ORDER_COUNT, day.isoformat())
            self._counts[day] = (pupils, orders)
        return self._counts[day]

    def waiting(self, day: date) -> frozenset[OrderId]:
        """Return the orders of a day that the copy does not know to be collected.

        Raises SnapshotCorruptError.
        """
        waiting = self._ask(_word, _WAITING, day.isoformat(), OrderState.RESERVED.value)
        return frozenset(map(OrderId, waiting))

    def names(self) -> Iterator[str]:
        """Yield all names of people, first and last apart; for whoever must leave them out.

        Raises SnapshotCorruptError.
        """
        try:
            for first, last in self._execute(_NAMES):
                yield from (str(first), str(last))
        except DATABASE_ERRORS as error:
            raise corrupt_copy(self.path, error) from error
        yield from (member.name for member in self._staff.values())

    def badges_of(self, pupil: PupilId) -> list[Badge]:
        """Return all badges of a pupil, in use or not. Raises SnapshotCorruptError."""
        return self._ask(badge_from_row, _BADGES_OF, pupil)

    def badge_keys(self) -> Iterator[str]:
        """Yield the keys of all badges. Raises SnapshotCorruptError."""
        try:
            for row in self._execute(_BADGE_KEYS):
                yield str(row[0])
        except DATABASE_ERRORS as error:
            raise corrupt_copy(self.path, error) from error
        yield from self._staff_badges

    def search(self, text: str, *, limit: int = 20) -> tuple[Pupil, ...]:
        """Return the pupils of whom each word of a text begins a name or the class.

        Case and accents do not count. Sorted by name; none for a text without words. It reads all
        pupils: for a person who types, not for a tap. Raises SnapshotCorruptError.
        """
        words = _folded(text).split()
        if not words:
            return ()
        query = f"{_NAMED} WHERE {' AND '.join([_BEGINS] * len(words))}{_BY_NAME}"
        return tuple(self._ask(_pupil, query, *(f" {word}" for word in words), limit))

    def pupils(self, ids: Sequence[PupilId]) -> list[Pupil]:
        """Return pupils by their ids; those whom the copy does not hold are left out.

        Raises SnapshotCorruptError.
        """
        wanted = json.dumps(list(ids))
        return self._ask(_pupil, f"{_NAMED}{_AMONG}", wanted)

    def verify(self) -> None:
        """Read the whole file. Raises SnapshotCorruptError, naming the first fault."""
        try:
            fault = find_fault(self._connection, self._tables)
        except DATABASE_ERRORS as error:
            raise corrupt_copy(self.path, error) from error
        if fault is not None:
            raise corrupt_copy(self.path, fault)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _folded(text: str) -> str:
    """Return text without case and accents, its words parted by single blanks."""
    parts = unicodedata.normalize("NFKD", text.replace("-", " "))
    kept = "".join(part for part in parts if not unicodedata.combining(part))
    # The blank in front is what a word's beginning is found by.
    return " " + " ".join(kept.casefold().split())


def _word(row: Row) -> str:
    return str(row[0])


def _number(row: Row) -> int:
    (number,) = row
    assert isinstance(number, int), "a count"
    return number


def _of_a_menu(row: Row) -> tuple[date, ProductId]:
    day, product = row
    return date.fromisoformat(str(day)), ProductId(str(product))


def _pupil(row: Row) -> Pupil:
    return pupil_from_row(row)[0]
