"""Questions about the copy on its way down: whole, resumed, unchanged, changed, gone."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from core.photos import PHOTO_BYTES_MAX, PHOTO_TYPE, photo_digest
from core.wire import (
    API,
    COPY_COMPONENTS,
    REPLY_COMPONENTS,
    SNAPSHOT_TYPE,
    UNCHANGED_COMPONENTS,
)
from sync.conformance.branch import Branch
from sync.conformance.report import Notes, expect
from sync.conformance.speaker import Answer, Request, Speaker, expect_problem
from sync.down import unpack

_WHOLE, _PART, _UNCHANGED, _NOT_FOUND, _METHOD, _GONE = 200, 206, 304, 404, 405, 410
_FAR = 2**52
_DIGEST_LETTERS = 64


@dataclass(frozen=True, slots=True)
class OpenedCopy:
    """What the kit wants to know of a copy. photo: the digest of one in it; None: it names none."""

    cursor: str
    photo: str | None


OpenCopy = Callable[[Path], OpenedCopy]
"""Opens an unpacked copy as a terminal does. Raises ValueError."""


@dataclass(frozen=True, slots=True)
class _Copy:
    content: bytes
    etag: str
    cursor: str
    photo: str | None


class CopyQuestions:
    """Asks for the copy of one terminal."""

    def __init__(
        self, notes: Notes, speaker: Speaker, branch: Branch, *, open_copy: OpenCopy
    ) -> None:
        self._notes = notes
        self._speaker = speaker
        self._branch = branch
        self._open_copy = open_copy

    def ask(self) -> None:
        """Ask them all."""
        copy: _Copy | None = None
        with self._notes.check(
            "snapshot", "200: a packed file with its digest and ETag, signed, that opens"
        ):
            copy = self._whole()
        if copy is not None:
            self._resumed(copy)
            self._unchanged(copy)
            self._changes(copy)
            self._photos(copy)

    def ask_at_the_door(self) -> None:
        """Ask what needs no signature, and what is no resource at all."""
        check, speaker = self._notes.check, self._speaker
        with check("health", "200 with `status` ok and `server_time`"):
            answer = speaker.plain("GET", f"{API}/health")
            told = answer.told()
            is_well = answer.status == _WHOLE and told["status"] == "ok"
            expect(holds=is_well and "server_time" in told, came=answer.summary())
        with check("contract", "200 with OpenAPI 3.1, which names the path of batches"):
            answer = speaker.plain("GET", f"{API}/openapi.json")
            told = answer.told()
            is_it = str(told["openapi"]).startswith("3.1")
            expect(holds=is_it, came=answer.summary())
            named = f"{API}/terminals/{{terminal}}/batches" in told["paths"]
            expect(holds=named, came="the path of batches is missing")
        with check("unknown-path", "404 `not-found`, as a problem"):
            expect_problem(speaker.plain("GET", f"{API}/nowhere"), _NOT_FOUND, "not-found")
        with check("wrong-method", "405 `method`, as a problem"):
            expect_problem(speaker.plain("GET", f"{API}/enrolments"), _METHOD, "method")

    def _whole(self) -> _Copy:
        answer = self._get("snapshot")
        expect(holds=answer.status == _WHOLE, came=answer.summary())
        self._speaker.prove(answer, COPY_COMPONENTS)
        headers = answer.response.headers
        kind = headers["content-type"]
        expect(holds=kind == SNAPSHOT_TYPE, came=f"content type {kind}")
        digest = headers["repr-digest"]
        expect(holds=digest == _digest(answer.content), came=f"digest {digest}")
        opened = self._opened(answer.content)
        return _Copy(answer.content, headers["etag"], opened.cursor, opened.photo)

    def _opened(self, content: bytes) -> OpenedCopy:
        with TemporaryDirectory(prefix="refectory-") as folder:
            packed_file, plain = Path(folder, "copy.gz"), Path(folder, "copy.db")
            packed_file.write_bytes(content)
            unpack(packed_file, plain)
            return self._open_copy(plain)

    def _resumed(self, copy: _Copy) -> None:
        start = len(copy.content) // 2
        with self._notes.check("snapshot-resume", "206: the rest of the same copy from a byte on"):
            answer = self._get("snapshot", Range=f"bytes={start}-", If_Range=copy.etag)
            expect(holds=answer.status == _PART, came=f"status {answer.status}")
            self._speaker.prove(answer, COPY_COMPONENTS)
            size = len(copy.content)
            told = answer.response.headers["content-range"]
            expect(holds=told == f"bytes {start}-{size - 1}/{size}", came=f"range {told}")
            expect(holds=answer.content == copy.content[start:], came="other bytes")
        with self._notes.check("snapshot-other", "200: the whole of it when it is another copy"):
            answer = self._get("snapshot", Range=f"bytes={start}-", If_Range='"another"')
            expect(holds=answer.status == _WHOLE, came=f"status {answer.status}")

    def _unchanged(self, copy: _Copy) -> None:
        with self._notes.check("snapshot-unchanged", "304, signed, for the ETag of the same copy"):
            self._is_unchanged(self._get("snapshot", If_None_Match=copy.etag))
        path = f"changes?after={copy.cursor}"
        with self._notes.check("changes-unchanged", "304, signed, while nothing changes"):
            self._is_unchanged(self._get(path, If_None_Match=copy.etag))

    def _is_unchanged(self, answer: Answer) -> None:
        expect(holds=answer.status == _UNCHANGED, came=f"status {answer.status}")
        self._speaker.prove(answer, UNCHANGED_COMPONENTS)

    def _changes(self, copy: _Copy) -> None:
        with self._notes.check("changes", "200: what changed since the copy's cursor, signed"):
            told = self._speaker.proved(self._get(f"changes?after={copy.cursor}"))
            rows = told["upserts"]
            is_page = isinstance(rows, dict) and isinstance(told["etag"], str)
            expect(holds=is_page, came="another form")
            int(told["cursor"])
        with self._notes.check("settled", "what is booked of this terminal is said with it"):
            told = self._speaker.proved(self._get(f"changes?after={copy.cursor}"))
            epoch, seq = self._branch.head.position
            meta = told["meta"]
            came = (meta["settled_epoch"], meta["settled_seq"])
            expect(holds=came == (str(epoch), str(seq)), came=f"settled {came}")
        with self._notes.check("changes-gone", "410 `gone` for a place that is not of this feed"):
            expect_problem(self._get(f"changes?after={_FAR}"), _GONE, "gone")

    def _photos(self, copy: _Copy) -> None:
        check = self._notes.check
        with check("photo-unknown", "404, as a problem, for a photo that nobody of the school has"):
            answer = self._get(f"photos/{'0' * _DIGEST_LETTERS}")
            expect(holds=answer.status == _NOT_FOUND, came=answer.summary())
            kind = answer.response.headers.get("content-type", "none")
            expect(holds=kind.startswith("application/problem+json"), came=f"content type {kind}")
        if copy.photo is None:
            return
        with check("photo", "200: the JPEG that the copy's digest names, signed"):
            answer = self._get(f"photos/{copy.photo}")
            expect(holds=answer.status == _WHOLE, came=answer.summary())
            self._speaker.prove(answer, REPLY_COMPONENTS)
            kind = answer.response.headers.get("content-type", "none")
            expect(holds=kind == PHOTO_TYPE, came=f"content type {kind}")
            digest = photo_digest(answer.content)
            expect(holds=digest == copy.photo, came=f"digest {digest}")
            size = len(answer.content)
            expect(holds=size <= PHOTO_BYTES_MAX, came=f"{size} bytes")

    def _get(self, end: str, **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(
            "GET", self._speaker.path(end), headers={"Accept-Encoding": "identity", **fields}
        )
        return self._speaker.ask(request)


def _digest(content: bytes) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"
