"""Who may use the pages: a launch token is exchanged for a signed cookie.

Loopback is not authentication: other users of the machine reach the port, too. A token opens one
session, unless it is kept (the demo's). A session is a random number signed with the server's key,
so that it outlives a restart of the daemon where the key is on disk; without the key it ends. It
holds no time: the cookie goes with the browser, and deleting the key ends all sessions at once.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from terminal.web.errors import WebAddressError


def cookie_name(port: int) -> str:
    """Return the name of the session cookie of a server.

    `__Host-`: a browser sends it back only to this very host. Browsers do not tell ports apart, so
    the name does: two terminals on one machine do not end each other's sessions.
    """
    return f"__Host-refectory-{port}"


_KEY_BYTES = 32
_TOKEN_BYTES = 16
_TOKENS_MAX = 32

Entropy = Callable[[int], bytes]


def load_key(path: Path | None, *, entropy: Entropy = os.urandom) -> bytes:
    """Return the key that signs sessions: 32 bytes, from a file of mode 0600 made when missing.

    path: None for a key that ends with the process. Raises WebAddressError.
    """
    if path is None:
        return entropy(_KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    except OSError as error:
        raise WebAddressError(
            f"the key of the screens cannot be kept in {path} ({error.strerror}); check the folder"
        ) from error
    key = entropy(_KEY_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key


def _read_key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise WebAddressError(
            f"the key of the screens in {path} cannot be read ({error.strerror}); check its owner"
        ) from error
    if len(key) != _KEY_BYTES:
        raise WebAddressError(
            f"{path} is no key of the screens; delete it, and open the screens anew"
        )
    return key


class Sessions:
    """Launch tokens and the sessions they open. Any thread may call.

    cookie: the cookie's name, see `cookie_name`. outlives_browser: whether browsers keep it when
    they are closed, as an enrolled device does.
    """

    def __init__(self, key: bytes, *, entropy: Entropy = os.urandom) -> None:
        self.cookie = cookie_name(0)
        self.outlives_browser = False
        self._key = key
        self._entropy = entropy
        self._kept: set[str] = set()
        self._once: dict[str, None] = {}

    def keep(self, token: str) -> None:
        """Let a token open any number of sessions."""
        self._kept.add(token)

    def admit_once(self, token: str) -> None:
        """Let a token open one session; of more than 32 that wait, the oldest goes."""
        self._once[token] = None
        while len(self._once) > _TOKENS_MAX:
            del self._once[next(iter(self._once))]

    def mint(self) -> str:
        """Return a new token that opens one session."""
        token = self._entropy(_TOKEN_BYTES).hex()
        self.admit_once(token)
        return token

    def open(self, token: str) -> str | None:
        """Return the cookie of a new session, or None for a token that opens none."""
        # Compared in constant time, and with each of them: no answer tells how near a guess was.
        matches = [known for known in (*self._kept, *self._once) if _is_same(known, token)]
        if not matches:
            return None
        self._once.pop(matches[0], None)
        nonce = self._entropy(_TOKEN_BYTES).hex()
        return f"{nonce}.{self._sign('session', nonce)}"

    def cookie_in(self, header: str) -> str | None:
        """Return the session that a request's Cookie header carries, good or not."""
        try:
            cookies = SimpleCookie(header)
        except CookieError:
            return None
        return cookies[self.cookie].value if self.cookie in cookies else None

    def is_open(self, cookie: str | None) -> bool:
        """Whether a cookie is one of ours."""
        nonce, _, signature = (cookie or "").partition(".")
        return _is_same(self._sign("session", nonce), signature)

    def csrf(self, cookie: str) -> str:
        """Return the word that a session's commands must carry."""
        return self._sign("csrf", cookie.partition(".")[0])

    def is_csrf(self, cookie: str, word: str) -> bool:
        """Whether a command carries its session's word."""
        return _is_same(self.csrf(cookie), word)

    def _sign(self, purpose: str, nonce: str) -> str:
        message = f"{purpose}\0{nonce}".encode()
        return hmac.digest(self._key, message, hashlib.sha256).hex()


def _is_same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())
