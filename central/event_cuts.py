"""The events of a batch, cut apart where the form in which every terminal writes them says so.

A parser that only finds where each event ends reads the whole text, and then it is read once more
for what the events say. Since keys are sorted and nothing is blank, an event begins with `{"at":"`
and its day, and ends with `}`: so a batch is cut at `,{"at":"` with the day of its first event, and
the second reading proves the cut.

The proof. Let no backslash be in the text; then a string ends at the next quote. Take some of the
pieces, with commas between them, as a JSON array, and let a reader of a list of structs take it:
valid JSON, and as many structs as pieces. The reader's structs refuse members that they do not
know, and only the outermost has one called `at`.

1. The comma of each joint, which begins with `,{"at":"`, is not within a string: that string would
   end at the quote in front of `at`, and no JSON goes on with `at`.
2. It stands between two elements of an array, since `{` follows, and not the name of a member.
3. That array is the outermost: its element has a member `at`.
4. As many elements as pieces have as many commas between them as there are joints. So the joints
   are all of them, and each piece, which begins with `{` and ends with `}`, is one element: every
   byte of it, and nothing else.

A piece that no such reader takes is proven alone, as one JSON value. When every piece is a JSON
value, commas between them make an array of just these. And the text in front of them and behind
them, read as JSON without them, holds an empty list as its last member: theirs.

What is not proven, a batch of two days among it, is read in both steps (`central.wire_batch`), with
the same result.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

_OPENING: Final = b'"events":['
_CLOSING: Final = b"]}"
_BEGIN: Final = b'{"at":"'
_END: Final = b"}"
_BEGIN_BYTES: Final = len('{"at":"2026-11-24')
_VALUE: Final = msgspec.json.Decoder(msgspec.Raw)


class Pieces(NamedTuple):
    """The bytes of events.

    begin: what all of them begin with; rests: what follows in each. array: all of them as a JSON
    array without a backslash, where that stood so.
    """

    begin: bytes
    rests: Sequence[bytes]
    array: bytes | memoryview | None = None

    @property
    def bodies(self) -> tuple[bytes, ...]:
        """The bytes of each, which nobody wants together as long as all are well."""
        return tuple([self.begin + rest for rest in self.rests])


def whole(bodies: Sequence[bytes]) -> Pieces:
    """Return events whose bytes are given."""
    return Pieces(b"", bodies)


def cut_events(text: bytes, *, most: int) -> tuple[bytes, Pieces] | None:
    """Return a batch's text without its events, and the pieces that may be its events.

    None where the text has not the form; or has more than `most` of them.
    """
    found = text.find(_OPENING)
    start, end = found + len(_OPENING), len(text) - len(_CLOSING)
    has_form = text.startswith(_BEGIN, start) and text.endswith(_END + _CLOSING)
    # Escapes could hide a quote.
    if found < 0 or not has_form or b"\\" in text:
        return None
    # Nearly always all are of one day. What they have in common makes a joint that is found sooner.
    begin = text[start : start + _BEGIN_BYTES]
    rests = text.split(b"," + begin, most)
    rests[-1] = rests[-1][: -len(_CLOSING)]
    rests[0] = rests[0][start + len(begin) :]
    if len(rests) > most or {rest[-1:] for rest in rests} != {_END}:
        return None
    array = memoryview(text)[start - 1 : end + 1]
    return text[:start] + text[end:], Pieces(begin, rests, array)


def are_proven(pieces: Pieces, read: Sequence[object]) -> bool:
    """Say whether pieces are exactly the events.

    read: for each what a reader of structs made of it, together with others; None if none did.
    """
    return None not in read or all(
        fact is not None or _is_json(pieces.begin + rest)
        for rest, fact in zip(pieces.rests, read, strict=True)
    )


def _is_json(piece: bytes) -> bool:
    try:
        _VALUE.decode(piece)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
