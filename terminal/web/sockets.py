"""The two doors of the server: a TCP socket for pages, a Unix socket for the command line."""

import contextlib
import errno
import ipaddress
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from terminal.web.errors import WebAddressError

_BACKLOG = 64
_PORT_MAX = 65535
_PROBE_TIMEOUT_S = 0.5
_OWNER_ONLY = 0o600
_PATH_BYTES_MAX = 107


LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names under which a browser on this machine asks."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where pages are served. port: 0 takes a free one."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def netloc(self) -> str:
        """Host and port as they stand in a web address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_listen(text: str, *, is_network_allowed: bool) -> Listen:
    """Return the address that `HOST:PORT` or `[V6]:PORT` names.

    Raises WebAddressError when it is malformed, or reaches beyond this machine unasked.
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdecimal() and int(port) <= _PORT_MAX):
        raise WebAddressError(
            f"{text!r} is no address for the screens; write HOST:PORT, for example 127.0.0.1:8750"
        )
    listen = Listen(host=host, port=int(port))
    if not listen.is_loopback and not is_network_allowed:
        raise WebAddressError(
            f"{text} would show the screens to the network; listen on 127.0.0.1:{listen.port},"
            " or put screens.crt and screens.key into the terminal's folder"
        )
    if is_network_allowed and _is_every_address(host):
        raise WebAddressError(
            f"{text} would serve the screens on every network; name the one address that the"
            " certificate is for"
        )
    return listen


def _is_every_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def bind_tcp(listen: Listen) -> socket.socket:
    """Return a listening TCP socket. Raises WebAddressError when the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _refused(listen, error) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
        bound.settimeout(0)
    except OSError as error:
        bound.close()
        raise _refused(listen, error) from error
    return bound


def _refused(listen: Listen, error: OSError) -> WebAddressError:
    where = listen.netloc
    if error.errno == errno.EADDRINUSE:
        return WebAddressError(
            f"another program serves {where} already; stop it, or set another port (0 takes a"
            " free one)"
        )
    if error.errno == errno.EACCES:
        return WebAddressError(f"{where} needs root; set a port above 1023")
    return WebAddressError(f"{where} cannot be served ({error.strerror}); listen on 127.0.0.1:8750")


def bind_unix(path: Path) -> socket.socket:
    """Return a listening Unix socket that only its owner may use (mode 0600).

    A file left by a terminal that was killed is replaced; one on which a terminal answers is not.
    Raises WebAddressError.
    """
    _clear(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Nobody can connect before listen(), so the mode is right from the first connection on.
        with _address(path) as address:
            bound.bind(address)
        path.chmod(_OWNER_ONLY)
        bound.listen(_BACKLOG)
        bound.settimeout(0)
    except OSError as error:
        bound.close()
        raise WebAddressError(
            f"no socket for commands at {path} ({error.strerror or error}); name a short path in"
            " a folder that this user may write"
        ) from error
    return bound


def _clear(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise WebAddressError(
            f"{path} cannot be looked at ({error.strerror}); check the folder's owner and mode"
        ) from error
    if not stat.S_ISSOCK(mode):
        raise WebAddressError(f"{path} is no socket; move this file away or name another path")
    if _is_answering(path):
        raise WebAddressError(f"a terminal already answers on {path}; stop it first")
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """Yield a path that the kernel takes, which reads 107 bytes at most (unix(7))."""
    if len(os.fsencode(path)) <= _PATH_BYTES_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _is_answering(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, _address(path) as address:
        probe.settimeout(_PROBE_TIMEOUT_S)
        try:
            probe.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # a full backlog or a foreign owner: somebody is there
        return True
