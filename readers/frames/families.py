"""Every family of serial frame by its word in an address: its decoder, its speed, its question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.tap import Assurance, Feedback
from readers.address import ReaderAddress
from readers.errors import ReaderAddressError
from readers.frames import em4100, stronglink, twn, wiegand
from readers.frames.base import FrameDecoder, LineDecoder
from readers.frames.forms import CARD_WORDS, Form, Order, card_from, text_card
from readers.frames.generic import Checksum, GenericFrame

_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Family:
    """One family. question: what asks for a card, where the reader speaks only when asked.

    lights: what the host sends for a decision. options: the words its address may hold.
    """

    decoder: Callable[[ReaderAddress], FrameDecoder]
    baud: int = 9600
    question: bytes = b""
    options: tuple[str, ...] = ()
    assurance: Assurance = Assurance.UID
    lights: Mapping[Feedback, bytes] | None = None


def _em4100(address: ReaderAddress) -> FrameDecoder:
    is_printed = address.choice("number", ("full", "printed"), "full") == "printed"
    return em4100.decoder(is_printed=is_printed)


def _twn3(address: ReaderAddress) -> FrameDecoder:
    return twn.twn3_decoder(order=_order(address), card=_card(address))


def _promag(address: ReaderAddress) -> FrameDecoder:
    form = Form(address.choice("form", ("hex", "decimal"), "hex"))
    order, card = _order(address), _card(address)
    brackets = bytes(range(0x02, 0x04))
    return LineDecoder(
        lambda line: card_from(line.strip(brackets), form, order, card), bytes_max=96
    )


def _generic(address: ReaderAddress) -> FrameDecoder:
    length = address.number("length", 0, low=0, high=_LENGTH_MAX)
    start = _bytes(address, "start", "")
    form = Form(address.choice("form", tuple(Form), Form.HEX))
    checksum = Checksum(address.choice("checksum", tuple(Checksum), Checksum.NONE))
    if length and not start:
        raise ReaderAddressError(
            f"{address.text}: length= needs a start=, or the frame is not found again after noise"
        )
    if form is Form.BINARY and not length:
        raise ReaderAddressError(f"{address.text}: form=binary needs start= and length=")
    if form in (Form.TEXT, Form.DECIMAL) and checksum is not Checksum.NONE:
        raise ReaderAddressError(f"{address.text}: checksum= goes with form=hex or form=binary")
    return GenericFrame(
        start=start,
        end=_bytes(address, "end", "0D0A"),
        length=length,
        form=form,
        order=_order(address),
        checksum=checksum,
        card=_card(address),
    ).decoder()


def _order(address: ReaderAddress) -> Order:
    return Order(address.choice("order", tuple(Order), Order.TRANSMISSION))


def _card(address: ReaderAddress) -> str:
    return address.choice("card", CARD_WORDS, "auto")


def _bytes(address: ReaderAddress, option: str, default: str) -> bytes:
    written = address.options.get(option, default)
    try:
        return bytes.fromhex(written)
    except ValueError as error:
        raise ReaderAddressError(
            f"{address.text}: {option}={written} is not hexadecimal, such as 0D0A"
        ) from error


_EM4100 = Family(_em4100, options=("number",))
_LINE = Family(lambda _address: LineDecoder(text_card), assurance=Assurance.TYPED)
FAMILIES: Mapping[str, Family] = {
    "rdm6300": _EM4100,
    "em4100": _EM4100,
    "id12la": _EM4100,
    "id20la": _EM4100,
    "twn4": Family(lambda _address: twn.twn4_decoder(), question=twn.TWN4_SEARCH),
    "twn3": Family(_twn3, question=twn.TWN3_SEARCH, options=("order", "card")),
    "promag": Family(_promag, baud=19200, options=("form", "order", "card")),
    "sl03x": Family(
        lambda _address: stronglink.decoder(),
        baud=115200,
        question=stronglink.SELECT,
        lights={
            Feedback.ACCEPTED: stronglink.RED_LIGHT_OFF,
            Feedback.REFUSED: stronglink.RED_LIGHT_ON,
            Feedback.ATTENTION: stronglink.RED_LIGHT_ON,
        },
    ),
    "wiegand26": Family(lambda _address: wiegand.decoder(26)),
    "wiegand34": Family(lambda _address: wiegand.decoder(34)),
    "line": _LINE,
    "qr": _LINE,
    "barcode": _LINE,
    "generic": Family(
        _generic, options=("start", "end", "length", "form", "order", "checksum", "card")
    ),
}
