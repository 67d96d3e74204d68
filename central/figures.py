"""What the books add up to, and whether every sum agrees with every other."""

from dataclasses import dataclass

from central.database import Session
from central.event_places import JOIN_ARRIVAL, SEQ
from core.ids import SchoolId
from core.ledger import AccountKind
from core.orders import OrderState


@dataclass(frozen=True, slots=True)
class Figures:
    """All schools of a database together.

    events: facts of terminals that are booked. quarantined: places whose event could not be read.
    strays: events that contradict booked ones. ledger_sum_cents: the sum of all legs; not 0 means
    that the books are wrong. exceptions_open: exceptions that nobody has settled yet.
    """

    schools: int
    terminals: int
    events: int
    quarantined: int
    strays: int
    legs: int
    ledger_sum_cents: int
    exceptions_open: int


def read_figures(session: Session) -> Figures:
    """Return the figures of the whole database."""

    def whole(sql: str) -> int:
        row = session.row(sql)
        assert row is not None, "an aggregate has one row"
        return int(row[0] or 0)

    return Figures(
        schools=whole("SELECT COUNT(*) FROM school"),
        terminals=whole("SELECT COUNT(*) FROM terminal"),
        events=whole("SELECT COUNT(*) FROM event WHERE verdict = 'accepted'"),
        quarantined=whole("SELECT COUNT(*) FROM event WHERE verdict <> 'accepted'"),
        strays=whole("SELECT COUNT(*) FROM stray_event"),
        legs=whole("SELECT COUNT(*) FROM leg"),
        # What stands in an event's own row takes from one side what it gives to the other.
        ledger_sum_cents=whole("SELECT SUM(cents) FROM posted_leg"),
        exceptions_open=whole("SELECT COUNT(*) FROM exception WHERE settled_at IS NULL"),
    )


def disagreements(session: Session, school: SchoolId) -> list[str]:
    """Return one plain line for each sum of a school that does not agree; none when all do."""
    return [
        *_unbalanced(session, school),
        *_wallets(session, school),
        *_prepaid(session, school),
        *_gaps(session, school),
    ]


def _unbalanced(session: Session, school: SchoolId) -> list[str]:
    rows = session.rows(
        "SELECT booking_id, SUM(cents) FROM posted_leg WHERE school_id = ?"
        " GROUP BY booking_id HAVING SUM(cents) <> 0 ORDER BY booking_id",
        school,
    )
    return [f"booking {row[0]}: its legs sum to {row[1]} cents, not to 0" for row in rows]


def _wallets(session: Session, school: SchoolId) -> list[str]:
    """A wallet holds the sum of its legs; all legs are read once, whoever owns them."""
    sums = {
        (row[0], row[1]): row[2]
        for row in session.rows(
            "SELECT owner, account, SUM(cents) FROM leg WHERE school_id = ?"
            " AND account IN ('wallet.general', 'wallet.reserve') GROUP BY owner, account",
            school,
        )
    }
    wallets = session.rows(
        "SELECT pupil_id, general_cents, reserve_cents FROM wallet WHERE school_id = ?"
        " ORDER BY pupil_id",
        school,
    )
    faults = []
    for pupil, *held in wallets:
        summed = [
            sums.pop((pupil, kind.value), 0)
            for kind in (AccountKind.WALLET_GENERAL, AccountKind.WALLET_RESERVE)
        ]
        if held != summed:
            faults.append(
                f"wallets of pupil {pupil}: {held[0]} and {held[1]} cents, but their legs sum to"
                f" {summed[0]} and {summed[1]}"
            )
    return faults + [
        f"wallet of pupil {owner}: none, but legs of {account} sum to {cents}"
        for (owner, account), cents in sorted(sums.items())
        if cents
    ]


def _prepaid(session: Session, school: SchoolId) -> list[str]:
    """Meals paid in advance hold exactly what is reserved and not collected yet."""
    held = session.row(
        "SELECT COALESCE(SUM(cents), 0) FROM leg WHERE school_id = ?"
        " AND owner = '' AND account = 'meals.prepaid'",
        school,
    )
    waiting = session.row(
        "SELECT COALESCE(SUM(price_cents), 0) FROM meal_order WHERE school_id = ? AND state = ?",
        school,
        OrderState.RESERVED.value,
    )
    assert held is not None, "an aggregate has one row"
    assert waiting is not None, "an aggregate has one row"
    if held[0] == waiting[0]:
        return []
    return [f"meals paid in advance hold {held[0]} cents, but {waiting[0]} are reserved"]


def _gaps(session: Session, school: SchoolId) -> list[str]:
    """A terminal's events of one epoch stand without a gap up to its high water."""
    rows = session.rows(
        f"SELECT a.terminal_id, a.epoch, COUNT(*), MIN({SEQ}), MAX({SEQ})"  # noqa: S608  our own words
        f" FROM event e {JOIN_ARRIVAL} WHERE e.school_id = ?"
        " GROUP BY a.terminal_id, a.epoch ORDER BY a.terminal_id, a.epoch",
        school,
    )
    return [
        f"terminal {row[0]}, epoch {row[1]}: {row[2]} events from {row[3]} to {row[4]}"
        for row in rows
        if row[3] != 1 or row[4] != row[2]
    ]
