"""`refectory journal`: check what the terminal wrote, read it, and take it elsewhere."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from cli.folder import data_folder
from cli.output import (
    EXIT_FAILED,
    EXIT_NOT_CONFIGURED,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    complain,
    say,
    say_json,
)
from cli.progress import Progress

if TYPE_CHECKING:
    from cli.main import Commands
    from core.events import SealedEvent
    from offline_cache.integrity import VerifyReport
    from offline_cache.journal_reader import JournalReader
    from offline_cache.rebuild import Rebuilt
    from offline_cache.rescue import Rescue

_Position = tuple[int, int]


def register(commands: "Commands") -> None:
    """Add `journal verify`, `rebuild`, `show`, `export` and `rescue`."""
    parser = commands.add_parser(
        "journal", help="the terminal's own record: verify, rebuild, show, export, rescue"
    )
    actions = parser.add_subparsers(dest="journal_command", metavar="WHAT", required=True)
    verify = actions.add_parser("verify", help="check every event and the chain over them")
    _add_file(verify)
    verify.set_defaults(run=_verify)
    rebuild = actions.add_parser(
        "rebuild", help="add up every event anew, and hold each closing against its events"
    )
    _add_file(rebuild)
    rebuild.set_defaults(run=_rebuild)
    show = actions.add_parser("show", help="print the events, one on a line")
    _add_file(show)
    _add_range(show)
    show.set_defaults(run=_show)
    export = actions.add_parser(
        "export", help="print JSON lines that docs/verify_journal.py can check by itself"
    )
    _add_file(export)
    _add_range(export)
    export.set_defaults(run=_export)

    salvage = actions.add_parser(
        "rescue",
        help="print what can be read of a damaged journal, and what of it is proven",
        description="Reads a damaged file page by page and prints every event that is found, as"
        " JSON lines: `is_whole` when its own bytes prove it, `is_chained` when it also stands"
        " behind the one before. The file is only read. Ends with 1 when anything is missing.",
    )
    _add_file(salvage)
    salvage.add_argument("--output", type=Path, metavar="FILE", help="write the lines there")
    salvage.set_defaults(run=_rescue)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a journal (default: journal.db in the terminal's folder); it may be in use",
    )
    add_folder_option(parser)
    add_json_option(parser)


def _add_range(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--after",
        type=_position,
        default=(0, 0),
        metavar="EPOCH-SEQ",
        help="only the events behind this one, as in 1-120",
    )
    parser.add_argument("--limit", type=_count, metavar="N", help="at most so many events")


def _position(text: str) -> _Position:
    epoch, mark, seq = text.partition("-")
    if not (mark and epoch.isdecimal() and seq.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no place in a journal; write it like 1-120")
    return (int(epoch), int(seq))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _file(parsed: argparse.Namespace) -> Path:
    named: Path | None = parsed.file
    return named if named is not None else data_folder(parsed) / "journal.db"


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    from offline_cache.errors import (  # noqa: PLC0415  sqlite3 loads late
        JournalError,
        JournalMissingError,
    )

    try:
        yield
    except JournalMissingError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error
    except JournalError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _opened(parsed: argparse.Namespace) -> "Iterator[JournalReader]":
    from offline_cache.journal_reader import JournalReader  # noqa: PLC0415  as above

    with _told_in_one_line():
        reader = JournalReader.open(_file(parsed))
        try:
            yield reader
        finally:
            reader.close()


def _verify(parsed: argparse.Namespace) -> int:
    from offline_cache.integrity import verify  # noqa: PLC0415  as above

    with _told_in_one_line():
        report = verify(_file(parsed))
    if parsed.json:
        say_json(_report_object(report))
    elif report.fault is None:
        say(_report_text(report))
    else:
        complain(
            f"journal {report.path}: {report.fault}; {report.events} events before it are good; "
            "keep the file and call a technician"
        )
    return EXIT_WELL if report.is_good else EXIT_FAILED


def _report_object(report: "VerifyReport") -> dict[str, object]:
    epoch, seq = report.acknowledged
    return {
        "file": str(report.path),
        "ok": report.is_good,
        "events": report.events,
        "head": {
            "epoch": report.head.epoch,
            "seq": report.head.seq,
            "hash": report.head.hash.hex(),
        },
        "acknowledged": {"epoch": epoch, "seq": seq},
        "fault": report.fault,
    }


def _report_text(report: "VerifyReport") -> str:
    head = report.head
    if not report.events:
        return f"journal {report.path}: well; it holds no event yet"
    epoch, seq = report.acknowledged
    held = f"up to {epoch}-{seq}" if seq else "nothing of it yet"
    return (
        f"journal {report.path}: well; {report.events} events up to {head.epoch}-{head.seq}, each "
        f"whole and in its place; head hash {head.hash.hex()}; the centre holds {held}"
    )


def _rebuild(parsed: argparse.Namespace) -> int:
    from offline_cache.rebuild import rebuild  # noqa: PLC0415  as above

    with _opened(parsed) as reader:
        rebuilt = rebuild(reader.events())
    path = _file(parsed)
    if parsed.json:
        say_json(_rebuilt_object(path, rebuilt))
    elif rebuilt.is_good:
        say(_rebuilt_text(path, rebuilt))
    for fault in () if parsed.json else rebuilt.faults:
        complain(f"journal {path}: {fault}; keep the file, and show this to the bursar")
    return EXIT_WELL if rebuilt.is_good else EXIT_FAILED


def _rebuilt_object(path: Path, rebuilt: "Rebuilt") -> dict[str, object]:
    from core.codec import to_plain  # noqa: PLC0415  as above

    state = rebuilt.state
    return {
        "file": str(path),
        "ok": rebuilt.is_good,
        "events": rebuilt.events,
        "receipt": state.receipt_number,
        "closings": state.closing_count,
        "period": to_plain(state.period.figures()),
        "faults": rebuilt.faults,
    }


def _rebuilt_text(path: Path, rebuilt: "Rebuilt") -> str:
    state = rebuilt.state
    sales = state.period.perpetual.sales.text()
    return (
        f"journal {path}: well; {rebuilt.events} events add up to receipt {state.receipt_number}"
        f" and sales of {sales} since the terminal was enrolled; {state.closing_count} closings,"
        " and those that are here say what their events give"
    )


def _show(parsed: argparse.Namespace) -> int:
    with _opened(parsed) as reader:
        for event in reader.events(parsed.after, parsed.limit):
            plain = _plain(event)
            if parsed.json:
                say_json(plain | {"hash": event.hash.hex()})
            else:
                say(_event_text(event, plain))
    return EXIT_WELL


def _plain(event: "SealedEvent") -> dict[str, object]:
    """Return what an event's bytes say; they may be damaged."""
    try:
        plain = json.loads(event.body)
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        raise CommandError(
            f"event {event.epoch}-{event.seq} cannot be read; find what else is damaged with "
            "`refectory journal verify`"
        )
    return plain


