"""What the screens and the command line may ask of a running terminal."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.ids import CommandId, PupilId
from core.kiosk import Wanted
from core.order_facts import SlipKind
from core.tap import Credential
from terminal.board import Content
from terminal.commands import Command


class TerminalBusyError(Exception):
    """The terminal did not answer in time; nothing was lost, and what was asked may yet happen."""


class NoSimulatedReaderError(Exception):
    """A tap was asked for, but no reader of this terminal is simulated."""


class NoPaperError(Exception):
    """A paper was named that is not kept, or about which nobody is asked."""


class NotAllowedError(Exception):
    """Nobody who may ask that is signed in at the till."""


class NoDocumentError(Exception):
    """An act was named that the till does not know."""


class NoSessionError(Exception):
    """Nobody stands at the kiosk under that name any more."""


@dataclass(frozen=True, slots=True)
class DemoBadge:
    """A badge of the demo school: its card, whose it is, and what awaits it, in plain words."""

    credential: Credential
    name: str
    expectation: str


class KioskPort(Protocol):
    """A terminal's kiosk, as seen from its page. Safe to call from any thread.

    session_id: from the verdict that let somebody in. All but `say` raise NoSessionError when
    nobody stands there any more under that name.
    """

    @property
    def can_speak(self) -> bool:
        """Whether speech is heard on the headphone jack."""
        ...

    def look(self, session_id: str) -> Content:
        """Return how the pupil stands: wallets, and the next fifteen school days."""
        ...

    def stay(self, session_id: str) -> None:
        """Hear that somebody is still there."""
        ...

    def end(self, session_id: str) -> None:
        """Forget who stood there."""
        ...

    def order(self, session_id: str, wanted: Wanted) -> Content:
        """Reserve, change or cancel an order, once for a command.

        Result: `state` (granted, declined, waiting, asks), `reason`, `moved_cents`, `conflicts`,
        and `view` as `look` gives it, or null.
        """
        ...

    def print_slip(self, session_id: str, slip: SlipKind, command: CommandId) -> Content:
        """Print a slip, once for a command. Result: `is_printed`."""
        ...

    def say(self, text: str, language: str) -> None:
        """Speak on the headphone jack, in place of what is being said."""
        ...


class OfficePort(Protocol):
    """A terminal's bursar's office, as seen from its page. Safe to call from any thread.

    All of it raises NotAllowedError unless somebody is signed in who holds the right `office`.
    """

    def card(self, pupil_id: PupilId) -> Content | None:
        """Return a pupil with both wallets, badges and orders; None when nobody knows them."""
        ...

    def grant_access(self, pupil: PupilId, account: str | None, command: CommandId) -> Content:
        """Print a fresh access for parents, once for a command; its code is told nowhere else.

        account: as the centre names it; empty: a new one; None: not chosen yet. Result: `state`
        (printed with `user` and `ends_at`; choose with `accounts`; unreachable; refused with
        `reason` and perhaps `detail`).
        """
        ...

    def cases(self, command: CommandId) -> Content:
        """Return the exceptions that wait. Result: `state` (told with `cases`, or as above)."""
        ...

    def settle(
        self, case: str, how: str, note: str, pupil: PupilId | None, command: CommandId
    ) -> Content:
        """Settle an exception at the centre. Result: `state` (settled, or as above)."""
        ...

    def account(
        self, pupil: PupilId, since: date, until: date, command: CommandId, *, prints: bool
    ) -> Content:
        """Return a pupil's account of some days, and print it if wished, once for a command.

        Result: `state` (told, or refused); `is_whole`: the centre told it, else this terminal
        says what it knows; `movements` (the oldest first), both balances, `is_printed`.
        """
        ...


class TerminalPort(Protocol):
    """A running terminal, as seen from a screen or a command. Safe to call from any thread."""

    @property
    def kiosk(self) -> KioskPort:
        """The terminal as a kiosk, while its timetable says that it is one."""
        ...

    @property
    def office(self) -> OfficePort:
        """The terminal as the bursar's."""
        ...

    def tap(self, credential: Credential, *, timeout_s: float, stays: bool = False) -> Content:
        """Tap a badge on the simulated reader; return what became of it, once it is durable.

        stays: the badge is left lying there, so that the same badge again is a repeat. Result:
        the content that was published, and its `topic`: `verdict`, `repeat` or `declined`.
        Raises NoSimulatedReaderError or TerminalBusyError.
        """
        ...

    def do(self, command: Command) -> Content:
        """Carry out what staff ask; return what became of it, once it is durable.

        The same command's id again is answered anew (`is_repeat`) and not done again. A refusal is
        an answer, too. Raises TerminalBusyError.
        """
        ...

    def till(self) -> Content:
        """Return what the till's tiles and dialogs need: products, staff, what the school allows.

        It changes with the copy: read it anew when the status has another `cursor`.
        """
        ...

    def pupils(self, text: str) -> list[Content]:
        """Return pupils whose name or class holds each word of a text; none without a copy.

        Raises NotAllowedError unless somebody who may serve by name is signed in.
        """
        ...

    def pupil(self, pupil_id: PupilId) -> Content | None:
        """Return a pupil as on a verdict, with the day's orders. Raises NotAllowedError."""
        ...

    def photo(self, digest: str) -> bytes | None:
        """Return the photo of this digest; None unless a pupil of the copy has it and it is here.

        It may ask the centre, and wait for it a few seconds. Raises NotAllowedError while nobody
        is signed in at a till that asks for it, or TerminalBusyError.
        """
        ...

    def study(self) -> Content:
        """Return the day's sessions of study: who is in, who is missing, who left.

        Names are told while somebody is signed in; without, numbers alone.
        """
        ...

    def gate(self) -> Content:
        """Return who came late today and who is absent; names as for `study`."""
        ...

    def documents(self, limit: int) -> list[Content]:
        """Return the newest acts that can be voided, refunded or printed again."""
        ...

    def document(self, wanted: str) -> Content:
        """Return one act: by its event's id, its reference (`1-42`) or its receipt (`#17`).

        Raises NoDocumentError.
        """
        ...

    def report(self) -> Content:
        """Return the X report of the open period as figures, in cents."""
        ...

    def paper_picture(self, wanted: str) -> bytes:
        """Return the paper of an act as it would come out, as a PNG file.

        wanted: as for `document`. Raises NoPaperError when it is not kept, or TerminalBusyError.
        """
        ...

    def sync_now(self) -> None:
        """Ask the uplink to send and to fetch at once."""
        ...

    def reprint(self, event: str) -> Content:
        """Print a receipt once more, marked as a copy; return what was stored, durably.

        event: its reference (`1-42`), its event's id, or `last`. Raises NoPaperError or
        TerminalBusyError.
        """
        ...

    def answer_paper(self, job: str, *, has_come_out: bool) -> Content:
        """Say whether a paper came out of which the printer cannot tell; return its new state.

        Raises NoPaperError when nobody is asked about it, or TerminalBusyError.
        """
        ...

    def status(self) -> Content:
        """Return what `refectory status --json` prints."""
        ...

    def demo_badges(self) -> tuple[DemoBadge, ...]:
        """Return the badges that the page offers to tap; none outside the demo."""
        ...
