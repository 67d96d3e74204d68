"""Photos on demand: one signed question for each, with a short end and a proved answer.

Made for the thread of whoever shows the photo; the lanes have channels of their own and never wait
for this one.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.photos import PHOTO_BYTES_MAX, is_photo_digest, photo_digest
from core.wire import API
from sync.errors import RefusedError, TransientError
from sync.identity import CA_FILE_NAME, Identity

if TYPE_CHECKING:
    from sync.channel import Channel

_TIMEOUT_S: Final = 3.0
_NOT_FOUND: Final = 404


class PhotoSource:
    """The centre as the place where photos come from. Any thread may ask; one is heard at a time.

    folder: the terminal's own. clock: aware wall time.
    """

    def __init__(self, identity: Identity, *, folder: Path, clock: Callable[[], datetime]) -> None:
        self._identity = identity
        self._folder = folder
        self._clock = clock
        self._channel: Channel | None = None
        self._lock = threading.Lock()

    def fetch(self, digest: str) -> bytes | None:
        """Return a photo; None when the centre says that there is none of this digest.

        Raises SyncError when the centre is not reached within seconds, or does not answer as it
        must: also for a photo that is too large, or other bytes than its digest names.
        """
        assert is_photo_digest(digest), "only a digest is asked for"
        path = f"{API}/terminals/{self._identity.terminal_id}/photos/{digest}"
        with self._lock:
            channel = self._open()
            try:
                with channel.get(path, headers={"Accept-Encoding": "identity"}) as response:
                    content = channel.read_content(response, bytes_max=PHOTO_BYTES_MAX)
            except RefusedError as error:
                if error.status == _NOT_FOUND:
                    return None
                raise
        if photo_digest(content) != digest:
            message = "the centre sent another photo than the one that was asked for"
            raise TransientError(message)
        return content

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._channel is not None:
                self._channel.close()
                self._channel = None

    def _open(self) -> "Channel":
        if self._channel is None:
            from sync.channel import Channel  # noqa: PLC0415  heavy, see the package's promise

            ca_file = self._folder / CA_FILE_NAME
            self._channel = Channel(
                self._identity,
                ca_file=ca_file if ca_file.exists() else None,
                clock=self._clock,
                timeout_s=_TIMEOUT_S,
            )
        return self._channel
