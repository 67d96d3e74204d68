"""What the terminal knows: the centre's copy, its age, the connection, and the view of one tap."""

import contextlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.calendar import SchoolCalendar
from core.catalogue import Product
from core.day import Day
from core.events import Basis
from core.ids import BadgeKey, OrderId, ProductId, PupilId, StaffId
from core.limits import NO_LIMITS
from core.money import ZERO
from core.policy import CLOSED, Policy
from core.receipt import SchoolHeader
from core.staff import StaffMember
from core.tap import Tap, badge_key, identity_fault
from core.view import Holder, OwnSums, Place, View
from offline_cache.snapshot import Snapshot
from terminal.recorder import Recorder

_NOWHERE = SchoolHeader(name="", address="", number="")
BAD_END = ".bad"
"""How a copy ends that was put aside."""
_HOME_ZONE = ZoneInfo("Europe/Brussels")


class Knowledge:
    """The copy of the centre's data as decisions see it. Used by the till thread alone."""

    def __init__(self, *, school_key: bytes, terminal_name: str) -> None:
        self._school_key = school_key
        self._terminal_name = terminal_name
        self._snapshot: Snapshot | None = None
        self._confirmed_at: datetime | None = None
        self._place = Place(_NOWHERE, SchoolCalendar(zone=_HOME_ZONE), terminal_name)
        self.is_online = False

    @property
    def snapshot(self) -> Snapshot | None:
        """The copy in use; None before the first was fetched."""
        return self._snapshot

    @property
    def place(self) -> Place:
        """Where the terminal stands."""
        return self._place

    @property
    def zone_name(self) -> str:
        """The IANA name of the school's time zone."""
        return _HOME_ZONE.key if self._snapshot is None else self._snapshot.meta.zone

    @property
    def policy(self) -> Policy:
        """The rules in force: the copy's, or those that allow nothing."""
        return CLOSED if self._snapshot is None else self._snapshot.meta.policy

    @property
    def copy_at(self) -> datetime | None:
        """When the copy was last known to be true."""
        if self._snapshot is None:
            return None
        made_at = self._snapshot.meta.made_at
        return made_at if self._confirmed_at is None else max(made_at, self._confirmed_at)

    @property
    def basis(self) -> Basis:
        """What an event says that the terminal knew."""
        cursor = "" if self._snapshot is None else self._snapshot.meta.cursor
        return Basis(cursor=cursor, policy=self.policy.version, is_online=self.is_online)

    def use(self, snapshot: Snapshot) -> None:
        """Decide by another copy from now on."""
        self._snapshot = snapshot
        meta = snapshot.meta
        name = meta.terminal_name or self._terminal_name
        self._place = Place(
            meta.school,
            meta.calendar(ZoneInfo(meta.zone)),
            name,
            shows_balance=meta.policy.shows_balance,
        )

    def drop_copy(self) -> None:
        """Decide without a copy: the one there was cannot be read any more, and is put aside."""
        if self._snapshot is not None:
            self._snapshot.close()
            put_aside(self._snapshot.path)
        self._snapshot = None
        self._confirmed_at = None

    def confirm(self, at: datetime) -> None:
        """Note that the centre had nothing newer than the copy at a moment."""
        self._confirmed_at = at

    def day(self, now: datetime) -> date:
        """Return the business day of a moment, in the school's zone."""
        return self._place.calendar.business_day(now)

    def holder_of(self, key: BadgeKey | None, day: date) -> Holder | None:
        """Return whose badge it is, as of a day; None for a badge that the copy does not hold."""
        if key is None or self._snapshot is None:
            return None
        return self._snapshot.holder(key, day)

    def pupil(self, pupil: PupilId, day: date) -> Holder | None:
        """Return a pupil found by name, as of a day; None for one that the copy does not hold."""
        return None if self._snapshot is None else self._snapshot.pupil(pupil, day)

    def view(
        self,
        recorder: Recorder,
        day: Day,
        *,
        badge: BadgeKey | None = None,
        holder: Holder | None = None,
        operator: StaffMember | None = None,
        is_training: bool = False,
    ) -> View:
        """Return all that a decision needs to know. recorder: whose sums and numbers go on."""
        return View(
            place=self._place,
            day=day.date,
            copy_at=self.copy_at,
            is_online=self.is_online,
            badge=badge,
            holder=holder,
            own=_own_sums(recorder, holder, badge, day.date),
            products=self._products(),
            epoch=recorder.epoch,
            next_seq=recorder.next_seq,
            next_receipt=recorder.state.receipt_number + 1,
            operator=operator,
            has_shift=recorder.state.period.cash_opening is not None,
            is_training=is_training,
            is_day_known=day.is_known,
        )

    def member(self, staff: StaffId | None) -> StaffMember | None:
        """Return a member of staff; None for nobody, and for who left the school."""
        if staff is None or self._snapshot is None:
            return None
        return self._snapshot.staff().get(staff)

    def member_of(self, key: BadgeKey | None) -> StaffMember | None:
        """Return the member of staff to whom a badge belongs; None for any other badge."""
        if key is None or self._snapshot is None:
            return None
        return self._snapshot.staff_of(key)

    def key_of(self, tap: Tap) -> BadgeKey | None:
        """Return a card's keyed hash; None for a value that is no identity."""
        if identity_fault(tap.credential) is not None:
            return None
        return badge_key(tap.credential, school_key=self._school_key)

    def _products(self) -> Mapping[ProductId, Product]:
        return MappingProxyType({}) if self._snapshot is None else self._snapshot.products()


def put_aside(path: Path) -> None:
    """Rename a copy that cannot be used, so that no later start takes it again."""
    # A disk that does not even rename leaves it: the next start finds the same fault in it.
    with contextlib.suppress(OSError):
        path.replace(path.with_name(path.name + BAD_END))


def _own_sums(
    recorder: Recorder, holder: Holder | None, badge: BadgeKey | None, day: date
) -> OwnSums:
    state = recorder.state
    collected = {}
    given_back: frozenset[OrderId] = frozenset()
    pupil = None if holder is None else holder.pupil.id
    eater = pupil or badge
    # What was bought is asked for by limits alone.
    is_limited = holder is not None and holder.limits is not NO_LIMITS
    if holder is not None and holder.orders:
        collected = {
            order.id: state.collected_at[order.id]
            for order in holder.orders
            if order.id in state.collected_at
        }
        given_back = frozenset(order.id for order in holder.orders if order.id in state.given_back)
    return OwnSums(
        collected_at=collected,
        walk_in_at=None if eater is None else state.walk_in_at(day, eater),
        pupil_unsettled=ZERO if pupil is None else state.unsettled.owed_of(pupil),
        pupil_risk=ZERO if pupil is None else state.unsettled.risk_of(pupil),
        terminal_risk=state.unsettled.risk,
        terminal_risk_count=state.unsettled.count,
        bought={} if pupil is None or not is_limited else state.unsettled.bought_of(pupil, day),
        accepted=frozenset() if pupil is None else state.asked.get((day, pupil), frozenset()),
        given_back=given_back,
    )
