"""The kiosk: a badge opens a session, and nothing of it stands on the board.

What all screens hear is that somebody may order now. Who it is, and what they have, is fetched by
the kiosk's own page alone, under the session's name, for as long as the session lasts.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from core.decision import Decision, Noted
from core.events import Stamp
from core.ids import BadgeKey, PupilId
from core.kiosk import admit
from core.tap import Assurance, Tap
from core.view import View
from terminal.board import Content
from terminal.kiosk_answers import KioskAnswers
from terminal.profiles.base import CounterParts, Paper
from terminal.verdict import t0_ms, verdict_content

SESSION_NS: Final = 60 * 1_000_000_000
"""A page that is there says so more often; after so long without it nobody stands there."""


@dataclass(slots=True)
class KioskSession:
    """Somebody stands at the kiosk. id: of the tap that began it. heard_ns: monotonic."""

    id: str
    pupil: PupilId
    badge: BadgeKey
    assurance: Assurance
    heard_ns: int


@dataclass(slots=True)
class KioskPlace:
    """Who stands at the kiosk, and what the centre answered. Used by the till thread alone."""

    session: KioskSession | None = None
    answers: KioskAnswers = field(default_factory=KioskAnswers)

    def find(self, session_id: str, *, now_ns: int) -> KioskSession | None:
        """Return a session that still lasts, and hear that somebody is there; else None."""
        session = self.session
        if session is None or session.id != session_id:
            return None
        if now_ns - session.heard_ns > SESSION_NS:
            self.session = None
            return None
        session.heard_ns = now_ns
        return session

    def end(self, session_id: str) -> None:
        """Forget who stood there."""
        if self.session is not None and self.session.id == session_id:
            self.session = None


class KioskCounter:
    """What a kiosk does with a tap."""

    def __init__(self, parts: CounterParts) -> None:
        self._desk = parts.desk
        self.place = KioskPlace()

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:  # noqa: ARG002  no time matters here
        """Let a pupil in, or say why not."""
        return admit(tap, view, self._desk.knowledge.policy)

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:  # noqa: ARG002  asked for later
        """Return nothing: slips are asked for on the page."""
        return None

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return that somebody is let in, or not; begin their session."""
        nobody = replace(view, holder=None)
        content = verdict_content(tap.id, nobody, decision, at=stamp.at, t0_ms=t0_ms(stamp))
        language = None if view.holder is None else view.holder.pupil.language.value
        if not isinstance(decision, Noted):
            # Whoever was refused ends the session of who stood there before, too.
            self.place.session = None
            return {**content, "session": None, "language": language}
        holder = view.holder
        assert holder is not None, "nobody unknown is let in"
        assert holder.badge is not None, "whoever is let in laid down a badge"
        self.place.session = KioskSession(
            id=tap.id,
            pupil=holder.pupil.id,
            badge=holder.badge.key,
            assurance=tap.assurance,
            heard_ns=self._desk.clock.mono_ns(),
        )
        return {**content, "session": tap.id, "language": language}


def open_counter(parts: CounterParts) -> KioskCounter:
    """Return the kiosk."""
    return KioskCounter(parts)
