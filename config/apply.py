"""Putting settings in force: what would change, written whole or not at all, and the way back.

Beside `terminal.toml` lie `terminal.toml.previous`, the last settings with which the daemon is
known to have run, and `terminal.toml.rejected`, those that were rolled back. Neither is read.
"""

import difflib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import ConfigError, SettingsFileError
from config.load import Loaded, as_toml, load, load_text
from config.settings import Settings

PREVIOUS_END: Final = ".previous"
REJECTED_END: Final = ".rejected"
_MODE: Final = 0o640
TEXT_BYTES_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose value changes; as they stand in a file."""

    key: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return it as a person reads it."""
        return f"{self.key}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a text would do. old: None where there is no file yet.

    before: None where the old file has mistakes.
    """

    path: Path
    old: str | None
    new: str
    before: Settings | None
    after: Loaded

    @property
    def is_change(self) -> bool:
        """Whether the file changes at all."""
        return self.old != self.new

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The keys whose values change."""
        before = Settings() if self.before is None else self.before
        return tuple(
            Difference(key, _shown(before, key), _shown(self.after.settings, key))
            for key in Settings.__struct_fields__
            if getattr(before, key) != getattr(self.after.settings, key)
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The changed lines of the file, as `diff -u` writes them."""
        return tuple(
            difflib.unified_diff(
                (self.old or "").splitlines(),
                self.new.splitlines(),
                str(self.path),
                "new",
                lineterm="",
                n=1,
            )
        )


def _shown(settings: Settings, key: str) -> str:
    value = getattr(settings, key)
    return "not set" if value is None else as_toml(value)


def plan(text: str, path: Path, *, environ: Mapping[str, str], name: str) -> Plan:
    """Return what applying a text to a settings file would do.

    name: what the text is called in messages. Raises SettingsError with every mistake in it, or
    SettingsFileError.
    """
    after = load_text(text, path, environ=environ, name=name)
    try:
        old: str | None = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        old = None
    except OSError as error:
        raise _unwritable(path, error) from error
    return Plan(path, old, text, _before(path, environ), after)


def _before(path: Path, environ: Mapping[str, str]) -> Settings | None:
    try:
        return load(path, environ=environ).settings
    except ConfigError:
        return None


def put_in_place(planned: Plan) -> None:
    """Write the new settings, and keep the old ones beside them. Raises SettingsFileError."""
    try:
        planned.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if planned.old is not None:
            _write(_beside(planned.path, PREVIOUS_END), planned.old, like=planned.path)
        _write(planned.path, planned.new, like=planned.path)
    except OSError as error:
        raise _unwritable(planned.path, error) from error


def take_back(planned: Plan) -> None:
    """Put the old settings back, and keep the new ones as rejected. Raises SettingsFileError."""
    try:
        _write(_beside(planned.path, REJECTED_END), planned.new, like=planned.path)
        if planned.old is None:
            planned.path.unlink(missing_ok=True)
        else:
            _write(planned.path, planned.old, like=planned.path)
    except OSError as error:
        raise _unwritable(planned.path, error) from error


def previous_text(path: Path) -> str:
    """Return the settings before the ones in force. Raises SettingsFileError without any."""
    kept = _beside(path, PREVIOUS_END)
    try:
        return kept.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsFileError(
            f"{kept}: there are no earlier settings to go back to", is_there=False
        ) from error
    except OSError as error:
        raise _unwritable(kept, error) from error


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _write(path: Path, text: str, *, like: Path) -> None:
    """Write a file so that it is there whole or not at all, with the mode and owner of another."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if like.exists():
            found = like.stat()
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
            if os.geteuid() == 0:
                os.fchown(descriptor, found.st_uid, found.st_gid)
        elif os.geteuid() == 0:
            # The service's group may read what root wrote; the folder's group is that one.
            os.fchown(descriptor, 0, path.parent.stat().st_gid)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unwritable(path: Path, error: OSError) -> SettingsFileError:
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    return SettingsFileError(f"{path}: {reason}; run it as the user that owns it, or by sudo")
