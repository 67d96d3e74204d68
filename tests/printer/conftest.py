"""Fixtures of the printer's tests."""

from collections.abc import Iterator

import pytest
from printer_rig import QUICK, Connect, Count, Counter, Emulate, Samples

from core.people import Language
from core.receipt import Receipt
from printer.base import Printer, PrintJob
from printer.device_printer import DevicePrinter, Patience
from printer.emulator import Emulator, Faults
from printer.profile import PICTURE, PrinterProfile
from printer.registry import open_printer
from printer.samples import sample_documents


@pytest.fixture
def samples() -> Samples:
    return sample_documents(Language.FR)


@pytest.fixture
def sale(samples: Samples) -> Receipt:
    return samples["receipt-sale"]


@pytest.fixture
def emulate() -> Iterator[Emulate]:
    """Start emulated printers; all of them stop after the test."""
    running: list[Emulator] = []

    def start(faults: Faults | None = None, **options: object) -> Emulator:
        emulator = Emulator(faults, **options)
        running.append(emulator)
        return emulator

    yield start
    for emulator in running:
        emulator.close()


@pytest.fixture
def connect() -> Connect:
    """Open the printer at an address, impatient as tests are."""

    def open_it(url: str, *, profile: PrinterProfile = PICTURE, **patience: float) -> DevicePrinter:
        printer = open_printer(url, profile=profile)
        assert isinstance(printer, DevicePrinter)
        return DevicePrinter(
            printer._transport, printer.profile, patience=Patience(**{**QUICK, **patience})
        )

    return open_it


@pytest.fixture
def counter() -> Iterator[Count]:
    """Start a till's spool on a printer; it stops after the test."""
    running: list[Counter] = []

    def start(printer: Printer, *, is_started: bool = True, **options: object) -> Counter:
        made = Counter(printer, **options)
        running.append(made)
        if is_started:
            made.spool.start()
        return made

    yield start
    for made in running:
        made.spool.stop()


@pytest.fixture
def job(sale: Receipt) -> PrintJob:
    return PrintJob(id="job-1", document=sale)
