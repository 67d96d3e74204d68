"""The clock: whether a time server set it, whether it can be right, and what keeps it going."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from offline_cache.errors import OfflineCacheError
from offline_cache.snapshot import Snapshot
from terminal.clock import is_time_synced
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene
from terminal.files import COPY_NAME

_TOLERANCE: Final = timedelta(minutes=2)


def check_clock(scene: Scene) -> Iterator[Finding]:
    """Yield whether the wall time can be believed."""
    yield from clock_findings(scene, is_synced=is_time_synced())


def clock_findings(scene: Scene, *, is_synced: bool) -> Iterator[Finding]:
    """Yield what the clock is, given whether a time server set it."""
    newest = _newest_known(scene)
    shown = f"{scene.now:%F %R} UTC"
    cure = "timedatectl set-ntp true; by hand: timedatectl set-time 'YYYY-MM-DD HH:MM'"
    if newest is not None and scene.now < newest - _TOLERANCE:
        yield failed(
            "clock",
            f"it says {shown}, but the centre's copy was made later, at {newest:%F %R} UTC",
            why="meals would be looked up for the wrong day",
            cure=cure,
        )
    elif not is_synced:
        has_battery = bool(scene.matches("sys/class/rtc/rtc*"))
        why = "events say so, and the centre decides what depends on the hour"
        what = f"{shown}, not set by a time server" + ("" if has_battery else "; no clock battery")
        yield degraded("clock", what, why=why, cure=cure)
    else:
        yield well("clock", f"{shown}, set by a time server")


def _newest_known(scene: Scene) -> datetime | None:
    try:
        with closing(Snapshot.open(scene.folder / COPY_NAME, school_id=None)) as snapshot:
            return snapshot.meta.made_at
    except (OfflineCacheError, OSError):
        return None
