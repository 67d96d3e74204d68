"""Keyboard wedge readers: key codes to numbers, on the layouts schools have, and never a typist."""

import errno
import os
from itertools import pairwise
from pathlib import Path

import pytest
from counter_inbox import Inbox, descriptors_open
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tap import Assurance, HealthState, Tap, Technology
from readers.counters import Outcome
from readers.keyboards import LAYOUTS, keys_for, layout
from readers.registry import open_reader
from readers.wedge import WedgeReader, _open_and_grab
from readers.wedge_keys import EVENT, EventStream, KeyEvent, WedgeDecoder

ENTER, TAB, LEFT_SHIFT, CAPS_LOCK = 28, 15, 42, 58


def strokes(
    text: str, word: str = "be", *, gap_ms: int = 5, end: int = ENTER, start_us: int = 0
) -> list[KeyEvent]:
    """Type a text: each key pressed and released, shift held where the layout wants it."""
    at_us, events = start_us, []
    for code, is_shifted in [*keys_for(text, word), (end, False)]:
        at_us += gap_ms * 1000
        if is_shifted:
            events.append(KeyEvent(at_us, 1, LEFT_SHIFT, 1))
        events += [KeyEvent(at_us, 1, code, 1), KeyEvent(at_us + 500, 1, code, 0)]
        if is_shifted:
            events.append(KeyEvent(at_us + 600, 1, LEFT_SHIFT, 0))
        events.append(KeyEvent(at_us + 600, 0, 0, 0))
    return events


def kernel_bytes(events: list[KeyEvent]) -> bytes:
    return b"".join(
        EVENT.pack(*divmod(event.at_us, 1_000_000), event.type, event.code, event.value)
        for event in events
    )


def decoded(decoder: WedgeDecoder, events: list[KeyEvent]) -> list[str | Outcome]:
    return [found for event in events if (found := decoder.feed(event)) is not None]


@pytest.mark.parametrize("word", sorted(LAYOUTS))
def test_the_published_number_is_read_on_each_layout(word: str) -> None:
    assert decoded(WedgeDecoder(layout_word=word), strokes("3808980205", word)) == ["3808980205"]
    assert decoded(WedgeDecoder(layout_word=word), strokes("04A1B2C3;QWZM", word)) == [
        "04A1B2C3;QWZM"
    ]


def test_belgian_digits_without_shift_are_the_symbols_on_their_keys() -> None:
    symbols = strokes("3808980205", "us")
    assert decoded(WedgeDecoder(layout_word="be"), symbols) == ['"!à!ç!àéà(']
    assert [layout("be")[code] for code in (16, 17, 30, 39, 44)] == [
        ("a", "A"),
        ("z", "Z"),
        ("q", "Q"),
        ("m", "M"),
        ("w", "W"),
    ]


def test_the_keypad_means_the_same_on_every_layout() -> None:
    keypad = [KeyEvent(1000 * at, 1, code, 1) for at, code in enumerate((79, 80, 81, 75, 96))]
    for word in LAYOUTS:
        assert decoded(WedgeDecoder(layout_word=word), keypad) == ["1234"]


def test_the_tables_agree_with_evdevs_names_of_keys() -> None:
    from evdev import ecodes

    us = layout("us")
    for character in "abcdefghijklmnopqrstuvwxyz0123456789":
        assert us[getattr(ecodes, f"KEY_{character.upper()}")][0] == character
    for digit in "0123456789":
        assert us[getattr(ecodes, f"KEY_KP{digit}")] == (digit, digit)
    assert (ecodes.KEY_ENTER, ecodes.KEY_TAB) == (ENTER, TAB)
    assert (ecodes.KEY_LEFTSHIFT, ecodes.KEY_CAPSLOCK) == (LEFT_SHIFT, CAPS_LOCK)


def test_a_person_who_types_is_never_a_badge() -> None:
    assert decoded(WedgeDecoder(), strokes("3808980205", "us", gap_ms=60)) == [
        Outcome.TYPED_BY_HAND
    ]
    one_slow = strokes("38089", "us") + strokes("80205", "us", start_us=200_000)
    assert Outcome.TYPED_BY_HAND not in decoded(WedgeDecoder(), one_slow[:-3])
    hesitant = [e for e in strokes("38089", "us") if e.code != ENTER]
    hesitant += strokes("80205", "us", start_us=200_000)
    assert decoded(WedgeDecoder(), hesitant) == [Outcome.TYPED_BY_HAND]


def test_a_badge_after_a_typist_is_read() -> None:
    decoder = WedgeDecoder()
    events = strokes("12345", "us", gap_ms=300)
    events += strokes("3808980205", "us", start_us=events[-1].at_us + 2_000_000)
    assert decoded(decoder, events) == [Outcome.TYPED_BY_HAND, "3808980205"]


def test_tab_ends_a_number_where_the_settings_say_so() -> None:
    assert decoded(WedgeDecoder(terminator="tab"), strokes("12345", "us", end=TAB)) == ["12345"]
    assert decoded(WedgeDecoder(terminator="tab"), strokes("12345", "us")) == []


