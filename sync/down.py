"""The lane down: the copy of the school's data, asked for, proved, unpacked, handed over.

The packed file is fetched into the terminal's folder and a broken download goes on where it
stopped. What is handed over lies on the same file system, is complete and synced, so that the
till thread can put it in place by a rename.
"""

import hashlib
import os
import zlib
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from typing_extensions import override

from core.snapshot import Row
from core.wire import API, COPY_COMPONENTS, HEALTH_HEADER, UNCHANGED_COMPONENTS
from sync.errors import RefusedError, TransientError
from sync.identity import Identity
from sync.intervals import Intervals
from sync.lane import LaneThread
from sync.ports import ChangesReady, CopyConfirmed, Lane, LaneState, SnapshotReady, UplinkMessage

if TYPE_CHECKING:
    import httpx

    from sync.channel import Channel

PARTIAL_NAME = "snapshot.partial"
READY_PATTERN = "snapshot.ready-*.db"
UNPACKED_BYTES_MAX = 2 * 1024**3
_PIECE_BYTES = 64 * 1024
_UNSYNCED_BYTES_MAX = 256 * 1024
"""A tap's own sync waits for what others wrote before it: never for more than this."""
_GZIP = 16 + zlib.MAX_WBITS
_WHOLE, _PART, _UNCHANGED, _GONE = 200, 206, 304, 410


class DownLane(LaneThread):
    """Keeps the terminal's copy as new as the centre's data."""

    lane = Lane.DOWN

    def __init__(
        self,
        identity: Identity,
        *,
        snapshot_etag: str | None,
        snapshot_cursor: str | None,
        folder: Path,
        post: Callable[[UplinkMessage], None],
        clock: Callable[[], datetime],
        intervals: Intervals,
        health: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(identity, folder=folder, post=post, clock=clock, intervals=intervals)
        self._etag = snapshot_etag
        self._cursor = snapshot_cursor
        self._partial_etag: str | None = None
        self._ready_count = 0
        self._ask_health = health
        self._channel: Channel

    @property
    def etag(self) -> str | None:
        """The ETag of the copy that was last handed over, or that the terminal began with."""
        return self._etag

    def forget_copy(self) -> None:
        """The terminal could not use the copy: fetch a whole one, whatever its ETag."""
        self._etag = None
        self._cursor = None
        self.wake()

    def follow(self, *, cursor: str, etag: str) -> None:
        """The terminal has a copy in place, and can apply changes to it."""
        self._etag, self._cursor = etag, cursor
        self.wake()

    @property
    @override
    def rest_s(self) -> float:
        return self.intervals.down_s if self._cursor is None else self.intervals.apart_s

    @override
    def open(self) -> None:
        from sync.channel import Channel  # noqa: PLC0415  heavy, see the package's promise

        self._channel = Channel(
            self.identity,
            ca_file=self.ca_file,
            clock=self.clock,
            timeout_s=self.intervals.timeout_s,
        )
        # What an earlier process left belongs to no download of this one.
        self._partial.unlink(missing_ok=True)
        for leftover in self.folder.glob(READY_PATTERN):
            leftover.unlink()

    @override
    def close(self) -> None:
        self._channel.close()

    @override
    def work(self) -> None:
        from sync.patience import persist  # noqa: PLC0415  heavy, see the package's promise

        persist(
            self._fetch if self._cursor is None or self._etag is None else self._fetch_changes,
            wait_first_s=self.intervals.retry_first_s,
            wait_max_s=self.intervals.retry_max_s,
            pause=self.pause,
            on_failure=self.failed,
        )
        self.tell(LaneState.IDLE, "the copy is up to date")

    @property
    def _partial(self) -> Path:
        return self.folder / PARTIAL_NAME

    def _fetch(self) -> None:
        if self.health.state is not LaneState.OFFLINE:
            self.tell(LaneState.WORKING, "asking for a newer copy")
        path = f"{API}/terminals/{self.identity.terminal_id}/snapshot"
        with self._channel.get(path, headers=self._headers()) as response:
            if response.status_code == _UNCHANGED:
                self._channel.prove(response, UNCHANGED_COMPONENTS)
                self.post(CopyConfirmed(at=self._told_time(response)))
                return
            if response.status_code not in (_WHOLE, _PART):
                message = f"the centre answered {response.status_code} for a copy"
                raise RefusedError(message, status=response.status_code, problem="", details={})
            self._channel.prove(response, COPY_COMPONENTS)
            try:
                self._receive(response)
                self._hand_over(response)
            except OSError as error:
                message = f"the copy cannot be written to {self.folder}: {error.strerror}"
                raise TransientError(message) from error

    def _fetch_changes(self) -> None:
        after, etag = self._cursor, self._etag
        assert after is not None, "changes are asked for by one who has a place"
        assert etag is not None, "changes are asked for by one who has a copy"
        path = f"{API}/terminals/{self.identity.terminal_id}/changes?after={after}"
        headers = {"If-None-Match": etag, "Prefer": f"wait={self.intervals.wait_s}"}
        headers |= self._told_health()
        # The answer to a question that waits is no longer under way than any other.
        try:
            with self._channel.get(path, headers=headers, wait_s=self.intervals.wait_s) as response:
                if response.status_code == _UNCHANGED:
                    self._channel.prove(response, UNCHANGED_COMPONENTS)
                    self.post(CopyConfirmed(at=self._told_time(response)))
                    return
                message = read_changes(self._channel.read_json(response), after=after)
        except RefusedError as error:
            if error.status != _GONE:
                raise
            self.forget_copy()
            return
        self._cursor, self._etag = message.cursor, message.etag
        self.post(message)

    def _headers(self) -> dict[str, str]:
        # `identity`: the file is packed already, and its digest is over the packed bytes.
        headers = {"Accept-Encoding": "identity", **self._told_health()}
        if self._etag is not None:
            headers["If-None-Match"] = self._etag
        if self._partial_etag is not None and self._partial.exists():
            headers["Range"] = f"bytes={self._partial.stat().st_size}-"
            headers["If-Range"] = self._partial_etag
        return headers

    def _told_health(self) -> dict[str, str]:
        told = "" if self._ask_health is None else self._ask_health()
        return {HEALTH_HEADER: told} if told else {}

    def _told_time(self, response: "httpx.Response") -> datetime:
        try:
            return parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError, TypeError):
            return self.clock()

    def _receive(self, response: "httpx.Response") -> None:
        self._partial_etag = response.headers["etag"]
        mode = "ab" if response.status_code == _PART else "wb"
        with self._partial.open(mode) as file:
            pace = _Pace(file)
            for piece in response.iter_raw(_PIECE_BYTES):
                pace.write(piece)

    def _hand_over(self, response: "httpx.Response") -> None:
        # Whatever comes of these bytes, the next try does not go on from them.
        self._partial_etag = None
        with self._partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        if response.headers["repr-digest"] != f"sha-256=:{b64encode(digest).decode()}:":
            message = "the copy came with another digest than its bytes have; fetching it again"
            raise TransientError(message)
        # Another name each time: the one before may not have been taken yet.
        self._ready_count += 1
        ready = self.folder / READY_PATTERN.replace("*", str(self._ready_count))
        unpack(self._partial, ready)
        self._partial.unlink()
        self._etag = response.headers["etag"]
        self.post(SnapshotReady(path=ready, etag=self._etag))


