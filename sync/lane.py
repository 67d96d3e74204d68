"""What both lanes share: a thread, its waits, and the state that it tells the terminal."""

import logging
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.errors import RefusedError, SyncError, TransientError
from sync.identity import CA_FILE_NAME, Identity
from sync.intervals import Intervals
from sync.ports import Lane, LaneHealth, LaneState, UplinkMessage

_NOT_IMPORTED: Any = None
_LOG = logging.getLogger("sync")


class LaneThread(ABC):
    """One direction of the uplink, in a thread of its own."""

    lane: Lane

    def __init__(
        self,
        identity: Identity,
        *,
        folder: Path,
        post: Callable[[UplinkMessage], None],
        clock: Callable[[], datetime],
        intervals: Intervals,
    ) -> None:
        self.identity = identity
        self.folder = folder
        self._post = post
        self.clock = clock
        self.intervals = intervals
        self._changed = threading.Condition()
        self._is_stopping = False
        self._is_woken = False
        self._is_hurried = False
        self._health = LaneHealth(self.lane, LaneState.IDLE, "not started", clock())
        self._thread = threading.Thread(
            target=self._run, name=f"sync-{self.lane.value}", daemon=True
        )

    @property
    def health(self) -> LaneHealth:
        """How the lane is; may be asked from any thread."""
        return self._health

    @property
    def ca_file(self) -> Path | None:
        """The file of a private certificate authority, where the folder has one."""
        path = self.folder / CA_FILE_NAME
        return path if path.exists() else None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Ask the thread to end, and wait for it. Result: whether it ended in time."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """There is something to do; a wait between two tries goes on all the same."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """Do it now, whatever wait there is, even if the lane had stopped."""
        with self._changed:
            self._is_woken = True
            self._is_hurried = True
            self._changed.notify_all()

    def post(self, message: UplinkMessage) -> None:
        """Tell the terminal something; nothing any more once it has asked to stop."""
        if not self._is_stopping:
            self._post(message)

    @abstractmethod
    def work(self) -> None:
        """Do what there is to do until there is nothing more. Raises SyncError when it cannot."""

    @abstractmethod
    def open(self) -> None:
        """Import and build what the thread needs."""

    @abstractmethod
    def close(self) -> None:
        """Close it."""

    def tell(self, state: LaneState, detail: str) -> None:
        """Publish the lane's state, once for each change of it."""
        before = self._health
        if (before.state, before.detail) == (state, detail):
            return
        since = before.since if before.state is state else self.clock()
        self._health = LaneHealth(self.lane, state, detail, since)
        if before.state is not state or state is LaneState.STOPPED:
            if state in (LaneState.OFFLINE, LaneState.STOPPED):
                _LOG.warning("%s lane %s: %s", self.lane.value, state.value, detail)
            elif before.state in (LaneState.OFFLINE, LaneState.STOPPED):
                _LOG.info("%s lane works again", self.lane.value)
            self.post(self._health)

    def failed(self, error: TransientError, _count: int) -> None:
        """Note a failure that will be tried again."""
        self.tell(LaneState.OFFLINE, str(error))

    def pause(self, seconds: float) -> bool:
        """Wait between two tries; only a hurry or the stop cuts it. Result: whether to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopping or self._is_hurried, seconds)
            self._is_hurried = False
            return self._is_stopping

    def _rest(self, seconds: float | None) -> bool:
        """Wait for something to do. Result: whether to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopping or self._is_woken, seconds)
            self._is_woken = False
            return self._is_stopping

    def _wait_for_hurry(self) -> bool:
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_stopping or self._is_hurried, self.stopped_rest_s
            )
            self._is_hurried = False
            return self._is_stopping

    def _run(self) -> None:
        from sync.patience import StoppedError  # noqa: PLC0415  heavy, see the package's promise

        # httpx has a command line, for which it imports rich wherever that is installed: 5 MB and
        # 80 ms that a terminal does not have to spare. Without it, httpx does well.
        sys.modules.setdefault("httpx._main", _NOT_IMPORTED)
        try:
            self.open()
            try:
                self._loop()
            finally:
                self.close()
        except StoppedError:
            pass
        except SyncError as error:
            self.tell(LaneState.STOPPED, str(error))
        except Exception as error:  # noqa: BLE001  a lane that dies in silence would lose facts
            _LOG.exception("%s lane failed", self.lane.value)
            words = " ".join(str(error).split())
            detail = f"an error of this program: {words}; see the log and restart the terminal"
            self.tell(LaneState.STOPPED, detail)

    def _loop(self) -> None:
        while not self._is_stopping:
            try:
                self.work()
                if self._rest(self.rest_s):
                    return
            except RefusedError as error:
                self.tell(LaneState.STOPPED, str(error))
                if self._wait_for_hurry():
                    return
            except SyncError as error:
                self.tell(LaneState.OFFLINE, str(error))
                if self.pause(self.intervals.retry_max_s):
                    return

    @property
    @abstractmethod
    def rest_s(self) -> float:
        """How long the lane rests when nothing wakes it."""

    @property
    def stopped_rest_s(self) -> float | None:
        """How long a stopped lane rests; None: until a person has it try again."""
        return None
