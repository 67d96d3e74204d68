"""What a technician sees of a running terminal: the doctor's findings, and the newest log lines."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from terminal.board import Content
from terminal.ports import TerminalBusyError

if TYPE_CHECKING:
    # The doctor is loaded when somebody asks: a till at rest does not carry it.
    from terminal.doctor.finding import Finding
    from terminal.doctor.scene import Scene

LOG_LINES_MAX: Final = 50
_LINE_MAX: Final = 300
SettingsTexts = Callable[[], Mapping[str, str]]
"""Reads the settings files: their texts by name, without secrets."""


class RecentLog(logging.Handler):
    """The newest log lines, in memory. Logs hold no names, so neither does this."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[str] = deque(maxlen=LOG_LINES_MAX)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line: when, how bad, and what."""
        at = datetime.fromtimestamp(record.created, UTC)
        words = " ".join(record.getMessage().split())[:_LINE_MAX]
        self._lines.append(f"{at:%Y-%m-%d %H:%M:%S}Z {record.levelname.lower()} {words}")

    def lines(self) -> list[str]:
        """Return what is kept, newest first."""
        return list(reversed(self._lines))


class Upkeep:
    """Looks after one terminal. Any thread may call; nothing is changed.

    folder: the terminal's files. status: how everything is. now: the wall time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        status: Callable[[], Content],
        now: Callable[[], datetime],
        settings_texts: SettingsTexts = dict,
    ) -> None:
        self._folder = folder
        self._status = status
        self._now = now
        self._settings_texts = settings_texts
        self._log = RecentLog()

    def open(self) -> None:
        """Listen to the log."""
        logging.getLogger().addHandler(self._log)

    def close(self) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self._log)

    def log_lines(self) -> list[str]:
        """Return the newest log lines, newest first."""
        return self._log.lines()

    def findings(self) -> "list[Finding]":
        """Return what `refectory doctor` finds, the worst first, without what takes long."""
        from terminal.doctor.examination import examine_quickly  # noqa: PLC0415  see above

        return examine_quickly(self._scene())

    def bundle(self) -> tuple[str, bytes]:
        """Return what `refectory support-bundle` writes: the name of the archive, and its bytes."""
        # Two of them read the whole journal and the whole copy: a till at rest has nothing of it.
        from terminal.doctor.examination import examine_quickly  # noqa: PLC0415
        from terminal.redaction import redaction_of  # noqa: PLC0415
        from terminal.support_bundle import bundle_files, packed_bundle  # noqa: PLC0415

        scene = self._scene()
        files = bundle_files(
            scene, findings=examine_quickly(scene), settings=self._settings_texts(), log=None
        )
        recent = ("recent.txt", "\n".join(self.log_lines()))
        packed = packed_bundle(
            chain(files, [recent]), redaction=redaction_of(self._folder), at=scene.now
        )
        return f"refectory-support-{scene.now:%Y%m%d-%H%M%S}.tar.gz", packed

    def _scene(self) -> "Scene":
        from terminal.doctor.scene import Scene  # noqa: PLC0415  see above

        try:
            status = self._status()
        except TerminalBusyError:
            status = None
        return Scene(folder=self._folder, now=self._now(), status=status)
