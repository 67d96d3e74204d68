"""The same badge still on the reader is a repeat; another badge never is."""

from hypothesis import given
from hypothesis import strategies as st

from core.ids import TapId
from core.tap import Assurance, Credential, Removed, Tap, Technology
from readers.base import Habits
from readers.debounce import REPEAT_NS, Debounce, Sight

MS = 1_000_000
ALICE, BOB = (Credential(Technology.ISO14443A, bytes([4, 1, 1, who])) for who in (1, 2))


def tap(card: Credential, at_ms: int, reader: str = "till") -> Tap:
    return Tap(TapId("x"), reader, card, Assurance.UID, at_ms * MS)


def sights(debounce: Debounce, *taps: Tap) -> list[Sight]:
    return [debounce.see(one)[0] for one in taps]


NEW, REPEAT = Sight.NEW, Sight.REPEAT


def test_a_reader_that_tells_no_removal_repeats_until_the_badge_was_away_for_a_while() -> None:
    debounce = Debounce(Habits())
    stays = [tap(ALICE, at_ms) for at_ms in range(0, 10_000, 100)]
    assert sights(debounce, *stays) == [NEW] + [REPEAT] * 99
    assert sights(debounce, tap(ALICE, 9_900 + 1_499)) == [REPEAT]
    assert sights(debounce, tap(ALICE, 9_900 + 1_499 + 1_500)) == [NEW]


def test_a_reader_that_tells_removal_repeats_until_the_badge_was_taken_off() -> None:
    debounce = Debounce(Habits(tells_removal=True))
    assert sights(debounce, tap(ALICE, 0), tap(ALICE, 60_000)) == [NEW, REPEAT]
    debounce.remove(Removed("till", 60_001 * MS))
    assert sights(debounce, tap(ALICE, 60_002)) == [NEW]


def test_a_radio_field_that_flickers_is_no_removal() -> None:
    debounce = Debounce(Habits(tells_removal=True, settle_ms=300))
    assert sights(debounce, tap(ALICE, 0)) == [NEW]
    debounce.remove(Removed("till", 1_000 * MS))
    assert sights(debounce, tap(ALICE, 1_299)) == [REPEAT]
    debounce.remove(Removed("till", 2_000 * MS))
    assert sights(debounce, tap(ALICE, 2_300)) == [NEW]


def test_another_badge_is_never_a_repeat_however_fast_it_comes() -> None:
    for habits in (Habits(), Habits(tells_removal=True, settle_ms=300)):
        assert sights(Debounce(habits), tap(ALICE, 0), tap(BOB, 1)) == [NEW, NEW]


def test_two_readers_do_not_know_of_each_other() -> None:
    debounce = Debounce(Habits())
    assert sights(debounce, tap(ALICE, 0, "left"), tap(ALICE, 1, "right")) == [NEW, NEW]


def test_two_badges_at_once_are_told() -> None:
    debounce = Debounce(Habits())
    assert debounce.see(tap(ALICE, 0)) == (NEW, False)
    assert debounce.see(tap(BOB, 149)) == (NEW, True)
    assert debounce.see(tap(ALICE, 400)) == (REPEAT, False)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 3000)), max_size=300))
def test_memory_is_bounded_and_the_first_sight_is_always_new(walk: list[tuple[int, int]]) -> None:
    debounce = Debounce(Habits())
    last_ms: dict[int, int] = {}
    now_ms = 0
    for who, later_ms in walk:
        now_ms += later_ms
        card = Credential(Technology.ISO14443A, who.to_bytes(4, "big"))
        sight, _ = debounce.see(tap(card, now_ms))
        if who not in last_ms:
            assert sight is NEW
        elif sight is REPEAT:
            assert (now_ms - last_ms[who]) * MS < REPEAT_NS
        last_ms[who] = now_ms
        assert all(kept <= 64 for kept in debounce.slots().values())
