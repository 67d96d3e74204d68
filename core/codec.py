"""Frozen dataclasses to plain JSON values and back, by their type hints.

Rules that keep stored bytes readable for ever:
1. An amount `price: Money` is written as `price_cents`, an integer; there are no floats.
2. A moment is UTC with milliseconds and `Z`, a day is ISO 8601, an enum is its value.
3. A field with a default is written only when it differs, and may be missing when read: that is
   how the format grows. A default, once released, never changes.
4. Unknown keys are ignored when read; whoever must keep them keeps the bytes.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from core.money import Money

Plain = dict[str, object]
T = TypeVar("T")
Hint = Any
"""A type hint found at run time: Python has no narrower type for it."""


class CodecError(ValueError):
    """A plain value does not fit the dataclass; the text names the key."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    key: str
    default: object
    """What a field that is not written holds; MISSING for one that is always written."""
    write: Callable[[Any], object]
    read: Callable[[object], object]


def to_plain(value: object) -> Plain:
    """Return a dataclass as JSON values: dicts, lists, strings, integers, booleans, None."""
    plain: Plain = {}
    for field in _plan_of(type(value)):
        content = getattr(value, field.name)
        if field.default is MISSING or content != field.default:
            plain[field.key] = field.write(content)
    return plain


def from_plain(kind: type[T], plain: object) -> T:
    """Return the dataclass that plain values describe.

    Raises CodecError, naming the key, when one is missing or has the wrong type.
    """
    if not isinstance(plain, Mapping):
        message = f"{kind.__name__} must be an object"
        raise CodecError(message)
    values: dict[str, object] = {}
    for field in _plan_of(kind):
        if field.key in plain:
            values[field.name] = _read_field(field, plain[field.key])
        elif field.default is MISSING:
            message = f"{field.key} is missing"
            raise CodecError(message)
    return kind(**values)


def _read_field(field: _Field, plain: object) -> object:
    try:
        return field.read(plain)
    except (ValueError, TypeError, KeyError) as error:
        message = f"{field.key}: {error}"
        raise CodecError(message) from error


def moment_text(moment: datetime) -> str:
    """Return a moment as UTC text with milliseconds: `2026-11-24T11:01:00.120Z`."""
    assert moment.tzinfo is not None, "a moment has a zone"
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:23] + "Z"


def read_moment(text: object) -> datetime:
    """Return the moment that UTC text names. Raises CodecError when it is none."""
    if not isinstance(text, str) or not text.endswith("Z"):
        message = "must be a UTC time that ends in Z"
        raise CodecError(message)
    return datetime.fromisoformat(text).astimezone(UTC)


def _plan_of(kind: Hint) -> tuple[_Field, ...]:
    # Type checkers do not see that a class can be hashed; this has no other purpose.
    return _plan(kind)


@cache
def _plan(kind: Hint) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    assert all(field.default_factory is MISSING for field in fields(kind)), "defaults are values"
    return tuple(
        _Field(
            name=field.name,
            key=f"{field.name}_cents" if _is_money(hints[field.name]) else field.name,
            default=field.default,
            write=_writer(hints[field.name]),
            read=_reader(hints[field.name]),
        )
        for field in fields(kind)
    )


def _is_money(hint: Hint) -> bool:
    return hint is Money or (_optional(hint) is Money)


def _optional(hint: Hint) -> Hint | None:
    """Return X when a hint is `X | None`, else None."""
    origin: object = get_origin(hint)
    if origin not in (Union, UnionType):
        return None
    others = [part for part in get_args(hint) if part is not NoneType]
    assert len(others) == 1, "the codec knows X | None, and no other union"
    return others[0]


def _as_is(value: object) -> object:
    return value


def _writer(hint: Hint) -> Callable[[Any], object]:
    hint = getattr(hint, "__supertype__", hint)
    inner = _optional(hint)
    if inner is not None:
        write = _writer(inner)
        return lambda value: None if value is None else write(value)
    origin: object = get_origin(hint)
    if origin is tuple:
        write = _writer(get_args(hint)[0])
        return lambda value: [write(item) for item in value]
    if hint in (str, int, bool):
        return _as_is
    return _writers_by_class(hint)


def _writers_by_class(hint: Hint) -> Callable[[Any], object]:
    if hint is Money:
        return lambda value: value.cents
    if hint is datetime:
        return moment_text
    if hint is date:
        return date.isoformat
    if issubclass(hint, Enum):
        return lambda value: value.value
    assert is_dataclass(hint), f"the codec does not know {hint}"
    return to_plain


def _reader(hint: Hint) -> Callable[[object], object]:
    hint = getattr(hint, "__supertype__", hint)
    inner = _optional(hint)
    if inner is not None:
        read = _reader(inner)
        return lambda plain: None if plain is None else read(plain)
    origin: object = get_origin(hint)
    if origin is tuple:
        return _tuple_reader(_reader(get_args(hint)[0]))
    if hint in (str, int, bool):
        return _exact_reader(hint)
    return _readers_by_class(hint)


def _readers_by_class(hint: Hint) -> Callable[[object], object]:
    if hint is Money:
        whole = _exact_reader(int)
        return lambda plain: Money(whole(plain))
    if hint is datetime:
        return read_moment
    if hint is date:
        text = _exact_reader(str)
        return lambda plain: date.fromisoformat(text(plain))
    if issubclass(hint, Enum):
        return partial(_read_enum, hint)
    return lambda plain: from_plain(hint, plain)


def _read_enum(kind: type[Enum], plain: object) -> object:
    return kind(plain)


def _exact_reader(kind: type[T]) -> Callable[[object], T]:
    def read(plain: object) -> T:
        # An exact type: True would pass for the integer 1 otherwise.
        if type(plain) is not kind:
            message = f"must be of type {kind.__name__}"
            raise CodecError(message)
        return plain

    return read


def _tuple_reader(read: Callable[[object], object]) -> Callable[[object], object]:
    def read_all(plain: object) -> object:
        if not isinstance(plain, list):
            message = "must be a list"
            raise CodecError(message)
        return tuple(read(item) for item in plain)

    return read_all
