"""The kiosk as its page sees it: a session's things, orders asked of the centre, slips, speech.

Follow one order: in the till thread it becomes a question (`core.kiosk`); in the page's own thread
the centre is asked, for three seconds at most (`sync.asking`); in the till thread the answer is
noted, or a request goes into the journal. The till thread never waits for the network.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from core.events import Stamp
from core.ids import CommandId
from core.kiosk import NotAsked, Question, Wanted, question_of
from core.order_facts import Decline, OrderRequested, RequestState, SlipKind
from core.order_rules import day_decline
from core.profiles import Profile
from printer.job import document_name, encode_document
from sync.asking import UnreachableError
from sync.errors import RefusedError
from terminal.board import Content
from terminal.desk import Desk
from terminal.kiosk_answers import CentreAnswer, answer_of
from terminal.kiosk_content import Standing, standing_content, standing_of
from terminal.kiosk_slips import slip_document, slip_fact
from terminal.ports import NoSessionError
from terminal.profiles.active import Profiles
from terminal.profiles.kiosk import KioskCounter, KioskPlace, KioskSession
from terminal.speech import Speaker
from terminal.verdict import words_of

log = logging.getLogger("refectory.kiosk")

T = TypeVar("T")
_ANSWERS_MAX: Final = 64
_NO_QUESTION: Final = frozenset({"malformed", "command"})
"""What the centre would say again; for all else a request may yet be granted."""


class CentreAsked(Protocol):
    """Where questions go; see `sync.asking.Asking`."""

    def ask(self, what: str, question: dict[str, object], /) -> dict[str, object]:
        """Return the centre's answer. Raises UnreachableError or RefusedError."""
        ...


class TillLine(Protocol):
    """How another thread has the till thread do something; see `terminal.running`."""

    def ask(self, work: Callable[[], T]) -> T:
        """Look something up."""
        ...

    def commit(self, work: Callable[[], T]) -> T:
        """Store something; a red till stores nothing."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and who asks it: also when they have left by the time of the answer."""

    question: Question
    session: KioskSession


