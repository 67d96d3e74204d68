"""The bursar's office: a badge says whose it is, or waits to be given to somebody.

Nothing is handed out for a tap. A badge that nobody has is no mistake here: the bursar lays it on
the reader to give it to the pupil whose card is open.
"""

from core.decision import Decision, Noted, NotedAs, Refused
from core.events import Stamp
from core.facts import Reason, TapRefused
from core.tap import Tap, identity_fault
from core.view import View
from terminal.board import Content
from terminal.profiles.base import CounterParts, Paper
from terminal.verdict import t0_ms, verdict_content

_LAST = 4


class OfficeCounter:
    """What the bursar's terminal does with a tap."""

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:  # noqa: ARG002  no time matters here
        """Show whose badge it is; a card that can be nobody's is refused."""
        if identity_fault(tap.credential) is None:
            return Noted((), NotedAs.SHOWN)
        fact = TapRefused(view.day, Reason.NOT_AN_IDENTITY, None, None)
        return Refused((fact,), Reason.NOT_AN_IDENTITY)

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:  # noqa: ARG002  asked for on the page
        """Return nothing: papers are asked for on the page."""
        return None

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return whose badge it is, or by which end of its number it can be given to somebody."""
        content = verdict_content(tap.id, view, decision, at=stamp.at, t0_ms=t0_ms(stamp))
        badge = None if view.holder is None else view.holder.badge
        return {
            **content,
            "badge_last4": last4_of(tap),
            "badge_state": None if badge is None else badge.state.value,
        }


def last4_of(tap: Tap) -> str:
    """Return the end of a card's number, as papers name it."""
    return tap.credential.hex[-_LAST:]


def open_counter(parts: CounterParts) -> OfficeCounter:  # noqa: ARG001  it needs none of them
    """Return the bursar's office."""
    return OfficeCounter()
