"""A day recorded and played again: the same taps, or one plain word why not."""

import contextlib
import stat
from pathlib import Path

import pytest
from counter_inbox import Inbox, eventually
from hypothesis import given, settings
from hypothesis import strategies as st
from serial_rig import SerialLine

from core.ids import TapId
from core.tap import (
    Assurance,
    Credential,
    Health,
    HealthState,
    ReaderEvent,
    Removed,
    Repeated,
    Tap,
    Technology,
)
from readers.errors import ReaderAddressError
from readers.recording import FORMAT, RecordingFaultError, RecordingWriter, read_steps
from readers.registry import open_reader
from readers.replay import ReplayReader
from readers.serial_line import SerialReader

CARD = Credential(Technology.ULTRALIGHT, bytes.fromhex("04112233445566"))
TAP = Tap(TapId("1"), "door", CARD, Assurance.UID, 1_000, "https://school.be/c/42")
DAY: list[ReaderEvent] = [
    Health("door", HealthState.UP, "door: ready", 500),
    TAP,
    Repeated(TAP),
    Removed("door", 2_000_000),
    Health("door", HealthState.UNPLUGGED, "door: gone", 3_000_000),
]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "day.jsonl"
    writer = RecordingWriter(path)
    for event in DAY:
        writer.write(event)
    writer.close()
    return path


def play(url: str) -> tuple[ReplayReader, Inbox]:
    reader, inbox = open_reader(url, name="again"), Inbox()
    assert isinstance(reader, ReplayReader)
    reader.start(inbox.post)
    return reader, inbox


@pytest.mark.parametrize("speed", [0, 1, 1000])
def test_a_recorded_day_is_played_again(recording: Path, speed: int) -> None:
    reader, inbox = play(f"replay://{recording}?speed={speed}")
    tap = inbox.tap()
    assert (tap.reader, tap.credential, tap.ndef) == ("again", CARD, TAP.ndef)
    assert tap.id != inbox.tap().id, "each played tap has an id of its own"
    inbox.removed()
    assert inbox.health(HealthState.UNPLUGGED).detail == "door: gone"
    assert "at its end" in inbox.health(HealthState.NO_READER).detail
    assert reader.is_over
    reader.stop()


def test_a_recording_can_be_read_by_its_owner_alone(recording: Path) -> None:
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600


def test_a_recording_that_is_not_there_is_health_until_it_is(recording: Path) -> None:
    away = recording.rename(recording.with_name("away"))
    reader, inbox = play(f"replay://{recording}?speed=0")
    assert "No such file" in inbox.health(HealthState.NO_READER).detail
    away.rename(recording)
    assert inbox.tap().credential == CARD
    reader.stop()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1 is no JSON"),
        ("{}\n", "line 1 is not the head"),
        (f'{{"format": "{FORMAT}"}}\n[]\n', "line 2 is no JSON object"),
        (
            f'{{"format": "{FORMAT}"}}\n{{"after_ns": -1, "event": "removed"}}\n',
            "line 2 is no step",
        ),
        (f'{{"format": "{FORMAT}"}}\n{{"after_ns": 1, "event": "dance"}}\n', "line 2 is no step"),
    ],
)
def test_a_damaged_recording_says_which_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    reader, inbox = play(f"replay://{path}?speed=0")
    assert says in inbox.health(HealthState.DEGRADED).detail
    eventually(lambda: reader.is_over, "it is over")
    reader.stop()


def test_raw_traffic_is_recorded_and_decoded_afresh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "raw.jsonl"
    line = SerialLine(tmp_path / "ttyUSB7")
    reader, inbox = open_reader(f"serial://{line.path}?frame=rdm6300"), Inbox()
    assert isinstance(reader, SerialReader)
    writer = RecordingWriter(path)
    reader.trace(writer.write_raw)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    for sent in (b"noise \x0262E3", b"086CED08", b"\x03"):
        line.write(sent)
    inbox.tap()
    reader.stop()
    writer.close()
    line.pull()
    again, inbox = play(f"replay://{path}?speed=0&frame=rdm6300&number=printed")
    assert inbox.tap().credential.hex == "E3086CED"
    again.stop()
    plain, inbox = play(f"replay://{path}?speed=0")
    inbox.health(HealthState.NO_READER)
    assert inbox.taps_so_far() == []
    plain.stop()
    with pytest.raises(ReaderAddressError, match='did you mean "rdm6300"'):
        open_reader(f"replay://{path}?frame=rdm630")


@settings(deadline=None)
@given(st.lists(st.text(max_size=60)))
def test_no_text_brings_another_error(lines: list[str]) -> None:
    head = f'{{"format": "{FORMAT}"}}'
    with contextlib.suppress(RecordingFaultError):
        list(read_steps(iter([head, *lines]), reader="x"))
