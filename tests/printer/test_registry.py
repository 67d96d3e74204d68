"""An address opens the printer that it names, or says in one line what is wrong with it."""

import json
from pathlib import Path

import pytest

from core.people import Language
from printer.base import Printer
from printer.device_printer import DevicePrinter
from printer.errors import PrinterAddressError, ProfileError
from printer.memory import MemoryPrinter
from printer.profile import (
    PICTURE,
    Cutter,
    Fence,
    PrinterProfile,
    load_profile,
    profile_from_mapping,
    save_profile,
    vendor_names,
    vendor_profile,
)
from printer.registry import open_printer, profile_path, register
from printer.samples import sample_documents
from printer.self_test import self_test_page


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("tcp://till-printer:9100", "tcp://till-printer:9100"),
        ("tcp://10.0.0.5", "tcp://10.0.0.5:9100"),
        ("serial:///dev/ttyUSB0?baud=38400", "serial:///dev/ttyUSB0?baud=38400&flow=xonxoff"),
        ("serial:///dev/ttyS0?flow=dsrdtr", "serial:///dev/ttyS0?baud=9600&flow=dsrdtr"),
        ("file:///dev/usb/lp0", "file:///dev/usb/lp0"),
        ("usb://04b8:0e15", "usb://04b8:0e15"),
        ("image:///var/receipts", "image:///var/receipts"),
        ("image:///my%20receipts", "image:///my%20receipts"),
        ("none://", "none://"),
    ],
    ids=str,
)
def test_good_addresses(url: str, opened: str) -> None:
    printer: Printer = open_printer(url)
    assert printer.url == opened
    printer.close()
    printer.close()


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("", "write it like"),
        ("till-printer", "write it like"),
        ("tpc://host", "did you mean tcp://"),
        ("imgae:///x", "did you mean image://"),
        ("lpt:///dev/lp0", "it is one of"),
        ("tcp://", "names no host"),
        ("tcp://host/path", "names no host"),
        ("tcp://host:99999", "cannot be read"),
        ("tcp://[::1", "cannot be read"),
        ("image://folder", "did you mean image:///folder"),
        ("image://", "names no path"),
        ("serial://", "names no path"),
        ("serial:///dev/ttyS0?baud=fast", "write ?baud=38400"),
        ("serial:///dev/ttyS0?flow=smoke", "write ?baud=38400"),
        ("usb://epson", "write usb://04b8:0e15"),
        ("none://nothing", "write none://"),
    ],
    ids=lambda part: part or "empty",
)
def test_bad_addresses_say_what_to_write(url: str, cure: str) -> None:
    with pytest.raises(PrinterAddressError) as caught:
        open_printer(url)
    assert cure in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bare_image_address_is_the_terminals_own_folder(tmp_path: Path) -> None:
    assert open_printer("image://", picture_folder=tmp_path).url == f"image://{tmp_path}"


def test_the_address_says_more_than_the_profile() -> None:
    printer = open_printer("tcp://host?columns=42&fence=r", profile=PICTURE)
    assert isinstance(printer, DevicePrinter)
    assert (printer.profile.columns, printer.profile.fence) == (42, Fence.STATUS)


def test_a_profile_by_name_and_by_file(tmp_path: Path) -> None:
    named = open_printer("tcp://host?profile=TM-T88V")
    assert isinstance(named, DevicePrinter)
    assert (named.profile.columns, named.profile.fence) == (42, Fence.ID)
    path = tmp_path / "own.json"
    save_profile(PrinterProfile(name="own", columns=32, dots=384), path)
    by_file = open_printer(f"tcp://host?profile={path}")
    assert isinstance(by_file, DevicePrinter)
    assert by_file.profile.columns == 32


def test_what_printer_test_found_out_is_used(tmp_path: Path) -> None:
    found = profile_path(tmp_path, "tcp://host:9100")
    save_profile(PrinterProfile(name="found", fence=Fence.ID), found)
    printer = open_printer("tcp://host:9100?columns=42", profile_folder=tmp_path)
    assert isinstance(printer, DevicePrinter)
    assert (printer.profile.name, printer.profile.columns) == ("found", 42)


def test_a_school_adds_a_printer_of_its_own() -> None:
    register("ours", lambda _parts, _options, _profile: MemoryPrinter("ours://"))
    assert open_printer("ours://").url == "ours://"


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"colums": 42}, "has no 'colums'"),
        ({"columns": "wide"}, "does not fit"),
        ({"columns": 7}, "cannot be"),
        ({"fence": "barbed"}, "does not fit"),
        ({"code_page": "CP999"}, "cannot be"),
        ({"code_page_number": 300}, "cannot be"),
        ({"drawer_pin": 3}, "cannot be"),
        ({"density": 12}, "cannot be"),
        ({"has_native_qr": "perhaps"}, "does not fit"),
        ({"pulse_ms": 0}, "cannot be"),
    ],
    ids=str,
)
def test_a_profile_that_cannot_be_is_refused(written: dict[str, object], complaint: str) -> None:
    with pytest.raises(ProfileError, match=complaint):
        profile_from_mapping(written, base=PICTURE)


def test_a_profile_survives_its_file(tmp_path: Path) -> None:
    profile = PrinterProfile(name="p", cutter=Cutter.PARTIAL, density=3, has_status=False)
    path = tmp_path / "p.json"
    save_profile(profile, path)
    assert load_profile(path) == profile


@pytest.mark.parametrize("content", ["", "[]", "{", '{"columns": null}'], ids=repr)
def test_a_broken_profile_file_says_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(ProfileError):
        load_profile(path)


def test_a_profile_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="choose another folder"):
        save_profile(PICTURE, tmp_path / "missing" / "p.json")


@pytest.mark.parametrize("name", vendor_names())
def test_every_printer_of_the_collection_has_a_possible_profile(name: str) -> None:
    profile = vendor_profile(name)
    if profile.columns >= 24:  # the others are customer displays of 20 columns
        assert profile_from_mapping(json.loads("{}"), base=profile) == profile


def test_a_printer_nobody_knows_is_not_in_the_collection() -> None:
    with pytest.raises(ProfileError, match="printer profiles"):
        vendor_profile("Gutenberg")


def test_the_test_page_declares_its_stand_ins() -> None:
    kept = sample_documents(Language.EN)["self-test"]
    printer = open_printer("tcp://host?profile=TM-U220")
    page = self_test_page(printer, at=kept.at, zone_offset_minutes=60, language=Language.EN)
    assert page.findings == ("U+0153 = oe", "U+20AC = EUR")
