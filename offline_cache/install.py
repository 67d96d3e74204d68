"""Putting a new copy of the school's data in the place of the old one."""

from pathlib import Path

from core.ids import SchoolId
from offline_cache.durable import sync_to_disk
from offline_cache.errors import SnapshotError
from offline_cache.snapshot import Snapshot


def install_snapshot(
    candidate: Path, target: Path, *, school_id: SchoolId | None, is_verified: bool = False
) -> Snapshot:
    """Verify a new copy, put it in the place of the old one, and open it.

    is_verified: the caller has verified and synced the candidate in a thread that may take its
    time; it is then only put in place, without waiting for the disk: after a power cut the old
    copy is as good as the new one. The caller closes the old copy when this has returned. Raises
    SnapshotError, as `Snapshot.open` does; then the old copy is where it was, and so is the
    candidate.
    """
    if not is_verified:
        _verify_candidate(candidate, school_id)
    try:
        # A -wal that is left behind would be taken for the new file's by whoever opens it plainly.
        for end in ("-wal", "-shm", "-journal"):
            for path in (candidate, target):
                path.with_name(path.name + end).unlink(missing_ok=True)
        candidate.replace(target)
        if not is_verified:
            sync_to_disk(target.parent)
    except OSError as error:
        raise SnapshotError(
            f"copy {target}: it cannot be replaced ({error.strerror}); look at the disk with "
            "`refectory doctor`"
        ) from error
    return Snapshot.open(target, school_id=school_id)


def _verify_candidate(candidate: Path, school_id: SchoolId | None) -> None:
    checked = Snapshot.open(candidate, school_id=school_id)
    try:
        checked.verify()
    finally:
        checked.close()
    try:
        sync_to_disk(candidate)
    except OSError as error:
        raise SnapshotError(
            f"copy {candidate}: it cannot be written to the disk ({error.strerror}); look at it "
            "with `refectory doctor`"
        ) from error
