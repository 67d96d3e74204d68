"""Backups of the centre's books: made while ingest goes on, verified, and never written over.

A backup is one file: a tar archive of `manifest.json` and the books of one moment, as the engine
gives them (a SQLite file, or pg_dump's archive). The manifest holds the SHA-256 of the books and
their sums; both are compared when the backup has been made, and before and after it is restored.

The centre that is restored knows less than its terminals may have heard from it. They send again
what it does not hold (`gap`); and its feed goes on far behind any place that they know, so that
each takes a whole copy.
"""

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from central import postgres_backup, sqlite_backup
from central.audit import write_audit
from central.database import Session
from central.errors import BackupError, DatabaseError
from central.figures import disagreements, read_figures
from central.migrations import VERSION
from central.records import list_schools
from central.store import Store, is_postgres, open_store
from core.codec import moment_text, read_moment

_MANIFEST: Final = "manifest.json"
_BOOKS: Final = "books"
_FORMAT = 1
_FEED_LEAP = 1_000_000_000
"""Far more changes than a school makes between a backup and the loss of its books."""
_MANIFEST_BYTES_MAX = 64 * 1024


class _Written(msgspec.Struct):
    format: int
    engine: str
    version: int
    made_at: str
    sha256: str
    figures: dict[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. engine: `sqlite` or `postgresql`. version: of the tables."""

    engine: str
    version: int
    made_at: datetime
    sha256: str
    figures: dict[str, int]


def back_up(place: str, target: Path, *, now: datetime) -> Manifest:
    """Write a backup of the books at a place into a new file, and verify it.

    place: as for `open_store`. It may be in use meanwhile. Raises BackupError when the target is
    there already, cannot be written, or does not hold what was read; nothing is left then.
    """
    _refuse_present(target)
    engine = _engine_of(place)
    try:
        with _beside(target) as folder:
            books = folder / _BOOKS
            figures = _dump(place, books)
            manifest = Manifest(engine, VERSION, now, _digest(books), figures)
            packed = folder / "packed"
            _pack(manifest, books, packed)
            verify(packed)
            _move_to(packed, target)
    except OSError as error:
        message = f"backup {target}: {error.strerror}; name a folder with room that is yours"
        raise BackupError(message) from error
    return manifest


def _dump(place: str, books: Path) -> dict[str, int]:
    """Write the books of one moment, and return the figures of that moment."""
    if is_postgres(place):
        return postgres_backup.dump(place, books, read=_figures)
    return sqlite_backup.dump(place, books, read=_figures)


def verify(source: Path) -> Manifest:
    """Read a whole backup, and return its manifest. Raises BackupError when it is damaged."""
    with _opened(source):
        manifest, _ = _read(source, None)
    return manifest


def restore(source: Path, place: str, *, who: str, now: datetime) -> Manifest:
    """Put the books of a backup into a place where there are none, and check every sum.

    place: a SQLite file that is not there yet, or an empty PostgreSQL database. Raises
    BackupError when the backup is damaged, is the other engine's, or the place is not empty; the
    place is left as it was.
    """
    if is_postgres(place):
        postgres_backup.refuse_present(place)
        with tempfile.TemporaryDirectory(prefix="refectory-restore-") as folder:
            manifest = _restore_into(source, Path(folder), place)
            postgres_backup.load(Path(folder) / _BOOKS, place)
            _take_over(place, manifest, who=who, now=now)
        return manifest
    target = Path(place.removeprefix("sqlite://"))
    _refuse_present(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _beside(target) as folder:
            manifest = _restore_into(source, folder, place)
            books = folder / _BOOKS
            _take_over(str(books), manifest, who=who, now=now)
            sqlite_backup.seal(books)
            _move_to(books, target)
    except OSError as error:
        message = f"database {place}: {error.strerror}; name a folder with room that is yours"
        raise BackupError(message) from error
    return manifest


def _restore_into(source: Path, folder: Path, place: str) -> Manifest:
    with _opened(source):
        manifest, _ = _read(source, folder / _BOOKS)
    if manifest.engine != _engine_of(place):
        message = (
            f"backup {source} holds books of {manifest.engine}; restore it into such a database"
        )
        raise BackupError(message)
    if manifest.version > VERSION:
        message = f"backup {source} was made by a newer version; install that one first"
        raise BackupError(message)
    return manifest


def _take_over(place: str, manifest: Manifest, *, who: str, now: datetime) -> None:
    """Check restored books, and let their feed go on where no terminal has been."""
    try:
        store = open_store(place, may_create=False)
    except DatabaseError as error:
        raise BackupError(str(error)) from error
    try:
        _compare(store, manifest)
        made_at = moment_text(manifest.made_at)
        with store.database.writing() as session:
            session.run(
                "UPDATE school SET removed_at = cursor + ?, cursor = cursor + ?",
                _FEED_LEAP,
                _FEED_LEAP,
            )
            for school in list_schools(session):
                what = f"restored from the backup of {made_at}"
                write_audit(session, school, who=who, what=what, subject="", at=now)
    finally:
        store.close()


def _compare(store: Store, manifest: Manifest) -> None:
    with store.database.reading() as session:
        figures = _figures(session)
    if figures != manifest.figures:
        differing = [name for name, value in figures.items() if value != manifest.figures.get(name)]
        message = f"the restored books differ in {', '.join(differing)}; use another backup"
        raise BackupError(message)
    with store.database.reading() as session:
        faults = [
            line for school in list_schools(session) for line in disagreements(session, school)
        ]
    if faults:
        message = f"the restored books do not agree: {faults[0]}; use another backup"
        raise BackupError(message)


def _figures(session: Session) -> dict[str, int]:
    return asdict(read_figures(session))


def _pack(manifest: Manifest, books: Path, packed: Path) -> None:
    plain = {
        "format": _FORMAT,
        "engine": manifest.engine,
        "version": manifest.version,
        "made_at": moment_text(manifest.made_at),
        "sha256": manifest.sha256,
        "figures": manifest.figures,
    }
    text = packed.with_name(_MANIFEST)
    text.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    # The books hold children's data and the centre's key: for their owner alone.
    descriptor = os.open(packed, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with (
        os.fdopen(descriptor, "wb") as file,
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive,
    ):
        archive.add(text, _MANIFEST)
        archive.add(books, _BOOKS)


@contextmanager
def _opened(source: Path) -> Iterator[None]:
    """Turn whatever a damaged or missing archive does into one plain line."""
    try:
        yield
    except FileNotFoundError as error:
        message = f"there is no backup {source}; see `refectory central backup`"
        raise BackupError(message) from error
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError) as error:
        words = " ".join(str(error).split())[:200]
        message = f"backup {source} is damaged or is none ({words}); use another one"
        raise BackupError(message) from error


def _read(source: Path, target: Path | None) -> tuple[Manifest, int]:
    """Read a backup to its end, into a new file where one is named, and compare its digest."""
    # Streamed: the trailer of the compression is read too, and whatever stands behind it shows.
    with tarfile.open(source, mode="r|gz") as archive:
        manifest: Manifest | None = None
        size = -1
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                continue
            if member.name == _MANIFEST:
                manifest = _manifest(content.read(_MANIFEST_BYTES_MAX))
            elif member.name == _BOOKS and manifest is not None:
                digest = hashlib.sha256()
                with target.open("xb") if target else open(os.devnull, "wb") as file:  # noqa: PTH123
                    size = 0
                    while piece := content.read(1024 * 1024):
                        digest.update(piece)
                        size += file.write(piece)
                if digest.hexdigest() != manifest.sha256:
                    message = "its books have another digest than its manifest names"
                    raise ValueError(message)
    if manifest is None or size < 0:
        message = "it holds no manifest, or no books"
        raise ValueError(message)
    return manifest, size


def _manifest(text: bytes) -> Manifest:
    try:
        written = msgspec.json.decode(text, type=_Written)
    except msgspec.DecodeError as error:
        message = f"its manifest cannot be read: {error}"
        raise ValueError(message) from error
    if written.format > _FORMAT:
        message = "a newer version made it"
        raise ValueError(message)
    return Manifest(
        written.engine,
        written.version,
        read_moment(written.made_at),
        written.sha256,
        written.figures,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _engine_of(place: str) -> str:
    return "postgresql" if is_postgres(place) else "sqlite"


def _refuse_present(target: Path) -> None:
    if target.exists():
        message = f"{target} is there already, and is not written over; name another file"
        raise BackupError(message)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a folder on the target's own file system, gone afterwards."""
    prefix = f".{target.name}."
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as folder:
        yield Path(folder)


def _move_to(made: Path, target: Path) -> None:
    """Give a finished file its name, durably, unless somebody took that name meanwhile."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(made, target)
    except FileExistsError:
        _refuse_present(target)
        raise
    descriptor = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
