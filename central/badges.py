"""Badges at the centre, with their history: who had which, since when, and why it changed.

Every terminal hears of a change by the feed. A terminal knows a badge as active, blocked or lost;
that it was replaced or that its owner left is the history's word for why it is blocked.

A pupil has one badge of each kind in use: who is given another one hands in the first, or has lost
it, so the first is blocked with `replaced` in its history. A card that turns up again is not made
good while another one is in use: somebody must say which of the two it is to be, and at a bursar's
terminal, where the card itself is laid on the reader, it is the card that was found.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.feed import advance_feed
from central.office import Act
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import BadgeKey, PupilId, SchoolId
from core.people import BadgeState
from core.tap import Family


class BadgeWord(StrEnum):
    """What happened to a badge."""

    ISSUED = "issued"
    ACTIVE = "active"
    BLOCKED = "blocked"
    LOST = "lost"
    REPLACED = "replaced"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class BadgeStep:
    """One step in the life of a badge."""

    key: BadgeKey
    pupil: PupilId
    word: BadgeWord
    at: datetime
    who: str
    why: str


def set_badge_state(
    store: Store,
    school: SchoolId,
    *,
    badge: BadgeKey,
    state: BadgeState,
    who: str,
    at: datetime,
    why: str = "",
) -> None:
    """Set a badge's state.

    Raises RecordError when the school knows no such badge, or when it is to be good again while
    its owner has another one of its kind in use.
    """
    with store.database.writing() as session:
        before = _locked(session, school, badge)
        if before[0] == state.value:
            return
        if state is BadgeState.ACTIVE:
            _check_only_one(session, school, badge, before[1])
        act = Act(who, at, why)
        _step(session, school, badge, before[1], BadgeWord(state.value), act)
        cursor = advance_feed(session, school)
        _set(session, school, badge, state, cursor)


def stop_within(
    session: Session,
    school: SchoolId,
    *,
    badge: BadgeKey,
    state: BadgeState,
    act: Act,
    cursor: int,
) -> None:
    """Stop a badge within a transaction whose place in the feed is known. Twice is once.

    One that is lost stays lost. Raises RecordError for a badge that the school does not know.
    """
    before, pupil = _locked(session, school, badge)
    if before in (state.value, BadgeState.LOST.value):
        return
    _step(session, school, badge, pupil, BadgeWord(state.value), act)
    _set(session, school, badge, state, cursor)


def give_within(
    session: Session,
    school: SchoolId,
    *,
    badge: BadgeKey,
    pupil: PupilId,
    last4: str,
    kind: Family,
    replaces: BadgeKey | None,
    act: Act,
    cursor: int,
    is_found: bool = False,
) -> None:
    """Give a pupil a badge within a transaction whose place in the feed is known. Twice is once.

    replaces: one of theirs that is not in use any more. Of its kind no other stays in use.
    is_found: it is one of theirs that turned up again, and takes the place of the one in use.
    Raises RecordError when there is no such pupil, or the badge is somebody else's.
    """
    _check_pupil(session, school, pupil)
    is_theirs = _is_theirs(session, school, badge, pupil)
    is_in_use = bool(_in_use(session, school, pupil, badge))
    if is_in_use or (is_theirs and not is_found):
        return
    replaced = set(_others_in_use(session, school, pupil, kind))
    replaced |= set(_in_use(session, school, pupil, replaces))
    for other in sorted(replaced):
        _step(session, school, other, pupil, BadgeWord.REPLACED, act)
        _set(session, school, other, BadgeState.BLOCKED, cursor)
    if is_theirs:
        _step(session, school, badge, pupil, BadgeWord.ACTIVE, act)
        _set(session, school, badge, BadgeState.ACTIVE, cursor)
        return
    _step(session, school, badge, pupil, BadgeWord.ISSUED, act)
    _add(session, school, badge, pupil, kind, last4, cursor)


def issue_badge(
    store: Store,
    school: SchoolId,
    *,
    badge: BadgeKey,
    pupil: PupilId,
    last4: str,
    act: Act,
    kind: Family | None = None,
) -> list[BadgeKey]:
    """Give a pupil a new badge. Twice is once.

    kind: of its number; None where only its key is known, and then it takes no other's place.
    Result: the badges of that kind that were in use until now, and are blocked.
    Raises RecordError when there is no such pupil, or the badge is somebody else's already.
    """
    with store.database.writing() as session:
        if _is_theirs(session, school, badge, pupil):
            return []
        _check_pupil(session, school, pupil)
        others = _others_in_use(session, school, pupil, kind)
        for other in others:
            _step(session, school, other, pupil, BadgeWord.REPLACED, act)
        _step(session, school, badge, pupil, BadgeWord.ISSUED, act)
        cursor = advance_feed(session, school)
        for other in others:
            _set(session, school, other, BadgeState.BLOCKED, cursor)
        _add(session, school, badge, pupil, kind, last4, cursor)
    return others


def replace_badge(
    store: Store,
    school: SchoolId,
    *,
    old: BadgeKey,
    new: BadgeKey,
    last4: str,
    act: Act,
    kind: Family | None = None,
) -> None:
    """Give the owner of a badge another one; the old one is blocked. Twice is once.

    kind: as for `issue_badge`; of that kind no other stays in use. Raises RecordError when the
    school does not know the old one, or the new one is somebody's.
    """
    with store.database.writing() as session:
        state, pupil = _locked(session, school, old)
        if _is_theirs(session, school, new, pupil):
            return
        others = [one for one in _others_in_use(session, school, pupil, kind) if one != old]
        for one in (old, *others):
            _step(session, school, one, pupil, BadgeWord.REPLACED, act)
        _step(session, school, new, pupil, BadgeWord.ISSUED, act)
        cursor = advance_feed(session, school)
        # A lost badge stays lost: whoever finds it is told so.
        is_lost = state == BadgeState.LOST.value
        _set(session, school, old, BadgeState.LOST if is_lost else BadgeState.BLOCKED, cursor)
        for other in others:
            _set(session, school, other, BadgeState.BLOCKED, cursor)
        _add(session, school, new, pupil, kind, last4, cursor)


def badge_history(
    session: Session,
    school: SchoolId,
    *,
    pupil: PupilId | None = None,
    badge: BadgeKey | None = None,
) -> list[BadgeStep]:
    """Return what happened to badges, the newest first: of a pupil, of one badge, or of all."""
    where = ""
    values: list[str] = []
    if pupil is not None:
        where += " AND pupil_id = ?"
        values.append(pupil)
    if badge is not None:
        where += " AND key = ?"
        values.append(badge)
    rows = session.rows(
        "SELECT key, pupil_id, state, at, who, why FROM badge_history"  # noqa: S608
        f" WHERE school_id = ?{where} ORDER BY at DESC, id DESC LIMIT 1000",
        school,
        *values,
    )
    return [
        BadgeStep(
            BadgeKey(row[0]),
            PupilId(row[1]),
            BadgeWord(row[2]),
            read_moment(row[3]),
            row[4],
            row[5],
        )
        for row in rows
    ]


def retire_badges(session: Session, school: SchoolId, pupil: PupilId, act: Act) -> int:
    """Take the badges of a pupil who leaves out of use, and return how many.

    The caller advances the feed.
    """
    rows = session.rows(
        "SELECT key FROM badge WHERE school_id = ? AND pupil_id = ? ORDER BY key", school, pupil
    )
    for row in rows:
        _step(session, school, BadgeKey(row[0]), pupil, BadgeWord.LEFT, act)
    session.run("DELETE FROM badge WHERE school_id = ? AND pupil_id = ?", school, pupil)
    return len(rows)


def _others_in_use(
    session: Session, school: SchoolId, pupil: PupilId, kind: Family | None
) -> list[BadgeKey]:
    """Return a pupil's badges of a kind that are in use, and lock them."""
    if kind is None:
        return []
    rows = session.rows(
        "SELECT key FROM badge WHERE school_id = ? AND pupil_id = ? AND kind = ?"  # noqa: S608
        f" AND state = 'active' ORDER BY key{session.for_update}",
        school,
        pupil,
        kind.value,
    )
    return [BadgeKey(row[0]) for row in rows]


