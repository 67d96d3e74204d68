"""How the centre's tables grew since they began in `central.schema`, step by step.

A new database goes the same way as an old one, so that both have the same tables. A released step
is never changed.
"""

from dataclasses import dataclass

from central.service_tables import (
    BADGE_KINDS,
    FAMILIES,
    FEED,
    KIOSK,
    MEETINGS,
    PHOTOS,
    PRESENCE,
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version of the tables to the next.

    append_only, partitioned, clustered: of the tables it makes, as for `Database.creation`.
    """

    statements: tuple[str, ...]
    append_only: tuple[str, ...] = ()
    partitioned: tuple[str, ...] = ()
    clustered: tuple[str, ...] = ()


_OFFICE = Migration(
    append_only=("badge_history", "bank_file", "correction"),
    statements=(
        "ALTER TABLE booking ADD COLUMN who TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE booking ADD COLUMN why TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE exception ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        # The place in the feed at which something last went away: an older copy is taken anew.
        "ALTER TABLE school ADD COLUMN removed_at BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX booking_subject ON booking (school_id, subject)",
        "CREATE INDEX audit_at ON audit (school_id, at)",
        "CREATE INDEX exception_subject ON exception (school_id, subject)",
        """CREATE TABLE badge_history (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
        "CREATE INDEX badge_history_pupil ON badge_history (school_id, pupil_id)",
        """CREATE TABLE former_pupil (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    class_name TEXT NOT NULL,
    left_at TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
        """CREATE TABLE school_account (
    school_id TEXT NOT NULL REFERENCES school (id),
    iban TEXT NOT NULL UNIQUE,
    PRIMARY KEY (school_id, iban)
)""",
        """CREATE TABLE communication (
    school_id TEXT NOT NULL REFERENCES school (id),
    digits TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    school_year TEXT NOT NULL,
    PRIMARY KEY (school_id, digits)
)""",
        "CREATE UNIQUE INDEX communication_of ON communication (school_id, pupil_id, school_year)",
        """CREATE TABLE bank_file (
    school_id TEXT NOT NULL REFERENCES school (id),
    digest TEXT NOT NULL,
    format TEXT NOT NULL,
    name TEXT NOT NULL,
    read_at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (school_id, digest)
)""",
        """CREATE TABLE bank_line (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    reference TEXT NOT NULL,
    format TEXT NOT NULL,
    statement TEXT NOT NULL,
    place TEXT NOT NULL,
    communication TEXT NOT NULL,
    message TEXT NOT NULL,
    payer_account TEXT NOT NULL,
    payer_name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    pupil_id TEXT,
    read_at TEXT NOT NULL,
    settled_by TEXT,
    settled_at TEXT,
    PRIMARY KEY (school_id, id)
)""",
        "CREATE INDEX bank_line_entry ON bank_line (school_id, account, booked_on, cents)",
        "CREATE INDEX bank_line_state ON bank_line (school_id, state, booked_on)",
        # What a terminal corrected: of each line of a document, by which event, how many pieces.
        """CREATE TABLE correction (
    school_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    pieces BIGINT NOT NULL,
    PRIMARY KEY (school_id, document_id, event_id, place)
)""",
        """CREATE TABLE closing (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL,
    day TEXT NOT NULL,
    event_id TEXT NOT NULL,
    differences TEXT NOT NULL,
    receipt BLOB NOT NULL,
    signature BLOB NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id, epoch, seq)
)""",
    ),
)

_PAGES = Migration(
    statements=(
        # A pupil's page shows that pupil's orders.
        "CREATE INDEX meal_order_pupil ON meal_order (school_id, pupil_id, day)",
        """CREATE TABLE web_user (
    school_id TEXT NOT NULL REFERENCES school (id),
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    added_at TEXT NOT NULL,
    disabled_at TEXT,
    PRIMARY KEY (school_id, name)
)""",
        """CREATE TABLE web_session (
    school_id TEXT NOT NULL REFERENCES school (id),
    token_hash BLOB NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (school_id, token_hash)
)""",
        """CREATE TABLE sign_in_try (
    bucket BIGINT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TEXT NOT NULL,
    waits_until TEXT NOT NULL
)""",
    ),
)

_HEALTH = Migration(
    statements=(
        """CREATE TABLE terminal_health (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    told TEXT NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id)
)""",
    ),
)

_LEGS_BY_TIME = Migration(
    # By owner, each sale dirtied a page of its own in the index: most of what a commit wrote. By
    # time the newest legs stand together at its end. One pupil's are found by reading back
    # through the school's days; sums of whole accounts read every leg anyway.
    statements=(
        "DROP INDEX leg_account",
        """CREATE INDEX leg_wallet ON leg (school_id, at, owner)
    WHERE account IN ('wallet.general', 'wallet.reserve')""",
    ),
)

# The legs of one batch have one time. By booking within it, whose ids grow, the newest entry is the
# last one; by owner each went between the others, and the pages were split for it. The owner stands
# behind, where PostgreSQL passes over others' legs without looking them up.
_LEGS_IN_ORDER = (
    "DROP INDEX leg_wallet",
    """CREATE INDEX leg_wallet ON leg (school_id, at, booking_id, owner)
    WHERE account IN ('wallet.general', 'wallet.reserve')""",
)

# One badge, many counters: each service that a badge has beside the meal brings its own tables.
_COUNTERS = Migration(
    statements=(
        *PHOTOS,
        *MEETINGS,
        *FAMILIES,
        *KIOSK,
        *BADGE_KINDS,
        *FEED,
        *PRESENCE,
        *_LEGS_IN_ORDER,
    )
)

# The statements of both formats that told of one bank line stood in one column, a line end between
# them. What is left when all that is no line end is taken from the right is the first one with it.
_OTHER_STATEMENT = (
    "ALTER TABLE bank_line ADD COLUMN other_statement TEXT NOT NULL DEFAULT ''",
    """UPDATE bank_line SET
    other_statement =
        substr(statement, length(rtrim(statement, replace(statement, '\n', ''))) + 1),
    statement = substr(statement, 1, length(rtrim(statement, replace(statement, '\n', ''))) - 1)
    WHERE statement LIKE '%\n%'""",
)

# Nine facts in ten move one amount from one account to one other: a meal, or a sale of one thing.
# Two rows of legs, each with a long key, cost more than the event itself; so the event's own row
# says what it moved, and `leg` is what both make together. Legs of all else stay rows.
#
# source: the account that pays; owner: whose it is, where it is a wallet; target_owner: for a sale
# the category of what was sold. What it is paid to is told by the kind of the event.
_TRANSFERS = Migration(
    statements=(
        "ALTER TABLE leg RENAME TO posted_leg",
        "ALTER TABLE event ADD COLUMN source TEXT",
        "ALTER TABLE event ADD COLUMN owner TEXT",
        "ALTER TABLE event ADD COLUMN target_owner TEXT",
        "ALTER TABLE event ADD COLUMN cents BIGINT",
        # In the order of arrival, as `leg_wallet`.
        """CREATE INDEX event_wallet ON event (school_id, received_at, id, owner)
    WHERE source = 'wallet.general'""",
        """CREATE VIEW leg AS
    SELECT school_id, booking_id, name, account, owner, cents, at FROM posted_leg
    UNION ALL
    SELECT school_id, id, CASE kind WHEN 'sale.made' THEN 'wallet' ELSE 'source' END,
        source, owner, -cents, received_at FROM event WHERE source IS NOT NULL
    UNION ALL
    SELECT school_id, id, CASE kind WHEN 'sale.made' THEN 'line.0' ELSE 'target' END,
        CASE kind WHEN 'sale.made' THEN 'sales' ELSE 'meals.served' END,
        target_owner, cents, received_at FROM event WHERE source IS NOT NULL""",
        *_OTHER_STATEMENT,
    )
)

# What came at once is kept at once: the batch's bytes as they were sent, in place of each event's
# own body and hash, and whose wallets it moved, in place of an index entry for each movement. Its
# key begins with the time, which each event's row has too: so an event leads to its arrival, and a
# span of time to its arrivals, by one tree. `owners` stands before `packed`, which lies on pages of
# its own: whoever looks for an owner does not read them.
#
# owners: whose general wallets the events' own rows move, each once, with commas between. packed:
# the gzip that `central.wire_batch` reads; empty where each event's row has its own body.
_ARRIVALS = Migration(
    append_only=("arrival",),
    partitioned=("arrival",),
    clustered=("arrival",),
    statements=(
        """CREATE TABLE arrival (
    school_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    owners TEXT NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq)
)""",
        # Events of earlier versions keep their bodies.
        """INSERT INTO arrival
    SELECT school_id, received_at, terminal_id, epoch, MIN(seq), MAX(seq),
        COALESCE(group_concat(DISTINCT CASE source WHEN 'wallet.general' THEN owner END), ''),
        CAST('' AS BLOB)
    FROM event GROUP BY school_id, received_at, terminal_id, epoch""",
        "DROP INDEX event_wallet",
    ),
)

# An event's place is a number: that of its arrival, and behind it where it stands in what came at
# once. So events are kept in the order in which they came, by one tree, and what all of an
# arrival have in common stands once, in its row: the terminal, the epoch and the time.
#
# What pupils bought is asked for by the day, as far as it is today's: its key begins with that, and
# it needs no index of what changed, which each purchase would change too.
#
# An event that its arrival keeps packed has neither body nor hash of its own. `arrival_place` ends
# with the last place, not the first: what holds a place is the first arrival that ends there or
# later, and what stands before an arrival is the one that ends one place before it begins.
_EVENTS_IN_ORDER = Migration(
    append_only=("arrival", "event"),
    partitioned=("arrival", "event"),
    clustered=("pupil_bought",),
    statements=(
        "CREATE TABLE pupil_bought_before AS SELECT * FROM pupil_bought",
        "DROP TABLE pupil_bought",
        """CREATE TABLE pupil_bought (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, day, pupil_id, product_id)
)""",
        "INSERT INTO pupil_bought SELECT * FROM pupil_bought_before",
        "DROP TABLE pupil_bought_before",
        "DROP VIEW leg",
        "CREATE TABLE arrival_before AS SELECT * FROM arrival",
        "CREATE TABLE event_before AS SELECT * FROM event",
        "DROP TABLE event",
        "DROP TABLE arrival",
        """CREATE TABLE arrival (
    number INTEGER PRIMARY KEY,
    school_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    owners TEXT NOT NULL,
    packed BLOB NOT NULL
)""",
        """CREATE TABLE event (
    place INTEGER PRIMARY KEY,
    school_id TEXT NOT NULL,
    id TEXT,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    source TEXT,
    owner TEXT,
    target_owner TEXT,
    cents BIGINT,
    verdict TEXT NOT NULL,
    flag TEXT,
    body BLOB,
    hash BLOB
)""",
        "CREATE INDEX arrival_before_key ON arrival_before (school_id, received_at, terminal_id)",
        "CREATE INDEX event_before_key ON event_before (school_id, terminal_id, epoch, seq)",
        # Arrivals that step 8 made of one moment's events may have had others between them.
        """INSERT INTO arrival
        (school_id, received_at, terminal_id, epoch, first_seq, last_seq, owners, packed)
    SELECT school_id, received_at, terminal_id, epoch, first_seq, last_seq, owners, packed
    FROM (
        SELECT school_id, received_at, terminal_id, epoch, first_seq, last_seq, owners, packed
        FROM arrival_before WHERE length(packed) > 0
        UNION ALL
        SELECT school_id, received_at, terminal_id, epoch, MIN(seq), MAX(seq),
            COALESCE(group_concat(DISTINCT CASE source WHEN 'wallet.general' THEN owner END), ''),
            CAST('' AS BLOB)
        FROM (
            SELECT e.school_id, e.received_at, e.terminal_id, e.epoch, e.seq, e.source, e.owner,
                e.seq - ROW_NUMBER() OVER (
                    PARTITION BY e.school_id, e.received_at, e.terminal_id, e.epoch ORDER BY e.seq
                ) AS run
            FROM event_before e WHERE NOT EXISTS (
                SELECT 1 FROM arrival_before a WHERE a.school_id = e.school_id
                AND a.received_at = e.received_at AND a.terminal_id = e.terminal_id
                AND a.epoch = e.epoch AND e.seq BETWEEN a.first_seq AND a.last_seq
                AND length(a.packed) > 0
            )
        ) AS alone GROUP BY school_id, received_at, terminal_id, epoch, run
    ) AS found ORDER BY received_at, terminal_id, epoch, first_seq""",
        "DROP TABLE arrival_before",
        """CREATE UNIQUE INDEX arrival_place
    ON arrival (school_id, terminal_id, epoch, last_seq)""",
        "CREATE INDEX arrival_at ON arrival (school_id, received_at)",
        """INSERT INTO event
    SELECT a.number * 65536 + e.seq - a.first_seq, e.school_id, e.id, e.kind, e.at, e.source,
        e.owner, e.target_owner, e.cents, e.verdict, e.flag,
        CASE WHEN length(e.body) > 0 THEN e.body END, CASE WHEN length(e.body) > 0 THEN e.hash END
    FROM arrival a CROSS JOIN event_before e
    WHERE e.school_id = a.school_id AND e.received_at = a.received_at
        AND e.terminal_id = a.terminal_id AND e.epoch = a.epoch
        AND e.seq BETWEEN a.first_seq AND a.last_seq
    ORDER BY 1""",
        "DROP TABLE event_before",
        "CREATE UNIQUE INDEX event_id ON event (school_id, id)",
        """CREATE VIEW leg AS
    SELECT school_id, booking_id, name, account, owner, cents, at FROM posted_leg
    UNION ALL
    SELECT e.school_id, e.id, CASE e.kind WHEN 'sale.made' THEN 'wallet' ELSE 'source' END,
        e.source, e.owner, -e.cents, a.received_at
    FROM event e LEFT JOIN arrival a
        ON a.number = e.place / 65536 AND a.school_id = e.school_id
    WHERE e.source IS NOT NULL
    UNION ALL
    SELECT e.school_id, e.id, CASE e.kind WHEN 'sale.made' THEN 'line.0' ELSE 'target' END,
        CASE e.kind WHEN 'sale.made' THEN 'sales' ELSE 'meals.served' END,
        e.target_owner, e.cents, a.received_at
    FROM event e LEFT JOIN arrival a
        ON a.number = e.place / 65536 AND a.school_id = e.school_id
    WHERE e.source IS NOT NULL""",
    ),
)

MIGRATIONS: tuple[Migration, ...] = (
    _OFFICE,
    _PAGES,
    _HEALTH,
    _LEGS_BY_TIME,
    _COUNTERS,
    _TRANSFERS,
    _ARRIVALS,
    _EVENTS_IN_ORDER,
)
"""Step n leads from version n to version n + 1."""

VERSION = 1 + len(MIGRATIONS)
