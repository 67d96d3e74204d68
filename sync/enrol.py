"""Enrolment: a one-time code becomes this terminal's identity.

The new key is written down before it is sent: when the answer is lost, the same command sends the
same key again, and the centre gives the same answer.
"""

import json
import re
from base64 import b64decode, b64encode
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from core.ids import SchoolId, TerminalId
from core.wire import API, enrolment_proof, plain_code
from sync.errors import EnrolmentError
from sync.identity import (
    CA_FILE_NAME,
    KEY_BYTES,
    Identity,
    read_secret_file,
    save_identity,
    write_secret_file,
)

PENDING_NAME = "enrolment.key"
_TIMEOUT_S = 15.0
_CREATED = 201
# What the system puts before its own words: a number that helps nobody at a till.
_ERROR_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


def enrol(*, central_url: str, code: str, folder: Path) -> Identity:
    """Enrol this terminal, and save its identity in its folder.

    code: the one-time code, in any spelling. Raises EnrolmentError, IdentityFileError.
    """
    url = safe_url(central_url)
    private_key = pending_key(folder)
    reply = _ask(url, code, private_key, folder)
    try:
        identity = Identity(
            school_id=SchoolId(str(reply["school_id"])),
            terminal_id=TerminalId(str(reply["terminal_id"])),
            terminal_name=str(reply["terminal_name"]),
            central_url=url,
            key_id=str(reply["key_id"]),
            private_key=private_key,
            badge_key=b64decode(str(reply["badge_key"]), validate=True),
            centre_key=_key(b64decode(str(reply["centre_key"]), validate=True)),
        )
    except (KeyError, ValueError) as error:
        message = f"{url} did not answer like a centre; check the address"
        raise EnrolmentError(message) from error
    save_identity(identity, folder)
    (folder / PENDING_NAME).unlink(missing_ok=True)
    return identity


def safe_url(written: str) -> str:
    """Return an address that secrets may travel to, without its last slash.

    Raises EnrolmentError.
    """
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme == "https" and host:
        return written.rstrip("/")
    if parts.scheme == "http" and _is_this_machine(host):
        return written.rstrip("/")
    message = (
        f"central {written!r}: write https://HOST; http:// is for a centre on this machine only,"
        " because the school's badge secret travels in the answer"
    )
    raise EnrolmentError(message)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pending_key(folder: Path) -> bytes:
    """Return the key that waits to be pinned; a new one, written down, where there is none."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  heavy
        Ed25519PrivateKey,
    )

    written = read_secret_file(folder / PENDING_NAME)
    if written is not None:
        try:
            return _key(bytes.fromhex(written.strip()))
        except ValueError:
            pass  # Torn or foreign: no centre can have pinned it, so a new one takes its place.
    private_key = Ed25519PrivateKey.generate().private_bytes_raw()
    write_secret_file(folder / PENDING_NAME, private_key.hex() + "\n")
    return private_key


def _key(value: bytes) -> bytes:
    if len(value) != KEY_BYTES:
        message = f"an Ed25519 key has {KEY_BYTES} bytes"
        raise ValueError(message)
    return value


def _ask(url: str, code: str, private_key: bytes, folder: Path) -> dict[str, object]:
    import httpx  # noqa: PLC0415  heavy
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  heavy
        Ed25519PrivateKey,
    )

    from sync.channel import open_client  # noqa: PLC0415  heavy

    key = Ed25519PrivateKey.from_private_bytes(private_key)
    public_key = key.public_key().public_bytes_raw()
    proof = key.sign(enrolment_proof(code=plain_code(code), public_key=public_key))
    ca_path = folder / CA_FILE_NAME
    ca_file = ca_path if ca_path.exists() else None
    body = {
        "code": code,
        "public_key": b64encode(public_key).decode(),
        "proof": b64encode(proof).decode(),
    }
    try:
        with open_client(url, ca_file, timeout_s=_TIMEOUT_S) as client:
            response = client.post(f"{url}{API}/enrolments", json=body)
            content = response.content
    except (httpx.HTTPError, OSError) as error:
        words = _ERROR_NUMBER.sub("", " ".join(str(error).split())) or type(error).__name__
        message = f"centre {url} cannot be reached: {words}; check the address and the network"
        raise EnrolmentError(message) from error
    return _read_answer(url, response.status_code, content)


def _read_answer(url: str, status: int, content: bytes) -> dict[str, object]:
    try:
        plain = json.loads(content)
    except ValueError:
        plain = None
    if not isinstance(plain, dict):
        message = f"{url} did not answer like a centre; check the address"
        raise EnrolmentError(message)
    if status != _CREATED:
        detail = " ".join(str(plain.get("detail", f"status {status}")).split())
        message = f"centre {url} did not enrol this terminal: {detail}"
        raise EnrolmentError(message)
    return plain
