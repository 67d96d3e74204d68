"""Server-sent events: the board, pushed to each screen that listens.

A screen's place in the board's ring is its whole queue: it is bounded, and a screen that falls
behind it, or comes from another run of the daemon, gets one snapshot instead. The till thread only
rings a bell here; a slow screen cannot slow it.

Whatever is sent begins with a beat, and after a second of silence one is sent alone. It tells that
the daemon lives, and what time it is there: a screen's own clock may be hours off.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.profiles import Profile
from terminal.board import Board, Content, Note
from terminal.web.pupil import pupil_note, pupil_state

HEARTBEAT_S = 1.0


@dataclass(frozen=True, slots=True)
class BoardView:
    """What of the board a kind of screen gets. of_note: None for a note it does not get."""

    of_note: Callable[[Note], Note | None]
    of_state: Callable[[Content], Content]


STAFF_VIEW: Final = BoardView(of_note=lambda note: note, of_state=lambda state: state)
PUPIL_VIEW: Final = BoardView(of_note=pupil_note, of_state=pupil_state)


class Stream:
    """The bells of all screens that listen. Lives in the server's loop, but for `ring`.

    now: the daemon's clock, by which all moments on the board are told.
    """

    def __init__(
        self, board: Board, *, now: Callable[[], datetime], heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self._board = board
        self._now = now
        self._heartbeat_s = heartbeat_s
        self._bells: set[asyncio.Event] = set()
        self._unlisten: Callable[[], None] | None = None
        self.is_closing = False

    def open(self) -> None:
        """Listen to the board; call in the server's loop."""
        loop = asyncio.get_running_loop()

        def hear(_: Note) -> None:
            # The till may publish once more while the loop ends: then nobody listens any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._ring)

        self._unlisten = self._board.listen(hear)

    def close(self) -> None:
        """End all streams; call in the server's loop."""
        self.is_closing = True
        if self._unlisten is not None:
            self._unlisten()
        self._ring()

    def profile(self) -> str:
        """Return what the terminal is now; a till before it said so."""
        status = self._board.state()[1].get("status")
        profile = status.get("profile") if isinstance(status, Mapping) else None
        return profile if isinstance(profile, str) else Profile.TILL.value

    @property
    def listener_count(self) -> int:
        """How many screens listen."""
        return len(self._bells)

    async def events(self, last_id: str | None, view: BoardView) -> AsyncIterator[str]:
        """Yield events in the form of `text/event-stream` until the screen or the server goes.

        last_id: the last event the screen had, or None for one that has just been loaded. view:
        what of the board this screen may have.
        """
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            while not self.is_closing:
                bell.clear()
                last_id, frames = self._frames_after(last_id, view)
                if frames or not await self._is_rung(bell):
                    yield self._beat() + frames
        finally:
            self._bells.discard(bell)

    def _frames_after(self, last_id: str | None, view: BoardView) -> tuple[str, str]:
        notes = None if last_id is None else self._board.since(last_id)
        if notes is None:
            newest_id, state = self._board.state()
            return newest_id, _frame(newest_id, "snapshot", view.of_state(state))
        assert last_id is not None, "notes are those after an id"
        shown = [view.of_note(note) for note in notes]
        frames = "".join(_note_frame(note) for note in shown if note is not None)
        return (notes[-1].id if notes else last_id), frames

    async def _is_rung(self, bell: asyncio.Event) -> bool:
        try:
            await asyncio.wait_for(bell.wait(), self._heartbeat_s)
        except TimeoutError:
            return False
        return True

    def _beat(self) -> str:
        now_ms = round(self._now().timestamp() * 1000)
        return f'event: beat\ndata: {{"now_ms": {now_ms}}}\n\n'

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()


def _note_frame(note: Note) -> str:
    return _frame(note.id, note.topic, note.content)


def _frame(note_id: str, topic: str, content: Content) -> str:
    return f"id: {note_id}\nevent: {topic}\ndata: {json.dumps(content, default=str)}\n\n"
