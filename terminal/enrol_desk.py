"""Enrolment at the till: somebody types the code, or scans it, on the screen of a new terminal."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from core.text import printable
from sync.enrol import enrol
from sync.enrol_link import read_enrol_text
from sync.errors import EnrolmentError, IdentityFileError
from sync.identity import Identity, load_identity
from terminal.board import Content
from terminal.files import REPLACING_NAME


class EnrolDesk:
    """Takes codes until one is good. Any thread may call; one code is tried at a time.

    central: the centre that the settings name; None leaves it to whoever types. on_enrolled: told
    who the terminal is now, once that is on the disk.
    """

    def __init__(
        self, folder: Path, *, central: str | None, on_enrolled: Callable[[Identity], None]
    ) -> None:
        self._folder = folder
        self._central = central
        self._on_enrolled = on_enrolled
        self._lock = threading.Lock()
        self._identity: Identity | None = None

    def told(self) -> Content:
        """Return how far it is: `state` is `waiting` or `enrolled`."""
        identity = self._identity
        return {
            "state": "waiting" if identity is None else "enrolled",
            "central": self._central,
            "terminal": None if identity is None else identity.terminal_name,
        }

    def enrol(self, text: str, *, central: str | None = None) -> Content:
        """Enrol with a code or a scanned link; return what `told` returns then.

        central: typed beside the code; the link's own and the settings' go before it.
        Raises EnrolmentError or IdentityFileError, in one line; then it can be tried again.
        """
        with self._lock:
            if self._identity is None:
                link = read_enrol_text(text)
                url = link.central or self._central or (central or "").strip()
                if not url:
                    raise EnrolmentError("name the centre's address, as in https://centre.example")
                self._identity = enrol(
                    central_url=printable(url), code=link.code, folder=self._folder
                )
                self._on_enrolled(self._identity)
        return self.told()

    def look(self) -> None:
        """Take note of an identity that `refectory enrol` or `replace` wrote, in another process.

        Never waits: while a code is being tried there is nothing to look for.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            # A spare's journal comes after its identity: it is no terminal before it has both.
            if self._identity is None and not (self._folder / REPLACING_NAME).exists():
                # One that cannot be read is `refectory doctor`'s business.
                with contextlib.suppress(IdentityFileError):
                    self._identity = load_identity(self._folder)
                if self._identity is not None:
                    self._on_enrolled(self._identity)
        finally:
            self._lock.release()
