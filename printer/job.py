"""How a document is stored in the spool: canonical JSON of its data, readable years later.

    {"content": {...}, "document": "receipt", "version": 1}

A reprint has `"duplicate_no": n` beside them: the paper itself says that it is a copy, so no table
and no later event is needed to print it right.

Money is whole cents, a moment is ISO 8601 in UTC, an enum is its value. Encoding stands in the path
of a tap, so it is written at once (`core.written`). Reading is lenient where it is
harmless: a field that a newer version added is ignored, a field with a default may be missing.
"""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from msgspec import to_builtins

from core.money import Money
from core.receipt import Receipt, ReceiptLine, SchoolHeader
from core.report import Report
from core.value import Value
from core.written import Forms, Twin, write_in_order
from printer.documents import (
    BursarSlip,
    Document,
    InvoiceSlip,
    KioskSlip,
    Notice,
    SelfTest,
    TopUpSlip,
)
from printer.errors import DocumentError

VERSION = 1

_TYPES: Mapping[str, type[Document]] = {
    "receipt": Receipt,
    "kiosk": KioskSlip,
    "bursar": BursarSlip,
    "top_up": TopUpSlip,
    "invoice": InvoiceSlip,
    "notice": Notice,
    "report": Report,
    "self_test": SelfTest,
}
_NAMES: Mapping[type[Document], str] = {kind: name for name, kind in _TYPES.items()}

_Reader = Callable[[Any], Any]
"""Turns what JSON held into a value."""

# Filled once for each class, at its first document; it only ever holds what the classes say.
_READERS: dict[Any, _Reader] = {}

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def document_name(document: Document) -> str:
    """Return the stored name of a document's kind, as in `receipt`."""
    return _NAMES[type(document)]


def encode_document(document: Document) -> bytes:
    """Return the bytes that stand for a document in the spool: the same for the same document."""
    return write_in_order(_Stored(_twin_of(document), _NAMES[type(document)], VERSION))


def encode_reprint(stored: bytes, duplicate_no: int) -> bytes:
    """Return the bytes of the nth reprint of a stored document. Raises DocumentError."""
    assert duplicate_no >= 1, "duplicates count from 1"
    decode_document(stored)
    return _dump({**json.loads(stored), "duplicate_no": duplicate_no}).encode()


def duplicate_no_of(stored: bytes) -> int:
    """Return which reprint the stored bytes are; 0 for an original, and for no document at all."""
    try:
        number = json.loads(stored).get("duplicate_no", 0)
    except (ValueError, AttributeError):
        return 0
    return number if type(number) is int else 0


def decode_document(stored: bytes) -> Document:
    """Return the document that the stored bytes stand for.

    Raises DocumentError when they are no document, of an unknown kind, or of a newer version.
    """
    try:
        envelope = json.loads(stored)
        name, version = envelope["document"], envelope["version"]
        if version != VERSION or name not in _TYPES:
            message = f"document {name!r} version {version!r} is not known here; update this till"
            raise DocumentError(message)
        document = cast("Document", _reader_of(_TYPES[name])(envelope["content"]))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        message = f"stored bytes are no document ({type(error).__name__}: {error}); set it aside"
        raise DocumentError(message) from error
    return document


def _name(name: str, _: object) -> str:
    """Return the key of a field: here it is the field's own name."""
    return name


def _moment_text(moment: datetime) -> str:
    assert moment.tzinfo is not None, "a moment on paper is aware"
    # What `isoformat` writes, in a tenth of its time.
    return f"{to_builtins(moment.astimezone(UTC))[:-1]}+00:00"


_FORMS = Forms(
    key=_name,
    words={datetime: _moment_text},
    omits_defaults=False,
    often=(SchoolHeader, ReceiptLine),
)
_twin_of = _FORMS.twin_of


class _Stored(Value):
    """What lies in the spool. The fields stand in the order of the canonical keys."""

    content: Twin
    document: str
    version: int


def _aware(stored: str) -> datetime:
    moment = datetime.fromisoformat(stored)
    if moment.tzinfo is None:
        message = f"moment {stored!r} has no zone"
        raise ValueError(message)
    return moment.astimezone(UTC)


def _exactly(kind: type) -> _Reader:
    def read(stored: Any) -> Any:  # noqa: ANN401  JSON holds anything until it is read
        if type(stored) is not kind:
            message = f"{stored!r} is not of type {kind.__name__}"
            raise TypeError(message)
        return stored

    return read


def _reader_of(kind: Any) -> _Reader:  # noqa: ANN401  a type or a form of one
    """Return the function that turns JSON into a value of a type."""
    reader = _READERS.get(kind)
    if reader is None:
        reader = _READERS[kind] = _new_reader(kind)
    return reader


def _new_reader(kind: Any) -> _Reader:  # noqa: ANN401, PLR0911  one answer for each form of type
    if kind is Money:
        return lambda stored: Money(_exactly(int)(stored))
    if kind is datetime:
        return _aware
    if kind is date:
        return date.fromisoformat
    if get_origin(kind) is tuple:
        read_item = _reader_of(get_args(kind)[0])
        return lambda stored: tuple(read_item(item) for item in stored)
    if get_origin(kind) in {Union, types.UnionType}:
        read_some = _reader_of(_some_of(kind))
        return lambda stored: None if stored is None else read_some(stored)
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    return cast("_Reader", kind) if issubclass(kind, StrEnum) else _exactly(kind)


def _some_of(kind: Any) -> Any:  # noqa: ANN401  the type that may be None as well
    return next(part for part in get_args(kind) if part is not types.NoneType)


def _dataclass_reader(kind: Any) -> _Reader:  # noqa: ANN401  a dataclass
    hints = get_type_hints(kind)
    readers = [(field, _reader_of(hints[field.name])) for field in fields(kind)]

    def read(stored: Mapping[str, Any]) -> Any:  # noqa: ANN401  an instance of `kind`
        return kind(
            **{
                field.name: read_field(stored[field.name])
                for field, read_field in readers
                if field.name in stored or not _has_default(field)
            }
        )

    return read


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING
