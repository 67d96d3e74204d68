"""A running terminal as screens and commands see it: what they ask becomes a chore of the till."""

import os
from collections.abc import Callable
from typing import Final, TypeVar

from core.codec import moment_text
from core.ids import PupilId
from core.staff import Right
from core.tap import Credential
from offline_cache.errors import JournalError
from terminal.attendance import gate_content, study_content
from terminal.board import Board, Content
from terminal.commands import Command, SignIn
from terminal.desk_content import found_content, pupil_content, report_content, till_content
from terminal.inbox import Inbox, TillGoneError
from terminal.kiosk_desk import CentreAsked, KioskDesk
from terminal.mode import Mode
from terminal.office_desk import OfficeDesk
from terminal.outcomes import Outcomes
from terminal.ports import (
    DemoBadge,
    NoDocumentError,
    NoSimulatedReaderError,
    NotAllowedError,
    TerminalBusyError,
)
from terminal.private_papers import PrivatePapers
from terminal.questions import answer
from terminal.reprint import kept_paper, reprint
from terminal.service import Service
from terminal.sign_in import PinQuestion
from terminal.speech import Speaker
from terminal.surroundings import Surroundings
from terminal.till import Till

_ANSWER_S: Final = 5.0
T = TypeVar("T")


class RunningTerminal:
    """The terminal as screens and commands see it (`terminal.ports.TerminalPort`)."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        till: Till,
        service: Service,
        board: Board,
        surroundings: Surroundings,
        badges: tuple[DemoBadge, ...],
        centre: CentreAsked,
        speaker: Speaker,
        private: PrivatePapers,
    ) -> None:
        self._inbox = inbox
        self._till = till
        self._service = service
        self._around = surroundings
        self._badges = badges
        self._started_at = surroundings.now()
        self._outcomes = Outcomes(board)
        self.kiosk = KioskDesk(
            line=self,
            desk=service.desk,
            profiles=service.profiles,
            centre=centre,
            speaker=speaker,
            committed=surroundings.committed,
        )
        self.office = OfficeDesk(
            line=self,
            desk=service.desk,
            centre=centre,
            private=private,
            committed=surroundings.committed,
        )

    def tap(self, credential: Credential, *, timeout_s: float, stays: bool = False) -> Content:
        """Tap a badge on the simulated reader; return the outcome once it is durable.

        stays: the badge is left lying there, so that the same badge again is a repeat.
        Raises NoSimulatedReaderError or TerminalBusyError.
        """
        readers = self._around.readers
        reader = None if readers is None else readers.simulated()
        if reader is None:
            raise NoSimulatedReaderError("this terminal has no simulated reader")
        tap_id = reader.present(credential) if stays else reader.tap(credential)
        return self._outcomes.wait(tap_id, timeout_s=timeout_s)

    def do(self, command: Command) -> Content:
        """Carry out what staff ask; return what became of it, once it is durable."""
        if isinstance(command, SignIn):
            return self._sign_in(command)
        return self.commit(lambda: self._do(command))

    def _do(self, command: Command) -> Content:
        self._service.sign_in.touch()
        return self._service.clerk.do(command)

    def _sign_in(self, command: SignIn) -> Content:
        sign_in = self._service.sign_in
        asked = self.commit(lambda: sign_in.question(command))
        if not isinstance(asked, PinQuestion):
            return asked
        is_right = self._service.pins.is_right(command.staff_id, command.pin, asked.pin_hash)
        return self.commit(lambda: sign_in.answer(command, is_right=is_right))

    def till(self) -> Content:
        """Return what the till's tiles and dialogs need."""
        return self.ask(lambda: till_content(self._service.desk))

    def pupils(self, text: str) -> list[Content]:
        """Return pupils whose name or class holds each word of a text."""
        desk = self._service.desk

        def find() -> list[Content]:
            self._check_may_look()
            snapshot = desk.knowledge.snapshot
            if snapshot is None:
                return []
            return desk.reading(lambda: found_content(snapshot, text), default=[])

        return self.ask(find)

    def pupil(self, pupil_id: PupilId) -> Content | None:
        """Return a pupil as on a verdict, with the day's orders."""

        def look() -> Content | None:
            self._check_may_look()
            return pupil_content(self._service.desk, pupil_id)

        return self.ask(look)

    def photo(self, digest: str) -> bytes | None:
        """Return the photo of this digest, if a pupil of the copy has it and it can be had."""
        if self._around.photos is None or not self.ask(lambda: self._shows_photo(digest)):
            return None
        return self._around.photos.get(digest)

    def _shows_photo(self, digest: str) -> bool:
        desk = self._service.desk
        if desk.operator is None and desk.knowledge.policy.needs_sign_in:
            raise NotAllowedError("sign in at the till")
        snapshot = desk.knowledge.snapshot
        if snapshot is None:
            return False
        return desk.reading(lambda: snapshot.has_photo(digest), default=False)

    def study(self) -> Content:
        """Return the day's sessions of study."""
        desk = self._service.desk
        return self.ask(lambda: study_content(desk, desk.clock.stamp()))

    def gate(self) -> Content:
        """Return who came late today and who is absent."""
        desk = self._service.desk
        return self.ask(lambda: gate_content(desk, desk.clock.stamp()))

    def documents(self, limit: int) -> list[Content]:
        """Return the newest acts that can be voided, refunded or printed again."""
        return self.ask(lambda: self._service.acts.listed(limit))

    def document(self, wanted: str) -> Content:
        """Return one act."""

        def find() -> Content:
            act = self._service.acts.find(wanted)
            if act is None:
                raise NoDocumentError(
                    f"no act {wanted} is in this till's journal; name its receipt, such as #17, or"
                    " the reference on it, such as 1-42"
                )
            return self._service.acts.content(act)

        return self.ask(find)

    def report(self) -> Content:
        """Return the X report of the open period as figures, in cents."""
        desk = self._service.desk
        return self.ask(lambda: report_content(desk.books(desk.view_of_nobody(desk.clock.stamp()))))

    def paper_picture(self, wanted: str) -> bytes:
        """Return the paper of an act as it would come out, as a PNG file."""
        from printer.picture_printer import preview_png  # noqa: PLC0415  slow to load

        recorder = self._service.desk.recorder
        return preview_png(self.ask(lambda: kept_paper(wanted, recorder)))

    def _check_may_look(self) -> None:
        operator = self._service.desk.operator
        rights = frozenset() if operator is None else operator.rights
        if not rights & {Right.SERVE_BY_NAME, Right.OFFICE}:
            raise NotAllowedError("sign in as somebody who may serve by name")

    def sync_now(self) -> None:
        """Send and fetch at once."""
        if self._around.uplink is not None:
            self._around.uplink.sync_now()

    def reprint(self, event: str) -> Content:
        """Store a reprint, and wake the printer."""
        around = self._around
        desk = self._service.desk
        made = self.commit(
            lambda: reprint(event, desk.recorder, desk.basis, operator=desk.operator)
        )
        around.committed()
        return made

    def answer_paper(self, job: str, *, has_come_out: bool) -> Content:
        """Store what a person said of a paper, and wake the printer."""
        around = self._around
        said = self.commit(
            lambda: answer(
                job, around.recorder.journal, has_come_out=has_come_out, now=around.now()
            )
        )
        around.committed()
        return said

    def commit(self, work: Callable[[], T]) -> T:
        """Have the till thread store something; a till that is red stores nothing."""

        def store() -> T:
            if self._till.mode is not Mode.OPEN:
                raise TerminalBusyError(f"the till is {self._till.mode}: {self._till.alarm}")
            return work()

        return self.ask(store)

    def ask(self, work: Callable[[], T]) -> T:
        """Have the till thread look something up."""
        try:
            return self._inbox.ask(work, timeout_s=_ANSWER_S)
        except (TillGoneError, JournalError) as error:
            raise TerminalBusyError(str(error)) from error

    def status(self) -> Content:
        """Return how everything is, and what was counted since the start."""
        return self.ask(self._whole_status)

    def demo_badges(self) -> tuple[DemoBadge, ...]:
        """Return the badges that the page offers to tap."""
        return self._badges

    def _whole_status(self) -> Content:
        till = self._till
        return {
            **till.status(),
            "pid": os.getpid(),
            "started_at": moment_text(self._started_at),
            "counters": till.counters.as_plain(),
        }
