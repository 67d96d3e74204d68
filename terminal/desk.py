"""The desk: what stands before a decision at this moment.

Which journal facts go into (the real one or a training's), who is signed in, which day it is, and
the view of whoever is served. A copy that cannot be read is put aside here, and the view made
again without it. Used by the till thread alone.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from core.day import Day, day_of
from core.errors import FalseTicketError
from core.events import Basis, Stamp
from core.facts import Reason
from core.ids import BadgeKey, PupilId
from core.own_badges import newer
from core.people import Badge
from core.shift import Books
from core.staff import StaffMember
from core.tap import Assurance, Tap
from core.ticket import is_ticket
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
        day = self.day(stamp)
        if is_ticket(tap.credential):
            return self._view_of_ticket(tap, day)
        key = self.knowledge.key_of(tap)
        try:
            holder = self.knowledge.holder_of(key, day.date)
        except SnapshotError as error:
            self._put_aside(error)
            holder = None
        if self.live.state.badges.known:
            holder = self._overlaid(key, holder, day)
        return self._view(day, badge=key, holder=holder)

    def badges_of(self, view: View) -> list[Badge]:
        """Return the badges of a view's pupil, those given and stopped here among them."""
        holder, snapshot = view.holder, self.knowledge.snapshot
        if holder is None or snapshot is None:
            return []
        pupil = holder.pupil.id
        nothing: list[Badge] = []
        known = self.reading(lambda: snapshot.badges_of(pupil), default=nothing)
        return self.live.state.badges.of_pupil(pupil, known)

    def _overlaid(self, key: BadgeKey | None, holder: Holder | None, day: Day) -> Holder | None:
        """Return whose badge it is where it was given or stopped here and the copy lags behind."""
        badge = self.live.state.badges.find(key)
        if badge is None:
            return holder
        if holder is not None and holder.badge is not None and holder.pupil.id == badge.pupil_id:
            return replace(holder, badge=newer(holder.badge, badge))
        knowledge = self.knowledge
        owner = self.reading(lambda: knowledge.pupil(badge.pupil_id, day.date), default=None)
        return None if owner is None else replace(owner, badge=badge)

    def recognised(self, tap: Tap) -> Tap:
        """Return a tap with what it proves: the code of a ticket proves more than its scanner."""
        is_one = is_ticket(tap.credential)
        return replace(tap, assurance=Assurance.TICKET) if is_one else tap

    def _view_of_ticket(self, tap: Tap, day: Day) -> View:
        """Return the view of a ticket's pupil, who has no badge; or why it is no good today."""
        knowledge = self.knowledge
        try:
            ticket = knowledge.ticket_of(tap)
        except FalseTicketError as error:
            log.info("a ticket is refused: %s", error)
            return replace(self._view(day), fault=Reason.TICKET_FALSE)
        if ticket.day != day.date:
            return replace(self._view(day), fault=Reason.TICKET_OTHER_DAY)
        holder = self.reading(lambda: knowledge.pupil(ticket.pupil, day.date), default=None)
        fault = Reason.UNKNOWN_PUPIL if holder is None else None
        return replace(self._view(day, holder=holder), fault=fault)

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
