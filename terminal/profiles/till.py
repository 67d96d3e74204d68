"""The till: ordered meals are handed out, and what was not ordered is sold."""

from core.decide import decide
from core.decision import Decision, Noted
from core.events import Stamp
from core.tap import Tap
from core.view import View
from terminal.board import Content
from terminal.profiles.base import CounterParts, Paper
from terminal.verdict import t0_ms, verdict_content


class TillCounter:
    """What a till does with a tap."""

    def __init__(self, parts: CounterParts) -> None:
        self._knowledge = parts.desk.knowledge

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:
        """Hand out an order of the day, or follow the school's rules of a walk-in."""
        return decide(tap, view, self._knowledge.policy, stamp.at)

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:  # noqa: ARG002  a till notes nobody
        """Return nothing: a till's papers are its decisions' receipts."""
        return None

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return the verdict as it always was."""
        return verdict_content(tap.id, view, decision, at=stamp.at, t0_ms=t0_ms(stamp))


def open_counter(parts: CounterParts) -> TillCounter:
    """Return the till."""
    return TillCounter(parts)
