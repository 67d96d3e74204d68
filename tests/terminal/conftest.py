"""A till at its counter, with the copy of a school of six."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from staffed_rig import StaffedCounter
from till_rig import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """An open till that knows the school."""
    counter = Counter(tmp_path)
    counter.learn()
    counter.start()
    yield counter
    counter.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Counter]:
    """A till that is not opened yet, and has no copy."""
    counter = Counter(tmp_path)
    yield counter
    counter.close()


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[StaffedCounter]:
    """An open till that knows its staff, drinks and cash."""
    counter = StaffedCounter(tmp_path)
    counter.learn_staffed()
    counter.start()
    yield counter
    counter.close()
