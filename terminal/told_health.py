"""What the terminal tells the centre of itself: drawn from the status that the board shows.

Called in the uplink's thread: it reads what was published, and asks no part of the terminal.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from core.codec import CodecError, read_moment
from core.health import ToldHealth
from terminal.board import Board, Content

_FINE = {
    "printer": ("ready", "printing", "none", "paper_near_end"),
    "reader": ("up", "busy"),
    "disk": ("ok",),
    "clock": ("good",),
}


def told_health(board: Board, *, version: str) -> ToldHealth:
    """Return how the terminal is, by what it last published."""
    _, state = board.state()
    status = _part(state, "status")
    queue = _part(status, "queue")
    count = queue.get("count")
    return ToldHealth(
        version=version,
        queue=count if isinstance(count, int) else None,
        oldest_at=_moment(queue.get("oldest_at")),
        troubles=tuple(_troubles(status)),
    )


def _troubles(status: Content) -> Iterator[str]:
    for name in ("printer", "disk", "clock"):
        word = _part(status, name).get("state")
        if isinstance(word, str) and word not in _FINE[name]:
            yield f"{name}.{word}"
    readers = status.get("readers")
    for reader in readers if isinstance(readers, list) else ():
        word = reader.get("state")
        if word not in _FINE["reader"]:
            yield f"reader.{word}"
    if status.get("alarm"):
        yield "till.red"


def _part(content: Content, name: str) -> Content:
    part = content.get(name)
    return part if isinstance(part, Mapping) else {}


def _moment(text: object) -> datetime | None:
    try:
        return read_moment(text)
    except (CodecError, ValueError):
        return None
