"""What the centre answered to a bursar's terminal, read at the door."""

from collections.abc import Mapping

from core.codec import read_moment
from core.people import Language
from printer.office_slips import Granted


def granted_of(told: Mapping[str, object]) -> Granted:
    """Return the access that an answer grants. Raises KeyError or ValueError when it is none."""
    return Granted(
        user=str(told["user"]),
        code=str(told["code"]),
        ends_at=read_moment(told["ends_at"]),
        address=str(told["address"]),
        language=Language(str(told["language"])),
    )
