"""The gate: who taps after school began is noted as late, asked why, and given a slip."""

from core.decision import Decision, Noted, NotedAs, Presence
from core.events import Stamp
from core.gate import arrive
from core.tap import Tap
from core.view import View
from terminal.attendance import arrival_of
from terminal.board import Content
from terminal.late_slip import late_paper
from terminal.profiles.base import CounterParts, Paper
from terminal.verdict import presence_content, t0_ms, verdict_content


class GateCounter:
    """What the gate does with a tap."""

    def __init__(self, parts: CounterParts) -> None:
        self._desk = parts.desk

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:
        """Note who comes late."""
        known = arrival_of(self._desk, view)
        return arrive(Presence(tap.assurance), view, known, self._desk.knowledge.policy, stamp.at)

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:
        """Return the slip for the teacher, unless it waits for the reason."""
        policy = self._desk.knowledge.policy
        if noted.noted_as is not NotedAs.LATE or policy.asks_late_why or not policy.prints_late:
            return None
        return late_paper(noted, view, stamp)

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return what the gate's screen shows."""
        content = verdict_content(tap.id, view, decision, at=stamp.at, t0_ms=t0_ms(stamp))
        return presence_content(content)


def open_counter(parts: CounterParts) -> GateCounter:
    """Return the gate."""
    return GateCounter(parts)
