"""What a reader tells the till: a card came, a card went, the reader's health changed."""

import hashlib
import hmac
from enum import Enum, IntEnum, StrEnum
from functools import lru_cache

from core.ids import BadgeKey, TapId
from core.value import Value


class Family(StrEnum):
    """The namespace of a card's number: equal numbers of two families are two identities."""

    ISO14443A = "iso14443a"
    ISO14443B = "iso14443b"
    FELICA = "felica"
    ISO15693 = "iso15693"
    EM4100 = "em4100"
    HID_PROX = "hid_prox"
    WIEGAND26 = "wiegand26"
    WIEGAND34 = "wiegand34"
    BARCODE = "barcode"
    EID = "eid"
    TYPED = "typed"
    GENERIC = "generic"


class Technology(Enum):
    """What a reader could tell of a card. Value: the word that machines read, and the family.

    The family, the namespace of the card's number, is part of an identity, and the technology is
    not: one reader may call a card MIFARE Classic where another sees only ISO 14443-A, and it is
    the same badge at both.
    """

    def __init__(self, word: str, family: Family) -> None:
        self.word = word
        self.family = family

    MIFARE_CLASSIC = ("mifare_classic", Family.ISO14443A)
    ULTRALIGHT = ("ultralight", Family.ISO14443A)
    ISO14443_4 = ("iso14443_4", Family.ISO14443A)
    ISO14443A = ("iso14443a", Family.ISO14443A)
    ISO14443B = ("iso14443b", Family.ISO14443B)
    FELICA = ("felica", Family.FELICA)
    ISO15693 = ("iso15693", Family.ISO15693)
    CONTACT = ("contact", Family.EID)
    EM4100 = ("em4100", Family.EM4100)
    HID_PROX = ("hid_prox", Family.HID_PROX)
    WIEGAND26 = ("wiegand26", Family.WIEGAND26)
    WIEGAND34 = ("wiegand34", Family.WIEGAND34)
    BARCODE = ("barcode", Family.BARCODE)
    TYPED = ("typed", Family.TYPED)
    GENERIC = ("generic", Family.GENERIC)


class Assurance(IntEnum):
    """How well a tap proves whose badge it is (a UID is an identifier, not a proof).

    TICKET is no card: a code that the bursar gave a pupil for one day (`core.ticket`).
    """

    TYPED = 0
    UID = 1
    ROTATING_CODE = 2
    SUN_COUNTER = 3
    MUTUAL_AES = 4
    TICKET = 5


class IdentityFault(StrEnum):
    """Why a card's value is no identity."""

    LENGTH = "length"
    RANDOM_UID = "random_uid"
    CASCADE_TAG = "cascade_tag"
    EMPTY = "empty"


_UID_FAMILIES = frozenset({Family.ISO14443A})
_UID_LENGTHS = (4, 7, 10)
_SHORT_UID = 4
_RANDOM_UID_START = 0x08
_CASCADE_TAG = 0x88
_VALUE_BYTES_MAX = 256
_KEY_DIGITS = 32


class Credential(Value):
    """What a card says of itself: its technology, and its value in transmission order."""

    technology: Technology
    value: bytes

    @property
    def hex(self) -> str:
        """The value in upper-case hexadecimal."""
        return self.value.hex().upper()


def identity_fault(credential: Credential) -> IdentityFault | None:
    """Return why a credential cannot identify a person, or None when it can.

    ISO 14443-A numbers have 4, 7 or 10 bytes. Four bytes that begin 08 are made anew at each
    tap (NXP AN10927); four that begin 88 are a leaked cascade tag, not a number.
    """
    value = credential.value
    if not value:
        return IdentityFault.EMPTY
    if credential.technology.family not in _UID_FAMILIES:
        return None if len(value) <= _VALUE_BYTES_MAX else IdentityFault.LENGTH
    if len(value) not in _UID_LENGTHS:
        return IdentityFault.LENGTH
    if len(value) == _SHORT_UID and value[0] == _RANDOM_UID_START:
        return IdentityFault.RANDOM_UID
    if len(value) == _SHORT_UID and value[0] == _CASCADE_TAG:
        return IdentityFault.CASCADE_TAG
    return None


def badge_key(credential: Credential, *, school_key: bytes) -> BadgeKey:
    """Return the keyed hash under which a school knows a badge: 32 hexadecimal digits.

    school_key: the school's secret, 16 bytes or more. HMAC-SHA-256 (RFC 2104) over the family, a
    zero byte and the value, cut to 128 bits.
    """
    code = _hmac_begun(school_key).copy()
    code.update(credential.technology.family.encode() + b"\0" + credential.value)
    return BadgeKey(code.hexdigest()[:_KEY_DIGITS])


@lru_cache(8)
def _hmac_begun(school_key: bytes) -> hmac.HMAC:
    """Return an HMAC as far as its key goes (RFC 2104, section 4): each tap goes on with a copy."""
    return hmac.new(school_key, digestmod=hashlib.sha256)


class Tap(Value):
    """A card came to a reader. `mono_ns`: the monotonic clock when it was read."""

    id: TapId
    reader: str
    credential: Credential
    assurance: Assurance
    mono_ns: int
    ndef: str | None = None


class Repeated(Value):
    """The same badge was read again while it lay on the reader: to be counted, not decided."""

    tap: Tap


class Removed(Value):
    """The card left the reader, so that its next tap is a new one."""

    reader: str
    mono_ns: int


class HealthState(StrEnum):
    """How a reader is."""

    UP = "up"
    NO_SERVICE = "no_service"
    NO_READER = "no_reader"
    BUSY = "busy"
    DEGRADED = "degraded"
    UNPLUGGED = "unplugged"
    RECOVERED = "recovered"


class Health(Value):
    """A reader's state, with one plain sentence for a technician: what, where, the cure."""

    reader: str
    state: HealthState
    detail: str
    mono_ns: int


ReaderEvent = Tap | Repeated | Removed | Health


class Feedback(StrEnum):
    """What a reader's own light or buzzer should say, once the decision is durable."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ATTENTION = "attention"
