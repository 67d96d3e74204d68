"""Speech by the real espeak-ng, into a WAV file; and by the twin where there is none."""

import shutil
import wave
from array import array
from pathlib import Path

import pytest

from terminal.speech import PROGRAM, TEXT_MAX, EspeakSpeaker, SilentSpeaker, find_speaker

LONG_S = 30.0


@pytest.fixture
def program() -> str:
    found = shutil.which(PROGRAM)
    assert found, "espeak-ng is missing; install the Debian package espeak-ng"
    return found


def heard(path: Path) -> tuple[float, int]:
    """Return how many seconds a WAV file lasts, and how loud its loudest moment is."""
    with wave.open(str(path), "rb") as sound:
        frames = sound.readframes(sound.getnframes())
        rate = sound.getframerate()
    samples = array("h", frames)
    return len(samples) / rate, max(abs(sample) for sample in samples)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Réservé et payé : 4,50 € débités."),
        ("nl", "Gereserveerd en betaald."),
        ("de", "Bestellt und bezahlt."),
        ("en", "Ordered and paid."),
    ],
)
def test_each_language_is_heard(program: str, tmp_path: Path, language: str, text: str) -> None:
    speaker = EspeakSpeaker(program, wav=tmp_path / "said.wav")
    speaker.say(text, language)
    assert speaker.wait(LONG_S)
    seconds, loudest = heard(tmp_path / "said.wav")
    assert 0.8 < seconds < 20
    assert loudest > 2000


def test_languages_are_other_voices_and_longer_texts_last_longer(
    program: str, tmp_path: Path
) -> None:
    said = {}
    for language, text in (("fr", "Bonjour"), ("de", "Bonjour"), ("fr", "Bonjour " * 8)):
        speaker = EspeakSpeaker(program, wav=tmp_path / "said.wav")
        speaker.say(text, language)
        assert speaker.wait(LONG_S)
        said[(language, len(text))] = (tmp_path / "said.wav").read_bytes()
    assert said[("fr", 7)] != said[("de", 7)]
    assert len(said[("fr", 64)]) > 3 * len(said[("fr", 7)])


def test_a_new_text_takes_the_place_of_the_one_before_and_no_process_stays(
    program: str, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\ncat > /dev/null\nexec sleep 60\n")
    slow.chmod(0o755)
    speaker = EspeakSpeaker(str(slow))
    speaker.say("one", "fr")
    first = speaker._speaking
    speaker.say("two", "fr")
    assert first is not None
    assert first.returncode is not None
    second = speaker._speaking
    speaker.stop()
    assert second is not None
    assert second.returncode is not None
    assert not speaker.wait(1)


def test_no_word_stands_among_a_process_arguments(tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/text\n')
    spy.chmod(0o755)
    speaker = EspeakSpeaker(str(spy))
    speaker.say("Léa  a\n23,40 € --stdout " + "x" * TEXT_MAX, "xx")
    assert speaker.wait(LONG_S)
    assert (tmp_path / "arguments").read_text() == "-v fr-be -s 150 --stdin\n"
    text = (tmp_path / "text").read_text()
    assert text.startswith("Léa a 23,40 € --stdout x")
    assert len(text) == TEXT_MAX


def test_nothing_to_say_starts_nothing(tmp_path: Path) -> None:
    speaker = EspeakSpeaker(str(tmp_path / "none"))
    speaker.say("  ", "fr")
    assert not speaker.wait(1)


def test_where_it_is_not_installed_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    speaker = find_speaker()
    assert isinstance(speaker, SilentSpeaker)
    speaker.say("one", "fr")
    assert (speaker.can_speak, speaker.said) == (False, [])
