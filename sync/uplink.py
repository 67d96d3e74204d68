"""The uplink of a terminal: two lanes that work and fail independently.

Starting it imports nothing heavy in the caller's thread: httpx, tenacity and cryptography are
imported by the lanes' own threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.till_state import Position
from sync.down import DownLane
from sync.identity import Identity
from sync.intervals import Intervals
from sync.ports import LaneHealth, Outbox, UplinkMessage
from sync.up import UpLane

_STOP_S = 5.0
_DOWN_STOP_S = 1.0
_DEFAULT_INTERVALS = Intervals()


@dataclass(frozen=True, slots=True)
class UplinkStatus:
    """How the uplink is now."""

    central_url: str
    acknowledged: Position
    snapshot_etag: str | None
    up: LaneHealth
    down: LaneHealth


class Uplink:
    """Sends a terminal's events and fetches its copy; all methods may be called from any thread.

    acknowledged: how far the centre had everything when the terminal last heard. snapshot_etag:
    of the copy that is in place; None: none. folder: the terminal's own, for files on their way.
    post: takes each message, from the lanes' threads; it must not block for long. snapshot_cursor:
    the cursor of the copy that is in place, from a terminal that can apply `ChangesReady`; it is
    then told of changes as they happen. None: it takes whole copies. health: how the terminal is,
    as the text of `core.health`, asked from a lane's thread; None: the centre is told nothing.
    """

    def __init__(
        self,
        identity: Identity,
        *,
        outbox: Outbox,
        acknowledged: Position,
        snapshot_etag: str | None,
        folder: Path,
        post: Callable[[UplinkMessage], None],
        clock: Callable[[], datetime],
        intervals: Intervals = _DEFAULT_INTERVALS,
        snapshot_cursor: str | None = None,
        health: Callable[[], str] | None = None,
    ) -> None:
        self._identity = identity
        self._up = UpLane(
            identity,
            outbox=outbox,
            acknowledged=acknowledged,
            folder=folder,
            post=post,
            clock=clock,
            intervals=intervals,
        )
        self._down = DownLane(
            identity,
            snapshot_etag=snapshot_etag,
            snapshot_cursor=snapshot_cursor,
            folder=folder,
            post=post,
            clock=clock,
            intervals=intervals,
            health=health,
        )

    def start(self) -> None:
        """Start both lanes."""
        self._up.start()
        self._down.start()

    def stop(self, timeout_s: float = _STOP_S) -> bool:
        """Ask both lanes to end. Result: whether they did in time; they hold nothing otherwise."""
        # Both are asked before either is waited for.
        self._up.stop(0)
        self._down.stop(0)
        is_up_ended = self._up.stop(timeout_s)
        # A question that the centre holds back is not worth waiting for: it holds nothing of ours.
        return self._down.stop(min(timeout_s, _DOWN_STOP_S)) and is_up_ended

    def wake(self) -> None:
        """An event was committed: send it soon."""
        self._up.wake()

    def sync_now(self) -> None:
        """Send and fetch now, without the wait after a failure, and after a refusal too."""
        self._up.hurry()
        self._down.hurry()

    def forget_copy(self) -> None:
        """The copy that was handed over cannot be used: fetch a whole one."""
        self._down.forget_copy()

    def follow(self, *, cursor: str, etag: str) -> None:
        """The copy with this cursor and ETag is in place: tell only what changes from there."""
        self._down.follow(cursor=cursor, etag=etag)

    def status(self) -> UplinkStatus:
        """Return how the uplink is."""
        return UplinkStatus(
            central_url=self._identity.central_url,
            acknowledged=self._up.acknowledged,
            snapshot_etag=self._down.etag,
            up=self._up.health,
            down=self._down.health,
        )
