"""What the doctor looks at: a folder, a machine, a running daemon, and tools to ask them.

Everything that differs between machines comes in here, so that a check is a pure function of it:
tests give a made-up root with the files of a Raspberry Pi, and programs that answer as told.
"""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

_PROGRAM_S: Final = 5.0
_TEXT_MAX: Final = 64 * 1024


def run_program(words: Sequence[str]) -> str | None:
    """Return what a program prints; None where it is not there, hangs or may not be asked."""
    try:
        done = subprocess.run(  # noqa: S603  programs that the checks name themselves
            list(words), capture_output=True, text=True, timeout=_PROGRAM_S, check=False
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout


@dataclass(frozen=True, slots=True)
class Scene:
    """What is examined.

    folder: a terminal's files. status: what the running daemon says (`refectory status --json`);
    None when none answers. root: where /sys, /proc and /usr lie. run: asks a program.
    """

    folder: Path
    now: datetime
    status: Mapping[str, Any] | None = None
    root: Path = Path("/")
    run: Callable[[Sequence[str]], str | None] = field(default=run_program)

    def text(self, name: str) -> str | None:
        """Return a small file below the root, such as `sys/class/…`; None where there is none."""
        try:
            with (self.root / name).open(encoding="utf-8", errors="replace") as file:
                return file.read(_TEXT_MAX).strip()
        except OSError:
            return None

    def number(self, name: str) -> int | None:
        """Return the whole number in a small file below the root, decimal or 0x…; or None."""
        text = self.text(name)
        try:
            return None if text is None else int(text, 0)
        except ValueError:
            return None

    def matches(self, pattern: str) -> list[Path]:
        """Return what lies below the root under a pattern, in order."""
        try:
            return sorted(self.root.glob(pattern))
        except OSError:
            return []
