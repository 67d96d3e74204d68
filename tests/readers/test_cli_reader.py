"""`refectory reader` as a technician types it: text, JSON, exit codes."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pcsc_rig import READER, PcscRig
from reader_benches import BENCHES, Bench, PcscBench, WedgeBench, bench_of

from cli import reader as command
from cli.output import CommandError
from readers import discovery

KEYS = ["reader", "technology", "uid", "assurance", "refused", "ndef"]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    parsed = parser.parse_args(["reader", *words])
    return parsed.run(parsed)


def listen(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> tuple[int, list[dict]]:
    code = run("listen", "--reader", url, "--json", *words)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class UntilSaid:
    """A clock whose second is over once something was said: a driver that loads takes its time."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def complain(self, line: str) -> None:
        self.said.append(line)

    def monotonic_ns(self) -> int:
        return 2_000_000_000 if self.said else 0


@pytest.fixture(params=[*BENCHES, pytest.param("pcsc", marks=pytest.mark.pcsc)])
def bench(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    if request.param == "pcsc":
        yield PcscBench(request.getfixturevalue("pcsc"))
        return
    with bench_of(request.param, tmp_path) as made:
        if isinstance(made, WedgeBench):
            # The kernel's bytes come through a pipe; opening and grabbing are stood in for.
            monkeypatch.setattr("readers.wedge._open_and_grab", made._grab)
        yield made


def test_listen_prints_one_object_a_tap_on_each_reader(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lay_once_it_is_up(line: str) -> None:
        if line.startswith("up") and not bench.url.startswith("simulated"):
            bench.lay(0)

    monkeypatch.setattr(command, "complain", lay_once_it_is_up)
    code, taps = listen(capsys, bench.url, "--count", "1")
    assert code == 0
    (tap,) = taps
    assert list(tap) == KEYS
    assert tap["refused"] is None
    if not bench.url.startswith("simulated"):
        assert tap["uid"] == bench.uid(0)


def test_listen_in_words_shows_the_number_both_ways_round(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("listen", "--reader", "simulated://", "--count", "2") == 0
    out, err = capsys.readouterr()
    assert "04000000000001  reversed 01000000000004" in out
    assert "assurance uid (1)  taken as identity" in out
    assert "up: simulated: ready" in err


def test_a_recorded_listen_is_played_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day.jsonl"
    _, first = listen(capsys, "simulated://", "--count", "3", "--record", str(path))
    code, again = listen(capsys, f"replay://{path}?speed=0", "--count", "3")
    assert code == 0
    assert [tap["uid"] for tap in again] == [tap["uid"] for tap in first]
    assert listen(capsys, f"replay://{path}?speed=0", "--count", "9")[0] == 1, "it has three"
    assert listen(capsys, f"replay://{path}?speed=0")[0] == 0


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (("listen", "--reader", "pcscd://"), 'did you mean "pcsc"?', 2),
        (("listen", "--reader", "serial:///dev/ttyUSB0"), "it needs frame=", 2),
        (("listen", "--reader", "simulated://", "--record", "/no/such/folder/x"), "cannot be", 1),
        (("cards", "/no/such/list.csv"), "name a CSV file", 1),
    ],
)
def test_wrong_words_are_one_line_and_an_exit_code(
    words: tuple[str, ...], says: str, code: int
) -> None:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == code


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "serial://{folder}/ttyUSB0?frame=qr",
            "unplugged: serial-ttyUSB0: {folder}/ttyUSB0 is not",
        ),
        ("wedge://{folder}/event3?layout=be", "event3 is not there; plug the reader in"),
        ("wedge://{folder}?layout=be", "no_reader: wedge-{name}: {folder} is a directory"),
        ("wedge:///dev/null?layout=be", "/dev/null is a device of another kind"),
        ("nfc+tty://{folder}/ttyUSB0", "ttyUSB0 is not there; plug the reader in"),
        ("nfc+usb://", "no USB reader for nfcpy is free; plug it in, stop pcscd"),
        ("replay://{folder}/day.jsonl", "No such file or directory; name a recording"),
    ],
)
def test_a_listen_that_hears_nothing_in_its_time_says_why_and_ends_with_1(
    url: str,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = {"folder": str(tmp_path), "name": tmp_path.name}
    clock = UntilSaid()
    monkeypatch.setattr(command, "time", clock)
    monkeypatch.setattr(command, "complain", clock.complain)
    words = ("--reader", url.format(**there), "--json", "--count", "1", "--seconds", "1")
    assert run("listen", *words) == 1
    out, _ = capsys.readouterr()
    assert says.format(**there) in clock.said[0]
    assert out == "", "what a machine reads holds taps alone"


@pytest.mark.pcsc
def test_list_names_what_is_plugged_with_its_address(
    pcsc: PcscRig, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list", "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    first = next(device for device in found if device["kind"] == "pcsc")
    assert first == {
        "address": "pcsc://Canteen%20Reader%2000%2000",
        "kind": "pcsc",
        "name": f"{READER} 00 00",
    }
    assert run("list") == 0
    assert "pcsc://Canteen%20Reader%2000%2001  " in capsys.readouterr().out


def test_list_finds_keyboards_by_their_lasting_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "usb-Sycreader_RFID-event-kbd").touch()
    (tmp_path / "usb-mouse-event-mouse").touch()
    monkeypatch.setattr(discovery, "_INPUT_NAMES", tmp_path)
    assert [device.address for device in discovery._keyboards()] == [
        f"wedge://{tmp_path}/usb-Sycreader_RFID-event-kbd?layout="
    ]


def test_list_says_so_when_nothing_is_plugged(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "find_devices", list)
    assert run("list") == 0
    assert "no reader found" in capsys.readouterr().out


def test_cards_converts_a_list_and_fails_on_a_bad_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("uid\n66554433221104\n")
    assert run("cards", str(path)) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (
        "04112233445566\n",
        "1 cards well, 0 with a fault, read as hex-reversed\n",
    )
    path.write_text("uid\n04112233445566\nDupont\n")
    assert run("cards", str(path), "--form", "hex", "--json") == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["uid"] for row in rows] == ["04112233445566", None]
