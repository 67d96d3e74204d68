"""A school from its files into the books: what is new is added, what is other is changed.

The same files again change nothing, not even the place in the feed. Nobody is taken away because
a file does not name them: a pupil leaves by `central.leaving`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from central.audit import write_audit
from central.database import Row, Session, Value
from central.errors import RecordError
from central.feed import advance_feed
from central.office import Act
from central.records import School, change_school, list_schools, read_school, write_school
from central.school_files import SchoolFiles
from central.store import Store
from core.ids import BadgeKey, PupilId, SchoolId
from core.money import ZERO
from core.people import Badge, BadgeState
from core.receipt import SchoolHeader
from core.snapshot import (
    BADGE_COLUMNS,
    PRODUCT_COLUMNS,
    STAFF_COLUMNS,
    badge_row,
    product_row,
    pupil_row,
    staff_row,
)
from core.tap import Credential, badge_key
from core.wallet import Wallets

_PUPIL_COLUMNS = "id, first_name, last_name, class_name, price_class, allergens, diet, language"
_BADGE_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of one file's lines."""

    added: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did. is_new: the school was not there before."""

    school: SchoolId
    is_new: bool
    counts: Mapping[str, Counts]


def load_files(store: Store, files: SchoolFiles, *, act: Act) -> Loaded:
    """Write a school's files into the books, in one transaction.

    Raises RecordError when there are mistakes in them, or a badge is somebody else's.
    """
    if files.mistakes:
        message = f"{len(files.mistakes)} mistakes, the first: {files.mistakes[0]}"
        raise RecordError(message)
    with store.database.writing() as session:
        is_new = files.id not in list_schools(session)
        if is_new:
            write_school(session, _school(files, store.entropy(_BADGE_KEY_BYTES)))
        known = read_school(session, files.id)
        wanted = _school(files, known.badge_key)
        changes = _changes(session, files, known.badge_key)
        if is_new or wanted != known or any(change.rows for change in changes):
            _change_settings(session, known, wanted)
            _write(session, files.id, changes)
            words = "school loaded from files"
            write_audit(session, files.id, who=act.who, what=words, subject=files.id, at=act.at)
    return Loaded(files.id, is_new, {change.table: change.counts for change in changes})


def _change_settings(session: Session, known: School, wanted: School) -> None:
    if known == wanted:
        return
    is_other = known.policy != wanted.policy
    if is_other and wanted.policy.version <= known.policy.version:
        # Each event names the rules that it was decided by.
        message = f"school.csv: other rules need a policy.version above {known.policy.version}"
        raise RecordError(message)
    change_school(session, wanted)


@dataclass(frozen=True, slots=True)
class _Change:
    """The rows of a table that are other than the books'. key: of which columns, in front."""

    table: str
    columns: tuple[str, ...]
    keys: int
    rows: Sequence[Sequence[Value]]
    counts: Counts


def _changes(session: Session, files: SchoolFiles, key: bytes) -> list[_Change]:
    school = files.id
    empty = Wallets(ZERO, ZERO)
    badges = [
        Badge(
            key=one.key or badge_key(_given(one.credential), school_key=key),
            pupil_id=one.pupil,
            state=one.state,
            last4=one.last4,
        )
        for one in files.badges
    ]
    states = _known_states(session, school, badges)
    badges = [replace(one, state=states.get(one.key, one.state)) for one in badges]
    kinds = _known_kinds(session, school) | {
        badge.key: one.credential.technology.family.value
        for badge, one in zip(badges, files.badges, strict=True)
        if one.credential is not None
    }
    _refuse_second_in_use(session, school, badges, kinds)
    _refuse_former(session, school, [one.id for one in files.pupils.values()])
    pupils = [pupil_row(one, empty)[:8] for one in files.pupils.values()]
    return [
        _change(session, school, "pupil", _PUPIL_COLUMNS, pupils),
        _change(
            session,
            school,
            "product",
            PRODUCT_COLUMNS,
            [product_row(one) for one in files.products.values()],
        ),
        _change(
            session,
            school,
            "badge",
            f"{BADGE_COLUMNS}, kind",
            [(*badge_row(one), kinds.get(one.key, "")) for one in badges],
        ),
        _change(
            session,
            school,
            "staff",
            STAFF_COLUMNS,
            [staff_row(one) for one in files.staff.values()],
        ),
        _change(
            session,
            school,
            "menu",
            "day, product_id",
            [(day.isoformat(), product) for day, product in files.menu],
            keys=2,
        ),
    ]


def _given(credential: Credential | None) -> Credential:
    assert credential is not None, "a badge has a number or a key"
    return credential


