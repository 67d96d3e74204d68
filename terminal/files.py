"""The names of the files in a terminal's folder."""

from typing import Final

from sync.enrol import PENDING_NAME
from sync.identity import FILE_NAME

JOURNAL_NAME: Final = "journal.db"
COPY_NAME: Final = "snapshot.db"
SOCKET_NAME: Final = "terminal.sock"
RECEIPTS_NAME: Final = "receipts"
PHOTOS_NAME: Final = "photos"
WEB_KEY_NAME: Final = "web.key"
REPLACING_NAME: Final = "replacing.json"
"""There while a spare is being made of this terminal: it is not whole, and must not serve yet."""
PRIVATE_NAMES: Final = (
    FILE_NAME,
    PENDING_NAME,
    WEB_KEY_NAME,
    JOURNAL_NAME,
    f"{JOURNAL_NAME}-wal",
    COPY_NAME,
)
"""Files that hold keys, names or balances: their owner's alone."""
