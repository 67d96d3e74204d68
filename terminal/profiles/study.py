"""Evening study: who is enrolled taps in, and out where the school wants it."""

from core.decision import Decision, Noted, Presence
from core.events import Stamp
from core.study import attend
from core.tap import Tap
from core.view import View
from terminal.attendance import study_view
from terminal.board import Content
from terminal.profiles.base import CounterParts, Paper
from terminal.verdict import presence_content, t0_ms, verdict_content


class StudyCounter:
    """What the study room does with a tap."""

    def __init__(self, parts: CounterParts) -> None:
        self._desk = parts.desk

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:
        """Note who comes in or goes."""
        study = study_view(self._desk, view, stamp)
        policy = self._desk.knowledge.policy
        return attend(Presence(tap.assurance), view, study, policy, stamp.at)

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:  # noqa: ARG002  a room prints nothing
        """Return nothing: a room prints nothing."""
        return None

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return what the study screen shows."""
        content = verdict_content(tap.id, view, decision, at=stamp.at, t0_ms=t0_ms(stamp))
        return presence_content(content)


def open_counter(parts: CounterParts) -> StudyCounter:
    """Return the study room."""
    return StudyCounter(parts)
