"""The centre's tables as they began, for both engines; `central.migrations` is how they grew since.

Every key begins with the school, but for the numbers of arrivals and events in SQLite: no row, and
no transaction, belongs to two schools; only the tries to sign in know no school, as whoever tries
is nobody yet. Rows that a terminal must hear of carry `cursor`, the place in the school's
change feed at which they were last written; the school's row counts it, and is locked last in a
transaction, so that the feed follows the order of commits.
"""

TABLES = (
    "CREATE TABLE centre (key TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE school (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    number TEXT NOT NULL,
    zone TEXT NOT NULL,
    day_starts_at TEXT NOT NULL,
    orders_close_at TEXT NOT NULL,
    order_days_max BIGINT NOT NULL,
    closed_days TEXT NOT NULL,
    policy TEXT NOT NULL,
    badge_key BLOB NOT NULL,
    cursor BIGINT NOT NULL
)""",
    """CREATE TABLE terminal (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    high_epoch BIGINT NOT NULL,
    high_seq BIGINT NOT NULL,
    head_hash BLOB NOT NULL,
    next_epoch BIGINT,
    enrolled_at TEXT NOT NULL,
    last_seen_at TEXT,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE terminal_key (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    terminal_id TEXT NOT NULL,
    public_key BLOB NOT NULL,
    pinned_at TEXT NOT NULL,
    ends_at TEXT,
    revoked_at TEXT,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE enrolment_code (
    school_id TEXT NOT NULL REFERENCES school (id),
    code_hash BLOB NOT NULL UNIQUE,
    terminal_name TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    terminal_id TEXT,
    public_key BLOB,
    PRIMARY KEY (school_id, code_hash)
)""",
    """CREATE TABLE event (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL,
    verdict TEXT NOT NULL,
    flag TEXT,
    received_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id, epoch, seq)
)""",
    "CREATE UNIQUE INDEX event_id ON event (school_id, id)",
    """CREATE TABLE stray_event (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BLOB NOT NULL,
    body BLOB NOT NULL,
    reason TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id, epoch, seq, hash)
)""",
    """CREATE TABLE booking (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE leg (
    school_id TEXT NOT NULL,
    booking_id TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    owner TEXT NOT NULL,
    cents BIGINT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (school_id, booking_id, name)
)""",
    """CREATE TABLE audit (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    "CREATE INDEX leg_account ON leg (school_id, owner, account)",
    """CREATE TABLE exception (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    flag TEXT NOT NULL,
    detail TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    settled_at TEXT,
    settled_by TEXT,
    resolution TEXT,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE pupil (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    class_name TEXT NOT NULL,
    price_class TEXT NOT NULL,
    allergens TEXT NOT NULL,
    diet TEXT NOT NULL,
    language TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE wallet (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    general_cents BIGINT NOT NULL,
    reserve_cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id)
)""",
    """CREATE TABLE badge (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    state TEXT NOT NULL,
    last4 TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
)""",
    """CREATE TABLE product (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    vat_permille BIGINT NOT NULL,
    allergens TEXT NOT NULL,
    pupil_cents BIGINT NOT NULL,
    reduced_cents BIGINT,
    teacher_cents BIGINT,
    guest_cents BIGINT,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE meal_order (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    price_cents BIGINT NOT NULL,
    state TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE staff (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    rights TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE staff_badge (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    staff_id TEXT,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
)""",
    """CREATE TABLE pupil_limit (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    daily_max_cents BIGINT,
    asks_allergens BIGINT NOT NULL,
    product_max TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id)
)""",
    """CREATE TABLE pupil_bought (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id, day, product_id)
)""",
    "CREATE INDEX meal_order_day ON meal_order (school_id, day, pupil_id)",
    """CREATE TABLE menu (
    school_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, day, product_id)
)""",
)

APPEND_ONLY = ("event", "stray_event", "booking", "leg", "audit")
"""Facts and postings: their rows are refused every change by the database itself."""

PARTITIONED = ("event", "leg")
"""What grows for ever."""

CLUSTERED = ("leg", "wallet", "badge", "meal_order")
"""Small rows that are always found by their key: an engine may keep them in its order.

A leg needs no id of its own: its booking and its name are one, and `core.ledger.leg_id` makes a
UUID of them for whoever wants one.
"""
