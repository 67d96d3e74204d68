"""Rows read out of single pages of a SQLite file, without its tree: what a damaged file still has.

Only table leaves are read, and the overflow pages that their rows name. Nothing is believed here:
a page may be torn or old, so whoever reads a row proves it by its own hash.
Source: https://www.sqlite.org/fileformat2.html, sections 1.6, 2 and 4.2.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline_cache.connection import Value

_LEAF: Final = 0x0D
_LEAF_HEADER: Final = 8
_FIRST_PAGE_OFFSET: Final = 100
_PAGE_SIZES: Final = tuple(1 << power for power in range(9, 17))
_DEFAULT_PAGE: Final = 4096
_WAL_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_VARINT_MAX: Final = 9
_COLUMNS_MAX: Final = 64
_PAYLOAD_MAX: Final = 1 << 20
_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of an integer by its serial type."""
_REAL: Final = 7
_ZERO, _ONE = 8, 9
_BLOB: Final = 12


@dataclass(frozen=True, slots=True)
class Page:
    """One page. place: where it lies, for a person. number: in the database, from 1."""

    place: str
    number: int
    content: bytes


def pages_of(path: Path) -> list[Page]:
    """Return all pages of a database file and of the WAL beside it, in that order.

    Raises OSError.
    """
    content = path.read_bytes()
    size = _page_bytes(content)
    pages = [
        Page(f"page {start // size + 1}", start // size + 1, content[start : start + size])
        for start in range(0, len(content) - size + 1, size)
    ]
    wal = path.with_name(path.name + "-wal")
    return pages + (list(_frames(wal.read_bytes(), size)) if wal.is_file() else [])


def _page_bytes(content: bytes) -> int:
    """Return the page size: what the header says, or ours where that cannot be."""
    (told,) = struct.unpack_from(">H", content, 16) if len(content) >= _FIRST_PAGE_OFFSET else (0,)
    told = 65536 if told == 1 else told
    return told if told in _PAGE_SIZES else _DEFAULT_PAGE


def _frames(content: bytes, size: int) -> Iterator[Page]:
    """Yield the pages in a WAL, but for those of a transaction that was never committed.

    Frames of an earlier use of the file, with another salt, were committed and are still true.
    """
    step = _FRAME_HEADER + size
    starts = list(range(_WAL_HEADER, len(content) - step + 1, step))
    salt = content[16:24]
    current = [start for start in starts if content[start + 8 : start + 16] == salt]
    committed = [start for start in current if struct.unpack_from(">I", content, start + 4)[0]]
    end = committed[-1] if committed else -1
    running = set(current)
    for index, start in enumerate(starts, start=1):
        if start > end and start in running:
            continue
        (number,) = struct.unpack_from(">I", content, start)
        begin = start + _FRAME_HEADER
        yield Page(f"WAL frame {index}", number, content[begin : begin + size])


class _BadRowError(Exception):
    """Bytes that are no row."""


def rows_of(page: Page, latest: Mapping[int, Page]) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of a table leaf; nothing of any other page. Broken rows are passed over.

    latest: pages by number, where a row's overflow is looked up.
    """
    offset = _FIRST_PAGE_OFFSET if page.number == 1 else 0
    content = page.content
    if len(content) < offset + _LEAF_HEADER or content[offset] != _LEAF:
        return
    (count,) = struct.unpack_from(">H", content, offset + 3)
    for index in range(count):
        place = offset + _LEAF_HEADER + 2 * index
        if place + 2 > len(content):
            return
        (cell,) = struct.unpack_from(">H", content, place)
        try:
            yield _row(_payload(content, cell, latest))
        except (_BadRowError, IndexError, struct.error, UnicodeDecodeError):
            continue


def _payload(content: bytes, cell: int, latest: Mapping[int, Page]) -> bytes:
    length, place = _varint(content, cell)
    _, place = _varint(content, place)
    if length > _PAYLOAD_MAX:
        raise _BadRowError
    usable = len(content)
    local = _local_bytes(length, usable)
    payload = content[place : place + local]
    if local == length:
        return payload
    (number,) = struct.unpack_from(">I", content, place + local)
    seen: set[int] = set()
    while number and len(payload) < length and number not in seen:
        seen.add(number)
        page = latest.get(number)
        if page is None:
            raise _BadRowError
        payload += page.content[4 : 4 + min(usable - 4, length - len(payload))]
        (number,) = struct.unpack_from(">I", page.content, 0)
    return payload


def _local_bytes(length: int, usable: int) -> int:
    """Return how much of a payload lies on the leaf itself (section 1.6)."""
    most = usable - 35
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    wanted = least + (length - least) % (usable - 4)
    return wanted if wanted <= most else least


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """Return a variable-length integer, and the place behind it."""
    value = 0
    for index in range(_VARINT_MAX):
        byte = content[place + index]
        if index == _VARINT_MAX - 1:
            return (value << 8) | byte, place + _VARINT_MAX
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:  # noqa: PLR2004  the bit that says that more follows
            return value, place + index + 1
    raise AssertionError("a variable-length integer has nine bytes at most")


def _row(payload: bytes) -> tuple[Value, ...]:
    header_bytes, place = _varint(payload, 0)
    kinds = []
    while place < header_bytes:
        kind, place = _varint(payload, place)
        kinds.append(kind)
        if len(kinds) > _COLUMNS_MAX:
            raise _BadRowError
    values = []
    for kind in kinds:
        value, place = _column(payload, place, kind)
        values.append(value)
    return tuple(values)


def _column(payload: bytes, place: int, kind: int) -> tuple[Value, int]:
    if kind in (0, _ZERO, _ONE):
        return ({0: None, _ZERO: 0, _ONE: 1}[kind], place)
    if kind in _INTEGERS:
        end = place + _INTEGERS[kind]
        return int.from_bytes(payload[place:end], "big", signed=True), _checked(payload, end)
    if kind < _BLOB or kind == _REAL:
        raise _BadRowError
    end = _checked(payload, place + (kind - _BLOB) // 2)
    raw = payload[place:end]
    return (raw.decode() if kind % 2 else raw), end


def _checked(payload: bytes, end: int) -> int:
    if end > len(payload):
        raise _BadRowError
    return end
