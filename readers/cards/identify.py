"""One card, from its ATR to what a tap says of it."""

from dataclasses import dataclass

from core.tap import Credential, Technology
from readers.cards import eid, type2, type4
from readers.cards.apdu import Exchange, command
from readers.cards.atr import technology_of
from readers.cards.ndef import NdefFaultError, first_text
from readers.errors import TornCardError

GET_UID = bytes.fromhex("FFCA000000")
_UID_BYTES_MAX = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. No credential: a card that tells no number. is_ndef_bad: its text lied."""

    credential: Credential | None
    ndef: str | None = None
    is_ndef_bad: bool = False


def read_card(atr: bytes, *, wants_ndef: bool, wants_eid: bool) -> Exchange[Reading]:
    """Read a card's number and, where wanted, its text or its eID card number.

    Raises TornCardError when the card left, or another took its place, between first and last
    command: the number is asked again at the end, so text and number are of one card.
    """
    technology = technology_of(atr)
    if technology is Technology.CONTACT:
        number = (yield from eid.read_card_number()) if wants_eid else None
        return Reading(Credential(technology, number) if number else None)
    uid = yield from _read_uid()
    if uid is None:
        return Reading(None)
    credential = Credential(technology, uid)
    if not wants_ndef or technology not in (Technology.ULTRALIGHT, Technology.ISO14443_4):
        return Reading(credential)
    ndef, is_bad = yield from _read_text(technology)
    if (yield from _read_uid()) != uid:
        raise TornCardError("another card took the place of the first; tap one card alone")
    return Reading(credential, ndef, is_bad)


def _read_uid() -> Exchange[bytes | None]:
    response = yield from command(GET_UID)
    is_number = response.is_well and 0 < len(response.payload) <= _UID_BYTES_MAX
    return response.payload if is_number else None


def _read_text(technology: Technology) -> Exchange[tuple[str | None, bool]]:
    is_tag = technology is Technology.ULTRALIGHT
    try:
        message = yield from (type2.read_message() if is_tag else type4.read_message())
        return (first_text(message) if message else None), False
    except NdefFaultError:
        return None, True