def _in_use(
    session: Session, school: SchoolId, pupil: PupilId, badge: BadgeKey | None
) -> list[BadgeKey]:
    """Return a badge if it is this pupil's and in use, and lock it."""
    row = session.row(
        "SELECT key FROM badge WHERE school_id = ? AND pupil_id = ? AND key = ?"  # noqa: S608
        f" AND state = 'active'{session.for_update}",
        school,
        pupil,
        badge or "",
    )
    return [] if row is None else [BadgeKey(row[0])]


def _check_only_one(session: Session, school: SchoolId, badge: BadgeKey, pupil: PupilId) -> None:
    row = session.row(
        "SELECT o.last4 FROM badge o JOIN badge b ON b.school_id = o.school_id AND b.kind = o.kind"
        " WHERE o.school_id = ? AND o.pupil_id = ? AND o.state = 'active' AND o.kind <> ''"
        " AND b.key = ?",
        school,
        pupil,
        badge,
    )
    if row is not None:
        message = f"badge …{row[0]} took its place and is in use; block that one first"
        raise RecordError(message)


def _locked(session: Session, school: SchoolId, badge: BadgeKey) -> tuple[str, PupilId]:
    row = session.row(
        "SELECT state, pupil_id FROM badge WHERE school_id = ? AND key = ?"  # noqa: S608
        f"{session.for_update}",
        school,
        badge,
    )
    if row is None:
        message = f"there is no badge {badge} at school {school}"
        raise RecordError(message)
    return row[0], PupilId(row[1])


