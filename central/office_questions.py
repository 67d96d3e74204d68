"""What a bursar's terminal asks while somebody waits: an access for parents, cases, an account.

Each question names the member of staff who asks; the centre looks at its own rows whether they hold
the right to the office, whatever the terminal believes. Nothing here is a way of its own: an access
is `central.families.access`, a case is settled by `central.exceptions`, an account is told by
`central.pages.movements`, as the office's pages do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from central.badge_facts import staff_name
from central.database import Session
from central.errors import Problem, RecordError
from central.exceptions import (
    Case,
    Resolution,
    find_exception,
    list_exceptions,
    open_amount,
    pupil_in,
    settle,
)
from central.families.access import make_token
from central.families.links import parents_of
from central.office import Act, read_wallets
from central.pages.movements import Movement, movements
from central.pages.orders import product_names
from central.pages.voice import Voice, read_words
from central.records import School
from central.sealed import sealed_one
from central.store import Store
from central.terminals import Terminal
from core.codec import moment_text
from core.errors import MalformedEventError
from core.events import read_event
from core.ids import PupilId, SchoolId, StaffId
from core.people import Language
from core.snapshot import staff_from_row
from core.staff import Right

CASES_MAX = 100
_DAYS = (date(2000, 1, 1), date(2200, 1, 1))
"""Nothing was ever booked outside these, and near the calendar's ends arithmetic fails."""

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, at which terminal, and when."""

    school: School
    terminal: Terminal
    staff: StaffId
    name: str
    now: datetime

    def act(self, why: str = "") -> Act:
        """Return what is written into the log."""
        return Act(f"{self.name} ({self.terminal.name})", self.now, why)


def check_bursar(session: Session, school: SchoolId, staff: StaffId) -> str:
    """Return the name of who asks. Raises Problem `right` for who holds no right to the office."""
    row = session.row(
        "SELECT id, name, pin_hash, rights FROM staff WHERE school_id = ? AND id = ?", school, staff
    )
    if row is None or Right.OFFICE not in staff_from_row(row).rights:
        detail = "only who holds the right `office` at this school may ask that"
        raise Problem("right", status=403, detail=detail)
    return staff_name(session, school, staff)


def grant_access(
    store: Store, asker: Asker, *, pupil: PupilId, account: str | None, address: str
) -> Plain:
    """Return a fresh access of a parent, told once; or the accounts to choose among.

    account: whose code is made anew; empty: of a new account; None: not chosen yet, and nothing is
    made where the pupil has accounts. Raises Problem `refused`.
    """
    school = asker.school.id
    with store.database.reading() as session:
        known = [user.name for user in parents_of(session, school, pupil)]
    if account is None and known:
        return {"state": "choose", "accounts": known}
    if account and account not in known:
        raise _refused(f"{account!r} is no account of this pupil's parents")
    try:
        access = make_token(store, school, pupil=pupil, name=account or "", act=asker.act())
    except RecordError as error:
        raise _refused(str(error)) from error
    return {
        "state": "granted",
        "accounts": known,
        "user": access.user.name,
        "code": access.code,
        "language": access.user.language.value,
        "ends_at": moment_text(access.ends_at),
        "address": f"{address}/welcome",
    }


def open_cases(session: Session, school: SchoolId) -> list[Plain]:
    """Return the exceptions that wait, the newest first."""
    cases = list_exceptions(session, school, limit=CASES_MAX)
    return [_case(session, school, case) for case in cases]


def settle_case(
    store: Store, asker: Asker, *, case: str, how: Resolution, note: str, pupil: PupilId | None
) -> Plain:
    """Settle an exception, and return it as it is then. Raises Problem `refused`."""
    school = asker.school.id
    try:
        with store.database.reading() as session:
            find_exception(session, school, case)
        settled = settle(store, school, case=case, how=how, act=asker.act(note), pupil=pupil)
    except RecordError as error:
        raise _refused(str(error)) from error
    with store.database.reading() as session:
        return _case(session, school, settled)


def account_of(
    session: Session, school: School, *, pupil: PupilId, since: date, until: date
) -> Plain:
    """Return a pupil's movements of some days, the oldest first, in words of the pupil's language.

    until: the last day. Raises Problem `refused` for somebody whom nobody knows.
    """
    wallets = read_wallets(session, school.id, pupil)
    row = session.row("SELECT language FROM pupil WHERE school_id = ? AND id = ?", school.id, pupil)
    if wallets is None or row is None:
        raise _refused(f"there is no pupil {pupil} at school {school.id}")
    first, last = max(since, _DAYS[0]), min(until, _DAYS[1])
    zone, language = school.calendar.zone, Language(row[0])
    found = movements(
        session,
        school.id,
        pupil,
        product_names(session, school.id),
        since=datetime.combine(first, time(), zone),
        until=datetime.combine(last + timedelta(days=1), time(), zone),
    )
    voice = Voice(language, read_words(language), zone)
    return {
        "movements": [_movement(one, voice) for one in reversed(found)],
        "general_cents": wallets.general.cents,
        "reserve_cents": wallets.reserve.cents,
    }


def _movement(one: Movement, voice: Voice) -> Mapping[str, object]:
    what = voice.term("entry", one.entry.kind)
    return {
        "at": moment_text(one.entry.at),
        "label": f"{what}: {one.what}" if one.what else what,
        "wallet": one.entry.wallet.value,
        "change_cents": one.entry.change.cents,
        "place": one.entry.place,
        "who": one.who,
        "event": one.event,
    }


def _case(session: Session, school: SchoolId, case: Case) -> Plain:
    return {
        "id": case.id,
        "flag": case.flag,
        "detail": case.detail,
        **_facts_of(session, school, case),
        "raised_at": moment_text(case.raised_at),
        "terminal": case.terminal_name,
        "amount_cents": open_amount(session, school, case).cents,
        "resolution": None if case.resolution is None else case.resolution.value,
    }


def _facts_of(session: Session, school: SchoolId, case: Case) -> Plain:
    """Return what a sentence about an exception tells of its event; nulls where it is unread."""
    told: Plain = {"kind": None, "at": None, "name": None, "class_name": None}
    sealed = sealed_one(session, school, case.subject)
    if sealed is None:
        return told
    try:
        event = read_event(sealed.body)
    except MalformedEventError:
        return told
    told |= {"kind": event.fact.kind.value, "at": moment_text(event.stamp.at)}
    row = session.row(
        "SELECT first_name, last_name, class_name FROM pupil WHERE school_id = ? AND id = ?",
        school,
        pupil_in(event.fact) or "",
    )
    return told if row is None else told | {"name": f"{row[0]} {row[1]}", "class_name": row[2]}


def _refused(detail: str) -> Problem:
    return Problem("refused", status=409, detail=detail)
