"""Which folder a command looks at: the one that holds a terminal's files."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.output import EXIT_NOT_CONFIGURED, CommandError


def data_folder(parsed: argparse.Namespace) -> Path:
    """Return --data, else $REFECTORY_DATA, else the settings' own.

    Raises CommandError when the settings cannot be read.
    """
    named: Path | None = parsed.data
    if named is not None:
        return named
    from config.errors import ConfigError  # noqa: PLC0415  msgspec loads late
    from config.load import load_settings  # noqa: PLC0415

    try:
        return load_settings(getattr(parsed, "config", None), environ=os.environ).data
    except ConfigError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error


@contextmanager
def owned_by_its_service(folder: Path, *, part: str = "*") -> Iterator[None]:
    """Give what a block makes in a terminal's folder to whoever owns that, however the block ends.

    A technician works as root; the service has to read and write the files afterwards. part: what
    of the folder's own files and folders may have been made, as a pattern.
    """
    try:
        yield
    finally:
        if os.geteuid() == 0 and folder.is_dir():
            owner = folder.stat()
            found = [one for top in folder.glob(part) for one in (top, *top.rglob("*"))]
            for path in found:
                # The disk's own folder, where it is one of its own, stays root's.
                if "lost+found" not in path.parts and not path.is_symlink():
                    os.chown(path, owner.st_uid, owner.st_gid)
