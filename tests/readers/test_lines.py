"""Serial lines and PN532 boards that misbehave: each fault has a name, a count and a cure."""

import os
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from counter_inbox import Inbox, eventually
from pn532_rig import Pn532Board, Tag
from reader_benches import SCHOOL_URI, bench_of
from serial_rig import SerialLine

from core.tap import HealthState, Technology
from readers import nfc_frontend
from readers.cards import virtual
from readers.counters import Outcome
from readers.device_files import check_device_file, lost_device
from readers.errors import DeviceLostError
from readers.nfc_frontend import NfcReader
from readers.registry import open_reader
from readers.serial_line import SerialReader
from readers.supervisor import Supervisor

GOOD_FRAME = b"\x0262E3086CED08\x03"
NOBODY = 65534


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SerialLine]:
    made = SerialLine(tmp_path / "ttyUSB7")
    yield made
    made.pull()


@pytest.fixture
def reader(line: SerialLine, inbox: Inbox) -> Iterator[SerialReader]:
    made = open_reader(f"serial://{line.path}?frame=rdm6300", name="door")
    assert isinstance(made, SerialReader)
    made.start(inbox.post)
    inbox.health(HealthState.UP)
    yield made
    made.stop()


def test_a_wrong_speed_shows_as_noise_and_the_first_good_frame_ends_it(
    reader: SerialReader, line: SerialLine, inbox: Inbox
) -> None:
    line.write(bytes(range(0x40, 0xC0)) * 3)
    assert "check baud= and frame=" in inbox.health(HealthState.DEGRADED).detail
    assert reader.counters.snapshot()[Outcome.NOISE_BYTES] >= 256
    line.write(GOOD_FRAME)
    inbox.health(HealthState.UP)
    assert inbox.tap().credential.hex == "62E3086CED"


def test_bad_checks_and_half_frames_are_counted_and_never_a_tap(
    reader: SerialReader, line: SerialLine, inbox: Inbox
) -> None:
    line.write(GOOD_FRAME.replace(b"62E3", b"62E4"))
    line.write(b"\x0262E308")
    eventually(
        lambda: {Outcome.BAD_CHECKSUM, Outcome.BAD_FRAME} <= set(reader.counters.snapshot()),
        "both faults are counted",
    )
    assert inbox.taps_so_far() == []
    line.write(GOOD_FRAME)
    inbox.tap()


def test_the_repeats_of_a_badge_that_stays_are_one_tap(line: SerialLine, inbox: Inbox) -> None:
    supervisor = Supervisor([f"serial://{line.path}?frame=rdm6300"], post=inbox.post)
    supervisor.start()
    inbox.well()
    line.write(GOOD_FRAME * 30)
    eventually(
        lambda: supervisor.statuses()[0].counters.get(Outcome.REPEATS) == 29, "29 repeats count"
    )
    supervisor.stop()
    assert len(inbox.taps_so_far()) == 1


def test_a_line_that_another_program_holds_is_busy(line: SerialLine, inbox: Inbox) -> None:
    import serial

    with serial.Serial(str(line.path), exclusive=True):
        reader = open_reader(f"serial://{line.path}?frame=rdm6300")
        reader.start(inbox.post)
        assert "another program" in inbox.health(HealthState.BUSY).detail
    inbox.health(HealthState.UP)
    reader.stop()


def test_a_reader_that_never_answers_its_questions_is_lost(line: SerialLine, inbox: Inbox) -> None:
    reader = open_reader(f"serial://{line.path}?frame=sl03x")
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    assert "does not answer at 115200 baud" in inbox.health(HealthState.UNPLUGGED).detail
    reader.stop()


def test_the_red_light_of_a_stronglink_goes_with_the_next_question(
    tmp_path: Path, inbox: Inbox
) -> None:
    from core.tap import Feedback

    heard: list[bytes] = []

    def answer(asked: bytes) -> bytes:
        heard.append(asked)
        return bytes.fromhex("BD030101BE") * asked.count(bytes.fromhex("BA0201B9"))

    line = SerialLine(tmp_path / "ttyUSB7", answer)
    reader = open_reader(f"serial://{line.path}?frame=sl03x")
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    reader.feedback(Feedback.REFUSED)
    eventually(lambda: bytes.fromhex("BA034001F8") in b"".join(heard), "the light is on")
    reader.stop()
    line.pull()


