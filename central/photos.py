"""Photos of pupils in the books: kept small, given out by their digest.

A school's photo never leaves the centre but to the school's own terminals. Whoever leaves the
school takes theirs along: `central.leaving` deletes the row, and terminals purge what no copy of
theirs names any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.feed import advance_feed
from central.office import Act
from central.store import Store
from core.codec import moment_text
from core.ids import PupilId, SchoolId
from core.photos import PHOTO_BYTES_MAX, photo_digest

_PUT: Final = (
    "INSERT INTO pupil_photo (school_id, pupil_id, digest, content, cursor, taken_in_at)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
    " digest = excluded.digest, content = excluded.content, cursor = excluded.cursor,"
    " taken_in_at = excluded.taken_in_at"
)


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """What became of pictures that were offered."""

    added: int
    changed: int
    same: int


def write_photos(
    store: Store, school: SchoolId, photos: Mapping[PupilId, bytes], *, act: Act
) -> PhotoCounts:
    """Keep photos as `central.photo_files` made them; those that are there already change nothing.

    Raises RecordError for a pupil whom the school does not have; then nothing is written.
    """
    with store.database.writing() as session:
        return put_photos(session, school, photos, act=act)


def put_photos(
    session: Session, school: SchoolId, photos: Mapping[PupilId, bytes], *, act: Act
) -> PhotoCounts:
    """Keep photos within a transaction that is under way; see `write_photos`."""
    digests = {pupil: photo_digest(content) for pupil, content in photos.items()}
    assert all(len(content) <= PHOTO_BYTES_MAX for content in photos.values()), "they are small"
    pupils = list(photos)
    _check_pupils(session, school, pupils)
    sql = "SELECT pupil_id, digest FROM pupil_photo WHERE school_id = ? AND pupil_id IN"
    known: dict[str, str] = {row[0]: row[1] for row in session.rows_by(sql, pupils, school)}
    other = [pupil for pupil in pupils if known.get(pupil) != digests[pupil]]
    if other:
        cursor = advance_feed(session, school)
        at = moment_text(act.at)
        rows = [(school, one, digests[one], photos[one], cursor, at) for one in other]
        session.run_many(_PUT, rows)
        write_audit(
            session, school, who=act.who, what=f"photos: {len(other)}", subject=school, at=act.at
        )
    changed = len([pupil for pupil in other if known.get(pupil)])
    return PhotoCounts(len(other) - changed, changed, len(pupils) - len(other))


def remove_photo(store: Store, school: SchoolId, pupil: PupilId, *, act: Act) -> bool:
    """Take a pupil's photo away, here and at the terminals. Result: whether there was one."""
    with store.database.writing() as session:
        row = session.row(
            "SELECT digest FROM pupil_photo WHERE school_id = ? AND pupil_id = ?", school, pupil
        )
        if row is None or not row[0]:
            return False
        # The empty digest tells the terminals; the picture itself goes at once.
        cursor = advance_feed(session, school)
        session.run(_PUT, school, pupil, "", b"", cursor, moment_text(act.at))
        write_audit(session, school, who=act.who, what="photo removed", subject=pupil, at=act.at)
    return True


def read_photo(session: Session, school: SchoolId, digest: str) -> bytes | None:
    """Return a school's photo by its digest; None for one that it does not have."""
    row = session.row(
        "SELECT content FROM pupil_photo WHERE school_id = ? AND digest = ?", school, digest
    )
    return None if row is None or not digest else bytes(row[0])


def count_photos(session: Session, school: SchoolId) -> int:
    """Return how many pupils of a school have a photo."""
    row = session.row(
        "SELECT COUNT(*) FROM pupil_photo WHERE school_id = ? AND digest <> ''", school
    )
    assert row is not None, "a count has a row"
    return int(row[0])


def _check_pupils(session: Session, school: SchoolId, pupils: Sequence[PupilId]) -> None:
    sql = "SELECT id FROM pupil WHERE school_id = ? AND id IN"
    known = {row[0] for row in session.rows_by(sql, pupils, school)}
    unknown = [pupil for pupil in pupils if pupil not in known]
    if unknown:
        message = f"the school has no pupil {unknown[0]!r}" + (
            f", nor {len(unknown) - 1} others" if len(unknown) > 1 else ""
        )
        raise RecordError(message)
