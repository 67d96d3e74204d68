"""A long list a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of a list. page: from 1; pages: how many there are, at least 1."""

    items: Sequence[T]
    page: int
    pages: int
    found: int


def page_of(items: Sequence[T], *, asked: str, size: int) -> Paged[T]:
    """Return the page that was asked for, by its number in an address; the nearest one there is."""
    pages = max(1, -(-len(items) // size))
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1  # noqa: PLR2004  no list is so long
    page = min(max(page, 1), pages)
    return Paged(items[(page - 1) * size : page * size], page, pages, len(items))
