"""`refectory printer`: a test page, a reprint, a printer's state, pictures, a made-up printer."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.folder import data_folder, owned_by_its_service
from cli.output import (
    EXIT_FAILED,
    EXIT_NOT_CONFIGURED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.terminal_link import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.main import Commands
    from printer.base import Printer, PrinterStatus
    from printer.emulator import Emulator, Printed

_LANGUAGES = ("fr", "nl", "de", "en")
_LOOK_S = 0.2
_PORT_MAX = 65535
_FAULTS = {
    "paper-out-after": "run out of paper after so many printed bytes",
    "cover-after": "open the cover after so many printed bytes",
    "reset-after": "drop the connection after so many received bytes",
    "hang-after": "stop for good after so many received bytes",
    "xoff-after": "ask for silence after so many received bytes (pseudo-terminal)",
    "bytes-per-s": "print no faster",
}
_SWITCHES = {
    "mute": "never answer",
    "no-id-fence": "do not know GS ( H",
    "no-status-fence": "do not know GS r",
    "asb-unasked": "send automatic status before anybody asks",
}


def register(commands: "Commands") -> None:
    """Add `printer test`, `printer status`, and the tools beside them."""
    parser = commands.add_parser("printer", help="receipts: test, status")
    words = parser.add_subparsers(dest="printer_command", metavar="WHAT", required=True)
    test = words.add_parser("test", help="print a test page, and say whether it came out")
    _add_address(test)
    test.add_argument("--language", choices=_LANGUAGES, default="fr", help="language of the page")
    test.set_defaults(run=_test)
    ready = words.add_parser(
        "ready", help="print whether the running terminal is ready to serve, and its counts"
    )
    _add_address(ready)
    ready.add_argument("--language", choices=_LANGUAGES, help="default: the settings' own")
    ready.set_defaults(run=_ready)
    status = words.add_parser("status", help="ask a printer how it is")
    _add_address(status)
    status.set_defaults(run=_status)
    profiles = words.add_parser("profiles", help="the printers that are known by name")
    add_json_option(profiles)
    profiles.set_defaults(run=_profiles)
    gallery = words.add_parser("gallery", help="draw a sample of every document")
    gallery.add_argument("folder", type=Path, metavar="FOLDER")
    add_json_option(gallery)
    gallery.set_defaults(run=_gallery)
    again = words.add_parser("reprint", help="print a receipt once more, marked as a copy")
    again.add_argument(
        "event",
        nargs="?",
        default="last",
        metavar="EVENT",
        help="the reference on the receipt, such as 1-42 (default: the last receipt)",
    )
    add_folder_option(again)
    add_json_option(again)
    again.set_defaults(run=_reprint)
    _add_emulate(words)


def _add_emulate(words: "Commands") -> None:
    emulate = words.add_parser("emulate", help="be a receipt printer, with faults on demand")
    emulate.add_argument(
        "--listen",
        default="127.0.0.1:9100",
        metavar="HOST:PORT",
        help="TCP port; 0 takes a free one",
    )
    emulate.add_argument("--pty", action="store_true", help="serve on a pseudo-terminal instead")
    emulate.add_argument("--seconds", type=_whole_number, metavar="S", help="end after S seconds")
    for option, purpose in _FAULTS.items():
        emulate.add_argument(f"--{option}", type=_whole_number, metavar="BYTES", help=purpose)
    for option, purpose in _SWITCHES.items():
        emulate.add_argument(f"--{option}", action="store_true", help=purpose)
    add_json_option(emulate)
    emulate.set_defaults(run=_emulate)


def _whole_number(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return int(text[:9])
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--printer", metavar="URL", help="address (default: the settings' printer)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of the terminal")
    add_folder_option(parser)
    add_json_option(parser)


def _open(parsed: argparse.Namespace) -> "Printer":
    """Open the printer that the command or the settings name."""
    from printer.errors import PrinterAddressError, ProfileError  # noqa: PLC0415  late, as below
    from printer.registry import open_printer  # noqa: PLC0415  a command loads what it needs

    url, folder = _address(parsed)
    try:
        return open_printer(
            url, picture_folder=folder / "receipts", profile_folder=_profile_folder(folder)
        )
    except PrinterAddressError as error:
        raise CommandError(str(error), EXIT_USAGE) from error
    except ProfileError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error


def _profile_folder(folder: Path) -> Path:
    return folder / "printers"


def _address(parsed: argparse.Namespace) -> tuple[str, Path]:
    """Return the printer's address and the terminal's folder."""
    from config.errors import ConfigError  # noqa: PLC0415  as above
    from config.load import load_settings  # noqa: PLC0415

    try:
        settings = load_settings(parsed.config, environ=os.environ)
    except ConfigError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error
    return parsed.printer or settings.printer, parsed.data or settings.data


def _test(parsed: argparse.Namespace) -> int:
    from core.people import Language  # noqa: PLC0415  as above
    from printer.base import Outcome, PrintJob  # noqa: PLC0415
    from printer.self_test import self_test_page  # noqa: PLC0415
    from terminal.clock import SystemClock  # noqa: PLC0415

    printer = _open(parsed)
    written = _find_out(printer, parsed)
    now = SystemClock().now()
    local_minutes = _zone_offset_minutes(now.timestamp())
    page = self_test_page(
        printer, at=now, zone_offset_minutes=local_minutes, language=Language(parsed.language)
    )
    result = printer.print_document(PrintJob(id=f"test-{now:%Y%m%d-%H%M%S}", document=page))
    printer.close()
    if parsed.json:
        trouble = result.trouble.value if result.trouble else None
        outcome = result.outcome.value
        say_json(
            {
                "printer": printer.url,
                "outcome": outcome,
                "trouble": trouble,
                "text": result.text,
                "profile": str(written) if written else None,
            }
        )
    else:
        if written:
            say(f"{printer.url}: what it can do is written to {written}")
        say(f"{printer.url}: {result.outcome.value} {result.text}".rstrip())
    return EXIT_WELL if result.outcome is Outcome.DONE else EXIT_FAILED


def _ready(parsed: argparse.Namespace) -> int:
    from printer.base import Outcome, PrintJob  # noqa: PLC0415  as above
    from terminal.clock import SystemClock  # noqa: PLC0415
    from terminal.readiness import readiness  # noqa: PLC0415
    from terminal.readiness_words import readiness_paper  # noqa: PLC0415

    status: dict[str, Any] = ask(data_folder(parsed), "GET", "/v1/status")
    now, found = SystemClock().now(), readiness(status)
    paper = readiness_paper(
        found,
        terminal=status["terminal"],
        school=status["school"],
        language=_language(parsed),
        zone=status["zone"],
        now=now,
    )
    printer = _open(parsed)
    result = printer.print_document(PrintJob(id=f"ready-{now:%Y%m%d-%H%M%S}", document=paper))
    printer.close()
    if parsed.json:
        outcome = result.outcome.value
        say_json({**found.as_plain(), "printer": printer.url, "outcome": outcome})
    else:
        say(f"{paper.title}; {printer.url}: {result.outcome.value} {result.text}".rstrip())
    return EXIT_WELL if result.outcome is Outcome.DONE and found.is_ready else EXIT_FAILED


def _language(parsed: argparse.Namespace) -> str:
    from config.load import load_settings  # noqa: PLC0415  as above

    chosen: str | None = parsed.language
    return chosen or load_settings(parsed.config, environ=os.environ).language


def _find_out(printer: "Printer", parsed: argparse.Namespace) -> Path | None:
    """Ask a real printer what it can do, and write it down; return where."""
    from printer.device_printer import DevicePrinter  # noqa: PLC0415  as above
    from printer.errors import LineLostError, ProfileError  # noqa: PLC0415
    from printer.profile import save_profile  # noqa: PLC0415
    from printer.registry import profile_path  # noqa: PLC0415

    if not isinstance(printer, DevicePrinter):
        return None
    url, folder = _address(parsed)
    path = profile_path(_profile_folder(folder), url)
    try:
        findings = printer.find_out()
        with owned_by_its_service(folder, part=path.parent.name):
            path.parent.mkdir(parents=True, exist_ok=True)
            save_profile(findings.profile, path)
    except (LineLostError, ProfileError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"folder {path.parent} cannot be made ({error.strerror})") from error
    return path


def _zone_offset_minutes(timestamp: float) -> int:
    """Return this machine's offset from UTC: a test page has no school to ask."""
    import time  # noqa: PLC0415  as above

    return time.localtime(timestamp).tm_gmtoff // 60


