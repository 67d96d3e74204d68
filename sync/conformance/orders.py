"""Questions about orders: what a kiosk asks is decided once. No pupil is named: no money moves."""

import json
from random import Random
from typing import Any

from sync.conformance.report import Notes, expect
from sync.conformance.speaker import Request, Speaker, expect_problem

_MALFORMED, _CONFLICT = 400, 409
_HEX_BYTES = 16


class OrderQuestions:
    """Asks to cancel orders that nobody made."""

    def __init__(self, notes: Notes, speaker: Speaker, *, chance: Random) -> None:
        self._notes = notes
        self._speaker = speaker
        self._command = chance.randbytes(_HEX_BYTES).hex()

    def ask(self) -> None:
        """Ask them all."""
        check = self._notes.check
        with check("order-declined", "200: `declined` with its reason, signed; nothing moved"):
            told = self._told(self._body())
            expect(holds=told["state"] == "declined", came=f"state {told['state']!r}")
            expect(holds=bool(told["reason"]), came="no reason")
            expect(holds=told["moved_cents"] == 0, came=f"{told['moved_cents']} cents moved")
            expect(holds=told["order"] is None, came="an order that nobody made")
            expect(holds="cursor" in told and "server_time" in told, came=f"{sorted(told)}")
        with check("order-again", "200: the same command gets the same answer"):
            again = self._told(self._body())
            parts = ("command", "state", "reason", "moved_cents")
            expect(holds=all(again[part] == told[part] for part in parts), came=f"{again}")
        with check("order-other-command", "409 `command` for its id on another question"):
            self._problem(self._body(order="another"), _CONFLICT, "command")
        with check("order-malformed", "400 `malformed` for a reservation of no dish"):
            self._problem(self._body(act="reserve"), _MALFORMED, "malformed")

    def _body(self, **changes: object) -> dict[str, object]:
        return {
            "command": self._command,
            "act": "cancel",
            "order": "nobody-made-this",
            "pupil": "nobody",
            "day": self._speaker.now.date().isoformat(),
            "badge": "00" * _HEX_BYTES,
            **changes,
        }

    def _request(self, body: dict[str, object]) -> Request:
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{self._command}"'}
        return Request("POST", self._speaker.path("orders"), json.dumps(body).encode(), headers)

    def _told(self, body: dict[str, object]) -> dict[str, Any]:
        return self._speaker.proved(self._speaker.ask(self._request(body)))

    def _problem(self, body: dict[str, object], status: int, kind: str) -> None:
        expect_problem(self._speaker.ask(self._request(body)), status, kind)
