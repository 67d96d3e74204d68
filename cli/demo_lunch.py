"""The lunch service that the headless demo plays: which badge comes when, from a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from core.tap import Credential

_SPECIAL_EVERY = 9
_REPEAT_EVERY = 25
_AGAIN_EVERY = 40


@dataclass(frozen=True, slots=True)
class LunchTap:
    """One badge at the reader. stays: it is left lying there, so that the next is a repeat."""

    credential: Credential
    stays: bool


def play_lunch(
    *, special: Sequence[Credential], others: Sequence[Credential], seed: int, taps: int
) -> Iterator[LunchTap]:
    """Yield the taps of a service: the same for the same school and seed.

    special: badges for which something awkward waits; one comes every few pupils. Some badges stay
    on the reader and are read again, some come back later, as happens in a queue.
    """
    assert others, "a school has pupils"
    chance = Random(seed)  # noqa: S311  a rehearsal, not a secret
    return islice(_queue(special, others, chance), taps)


def _queue(
    special: Sequence[Credential], others: Sequence[Credential], chance: Random
) -> Iterator[LunchTap]:
    waiting = list(others)
    chance.shuffle(waiting)
    awkward = list(special)
    came: list[Credential] = []
    number = 0
    while True:
        number += 1
        if awkward and number % _SPECIAL_EVERY == 0:
            credential = awkward.pop(0)
        elif came and number % _AGAIN_EVERY == 0:
            credential = chance.choice(came)
        else:
            credential = waiting.pop() if waiting else chance.choice(came)
        came.append(credential)
        if number % _REPEAT_EVERY == 0:
            yield LunchTap(credential, stays=True)
            yield LunchTap(credential, stays=True)
        else:
            yield LunchTap(credential, stays=False)
