"""Whom a command is about: whoever laid down a badge, or a pupil who was found by name."""

from core.events import Stamp
from core.view import View
from terminal.commands import Customer
from terminal.desk import Desk
from terminal.recent_taps import RecentTaps


def view_of(customer: Customer, desk: Desk, taps: RecentTaps, stamp: Stamp) -> View:
    """Return the view of whom a command is about; of nobody when neither is known any more."""
    tap = customer.tap_id
    found = None if tap is None else taps.find(tap, desk.clock.mono_ns())
    if found is not None:
        return desk.view_of_tap(found, stamp)
    if customer.pupil_id is not None:
        return desk.view_of_pupil(customer.pupil_id, stamp)
    return desk.view_of_nobody(stamp)
