"""All that stands around the till: readers, print spool, uplink; and how each of them is.

The till wakes and asks it; the screens and the command line reach the terminal through it.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from core.codec import moment_text
from core.events import Basis
from core.ids import EventId
from core.tap import Feedback
from offline_cache.errors import SnapshotError
from offline_cache.retention import place_text
from printer.base import Pulse
from printer.spool_states import JobState
from readers.supervisor import ReaderStatus, Supervisor
from sync.ports import Lane, LaneHealth
from terminal.board import Content
from terminal.clock import Clock
from terminal.desk_content import desk_content
from terminal.epochs import open_fork
from terminal.knowledge import Knowledge
from terminal.questions import questions
from terminal.recorder import Recorder
from terminal.settlement import REACHED

if TYPE_CHECKING:
    from printer.spool import Spool
    from sync.uplink import Uplink
    from terminal.photos import PhotoCache
    from terminal.service import Service
    from terminal.settlement import Settlement
    from terminal.web.server import WebServer

log = logging.getLogger("refectory.till")

_NS_PER_S: Final = 1_000_000_000


class Surroundings:
    """The parts around the till; the composition root sets them as it makes them."""

    def __init__(
        self, *, clock: Clock, knowledge: Knowledge, recorder: Recorder, is_demo: bool
    ) -> None:
        self._clock = clock
        self._knowledge = knowledge
        self._recorder = recorder
        self._is_demo = is_demo
        self.readers: Supervisor | None = None
        self.spool: Spool | None = None
        self.uplink: Uplink | None = None
        self.settlement: Settlement | None = None
        self.service: Service | None = None
        self.web: WebServer | None = None
        self.photos: PhotoCache | None = None

    @property
    def recorder(self) -> Recorder:
        """The journal and its sums, for the till thread."""
        return self._recorder

    @property
    def basis(self) -> Basis:
        """What the terminal knows now."""
        return self._knowledge.basis

    def now(self) -> datetime:
        """Return the wall time."""
        return self._clock.now()

    def feedback(self, reader: str, feedback: Feedback) -> None:
        """Show a decision on a reader."""
        if self.readers is not None:
            self.readers.feedback(reader, feedback)

    def committed(self) -> None:
        """Wake whoever prints and whoever sends."""
        if self.spool is not None:
            self.spool.wake()
        if self.uplink is not None:
            self.uplink.wake()

    def open_drawer(self, event: EventId) -> None:
        """Open the cash drawer for an event, within seconds or never."""
        if self.spool is not None:
            self.spool.pulse(event, Pulse.DRAWER)

    def copy_lost(self) -> None:
        """Have the uplink fetch another copy."""
        if self.uplink is not None:
            self.uplink.forget_copy()

    def copy_in_place(self, cursor: str, etag: str) -> None:
        """Have the uplink tell only what changes from here on."""
        if self.uplink is not None:
            self.uplink.follow(cursor=cursor, etag=etag)

    def status(self) -> Content:
        """Return how everything is. Called in the till thread."""
        try:
            return self._status()
        except SnapshotError as error:
            log.warning("the copy is put aside, and a new one asked for: %s", error)
            self._knowledge.drop_copy()
            self.copy_lost()
            return self._status()

    def _status(self) -> Content:
        knowledge = self._knowledge
        now = self._clock.now()
        copy_at = knowledge.copy_at
        return {
            "at": moment_text(now),
            "zone": knowledge.zone_name,
            "terminal": knowledge.place.terminal,
            "school": knowledge.place.school.name,
            "mode": "demo" if self._is_demo else "live",
            "readers": self._readers(),
            "printer": self._printer(),
            "network": self._network(),
            "is_online": knowledge.is_online,
            "queue": self._queue(),
            "restored": self._restored(),
            "copy_at": None if copy_at is None else moment_text(copy_at),
            "offline_since": self._offline_since(),
            **self._desk(),
            "menu": self._menu(),
            "screen": self._screen(),
            **self._counts(),
        }

    def _desk(self) -> Content:
        service = self.service
        return {} if service is None else desk_content(service.desk, service.disk.last)

    def _offline_since(self) -> str | None:
        """Return since when the centre is not reached; None while it is."""
        lanes = {} if self.settlement is None else self.settlement.lanes
        up = lanes.get(Lane.UP)
        if up is None or up.state in REACHED:
            return None
        return moment_text(up.since)

    def _readers(self) -> Sequence[Content]:
        if self.readers is None:
            return []
        now_ns = self._clock.mono_ns()
        return [_reader(status, now_ns) for status in self.readers.statuses()]

    def _printer(self) -> Content:
        if self.spool is None:
            return {"state": "none", "detail": "", "waiting": 0, "done": 0, "questions": []}
        status = self.spool.status()
        trouble = status.troubles[0].value if status.troubles else None
        jobs = self._recorder.journal.pending_jobs()
        return {
            "state": trouble or ("printing" if status.job_id else "ready"),
            "detail": status.text,
            "waiting": sum(job.state != JobState.UNCERTAIN.value for job in jobs),
            "done": status.done_count,
            "questions": questions(jobs),
        }

    def _network(self) -> Content:
        lanes = {} if self.settlement is None else self.settlement.lanes
        return {lane.value: _lane(lanes.get(lane)) for lane in Lane}

    def _queue(self) -> Content:
        head, acknowledged = self._recorder.journal.head, self._recorder.journal.acknowledged
        waiting = self._recorder.unacknowledged_count
        oldest = self._recorder.oldest_unacknowledged_at
        return {
            "count": waiting,
            "oldest_at": moment_text(oldest) if waiting and oldest is not None else None,
            "epoch": head.epoch,
            "seq": head.seq,
            "acknowledged": f"{acknowledged[0]}-{acknowledged[1]}",
        }

    def _screen(self) -> Content | None:
        if self.web is None:
            return None
        return {
            "address": self.web.address,
            "is_up": self.web.is_up,
            "viewers": self.web.viewer_count,
        }

    def _restored(self) -> Content | None:
        fork = open_fork(self._recorder.journal)
        if fork is None:
            return None
        return {"common": place_text(fork.common), "centre": place_text(fork.centre)}

    def _menu(self) -> list[str]:
        snapshot = self._knowledge.snapshot
        if snapshot is None:
            return []
        return [product.name for product in snapshot.menu(self._knowledge.day(self._clock.now()))]

    def _counts(self) -> Content:
        snapshot = self._knowledge.snapshot
        if snapshot is None:
            return {"served": 0, "reserved": 0, "pupils": 0}
        day = self._knowledge.day(self._clock.now())
        pupils, reserved = snapshot.counts(day)
        return {
            "served": self._recorder.state.collected_count.get(day, 0),
            "reserved": reserved,
            "pupils": pupils,
        }


def _reader(status: ReaderStatus, now_ns: int) -> Content:
    last = status.last_tap_mono_ns
    return {
        "name": status.name,
        "state": status.state.value,
        "detail": status.detail,
        "last_tap_s": None if last is None else (now_ns - last) // _NS_PER_S,
    }


def _lane(health: LaneHealth | None) -> Content:
    if health is None:
        return {"state": "idle", "detail": "", "since": None}
    return {
        "state": health.state.value,
        "detail": health.detail,
        "since": moment_text(health.since),
    }
