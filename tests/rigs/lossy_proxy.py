"""A TCP proxy on loopback that cuts, delays, doubles and truncates, one fault a connection."""

import contextlib
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto


class Cut(Enum):
    """What happens to a connection."""

    REQUEST = auto()  # reset after so many bytes of the request have passed
    REPLY = auto()  # reset after so many bytes of the reply have passed
    TRUNCATED = auto()  # closed in order after so many bytes of the reply
    DOUBLED = auto()  # the request also reaches the server a second time, by another connection
    RESET = auto()  # reset as soon as it is made
    DELAYED = auto()  # the reply is held back for so long that nobody waits for it any more


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Cut
    after_bytes: int = 0
    delay_s: float = 0.0


class LossyProxy:
    """Forwards to one port; each new connection meets the next fault, or none.

    `seen` notes how many bytes each connection let pass: (request, reply).
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.faults: deque[Fault] = deque()
        self.met: list[Fault] = []
        self.seen: list[tuple[int, int]] = []
        self._seen_one = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)

    def first_seen(self) -> tuple[int, int]:
        """Return what the first connection let pass, once it has ended."""
        assert self._seen_one.wait(10), "no connection has ended yet"
        return self.seen[0]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            fault = self.faults.popleft() if self.faults else None
            if fault is not None:
                self.met.append(fault)
            if fault is not None and fault.kind is Cut.RESET:
                _reset(client)
                continue
            thread = threading.Thread(target=self._serve, args=(client, fault), daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, fault: Fault | None) -> None:
        try:
            server = socket.create_connection(self._target, timeout=5)
        except OSError:
            _reset(client)
            return
        passed = [0, 0]
        kept = (bytearray(), bytearray())
        closing = threading.Event()
        late_s = _late_s(fault)

        def pump(source: socket.socket, sink: socket.socket, side: int) -> None:
            cut = _limit(fault, side)
            try:
                while piece := source.recv(65536):
                    kept[side].extend(piece)
                    closing.wait(late_s * side)
                    if cut is not None and passed[side] + len(piece) >= cut:
                        sink.sendall(piece[: cut - passed[side]])
                        passed[side] = cut
                        break
                    sink.sendall(piece)
                    passed[side] += len(piece)
            except OSError:
                pass
            finally:
                if not closing.is_set():
                    closing.set()
                    if fault is not None and fault.kind in (Cut.REQUEST, Cut.REPLY):
                        _reset(client)
                        _reset(server)
                    else:
                        _close(client)
                        _close(server)

        down = threading.Thread(target=pump, args=(server, client, 1), daemon=True)
        down.start()
        pump(client, server, 0)
        down.join(5)
        self.seen.append((passed[0], passed[1]))
        self._seen_one.set()
        if fault is not None and fault.kind is Cut.DOUBLED:
            self._send_again(bytes(kept[0]))

    def _send_again(self, request: bytes) -> None:
        with contextlib.suppress(OSError), socket.create_connection(self._target, 5) as again:
            again.sendall(request)
            again.settimeout(0.2)
            while again.recv(65536):
                pass


def _late_s(fault: Fault | None) -> float:
    return fault.delay_s if fault is not None and fault.kind is Cut.DELAYED else 0.0


def _limit(fault: Fault | None, side: int) -> int | None:
    if fault is None:
        return None
    if fault.kind is Cut.REQUEST:
        return fault.after_bytes if side == 0 else None
    if fault.kind in (Cut.REPLY, Cut.TRUNCATED):
        return fault.after_bytes if side == 1 else None
    return None


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    _close(connection)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
