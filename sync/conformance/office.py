"""A bursar's questions, asked for somebody who is nobody's bursar: all of them are refused."""

import json
from random import Random

from sync.conformance.report import Notes
from sync.conformance.speaker import Request, Speaker, expect_problem

_MALFORMED, _FORBIDDEN = 400, 403
_HEX_BYTES = 16
_DAY = "2026-11-24"
_QUESTIONS: dict[str, dict[str, object]] = {
    "access": {"pupil": "nobody"},
    "cases": {},
    "resolutions": {"case": "none", "how": "accepted", "note": "seen"},
    "accounts": {"pupil": "nobody", "since": _DAY, "until": _DAY},
}


class OfficeQuestions:
    """Asks as a member of staff whom no school has."""

    def __init__(self, notes: Notes, speaker: Speaker, *, chance: Random) -> None:
        self._notes = notes
        self._speaker = speaker
        self._command = chance.randbytes(_HEX_BYTES).hex()

    def ask(self) -> None:
        """Ask them all."""
        for what, more in _QUESTIONS.items():
            body = {"command": self._command, **more}
            with self._notes.check(
                f"office-{what}", "403 `right` for who holds no right to the office"
            ):
                self._problem(what, {**body, "staff": "nobody"}, _FORBIDDEN, "right")
        with self._notes.check("office-malformed", "400 `malformed` for who does not say who asks"):
            self._problem("cases", {"command": self._command}, _MALFORMED, "malformed")

    def _problem(self, what: str, body: dict[str, object], status: int, kind: str) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{self._command}"'}
        request = Request("POST", self._speaker.path(what), json.dumps(body).encode(), headers)
        expect_problem(self._speaker.ask(request), status, kind)
