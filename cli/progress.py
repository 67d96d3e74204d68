"""A progress bar on standard error, for a person alone: nothing where no terminal looks at it."""

import sys
from types import TracebackType
from typing import Self

_WIDTH = 30


class Progress:
    """One line that fills up. text: what is being done. total: where it ends, in any unit."""

    def __init__(self, text: str, total: int) -> None:
        self._text = text
        self._total = max(total, 1)
        self._shown = -1
        self._is_seen = sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Show an empty bar."""
        self.reach(0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear the line: what it led to is said by the command."""
        if self._is_seen:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def reach(self, done: int) -> None:
        """Show that so much is done."""
        filled = min(done, self._total) * _WIDTH // self._total
        if not self._is_seen or filled == self._shown:
            return
        self._shown = filled
        percent = min(done, self._total) * 100 // self._total
        bar = "#" * filled + "." * (_WIDTH - filled)
        sys.stderr.write(f"\r{self._text} [{bar}] {percent:3d} %")
        sys.stderr.flush()
