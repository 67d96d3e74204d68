"""The bursar's terminal as its page sees it: a pupil's card, and what only the centre may answer.

What the centre is asked goes to and fro as a kiosk's orders do: in the till thread it is looked
whether whoever asks may; in the page's own thread the centre is asked, for three seconds at most
(`sync.asking`), once, and never again by itself; in the till thread what came of it is noted and
printed. Without an answer the page says so: nothing of it can be made up here, but an account, of
which this terminal tells what it knows itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.events import Stamp
from core.ids import CommandId, PupilId, StaffId
from core.kinds import Reason
from core.order_facts import SlipKind, SlipPrinted
from core.rights import right_refusal
from core.staff import Right
from core.view import View
from printer.job import document_name, encode_document
from printer.office_slips import Account, access_slip, account_slip
from sync.asking import UnreachableError
from sync.errors import RefusedError
from terminal.board import Content
from terminal.desk import Desk
from terminal.kiosk_desk import CentreAsked, TillLine
from terminal.office_account import account_content, known_here, told_account
from terminal.office_answers import granted_of
from terminal.office_content import card_of
from terminal.office_slips import slip_of
from terminal.ports import NotAllowedError
from terminal.private_papers import PrivatePapers

log = logging.getLogger("refectory.office")

UNREACHABLE: Content = {"state": "unreachable"}


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks about whom."""

    staff: StaffId
    view: View
    stamp: Stamp


class OfficeDesk:
    """A terminal's office (`terminal.ports.OfficePort`). Any thread may call."""

    def __init__(
        self,
        *,
        line: TillLine,
        desk: Desk,
        centre: CentreAsked,
        private: PrivatePapers,
        committed: Callable[[], None],
    ) -> None:
        self._line = line
        self._desk = desk
        self._centre = centre
        self._private = private
        self._committed = committed

    def card(self, pupil_id: PupilId) -> Content | None:
        """Return a pupil's card. Raises NotAllowedError."""

        def look() -> Content | None:
            self._bursar()
            return card_of(self._desk, pupil_id, self._desk.clock.stamp())

        return self._line.ask(look)

    def grant_access(self, pupil: PupilId, account: str | None, command: CommandId) -> Content:
        """Print a fresh access for parents, once for a command. Raises NotAllowedError."""
        asking = self._line.ask(lambda: self._prepare(pupil, command))
        if not isinstance(asking, _Asking):
            return asking
        question: dict[str, object] = {"staff": asking.staff, "pupil": pupil}
        if account is not None:
            question["account"] = account
        told = self._ask("access", command, question)
        if told.get("state") != "granted":
            return told
        return self._line.commit(lambda: self._print_access(asking, told, command))

    def cases(self, command: CommandId) -> Content:
        """Return the exceptions that wait at the centre. Raises NotAllowedError."""
        staff = self._line.ask(self._bursar)
        told = self._ask("cases", command, {"staff": staff})
        return told if "state" in told else {"state": "told", "cases": told.get("cases", [])}

    def settle(
        self, case: str, how: str, note: str, pupil: PupilId | None, command: CommandId
    ) -> Content:
        """Settle an exception at the centre. Raises NotAllowedError."""
        staff = self._line.ask(self._bursar)
        question: dict[str, object] = {"staff": staff, "case": case, "how": how, "note": note}
        if pupil is not None:
            question["pupil"] = pupil
        told = self._ask("resolutions", command, question)
        return told if "state" in told else {**told, "state": "settled"}

    def account(
        self, pupil: PupilId, since: date, until: date, command: CommandId, *, prints: bool
    ) -> Content:
        """Return a pupil's account of some days, and print it if wished, once for a command.

        Raises NotAllowedError.
        """
        asking = self._line.ask(lambda: self._prepare(pupil, None))
        if not isinstance(asking, _Asking):
            return asking
        days = {"since": since.isoformat(), "until": until.isoformat()}
        answer = self._ask("accounts", command, {"staff": asking.staff, "pupil": pupil, **days})
        if answer.get("state") == "refused":
            return answer
        if answer.get("state") == "unreachable":
            told = self._line.ask(lambda: known_here(self._desk, pupil, since, until))
        else:
            told = told_account(answer, self._desk.knowledge.place.calendar.zone, since, until)
        is_printed = prints and self._line.commit(
            lambda: self._print_account(asking, told, command)
        )
        return {**account_content(told), "state": "told", "is_printed": is_printed}

    # --- in the till thread ------------------------------------------------------------------

    def _bursar(self) -> StaffId:
        """Return who is signed in. Raises NotAllowedError unless they hold the right."""
        view = self._desk.view_of_nobody(self._desk.clock.stamp())
        refusal = right_refusal(view, Right.OFFICE)
        if refusal is Reason.NOT_SIGNED_IN:
            raise NotAllowedError("sign in at the bursar's terminal")
        if refusal is not None or view.operator is None:
            raise NotAllowedError("only who holds the right to the bursar's office may do that")
        return view.operator.id

    def _prepare(self, pupil: PupilId, command: CommandId | None) -> "_Asking | Content":
        staff, stamp = self._bursar(), self._desk.clock.stamp()
        if command is not None and command in self._desk.live.state.documents.done:
            return {"state": "printed", "is_repeat": True}
        if self._desk.is_training:
            return {"state": "refused", "reason": Reason.IN_TRAINING.value}
        view = self._desk.view_of_pupil(pupil, stamp)
        if view.holder is None:
            return {"state": "refused", "reason": Reason.UNKNOWN_PUPIL.value}
        return _Asking(staff, view, stamp)

    def _print_access(self, asking: _Asking, told: Content, command: CommandId) -> Content:
        try:
            granted = granted_of(told)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("the centre's answer cannot be read: %r", error)
            return UNREACHABLE
        stamp = self._desk.clock.stamp()
        self._note(asking, SlipKind.ACCESS, command)
        slip = access_slip(slip_of(asking.view, stamp), granted)
        self._private.hand(f"private {command}", slip, at=stamp.at)
        self._committed()
        return {
            "state": "printed",
            "is_repeat": False,
            "user": granted.user,
            "ends_at": told["ends_at"],
        }

    def _print_account(self, asking: _Asking, account: Account, command: CommandId) -> bool:
        slip = account_slip(slip_of(asking.view, asking.stamp), account)
        if command not in self._desk.live.state.documents.done:
            paper = (document_name(slip), encode_document(slip))
            self._note(asking, SlipKind.ACCOUNT, command, paper=paper)
            self._committed()
        return True

    def _note(
        self,
        asking: _Asking,
        slip: SlipKind,
        command: CommandId,
        *,
        paper: tuple[str, bytes] | None = None,
    ) -> None:
        assert asking.view.holder is not None, "a slip is about somebody"
        pupil = asking.view.holder.pupil.id
        fact = SlipPrinted(
            asking.view.day, pupil, slip, badge=None, command=command, staff=asking.staff
        )
        self._desk.live.record([fact], basis=self._desk.basis, paper=paper)

    # --- in the page's own thread ------------------------------------------------------------

    def _ask(self, what: str, command: CommandId, question: dict[str, object]) -> Content:
        """Return the centre's answer; `state` is unreachable or refused where it gave none."""
        try:
            return self._centre.ask(what, {"command": command, **question})
        except UnreachableError as error:
            log.info("the centre did not answer about %s: %s", what, error)
            return UNREACHABLE
        except RefusedError as error:
            log.warning("the centre refused %s: %s", what, error.problem)
            return {"state": "refused", "reason": error.problem, "detail": str(error)}
