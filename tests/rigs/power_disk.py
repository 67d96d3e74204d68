"""A disk that forgets what was not synced: it records all I/O of a program, then cuts the power.

The program runs once, on files in memory (an apsw VFS) whose every write, truncation, sync and
deletion goes on a tape; renames and syncs of plain files are put there, too. Up to any cut the
program would have done exactly what stands on the tape before it, since time, ids and chance are
given. So each cut is replayed from the tape, and what a disk may hold then is drawn from a seed:

- TORN: what was synced is there. Of what was not, any 512-byte pieces are there, in any order.
- BLOCK: as TORN, and one 4096-byte block that was being written may be destroyed whole, with
  what had been synced into it before.

Not modelled: a new file's name is durable at once; a disk that lies about a sync.
"""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from unittest import mock

import apsw

from offline_cache.connection import Connection, Rows, Value

PIECE_BYTES = 512
BLOCK_BYTES = 4096


class Model(Enum):
    """What a power cut does to bytes that were under way."""

    TORN = "torn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the disk. what: write, truncate, sync, delete, rename, sync_folder, note."""

    what: str
    name: str = ""
    offset: int = 0
    content: bytes = b""
    target: str = ""
    note: object = None


@dataclass
class Tape:
    """What a program did to the disk, and what it said in between."""

    steps: list[Step] = field(default_factory=list)
    begins_at: int = 0
    """Cuts are made from here on: what is before counts as durable."""

    def note(self, what: object) -> None:
        """Write down what the program has told somebody."""
        self.steps.append(Step("note", note=what))

    def begin(self) -> None:
        """Cut the power only from here on."""
        self.begins_at = len(self.steps)

    @property
    def cuts(self) -> list[int]:
        """The places before each operation, and the end."""
        places = range(self.begins_at, len(self.steps))
        return [at for at in places if self.steps[at].what != "note"] + [len(self.steps)]


@dataclass(frozen=True, slots=True)
class Flags:
    """What the disk says of itself: SQLITE_IOCAP bits and its sector."""

    characteristics: int = 0
    sector_bytes: int = 4096


PSOW_OFF = Flags()
PSOW_ON = Flags(characteristics=apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE)


class _File:
    """An open file of the VFS."""

    def __init__(self, disk: "RecordingDisk", name: str) -> None:
        self._disk = disk
        self._name = name

    @property
    def _content(self) -> bytearray:
        return self._disk.files[self._name]

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  SQLite's names
        return bytes(self._content[offset : offset + amount])

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802
        write_into(self._content, content, offset)
        self._disk.tape.steps.append(Step("write", self._name, offset, bytes(content)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        del self._content[size:]
        self._disk.tape.steps.append(Step("truncate", self._name, size))

    def xSync(self, flags: int) -> None:  # noqa: N802
        del flags
        self._disk.tape.steps.append(Step("sync", self._name))

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._content)

    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, operation: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return self._disk.flags.sector_bytes

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return self._disk.flags.characteristics

    def xClose(self) -> None:  # noqa: N802
        pass


class RecordingDisk(apsw.VFS):
    """Files in memory under one folder, and the tape of what was done to them."""

    def __init__(self, folder: Path, flags: Flags = PSOW_OFF) -> None:
        self.folder = folder
        self.flags = flags
        self.files: dict[str, bytearray] = {}
        self.tape = Tape()
        self.name = f"recording-{id(self)}"
        super().__init__(self.name, base="")

    def _short(self, name: object) -> str:
        text = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        return os.path.relpath(text, self.folder)

    def xOpen(self, name: object, flags: list[int]) -> _File:  # noqa: N802
        short = self._short(name)
        flags[1] = flags[0]
        self.files.setdefault(short, bytearray())
        return _File(self, short)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        del syncdir
        short = self._short(filename)
        self.files.pop(short, None)
        self.tape.steps.append(Step("delete", short))

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        del flags
        return self._short(pathname) in self.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def connect(self, path: Path, *, rewrite: Callable[[str], str] = str) -> Connection:
        """Open a database on this disk; rewrite: changes a statement on its way, for controls."""
        return _Connection(apsw.Connection(str(path), vfs=self.name), rewrite)

    @contextmanager
    def plain_files(self) -> Iterator[None]:
        """Put syncs and renames of plain files in the folder on the tape, too."""
        really_sync, really_replace = os.fsync, Path.replace

        def sync(descriptor: int) -> None:
            really_sync(descriptor)
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_dir():
                self.tape.steps.append(Step("sync_folder"))
            elif path.is_relative_to(self.folder):
                name = self._short(path)
                self.tape.steps.append(Step("write", name, 0, path.read_bytes()))
                self.tape.steps.append(Step("sync", name))

        def replace(path: Path, target: Path) -> Path:
            step = Step("rename", self._short(path), target=self._short(target))
            self.tape.steps.append(step)
            return really_replace(path, target)

        with mock.patch("os.fsync", sync), mock.patch("pathlib.Path.replace", replace):
            yield


class _Connection:
    """apsw behind the few words that the journal uses."""

    def __init__(self, connection: apsw.Connection, rewrite: Callable[[str], str]) -> None:
        self._connection = connection
        self._rewrite = rewrite
        # A VFS in Python has no shared memory; SQLite then keeps the WAL's index in its own.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")

    def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> Rows:
        return self._connection.execute(self._rewrite(sql), parameters)

    def close(self) -> None:
        self._connection.close()


def write_into(content: bytearray, piece: bytes, offset: int) -> None:
    """Write bytes at a place, with zeros between if the place is behind the end."""
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(piece)] = piece


