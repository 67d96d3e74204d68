"""The clock port, and what systemd is told."""

import socket
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from canteen import NOON

from terminal.clock import ManualClock, SystemClock, is_time_synced
from terminal.notify import notify


def test_the_machines_own_clocks() -> None:
    clock = SystemClock()
    first, second = clock.stamp(), clock.stamp()
    assert first.at.tzinfo is UTC
    assert first.at <= second.at <= clock.now()
    assert first.mono_ms <= second.mono_ms <= clock.mono_ns() // 1_000_000
    assert first.boot == clock.boot != ""
    assert first.is_synced is is_time_synced()


def test_a_clock_by_hand_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(at=NOON)
    assert clock.stamp() == clock.stamp()
    clock.advance(timedelta(seconds=2, milliseconds=5))
    assert clock.now() == NOON + timedelta(seconds=2, milliseconds=5)
    assert (clock.mono_ns(), clock.stamp().mono_ms) == (2_005_000_000, 2005)


@pytest.mark.parametrize("prefix", ["", "@"], ids=["file", "abstract"])
def test_systemd_is_told(tmp_path: Path, prefix: str) -> None:
    address = f"{prefix}{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:] if prefix else address)
        assert notify("READY=1", {"NOTIFY_SOCKET": address})
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
