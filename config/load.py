"""Read settings: one TOML file, its drop-ins, then the environment; report every fault at once.

`terminal.toml` is read first, then `terminal.toml.d/*.toml` in the order of their names; a later
file wins key by key. Nothing here guesses: an unknown key is an error, never ignored.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.errors import Problem, SettingsError, SettingsFileError
from config.rules import meaning_fault, secret_fault
from config.settings import Settings

DEFAULT_FILE = Path("/etc/refectory/terminal.toml")
CONFIG_VARIABLE = "REFECTORY_CONFIG"
DATA_VARIABLE = "REFECTORY_DATA"


@dataclass(frozen=True, slots=True)
class _Source:
    """One file that was read. text: as it stands there; values: by key."""

    path: Path
    text: str
    values: Mapping[str, object]

    def line_of(self, key: str) -> int:
        """Return the line where a key's statement starts, counted from 1.

        tomllib tells no lines, so ask it: the statement is complete at the first prefix of the
        file that parses and holds the key, and starts after the longest one that parses without.
        Slow, and only run to word an error.
        """
        lines = self.text.splitlines(keepends=True)
        start = 1
        for count in range(1, len(lines) + 1):
            try:
                values = tomllib.loads("".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                continue
            if key in values:
                return start
            start = count + 1
        return start


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from. line: counted from 1; None for the environment."""

    place: Path | str
    line: int | None

    def __str__(self) -> str:
        """Return `place:line`."""
        return f"{self.place}" if self.line is None else f"{self.place}:{self.line}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and by key what set them; a key that nobody set has its default."""

    settings: Settings
    origins: Mapping[str, Origin]


def load_settings(path: Path | None, *, environ: Mapping[str, str]) -> Settings:
    """Return the settings of this terminal.

    path: the file to read; None means $REFECTORY_CONFIG, else the folder that systemd names, else
    /etc/refectory/terminal.toml; where none of these exists the defaults are used.
    environ: the process's variables; REFECTORY_DATA goes before the file's `data`.
    Raises SettingsFileError when a file cannot be read, SettingsError with all faults otherwise.
    """
    return load(path, environ=environ).settings


def load(path: Path | None, *, environ: Mapping[str, str]) -> Loaded:
    """Return the settings with what set each; the rest as `load_settings`."""
    found = path if path is not None else settings_file(environ)
    return _merged([] if found is None else [_read(found), *_read_drop_ins(found)], environ)


def load_text(text: str, path: Path, *, environ: Mapping[str, str], name: str) -> Loaded:
    """Return what would hold if a text stood in a settings file, whose drop-ins stay.

    name: what the text is called in messages. The rest as `load_settings`.
    """
    return _merged([_parsed(Path(name), text), *_read_drop_ins(path)], environ)


def _merged(sources: Sequence[_Source], environ: Mapping[str, str]) -> Loaded:
    problems: list[Problem] = []
    values: dict[str, object] = {}
    setters: dict[str, _Source] = {}
    for source in sources:
        for key, raw in source.values.items():
            fault = secret_fault(key, raw) or _unknown_fault(key) or _value_fault(key, raw)
            if fault is None:
                values[key] = raw
                setters[key] = source
            else:
                problems.append(Problem(source.path, source.line_of(key), fault))
    folder = environ.get(DATA_VARIABLE) or (None if "data" in values else _data_folder(environ))
    if problems:
        raise SettingsError(problems)
    origins = {key: Origin(source.path, source.line_of(key)) for key, source in setters.items()}
    if folder is not None:
        values["data"] = str(Path(folder).absolute())
        origins["data"] = Origin("the environment", None)
    return Loaded(_settings_of(values), origins)


def _read_drop_ins(path: Path) -> list[_Source]:
    return [_read(file) for file in _drop_ins(path)]


def settings_file(environ: Mapping[str, str]) -> Path | None:
    """Return the settings file to read when none was named; None when there is none."""
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    folder = environ.get("CONFIGURATION_DIRECTORY")
    usual = Path(folder) / DEFAULT_FILE.name if folder else DEFAULT_FILE
    try:
        usual.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        # It may be there and cannot be reached: reading it says so, defaults would hide it.
        return usual
    return usual


def settings_files(path: Path) -> list[Path]:
    """Return a settings file and its drop-ins, in the order in which they are read."""
    return [path, *_drop_ins(path)]


