"""The inside of the PC/SC rig: runs in a network namespace of its own, obeys lines on its stdin.

It starts and kills a private pcscd and plays the cards: connecting to a port of the virtual reader
inserts one, closing takes it away. One JSON object a line in, one a line out.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from readers.cards import virtual

READY_S = 10.0
POWER_OFF, POWER_ON, RESET, GET_ATR = 0, 1, 2, 4


class CardInSlot:
    """A card on the wire of vpcd: two bytes of length, then a control byte or an APDU."""

    def __init__(self, port: int, card: virtual.VirtualCard, tear_after: int | None) -> None:
        self._port = port
        self._card = card
        self._tear_after = tear_after
        self._taken = threading.Event()
        self._line = socket.socket()
        self.apdus = 0
        self._thread = threading.Thread(target=self._lie, daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card away."""
        self._taken.set()
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join(2)
        self._line.close()

    def _lie(self) -> None:
        """Lie in the slot until taken, also while pcscd is killed and started again."""
        while not self._taken.is_set():
            self._line.close()
            self._line = socket.socket()
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(OSError, EOFError):
                self._line.connect(("127.0.0.1", self._port))
                self._play()
            self._taken.wait(0.01)

    def _play(self) -> None:
        while True:
            message = self._receive(int.from_bytes(self._receive(2), "big"))
            if len(message) == 1:
                if message[0] == GET_ATR:
                    self._send(self._card.atr)
                elif message[0] in (POWER_ON, RESET):
                    self._card.reset()
                continue
            if self._tear_after == self.apdus:
                self._taken.set()
                self._line.shutdown(socket.SHUT_RDWR)
                return
            self.apdus += 1
            self._send(self._card.answer(message))

    def _receive(self, length: int) -> bytes:
        received = b""
        while len(received) < length:
            # vpcd writes length and body apart; without this each APDU waits 40 ms for an ACK.
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            piece = self._line.recv(length - len(received))
            if not piece:
                raise EOFError
            received += piece
        return received

    def _send(self, payload: bytes) -> None:
        self._line.sendall(len(payload).to_bytes(2, "big") + payload)


class Host:
    """The rig's namespace: one pcscd, and the cards in its slots."""

    def __init__(self, socket_path: str, configuration: str) -> None:
        self._socket_path = socket_path
        self._configuration = configuration
        self._pcscd: subprocess.Popen[bytes] | None = None
        self._cards: dict[int, CardInSlot] = {}

    def start(self, configuration: str | None = None) -> None:
        """Start pcscd behind its socket; it runs from the first client on."""
        Path(self._socket_path).unlink(missing_ok=True)
        self._pcscd = subprocess.Popen(
            [
                *("systemd-socket-activate", "-l", self._socket_path),
                *("/usr/sbin/pcscd", "--foreground", "--config"),
                configuration or self._configuration,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + READY_S
        while not Path(self._socket_path).exists() and time.monotonic() < deadline:
            select.select([], [], [], 0.01)

    def kill(self) -> None:
        """Kill pcscd as a crash would."""
        if self._pcscd is not None:
            self._pcscd.send_signal(signal.SIGKILL)
            self._pcscd.wait()
            self._pcscd = None

    def insert(self, port: int, kind: str, uid: str, message: str, tear_after: int | None) -> None:
        """Lay a card into a slot."""
        self.remove(port)
        self._cards[port] = CardInSlot(port, _card(kind, uid, message), tear_after)

    def remove(self, port: int) -> None:
        """Take the card out of a slot."""
        card = self._cards.pop(port, None)
        if card is not None:
            card.remove()

    def obey(self, order: dict) -> dict:
        """Do one order of the test."""
        match order["do"]:
            case "start":
                self.start(order.get("configuration"))
            case "kill":
                self.kill()
            case "insert":
                self.insert(
                    order["port"],
                    order["kind"],
                    order["uid"],
                    order["message"],
                    order["tear_after"],
                )
            case "remove":
                self.remove(order["port"])
            case "apdus":
                card = self._cards.get(order["port"])
                return {"apdus": card.apdus if card else 0}
        return {"done": order["do"]}

    def close(self) -> None:
        """End everything this process started."""
        for port in list(self._cards):
            self.remove(port)
        self.kill()


def _card(kind: str, uid: str, message: str) -> virtual.VirtualCard:
    number, text = bytes.fromhex(uid) if kind != "eid" else b"", bytes.fromhex(message)
    match kind:
        case "classic":
            return virtual.mifare_classic(number)
        case "ntag":
            return virtual.ntag(number, text)
        case "type4":
            return virtual.type4(number, text)
        case "eid":
            return virtual.belgian_eid(uid)
        case "felica":
            return virtual.felica(number)
        case "iso15693":
            return virtual.iso15693(number)
        case "mute":
            return virtual.VirtualCard(b"", number)
        case _:
            raise ValueError(kind)


def main() -> None:
    """Obey until stdin closes."""
    host = Host(sys.argv[1], sys.argv[2])
    try:
        host.start()
        print(json.dumps({"ready": os.getpid()}), flush=True)
        for line in sys.stdin:
            try:
                answer = host.obey(json.loads(line))
            except OSError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    finally:
        host.close()


if __name__ == "__main__":
    main()
