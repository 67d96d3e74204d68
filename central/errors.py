"""What can go wrong at the centre, by who acts on it.

    CentralError
    ├── DatabaseError       technician: the database cannot be opened, or is somebody else's
    │   └── TakenError      nobody: a row has that key already; whoever wrote it looks again
    ├── BackupError         technician: a backup cannot be made, is damaged, or would overwrite
    ├── BusyError           nobody: the database is locked or away for a moment; try again
    ├── ListenError         technician: the address to listen on is taken or not ours
    ├── MailSettingsError   technician: how mail is to leave cannot be understood
    ├── MailDelayedError    nobody: a mail did not leave; it is tried again
    ├── MailRefusedError    nobody: the server will never take this mail
    ├── RecordError         bursar: a name, an id or an amount from outside cannot be taken
    └── Problem             a request that is answered with an RFC 9457 problem

No exception of sqlite3, psycopg, cryptography or http-message-signatures leaves its module.
"""

from collections.abc import Mapping


class CentralError(Exception):
    """The centre cannot do what it was asked; the text says what, where and the cure."""


class DatabaseError(CentralError):
    """The database cannot be used."""


class TakenError(DatabaseError):
    """A key that was to be new is in the database already; nothing was written."""


class BackupError(CentralError):
    """A backup cannot be made or restored; everything is as it was."""


class BusyError(CentralError):
    """The database did not answer in time; the same request may go well a moment later."""


class ListenError(CentralError):
    """The service cannot listen where it was told to."""


class MailSettingsError(CentralError):
    """How mail is to leave the centre, or an address, cannot be understood."""


class MailDelayedError(CentralError):
    """A mail did not leave this time."""


class MailRefusedError(CentralError):
    """The server will not take this mail, however often it is asked."""


class RecordError(CentralError):
    """Something from outside cannot be taken as it is."""


class Problem(CentralError):  # noqa: N818  the word of RFC 9457
    """A request that cannot be done. kind: the last part of the problem's type, as in `gap`."""

    def __init__(
        self,
        kind: str,
        *,
        status: int,
        detail: str,
        retry_after_s: int | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.members = dict(members or {})
