"""What a terminal tells the centre of itself, in one header of what it asks anyway.

It is a courtesy, not a fact: it changes no books, is not kept, and may be missing. It holds no name
and no secret: a version, a count, a moment, and words for what is wrong.

    version=0.1.0; queue=12; oldest=2026-11-24T11:01:00.120Z; troubles=printer.paper_end,disk.low
"""

import re
from datetime import datetime

from core.codec import CodecError, moment_text, read_moment
from core.value import Value

HEALTH_LETTERS_MAX = 1000
_TROUBLES_MAX = 20
_VERSION = re.compile(r"[A-Za-z0-9.+_-]{1,40}")
_QUEUE = re.compile(r"[0-9]{1,12}")
_TROUBLE = re.compile(r"[a-z_]{1,20}\.[a-z_]{1,30}")


class ToldHealth(Value):
    """How a terminal says it is. version: empty when it was not told.

    queue: events that the centre has not booked; None: not told. oldest_at: of those. troubles:
    `part.what`, as in `printer.paper_end`.
    """

    version: str = ""
    queue: int | None = None
    oldest_at: datetime | None = None
    troubles: tuple[str, ...] = ()


def health_text(health: ToldHealth) -> str:
    """Return the header's text."""
    parts = []
    if health.version:
        parts.append(f"version={health.version}")
    if health.queue is not None:
        parts.append(f"queue={health.queue}")
    if health.oldest_at is not None:
        parts.append(f"oldest={moment_text(health.oldest_at)}")
    if health.troubles:
        parts.append(f"troubles={','.join(health.troubles[:_TROUBLES_MAX])}")
    return "; ".join(parts)


def read_health(text: str) -> ToldHealth:
    """Return what a header says. What is unknown or cannot be read is passed over, part by part."""
    told: dict[str, str] = {}
    for part in text[:HEALTH_LETTERS_MAX].split(";"):
        name, _, value = part.strip().partition("=")
        told.setdefault(name, value)
    version, queue = told.get("version", ""), told.get("queue", "")
    troubles = [one for one in told.get("troubles", "").split(",") if _TROUBLE.fullmatch(one)]
    return ToldHealth(
        version=version if _VERSION.fullmatch(version) else "",
        queue=int(queue) if _QUEUE.fullmatch(queue) else None,
        oldest_at=_moment(told.get("oldest")),
        troubles=tuple(troubles[:_TROUBLES_MAX]),
    )


def _moment(text: str | None) -> datetime | None:
    try:
        return read_moment(text)
    except (CodecError, ValueError):
        return None
