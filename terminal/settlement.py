"""What the uplink tells the till: how far the centre has booked, and what it knows now.

The messages come from the uplink's threads and become chores of the till thread, which alone
touches the journal and the copy. A new copy is verified before it is handed over, so that the
till only has to put it in its place.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import assert_never

from core.batch import Verdict
from core.events import SealedEvent
from core.ids import SchoolId
from core.till_state import Position
from offline_cache.changes import apply_changes, note_etag
from offline_cache.errors import JournalError, SnapshotError
from offline_cache.install import install_snapshot
from offline_cache.journal_reader import JournalReader
from offline_cache.retention import note_receipt
from offline_cache.snapshot import Snapshot
from sync.ports import (
    Acknowledged,
    ChangesReady,
    CopyConfirmed,
    EpochApproved,
    Forked,
    Lane,
    LaneHealth,
    LaneState,
    SnapshotReady,
    UplinkMessage,
)
from terminal.copy_home import CopyHome
from terminal.epochs import begin_epoch, believable, note_fork
from terminal.files import COPY_NAME
from terminal.inbox import Inbox, TillGoneError
from terminal.knowledge import Knowledge
from terminal.recorder import Recorder
from terminal.tap_trail import TapTrail

log = logging.getLogger("refectory.settlement")

CANDIDATE_NAME = "snapshot.changed.db"
CONFIRMED_MARK = "copy_confirmed_at"
_SWAP_S = 10.0


class JournalOutbox:
    """The journal as the uplink reads it: a read-only connection of the asking thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers = threading.local()

    def events_after(self, position: Position, limit: int) -> Sequence[SealedEvent]:
        """Return the events behind a position, at most `limit`; none when it cannot be read."""
        try:
            reader = getattr(self._readers, "reader", None)
            if reader is None:
                reader = self._readers.reader = JournalReader.open(self._path)
            return list(reader.events(position, limit))
        except JournalError as error:
            log.warning("nothing can be sent: %s", error)
            self._readers.reader = None
            return []


