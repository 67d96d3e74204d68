"""Who this terminal is to its centre: ids, its private key, and the centre's pinned key.

The identity is one file in the terminal's folder, readable by its owner alone. Nothing heavy is
imported here: the key is kept as its 32 raw bytes until something has to be signed.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from core.ids import SchoolId, TerminalId
from sync.errors import IdentityFileError

FILE_NAME = "identity.json"
CA_FILE_NAME = "centre-ca.pem"
SERVICE_FOLDER = Path("/var/lib/refectory")
STORED = Path("/etc/credstore/refectory.identity.json")
"""Where root may keep the service's identity instead: its unit loads it from there."""
KEY_BYTES = 32
_OWNER_ONLY = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Identity:
    """An enrolled terminal.

    private_key: the Ed25519 seed, 32 bytes. badge_key: the school's secret for
    `core.tap.badge_key`. centre_key: the centre's pinned Ed25519 public key, 32 bytes.
    """

    school_id: SchoolId
    terminal_id: TerminalId
    terminal_name: str
    central_url: str
    key_id: str
    private_key: bytes = field(repr=False)
    badge_key: bytes = field(repr=False)
    centre_key: bytes

    def __post_init__(self) -> None:
        assert len(self.private_key) == KEY_BYTES, "an Ed25519 key has 32 bytes"
        assert len(self.centre_key) == KEY_BYTES, "an Ed25519 key has 32 bytes"


def load_identity(
    folder: Path, *, environ: Mapping[str, str] = MappingProxyType({})
) -> Identity | None:
    """Return the identity in a terminal's folder; None when it is not enrolled.

    environ: the process's variables. A file of the same name in the folder that systemd names in
    CREDENTIALS_DIRECTORY goes before (systemd.exec(5), LoadCredential=): systemd alone writes
    there, and shows it to this service alone.
    Commands of root find the service's there, too, where `identity_path` tells.
    Raises IdentityFileError when others may read the file, or when it does not say what it must.
    """
    given = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(given, FILE_NAME) if given else folder / FILE_NAME
    text = read_secret_file(path, is_guarded=True) if given else None
    if text is None:
        path = identity_path(folder)
        text = read_secret_file(path)
    if text is None:
        return None
    try:
        plain = json.loads(text)
        return Identity(
            school_id=SchoolId(_text(plain, "school_id")),
            terminal_id=TerminalId(_text(plain, "terminal_id")),
            terminal_name=_text(plain, "terminal_name"),
            central_url=_text(plain, "central_url"),
            key_id=_text(plain, "key_id"),
            private_key=_key(plain, "private_key"),
            badge_key=bytes.fromhex(_text(plain, "badge_key")),
            centre_key=_key(plain, "centre_key"),
        )
    except (ValueError, TypeError, KeyError) as error:
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        message = (
            f"identity {path}: {' '.join(reason.split())}; restore the file, or delete it and"
            " enrol this terminal again"
        )
        raise IdentityFileError(message) from error


def identity_path(folder: Path) -> Path:
    """Return the file of a terminal's identity: in its folder, or where root keeps it."""
    is_kept = folder == SERVICE_FOLDER and os.geteuid() == 0 and STORED.exists()
    return STORED if is_kept else folder / FILE_NAME


def save_identity(identity: Identity, folder: Path) -> Path:
    """Write an identity into a terminal's folder, durably and for its owner alone."""
    plain = {
        "school_id": identity.school_id,
        "terminal_id": identity.terminal_id,
        "terminal_name": identity.terminal_name,
        "central_url": identity.central_url,
        "key_id": identity.key_id,
        "private_key": identity.private_key.hex(),
        "badge_key": identity.badge_key.hex(),
        "centre_key": identity.centre_key.hex(),
    }
    return write_secret_file(identity_path(folder), json.dumps(plain, indent=1) + "\n")


def write_secret_file(path: Path, text: str) -> Path:
    """Write a secret so that it is there whole or not at all, with mode 0600."""
    fresh = path.with_name(path.name + ".new")
    try:
        # A folder made here holds pupils' names later: it is the owner's alone.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="utf-8"
        ) as file:
            if os.geteuid() == 0:
                # A technician enrols as root; the service, which owns the folder, has to read it.
                owner = path.parent.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}; give this user the folder, or free space"
        raise IdentityFileError(message) from error
    return path


def read_secret_file(path: Path, *, is_guarded: bool = False) -> str | None:
    """Return the text of a secret file; None when there is none.

    is_guarded: its folder is systemd's own, and the mode is systemd's business.
    Raises IdentityFileError when others than its owner may read it, or when it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            if not is_guarded and os.fstat(file.fileno()).st_mode & _OTHERS:
                message = f"{path} is open to other users; run: chmod 600 {path}"
                raise IdentityFileError(message)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}; run as the user that owns it"
        raise IdentityFileError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path} is not text; restore the file, or delete it and enrol again"
        raise IdentityFileError(message) from error


def _text(plain: dict[str, object], key: str) -> str:
    value = plain[key]
    if not isinstance(value, str):
        message = f"{key} must be a text"
        raise TypeError(message)
    return value


def _key(plain: dict[str, object], key: str) -> bytes:
    value = bytes.fromhex(_text(plain, key))
    if len(value) != KEY_BYTES:
        message = f"{key} must have {KEY_BYTES} bytes"
        raise ValueError(message)
    return value
