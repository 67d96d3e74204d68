"""What every printer keeps, real or not: one suite for all of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from printer_rig import Connect, Emulate, Samples

from printer.base import DONE, Outcome, Printer, PrintJob, Pulse
from printer.fallback import FallbackPrinter
from printer.memory import MemoryPrinter
from printer.null_printer import NullPrinter
from printer.picture_printer import PicturePrinter

KINDS = ("memory", "picture", "none", "tcp", "pty", "fallback")


@pytest.fixture(params=KINDS)
def printer(
    request: pytest.FixtureRequest, tmp_path: Path, emulate: Emulate, connect: Connect
) -> Printer:
    make: dict[str, Callable[[], Printer]] = {
        "memory": MemoryPrinter,
        "picture": lambda: PicturePrinter(tmp_path),
        "none": NullPrinter,
        "tcp": lambda: connect(emulate().listen()),
        "pty": lambda: connect(f"serial://{emulate().open_pty()}?fence=id"),
        "fallback": lambda: FallbackPrinter(MemoryPrinter(), NullPrinter()),
    }
    return make[request.param]()


def test_it_prints_every_document_and_says_done(printer: Printer, samples: Samples) -> None:
    for name in ("receipt-sale", "kiosk", "top-up", "report-z"):
        assert printer.print_document(PrintJob(name, samples[name])) == DONE, name


def test_it_says_that_it_is_ready(printer: Printer) -> None:
    status = printer.status()
    assert status.is_ready
    assert status.hindrance is None


def test_its_address_has_a_scheme(printer: Printer) -> None:
    assert "://" in printer.url


def test_it_takes_a_pulse_without_raising(printer: Printer) -> None:
    assert printer.pulse(Pulse.DRAWER).outcome in {Outcome.DONE, Outcome.BLOCKED}


def test_a_second_attempt_is_printed_too(printer: Printer, job: PrintJob) -> None:
    assert printer.print_document(job) == DONE
    assert printer.print_document(replace(job, attempt=2)) == DONE


def test_it_can_be_closed_twice_and_used_after(printer: Printer, job: PrintJob) -> None:
    printer.close()
    printer.close()
    assert printer.print_document(job).outcome in {Outcome.DONE, Outcome.BLOCKED}
