"""Questions about signatures: what was changed on its way, or signed by another, is refused."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx

from core.wire import API, WRITE_COMPONENTS
from sync.conformance.branch import Branch
from sync.conformance.enrolment import fresh_key
from sync.conformance.report import Notes, expect
from sync.conformance.speaker import Request, Speaker, expect_problem

_UNAUTHORIZED = 401
_REFUSED = "401 `signature`"


class SignatureQuestions:
    """Each sends the next event in a request that is wrong in one way."""

    def __init__(self, notes: Notes, speaker: Speaker, branch: Branch) -> None:
        self._notes = notes
        self._speaker = speaker
        self._branch = branch
        self._request = speaker.batch(branch.pack(branch.events(1)).body)

    def ask(self) -> None:
        """Ask them all. The branch's head stays where it is."""
        self._changed()
        self._left_out()
        self._foreign()
        self._of_another_time()

    def _changed(self) -> None:
        speaker, request = self._speaker, self._request
        signed = speaker.signed(request)
        body = signed.content[:-1] + bytes([signed.content[-1] ^ 1])
        created = int(speaker.now.timestamp())
        dated = signed.headers["signature-input"].replace(
            f"created={created}", f"created={created + 1}"
        )
        other_path = speaker.url + speaker.path("keys")
        changes: tuple[tuple[str, str, httpx.Request], ...] = (
            ("body", "one bit of the body was changed", speaker.changed(signed, body=body)),
            (
                "digest",
                "the body and its digest were changed together",
                speaker.changed(signed, body=body, headers={"Content-Digest": _digest(body)}),
            ),
            ("path", "it was sent to another path", speaker.changed(signed, url=other_path)),
            ("query", "a query was added", speaker.changed(signed, url=f"{signed.url}?x=1")),
            (
                "idempotency-key",
                "the Idempotency-Key was changed",
                speaker.changed(signed, headers={"Idempotency-Key": '"other"'}),
            ),
            (
                "date",
                "the date of signing was changed",
                speaker.changed(signed, headers={"Signature-Input": dated}),
            ),
        )
        for name, words, sent in changes:
            self._refused(name, words, lambda sent=sent: sent)  # type: ignore[misc]
        read = speaker.signed(Request("HEAD", speaker.path("snapshot")))
        self._refused(
            "method", "another method was used", lambda: speaker.changed(read, method="GET")
        )

    def _left_out(self) -> None:
        for left_out in WRITE_COMPONENTS:
            kept = tuple(one for one in WRITE_COMPONENTS if one != left_out)
            self._refused(
                f"without-{left_out.removeprefix('@')}",
                f"the signature does not cover {left_out}",
                lambda kept=kept: self._speaker.signed(self._request, components=kept),  # type: ignore[misc]
            )

    def _foreign(self) -> None:
        speaker, request = self._speaker, self._request
        other = replace(speaker.identity, private_key=fresh_key().private_bytes_raw())
        elsewhere = replace(request, path=f"{API}/terminals/t-another/batches")
        self._refused("key-id", "no such key id", lambda: speaker.signed(request, key_id="k-none"))
        self._refused(
            "other-key",
            "another key signed under our id",
            lambda: speaker.signed(request, identity=other),
        )
        self._refused(
            "other-terminal", "we speak for another terminal", lambda: speaker.signed(elsewhere)
        )
        with self._notes.check("signature-none", f"{_REFUSED} without a signature"):
            answer = speaker.plain("GET", speaker.path("snapshot"))
            expect_problem(answer, _UNAUTHORIZED, "signature")

    def _of_another_time(self) -> None:
        speaker = self._speaker
        with self._notes.check(
            "signature-old", "401 `clock` with `server_time` for a signature of yesterday"
        ):
            sent = speaker.signed(self._request, off=timedelta(days=-1))
            told = expect_problem(speaker.send(sent), _UNAUTHORIZED, "clock")
            expect(holds="server_time" in told, came="no server_time")

    def _refused(self, name: str, words: str, make: Callable[[], httpx.Request]) -> None:
        with self._notes.check(f"signature-{name}", f"{_REFUSED}: {words}"):
            expect_problem(self._speaker.send(make()), _UNAUTHORIZED, "signature")


def _digest(body: bytes) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"
