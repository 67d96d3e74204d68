"""The way to the centre: each step that fails has its own words and its own cure."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from journal_rig import filled

from offline_cache.journal_reader import JournalReader
from sync.probe import CentreView, Probe, Step
from terminal.doctor.centre import centre_findings
from terminal.doctor.finding import Finding, Grade
from terminal.doctor.scene import Scene

NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
COUNT = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    filled(tmp_path / "journal.db", COUNT)
    return tmp_path


def hash_at(folder: Path, seq: int) -> bytes:
    reader = JournalReader.open(folder / "journal.db")
    (event,) = reader.events((1, seq - 1), 1)
    reader.close()
    return event.hash


def faults(folder: Path, probe: Probe) -> list[Finding]:
    found = list(centre_findings(probe, Scene(folder=folder, now=NOON)))
    bad = [finding for finding in found if finding.grade is not Grade.WELL]
    assert all(finding.why and finding.cure for finding in bad)
    return bad


def heard(folder: Path, **changes: object) -> Probe:
    view = {"state": "active", "high_water": (1, 9), "head_hash": hash_at(folder, 9)}
    skew = changes.pop("skew", timedelta(seconds=1))
    return Probe("centre", None, "", skew=skew, view=CentreView(**view | changes))


def test_the_control_a_centre_that_agrees(folder: Path) -> None:
    assert faults(folder, heard(folder)) == []
    assert faults(folder, heard(folder, high_water=(0, 0), head_hash=bytes(32))) == []
    assert faults(folder, heard(folder, high_water=(1, COUNT), head_hash=hash_at(folder, 12))) == []


@pytest.mark.parametrize(
    ("step", "cure"),
    [
        (Step.DNS, "getent hosts"),
        (Step.PORT, "ip -br address"),
        (Step.TLS, "centre-ca.pem"),
        (Step.SIGNATURE, "refectory sync status"),
    ],
)
def test_the_step_that_fails(folder: Path, step: Step, cure: str) -> None:
    (found,) = faults(folder, Probe("centre.example", step, "it said so"))
    assert (found.part, found.grade) == ("centre", Grade.DEGRADED)
    assert "it said so" in found.what
    assert cure in found.cure


def test_a_terminal_that_was_retired(folder: Path) -> None:
    (found,) = faults(folder, Probe("centre", Step.SIGNATURE, "no", problem="revoked"))
    assert "refectory enrol --again" in found.cure


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (timedelta(minutes=-7), "7 minutes behind"),
        (timedelta(hours=3), "3 hours ahead of"),
        (timedelta(days=-400), "400 days behind"),
    ],
)
def test_a_clock_that_differs(folder: Path, skew: timedelta, words: str) -> None:
    (found,) = faults(folder, heard(folder, skew=skew))
    assert found.part == "clock"
    assert words in found.what


def test_a_frozen_terminal(folder: Path) -> None:
    (found,) = faults(folder, heard(folder, state="frozen"))
    assert found.grade is Grade.FAILED
    assert "approve-epoch" in found.cure


@pytest.mark.parametrize("high_water", [(1, COUNT + 3), (2, 1)])
def test_a_centre_that_holds_more_is_a_restored_card(folder: Path, high_water) -> None:
    (found,) = faults(folder, heard(folder, high_water=high_water, head_hash=bytes(32)))
    assert (found.part, found.grade) == ("journal", Grade.FAILED)
    assert "old image of the card" in found.what


def test_a_centre_that_holds_another_event_there_is_a_copied_card(folder: Path) -> None:
    (found,) = faults(folder, heard(folder, head_hash=b"x" * 32))
    assert found.part == "journal"
