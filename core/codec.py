"""Frozen dataclasses to plain JSON values and back, by their type hints.

Rules that keep stored bytes readable for ever:
1. An amount `price: Money` is written as `price_cents`, an integer; there are no floats.
2. A moment is UTC with milliseconds and `Z`, a day is ISO 8601, an enum is its value.
3. A field with a default is written only when it differs, and may be missing when read: that is
   how the format grows. A default, once released, never changes.
4. Unknown keys are ignored when read; whoever must keep them keeps the bytes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, lru_cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import to_builtins

from core.money import Money

Plain = dict[str, object]
T = TypeVar("T")
Hint = Any
"""A type hint found at run time: Python has no narrower type for it."""


class CodecError(ValueError):
    """A plain value does not fit the dataclass; the text names the key."""


class _Written(NamedTuple):
    """How a field is written, unless it holds its default. write: None for the value itself."""

    key: str
    default: object
    """What a field that is not written holds; MISSING for one that is always written."""
    write: Callable[[Any], object] | None


class _Read(NamedTuple):
    """How a field is read: nearly every value goes the short way, which has no words for faults.

    takes: the exact type of values on the short way. convert: what makes the field of them, None
    where they are it; what it raises sends them the long way. read: the long way, for any value.
    """

    key: str
    default: object
    may_be_none: bool
    takes: type
    convert: Callable[[Any], object] | None
    read: Callable[[object], object]


def to_plain(value: object) -> Plain:
    """Return a dataclass as JSON values: dicts, lists, strings, integers, booleans, None."""
    contents, plan = _writing_of(type(value))
    plain: Plain = {}
    for (key, default, write), content in zip(plan, contents(value), strict=False):
        if default is MISSING or (content is not default and content != default):
            plain[key] = content if write is None else write(content)
    return plain


def from_plain(kind: type[T], plain: object) -> T:
    """Return the dataclass that plain values describe.

    Raises CodecError, naming the key, when one is missing or has the wrong type.
    """
    return kind(*plain_values(kind, plain))


def plain_values(kind: type, plain: object) -> list[Any]:
    """Return what `from_plain` makes a dataclass of: the values of its fields, in their order."""
    if type(plain) is not dict and not isinstance(plain, Mapping):
        message = f"{kind.__name__} must be an object"
        raise CodecError(message)
    values: list[object] = []
    add, find = values.append, plain.get
    for key, default, may_be_none, takes, convert, read in _reading_of(kind):
        content = find(key, MISSING)
        # An exact type: True would pass for the integer 1 otherwise.
        if type(content) is takes:
            if convert is not None:
                try:
                    content = convert(content)
                except (ValueError, TypeError, KeyError):
                    content = _long_way(content, read, key)
        elif content is MISSING:
            content = _default(default, key)
        elif content is not None or not may_be_none:
            content = _long_way(content, read, key)
        add(content)
    return values


def _default(default: object, key: str) -> object:
    if default is MISSING:
        message = f"{key} is missing"
        raise CodecError(message)
    return default


def _long_way(plain: object, read: Callable[[object], object], key: str) -> object:
    try:
        return read(plain)
    except (ValueError, TypeError, KeyError) as error:
        message = f"{key}: {error}"
        raise CodecError(message) from error


def moment_text(moment: datetime) -> str:
    """Return a moment as UTC text with milliseconds: `2026-11-24T11:01:00.120Z`."""
    assert moment.tzinfo is not None, "a moment has a zone"
    # In a tenth of the time of `isoformat`, and without a fraction where that is zero.
    text: str = to_builtins(moment if moment.tzinfo is UTC else moment.astimezone(UTC))
    return f"{text[:23]}Z" if moment.microsecond else f"{text[:19]}.000Z"


def read_moment(text: object) -> datetime:
    """Return the moment that UTC text names. Raises CodecError when it is none."""
    if not isinstance(text, str) or not text.endswith("Z"):
        message = "must be a UTC time that ends in Z"
        raise CodecError(message)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _writing_of(kind: Hint) -> tuple[Callable[[object], Iterable[Any]], tuple[_Written, ...]]:
    # Type checkers do not see that a class can be hashed; this has no other purpose.
    return _writing(kind)


def _reading_of(kind: Hint) -> tuple[_Read, ...]:
    return _reading(kind)


@cache
def _writing(kind: Hint) -> tuple[Callable[[object], Iterable[Any]], tuple[_Written, ...]]:
    hints = get_type_hints(kind)
    assert all(field.default_factory is MISSING for field in fields(kind)), "defaults are values"
    names = [field.name for field in fields(kind)]
    plan = tuple(
        _Written(
            written_key(field.name, hints[field.name]), field.default, _writer(hints[field.name])
        )
        for field in fields(kind)
    )
    # One name more than there are fields: with a single one it would return no tuple.
    return attrgetter(*names, names[0]), plan


@cache
def _reading(kind: Hint) -> tuple[_Read, ...]:
    hints = get_type_hints(kind)
    return tuple(
        _Read(
            written_key(field.name, hints[field.name]),
            field.default,
            _optional(hints[field.name]) is not None,
            *_short_way(hints[field.name]),
            _reader(hints[field.name]),
        )
        for field in fields(kind)
    )


def written_key(name: str, hint: Hint) -> str:
    """Return the key of a field: an amount tells its unit."""
    return f"{name}_cents" if _is_money(hint) else name


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


def _writer(hint: Hint) -> Callable[[Any], object] | None:
    hint = getattr(hint, "__supertype__", hint)
    inner = _optional(hint)
    if inner is not None:
        write = _writer(inner)
        return None if write is None else partial(_write_some, write)
    origin: object = get_origin(hint)
    if origin is tuple:
        write = _writer(get_args(hint)[0])
        return list if write is None else partial(_write_each, write)
    if hint in (str, int, bool):
        return None
    return _writers_by_class(hint)


def _write_each(write: Callable[[Any], object], values: Iterable[object]) -> list[object]:
    return list(map(write, values))


def _write_some(write: Callable[[Any], object], value: object) -> object:
    return None if value is None else write(value)


def _writers_by_class(hint: Hint) -> Callable[[Any], object]:
    if hint is Money:
        return attrgetter("cents")
    if hint is datetime:
        return moment_text
    if hint is date:
        return _day_text
    if issubclass(hint, Enum):
        return {member: member.value for member in hint}.__getitem__
    assert is_dataclass(hint), f"the codec does not know {hint}"
    return to_plain


@lru_cache(64)
def _day_text(day: date) -> str:
    return day.isoformat()


def _short_way(hint: Hint) -> tuple[type, Callable[[Any], object] | None]:
    """Return the exact type of most values of a field, and what makes the field of them."""
    hint = _optional(hint) or hint
    hint = getattr(hint, "__supertype__", hint)
    if hint in _SHORT_WAYS:
        return _SHORT_WAYS[hint]
    origin: object = get_origin(hint)
    if origin is tuple:
        return list, _reader(hint)
    if issubclass(hint, Enum):
        members: dict[object, Enum] = {member.value: member for member in hint}
        kinds = {type(word) for word in members}
        return (kinds.pop() if len(kinds) == 1 else _Nothing), members.__getitem__
    return dict, partial(from_plain, hint)


class _Nothing:
    """No value is of this type."""


_SHORT_WAYS: dict[Hint, tuple[type, Callable[[Any], object] | None]] = {
    str: (str, None),
    int: (int, None),
    bool: (bool, None),
    # The same few days and prices stand in thousands of events.
    Money: (int, lru_cache(4096)(Money)),
    date: (str, lru_cache(1024)(date.fromisoformat)),
    datetime: (str, read_moment),
}


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
    return partial(from_plain, hint)


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
        return tuple(map(read, plain))

    return read_all
