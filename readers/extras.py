"""Hardware libraries are extras: a terminal without one starts, and says what to install."""

from importlib.util import find_spec

from readers.address import ReaderAddress
from readers.errors import ReaderUnavailableError


def check_extra(address: ReaderAddress, *, module: str, library: str, extra: str) -> None:
    """Raise ReaderUnavailableError when an address needs a library that is not installed."""
    if find_spec(module) is None:
        raise ReaderUnavailableError(
            f"{address.text}: {library} is not installed; "
            f"install the extra: pip install 'refectory[{extra}]'"
        )
