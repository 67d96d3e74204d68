"""How a mail leaves the centre: into a folder, by default, or through any SMTP server.

The sender is an address, as readers and printers are:

    file:///var/lib/refectory/mail
    smtp+starttls://USER@mail.school.example:587?from=canteen@school.example
    smtps://USER@mail.school.example:465?from=canteen@school.example
    smtp://127.0.0.1:25?from=canteen@school.example     without TLS: on this machine alone

A password is never in the address. The server's certificate is proven (RFC 8314).
"""

import smtplib
import ssl
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from os import O_CREAT, O_EXCL, O_WRONLY, fdopen
from os import open as open_file
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from typing_extensions import override

from central.errors import MailDelayedError, MailRefusedError, MailSettingsError

_TIMEOUT_S: Final = 20.0
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LATER_CODES: Final = range(400, 500)
_EXAMPLE: Final = "smtp+starttls://USER@HOST:587?from=ADDRESS"


class MailSender(ABC):
    """Where mail goes. origin: the address that it comes from."""

    origin: str

    @abstractmethod
    def send(self, message: EmailMessage) -> None:
        """Hand one mail over. Raises MailDelayedError, or MailRefusedError for good."""


@dataclass(frozen=True, slots=True)
class FileSender(MailSender):
    """Writes each mail to a file of its own, which this user alone can read."""

    folder: Path
    origin: str = "refectory@localhost"

    @override
    def send(self, message: EmailMessage) -> None:
        name = "".join(sign for sign in str(message["Message-ID"]) if sign.isalnum())
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            place = self.folder / f"{name[:60]}.eml"
            with fdopen(open_file(place, O_WRONLY | O_CREAT | O_EXCL, 0o600), "wb") as file:
                file.write(message.as_bytes(policy=SMTP))
        except OSError as error:
            message_text = f"{self.folder}: {error.strerror}"
            raise MailDelayedError(message_text) from error


@dataclass(frozen=True, slots=True)
class SmtpSender(MailSender):
    """Speaks to a server. scheme: as in the address; context: for another certificate authority."""

    scheme: str
    host: str
    port: int
    origin: str
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None

    @override
    def send(self, message: EmailMessage) -> None:
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message, from_addr=self.origin)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _fault(code, text) from error
        except smtplib.SMTPAuthenticationError as error:
            # A wrong password is ours to mend: what waits is worth keeping.
            message_text = f"{self.host} does not take the user name and the password"
            raise MailDelayedError(message_text) from error
        except smtplib.SMTPResponseException as error:
            raise _fault(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            message_text = f"{self.host}:{self.port}: {error}"
            raise MailDelayedError(message_text) from error

    def _connect(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
        try:
            if self.scheme == "smtp+starttls":
                # Raises where the server has no TLS: nothing ever goes on without it.
                server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server


@dataclass(slots=True)
class MemorySender(MailSender):
    """The twin: keeps mail, and fails as often as it is told to."""

    origin: str = "canteen@school.example"
    sent: list[EmailMessage] = field(default_factory=list)
    faults: deque[Exception] = field(default_factory=deque)

    @override
    def send(self, message: EmailMessage) -> None:
        if self.faults:
            raise self.faults.popleft()
        self.sent.append(message)


def open_sender(url: str, *, password: str = "") -> MailSender:
    """Return the sender of an address. Raises MailSettingsError, with what to write."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileSender(Path(unquote(parts.path)), _origin(parts, usual="refectory@localhost"))
    if parts.scheme not in _PORTS:
        message = f"mail {parts.scheme}://…: no such kind; write file:///FOLDER or {_EXAMPLE}"
        raise MailSettingsError(message)
    return _smtp(parts, password)


def _smtp(parts: SplitResult, password: str) -> SmtpSender:
    try:
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        message = f"mail: the port is no number from 1 to 65535; write {_EXAMPLE}"
        raise MailSettingsError(message) from error
    if not host:
        message = f"mail: the address names no server; write {_EXAMPLE}"
        raise MailSettingsError(message)
    if parts.password is not None:
        message = "mail: a password does not belong into the address; name a file that holds it"
        raise MailSettingsError(message)
    if parts.scheme == "smtp" and host not in _LOOPBACK:
        message = f"mail: {host} is another machine: write smtp+starttls:// or smtps://"
        raise MailSettingsError(message)
    user = unquote(parts.username or "")
    if user and not password:
        message = f"mail: {user} needs a password; name the file that holds it"
        raise MailSettingsError(message)
    return SmtpSender(
        scheme=parts.scheme,
        host=host,
        port=port,
        user=user,
        password=password,
        origin=_origin(parts),
    )


def _origin(parts: SplitResult, *, usual: str = "") -> str:
    written = parse_qs(parts.query).get("from", [""])[0]
    return checked_address(written) if written or not usual else usual


def checked_address(written: str) -> str:
    """Return a mail address as it is kept. Raises MailSettingsError when it is none."""
    plain = written.strip()
    try:
        known = Address(addr_spec=plain)
    except (ValueError, IndexError, MessageError) as error:
        raise _no_address(written) from error
    if not ("." in known.domain and known.username and len(plain) <= 254 and plain.isascii()):  # noqa: PLR2004  RFC 5321, section 4.5.3
        raise _no_address(written)
    return plain


def _no_address(written: str) -> MailSettingsError:
    return MailSettingsError(f"{written[:80]!r} is no mail address; write NAME@DOMAIN")


def _fault(code: int, text: bytes | str) -> MailDelayedError | MailRefusedError:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    told = f"{code} {' '.join(said.split())}"[:200]
    return MailDelayedError(told) if code in _LATER_CODES else MailRefusedError(told)