class _Pace:
    """Writes a large file in stretches that are synced one by one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unsynced = 0

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._unsynced += len(piece)
        if self._unsynced >= _UNSYNCED_BYTES_MAX:
            self._file.flush()
            os.fdatasync(self._file.fileno())
            self._unsynced = 0


def read_changes(plain: dict[str, object], *, after: str) -> ChangesReady:
    """Return what the centre's page of changes says. Raises TransientError when it is none."""
    try:
        meta, tables = _object(plain["meta"]), _object(plain["upserts"])
        return ChangesReady(
            after=after,
            cursor=str(plain["cursor"]),
            etag=str(plain["etag"]),
            meta={key: str(value) for key, value in meta.items()},
            rows={name: _table(rows) for name, rows in tables.items()},
        )
    except (KeyError, TypeError) as error:
        words = " ".join(str(error).split())
        message = f"the centre's page of changes cannot be read: {words}"
        raise TransientError(message) from error


def _object(plain: object) -> dict[str, object]:
    if not isinstance(plain, dict):
        message = "meta and upserts must be objects"
        raise TypeError(message)
    return plain


def _table(plain: object) -> tuple[Row, ...]:
    if not isinstance(plain, list) or not all(isinstance(row, list) for row in plain):
        message = "a table must be a list of rows"
        raise TypeError(message)
    return tuple(tuple(row) for row in plain)


def unpack(packed: Path, target: Path) -> None:
    """Unpack a gzip file into a new file, and sync it. Raises TransientError when it is none."""
    unzipping = zlib.decompressobj(_GZIP)
    target.unlink(missing_ok=True)
    size = 0
    with packed.open("rb") as source, target.open("wb") as file:
        pace = _Pace(file)
        try:
            while piece := unzipping.unconsumed_tail or source.read(_PIECE_BYTES):
                plain = unzipping.decompress(piece, _PIECE_BYTES)
                size += len(plain)
                if size > UNPACKED_BYTES_MAX:
                    break
                pace.write(plain)
        except zlib.error as error:
            message = f"the copy is no gzip file: {error}"
            raise TransientError(message) from error
        file.flush()
        os.fsync(file.fileno())
    if size > UNPACKED_BYTES_MAX or not unzipping.eof:
        target.unlink()
        message = "the copy does not unpack to a whole file"
        raise TransientError(message)