def _status(parsed: argparse.Namespace) -> int:
    printer = _open(parsed)
    status = printer.status()
    printer.close()
    if parsed.json:
        say_json(_status_object(printer.url, status))
    else:
        troubles = ", ".join(trouble.value for trouble in status.troubles)
        parts = (status.connection.value, troubles, status.text)
        say(f"{printer.url}: {'; '.join(part for part in parts if part)}")
    return EXIT_WELL if status.is_ready else EXIT_FAILED


def _status_object(url: str, status: "PrinterStatus") -> dict[str, object]:
    return {
        "printer": url,
        "connection": status.connection.value,
        "is_ready": status.is_ready,
        "is_cover_open": status.is_cover_open,
        "is_paper_out": status.is_paper_out,
        "is_paper_low": status.is_paper_low,
        "has_cutter_error": status.has_cutter_error,
        "is_drawer_open": status.is_drawer_open,
        "troubles": [trouble.value for trouble in status.troubles],
        "text": status.text,
    }


def _reprint(parsed: argparse.Namespace) -> int:
    made = ask(data_folder(parsed), "POST", "/v1/reprint", {"event": parsed.event})
    if parsed.json:
        say_json(made)
    else:
        copy = f"DUPLICATA {made['duplicate']}"
        say(f"receipt {made['receipt']} ({made['document']}) is printed again as {copy}")
    return EXIT_WELL


