"""The desk: what stands before a decision at this moment.

Which journal facts go into (the real one or a training's), who is signed in, which day it is, and
the view of whoever is served. A copy that cannot be read is put aside here, and the view made
again without it. Used by the till thread alone.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from core.day import Day, day_of
from core.events import Basis, Stamp
from core.ids import BadgeKey, PupilId
from core.shift import Books
from core.staff import StaffMember
from core.tap import Tap
from core.view import Holder, View
from offline_cache.errors import SnapshotError
from terminal.clock import Clock
from terminal.knowledge import Knowledge
from terminal.recorder import Recorder
from terminal.rehearsal import Rehearsal

log = logging.getLogger("refectory.till")

T = TypeVar("T")


class Desk:
    """The till's own position, from which it sees whoever comes.

    copy_lost: called when the copy cannot be read; another is to be fetched.
    """

    def __init__(
        self,
        *,
        recorder: Recorder,
        knowledge: Knowledge,
        clock: Clock,
        rehearsal: Rehearsal,
        copy_lost: Callable[[], None],
    ) -> None:
        self.live = recorder
        self.knowledge = knowledge
        self.clock = clock
        self.rehearsal = rehearsal
        self._copy_lost = copy_lost

    @property
    def recorder(self) -> Recorder:
        """Where facts at the counter go now: the real journal, or the training's."""
        return self.rehearsal.recorder or self.live

    @property
    def is_training(self) -> bool:
        """Whether nothing that happens at the counter counts."""
        return self.rehearsal.recorder is not None

    @property
    def basis(self) -> Basis:
        """What an event says that the terminal knew."""
        return self.knowledge.basis

    @property
    def operator(self) -> StaffMember | None:
        """Who is signed in; None for nobody, and for who left the school."""
        return self.knowledge.member(self.live.state.sign_in.operator)

    def day(self, stamp: Stamp) -> Day:
        """Return the business day of a moment, or the guess that staff have to confirm."""
        state, copy_at = self.live.state, self.knowledge.copy_at
        newest_at = state.newest_at or copy_at
        if newest_at is not None and copy_at is not None and copy_at > newest_at:
            newest_at = copy_at
        return day_of(
            stamp,
            self.knowledge.place.calendar,
            newest_at=newest_at,
            confirmed=state.confirmed_day,
            jump=state.jump,
        )

    def view_of_tap(self, tap: Tap, stamp: Stamp) -> View:
        """Return what a decision on a tap needs to know."""
        day, key = self.day(stamp), self.knowledge.key_of(tap)
        try:
            holder = self.knowledge.holder_of(key, day.date)
        except SnapshotError as error:
            self._put_aside(error)
            holder = None
        return self._view(day, badge=key, holder=holder)

    def view_of_pupil(self, pupil: PupilId, stamp: Stamp) -> View:
        """Return what a decision on a pupil found by name needs to know."""
        day = self.day(stamp)
        holder = self.reading(lambda: self.knowledge.pupil(pupil, day.date), default=None)
        return self._view(day, holder=holder)

    def view_of_nobody(self, stamp: Stamp) -> View:
        """Return what a decision needs to know that is about nobody, or about a guest."""
        return self._view(self.day(stamp))

    def _view(
        self, day: Day, *, badge: BadgeKey | None = None, holder: Holder | None = None
    ) -> View:
        recorder, operator = self.recorder, self.live.state.sign_in.operator
        return self.knowledge.view(
            recorder,
            day,
            badge=badge,
            holder=holder,
            operator=None if operator is None else self.operator,
            is_training=recorder is not self.live,
        )

    def reading(self, read: Callable[[], T], *, default: T) -> T:
        """Return what is read of the copy; the default when it cannot be read, and goes aside."""
        try:
            return read()
        except SnapshotError as error:
            self._put_aside(error)
            return default

    def _put_aside(self, error: SnapshotError) -> None:
        log.warning("the copy is put aside, and a new one asked for: %s", error)
        self.knowledge.drop_copy()
        self._copy_lost()

    def books(self, view: View) -> Books:
        """Return what a closing now would say beside the sums."""
        recorder = self.recorder
        state, journal = recorder.state, recorder.journal
        closing = None if state.closing_id is None else journal.event_of(state.closing_id)
        return Books(
            figures=state.period.figures(),
            closing_count=state.closing_count,
            receipt=state.receipt_number,
            head_hash=journal.head.hash.hex(),
            previous_hash="" if closing is None else closing.hash.hex(),
            not_collected=self._not_collected(view),
            unbooked=recorder.unacknowledged_count,
        )

    def _not_collected(self, view: View) -> int | None:
        snapshot = self.knowledge.snapshot
        if snapshot is None:
            return None
        waiting = self.reading(lambda: snapshot.waiting(view.day), default=None)
        if waiting is None:
            return None
        return sum(order not in self.recorder.state.collected_at for order in waiting)