def _event_text(event: "SealedEvent", plain: dict[str, object]) -> str:
    from core.text import printable  # noqa: PLC0415  as above

    told = plain.get("data")
    pairs = told.items() if isinstance(told, dict) else ()
    words = " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in pairs)
    return printable(f"{event.epoch}-{event.seq}  {plain.get('at')}  {event.kind.value}  {words}")


def _rescue(parsed: argparse.Namespace) -> int:
    from offline_cache.rescue import rescue, rescue_line  # noqa: PLC0415  as above

    path = _file(parsed)
    with _told_in_one_line(), Progress(f"reading {path.name}", 100) as progress:
        found = rescue(path, on_progress=lambda done, of: progress.reach(done * 100 // of))
    try:
        target = None if parsed.output is None else parsed.output.open("wb")
        with target or nullcontext(sys.stdout.buffer) as file:
            file.writelines(rescue_line(event) + b"\n" for event in found.events)
            file.flush()
    except OSError as error:
        raise CommandError(f"{parsed.output}: {error.strerror}; name another --output") from error
    return _tell_rescue(parsed, found)


def _tell_rescue(parsed: argparse.Namespace, found: "Rescue") -> int:
    """Say on standard error how much it was: the lines themselves may go through a pipe."""
    whole, chained = len(found.whole), sum(event.is_chained for event in found.whole)
    broken = len(found.events) - whole
    gaps = [f"{first[0]}-{first[1]} to {last[0]}-{last[1]}" for first, last in found.gaps]
    if parsed.json and parsed.output is not None:
        told = {"pages": found.pages, "whole": whole, "chained": chained, "broken": broken}
        say_json({**told, "gaps": gaps})
    else:
        missing = f"; missing: {', '.join(gaps)}" if gaps else ""
        complain(
            f"{found.pages} pages: {whole} events proven by their own bytes, {chained} of them"
            f" chained to the one before; {broken} found broken{missing}"
        )
    return EXIT_WELL if whole == chained and not broken and not gaps else EXIT_FAILED


def _export(parsed: argparse.Namespace) -> int:
    from offline_cache.export import export_lines  # noqa: PLC0415  as above

    with _opened(parsed) as reader:
        for line in export_lines(reader.events(parsed.after, parsed.limit)):
            sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()
    return EXIT_WELL
