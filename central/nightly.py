"""What the centre does by itself once a school's day is over: close it, and check every sum.

Both can be done again at any time and change nothing the second time, so that a centre that was
off at night makes it good when it starts, and two centres on one database do no harm.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import date, datetime

from central.clock import Clock
from central.database import Session
from central.errors import CentralError
from central.orders import DayClosed, close_past_days
from central.reconciliation import Disagreement, reconcile
from central.records import list_schools, read_school
from central.store import Store
from core.ids import SchoolId

_LOG = logging.getLogger("central")
_LOOK_AGAIN_S = 60.0
_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Night:
    """What one night's work did for one school."""

    school: SchoolId
    day: date
    closed: tuple[DayClosed, ...]
    disagreements: tuple[Disagreement, ...]


def run_night(store: Store, school: SchoolId, *, now: datetime) -> Night:
    """Close the days of a school that are over, then check its books."""
    closed = close_past_days(store, school, now=now)
    # A school that was loaded a minute ago is checked in a twentieth of the time after it.
    store.database.learn()
    with store.database.reading() as session:
        today = read_school(session, school).calendar.business_day(now)
        found = reconcile(session, school)
    return Night(school, today, tuple(closed), tuple(found))


class NightWork:
    """A thread that does it for each school when its business day changes, and after the start."""

    def __init__(self, store: Store, clock: Clock, *, look_again_s: float = _LOOK_AGAIN_S) -> None:
        self._store = store
        self._clock = clock
        self._look_again_s = look_again_s
        self._stopping = threading.Event()
        self._done: dict[SchoolId, date] = {}
        self._thread = threading.Thread(target=self._run, name="night", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is being done."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_S)

    def look(self) -> list[Night]:
        """Do what is due now, and return what was done; one line in the log for each."""
        now = self._clock()
        with self._store.database.reading() as session:
            due = [school for school in list_schools(session) if self._is_due(session, school, now)]
        nights = []
        for school in due:
            night = run_night(self._store, school, now=now)
            self._done[school] = night.day
            _tell(night)
            nights.append(night)
        return nights

    def _is_due(self, session: Session, school: SchoolId, now: datetime) -> bool:
        today = read_school(session, school).calendar.business_day(now)
        return self._done.get(school) != today

    def _run(self) -> None:
        # Not at once: whoever starts a centre wants it to answer first.
        while not self._stopping.wait(self._look_again_s):
            try:
                self.look()
            except CentralError as error:
                _LOG.error("the night's work is tried again: %s", error)
            except Exception:  # noqa: BLE001  the service goes on, and its log tells
                _LOG.exception("the night's work failed, and is tried again")


def _tell(night: Night) -> None:
    meals = sum(one.unclaimed for one in night.closed)
    if night.closed:
        _LOG.info("school %s: %d meals unclaimed", night.school, meals)
    for one in night.disagreements:
        _LOG.error("school %s: %s: %s", one.school, one.rule, one.detail)
