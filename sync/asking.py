"""One signed question to the centre while a person waits: an answer in time, or none.

It is asked once and never again by itself: whoever gets no answer keeps a request in the journal
instead. The answer's time has an end whatever the network does, so it is asked in a thread of its
own, which is left alone with its connection when it does not come back. Never ask from the till
thread.
"""

import json
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.wire import API
from sync.errors import RefusedError, SyncError, TransientError
from sync.identity import CA_FILE_NAME, Identity

if TYPE_CHECKING:
    from sync.channel import Channel

ANSWER_S: Final = 3.0
"""So long a person waits for the centre."""
_LOG = logging.getLogger("sync")
_WAITING_MAX: Final = 4
"""So many questions may be under way at once; a screen asks one at a time."""

Answer = dict[str, object]


class UnreachableError(SyncError):
    """The centre gave no answer in time: it may have heard the question, or not."""


class Asking:
    """Asks the centre as this terminal. Any thread but the till's may call `ask`.

    folder: where the file of a private authority lies. clock: the wall time.
    """

    def __init__(self, identity: Identity, *, folder: Path, clock: Callable[[], datetime]) -> None:
        self._identity = identity
        self._ca_file = folder / CA_FILE_NAME
        self._clock = clock
        self._lock = threading.Lock()
        self._free: list[Channel] = []
        self._slots = threading.Semaphore(_WAITING_MAX)

    def ask(
        self, what: str, question: Mapping[str, object], *, timeout_s: float = ANSWER_S
    ) -> Answer:
        """Return the centre's signed answer to a question.

        what: the last part of the path, as in `orders`. question: JSON values, with `command`.
        Raises UnreachableError after at most timeout_s, and RefusedError when the centre says that
        this is no question.
        """
        if not self._slots.acquire(blocking=False):
            message = "too many questions wait for the centre already"
            raise UnreachableError(message)
        answers: queue.SimpleQueue[Answer | SyncError] = queue.SimpleQueue()
        threading.Thread(
            target=self._work,
            args=(what, dict(question), timeout_s, answers),
            name="asking",
            daemon=True,
        ).start()
        try:
            answer = answers.get(timeout=timeout_s)
        except queue.Empty:
            message = f"the centre gave no answer within {timeout_s:g} s"
            raise UnreachableError(message) from None
        if isinstance(answer, TransientError):
            raise UnreachableError(str(answer)) from answer
        if isinstance(answer, SyncError):
            raise answer
        return answer

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            free, self._free = self._free, []
        for channel in free:
            channel.close()

    def _work(
        self,
        what: str,
        question: Answer,
        timeout_s: float,
        answers: "queue.SimpleQueue[Answer | SyncError]",
    ) -> None:
        try:
            channel = self._take(timeout_s)
            answer: Answer | SyncError
            try:
                answer = self._post(channel, what, question)
            except RefusedError as error:
                answer = error
            # First, so that whoever asks again upon the answer finds it.
            self._give_back(channel)
            answers.put(answer)
        except SyncError as error:
            # What a broken connection still holds is nobody's answer: the next has one of its own.
            answers.put(error)
        except Exception:  # noqa: BLE001  whoever waits must hear of it
            _LOG.exception("a question to the centre failed")
            answers.put(TransientError("the question could not be asked; see the log"))
        finally:
            self._slots.release()

    def _post(self, channel: "Channel", what: str, question: Answer) -> Answer:
        return channel.post(
            f"{API}/terminals/{self._identity.terminal_id}/{what}",
            body=json.dumps(question).encode(),
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": f'"{question["command"]}"',
            },
        )

    def _take(self, timeout_s: float) -> "Channel":
        from sync.channel import Channel  # noqa: PLC0415  heavy, see the package's promise

        with self._lock:
            if self._free:
                return self._free.pop()
        ca_file = self._ca_file if self._ca_file.exists() else None
        return Channel(self._identity, ca_file=ca_file, clock=self._clock, timeout_s=timeout_s)

    def _give_back(self, channel: "Channel") -> None:
        with self._lock:
            self._free.append(channel)