def _profiles(parsed: argparse.Namespace) -> int:
    from printer.errors import ProfileError  # noqa: PLC0415  as above
    from printer.profile import substitutes_needed, vendor_names, vendor_profile  # noqa: PLC0415

    try:
        profiles = [vendor_profile(name) for name in vendor_names()]
    except ProfileError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error
    for profile in profiles:
        missing = substitutes_needed(profile)
        if parsed.json:
            say_json(
                {
                    "name": profile.name,
                    "columns": profile.columns,
                    "code_page": profile.code_page,
                    "code_page_number": profile.code_page_number,
                    "native_qr": profile.has_native_qr,
                    "cutter": profile.cutter.value,
                    "substituted": "".join(missing),
                }
            )
        else:
            stand_ins = f"  stand-ins for {' '.join(missing)}" if missing else ""
            page = f"{profile.code_page} ({profile.code_page_number})"
            say(f"{profile.name:<16} {profile.columns:>2} columns  {page:<18}{stand_ins}")
    return EXIT_WELL


def _gallery(parsed: argparse.Namespace) -> int:
    from printer.errors import PrinterError  # noqa: PLC0415  as above
    from printer.gallery import write_gallery  # noqa: PLC0415

    try:
        pictures = write_gallery(parsed.folder)
    except (PrinterError, OSError) as error:
        raise CommandError(f"{parsed.folder}: {error}") from error
    for picture in pictures:
        if parsed.json:
            say_json({"picture": str(picture)})
        else:
            say(str(picture))
    return EXIT_WELL


def _emulate(parsed: argparse.Namespace) -> int:
    from printer.emulator import Emulator, Faults  # noqa: PLC0415  as above

    faults = Faults(
        paper_out_after=parsed.paper_out_after,
        cover_after=parsed.cover_after,
        reset_after=parsed.reset_after,
        hang_after=parsed.hang_after,
        xoff_after=parsed.xoff_after,
        bytes_per_s=parsed.bytes_per_s,
        is_mute=parsed.mute,
        has_id_fence=not parsed.no_id_fence,
        has_status_fence=not parsed.no_status_fence,
        is_asb_unasked=parsed.asb_unasked,
    )
    emulator = Emulator(faults)
    try:
        address = f"serial://{emulator.open_pty()}" if parsed.pty else _listen(emulator, parsed)
        _say_paper(emulator, address, parsed)
    finally:
        emulator.close()
    return EXIT_WELL


def _listen(emulator: "Emulator", parsed: argparse.Namespace) -> str:
    host, _colon, port = parsed.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _PORT_MAX:
        raise CommandError(f"--listen {parsed.listen!r} is no HOST:PORT", EXIT_USAGE)
    try:
        return emulator.listen(host, int(port))
    except OSError as error:
        message = f"{parsed.listen} cannot be served ({error.strerror}); choose another port"
        raise CommandError(message) from error


def _longer_than(count: int) -> "Callable[[Printed], bool]":
    return lambda printed: len(printed.events) > count


def _say_paper(emulator: "Emulator", address: str, parsed: argparse.Namespace) -> None:
    """Print what comes out of the made-up printer, until stopped."""
    import time  # noqa: PLC0415  as above

    from printer.picture import text_of  # noqa: PLC0415

    if parsed.json:
        say_json({"printer": address})
    else:
        say(f"{address}: ready; stop it with Ctrl-C")
    ends = time.monotonic() + parsed.seconds if parsed.seconds else None
    seen = 0
    while ends is None or time.monotonic() < ends:
        emulator.wait_for(_longer_than(seen), timeout_s=_LOOK_S)
        events = emulator.printed().events
        for line in text_of(events[seen:]).splitlines() if len(events) > seen else ():
            if parsed.json:
                say_json({"line": line})
            else:
                say(line)
        seen = len(events)