class Settlement:
    """Takes the uplink's messages. `post` runs in the uplink's threads, the rest in the till's."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        recorder: Recorder,
        knowledge: Knowledge,
        folder: Path,
        school_id: SchoolId,
        forget_copy: Callable[[], None],
        follow: Callable[[str, str], None] = lambda _cursor, _etag: None,
        trail: TapTrail | None = None,
        home: CopyHome | None = None,
        copy_changed: Callable[[Path], None] = lambda _path: None,
    ) -> None:
        """Take what the uplink needs to be told.

        forget_copy: has it fetch a copy whatever it handed over before. follow: called with the
        cursor and the ETag of the copy that is in place now, to be told only what changes. home:
        where the copy lies; left out: in the folder. copy_changed: called in the uplink's thread
        once a copy that may name other photos than the one before is in place.
        """
        self._inbox = inbox
        self._recorder = recorder
        self._knowledge = knowledge
        self._folder = folder
        self._school_id = school_id
        self._forget_copy = forget_copy
        self._follow = follow
        self._trail = TapTrail() if trail is None else trail
        self.home = CopyHome(folder) if home is None else home
        self._copy_changed = copy_changed
        self._is_copy_refused = False
        self._lanes: dict[Lane, LaneHealth] = {}
        self.exception_count = 0

    @property
    def lanes(self) -> dict[Lane, LaneHealth]:
        """How the two directions are."""
        return dict(self._lanes)

    def post(self, message: UplinkMessage) -> None:
        """Take one message of the uplink."""
        try:
            self._route(message)
        except TillGoneError as error:
            log.info("a message of the uplink was left: %s", error)
        except JournalError as error:
            # The till is red now. The lane goes on: what is not noted here is asked for again.
            log.warning("a message of the uplink could not be noted: %s", error)

    def _route(self, message: UplinkMessage) -> None:
        match message:
            case Acknowledged():
                self._inbox.ask(lambda: self._acknowledge(message), timeout_s=_SWAP_S)
            case Forked():
                self._inbox.ask(lambda: self._note_fork(message), timeout_s=_SWAP_S)
            case EpochApproved():
                self._inbox.ask(lambda: self._begin_epoch(message), timeout_s=_SWAP_S)
            case SnapshotReady():
                self._take_copy(message)
            case CopyConfirmed(at=at):
                self._confirm(at)
            case LaneHealth():
                if message.lane is Lane.DOWN and message.state not in REACHED:
                    # What was told last must outlive a start without the centre.
                    self.home.keep()
                self._inbox.ask(lambda: self._note_lane(message), timeout_s=_SWAP_S)
            case ChangesReady():
                self._take_changes(message)
            case _:
                assert_never(message)

    def _acknowledge(self, message: Acknowledged) -> None:
        journal = self._recorder.journal
        flagged = [
            (
                verdict.position[1],
                verdict.verdict.value,
                "" if verdict.flag is None else verdict.flag.value,
            )
            for verdict in message.verdicts
            if verdict.flag is not None or verdict.verdict in _UNUSUAL
        ]
        self.exception_count += len(flagged)
        head = (journal.head.epoch, journal.head.seq)
        # A centre whose events are not ours holds of this journal what it was sent, and no more.
        position = message.high_water if message.is_ours else message.answered
        if message.receipt is not None:
            note_receipt(journal, message.receipt)
        before, through = journal.acknowledged, min(position, head)
        journal.acknowledge(through, flagged)
        if through > before:
            place = f"{through[0]}-{through[1]}"
            taps = self._trail.taps_between(before, through)
            log.info("the centre holds", extra={"event": place, "taps": taps})

    def _note_fork(self, message: Forked) -> None:
        note_fork(message, self._recorder, basis=self._knowledge.basis)

    def _begin_epoch(self, message: EpochApproved) -> None:
        begin_epoch(message, self._recorder, basis=self._knowledge.basis)

    def _take_copy(self, message: SnapshotReady) -> None:
        """Verify a whole copy in the uplink's thread, and have the till put it in its place."""
        path = message.path
        try:
            note_etag(path, message.etag)
            checked = Snapshot.open(path, school_id=self._school_id)
            try:
                checked.verify()
            finally:
                checked.close()
        except SnapshotError as error:
            log.warning("a copy that the centre sent cannot be used: %s", error)
            self._refuse_copy(path)
            return
        self._inbox.ask(lambda: self._swap(path, self._folder), timeout_s=_SWAP_S)
        self._copy_changed(self._folder / COPY_NAME)

    def _take_changes(self, message: ChangesReady) -> None:
        """Bring the copy forward in the uplink's thread; the till only puts it in its place."""
        source = self.home.path
        try:
            folder = self.home.next_folder()
            candidate = folder / CANDIDATE_NAME
            apply_changes(
                source,
                candidate,
                after=message.after,
                etag=message.etag,
                meta=message.meta,
                rows=message.rows,
            )
        except (SnapshotError, OSError) as error:
            log.warning("%s", error)
            self._forget_copy()
            return
        self._inbox.ask(lambda: self._swap(candidate, folder), timeout_s=_SWAP_S)
        self.home.follow(name for name, rows in message.rows.items() if rows)
        if message.rows.get("pupil_photo"):
            self._copy_changed(folder / COPY_NAME)

    def _swap(self, candidate: Path, folder: Path) -> None:
        old = self._knowledge.snapshot
        target = folder / COPY_NAME
        try:
            new = install_snapshot(candidate, target, school_id=self._school_id, is_verified=True)
        except SnapshotError as error:
            log.warning("the copy was not replaced: %s", error)
            self._refuse_copy(candidate)
            return
        self._is_copy_refused = False
        self.home.use(target)
        use_copy(new, self._knowledge, self._recorder)
        if old is not None:
            old.close()
        if new.etag is not None:
            self._follow(new.meta.cursor, new.etag)

    def _refuse_copy(self, candidate: Path) -> None:
        self._is_copy_refused = True
        candidate.unlink(missing_ok=True)

    def _confirm(self, at: datetime) -> None:
        if self._is_copy_refused:
            # The centre confirms the copy that was refused, not the one in use, whose age goes on.
            # Asking for it anew only now, not when it was refused, keeps a rest between two tries.
            self._is_copy_refused = False
            self._forget_copy()
            return
        self._inbox.ask(lambda: self._knowledge.confirm(at), timeout_s=_SWAP_S)
        self.home.follow()

    def _note_lane(self, health: LaneHealth) -> None:
        self._lanes[health.lane] = health
        up = self._lanes.get(Lane.UP)
        self._knowledge.is_online = up is not None and up.state in REACHED


_UNUSUAL = frozenset({Verdict.CONFLICT, Verdict.QUARANTINED})
REACHED = frozenset({LaneState.IDLE, LaneState.WORKING})


def use_copy(snapshot: Snapshot, knowledge: Knowledge, recorder: Recorder) -> None:
    """Decide by a copy from now on, and count only the sales that its balances lack."""
    settled = believable(snapshot.meta.settled, recorder.journal)
    if settled >= recorder.state.settled:
        recorder.state.settle(settled)
    else:
        # The copy is older than the one before, as from a centre that was restored: what was
        # settled since must count again, so the sums are made anew from the journal.
        recorder.rebuild(settled=settled)
    knowledge.use(snapshot)
