"""The format of the copy that the centre makes and terminals use: one SQLite file.

The centre writes it with `SCHEMA` and the `*_row` functions; the terminal reads it with the
`*_from_row` functions, whose columns stand in the order of the `*_COLUMNS`. The format only
grows: a reader passes over tables and columns it does not know. `FORMAT` is raised only when an
old reader would misunderstand a new file, and such a reader refuses it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from core import presence_rows
from core.appointments import Appointment
from core.calendar import SchoolCalendar
from core.catalogue import Category, Product
from core.codec import moment_text, read_moment
from core.ids import BadgeKey, CommandId, OrderId, ProductId, PupilId, SchoolId, StaffId, TerminalId
from core.invoices import Invoice, spread
from core.limits import Bought, Limits
from core.money import Money, sum_money
from core.order_facts import Decline, OrderAct, RequestState
from core.orders import Order, OrderRequest, OrderState
from core.people import Allergen, Badge, BadgeState, Language, PriceClass, Pupil
from core.photos import is_photo_digest
from core.policy import Policy
from core.policy_plain import policy_from_plain, policy_plain
from core.receipt import SchoolHeader
from core.staff import Right, StaffMember
from core.text import printable
from core.value import Value
from core.wallet import Wallets

FORMAT = 1
APPLICATION_ID = 0x52464353
"""`PRAGMA application_id` of a copy: the letters RFCS."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pupil (
    id TEXT PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    class_name TEXT NOT NULL,
    price_class TEXT NOT NULL,
    allergens TEXT NOT NULL,
    diet TEXT NOT NULL,
    language TEXT NOT NULL,
    general_cents INTEGER NOT NULL,
    reserve_cents INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE badge (
    key TEXT PRIMARY KEY,
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    state TEXT NOT NULL,
    last4 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE product (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    vat_permille INTEGER NOT NULL,
    allergens TEXT NOT NULL,
    pupil_cents INTEGER NOT NULL,
    reduced_cents INTEGER,
    teacher_cents INTEGER,
    guest_cents INTEGER
) WITHOUT ROWID;
CREATE TABLE meal_order (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    day TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    product_id TEXT NOT NULL REFERENCES product (id),
    price_cents INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (pupil_id, day, id)
) WITHOUT ROWID;
CREATE TABLE menu (
    day TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES product (id),
    PRIMARY KEY (day, product_id)
) WITHOUT ROWID;
CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    rights TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE staff_badge (
    key TEXT PRIMARY KEY,
    staff_id TEXT REFERENCES staff (id)
) WITHOUT ROWID;
CREATE TABLE pupil_limit (
    pupil_id TEXT PRIMARY KEY REFERENCES pupil (id),
    daily_max_cents INTEGER,
    asks_allergens INTEGER NOT NULL,
    product_max TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pupil_bought (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    cents INTEGER NOT NULL,
    PRIMARY KEY (pupil_id, day, product_id)
) WITHOUT ROWID;
CREATE TABLE order_request (
    id TEXT PRIMARY KEY,
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    order_id TEXT NOT NULL,
    day TEXT NOT NULL,
    act TEXT NOT NULL,
    product_id TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX order_request_pupil ON order_request (pupil_id, day);
CREATE TABLE pupil_communication (
    pupil_id TEXT PRIMARY KEY REFERENCES pupil (id),
    digits TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE invoice (
    id TEXT PRIMARY KEY,
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    activity_id TEXT NOT NULL,
    label TEXT NOT NULL,
    digits TEXT NOT NULL,
    made_on TEXT NOT NULL,
    cents INTEGER NOT NULL,
    credited_cents INTEGER NOT NULL,
    paid_cents INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX invoice_pupil ON invoice (pupil_id);
CREATE TABLE instalment (
    invoice_id TEXT NOT NULL REFERENCES invoice (id),
    number INTEGER NOT NULL,
    due_on TEXT NOT NULL,
    cents INTEGER NOT NULL,
    PRIMARY KEY (invoice_id, number)
) WITHOUT ROWID;
CREATE TABLE appointment (
    id TEXT PRIMARY KEY,
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    starts_at TEXT NOT NULL,
    teacher TEXT NOT NULL,
    subject TEXT NOT NULL,
    room TEXT NOT NULL,
    state TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX appointment_pupil ON appointment (pupil_id, starts_at);
CREATE TABLE pupil_photo (
    pupil_id TEXT PRIMARY KEY REFERENCES pupil (id),
    digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX pupil_photo_named ON pupil_photo (digest);
"""
SCHEMA += presence_rows.SCHEMA


LATER_TABLES = presence_rows.TABLES | {
    presence_rows.WITHDRAWALS,
    "staff",
    "staff_badge",
    "pupil_limit",
    "pupil_bought",
    "order_request",
    "pupil_communication",
    "invoice",
    "instalment",
    "appointment",
}
"""Tables that the first copies did not have: a reader does without them."""

PUPIL_COLUMNS = (
    "id, first_name, last_name, class_name, price_class, allergens, diet, language,"
    " general_cents, reserve_cents"
)
BADGE_COLUMNS = "key, pupil_id, state, last4"
PRODUCT_COLUMNS = (
    "id, name, category, vat_permille, allergens, pupil_cents, reduced_cents, teacher_cents,"
    " guest_cents"
)
ORDER_COLUMNS = "id, pupil_id, day, product_id, price_cents, state"
STAFF_COLUMNS = "id, name, pin_hash, rights"
STAFF_BADGE_COLUMNS = "key, staff_id"
LIMIT_COLUMNS = "pupil_id, daily_max_cents, asks_allergens, product_max"
PHOTO_COLUMNS = "pupil_id, digest"
BOUGHT_COLUMNS = "pupil_id, day, product_id, quantity, cents"
REQUEST_COLUMNS = "id, pupil_id, order_id, day, act, product_id, state, reason"
COMMUNICATION_COLUMNS = "pupil_id, digits"
INVOICE_COLUMNS = (
    "id, pupil_id, activity_id, label, digits, made_on, cents, credited_cents, paid_cents"
)
INSTALMENT_COLUMNS = "invoice_id, number, due_on, cents"
APPOINTMENT_COLUMNS = "id, pupil_id, starts_at, teacher, subject, room, state"

Row = Sequence[str | int | None]


class SnapshotRowError(ValueError):
    """A row of a copy does not say what it must; the text names the table and the row."""


class Meta(Value):
    """What a copy says of itself.

    cursor: the place in the centre's change feed. settled: how far (epoch, seq) the centre had
    booked this terminal's events when the balances were read. made_at: when that was. iban: the
    account to which wallets are topped up; empty where the school has noted none.
    """

    format: int
    school_id: SchoolId
    terminal_id: TerminalId
    terminal_name: str
    cursor: str
    settled: tuple[int, int]
    made_at: datetime
    school: SchoolHeader
    zone: str
    day_starts_at: time
    orders_close_at: time
    order_days_max: int
    closed_days: frozenset[date]
    policy: Policy
    iban: str = ""

    def calendar(self, zone: tzinfo) -> SchoolCalendar:
        """Return the school's calendar; zone: the loaded time zone that `self.zone` names."""
        return SchoolCalendar(
            zone=zone,
            day_starts_at=self.day_starts_at,
            orders_close_at=self.orders_close_at,
            order_days_max=self.order_days_max,
            closed_days=self.closed_days,
        )


def meta_rows(meta: Meta) -> dict[str, str]:
    """Return the rows of the table `meta`."""
    rows = {
        "format": str(meta.format),
        "school_id": meta.school_id,
        "terminal_id": meta.terminal_id,
        "terminal_name": meta.terminal_name,
        "cursor": meta.cursor,
        "settled_epoch": str(meta.settled[0]),
        "settled_seq": str(meta.settled[1]),
        "made_at": moment_text(meta.made_at),
        "school_name": meta.school.name,
        "school_address": meta.school.address,
        "school_number": meta.school.number,
        "zone": meta.zone,
        "day_starts_at": meta.day_starts_at.isoformat(),
        "orders_close_at": meta.orders_close_at.isoformat(),
        "order_days_max": str(meta.order_days_max),
        "closed_days": ",".join(sorted(day.isoformat() for day in meta.closed_days)),
        "school_iban": meta.iban,
    }
    return rows | {f"policy.{key}": str(value) for key, value in policy_plain(meta.policy).items()}


def meta_from_rows(rows: Mapping[str, str]) -> Meta:
    """Return what the rows of `meta` say. Raises SnapshotRowError, naming the key."""
    try:
        policy = {
            key.removeprefix("policy."): value
            for key, value in rows.items()
            if key.startswith("policy.")
        }
        return Meta(
            format=int(rows["format"]),
            school_id=SchoolId(rows["school_id"]),
            terminal_id=TerminalId(rows["terminal_id"]),
            terminal_name=printable(rows["terminal_name"]),
            cursor=rows["cursor"],
            settled=(int(rows["settled_epoch"]), int(rows["settled_seq"])),
            made_at=read_moment(rows["made_at"]),
            school=SchoolHeader(
                name=printable(rows["school_name"]),
                address=printable(rows["school_address"]),
                number=printable(rows["school_number"]),
            ),
            zone=rows["zone"],
            day_starts_at=time.fromisoformat(rows["day_starts_at"]),
            orders_close_at=time.fromisoformat(rows["orders_close_at"]),
            order_days_max=int(rows["order_days_max"]),
            closed_days=frozenset(
                date.fromisoformat(day) for day in rows["closed_days"].split(",") if day
            ),
            policy=policy_from_plain(policy),
            iban=printable(rows.get("school_iban", "")),
        )
    except (KeyError, ValueError) as error:
        message = f"table meta: {_words(error)}"
        raise SnapshotRowError(message) from error


def pupil_row(pupil: Pupil, wallets: Wallets) -> Row:
    """Return a pupil with both balances, in the order of PUPIL_COLUMNS."""
    return (
        pupil.id,
        pupil.first_name,
        pupil.last_name,
        pupil.class_name,
        pupil.price_class.value,
        _allergens_text(pupil.allergens),
        pupil.diet,
        pupil.language.value,
        wallets.general.cents,
        wallets.reserve.cents,
    )


def pupil_from_row(row: Row) -> tuple[Pupil, Wallets]:
    """Return the pupil and the balances of a row. Raises SnapshotRowError."""
    try:
        pupil = Pupil(
            PupilId(str(row[0])),
            printable(str(row[1])),
            printable(str(row[2])),
            printable(str(row[3])),
            _word(_PRICE_CLASSES, row[4]),
            allergens_of(row[5]),
            printable(str(row[6])),
            _word(_LANGUAGES, row[7]),
        )
        return pupil, Wallets(_money(row[8]), _money(row[9]))
    except ValueError as error:
        raise _row_error("pupil", row, error) from error


def badge_row(badge: Badge) -> Row:
    """Return a badge in the order of BADGE_COLUMNS."""
    return (badge.key, badge.pupil_id, badge.state.value, badge.last4)


def badge_from_row(row: Row) -> Badge:
    """Return the badge of a row. Raises SnapshotRowError."""
    try:
        return Badge(
            BadgeKey(str(row[0])),
            PupilId(str(row[1])),
            _word(_BADGE_STATES, row[2]),
            printable(str(row[3])),
        )
    except ValueError as error:
        raise _row_error("badge", row, error) from error


def product_row(product: Product) -> Row:
    """Return a product with its prices, in the order of PRODUCT_COLUMNS."""
    prices = product.prices
    others = (PriceClass.REDUCED, PriceClass.TEACHER, PriceClass.GUEST)
    return (
        product.id,
        product.name,
        product.category.value,
        product.vat_permille,
        _allergens_text(product.allergens),
        prices[PriceClass.PUPIL].cents,
        *(prices[other].cents if other in prices else None for other in others),
    )


def product_from_row(row: Row) -> Product:
    """Return the product of a row. Raises SnapshotRowError."""
    try:
        classes = (PriceClass.PUPIL, PriceClass.REDUCED, PriceClass.TEACHER, PriceClass.GUEST)
        written = zip(classes, row[5:9], strict=True)
        return Product(
            id=ProductId(str(row[0])),
            name=printable(str(row[1])),
            category=Category(str(row[2])),
            vat_permille=_whole(row[3]),
            allergens=allergens_of(row[4]),
            prices=MappingProxyType(
                {price_class: _money(cents) for price_class, cents in written if cents is not None}
            ),
        )
    except ValueError as error:
        raise _row_error("product", row, error) from error


def photo_from_row(row: Row) -> str:
    """Return the digest of a pupil's photo; empty for one that was taken away.

    Raises SnapshotRowError.
    """
    digest = str(row[1])
    if digest and not is_photo_digest(digest):
        raise _row_error("pupil_photo", row, ValueError("no digest of a photo"))
    return digest


def order_row(order: Order) -> Row:
    """Return an order in the order of ORDER_COLUMNS."""
    return (
        order.id,
        order.pupil_id,
        order.day.isoformat(),
        order.product_id,
        order.price.cents,
        order.state.value,
    )


def order_from_row(row: Row) -> Order:
    """Return the order of a row. Raises SnapshotRowError."""
    try:
        return Order(
            OrderId(str(row[0])),
            PupilId(str(row[1])),
            date.fromisoformat(str(row[2])),
            ProductId(str(row[3])),
            _money(row[4]),
            _word(_ORDER_STATES, row[5]),
        )
    except ValueError as error:
        raise _row_error("meal_order", row, error) from error


def request_from_row(row: Row) -> OrderRequest:
    """Return what became of a request that a row tells. Raises SnapshotRowError.

    A reason that this version does not know is another one: a newer centre may have more.
    """
    try:
        reason = str(row[7])
        known = reason in set(Decline)
        return OrderRequest(
            command=CommandId(str(row[0])),
            pupil_id=PupilId(str(row[1])),
            order_id=OrderId(str(row[2])),
            day=date.fromisoformat(str(row[3])),
            act=OrderAct(str(row[4])),
            product_id=ProductId(str(row[5])) if row[5] else None,
            state=RequestState(str(row[6])),
            why=None if not reason else Decline(reason) if known else Decline.OTHER,
        )
    except ValueError as error:
        raise _row_error("order_request", row, error) from error


def invoice_from_rows(row: Row, instalments: Iterable[Row]) -> Invoice:
    """Return an invoice with its instalments. Raises SnapshotRowError.

    row: in the order of INVOICE_COLUMNS; instalments: its own, in that of INSTALMENT_COLUMNS.
    """
    try:
        credited, paid = _money(row[7]), _money(row[8])
        plan = sorted(instalment_from_row(one) for one in instalments)
        if credited + paid > sum_money(amount for _, _, amount in plan):
            message = "it holds more than its instalments ask for"
            raise ValueError(message)  # noqa: TRY301  caught below, as other faults of the row
        return Invoice(
            id=str(row[0]),
            pupil=PupilId(str(row[1])),
            activity=str(row[2]),
            label=printable(str(row[3])),
            digits=str(row[4]),
            made_on=date.fromisoformat(str(row[5])),
            amount=_money(row[6]),
            credited=credited,
            paid=paid,
            instalments=spread(plan, credited=credited, paid=paid),
        )
    except ValueError as error:
        raise _row_error("invoice", row, error) from error


def instalment_from_row(row: Row) -> tuple[int, date, Money]:
    """Return number, day and amount of an instalment's row. Raises SnapshotRowError."""
    try:
        return _whole(row[1]), date.fromisoformat(str(row[2])), _money(row[3])
    except ValueError as error:
        raise _row_error("instalment", row, error) from error


def appointment_from_row(row: Row) -> Appointment:
    """Return the appointment of a row that stands. Raises SnapshotRowError."""
    try:
        return Appointment(
            pupil=PupilId(str(row[1])),
            starts_at=read_moment(row[2]),
            teacher=printable(str(row[3])),
            subject=printable(str(row[4])),
            room=printable(str(row[5])),
        )
    except ValueError as error:
        raise _row_error("appointment", row, error) from error


def staff_row(member: StaffMember) -> Row:
    """Return a member of staff in the order of STAFF_COLUMNS."""
    rights = ",".join(right.value for right in Right if right in member.rights)
    return (member.id, member.name, member.pin_hash, rights)


def staff_from_row(row: Row) -> StaffMember:
    """Return the member of staff of a row.

    A right that this version does not know gives nothing: a newer centre may have more.
    """
    known = {right.value: right for right in Right}
    words = str(row[3]).split(",")
    return StaffMember(
        id=StaffId(str(row[0])),
        name=printable(str(row[1])),
        pin_hash=str(row[2]),
        rights=frozenset(known[word] for word in words if word in known),
    )


def limit_row(pupil: PupilId, limits: Limits) -> Row:
    """Return the limits that parents set, in the order of LIMIT_COLUMNS."""
    daily = None if limits.daily_max is None else limits.daily_max.cents
    maxima = json.dumps(dict(limits.product_max), sort_keys=True, separators=(",", ":"))
    return (pupil, daily, int(limits.asks_allergens), maxima)


def limits_from_rows(row: Row, bought: Iterable[Row]) -> Limits:
    """Return a pupil's limits, with what was bought on the day that they are asked for.

    row: in the order of LIMIT_COLUMNS; bought: that day's rows, in the order of BOUGHT_COLUMNS.
    Raises SnapshotRowError.
    """
    try:
        maxima = json.loads(str(row[3]))
        if not isinstance(maxima, dict):
            message = "the products' limits must be a JSON object"
            raise ValueError(message)  # noqa: TRY004, TRY301  caught below, as other faults of the row
        return Limits(
            daily_max=None if row[1] is None else _money(row[1]),
            asks_allergens=bool(_whole(row[2])),
            product_max={ProductId(product): _whole(most) for product, most in maxima.items()},
            bought={
                ProductId(str(line[2])): Bought(_whole(line[3]), _money(line[4])) for line in bought
            },
        )
    except ValueError as error:
        raise _row_error("pupil_limit", row, error) from error


def _allergens_text(allergens: frozenset[Allergen]) -> str:
    return ",".join(allergen.value for allergen in Allergen if allergen in allergens)


def allergens_of(text: object) -> frozenset[Allergen]:
    """Return the allergens that a column names. Raises ValueError for one that there is not."""
    if not text:
        return frozenset()
    return frozenset(Allergen(word) for word in str(text).split(",") if word)


W = TypeVar("W", bound=StrEnum)


# Each tap reads four words: to look one up takes a tenth of what to ask its enum does.
_BADGE_STATES = {str(state): state for state in BadgeState}
_PRICE_CLASSES = {str(price_class): price_class for price_class in PriceClass}
_LANGUAGES = {str(language): language for language in Language}
_ORDER_STATES = {str(state): state for state in OrderState}


def _word(members: Mapping[str, W], text: object) -> W:
    """Return the member of an enum for its word."""
    member = members.get(str(text))
    if member is None:
        message = f"{text!r} is none of {', '.join(members)}"
        raise ValueError(message)
    return member


def _whole(value: object) -> int:
    if type(value) is not int:
        message = f"{value!r} is not a whole number"
        raise ValueError(message)
    return value


def _money(cents: object) -> Money:
    return Money(_whole(cents))


def _row_error(table: str, row: Row, error: Exception) -> SnapshotRowError:
    return SnapshotRowError(f"table {table}, row {row[0]!r}: {_words(error)}")


def _words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return " ".join(str(error).split())
