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
from core.ids import BadgeKey, ProductId, PupilId, StaffId
from core.limits import NO_LIMITS
from core.money import ZERO
from core.policy import CLOSED, Policy
from core.receipt import SchoolHeader
from core.staff import StaffMember
from core.tap import Tap, badge_key, identity_fault
from core.ticket import Ticket, read_ticket, ticket_code
from core.till_state import TillState
from core.view import Holder, OwnSums, Place, View
from offline_cache.snapshot import Snapshot
from terminal.recorder import Recorder

_NOWHERE = SchoolHeader(name="", address="", number="")
NO_PRODUCTS: Mapping[ProductId, Product] = MappingProxyType({})
NO_DISHES: frozenset[ProductId] = frozenset()
BAD_END = ".bad"
"""How a copy ends that was put aside."""
_HOME_ZONE = ZoneInfo("Europe/Brussels")


class Knowledge:
    """The copy of the centre's data as decisions see it. Used by the till thread alone."""

    def __init__(self, *, school_key: bytes, terminal_name: str) -> None:
        self._school_key = school_key
        self._terminal_name = terminal_name
        self._confirmed_at: datetime | None = None
        self.snapshot: Snapshot | None = None
        """The copy in use; None before the first was fetched."""
        self.place = Place(_NOWHERE, SchoolCalendar(zone=_HOME_ZONE), terminal_name)
        """Where the terminal stands."""
        self.policy: Policy = CLOSED
        """The rules in force: the copy's, or those that allow nothing."""
        self.copy_at: datetime | None = None
        """When the copy was last known to be true."""
        self.products: Mapping[ProductId, Product] = NO_PRODUCTS
        """What the copy says can be ordered or sold."""
        self.is_online = False

    @property
    def zone_name(self) -> str:
        """The IANA name of the school's time zone."""
        return _HOME_ZONE.key if self.snapshot is None else self.snapshot.meta.zone

    @property
    def basis(self) -> Basis:
        """What an event says that the terminal knew."""
        cursor = "" if self.snapshot is None else self.snapshot.meta.cursor
        return Basis(cursor, self.policy.version, self.is_online)

    def use(self, snapshot: Snapshot) -> None:
        """Decide by another copy from now on."""
        meta = snapshot.meta
        name = meta.terminal_name or self._terminal_name
        self.snapshot = snapshot
        self.policy = meta.policy
        self.products = snapshot.products
        self.place = Place(
            meta.school,
            meta.calendar(ZoneInfo(meta.zone)),
            name,
            shows_balance=meta.policy.shows_balance,
        )
        self.copy_at = max(meta.made_at, self._confirmed_at or meta.made_at)

    def drop_copy(self) -> None:
        """Decide without a copy: the one there was cannot be read any more, and is put aside."""
        if self.snapshot is not None:
            self.snapshot.close()
            put_aside(self.snapshot.path)
        self.snapshot, self.policy, self.products = None, CLOSED, NO_PRODUCTS
        self.copy_at = self._confirmed_at = None

    def confirm(self, at: datetime) -> None:
        """Note that the centre had nothing newer than the copy at a moment."""
        self._confirmed_at = at
        if self.snapshot is not None:
            self.copy_at = max(self.snapshot.meta.made_at, at)

    def day(self, now: datetime) -> date:
        """Return the business day of a moment, in the school's zone."""
        return self.place.calendar.business_day(now)

    def holder_of(self, key: BadgeKey | None, day: date) -> Holder | None:
        """Return whose badge it is, as of a day; None for a badge that the copy does not hold."""
        if key is None or self.snapshot is None:
            return None
        return self.snapshot.holder(key, day)

    def pupil(self, pupil: PupilId, day: date) -> Holder | None:
        """Return a pupil found by name, as of a day; None for one that the copy does not hold."""
        return None if self.snapshot is None else self.snapshot.pupil(pupil, day)

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
        state, head = recorder.state, recorder.journal.head
        return View(
            self.place,
            day.date,
            self.copy_at,
            self.is_online,
            badge,
            holder,
            _own_sums(state, holder, badge, day.date),
            self.products,
            max(1, head.epoch),
            head.seq + 1,
            state.receipt_number + 1,
            operator,
            state.period.cash_opening is not None,
            is_training,
            day.is_known,
        )

    def member(self, staff: StaffId | None) -> StaffMember | None:
        """Return a member of staff; None for nobody, and for who left the school."""
        if staff is None or self.snapshot is None:
            return None
        return self.snapshot.staff().get(staff)

    def member_of(self, key: BadgeKey | None) -> StaffMember | None:
        """Return the member of staff to whom a badge belongs; None for any other badge."""
        if key is None or self.snapshot is None:
            return None
        return self.snapshot.staff_of(key)

    def key_of(self, tap: Tap) -> BadgeKey | None:
        """Return a card's keyed hash; None for a value that is no identity."""
        if identity_fault(tap.credential) is not None:
            return None
        return badge_key(tap.credential, school_key=self._school_key)

    def ticket_of(self, tap: Tap) -> Ticket:
        """Return the ticket that was scanned. Raises FalseTicketError."""
        return read_ticket(tap.credential, school_key=self._school_key)

    def ticket_code(self, ticket: Ticket) -> str:
        """Return the code of a ticket, which every terminal of the school believes."""
        return ticket_code(ticket, school_key=self._school_key)


def put_aside(path: Path) -> None:
    """Rename a copy that cannot be used, so that no later start takes it again."""
    # A disk that does not even rename leaves it: the next start finds the same fault in it.
    with contextlib.suppress(OSError):
        path.replace(path.with_name(path.name + BAD_END))


def _own_sums(
    state: TillState, holder: Holder | None, badge: BadgeKey | None, day: date
) -> OwnSums:
    unsettled = state.unsettled
    if holder is None:
        return OwnSums(
            {},
            None if badge is None else state.walk_in_at(day, badge),
            ZERO,
            ZERO,
            unsettled.risk,
            unsettled.count,
        )
    pupil, orders = holder.pupil.id, [order.id for order in holder.orders]
    collected = state.collected_at
    return OwnSums(
        {order: collected[order] for order in orders if order in collected},
        state.walk_in_at(day, pupil),
        unsettled.owed_of(pupil),
        unsettled.risk_of(pupil),
        unsettled.risk,
        unsettled.count,
        # What was bought is asked for by limits alone.
        {} if holder.limits is NO_LIMITS else unsettled.bought_of(pupil, day),
        state.asked.get((day, pupil), NO_DISHES),
        frozenset(filter(state.given_back.__contains__, orders)),
        unsettled.reserve_of(pupil),
    )
