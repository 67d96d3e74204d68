"""Values as msgspec writes them at once: canonical JSON, without a dictionary on the way.

Each class of values gets a twin: a struct whose fields are the keys of its JSON, sorted. The twin
is filled in C from the value's own fields, and written in their order, so that nothing is sorted,
compared or renamed while a pupil waits. What the bytes are is said elsewhere, as plain values
(`core.codec.to_plain`); tests hold both ways to the same bytes, for every kind of fact and paper.
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import lru_cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import Struct, defstruct
from msgspec.json import Encoder

from core.money import ZERO, Money
from core.value import Value

Hint = Any
"""A type hint found at run time: Python has no narrower type for it."""
Word = Callable[[Any], object]
"""Makes of a field what msgspec can write."""

Twin = Struct
"""What msgspec writes in the place of a value."""

write_in_order = Encoder().encode
"""Write twins and plain values, their keys in the order that they have."""


_KEPT: Final = 1024


class _Form(NamedTuple):
    """How values of one class are written: their contents in the order of the keys."""

    contents: Callable[[Any], tuple[Any, ...]]
    words: tuple[tuple[int, Word], ...]
    twin: Callable[..., Twin]


class Forms:
    """The twins of values in one family of bytes.

    key: makes of a field's name and hint the key that it is written by. words: what makes text of
    a type that msgspec would write otherwise. omits_defaults: whether a field that holds its
    default is left out. often: classes of which the same few values are written all day; their
    twins are kept.
    """

    def __init__(
        self,
        *,
        key: Callable[[str, Hint], str],
        words: dict[Hint, Word],
        omits_defaults: bool,
        often: Iterable[Hint] = (),
    ) -> None:
        self._key = key
        self._words = words | {kind: lru_cache(_KEPT)(self.twin_of) for kind in often}
        self._omits_defaults = omits_defaults
        self._forms: dict[type, _Form] = {}

    def twin_of(self, value: Value) -> Twin:
        """Return what is written for a value."""
        kind = type(value)
        contents, words, twin = self._forms.get(kind) or self._new_form(kind)
        if not words:
            return twin(*contents(value))
        parts = list(contents(value))
        for place, word in words:
            parts[place] = word(parts[place])
        return twin(*parts)

    def _new_form(self, kind: Hint) -> _Form:
        hints = get_type_hints(kind)
        named = sorted((self._key(one.name, hints[one.name]), one) for one in fields(kind))
        paths, words, keys = [], [], []
        for place, (key, one) in enumerate(named):
            hint = hints[one.name]
            # An amount's cents are taken at once.
            path, word = one.name, self._word_of(hint)
            if hint is Money:
                path, word = f"{one.name}.cents", None
            left_out: object = object()
            if self._omits_defaults and one.default is not MISSING:
                word, left_out = _left_out(one.default, word)
            paths.append(path)
            if word is not None:
                words.append((place, word))
            keys.append((key, object, left_out))
        twin = defstruct(kind.__name__, keys, omit_defaults=True, frozen=True, gc=False)
        form = self._forms[kind] = _Form(_getter(paths), tuple(words), twin)
        return form

    def _word_of(self, hint: Hint) -> Word | None:
        """Return what makes a field writable; None where msgspec writes it by itself."""
        origin: object = get_origin(hint)
        if origin in (Union, UnionType):
            (some,) = (part for part in get_args(hint) if part is not NoneType)
            word = self._word_of(some)
            return None if word is None else partial(_some, word)
        if origin is tuple:
            part = get_args(hint)[0]
            word = self._word_of(part)
            return None if word is None else partial(_each, word)
        hint = getattr(hint, "__supertype__", hint)
        if hint is Money:
            return _cents
        word = self._words.get(hint)
        if word is None and is_dataclass(hint):
            return self.twin_of
        assert word or issubclass(hint, (str, int, date, Enum)), f"no way to write {hint}"
        return word


def _left_out(default: object, word: Word | None) -> tuple[Word | None, object]:
    """Return what makes a field writable, and the content with which it is not written.

    msgspec leaves a field out when its content *is* the twin's default. So it is of words and
    small numbers, of which there is one of each; of any other default the word makes the same one.
    """
    if default == ZERO:
        return word, 0
    if default is None or isinstance(default, (bool, Enum)) or default in ("", (), 0):
        return word, default
    return partial(_unless, default, word or _itself), default


def _unless(default: object, word: Word, content: object) -> object:
    return default if content == default else word(content)


def _itself(content: object) -> object:
    return content


_cents = attrgetter("cents")


def _some(word: Word, content: object) -> object:
    return None if content is None else word(content)


def _each(word: Word, contents: Iterable[object]) -> list[object]:
    return list(map(word, contents))


def _getter(paths: list[str]) -> Callable[[object], tuple[Any, ...]]:
    """Return what takes the fields of a value: `attrgetter` makes no tuple of a single one."""
    if len(paths) == 1:
        take = attrgetter(*paths)
        return lambda value: (take(value),)
    return attrgetter(*paths)