@dataclass
class _Disk:
    """What is durable, and what is under way, at one place of the tape."""

    durable: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[Step]] = field(default_factory=dict)
    renames: list[Step] = field(default_factory=list)

    def do(self, step: Step) -> None:
        match step.what:
            case "write" | "truncate":
                self.durable.setdefault(step.name, bytearray())
                self.pending.setdefault(step.name, []).append(step)
            case "sync":
                for waiting in self.pending.pop(step.name, []):
                    _apply(self.durable[step.name], waiting)
            case "delete":
                self.durable.pop(step.name, None)
                self.pending.pop(step.name, None)
            case "rename":
                self.renames.append(step)
            case "sync_folder":
                for waiting in self.renames:
                    _rename(self.durable, waiting)
                self.renames.clear()
            case _:
                pass

    def settle(self) -> None:
        """Make everything durable."""
        for name in list(self.pending):
            self.do(Step("sync", name))
        self.do(Step("sync_folder"))


def _apply(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.offset :]
    else:
        write_into(content, step.content, step.offset)


def _rename(files: dict[str, bytearray], step: Step) -> None:
    if step.name in files:
        files[step.target] = files.pop(step.name)


def survivors(disk: _Disk, chance: random.Random, model: Model) -> dict[str, bytes]:
    """Return what the disk holds after a power cut."""
    files = {name: bytearray(content) for name, content in disk.durable.items()}
    for name, waiting in sorted(disk.pending.items()):
        content = files.setdefault(name, bytearray())
        pieces = list(_pieces(waiting))
        if chance.random() < 0.5:
            chance.shuffle(pieces)
        for piece in pieces:
            if chance.random() < 0.5:
                _apply(content, piece)
        if model is Model.BLOCK:
            _destroy_a_block(content, waiting, chance)
    for step in disk.renames:
        if chance.random() < 0.5:
            break
        _rename(files, step)
    return {name: bytes(content) for name, content in files.items()}


def _pieces(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        if step.what == "truncate":
            yield step
            continue
        at, end = step.offset, step.offset + len(step.content)
        while at < end:
            stop = min(end, (at // PIECE_BYTES + 1) * PIECE_BYTES)
            part = step.content[at - step.offset : stop - step.offset]
            yield Step("write", step.name, at, part)
            at = stop


def _destroy_a_block(content: bytearray, waiting: list[Step], chance: random.Random) -> None:
    writes = [step for step in waiting if step.what == "write" and step.content]
    if not writes or chance.random() < 0.5:
        return
    step = chance.choice(writes)
    place = step.offset + chance.randrange(len(step.content))
    start = place // BLOCK_BYTES * BLOCK_BYTES
    end = min(start + BLOCK_BYTES, len(content))
    if start < end:
        content[start:end] = chance.randbytes(end - start)


@dataclass(frozen=True, slots=True)
class Cut:
    """One power cut: where, with which seed, what the disk holds, and what had been said."""

    at: int
    seed: int
    files: dict[str, bytes]
    notes: list[object]
    is_end: bool


def cuts(tape: Tape, *, seeds: int, model: Model, only: Sequence[int] = ()) -> Iterator[Cut]:
    """Cut the power before each operation of a tape, and at its end; several survivals each.

    only: some of `tape.cuts`, to replay a failure alone.
    """
    disk = _Disk()
    notes: list[object] = []
    wanted = set(only or tape.cuts)
    for at, step in enumerate([*tape.steps, Step("end")]):
        if at == tape.begins_at:
            disk.settle()
        if at in wanted:
            for seed in range(seeds):
                files = survivors(disk, random.Random(f"{at}.{seed}"), model)
                yield Cut(at, seed, files, list(notes), at == len(tape.steps))
        if step.what == "note":
            notes.append(step.note)
        disk.do(step)
