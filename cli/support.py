"""`refectory support-bundle`: an archive for whoever helps, without secrets and without names."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from cli.doctor import find_all
from cli.folder import data_folder
from cli.output import (
    EXIT_NOT_CONFIGURED,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.main import Commands

_FILES_ABOUT = 9


def register(commands: "Commands") -> None:
    """Add `support-bundle`."""
    parser = commands.add_parser(
        "support-bundle",
        help="an archive of settings, state and log, without secrets or names",
        description="Gathers the settings, the status, the doctor's findings, versions, figures of"
        " the journal and the last 2000 lines of the log. Names of people, badge numbers and keys"
        " are left out of every file; look into it before you send it.",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write (….tar.gz)")
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="a log file, where journald does not keep it"
    )
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from terminal.redaction import redaction_of  # noqa: PLC0415  another layer loads late
    from terminal.support_bundle import bundle_files, write_bundle  # noqa: PLC0415

    folder = data_folder(parsed)
    if not folder.is_dir():
        message = f"there is no folder {folder}; name the terminal's with --data"
        raise CommandError(message, EXIT_NOT_CONFIGURED)
    if not os.access(folder, os.R_OK | os.X_OK, effective_ids=True):
        raise CommandError(f"this user may not read {folder}; run it as its owner, or by sudo")
    scene, findings = find_all(folder)
    target = parsed.output or Path(f"refectory-support-{scene.now:%Y%m%d-%H%M%S}.tar.gz")
    names: list[str] = []

    def told() -> "Iterator[tuple[str, str]]":
        for name, text in bundle_files(
            scene, findings=findings, settings=settings_texts(), log=parsed.log
        ):
            names.append(name)
            progress.reach(len(names))
            yield name, text

    try:
        with Progress("gathering", _FILES_ABOUT) as progress:
            size = write_bundle(target, told(), redaction=redaction_of(folder), at=scene.now)
    except OSError as error:
        words = error.strerror or str(error)
        raise CommandError(f"{target}: {words}; name another place with --output") from error
    if parsed.json:
        say_json({"file": str(target.absolute()), "bytes": size, "contents": names})
    else:
        say(f"{target.absolute()}: {len(names)} files, {size // 1024} KB, no secrets, no names")
    return EXIT_WELL


def settings_texts(path: Path | None = None) -> dict[str, str]:
    """Return the settings files as they stand, by name, without what looks like a secret.

    path: of the first of them; None for the one that a terminal would find by itself.
    """
    from config.load import settings_file, settings_files  # noqa: PLC0415  msgspec loads late
    from config.rules import without_secrets  # noqa: PLC0415

    found = path or settings_file(os.environ)
    texts = {}
    for one in [] if found is None else settings_files(found):
        try:
            text = one.read_text(encoding="utf-8", errors="replace")
            texts[one.name] = without_secrets(text)
        except OSError as error:
            texts[one.name] = f"# cannot be read: {error.strerror}\n"
    return texts
