"""The memory twin of a terminal: the port that screens and commands use, without a till behind it.

It publishes on a real board what it was told to answer, and can fail on demand.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.ids import PupilId
from core.people import Language
from core.staff import Right
from core.tap import Credential, Technology
from terminal.board import Board, Content
from terminal.commands import Command
from terminal.ports import (
    DemoBadge,
    NoDocumentError,
    NoPaperError,
    NoSimulatedReaderError,
    NotAllowedError,
    TerminalBusyError,
)
from terminal.twin_counter import TwinCounter
from terminal.twin_kiosk import TwinKiosk
from terminal.twin_office import TwinOffice
from terminal.twin_school import PUPILS, TILL

BASE_VERDICT: Final[Content] = {
    "at": "2026-11-24T10:52:00Z",
    "outcome": "collected",
    "tone": "ok",
    "reason": None,
    "name": "Léa V.",
    "class_name": "3B",
    "meal": "Spaghetti bolognaise",
    "allergens": [],
    "conflicts": [],
    "diet": "",
    "photo": None,
    "price_cents": 450,
    "wallet_cents": 2340,
    "pupil": "lea",
    "price_class": "pupil",
    "reserve_cents": None,
    "is_to_settle": False,
    "asks": False,
    "is_provisional": False,
    "is_training": False,
    "shows_balance": False,
    "language": "fr",
    "earlier_at": None,
    "epoch": 1,
    "receipt": None,
    "t0_ms": 0,
}
"""A verdict as the till publishes it; scripts change what matters to them."""

BASE_STATUS: Final[Content] = {
    "readers": [{"name": "simulated", "state": "up", "detail": "", "last_tap_s": None}],
    "printer": {"state": "ready", "detail": "", "waiting": 0, "questions": []},
    "network": {
        "up": {"state": "idle", "detail": ""},
        "down": {"state": "idle", "detail": ""},
    },
    "queue": {"count": 0, "oldest_at": None},
    "restored": None,
    "copy_at": "2026-11-24T07:00:00Z",
    "zone": "Europe/Brussels",
    "till": "open",
    "pupils": 612,
    "ready": {"is_ready": True, "lacks": []},
    "is_online": True,
    "walk_in": {"risk_cents": 0, "limit_cents": 20000, "count": 0, "count_limit": 100},
    "served": 0,
    "reserved": 0,
    "mode": "demo",
    "terminal": "Caisse 1",
    "school": "Institut Sainte-Claire",
    "alarm": None,
    "operator": None,
    "shift": {"is_open": False, "opened_at": None, "cash_expected_cents": None},
    "is_training": False,
    "cursor": "1",
    "day": "2026-11-24",
    "day_question": None,
    "offline_since": None,
    "disk": {"state": "ok", "free_bytes": 8_000_000_000},
    "copy": {"state": "fresh"},
    "last_act": None,
    "period": {"number": 1, "since": "2026-11-24T10:00:00Z"},
    "clock": {"state": "good"},
}
"""A status in which all is well."""


class TwinTerminal:
    """A terminal that answers from a script. Any thread may call.

    board: where it publishes. badges: what the demo offers. A card without a script is unknown.
    """

    def __init__(self, board: Board, badges: Sequence[DemoBadge] = ()) -> None:
        self.board = board
        self._badges = tuple(badges)
        self._script: dict[Credential, Content] = {}
        self._lock = threading.RLock()
        self._seq = 0
        self._status: dict[str, object] = dict(BASE_STATUS)
        self.taps: list[Credential] = []
        self.sync_count = 0
        self.reprints: list[str] = []
        self.answers: dict[str, bool] = {}
        self.counter = TwinCounter(
            publish_status=self.publish_status, publish_verdict=self.publish_verdict
        )
        self.photos: dict[str, bytes] = {}
        self.till_changes: dict[str, object] = {}
        self.study_script: Content = {}
        self.gate_script: Content = {}
        self.is_busy = False
        self.kiosk = TwinKiosk()
        self._office = TwinOffice()
        self.has_simulated_reader = True

    def script(self, credential: Credential, changes: Content) -> None:
        """Say what a card's verdict is, as changes to BASE_VERDICT."""
        with self._lock:
            self._script[credential] = changes

    def publish_status(self, changes: Content) -> None:
        """Publish a status, as changes to the one before."""
        with self._lock:
            self._status |= changes
            self.board.publish("status", dict(self._status))

    def publish_verdict(self, changes: Content) -> Content:
        """Publish a verdict, as changes to BASE_VERDICT; return it whole."""
        with self._lock:
            self._seq += 1
            numbers = {"tap": f"tap-{self._seq}", "seq": self._seq}
            verdict: Mapping[str, object] = dict(BASE_VERDICT) | numbers | dict(changes)
            self.board.publish("verdict", verdict)
            self.counter.hear(verdict)
        return verdict

    @property
    def office(self) -> TwinOffice:
        """The bursar's office, for who holds the right to it."""
        self._answer_or_fail(Right.OFFICE)
        return self._office

    # --- the counter -------------------------------------------------------------------------

    def do(self, command: Command) -> Content:
        """Have the counter carry out a command, and publish what became of it."""
        self._answer_or_fail()
        with self._lock:
            answer = self.counter.do(command)
            if not answer["is_repeat"]:
                self.board.publish("act", answer)
        return answer

    def till(self) -> Content:
        """Return the small school's till, with `till_changes`."""
        self._answer_or_fail()
        return {**TILL, **self.till_changes}

    def pupils(self, text: str) -> list[Content]:
        """Return the small school's pupils whose name or class holds each word."""
        self._answer_or_fail(Right.SERVE_BY_NAME)
        words = text.casefold().split()
        return [
            {key: pupil[key] for key in ("id", "name", "class_name")}
            for pupil in PUPILS.values()
            if all(word in f"{pupil['name']} {pupil['class_name']}".casefold() for word in words)
        ]

    def pupil(self, pupil_id: PupilId) -> Content | None:
        """Return one of the small school's pupils."""
        self._answer_or_fail(Right.SERVE_BY_NAME)
        return PUPILS.get(pupil_id)

    def photo(self, digest: str) -> bytes | None:
        """Return one of `photos`."""
        self._answer_or_fail(Right.SELL)
        return self.photos.get(digest)

    def study(self) -> Content:
        """Return what a test or a picture put there."""
        self._answer_or_fail()
        if self.counter.operator is not None:
            return self.study_script
        rooms: Any = self.study_script.get("sessions", [])
        nobody = [{**room, "pupils": []} for room in rooms]
        return {**self.study_script, "has_names": False, "sessions": nobody}

    def gate(self) -> Content:
        """Return what a test or a picture put there."""
        self._answer_or_fail()
        if self.counter.operator is not None:
            return self.gate_script
        return {**self.gate_script, "has_names": False, "late": [], "absent": []}

    def documents(self, limit: int) -> list[Content]:
        """Return the newest acts."""
        self._answer_or_fail()
        return self.counter.documents(limit)

    def document(self, wanted: str) -> Content:
        """Return an act."""
        self._answer_or_fail()
        act = self.counter.document(wanted)
        if act is None:
            raise NoDocumentError(f"no act {wanted} is known here")
        return act

    def report(self) -> Content:
        """Return the figures of the open period."""
        self._answer_or_fail()
        return self.counter.report()

    def paper_picture(self, wanted: str) -> bytes:
        """Return a real paper's picture: the sample receipt, whatever was sold."""
        from printer.picture_printer import preview_png  # noqa: PLC0415  slow to load
        from printer.samples import sample_documents  # noqa: PLC0415

        self.document(wanted)
        return preview_png(sample_documents(Language.FR)["receipt-sale"])

    def _answer_or_fail(self, right: Right | None = None) -> None:
        if self.is_busy:
            raise TerminalBusyError("the till did not answer in time")
        operator = self.counter.operator
        if right is not None and (operator is None or right not in operator.rights):
            raise NotAllowedError("sign in as somebody who may serve by name")

    def tap(self, credential: Credential, *, timeout_s: float, stays: bool = False) -> Content:
        """Publish and return the card's verdict; a card never lies on this reader."""
        assert timeout_s > 0, "a wait has an end"
        del stays
        if not self.has_simulated_reader:
            raise NoSimulatedReaderError("no reader is simulated")
        if self.is_busy:
            raise TerminalBusyError("the till did not answer in time")
        with self._lock:
            self.taps.append(credential)
            changes = self._script.get(credential, UNKNOWN_BADGE)
        return self.publish_verdict(changes)

    def sync_now(self) -> None:
        """Count that somebody asked."""
        self.sync_count += 1

    def reprint(self, event: str) -> Content:
        """Note what is wanted once more; `1-404` is not kept here."""
        if self.is_busy:
            raise TerminalBusyError("the till did not answer in time")
        if event == "1-404":
            raise NoPaperError("no receipt of 1-404 is kept here")
        self.reprints.append(event)
        return {"receipt": 12, "duplicate": len(self.reprints), "document": "1-42"}

    def answer_paper(self, job: str, *, has_come_out: bool) -> Content:
        """Note what a person said, and ask no more about that paper."""
        if self.is_busy:
            raise TerminalBusyError("the till did not answer in time")
        with self._lock:
            printer = self._status["printer"]
            assert isinstance(printer, Mapping), "a status has a printer"
            asked = [question for question in printer["questions"] if question["job"] != job]
            if len(asked) == len(printer["questions"]):
                raise NoPaperError(f"nobody is asked about {job}")
            self.answers[job] = has_come_out
            changed = {**printer, "questions": asked}
        self.publish_status({"printer": changed})
        return {"job": job, "state": "done" if has_come_out else "queued"}

    def status(self) -> Content:
        """Return the status published last."""
        if self.is_busy:
            raise TerminalBusyError("the till did not answer in time")
        with self._lock:
            return dict(self._status)

    def demo_badges(self) -> tuple[DemoBadge, ...]:
        """Return the badges given."""
        return self._badges


UNKNOWN_BADGE: Final[Content] = {
    "outcome": "refused",
    "tone": "unknown",
    "reason": "unknown_badge",
    "name": None,
    "class_name": None,
    "meal": None,
    "price_cents": None,
    "wallet_cents": None,
}


def card(value_hex: str) -> Credential:
    """Return an ISO 14443-A card with a number given in hexadecimal."""
    return Credential(Technology.ISO14443A, bytes.fromhex(value_hex))
