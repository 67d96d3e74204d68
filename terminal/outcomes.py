"""What became of a tap, for whoever asked for it and waits."""

import threading
from collections import OrderedDict

from core.ids import TapId
from terminal.board import Board, Content, Note
from terminal.ports import TerminalBusyError

_KEPT_MAX = 64
_TOPICS = frozenset({"verdict", "repeat", "declined"})


class Outcomes:
    """The last outcomes by tap. It listens to the board; any thread may wait."""

    def __init__(self, board: Board) -> None:
        self._outcomes: OrderedDict[str, Content] = OrderedDict()
        self._came = threading.Condition()
        board.listen(self._hear)

    def wait(self, tap_id: TapId, *, timeout_s: float) -> Content:
        """Return what became of a tap, once it is durable. Raises TerminalBusyError."""
        with self._came:
            if not self._came.wait_for(lambda: tap_id in self._outcomes, timeout_s):
                raise TerminalBusyError(f"tap {tap_id} was not decided in {timeout_s:g} s")
            return self._outcomes[tap_id]

    def _hear(self, note: Note) -> None:
        if note.topic not in _TOPICS:
            return
        with self._came:
            self._outcomes[str(note.content["tap"])] = {"topic": note.topic, **note.content}
            while len(self._outcomes) > _KEPT_MAX:
                self._outcomes.popitem(last=False)
            self._came.notify_all()