@pytest.mark.parametrize("scheme", ["serial", "wedge", "nfc+tty"])
def test_a_path_that_is_no_device_says_so(scheme: str, tmp_path: Path, inbox: Inbox) -> None:
    file = tmp_path / "file"
    file.write_text("")
    query = {"serial": "?frame=qr", "wedge": "?layout=be", "nfc+tty": ""}[scheme]
    for path, says in (
        (tmp_path, "is a directory"),
        (file, "is no device"),
        (tmp_path / "none", "is not there"),
    ):
        reader = open_reader(f"{scheme}://{path}{query}")
        reader.start(inbox.post)
        assert says in inbox.health(HealthState.NO_READER, HealthState.UNPLUGGED).detail
        reader.stop()


@pytest.mark.parametrize(
    "url", ["serial:///dev/null?frame=qr", "wedge:///dev/null?layout=be", "nfc+tty:///dev/null"]
)
def test_a_device_of_another_kind_says_so(url: str, inbox: Inbox) -> None:
    reader = open_reader(url)
    reader.start(inbox.post)
    lost = inbox.health(HealthState.NO_READER, HealthState.UNPLUGGED)
    assert "/dev/null is a device of another kind; see `refectory reader list`" in lost.detail
    reader.stop()


@pytest.mark.parametrize("scheme", ["serial", "wedge", "nfc+tty"])
def test_the_kernels_own_refusal_names_the_group(scheme: str, inbox: Inbox) -> None:
    import evdev  # loaded before the rights are given away
    import nfc
    import serial

    assert all((evdev, nfc, serial))
    if scheme == "nfc+tty":
        from nfc.clf import pn532, transport

        assert all((pn532, transport))
    far, near = os.openpty()
    path = os.ttyname(near)
    os.fchmod(near, 0)
    is_root = os.geteuid() == 0
    query = {"serial": "?frame=qr", "wedge": "?layout=be", "nfc+tty": ""}[scheme]
    reader = open_reader(f"{scheme}://{path}{query}")
    if is_root:
        os.seteuid(NOBODY)
    try:
        reader.start(inbox.post)
        lost = inbox.health(HealthState.NO_READER, HealthState.UNPLUGGED)
    finally:
        if is_root:
            os.seteuid(0)
        reader.stop()
        os.close(far)
        os.close(near)
    assert lost.state is HealthState.NO_READER
    assert f"{path}: no permission; add the service's user to the group" in lost.detail
    assert "udev rule" in lost.detail


def test_a_device_we_may_not_open_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readers.device_files.os.access", lambda *_arguments: False)
    with pytest.raises(DeviceLostError, match="group root, or give the device a udev rule"):
        check_device_file("door", "/dev/null")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (PermissionError(13, "no"), HealthState.NO_READER),
        (FileNotFoundError(2, "no"), HealthState.UNPLUGGED),
        (BlockingIOError(11, "held"), HealthState.BUSY),
        (OSError(5, "Input/output error"), HealthState.UNPLUGGED),
        (termios.error(5, "Input/output error"), HealthState.UNPLUGGED),
        (TypeError("'NoneType'"), HealthState.UNPLUGGED),
    ],
)
def test_every_way_a_device_fails_has_a_state(error: Exception, state: HealthState) -> None:
    assert lost_device("door", "/dev/none", error).state is state


# --- PN532 ----------------------------------------------------------------------------------------


@pytest.fixture
def board() -> Pn532Board:
    return Pn532Board()


@pytest.fixture
def nfc_line(tmp_path: Path, board: Pn532Board) -> Iterator[SerialLine]:
    made = SerialLine(tmp_path / "ttyUSB7", board.answer)
    yield made
    made.pull()


def nfc_reader(line: SerialLine, **settings: int) -> NfcReader:
    return NfcReader(
        name="board",
        url=f"nfc+tty://{line.path}",
        path=str(line.path),
        open_frontend=lambda: nfc_frontend._open_pn532(str(line.path)),
        **settings,
    )


