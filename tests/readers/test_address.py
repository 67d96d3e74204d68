"""Addresses in the settings: what is right opens, what is wrong is one line with the cure."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tap import Feedback
from readers import registry
from readers.address import parse_address
from readers.base import Post
from readers.errors import ReaderAddressError, ReaderError, ReaderUnavailableError
from readers.registry import BUILT_IN, open_reader
from readers.supervisor import Supervisor

GOOD = [
    "pcsc://",
    "pcsc://ACR1252",
    "pcsc://ACR1252?eid=yes&ndef=no",
    "nfc+tty:///dev/ttyUSB0?chip=pn532",
    "nfc+usb://",
    "nfc+usb://054c:06c3",
    "serial:///dev/ttyUSB1?frame=rdm6300&baud=9600",
    "serial:///dev/ttyUSB1?frame=generic&start=02&end=03&form=hex&checksum=xor",
    "wedge:///dev/input/event3?layout=be",
    "simulated://",
    "replay:///path",
]
BAD = [
    ("", "empty"),
    ("pcsc", 'no "scheme://"'),
    ("pcscd://", 'did you mean "pcsc"?'),
    ("simulatd://", 'did you mean "simulated"?'),
    ("pcsc://?edi=yes", 'did you mean "eid"?'),
    ("pcsc://?eid=ja", "eid=ja is not one of no, yes"),
    ("pcsc://?eid=yes&eid=no", "given twice"),
    ("pcsc://?eid", "?name=value"),
    ("pcsc://\x1b[31m", "control characters"),
    ("pcsc://%1B[31m", "a control character stands behind a %"),
    ("pcsc://ACR122?ndef=%0Ayes", "a control character stands behind a %"),
    ("pcsc://ACR\xa0122U", "control characters"),
    ("serial:///dev/ttyUSB1", "it needs frame="),
    ("serial:///dev/ttyUSB1?frame=rdm630", 'did you mean "rdm6300"?'),
    ("serial:///dev/ttyUSB1?frame=rdm6300&baud=9601", 'did you mean "9600"?'),
    ("serial:///dev/ttyUSB1?frame=rdm6300&baud=fast", "not a whole number"),
    ("serial:///dev/ttyUSB1?frame=rdm6300&card=x", "unknown option 'card'"),
    ("serial://ttyUSB1?frame=rdm6300", "three slashes"),
    ("serial:///dev/ttyUSB1?frame=generic&start=0", "not hexadecimal"),
    ("serial:///dev/ttyUSB1?frame=generic&length=5", "needs a start="),
    ("serial:///dev/ttyUSB1?frame=generic&form=binary", "needs start= and length="),
    ("serial:///dev/ttyUSB1?frame=generic&form=text&checksum=xor", "goes with form=hex"),
    ("wedge:///dev/input/event3", "it needs layout="),
    ("wedge:///dev/input/event3?layout=bee", 'did you mean "be"?'),
    ("wedge://event3?layout=be", "three slashes"),
    ("nfc+tty:///dev/ttyUSB0?chip=pn533", 'did you mean "pn532"?'),
    ("nfc+tty://ttyUSB0", "three slashes"),
    ("nfc+usb://usb0", "four hexadecimal digits"),
    ("replay://day.jsonl", "three slashes"),
    ("simulated://?speed=1", "it takes none"),
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_of_the_design_opens_without_its_device(url: str) -> None:
    reader = open_reader(url)
    assert reader.url == url
    assert reader.name


@pytest.mark.parametrize(("url", "says"), BAD)
def test_a_wrong_address_is_one_line_with_the_cure(url: str, says: str) -> None:
    with pytest.raises(ReaderAddressError) as caught:
        open_reader(url)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ReaderAddressError):
        Supervisor([url], post=lambda _event: None)


@given(st.text(max_size=80))
def test_no_text_at_all_brings_another_error(text: str) -> None:
    for url in (text, f"pcsc://{text}", f"serial:///{text}?frame={text}"):
        assert complaint_about(url).isprintable()


def complaint_about(url: str) -> str:
    try:
        open_reader(url)
    except ReaderError as error:
        return str(error)
    return ""


def test_names_come_from_the_address_or_are_given() -> None:
    assert open_reader("serial:///dev/ttyUSB1?frame=qr").name == "serial-ttyUSB1"
    assert open_reader("simulated://", name="Till 1").name == "Till 1"


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("pcsc://", "smartcard", "pcsc"),
        ("nfc+tty:///dev/ttyUSB0", "nfc", "nfc"),
        ("serial:///dev/ttyUSB0?frame=qr", "serial", "serial"),
        ("wedge:///dev/input/event3?layout=be", "evdev", "wedge"),
    ],
)
def test_a_missing_library_names_the_extra_to_install(
    url: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("readers.extras.find_spec", asked.append)
    with pytest.raises(ReaderUnavailableError, match=f"refectory\\[{extra}\\]"):
        open_reader(url)
    assert asked == [module]


def test_every_library_of_an_extra_is_here_when_these_tests_run() -> None:
    import evdev
    import nfc
    import serial
    from smartcard import scard

    assert all((evdev, nfc, serial, scard))


class SchoolsOwn:
    """A driver as a school would add it: no habits, no counters, just the port."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self.url = name, url

    def start(self, post: Post) -> None: ...

    def feedback(self, feedback: Feedback) -> None: ...

    def stop(self) -> None: ...


def open_device(address: object, *, name: str) -> SchoolsOwn:
    return SchoolsOwn(name, "gate://")


def test_a_schools_own_driver_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name, value = "gate", "school.gate:open_device"

        def load(self) -> object:
            return open_device

    monkeypatch.setattr(registry, "find_added_drivers", lambda: [Point()])
    assert open_reader("gate://north").name == "gate-north"
    with pytest.raises(ReaderAddressError, match='did you mean "gate"'):
        open_reader("gat://")


def test_a_package_that_is_installed_beside_ours_brings_its_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "school_gate-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: school-gate\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(
        f"[{registry.GROUP}]\ngate = school_gate:open_device\n"
    )
    (tmp_path / "school_gate.py").write_text(
        "from readers.simulated import SimulatedReader\n"
        "def open_device(address, *, name):\n"
        "    return SimulatedReader(name=name, url=address.text)\n"
    )
    with pytest.raises(ReaderAddressError, match='no reader driver is called "gate"'):
        open_reader("gate://north")
    monkeypatch.syspath_prepend(tmp_path)
    reader = open_reader("gate://north")
    assert (reader.name, reader.url) == ("gate-north", "gate://north")
    assert "gate" in {point.name for point in registry.find_added_drivers()}


def test_a_schools_broken_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("gate", "no_such_module:open_device", registry.GROUP)
    monkeypatch.setattr(registry, "find_added_drivers", lambda: [broken])
    with pytest.raises(ReaderUnavailableError, match="no_such_module"):
        open_reader("gate://")


def test_every_built_in_driver_is_declared_as_an_entry_point_too() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"][registry.GROUP] == dict(BUILT_IN)


def test_parts_of_an_address() -> None:
    address = parse_address("serial:///dev/ttyUSB1?frame=rdm6300&baud=9600")
    assert (address.scheme, address.place) == ("serial", "/dev/ttyUSB1")
    assert address.options == {"frame": "rdm6300", "baud": "9600"}
    assert parse_address("pcsc://ACS%20ACR122U").place == "ACS ACR122U"
    assert parse_address("pcsc://Reader [OK] #1").place == "Reader [OK] #1", "found by fuzzing"