class KioskDesk:
    """A terminal's kiosk (`terminal.ports.KioskPort`). Any thread may call."""

    def __init__(
        self,
        *,
        line: TillLine,
        desk: Desk,
        profiles: Profiles,
        centre: CentreAsked,
        speaker: Speaker,
        committed: Callable[[], None],
    ) -> None:
        self._line = line
        self._desk = desk
        self._profiles = profiles
        self._centre = centre
        self._speaker = speaker
        self._committed = committed
        self._answers: OrderedDict[CommandId, Content] = OrderedDict()

    def look(self, session_id: str) -> Content:
        """Return how whoever stands there stands. Raises NoSessionError."""
        return self._line.ask(lambda: self._view(session_id))

    def stay(self, session_id: str) -> None:
        """Hear that somebody is still there. Raises NoSessionError."""
        self._line.ask(lambda: self._session(session_id))

    def end(self, session_id: str) -> None:
        """Forget who stood there, and be silent."""
        self._speaker.stop()
        self._line.ask(lambda: self._place.end(session_id))

    def say(self, text: str, language: str) -> None:
        """Speak on the headphone jack, in place of what is being said; nothing: be silent."""
        self._speaker.say(text, language)

    @property
    def can_speak(self) -> bool:
        """Whether anything is heard."""
        return self._speaker.can_speak

    def order(self, session_id: str, wanted: Wanted) -> Content:
        """Ask for an order, or keep a request; the same command again is answered the same.

        Raises NoSessionError.
        """
        asked = self._line.ask(lambda: self._prepare(session_id, wanted))
        if not isinstance(asked, _Asked):
            return asked
        answer = None if asked.question.must_wait else self._ask_centre(asked)
        return self._line.commit(lambda: self._settle(session_id, asked, answer))

    def print_slip(self, session_id: str, slip: SlipKind, command: CommandId) -> Content:
        """Print a slip for whoever stands there, once for a command. Raises NoSessionError."""
        return self._line.commit(lambda: self._print(session_id, slip, command))

    # --- in the till thread ------------------------------------------------------------------

    @property
    def _place(self) -> KioskPlace:
        counter = self._profiles.counter_of(Profile.KIOSK)
        if not isinstance(counter, KioskCounter):
            message = "this terminal is never a kiosk; see `timetable` in its settings"
            raise NoSessionError(message)
        return counter.place

    def _session(self, session_id: str) -> KioskSession:
        session = self._place.find(session_id, now_ns=self._desk.clock.mono_ns())
        if session is None:
            raise NoSessionError("nobody stands at the kiosk under that name any more")
        return session

    def _standing(self, session: KioskSession, stamp: Stamp) -> Standing:
        standing = standing_of(self._desk, session, self._place.answers, stamp)
        if standing is None:
            self._place.end(session.id)
            raise NoSessionError("the copy of the school's data does not know this pupil any more")
        return standing

    def _view(self, session_id: str) -> Content:
        session = self._session(session_id)
        return standing_content(self._standing(session, self._desk.clock.stamp()), session)

    def _prepare(self, session_id: str, wanted: Wanted) -> "_Asked | Content":
        session = self._session(session_id)
        known = self._answers.get(wanted.command)
        if known is not None:
            return {**known, "view": self._view(session_id)}
        standing = self._standing(session, self._desk.clock.stamp())
        if self._desk.is_training:
            return self._told(session_id, wanted.command, "declined", Decline.OTHER)
        question = question_of(wanted, standing.days, standing.holder.pupil)
        if isinstance(question, NotAsked):
            return _not_asked(question)
        return _Asked(question, session)

    def _ask_centre(self, asked: "_Asked") -> CentreAnswer | Decline | None:
        """Return the centre's answer, why it takes no such question, or None without one."""
        question, session = asked.question, asked.session
        plain: dict[str, object] = {
            "command": question.command,
            "act": question.act.value,
            "order": question.order,
            "pupil": session.pupil,
            "day": question.day.isoformat(),
            "badge": session.badge,
        }
        if question.product is not None:
            plain["product"] = question.product
        try:
            return answer_of(self._centre.ask("orders", plain), session.pupil)
        except UnreachableError as error:
            log.info("a request is kept: %s", error)
        except RefusedError as error:
            log.warning("the centre takes no order: %s", error)
            return Decline.OTHER if error.problem in _NO_QUESTION else None
        except (KeyError, TypeError, ValueError) as error:
            log.warning("the centre's answer cannot be read: %r", error)
        return None

    def _settle(
        self, session_id: str, asked: "_Asked", answer: CentreAnswer | Decline | None
    ) -> Content:
        question, session = asked.question, asked.session
        if isinstance(answer, CentreAnswer):
            self._place.answers.add(session.pupil, answer)
            return self._told(
                session_id, question.command, answer.state.value, answer.why, answer.moved.cents
            )
        why = answer if answer is not None else self._surely_declined(question)
        if why is not None:
            return self._told(session_id, question.command, RequestState.DECLINED.value, why)
        fact = OrderRequested(
            day=question.day,
            pupil=session.pupil,
            order=question.order,
            act=question.act,
            product=question.product,
            badge=session.badge,
            assurance=session.assurance,
            command=question.command,
            accepted=question.accepted,
        )
        if question.command not in self._desk.live.state.documents.done:
            self._desk.live.record([fact], basis=self._desk.basis)
            self._committed()
        return self._told(session_id, question.command, RequestState.WAITING.value, None)

    def _surely_declined(self, question: Question) -> Decline | None:
        """Return why a request would be declined for certain: by a clock that was set."""
        stamp = self._desk.clock.stamp()
        if not stamp.is_synced:
            return None
        return day_decline(self._desk.knowledge.place.calendar, question.day, stamp.at)

    def _told(
        self,
        session_id: str,
        command: CommandId,
        state: str,
        why: Decline | None,
        moved_cents: int = 0,
    ) -> Content:
        told: Content = {
            "state": state,
            "reason": None if why is None else why.value,
            "moved_cents": moved_cents,
            "conflicts": [],
        }
        self._answers[command] = told
        while len(self._answers) > _ANSWERS_MAX:
            self._answers.popitem(last=False)
        session = self._place.session
        is_there = session is not None and session.id == session_id
        return {**told, "view": self._view(session_id) if is_there else None}

    def _print(self, session_id: str, slip: SlipKind, command: CommandId) -> Content:
        session, stamp = self._session(session_id), self._desk.clock.stamp()
        if command in self._desk.live.state.documents.done:
            return {"is_printed": True}
        standing = self._standing(session, stamp)
        document = slip_document(slip, session, standing, stamp)
        if document is None:
            return {"is_printed": False}
        paper = (document_name(document), encode_document(document))
        fact = slip_fact(slip, session, standing, command)
        self._desk.live.record([fact], basis=self._desk.basis, paper=paper)
        self._committed()
        return {"is_printed": True}


def _not_asked(found: NotAsked) -> Content:
    return {
        "state": "asks" if found.conflicts else RequestState.DECLINED.value,
        "reason": None if found.why is None else found.why.value,
        "moved_cents": 0,
        "conflicts": words_of(found.conflicts),
        "view": None,
    }
