"""The sounds: short, told apart, and played by the daemon where it may."""

import io
import logging
import sys
import wave
from pathlib import Path

import pytest
from web_rig import until

from terminal.board import Board
from terminal.verdict import Tone
from terminal.web.player import SoundPlayer
from terminal.web.sounds import SOUNDS, sound_of, wav

KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_over_in_time_and_neither_clips_nor_clicks(name: str) -> None:
    with wave.open(io.BytesIO(wav(name))) as sound:
        assert sound.getnframes() / sound.getframerate() <= 0.45
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    assert 10_000 < max(samples) <= 32_767
    assert abs(samples[0]) < 200
    assert abs(samples[-1]) < 200


def test_the_sounds_differ_in_rhythm_not_only_in_pitch() -> None:
    rhythms = {tuple(note.length_s for note in notes) for notes in SOUNDS.values()}
    assert len(rhythms) == len(SOUNDS)


@pytest.mark.parametrize("tone", Tone)
def test_each_tone_has_a_sound(tone: Tone) -> None:
    assert sound_of(tone.value) in SOUNDS
    assert sound_of(tone.value) != "error"


def test_what_is_unheard_of_sounds_like_an_error() -> None:
    assert {sound_of(tone) for tone in ("blue", None, 3)} == {"error"}


def test_the_daemon_plays_verdicts_and_nothing_else(board: Board, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    player = SoundPlayer(board, command=[sys.executable, "-c", KEEP, str(heard)])
    player.start()
    board.publish("status", {})
    board.publish("verdict", {"tone": "refused"})
    player.stop()
    assert heard.read_bytes() == wav("refused")


def test_an_alarm_is_heard_when_it_begins(board: Board, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    player = SoundPlayer(board, command=[sys.executable, "-c", KEEP, str(heard)])
    player.start()
    for alarm in (None, {"text": "the clock is wrong"}, {"text": "the clock is wrong"}, None):
        board.publish("status", {"alarm": alarm})
    player.stop()
    assert heard.read_bytes() == wav("error")


def test_a_machine_without_a_player_is_told_once_and_goes_on(
    board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    player = SoundPlayer(board, command=["no-such-player"])
    caplog.set_level(logging.WARNING)
    player.start()
    for _ in range(5):
        board.publish("verdict", {"tone": "ok"})
    until(lambda: "no sounds" in caplog.text)
    assert caplog.text.count("no sounds") == 1
    player.stop()
