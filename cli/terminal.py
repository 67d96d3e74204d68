"""`refectory terminal`: the daemon of one terminal."""

import argparse
import faulthandler
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cli.again import Again
from cli.await_code import NotEnrolledError, await_code
from cli.log import set_up_log
from cli.output import (
    EXIT_NOT_CONFIGURED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.version import installed_version

if TYPE_CHECKING:
    from cli.main import Commands
    from config.settings import Settings
    from sync.identity import Identity
    from terminal.daemon import Demo, Ready, Terminal


def register(commands: "Commands") -> None:
    """Add `terminal`."""
    parser = commands.add_parser("terminal", help="the daemon: readers, till, screen, printer")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of this terminal")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when standard input ends"
    )
    parser.add_argument(
        "--await-enrolment",
        action="store_true",
        help="a terminal that is not enrolled asks for the code on its screen, and goes on then",
    )
    parser.add_argument("--demo", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    if not __debug__:
        raise CommandError("asserts guard the money; start Python without -O", EXIT_USAGE)
    again = Again()
    return again.run(parsed, lambda: _serve_once(parsed, again))


def _serve_once(parsed: argparse.Namespace, again: Again) -> int:
    # Copies, receipts and logs name pupils: nothing that the daemon writes is open to others.
    os.umask(0o077)
    # systemd ends a till that hangs with SIGABRT: the log then says in which line it hung.
    faulthandler.enable()
    settings = _settings(parsed)
    finish_log = set_up_log(settings.log_level)
    try:
        identity = _identity(settings)
    except NotEnrolledError:
        if not parsed.await_enrolment:
            raise
        if await_code(settings, parsed, again, before_again=finish_log):
            # As it came up: with the settings of now, and without what only the page needed.
            again.ask()
        return EXIT_WELL
    terminal = _build(settings, identity, _demo(parsed.demo), parsed.config)
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop_signal, lambda *_: terminal.stop())
    again.listen(terminal.stop, before_again=finish_log)
    if parsed.until_stdin_closes:
        threading.Thread(target=_stop_at_end, args=(terminal,), daemon=True).start()
    return _serve(terminal, as_json=parsed.json)


def _settings(parsed: argparse.Namespace) -> "Settings":
    from config.errors import ConfigError  # noqa: PLC0415  msgspec loads late
    from config.load import load_settings  # noqa: PLC0415

    environ = dict(os.environ)
    if parsed.data is not None:
        environ["REFECTORY_DATA"] = str(parsed.data)
    try:
        return load_settings(parsed.config, environ=environ)
    except ConfigError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error


def _identity(settings: "Settings") -> "Identity":
    from sync.errors import SyncError  # noqa: PLC0415  another layer loads late
    from sync.identity import load_identity  # noqa: PLC0415
    from terminal.files import REPLACING_NAME  # noqa: PLC0415

    try:
        identity = load_identity(settings.data, environ=os.environ)
    except SyncError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error
    if identity is None:
        raise NotEnrolledError(
            f"the terminal in {settings.data} is not enrolled; get a code from the centre and run:"
            f" refectory enrol --central URL --code CODE --data {settings.data}",
            EXIT_NOT_CONFIGURED,
        )
    if (settings.data / REPLACING_NAME).exists():
        raise NotEnrolledError(
            f"the terminal in {settings.data} is a spare that does not hold everything of the dead"
            f" one yet; go on with: refectory replace --resume --data {settings.data}",
            EXIT_NOT_CONFIGURED,
        )
    return identity


def _demo(path: Path | None) -> "Demo | None":
    if path is None:
        return None
    from core.tap import Credential, Technology  # noqa: PLC0415  another layer loads late
    from terminal.daemon import Demo  # noqa: PLC0415
    from terminal.ports import DemoBadge  # noqa: PLC0415

    technologies = {technology.word: technology for technology in Technology}
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        badges = tuple(
            DemoBadge(
                Credential(technologies[badge["technology"]], bytes.fromhex(badge["value"])),
                badge["name"],
                badge["expectation"],
            )
            for badge in plain["badges"]
        )
        return Demo(badges=badges, token=plain["token"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = " ".join(str(error).split())
        raise CommandError(f"{path} describes no demo ({words}); run `refectory demo`") from error


def _settings_texts(config: Path | None) -> Mapping[str, str]:
    from cli.support import settings_texts  # noqa: PLC0415  for a support bundle alone

    return settings_texts(config)


def _build(
    settings: "Settings", identity: "Identity", demo: "Demo | None", config: Path | None
) -> "Terminal":
    from offline_cache.errors import OfflineCacheError  # noqa: PLC0415  another layer loads late
    from printer.errors import PrinterError  # noqa: PLC0415
    from readers.errors import ReaderError  # noqa: PLC0415
    from terminal.daemon import Terminal  # noqa: PLC0415
    from terminal.web.errors import WebError  # noqa: PLC0415

    try:
        return Terminal(
            settings,
            identity,
            version=installed_version(),
            demo=demo,
            memory=_memory(os.environ),
            settings_texts=lambda: _settings_texts(config),
        )
    except (ReaderError, PrinterError, WebError) as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error
    except OfflineCacheError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(
            f"{settings.data}: {error.strerror}; give this user the folder, or name another with"
            " --data"
        ) from error


def _memory(environ: Mapping[str, str]) -> Path | None:
    """Return the folder in memory that systemd gives the service. Source: systemd.exec(5)."""
    given = environ.get("RUNTIME_DIRECTORY", "")
    return Path(given) if given and ":" not in given else None


def _serve(terminal: "Terminal", *, as_json: bool) -> int:
    from terminal.notify import notify  # noqa: PLC0415  another layer loads late
    from terminal.web.errors import WebError  # noqa: PLC0415

    def on_ready(ready: "Ready") -> None:
        is_kept_by_systemd = notify("READY=1\nSTATUS=taps are decided")
        if as_json:
            say_json(
                {"ready": True, "page": ready.page, "data": str(ready.data), "pid": os.getpid()}
            )
        elif is_kept_by_systemd:
            # What is said here is kept in the log, where no key to the screen belongs.
            say(f"terminal ready; `refectory screen` opens it, files in {ready.data}")
        else:
            say(f"terminal ready; screen at {ready.page}, files in {ready.data}")

    try:
        terminal.run(on_ready)
    except WebError as error:
        raise CommandError(str(error)) from error
    return EXIT_WELL


def _stop_at_end(terminal: "Terminal") -> None:
    # Not through sys.stdin: a thread that holds its lock while Python ends aborts the process.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    terminal.stop()
