"""What can go wrong with the terminal's two files.

    OfflineCacheError
    ├── JournalError
    │   ├── JournalMissingError      there is no journal where one is to be read
    │   ├── JournalLockedError       another daemon has it
    │   ├── JournalBusyError         another program held it for too long
    │   ├── JournalCorruptError      its bytes are damaged
    │   ├── ForeignFileError         it is no journal, or one of a newer version
    │   ├── DiskFullError            no room for the next fact
    │   └── DiskBrokenError          the disk did not take or sync the bytes
    │       ├── DiskReadOnlyError    it is mounted read-only
    │       └── FileVanishedError    the file was deleted or replaced under the daemon
    └── SnapshotError
        ├── SnapshotMissingError     there is no copy yet
        ├── SnapshotCorruptError     damaged, incomplete, or no copy at all
        ├── ForeignSchoolError       it is another school's
        └── SnapshotFormatError      a newer format than this version reads

Who acts: a technician, for all but a busy journal and a missing copy, which pass by themselves.
After any JournalError from a write, the journal that raised it takes no more: it is closed, opened
anew and verified. A failed sync is never tried again on the same handle, since the system may have
dropped the bytes and would call the second try a success.
"""


class OfflineCacheError(Exception):
    """One of the terminal's files cannot be used; the text says what, where and the cure."""


class JournalError(OfflineCacheError):
    """The journal cannot be read or written."""


class JournalMissingError(JournalError):
    """There is no journal at this path."""


class JournalLockedError(JournalError):
    """Another daemon uses this journal."""


class JournalBusyError(JournalError):
    """Another program held the journal for longer than a write waits."""


class JournalCorruptError(JournalError):
    """The journal's bytes are damaged."""


class ForeignFileError(JournalError):
    """The file is no journal, or one that only a newer version reads."""


class DiskFullError(JournalError):
    """There is no room on the disk for the next fact."""


class DiskBrokenError(JournalError):
    """The disk did not take the bytes, or did not say that they are safe."""


class DiskReadOnlyError(DiskBrokenError):
    """The disk takes no writes any more."""


class FileVanishedError(DiskBrokenError):
    """The file was deleted, moved or replaced while the daemon wrote it."""


class SnapshotError(OfflineCacheError):
    """The copy of the school's data cannot be used."""


class SnapshotMissingError(SnapshotError):
    """There is no copy yet."""


class SnapshotCorruptError(SnapshotError):
    """The copy is damaged or incomplete, or the file is none."""


class ForeignSchoolError(SnapshotError):
    """The copy is another school's."""


class SnapshotFormatError(SnapshotError):
    """The copy has a newer format than this version reads."""
