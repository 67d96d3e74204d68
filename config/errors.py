"""What can be wrong with settings and secrets.

    ConfigError
    ├── SettingsFileError    the file is missing, unreadable or not TOML
    ├── SettingsError        keys or values are wrong; holds every problem, not the first alone
    └── SecretError          a secret is empty or open to others
        └── SecretMissingError   there is none, or none that this user may look for

All of them are for the technician: each text says what, where and the cure, one line a problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ConfigError(Exception):
    """Settings or secrets that cannot be used."""


class SettingsFileError(ConfigError):
    """A settings file cannot be read at all. is_there: False when it does not exist."""

    def __init__(self, message: str, *, is_there: bool = True) -> None:
        super().__init__(message)
        self.is_there = is_there


class SecretError(ConfigError):
    """A secret cannot be used."""


class SecretMissingError(SecretError):
    """There is no such secret, as far as this user may look."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a settings file.

    line: counted from 1; None where the value comes from the environment.
    """

    place: Path | str
    line: int | None
    text: str

    def __str__(self) -> str:
        """Return `place:line: text`, as editors and compilers write it."""
        where = f"{self.place}" if self.line is None else f"{self.place}:{self.line}"
        return f"{where}: {self.text}"


class SettingsError(ConfigError):
    """Keys or values are wrong. problems: all of them, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "an error without a problem"
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
