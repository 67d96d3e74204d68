"""Photos of pupils in the terminal's folder: a few, fetched when first shown, checked at each use.

A file is named by the digest of what it holds, so a folder listing names nobody. What no copy
names any more is purged; the rest stays below a bound, the longest unused going first. Nothing here
is on a tap's way: the screen asks for a photo after the verdict is there, and goes without.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.photos import PHOTO_BYTES_MAX, is_photo_digest, photo_digest
from sync.errors import SyncError

log = logging.getLogger("refectory.photos")

_AGAIN_S: Final = 30.0

Fetch = Callable[[str], bytes | None]


class PhotoCache:
    """The photos of one terminal. Any thread may call.

    folder: for the files alone; made when the first is kept. fetch: asks the centre, raises
    SyncError. bytes_max: of all files together; 0 keeps and shows none. mono_s: a monotonic clock.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fetch: Fetch,
        bytes_max: int,
        mono_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._fetch = fetch
        self._bytes_max = bytes_max
        self._mono_s = mono_s
        self._failed_until_s = -1.0
        self._lock = threading.Lock()

    def get(self, digest: str) -> bytes | None:
        """Return a photo: from the folder, or else from the centre; None without one.

        digest: as a copy names it. After a failure the centre is left alone for half a minute.
        """
        if not is_photo_digest(digest) or self._bytes_max == 0:
            return None
        content = self._kept(digest)
        if content is not None:
            return content
        if self._mono_s() < self._failed_until_s:
            return None
        try:
            content = self._fetch(digest)
        except SyncError as error:
            self._failed_until_s = self._mono_s() + _AGAIN_S
            log.info("a photo could not be fetched: %s", error)
            return None
        if content is not None:
            self._keep(digest, content)
        return content

    def purge(self, is_known: Callable[[str], bool]) -> int:
        """Delete the photos that no pupil has any more; return how many.

        is_known: whether the copy in use names a digest.
        """
        with self._lock:
            gone = [path for path in self._files() if not is_known(path.name)]
            for path in gone:
                path.unlink(missing_ok=True)
        return len(gone)

    def _kept(self, digest: str) -> bytes | None:
        path = self._folder / digest
        try:
            with path.open("rb") as file:
                content = file.read(PHOTO_BYTES_MAX + 1)
            if photo_digest(content) == digest:
                os.utime(path)
                return content
            path.unlink(missing_ok=True)
        except OSError:
            pass
        return None

    def _keep(self, digest: str, content: bytes) -> None:
        assert photo_digest(content) == digest, "a photo is kept under its own digest"
        try:
            with self._lock:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                fresh = self._folder / f".{digest}"
                descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                # Not synced: after a power cut it is fetched again, since its digest is checked.
                fresh.replace(self._folder / digest)
                self._make_room()
        except OSError as error:
            log.info("a photo could not be kept: %s", error.strerror)

    def _make_room(self) -> None:
        found = []
        for path in self._files():
            with contextlib.suppress(OSError):
                told = path.stat()
                found.append((told.st_mtime_ns, told.st_size, path))
        left = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if left <= self._bytes_max:
                return
            path.unlink(missing_ok=True)
            left -= size

    def _files(self) -> list[Path]:
        try:
            return [path for path in self._folder.iterdir() if path.is_file()]
        except OSError:
            return []
