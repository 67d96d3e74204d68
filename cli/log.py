"""The daemons' log: JSON lines for machines, plain lines for a person; bounded, never in the way.

From `info` up it holds no names and no badge values: what is logged are places, codes and counts.
Lines go through a bounded queue to a thread of their own, so that a log that nobody reads cannot
hold up a tap; what does not fit is counted and said.
"""

import atexit
import json
import logging
import logging.handlers
import os
import queue
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

FIELDS: Final = (
    "tap",
    "taps",
    "event",
    "outcome",
    "reason",
    "reader",
    "job",
    "duration_us",
    "count",
    "suppressed",
)
"""What a line may say beside its message. `tap` is the same through all parts of a terminal."""
_QUEUE_MAX: Final = 2000
_TALK: Final = (1000.0, 0.5)
_COMPLAINT: Final = (30.0, 1 / 300)
"""How many of the same lines pass at once, and how many a second then: of what goes well, as much
as a lunch has; of a fault, what shows it. One that lasts for a day leaves some 300 lines."""
_CHATTY: Final = ("httpx", "httpcore", "uvicorn", "PIL", "asyncio")
"""Vendor libraries that say at `info` what is of no use to a technician."""
# sd-daemon(3): the priority that journald reads at the beginning of a line.
_PRIORITIES: Final = ((logging.ERROR, "<3>"), (logging.WARNING, "<4>"), (logging.INFO, "<6>"))
_LINE_MAX: Final = 4000


class JsonLines(logging.Formatter):
    """One JSON object on one line: at, level, part, message, and the known fields."""

    def __init__(self, *, is_for_journald: bool) -> None:
        super().__init__()
        self._is_for_journald = is_for_journald

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line."""
        at = datetime.fromtimestamp(record.created, UTC)
        plain: dict[str, object] = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "part": record.name,
            "message": record.getMessage()[:_LINE_MAX],
        }
        plain |= _fields(record)
        if record.exc_info:
            plain["trace"] = self.formatException(record.exc_info)[-_LINE_MAX:]
        line = json.dumps(plain, ensure_ascii=False)
        return _priority(record.levelno) + line if self._is_for_journald else line


class PlainLines(logging.Formatter):
    """A line for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line, and its traceback below it."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{record.levelname} {record.name}: {record.getMessage()} {fields}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}


def _priority(level: int) -> str:
    return next((word for least, word in _PRIORITIES if level >= least), "<7>")


class Bounded(logging.Filter):
    """Lets through so many of the same lines, then a few each second, and counts the rest.

    The same: from the same part with the same text before its values are filled in.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, str], tuple[float, float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record may pass; the next that does tells how many did not."""
        key = (record.name, str(record.msg))
        burst, refill_per_s = _COMPLAINT if record.levelno >= logging.WARNING else _TALK
        now = self._monotonic()
        left, at, suppressed = self._buckets.get(key, (burst, now, 0))
        left = min(burst, left + (now - at) * refill_per_s)
        if left < 1:
            self._buckets[key] = (left, now, suppressed + 1)
            return False
        if suppressed:
            record.suppressed = suppressed
        self._buckets[key] = (left - 1, now, 0)
        return True


class _NeverFull(logging.handlers.QueueHandler):
    """Puts lines in a queue; what does not fit is left out."""

    queue: "queue.Queue[logging.LogRecord]"

    def enqueue(self, record: logging.LogRecord) -> None:
        """Offer a record."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Fill in the values now: they may change later."""
        record.msg = record.getMessage()
        record.args = None
        return record


def set_up_log(level: str) -> Callable[[], None]:
    """Log to standard error from now on; return what writes out the rest at the end.

    level: `debug`, `info`, `warning` or `error`. To a terminal plain lines go, to anything else
    JSON; under systemd each begins with its priority.
    """
    target = logging.StreamHandler(sys.stderr)
    is_person = sys.stderr.isatty()
    target.setFormatter(
        PlainLines() if is_person else JsonLines(is_for_journald="JOURNAL_STREAM" in os.environ)
    )
    lines: queue.Queue[logging.LogRecord] = queue.Queue(_QUEUE_MAX)
    door = _NeverFull(lines)
    door.addFilter(Bounded())
    root = logging.getLogger()
    root.handlers[:] = [door]
    root.setLevel(level.upper())
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    listener = logging.handlers.QueueListener(lines, target)
    listener.start()
    is_over = False

    def finish() -> None:
        nonlocal is_over
        if not is_over:
            is_over = True
            listener.stop()

    atexit.register(finish)
    return finish
