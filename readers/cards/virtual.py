"""Virtual cards: the card side of the protocols, without I/O, for rehearsals and fuzzers.

Each answers a command APDU as the real card would behind a PC/SC reader.
"""

from dataclasses import dataclass, field

from readers.cards.atr import storage_atr
from readers.cards.eid import SELECT_IDENTITY
from readers.cards.identify import GET_UID
from readers.cards.type4 import SELECT_APPLICATION

_WELL = b"\x90\x00"
_NOT_SUPPORTED = b"\x6a\x81"
_NOT_FOUND = b"\x6a\x82"
_NOT_AUTHENTICATED = b"\x69\x82"
_WRONG_INSTRUCTION = b"\x6d\x00"
_CLASSIC_BLOCKS = 64


@dataclass(slots=True)
class VirtualCard:
    """A storage card that knows its number alone (FeliCa, ISO 15693, plain ISO 14443-A)."""

    atr: bytes
    uid: bytes

    def reset(self) -> None:
        """Forget what a command selected or authenticated."""

    def answer(self, apdu: bytes) -> bytes:
        """Return the response to a command, status word included."""
        if apdu == GET_UID:
            return self.uid + _WELL
        if apdu[:2] == b"\xff\xca":
            return _NOT_SUPPORTED
        return self.answer_other(apdu)

    def answer_other(self, apdu: bytes) -> bytes:
        """Return the response to a command that does not ask for the number."""
        del apdu
        return _WRONG_INSTRUCTION


@dataclass(slots=True)
class MifareClassic(VirtualCard):
    """A MIFARE Classic 1K with the transport key: blocks are read after authentication."""

    is_authenticated: bool = False

    def reset(self) -> None:
        """Forget the authentication."""
        self.is_authenticated = False

    def answer_other(self, apdu: bytes) -> bytes:
        """Answer load key, authenticate and read block."""
        if apdu[:2] == b"\xff\x82":
            return _WELL
        if apdu[:2] == b"\xff\x86":
            self.is_authenticated = True
            return _WELL
        if apdu[:2] == b"\xff\xb0":
            if not self.is_authenticated:
                return _NOT_AUTHENTICATED
            return bytes(16) + _WELL if apdu[3] < _CLASSIC_BLOCKS else _NOT_FOUND
        return _WRONG_INSTRUCTION


@dataclass(slots=True)
class Type2Tag(VirtualCard):
    """An NTAG: memory in pages of four bytes, read sixteen at a time."""

    memory: bytes = b""

    def answer_other(self, apdu: bytes) -> bytes:
        """Answer READ BINARY."""
        if apdu[:2] != b"\xff\xb0" or len(apdu) != 5:
            return _WRONG_INSTRUCTION
        read = self.memory[apdu[3] * 4 :][: apdu[4]]
        return read + _WELL if len(read) == apdu[4] else _NOT_FOUND


@dataclass(slots=True)
class Type4Tag(VirtualCard):
    """A processor card with the NDEF application: files that are selected, then read."""

    files: dict[bytes, bytes] = field(default_factory=dict)
    selected: bytes | None = None
    is_application_selected: bool = False

    def reset(self) -> None:
        """Forget what is selected."""
        self.selected = None
        self.is_application_selected = False

    def answer_other(self, apdu: bytes) -> bytes:
        """Answer SELECT and READ BINARY."""
        if apdu == SELECT_APPLICATION:
            self.is_application_selected = bool(self.files)
            return _WELL if self.files else _NOT_FOUND
        if apdu[:4] == bytes.fromhex("00A4000C"):
            self.selected = apdu[5:7]
            is_there = self.is_application_selected and self.selected in self.files
            return _WELL if is_there else _NOT_FOUND
        if apdu[:2] == b"\x00\xb0":
            return self._read(apdu)
        return _WRONG_INSTRUCTION

    def _read(self, apdu: bytes) -> bytes:
        content = self.files.get(self.selected or b"", b"")
        offset = int.from_bytes(apdu[2:4], "big")
        return content[offset:][: apdu[4] or 256] + _WELL


@dataclass(slots=True)
class BelgianEid(VirtualCard):
    """A Belgian identity card under T=0: it insists on the exact length of a read."""

    identity: bytes = b""
    is_selected: bool = False
    reads: list[tuple[int, int]] = field(default_factory=list)

    def reset(self) -> None:
        """Forget what is selected."""
        self.is_selected = False

    def answer(self, apdu: bytes) -> bytes:
        """Answer SELECT by path and READ BINARY; a contact card knows no reader commands."""
        if apdu == SELECT_IDENTITY:
            self.is_selected = True
            return _WELL
        if apdu[:2] != b"\x00\xb0" or not self.is_selected:
            return _WRONG_INSTRUCTION
        offset, length = int.from_bytes(apdu[2:4], "big"), apdu[4]
        left = len(self.identity) - offset
        if length == 0 or length > left:
            return bytes([0x6C, min(max(left, 0), 0xFF)])
        self.reads.append((offset, length))
        return self.identity[offset : offset + length] + _WELL


def mifare_classic(uid: bytes) -> MifareClassic:
    """Return a MIFARE Classic 1K."""
    return MifareClassic(storage_atr(0x03, 0x0001), uid)


def ntag(uid: bytes, message: bytes = b"") -> Type2Tag:
    """Return an NTAG with a seven-byte number and an NDEF message."""
    assert len(uid) == 7, "an NTAG has a seven-byte number"
    check0 = 0x88 ^ uid[0] ^ uid[1] ^ uid[2]
    check1 = uid[3] ^ uid[4] ^ uid[5] ^ uid[6]
    length = (
        bytes([len(message)]) if len(message) < 0xFF else b"\xff" + len(message).to_bytes(2, "big")
    )
    area = (b"\x03" + length + message + b"\xfe") if message else b"\x03\x00\xfe"
    size = max(144, -(-len(area) // 16) * 16)
    container = bytes([0xE1, 0x10, min(size // 8, 0xFF), 0x00])
    head = uid[:3] + bytes([check0]) + uid[3:] + bytes([check1]) + bytes.fromhex("480000")
    return Type2Tag(
        storage_atr(0x03, 0x0003), uid, head + container + area.ljust(size, b"\0") + bytes(32)
    )


def type4(uid: bytes, message: bytes | None = b"") -> Type4Tag:
    """Return a processor card; without a message at all it has no NDEF application."""
    files: dict[bytes, bytes] = {}
    if message is not None:
        files[b"\xe1\x03"] = bytes.fromhex("000F20003B00340406E10404000000")
        files[b"\xe1\x04"] = len(message).to_bytes(2, "big") + message
    return Type4Tag(bytes.fromhex("3B8180018080"), uid, files)


def belgian_eid(card_number: str) -> BelgianEid:
    """Return a Belgian eID with a card number, and a made-up national number behind it."""
    fields = ((1, card_number.encode()), (2, bytes(16)), (6, b"00000000097"), (7, b"Peeters"))
    identity = b"".join(bytes([tag, len(value)]) + value for tag, value in fields)
    return BelgianEid(bytes.fromhex("3B9813400AA503010101AD1311"), b"", identity)


def felica(idm: bytes) -> VirtualCard:
    """Return a FeliCa card."""
    return VirtualCard(storage_atr(0x11, 0x003B), idm)


def iso15693(uid: bytes) -> VirtualCard:
    """Return an ISO 15693 label."""
    return VirtualCard(storage_atr(0x0B, 0x0014), uid)
