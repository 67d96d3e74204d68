"""`refectory reader`: what is plugged, each tap on a line, a card list checked."""

import argparse
import logging
import queue
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_json_option,
    complain,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.main import Commands
    from core.tap import ReaderEvent, Tap
    from readers.supervisor import Supervisor

_INBOX_SIZE = 1024
_LOOK_S = 0.2
_SIMULATED_EVERY_NS = 200_000_000


def register(commands: "Commands") -> None:
    """Add `reader list`, `reader listen` and `reader cards`."""
    parser = commands.add_parser("reader", help="badge readers: list, listen, cards")
    words = parser.add_subparsers(dest="reader_command", metavar="WHAT", required=True)
    listing = words.add_parser("list", help="what is plugged in, each with its address")
    add_json_option(listing)
    listing.set_defaults(run=_list)
    listening = words.add_parser("listen", help="print each tap on a line")
    listening.add_argument(
        "--reader",
        required=True,
        metavar="URL",
        help="address, such as pcsc:// (see `reader list`)",
    )
    listening.add_argument("--count", type=_whole_number, metavar="N", help="end after N taps")
    listening.add_argument(
        "--seconds", type=_whole_number, metavar="S", help="end after S seconds; 1 if taps lack"
    )
    listening.add_argument(
        "--record", type=Path, metavar="FILE", help="record what happens, for replay:///FILE"
    )
    add_json_option(listening)
    listening.set_defaults(run=_listen)
    cards = words.add_parser("cards", help="check a card list in CSV, and convert its numbers")
    cards.add_argument("file", type=Path, metavar="FILE")
    cards.add_argument(
        "--form",
        choices=("hex", "hex-reversed", "decimal", "decimal-reversed", "8H10D"),
        help="how the list writes numbers (default: found out from the list, if it is certain)",
    )
    cards.add_argument("--column", metavar="NAME", help="the column that holds the numbers")
    add_json_option(cards)
    cards.set_defaults(run=_cards)


def _whole_number(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text[:9]) > 0:
        return int(text[:9])
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")


def _list(parsed: argparse.Namespace) -> int:
    from readers.discovery import find_devices  # noqa: PLC0415  a command loads what it needs

    devices = find_devices()
    for device in devices:
        if parsed.json:
            say_json({"address": device.address, "kind": device.kind, "name": device.name})
        else:
            say(f"{device.address}  {device.name}")
    if not devices and not parsed.json:
        say("no reader found; plug one in, and see docs/readers.md if it stays unseen")
    return EXIT_WELL


def _listen(parsed: argparse.Namespace) -> int:
    from readers.errors import ReaderError  # noqa: PLC0415  a command loads what it needs
    from readers.supervisor import Supervisor  # noqa: PLC0415

    # What the drivers log is said here as health already.
    logging.getLogger("readers").addHandler(logging.NullHandler())
    inbox: queue.Queue[ReaderEvent] = queue.Queue(_INBOX_SIZE)
    try:
        with _Recording(parsed.record) as recording:
            supervisor = Supervisor([parsed.reader], post=inbox.put_nowait)
            recording.keep_raw_of(supervisor)
            supervisor.start()
            try:
                return _print_taps(parsed, supervisor, inbox, recording)
            except KeyboardInterrupt:
                return EXIT_WELL
            finally:
                supervisor.stop()
    except ReaderError as error:
        raise CommandError(str(error), EXIT_USAGE) from error


