"""A reader heard at another speed than it speaks at: noise with a name, and never a card.

A pseudo-terminal has no speed, so the wire itself is played: the levels that a sender puts on it
(8 bits, no parity, 1 stop bit), sampled as a receiver at another speed would.
"""

from bisect import bisect_right

import pytest

from core.tap import Credential
from readers.address import parse_address
from readers.frames.base import Decoded, FrameDecoder
from readers.frames.families import FAMILIES

SPEEDS = (1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 230400)
IDLE_BITS = 40
# One tick is a part of a bit's time at every speed above.
TICKS_A_SECOND = 1_382_400
SENT = {
    "rdm6300": b"\x0262E3086CED08\x03",
    "id12la": b"\x0262E3086CED08\r\n\x03",
    "twn4": b"000180380704112233445566\r",
    "twn3": b"04112233445566\r\n",
    "promag": b"\x0204112233445566\r\n\x03",
    "sl03x": bytes.fromhex("BD0801000411223301B1"),
    "wiegand26": b"2F764DD\r\n",
    "wiegand34": b"343640002\r\n",
    "qr": b"ELEVE-0042\r\n",
    "generic": bytes.fromhex("AA550411223344556669"),
}


def levels(sent: bytes) -> list[int]:
    """Return the wire's level in each bit's time: a start, eight bits low first, a stop."""
    wire = [1] * IDLE_BITS
    for byte in sent:
        wire += [0, *(byte >> bit & 1 for bit in range(8)), 1]
    return wire + [1] * IDLE_BITS


def heard(sent: bytes, *, spoken_baud: int, heard_baud: int) -> bytes:
    """Return what a receiver makes of bytes that were sent at another speed."""
    wire = levels(sent)
    spoken, listened = TICKS_A_SECOND // spoken_baud, TICKS_A_SECOND // heard_baud
    falls = [at * spoken for at in range(1, len(wire)) if wire[at - 1] > wire[at]]
    end = len(wire) * spoken
    said, now = bytearray(), 0
    while (next_fall := bisect_right(falls, now)) < len(falls):
        start = falls[next_fall]
        middles = [start + listened // 2 + bit * listened for bit in range(10)]
        bits = [wire[min(at, end - 1) // spoken] for at in middles]
        now = middles[9]
        if bits[0] == 0:
            said.append(sum(bit << place for place, bit in enumerate(bits[1:9])))
        else:
            now = start
    return bytes(said)


def decoder_of(word: str) -> FrameDecoder:
    more = "&start=AA55&length=8&form=binary&checksum=sum" if word == "generic" else ""
    return FAMILIES[word].decoder(parse_address(f"serial:///dev/ttyUSB0?frame={word}{more}"))


def decoded(word: str, said: bytes) -> tuple[list[Decoded], FrameDecoder]:
    decoder = decoder_of(word)
    return decoder.feed(said) + decoder.silence(), decoder


@pytest.mark.parametrize("word", SENT)
@pytest.mark.parametrize("speed", SPEEDS)
def test_the_wire_carries_every_byte_at_its_own_speed(word: str, speed: int) -> None:
    assert heard(SENT[word] * 3, spoken_baud=speed, heard_baud=speed) == SENT[word] * 3


@pytest.mark.parametrize("heard_baud", SPEEDS)
@pytest.mark.parametrize("word", SENT)
def test_another_speed_gives_noise_with_a_name_and_never_a_card(word: str, heard_baud: int) -> None:
    spoken_baud = FAMILIES[word].baud
    said = heard(SENT[word] * 3, spoken_baud=spoken_baud, heard_baud=heard_baud)
    found, decoder = decoded(word, said)
    cards = [card for card in found if isinstance(card, Credential)]
    if heard_baud == spoken_baud:
        assert len(cards) == 3
        return
    assert cards == []
    assert decoder.noise_bytes > 0
