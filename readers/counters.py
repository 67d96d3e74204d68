"""The named outcomes that readers count, so that nothing bad happens unseen."""

import threading
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from readers.base import BadgeReader


class Outcome(StrEnum):
    """What became of something a reader saw. One meaning each; a technician reads them."""

    TAPS = "taps"
    REPEATS = "repeats"
    BAD_CHECKSUM = "bad_checksum"
    BAD_FRAME = "bad_frame"
    OVERLONG_FRAME = "overlong_frame"
    NOISE_BYTES = "noise_bytes"
    LINE_FAULT = "line_fault"
    TORN_CARD = "torn_card"
    MUTE_CARD = "mute_card"
    MISSED_TAP = "missed_tap"
    UNREADABLE_CARD = "unreadable_card"
    BAD_NDEF = "bad_ndef"
    BUSY = "busy"
    TWO_CARDS = "two_cards"
    RANDOM_UID = "random_uid"
    CASCADE_TAG = "cascade_tag"
    BAD_LENGTH = "bad_length"
    TYPED_BY_HAND = "typed_by_hand"
    SLOW_DEVICE = "slow_device"
    DEVICE_LOST = "device_lost"
    DRIVER_FAULT = "driver_fault"
    INBOX_FULL = "inbox_full"
    DROPPED = "dropped"


class Counters:
    """Counts of outcomes since the start of a driver; any thread may add and read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Outcome] = Counter()

    def add(self, outcome: Outcome, times: int = 1) -> None:
        """Count an outcome."""
        if times:
            with self._lock:
                self._counts[outcome] += times

    def snapshot(self) -> Mapping[Outcome, int]:
        """Return the counts of this moment; what never happened is not in it."""
        with self._lock:
            return dict(self._counts)


def counters_of(reader: BadgeReader) -> Mapping[Outcome, int]:
    """Return what a driver counted; a driver without an attribute `counters` counted nothing."""
    counters = getattr(reader, "counters", None)
    return counters.snapshot() if isinstance(counters, Counters) else {}
