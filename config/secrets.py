"""Secrets: read from the folder that systemd gives the service, or from a file of the owner alone.

A secret never stands in the settings, in the environment or on a command line: those are shown by
`ps`, copied into support bundles and kept in shell histories.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from config.errors import SecretError, SecretMissingError

SECRETS_FOLDER = Path("/etc/credstore")
"""Where systemd itself looks for what a unit loads: root's alone. Source: systemd.exec(5)."""
SIZE_MAX = 64 * 1024


def read_secret(name: str, *, environ: Mapping[str, str], folder: Path | None = None) -> bytes:
    """Return a secret's bytes, without a final end of line.

    name: file name, such as `device-key`. environ: the process's variables; the folder that
    systemd names in CREDENTIALS_DIRECTORY goes before `folder` (None: SECRETS_FOLDER). Source:
    systemd.exec(5), LoadCredential=.
    Raises SecretMissingError when there is none that this user could read; SecretError when it is
    empty, too big or readable by others.
    """
    folder = SECRETS_FOLDER if folder is None else folder
    assert name == Path(name).name, f"a secret's name is no path: {name!r}"
    given = environ.get("CREDENTIALS_DIRECTORY")
    if given:
        credential = Path(given) / name
        try:
            return _contents(credential)
        except SecretError as error:
            # systemd leaves out what the unit does not load: then the file is asked.
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
    path = folder / name
    if not os.access(folder, os.X_OK):
        raise SecretMissingError(f"{path}: {folder} is closed to this user; ask as root")
    refuse_if_shared(path)
    return _contents(path)


def refuse_if_shared(path: Path) -> None:
    """Raise SecretError unless a file is there and closed to group and others."""
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise SecretError(f"{path}: is no plain file; put the secret in one, with mode 0600")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise SecretError(f"{path}: others may read it (mode {mode:04o}); chmod 0600 {path}")


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            secret = file.read(SIZE_MAX + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(secret) > SIZE_MAX:
        raise SecretError(f"{path}: is larger than {SIZE_MAX} bytes, so it is no secret of ours")
    # An editor or `echo` adds the line's end; binary secrets are written without an editor.
    secret = secret.removesuffix(b"\n")
    if not secret:
        raise SecretError(f"{path}: is empty; write the secret into it")
    return secret


def _unreadable(path: Path, error: OSError) -> SecretError:
    if isinstance(error, FileNotFoundError):
        return SecretMissingError(f"{path}: there is no such secret; write it there with mode 0600")
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    return SecretError(f"{path}: cannot be read: {reason}; chown it to the service's user")
