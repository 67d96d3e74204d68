"""A PN532 board on a serial line: enough of its protocol for nfcpy's own driver to run unchanged.

Frame: 00 00 FF LEN LCS D4|D5 … DCS 00, where LEN+LCS and all of D4… with DCS are 0 modulo 256.
"""

from dataclasses import dataclass, field

ACK = bytes.fromhex("0000FF00FF00")
READ, GET_VERSION = 0x30, 0x60
NTAG213 = bytes.fromhex("0004040201000F03")
NO_TAG_IN_FIFO = 0x26
FELICA_212 = 1
WELL, TIMED_OUT = b"\x00", b"\x01"


def crc_a(sent: bytes) -> bytes:
    """Return the check of ISO 14443-A, low byte first."""
    check = 0x6363
    for byte in sent:
        value = byte ^ (check & 0xFF)
        value ^= (value << 4) & 0xFF
        check = (check >> 8) ^ (value << 8) ^ (value << 3) ^ (value >> 4)
    return check.to_bytes(2, "little")


@dataclass(slots=True)
class Tag:
    """A card in the field. memory: pages of four bytes, for a tag that can be read."""

    uid: bytes
    sak: int = 0x00
    atqa: bytes = b"\x00\x44"
    memory: bytes = b""


@dataclass(slots=True)
class Pn532Board:
    """The board: `answer` takes what the host wrote and returns what the board says.

    felica_number: the eight bytes of a FeliCa card in the field, in place of a tag.
    tag_leaves_after: how many times the tag answers, once it is found, before it is taken away.
    """

    tag: Tag | None = None
    felica_number: bytes = b""
    is_mute: bool = False
    tag_leaves_after: int | None = None
    commands: list[int] = field(default_factory=list)
    kept: bytes = b""

    def answer(self, received: bytes) -> bytes:
        """Take bytes, however cut, and return acknowledgements and answers."""
        self.kept += received
        said = b""
        while (frame := self._next_frame()) is not None:
            if frame and not self.is_mute:
                said += ACK + self._framed(self._do(frame[1], frame[2:]))
        return said

    def _next_frame(self) -> bytes | None:
        start = self.kept.find(b"\x00\xff")
        if start < 0 or len(self.kept) < start + 4:
            return None
        length = self.kept[start + 2]
        if (length, self.kept[start + 3]) in ((0x00, 0xFF), (0xFF, 0x00)):
            self.kept = self.kept[start + 4 :]
            return b""
        body = start + 4
        if (length, self.kept[start + 3]) == (0xFF, 0xFF):
            if len(self.kept) < start + 7:
                return None
            length = int.from_bytes(self.kept[start + 4 : start + 6], "big")
            body = start + 7
        end = body + length + 2
        if len(self.kept) < end:
            return None
        frame = self.kept[body : body + length]
        self.kept = self.kept[end:]
        return frame

    def _framed(self, payload: bytes) -> bytes:
        body = b"\xd5" + payload
        size = len(body).to_bytes(2, "big")
        head = b"\x00\x00\xff" + (
            size[1:] + bytes([-len(body) % 256])
            if len(body) < 0xFF
            else b"\xff\xff" + size + bytes([-sum(size) % 256])
        )
        return head + body + bytes([-sum(body) % 256, 0x00])

    def _do(self, command: int, payload: bytes) -> bytes:
        self.commands.append(command)
        return bytes([command + 1]) + self._result(command, payload)

    def _result(self, command: int, payload: bytes) -> bytes:
        match command:
            case 0x00:
                return payload
            case 0x02:
                return bytes.fromhex("32010607")
            case 0x06:
                return bytes(
                    NO_TAG_IN_FIFO if payload[at : at + 2] == b"\x63\x39" else 0
                    for at in range(0, len(payload), 2)
                )
            case 0x16 | 0x44 | 0x52:
                return WELL
            case 0x4A:
                return self._list_target(payload)
            case 0x40 | 0x42:
                return self._exchange(payload if command == 0x42 else payload[1:])
            case _:
                return b""

    def _list_target(self, payload: bytes) -> bytes:
        tag = self.tag
        if payload[1] == FELICA_212 and self.felica_number:
            return b"\x01\x01\x12\x01" + self.felica_number + bytes(8)
        if tag is None or payload[1] != 0 or not self._stays():
            return b"\x00"
        return b"\x01\x01" + tag.atqa + bytes([tag.sak, len(tag.uid)]) + tag.uid

    def _exchange(self, payload: bytes) -> bytes:
        tag = self.tag
        if tag is None or not tag.memory or not self._stays():
            return TIMED_OUT
        if payload[0] == READ:
            page = (tag.memory * 2)[payload[1] * 4 :][:16].ljust(16, b"\0")
            return WELL + page + crc_a(page)
        if payload[0] == GET_VERSION:
            return WELL + NTAG213 + crc_a(NTAG213)
        return TIMED_OUT

    def _stays(self) -> bool:
        """Whether the tag still answers; at the end of its time it is taken away."""
        if self.tag_leaves_after is None:
            return True
        if self.tag_leaves_after < 0:
            self.tag = None
            return False
        self.tag_leaves_after -= 1
        return True
