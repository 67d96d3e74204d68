"""A short run of every fuzz target, and the proof that a broken one is caught."""

import pytest
from fuzz_readers import FoundError, fuzz, targets


@pytest.mark.parametrize("name", sorted(targets()))
def test_a_target_keeps_its_promise(name: str) -> None:
    assert fuzz(targets()[name], seed=7, seconds=0.2) > 10


def test_a_target_that_breaks_is_caught_with_its_seed_and_input() -> None:
    def breaks(said: bytes) -> None:
        raise IndexError(said[:1])

    with pytest.raises(FoundError, match="seed 7, input 0, "):
        fuzz(breaks, seed=7, seconds=0.2)
