"""What a running daemon says of itself, graded; and the verdict before the queue comes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from terminal.doctor.clock import clock_findings
from terminal.doctor.finding import Grade
from terminal.doctor.running import (
    check_daemon,
    check_lanes,
    check_printer,
    check_queue,
    check_readers,
    check_screen,
)
from terminal.doctor.scene import Scene
from terminal.readiness import readiness, readiness_line

NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
WELL = {
    "till": "open",
    "alarm": None,
    "version": "0.1.0",
    "readers": [{"name": "counter", "state": "up", "detail": ""}],
    "printer": {"state": "ready", "detail": "", "waiting": 0},
    "network": {"up": {"state": "idle", "detail": ""}, "down": {"state": "working", "detail": ""}},
    "queue": {"count": 0, "oldest_at": None},
    "screen": {"address": "http://127.0.0.1:8750", "is_up": True, "viewers": 1},
    "copy_at": "2026-11-24T07:59:00.000Z",
    "is_online": True,
    "pupils": 612,
    "reserved": 486,
}
CHECKS = (check_daemon, check_readers, check_printer, check_lanes, check_queue, check_screen)


def faults(status: dict, root: Path = Path("/no-root"), run=lambda _: None):
    scene = Scene(folder=Path("/x"), now=NOON, status=status, root=root, run=run)
    found = [finding for check in CHECKS for finding in check(scene)]
    bad = [finding for finding in found if finding.grade is not Grade.WELL]
    assert all(finding.why and finding.cure for finding in bad)
    return [(finding.part, finding.grade.value) for finding in bad]


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminal.doctor.running.version", lambda _: "0.1.0")


def test_the_control_a_terminal_that_is_well() -> None:
    assert faults(WELL) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"alarm": {"text": "the disk is full; free some"}}, ("daemon", "failed")),
        ({"version": "0.0.9"}, ("version", "degraded")),
        ({"readers": []}, ("reader", "failed")),
        (
            {"readers": [{"name": "c", "state": "unplugged", "detail": ""}]},
            ("reader", "failed"),
        ),
        ({"printer": {"state": "paper_end", "detail": "", "waiting": 2}}, ("printer", "degraded")),
        (
            {"network": {"up": {"state": "stopped", "detail": "refused"}}},
            ("network", "failed"),
        ),
        ({"network": {"up": {"state": "offline", "detail": ""}}}, ("network", "degraded")),
        (
            {"queue": {"count": 9, "oldest_at": "2026-11-23T10:00:00.000Z"}},
            ("queue", "degraded"),
        ),
        (
            {"screen": {"address": "http://127.0.0.1:1", "is_up": True, "viewers": 0}},
            ("screen", "degraded"),
        ),
        (
            {"screen": {"address": "http://127.0.0.1:1", "is_up": False, "viewers": 0}},
            ("screen", "failed"),
        ),
    ],
)
def test_one_fault_alone(change: dict, found: tuple[str, str]) -> None:
    assert faults(WELL | change) == [found]


def test_a_terminal_that_systemd_started_again(tmp_path: Path) -> None:
    (tmp_path / "run/systemd/system").mkdir(parents=True)

    def told(count: int):
        return lambda words: f"NRestarts={count}\n" if words[0] == "systemctl" else None

    assert faults(WELL, tmp_path, told(0)) == []
    assert faults(WELL, tmp_path, told(2)) == [("daemon", "degraded")]


def test_the_clock_that_nobody_set_or_that_runs_behind(tmp_path: Path, monkeypatch) -> None:
    scene = Scene(folder=tmp_path, now=NOON, root=tmp_path)
    (found,) = clock_findings(scene, is_synced=True)
    assert found.grade is Grade.WELL
    (found,) = clock_findings(scene, is_synced=False)
    assert found.grade is Grade.DEGRADED
    assert "no clock battery" in found.what
    monkeypatch.setattr(
        "terminal.doctor.clock._newest_known", lambda _: NOON + timedelta(minutes=3)
    )
    (found,) = clock_findings(scene, is_synced=True)
    assert found.grade is Grade.FAILED


# --- the verdict ----------------------------------------------------------------------------------


def line(**change: object) -> str:
    return readiness_line(readiness(WELL | change), at="08:59")


def test_the_verdict_with_its_counts() -> None:
    counts = "612 pupils, 486 meals of today loaded at 08:59"
    assert line() == f"ready to serve: {counts}"
    assert line(is_online=False) == f"ready to serve, with less (offline): {counts}"
    assert line(till="red") == f"NOT ready to serve (till red): {counts}"
    assert line(readers=[]) == f"NOT ready to serve (no reader): {counts}"
    assert line(copy_at=None).startswith("NOT ready to serve: no pupils")


def test_what_the_screen_is_told() -> None:
    assert readiness(WELL).as_plain() == {"is_ready": True, "lacks": []}
    less = WELL | {"printer": {"state": "cover_open"}, "is_online": False}
    assert readiness(less).as_plain() == {"is_ready": True, "lacks": ["offline", "printer"]}
    none = WELL | {"copy_at": None}
    assert readiness(none).as_plain() == {"is_ready": False, "lacks": ["no_copy"]}