def _is_theirs(session: Session, school: SchoolId, badge: BadgeKey, pupil: PupilId) -> bool:
    row = session.row("SELECT pupil_id FROM badge WHERE school_id = ? AND key = ?", school, badge)
    if row is not None and row[0] != pupil:
        message = f"badge {badge} belongs to somebody else; look at the number"
        raise RecordError(message)
    return row is not None


def _check_pupil(session: Session, school: SchoolId, pupil: PupilId) -> None:
    # Locked, so that two badges that are given at once are given one after the other.
    sql = f"SELECT 1 FROM pupil WHERE school_id = ? AND id = ?{session.for_update}"  # noqa: S608
    if session.row(sql, school, pupil) is None:
        message = f"there is no pupil {pupil} at school {school}"
        raise RecordError(message)


def _step(
    session: Session,
    school: SchoolId,
    badge: BadgeKey,
    pupil: PupilId,
    word: BadgeWord,
    act: Act,
) -> None:
    row = session.row(
        "SELECT COUNT(*) FROM badge_history WHERE school_id = ? AND key = ?", school, badge
    )
    assert row is not None, "an aggregate has one row"
    session.insert_many(
        "badge_history",
        ("school_id", "id", "key", "pupil_id", "state", "at", "who", "why"),
        [
            (
                school,
                f"{badge}.{row[0]:06d}",
                badge,
                pupil,
                word.value,
                moment_text(act.at),
                act.who,
                act.why,
            )
        ],
    )
    words = f"badge {word.value}" + (f": {act.why}" if act.why else "")
    write_audit(session, school, who=act.who, what=words, subject=badge, at=act.at)


def _set(
    session: Session, school: SchoolId, badge: BadgeKey, state: BadgeState, cursor: int
) -> None:
    session.run(
        "UPDATE badge SET state = ?, cursor = ? WHERE school_id = ? AND key = ?",
        state.value,
        cursor,
        school,
        badge,
    )


def _add(
    session: Session,
    school: SchoolId,
    badge: BadgeKey,
    pupil: PupilId,
    kind: Family | None,
    last4: str,
    cursor: int,
) -> None:
    session.insert_many(
        "badge",
        ("school_id", "key", "pupil_id", "state", "last4", "kind", "cursor"),
        [
            (
                school,
                badge,
                pupil,
                BadgeState.ACTIVE.value,
                last4,
                "" if kind is None else kind.value,
                cursor,
            )
        ],
    )
