"""The text of an enrolment's QR code: the centre's address and the one-time code in one.

`refectory://enrol?central=https%3A%2F%2Fcentre.example&code=ABCD-EFGH`; the address may be left
out where the terminal's settings name it. A scanner that types it in, or a badge reader that reads
such a label, needs nothing else.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from sync.errors import EnrolmentError

SCHEME: Final = "refectory"
_HOST: Final = "enrol"
_TEXT_MAX: Final = 500
_CODE_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class EnrolLink:
    """What a link says. central: None where it names no centre."""

    code: str
    central: str | None


def enrol_link(*, code: str, central: str | None) -> str:
    """Return the text for a QR code."""
    parts = {"code": code} if central is None else {"central": central, "code": code}
    return f"{SCHEME}://{_HOST}?{urlencode(parts)}"


def read_enrol_text(text: str) -> EnrolLink:
    """Return what somebody typed or scanned: a whole link, or a code alone.

    Raises EnrolmentError, in one line, when it is neither.
    """
    written = text.strip()
    if not 0 < len(written) <= _TEXT_MAX or not written.isprintable():
        raise EnrolmentError("that is no code; type the eight letters and digits, as in ABCD-EFGH")
    if "://" not in written:
        return EnrolLink(code=_code(written), central=None)
    try:
        parts = urlsplit(written)
        told = parse_qs(parts.query, max_num_fields=8)
    except ValueError as error:
        raise EnrolmentError("that link cannot be read; type the code instead") from error
    if parts.scheme.lower() != SCHEME or parts.netloc.lower() != _HOST or "code" not in told:
        raise EnrolmentError("that is another program's link; scan the one of the centre")
    return EnrolLink(code=_code(told["code"][0]), central=told.get("central", [None])[0])


def _code(written: str) -> str:
    letters = "".join(character for character in written if character.isalnum())
    if not letters or len(written) > _CODE_MAX:
        raise EnrolmentError("that is no code; type the eight letters and digits, as in ABCD-EFGH")
    return written
