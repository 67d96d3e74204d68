"""One posting of the bursar's: its legs, the wallets that they change, the feed, the audit log.

Everything that moves money at the centre without a terminal's fact goes through `post`, so that
nothing can be booked without its line in the log, and no wallet changed without a leg. A posting
is named by whoever asks for it: the same name again books nothing, however often a form is sent.

Rows are locked in the order of their ids, wallets first and the school's feed last, as ingest
does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.feed import advance_feed
from central.postings import CentreBooking, Posting, write_bookings
from core.ids import EventId, PupilId, SchoolId
from core.ledger import AccountKind, Legs
from core.money import ZERO, Money
from core.text import printable
from core.wallet import Wallets

_NAMESPACE = UUID("2b8f5b0a-6a0e-5d0d-9a52-3d7c1b0f6e11")
_WHY_MAX = 200


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and why. at: the centre's time, aware."""

    who: str
    at: datetime
    why: str = ""


def checked_why(why: str) -> str:
    """Return a reason as it is kept: printable, 1 to 200 characters. Raises RecordError."""
    plain = printable(why).strip()
    if not 1 <= len(plain) <= _WHY_MAX:
        message = f"write a reason of 1 to {_WHY_MAX} characters, for whoever asks later"
        raise RecordError(message)
    return plain


def booking_id(school: SchoolId, kind: str, name: str) -> EventId:
    """Return the id of a booking of the centre: the same for the same name."""
    return EventId(str(uuid5(_NAMESPACE, f"{school} {kind} {name}")))


def is_booked(session: Session, school: SchoolId, booking: EventId) -> bool:
    """Say whether a booking is in the books."""
    found = session.row("SELECT 1 FROM booking WHERE school_id = ? AND id = ?", school, booking)
    return found is not None


def read_wallets(
    session: Session, school: SchoolId, pupil: PupilId, *, lock: bool = False
) -> Wallets | None:
    """Return a pupil's balances, also of one who has left; None for somebody nobody knows.

    lock: nobody else may change them until the transaction ends.
    """
    locked = session.for_update if lock else ""
    row = session.row(
        "SELECT general_cents, reserve_cents FROM wallet"  # noqa: S608
        f" WHERE school_id = ? AND pupil_id = ?{locked}",
        school,
        pupil,
    )
    return None if row is None else Wallets(general=Money(row[0]), reserve=Money(row[1]))


@dataclass(frozen=True, slots=True)
class Entry:
    """Legs to be booked under a name.

    kind: as in `wallet.adjusted`. name: made by whoever asks, or of what it settles. subject: a
    pupil's id, an event's, a bank line's.
    """

    kind: str
    name: str
    subject: str
    legs: Legs


def post(session: Session, school: SchoolId, entry: Entry, act: Act) -> bool:
    """Book legs under a name, once. Result: False when they are booked already, or move nothing."""
    return bool(post_all(session, school, [entry], act))


def post_all(session: Session, school: SchoolId, entries: Sequence[Entry], act: Act) -> list[Entry]:
    """Book many entries at once, and return those that were not booked before."""
    named = {booking_id(school, entry.kind, entry.name): entry for entry in entries if entry.legs}
    _lock_wallets(session, school, [entry.legs for entry in named.values()])
    known = {
        row[0]
        for row in session.rows_by(
            "SELECT id FROM booking WHERE school_id = ? AND id IN", sorted(named), school
        )
    }
    fresh = {booking: entry for booking, entry in named.items() if booking not in known}
    bookings = [
        CentreBooking(
            entry.kind, entry.subject, Posting(booking, entry.legs, act.at), act.who, act.why
        )
        for booking, entry in fresh.items()
    ]
    write_bookings(session, school, bookings)
    for entry in fresh.values():
        words = f"{entry.kind}: {_amounts(entry.legs)}" + (f": {act.why}" if act.why else "")
        write_audit(session, school, who=act.who, what=words, subject=entry.subject, at=act.at)
    _change_wallets(session, school, [entry.legs for entry in fresh.values()])
    return list(fresh.values())


_PLACES = {AccountKind.WALLET_GENERAL: 0, AccountKind.WALLET_RESERVE: 1}


def wallet_changes(legs: Iterable[Legs]) -> dict[PupilId, tuple[Money, Money]]:
    """Return what legs do to each pupil's general and reserve wallet."""
    changes: dict[PupilId, list[Money]] = {}
    for some in legs:
        for leg in some:
            place = _PLACES.get(leg.account.kind)
            if place is not None:
                both = changes.setdefault(PupilId(leg.account.owner), [ZERO, ZERO])
                both[place] += leg.amount
    return {pupil: (both[0], both[1]) for pupil, both in changes.items()}


def _lock_wallets(session: Session, school: SchoolId, legs: Iterable[Legs]) -> None:
    pupils = sorted(wallet_changes(legs))
    session.rows_by(
        "SELECT pupil_id FROM wallet WHERE school_id = ? AND pupil_id IN",
        pupils,
        school,
        lock=True,
    )


def _change_wallets(session: Session, school: SchoolId, legs: Iterable[Legs]) -> None:
    changes = wallet_changes(legs)
    if not changes:
        return
    cursor = advance_feed(session, school)
    session.run_many(
        "INSERT INTO wallet (school_id, pupil_id, general_cents, reserve_cents, cursor)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
        " general_cents = wallet.general_cents + excluded.general_cents,"
        " reserve_cents = wallet.reserve_cents + excluded.reserve_cents,"
        " cursor = excluded.cursor",
        [
            (school, pupil, general.cents, reserve.cents, cursor)
            for pupil, (general, reserve) in sorted(changes.items())
        ],
    )


def _amounts(legs: Legs) -> str:
    return ", ".join(f"{leg.account.kind.value} {leg.amount.text()}" for leg in legs)