def _data_folder(environ: Mapping[str, str]) -> str | None:
    """Return the data folder that fits this process; None keeps the settings' own default.

    systemd names the service's folder; a person who tries a terminal by hand without being root
    gets a folder of their own. Source: XDG Base Directory Specification 0.8, $XDG_STATE_HOME.
    """
    folder = environ.get("STATE_DIRECTORY")
    if folder:
        return folder.split(":")[0]
    home = environ.get("HOME")
    if not home or os.geteuid() == 0:
        return None
    state = environ.get("XDG_STATE_HOME")
    return str(Path(state) / "refectory" if state else Path(home) / ".local/state/refectory")


def _drop_ins(path: Path) -> list[Path]:
    """Return the files of `NAME.toml.d/`, in the order of their names."""
    folder = path.with_name(path.name + ".d")
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        text = f"{folder}: cannot be listed: {_reason(error)}; check its owner and mode"
        raise SettingsFileError(text) from error


def _read(path: Path) -> _Source:
    """Return a file's values, not yet checked."""
    try:
        return _parsed(path, path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        text = f"{path}: there is no such settings file; give --config an existing one"
        raise SettingsFileError(text, is_there=False) from error
    except IsADirectoryError as error:
        text = f"{path}: is a folder, not a settings file; name the file in it"
        raise SettingsFileError(text) from error
    except OSError as error:
        text = f"{path}: cannot be read: {_reason(error)}; check its owner and mode"
        raise SettingsFileError(text) from error
    except UnicodeDecodeError as error:
        text = f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8 text"
        raise SettingsFileError(text) from error


def _parsed(path: Path, text: str) -> _Source:
    try:
        return _Source(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        words = f"{path}: not TOML: {error}; see `refectory config explain` for the form"
        raise SettingsFileError(words) from error


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)


def _settings_of(values: Mapping[str, object]) -> Settings:
    """Return settings of raw values. Raises msgspec.ValidationError when one is wrong."""
    return msgspec.convert(values, Settings, dec_hook=_path_of)


def _path_of(wanted: type, raw: object) -> Path:
    """Return the path that a text names: the one type that TOML and msgspec do not know."""
    assert wanted is Path, f"no setting is a {wanted}"
    if not isinstance(raw, str) or "\0" in raw:
        raise TypeError(f"expected the path of a folder, not {type(raw).__name__}")
    return Path(raw)


def _unknown_fault(key: str) -> str | None:
    """Return what is wrong with a key's name, or None."""
    known = Settings.__struct_fields__
    if key in known:
        return None
    from difflib import get_close_matches  # noqa: PLC0415  for a mistake alone

    near = get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    cure = f'did you mean "{near[0]}"?' if near else "`refectory config explain` lists all keys"
    return f'unknown key "{_printable(key)}"; {cure}'


def _value_fault(key: str, raw: object) -> str | None:
    """Return what is wrong with a known key's value, or None."""
    try:
        converted = _settings_of({key: raw})
    except msgspec.ValidationError:
        fault: str | None = ""
    else:
        fault = meaning_fault(key, getattr(converted, key))
    if fault is None:
        return None
    wants, example = expectation(key)
    detail = f" ({fault})" if fault else ""
    return (
        f"{key} is {_shown(raw)}{detail}, must be {wants}; for example: {key} = {as_toml(example)}"
    )


def expectation(key: str) -> tuple[str, object]:
    """Return what a key wants, in words that follow "must be", and an example of it."""
    field = {f.name: f for f in msgspec.inspect.type_info(Settings).fields}[key]  # type: ignore[attr-defined]
    kind = field.type
    assert isinstance(kind, msgspec.inspect.Metadata), f"{key} has no description"
    assert kind.extra is not None, f"{key} has no description"
    return kind.extra["wants"], kind.extra["example"]


def as_toml(value: object) -> str:
    """Return a value as it is written in a settings file."""
    return msgspec.json.encode(value, enc_hook=str).decode()


def _shown(raw: object) -> str:
    """Return a wrong value for a message: on one line, no control bytes, not endless."""
    text = _printable(as_toml(raw))
    return text if len(text) <= _SHOWN_LENGTH_MAX else text[:_SHOWN_LENGTH_MAX] + "…"


_SHOWN_LENGTH_MAX = 60


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
