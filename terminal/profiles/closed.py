"""Between services: whoever taps is told when it opens, and the journal that they were."""

from core.codec import moment_text
from core.decision import Decision, Noted, Refused
from core.events import Stamp
from core.facts import Reason, TapRefused
from core.tap import Tap
from core.view import View
from terminal.board import Content
from terminal.profiles.base import CounterParts, Paper
from terminal.verdict import t0_ms, verdict_content


class ClosedCounter:
    """What a terminal does with a tap while it is closed."""

    def __init__(self, parts: CounterParts) -> None:
        self._span = parts.span

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:  # noqa: ARG002  whoever it is
        """Refuse, whoever it is."""
        pupil = None if view.holder is None else view.holder.pupil.id
        fact = TapRefused(view.day, Reason.NO_SERVICE, view.badge, pupil)
        return Refused((fact,), Reason.NO_SERVICE)

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:  # noqa: ARG002  nobody is noted
        """Return nothing."""
        return None

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return the refusal, and until when it lasts."""
        until = self._span().until
        return {
            **verdict_content(tap.id, view, decision, at=stamp.at, t0_ms=t0_ms(stamp)),
            "until": None if until is None else moment_text(until),
        }


def open_counter(parts: CounterParts) -> ClosedCounter:
    """Return the closed counter."""
    return ClosedCounter(parts)