def _change(
    session: Session,
    school: SchoolId,
    table: str,
    columns: str,
    rows: Sequence[Sequence[Value]],
    *,
    keys: int = 1,
) -> _Change:
    found: list[Row] = session.rows(
        f"SELECT {columns} FROM {table} WHERE school_id = ?",  # noqa: S608  our own words
        school,
    )
    known = {tuple(row[:keys]): tuple(row) for row in found}
    added = [row for row in rows if tuple(row[:keys]) not in known]
    changed = [
        row for row in rows if tuple(row[:keys]) in known and known[tuple(row[:keys])] != tuple(row)
    ]
    counts = Counts(len(added), len(changed), len(rows) - len(added) - len(changed))
    return _Change(table, tuple(columns.split(", ")), keys, [*added, *changed], counts)


def _known_states(
    session: Session, school: SchoolId, badges: Sequence[Badge]
) -> dict[BadgeKey, BadgeState]:
    """Return the states of badges that are known: a file never makes a lost badge good again.

    Raises RecordError for a badge that is somebody else's: `replace` it, with a reason.
    """
    owners = {badge.key: badge for badge in badges}
    rows = session.rows_by(
        "SELECT key, pupil_id, state FROM badge WHERE school_id = ? AND key IN",
        sorted(owners),
        school,
    )
    for key, owner, _ in rows:
        badge = owners[key]
        if owner != badge.pupil_id:
            message = f"badges.csv: badge …{badge.last4} of {badge.pupil_id} belongs to {owner}"
            raise RecordError(message)
    return {BadgeKey(row[0]): BadgeState(row[2]) for row in rows}


def _known_kinds(session: Session, school: SchoolId) -> dict[BadgeKey, str]:
    """Return of which kind each badge of the books is; a file that tells keys alone tells none."""
    rows = session.rows("SELECT key, kind FROM badge WHERE school_id = ?", school)
    return {BadgeKey(row[0]): row[1] for row in rows}


def _refuse_second_in_use(
    session: Session, school: SchoolId, badges: Sequence[Badge], kinds: Mapping[BadgeKey, str]
) -> None:
    """Raise RecordError when a pupil would have two badges of one kind in use."""
    rows = session.rows(
        "SELECT key, pupil_id, last4 FROM badge WHERE school_id = ? AND state = 'active'", school
    )
    used = {BadgeKey(row[0]): (PupilId(row[1]), str(row[2])) for row in rows}
    used |= {one.key: (one.pupil_id, one.last4) for one in badges if one.state is BadgeState.ACTIVE}
    first: dict[tuple[PupilId, str], str] = {}
    for key, (pupil, last4) in used.items():
        kind = kinds.get(key, "")
        if not kind:
            continue
        if (pupil, kind) in first:
            message = (
                f"badges.csv: badges …{first[pupil, kind]} and …{last4} of {pupil} would both be in"
                " use; write blocked or lost for one, or `refectory central badge replace` it"
            )
            raise RecordError(message)
        first[pupil, kind] = last4


def _refuse_former(session: Session, school: SchoolId, pupils: Sequence[PupilId]) -> None:
    rows = session.rows_by(
        "SELECT id FROM former_pupil WHERE school_id = ? AND id IN", sorted(pupils), school
    )
    if rows:
        message = f"pupils.csv: pupil {rows[0][0]} has left; take the line out"
        raise RecordError(message)


def _write(session: Session, school: SchoolId, changes: Sequence[_Change]) -> None:
    cursor = advance_feed(session, school)
    for change in changes:
        names = ("school_id", *change.columns, "cursor")
        marks = ", ".join("?" * len(names))
        key = ", ".join(("school_id", *change.columns[: change.keys]))
        values = ", ".join(f"{name} = excluded.{name}" for name in names[1 + change.keys :])
        session.run_many(
            f"INSERT INTO {change.table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
            f" ON CONFLICT ({key}) DO UPDATE SET {values}",
            [(school, *row, cursor) for row in change.rows],
        )
    pupils = next(change.rows for change in changes if change.table == "pupil")
    session.run_many(
        "INSERT INTO wallet (school_id, pupil_id, general_cents, reserve_cents, cursor)"
        " VALUES (?, ?, 0, 0, ?) ON CONFLICT DO NOTHING",
        [(school, row[0], cursor) for row in pupils],
    )


def _school(files: SchoolFiles, key: bytes) -> School:
    settings = files.settings
    assert files.policy is not None, "files without mistakes have a policy"
    return School(
        id=files.id,
        header=SchoolHeader(
            name=settings["name"], address=settings["address"], number=settings["number"]
        ),
        zone=settings["zone"],
        day_starts_at=time.fromisoformat(settings["day_starts_at"]),
        orders_close_at=time.fromisoformat(settings["orders_close_at"]),
        order_days_max=int(settings["order_days_max"]),
        closed_days=frozenset(date.fromisoformat(day) for day in settings["closed_days"].split()),
        policy=files.policy,
        badge_key=key,
    )
