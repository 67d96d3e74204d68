"""Which folder a command looks at: the one that holds a terminal's files."""

import argparse
import os
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