class _Recording:
    """The file of `--record`, or nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self) -> Self:
        from readers.recording import RecordingWriter  # noqa: PLC0415

        try:
            self._writer = RecordingWriter(self._path) if self._path else None
        except OSError as error:
            raise CommandError(
                f"{self._path}: cannot be written ({error.strerror}); name another file"
            ) from error
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._writer:
            self._writer.close()

    def keep_raw_of(self, supervisor: "Supervisor") -> None:
        """Let every reader that can give its raw traffic give it to the file, too."""
        from readers.base import Traceable  # noqa: PLC0415

        for reader in supervisor.devices() if self._writer else ():
            traced: object = reader
            if self._writer and isinstance(traced, Traceable):
                traced.trace(self._writer.write_raw)

    def keep(self, event: "ReaderEvent") -> None:
        """Write one event down."""
        if self._writer:
            self._writer.write(event)


def _print_taps(
    parsed: argparse.Namespace,
    supervisor: "Supervisor",
    inbox: "queue.Queue[ReaderEvent]",
    recording: _Recording,
) -> int:
    from core.tap import Health, Tap  # noqa: PLC0415

    taps = 0
    player = _CardPlayer(supervisor)
    end_ns = time.monotonic_ns() + parsed.seconds * 1_000_000_000 if parsed.seconds else None
    while parsed.count is None or taps < parsed.count:
        if end_ns is not None and time.monotonic_ns() >= end_ns:
            return EXIT_WELL if parsed.count is None else EXIT_FAILED
        player.play()
        try:
            event = inbox.get(timeout=_LOOK_S)
        except queue.Empty:
            if player.is_over():
                return EXIT_WELL if parsed.count is None else EXIT_FAILED
            continue
        recording.keep(event)
        if isinstance(event, Health):
            complain(f"{event.state.value}: {event.detail}")
        elif isinstance(event, Tap):
            taps += 1
            _print_tap(event, is_json=parsed.json)
    return EXIT_WELL


class _CardPlayer:
    """Lays made-up badges on a simulated reader, which nobody else can do from this command."""

    def __init__(self, supervisor: "Supervisor") -> None:
        self._supervisor = supervisor
        self._next_ns = 0
        self._laid = 0

    def play(self) -> None:
        """Lay the next badge, when it is time."""
        from core.tap import Credential, Technology  # noqa: PLC0415

        reader = self._supervisor.simulated()
        now_ns = time.monotonic_ns()
        if reader is None or now_ns < self._next_ns:
            return
        self._next_ns = now_ns + _SIMULATED_EVERY_NS
        self._laid += 1
        uid = b"\x04" + self._laid.to_bytes(6, "big")
        reader.tap(Credential(Technology.ULTRALIGHT, uid))

    def is_over(self) -> bool:
        """Whether the reader can give no further tap: its recording is at its end."""
        return any(getattr(reader, "is_over", False) for reader in self._supervisor.devices())


def _print_tap(tap: "Tap", *, is_json: bool) -> None:
    from core.tap import identity_fault  # noqa: PLC0415

    fault = identity_fault(tap.credential)
    if is_json:
        say_json(
            {
                "reader": tap.reader,
                "technology": tap.credential.technology.word,
                "uid": tap.credential.hex,
                "assurance": tap.assurance.name.lower(),
                "refused": fault.value if fault else None,
                "ndef": tap.ndef,
            }
        )
        return
    from readers.numbers import describe  # noqa: PLC0415

    verdict = f"REFUSED as identity: {fault.value}" if fault else "taken as identity"
    text = f'  text "{tap.ndef}"' if tap.ndef else ""
    say(
        f"{tap.reader}: {tap.credential.technology.word}  {describe(tap.credential)}  "
        f"assurance {tap.assurance.name.lower()} ({tap.assurance.value})  {verdict}{text}"
    )


def _cards(parsed: argparse.Namespace) -> int:
    from readers.card_list import read_card_list  # noqa: PLC0415
    from readers.errors import CardListError  # noqa: PLC0415

    try:
        cards = read_card_list(parsed.file, form=parsed.form, column=parsed.column)
    except CardListError as error:
        raise CommandError(str(error)) from error
    for card in cards.rows:
        if parsed.json:
            say_json(
                {"line": card.line, "written": card.written, "uid": card.uid, "fault": card.fault}
            )
        elif card.fault:
            complain(f"{parsed.file}:{card.line}: {card.written!r}: {card.fault}")
        else:
            say(f"{card.uid}")
    complain(cards.summary())
    return EXIT_FAILED if cards.faults else EXIT_WELL
