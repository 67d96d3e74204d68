"""The card number of a Belgian eID or Kids-ID, without a PIN, for enrolment in a contact reader.

Only the first field of the identity file is read. The national number stands further on in the
same file; it is never asked of the card, so it cannot be kept, logged or leaked by accident.
Source: the file layout of the Belgian middleware (Fedict/eid-mw).
"""

from readers.cards.apdu import Exchange, command, read_command

SELECT_IDENTITY = bytes.fromhex("00A4080C063F00DF014031")
_CARD_NUMBER_TAG = 1
_CARD_NUMBER_BYTES_MAX = 16


def read_card_number() -> Exchange[bytes | None]:
    """Return the number printed on the card, in ASCII, or None when this is no such card."""
    selected = yield from command(SELECT_IDENTITY)
    if not selected.is_well:
        return None
    head = yield from read_command(bytes.fromhex("00B0000002"))
    if not head.is_well or len(head.payload) < 2 or head.payload[0] != _CARD_NUMBER_TAG:
        return None
    length = head.payload[1]
    if not 0 < length <= _CARD_NUMBER_BYTES_MAX:
        return None
    field = yield from read_command(bytes([0x00, 0xB0, 0x00, 0x02, length]))
    number = field.payload[:length]
    is_number = field.is_well and len(number) == length and number.isalnum()
    return number if is_number else None