def test_a_tag_and_its_text_are_read_by_nfcpys_own_driver(tmp_path: Path, inbox: Inbox) -> None:
    with bench_of("pn532", tmp_path) as bench:
        reader = bench.open()
        reader.start(inbox.post)
        inbox.health(HealthState.UP)
        bench.lay(0)
        tap = inbox.tap()
        assert (tap.credential.hex, tap.ndef) == (bench.uid(0), "https://school.be/c/42")
        bench.take()
        inbox.removed()
        reader.stop()


def test_no_shell_is_run_to_change_a_lines_speed(
    nfc_line: SerialLine, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []
    monkeypatch.setattr(os, "system", run.append)
    reader = nfc_reader(nfc_line)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    reader.stop()
    assert run == []


def test_a_board_that_falls_mute_is_lost_and_taken_up_again(
    nfc_line: SerialLine, board: Pn532Board, inbox: Inbox
) -> None:
    reader = nfc_reader(nfc_line)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    board.is_mute = True
    inbox.health(HealthState.UNPLUGGED)
    board.is_mute = False
    inbox.health(HealthState.UP)
    board.tag = Tag(bytes.fromhex("04112233"), sak=0x08)
    assert inbox.tap().credential.hex == "04112233"
    reader.stop()


def test_a_board_that_grew_slow_or_idled_long_is_opened_afresh(
    nfc_line: SerialLine, board: Pn532Board, inbox: Inbox
) -> None:
    reader = nfc_reader(nfc_line, slow_look_ns=0)
    reader.start(inbox.post)
    assert "grew slow" in inbox.health(HealthState.DEGRADED).detail
    inbox.health(HealthState.UP)
    reader.stop()
    assert reader.counters.snapshot()[Outcome.SLOW_DEVICE] >= 1
    before = board.commands.count(0x02)
    idle = nfc_reader(nfc_line, refresh_idle_ns=1)
    idle.start(inbox.post)
    eventually(lambda: board.commands.count(0x02) >= before + 2, "it is greeted again and again")
    idle.stop()


@pytest.mark.parametrize("memory", ["E1101200 03FFFFFF" + "41" * 60, "E1101200 0308D101FF5502"])
def test_a_hostile_tag_gives_its_number_and_no_text(
    memory: str, nfc_line: SerialLine, board: Pn532Board, inbox: Inbox
) -> None:
    uid = bytes.fromhex("04112233445566")
    head = virtual.ntag(uid, SCHOOL_URI).memory[:12]
    reader = nfc_reader(nfc_line)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    board.tag = Tag(uid, memory=head + bytes.fromhex(memory).ljust(164, b"\0"))
    tap = inbox.tap()
    assert (tap.credential.value, tap.ndef) == (uid, None)
    reader.stop()


def test_a_card_of_a_rarer_kind_is_found_and_its_removal_told(
    nfc_line: SerialLine, board: Pn532Board, inbox: Inbox
) -> None:
    number = bytes.fromhex("0102030405060708")
    reader = nfc_reader(nfc_line)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    for _ in range(2):
        board.felica_number = number
        tap = inbox.tap()
        assert (tap.credential.technology, tap.credential.value) == (Technology.FELICA, number)
        board.felica_number = b""
        inbox.removed()
    reader.stop()
    assert len(inbox.taps_so_far()) == 2, "and it was not told twice while it lay there"


def test_a_tag_taken_away_at_any_command_is_counted_and_never_a_tap(
    nfc_line: SerialLine, board: Pn532Board, inbox: Inbox
) -> None:
    uid = bytes.fromhex("04112233445566")
    memory = virtual.ntag(uid, SCHOOL_URI).memory
    reader = nfc_reader(nfc_line)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    commands = 0
    while commands < 20:
        # The first answer is the one that finds the tag; it leaves after so many more.
        board.tag_leaves_after = commands
        board.tag = Tag(uid, memory=memory)
        eventually(lambda: board.tag is None or inbox.taps_so_far() != [], "gone, or read")
        if inbox.taps_so_far():
            break
        commands += 1
        eventually(
            lambda torn=commands: reader.counters.snapshot().get(Outcome.TORN_CARD, 0) == torn,
            f"the tear after {commands} answers is counted",
        )
    reader.stop()
    assert commands > 3, "find, read three times and look again"
    assert [tap.credential.value for tap in inbox.taps_so_far()] == [uid]