def test_caps_lock_and_key_repeat_do_not_spoil_a_number() -> None:
    caps = [KeyEvent(0, 1, CAPS_LOCK, 1), KeyEvent(1, 1, CAPS_LOCK, 0)]
    assert decoded(WedgeDecoder(), caps + strokes("04ab", "us")) == ["04AB"]
    repeats = [
        pressed
        for event in strokes("1234", "us")
        for pressed in (event, KeyEvent(event.at_us, 1, event.code, 2))
    ]
    assert decoded(WedgeDecoder(), repeats) == ["1234"]


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        (strokes("123", "us"), Outcome.BAD_FRAME),
        (strokes("1" * 300, "us"), Outcome.OVERLONG_FRAME),
        (
            [*strokes("12345", "us")[:-4], KeyEvent(1, 0, 3, 0)],
            Outcome.BAD_FRAME,
        ),
    ],
)
def test_what_is_no_badge_has_a_name(events: list[KeyEvent], outcome: Outcome) -> None:
    assert outcome in decoded(WedgeDecoder(), events)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=10))
def test_the_kernels_bytes_may_be_cut_anywhere(places: list[int]) -> None:
    raw = kernel_bytes(strokes("3808980205"))
    at = [0, *sorted(place % (len(raw) + 1) for place in places), len(raw)]
    stream, decoder = EventStream(), WedgeDecoder(layout_word="be")
    found = []
    for low, high in pairwise(at):
        found += decoded(decoder, list(stream.feed(raw[low:high])))
    assert found == ["3808980205"]


@settings(deadline=None)
@given(st.binary(max_size=3000))
def test_random_bytes_never_raise(raw: bytes) -> None:
    reader = open_reader("wedge:///dev/input/event3?layout=be&form=hex")
    assert isinstance(reader, WedgeReader)
    reader.keys(raw, EventStream())


@pytest.mark.parametrize(
    ("query", "typed", "technology", "number", "assurance"),
    [
        ("form=hex", "04112233445566", Technology.ISO14443A, "04112233445566", Assurance.UID),
        ("form=hex&order=reversed", "44332204", Technology.ISO14443A, "04223344", Assurance.UID),
        ("form=decimal&card=em4100", "3808980205", Technology.EM4100, "E3086CED", Assurance.UID),
        ("form=text", "ELEVE-42", Technology.BARCODE, b"ELEVE-42".hex().upper(), Assurance.TYPED),
    ],
)
def test_what_the_settings_make_of_a_number(
    query: str, typed: str, technology: Technology, number: str, assurance: Assurance
) -> None:
    reader = open_reader(f"wedge:///dev/input/event3?layout=be&{query}")
    assert isinstance(reader, WedgeReader)
    events: list[object] = []
    reader._loop._post = events.append
    reader.keys(kernel_bytes(strokes(typed)), EventStream())
    (tap,) = events
    assert isinstance(tap, Tap)
    assert (tap.credential.technology, tap.credential.hex) == (technology, number)
    assert tap.assurance is assurance


def test_the_device_shell_grabs_a_real_input_device() -> None:
    if not os.access("/dev/uinput", os.W_OK):
        pytest.skip("this kernel or container has no /dev/uinput to make an input device with")
    import evdev

    with evdev.UInput(name="a badge reader") as keyboard:
        device = _open_and_grab(keyboard.device.path)
        with pytest.raises(OSError, match="busy"):
            _open_and_grab(keyboard.device.path)
        device.close()


class HeldKeyboard:
    """An input device that opens and then refuses its grab, as evdev gives it."""

    name, fd = "a badge reader that types", -1

    def __init__(self, path: str) -> None:
        self.path, self.is_closed = path, False

    def grab(self) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    def close(self) -> None:
        self.is_closed = True


def test_a_grab_that_is_refused_closes_the_device_and_is_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[HeldKeyboard] = []
    inbox = Inbox()

    def open_held(path: str) -> HeldKeyboard:
        made.append(HeldKeyboard(path))
        return made[-1]

    monkeypatch.setattr("evdev.InputDevice", open_held)
    reader = open_reader("wedge:///dev/null?layout=be")
    reader.start(inbox.post)
    assert "held by another program" in inbox.health(HealthState.BUSY).detail
    reader.stop()
    assert made[0].path == "/dev/null"
    assert all(keyboard.is_closed for keyboard in made)


def test_evdev_itself_refuses_what_is_no_input_device() -> None:
    far, near = os.openpty()
    before = descriptors_open()
    with pytest.raises(OSError, match="ioctl"):
        _open_and_grab(os.ttyname(near))
    assert descriptors_open() == before, "what was opened is closed"
    os.close(far)
    os.close(near)


def test_a_file_that_is_no_device_is_health(tmp_path: Path) -> None:
    for path, says in ((tmp_path, "is a directory"), (tmp_path / "no", "is not there")):
        inbox = Inbox()
        reader = open_reader(f"wedge://{path}?layout=be")
        reader.start(inbox.post)
        lost = inbox.health(HealthState.NO_READER, HealthState.UNPLUGGED)
        reader.stop()
        assert says in lost.detail
