"""Rules on settings that a type cannot say: each returns what is wrong in a few words, or None."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from config.timetable import TimetableError, read_timetable

_PEM = re.compile(r"-----BEGIN.*?(?:-----END[^\n]*-----|\Z)", re.DOTALL)
_STATEMENT = re.compile(r"^[ \t#]*(?P<key>[\w-]+)[ \t]*=(?P<value>.*)$", re.MULTILINE)

_PORT_MAX = 65535
_SECRET_WORDS = frozenset(
    {"code", "credential", "key", "passphrase", "password", "pepper", "pin", "secret", "token"}
)


def meaning_fault(key: str, value: object) -> str | None:
    """Return why a value of the right type makes no sense for its key, or None."""
    match key, value:
        case "data", Path():
            return None if value.is_absolute() else "not a full path"
        case "listen", str():
            return listen_fault(value)
        case "central", str():
            return central_fault(value)
        case "timetable", tuple():
            return timetable_fault(value)
        case "readers", tuple():
            return "one address twice" if len(set(value)) < len(value) else None
        case _:
            return None


def secret_fault(key: str, raw: object) -> str | None:
    """Return why a key or its value looks like a secret, or None. The value is never repeated.

    Settings are shown, compared, copied into support bundles and kept in version control.
    """
    words = set(key.lower().replace("-", "_").split("_"))
    named = words & _SECRET_WORDS
    is_pem = isinstance(raw, str) and "-----BEGIN" in raw
    has_password = any(
        _has_password(one) for one in (raw if isinstance(raw, list) else [raw]) if one
    )
    if not (named or is_pem or has_password):
        return None
    what = "an address with a password in it" if has_password else "a secret"
    name = key.replace("_", "-") if named else "NAME"
    return (
        f"{key} holds {what}, which never stands in settings; take it out, write it alone into"
        f" /etc/refectory/{name} and: chmod 600 /etc/refectory/{name}"
    )


def without_secrets(text: str) -> str:
    """Return a settings file's text with the values of what looks like a secret left out.

    Such a file is refused, but a technician may ask for help because of it.
    """
    text = _PEM.sub("[secret]", text)
    return _STATEMENT.sub(
        lambda found: (
            f"{found['key']} = [secret]"
            if secret_fault(found["key"], found["value"].strip("\"' "))
            else found.group()
        ),
        text,
    )


def _has_password(value: object) -> bool:
    if not isinstance(value, str) or "://" not in value:
        return False
    try:
        return urlsplit(value).password is not None
    except ValueError:
        return False


def listen_fault(address: str) -> str | None:
    """Return why a HOST:PORT cannot be listened on, or None."""
    port = address.rpartition(":")[2]
    return None if int(port) <= _PORT_MAX else f"there is no port {port}"


def central_fault(address: str) -> str | None:
    """Return why an address cannot be the centre's, or None.

    Plain HTTP is for the same machine alone: names, balances and badges travel on it.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "not a web address"
    if not parts.hostname:
        return "no host in it"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "http is readable by everybody on the network"
    return None


def timetable_fault(lines: Sequence[str]) -> str | None:
    """Return why lines make no timetable, or None."""
    try:
        read_timetable(lines)
    except TimetableError as error:
        return str(error)
    return None


def is_loopback(host: str) -> bool:
    """Tell whether a host name can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
