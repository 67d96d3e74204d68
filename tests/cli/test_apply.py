"""`refectory apply` beside a real daemon: in force, left alone, and rolled back by itself."""

import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from cli.output import EXIT_FAILED, EXIT_USAGE, EXIT_WELL
from cli.terminal_link import ask
from offline_cache.integrity import verify

OTHER = 'readers = ["simulated://"]\nlisten = "127.0.0.1:0"\nlanguage = "nl"\n'


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REFECTORY_DATA", "REFECTORY_CONFIG", "CONFIGURATION_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def apply(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Apply a text to the settings file; return the exit code and what was said as JSON."""

    def apply(text: str, *words: str) -> tuple[int, dict[str, Any]]:
        fresh = tmp_path / "fresh.toml"
        fresh.write_text(text)
        code = main(["apply", str(fresh), "--config", str(settings), "--json", *words])
        return code, json.loads(capsys.readouterr().out)

    return apply


def changed(till_folder: Path, text: str = OTHER) -> str:
    return f'data = "{till_folder}"\n{text}'


def test_a_new_value_is_in_force_in_the_running_terminal_and_a_second_time_nothing_is_done(
    serve: Callable[..., Any], settings: Path, till_folder: Path, apply
) -> None:
    old = settings.read_text()
    service = serve("terminal", "--config", settings)
    ask(till_folder, "POST", "/v1/tap", {"value": "04A1B2C3D4E501"})
    first = ask(till_folder, "GET", "/v1/status")

    code, said = apply(changed(till_folder))
    assert code == EXIT_WELL, said
    assert said["changed"] is True
    assert said["restarted_by"] == "signal"
    assert said["differences"] == [{"key": "language", "before": '"fr"', "after": '"nl"'}]
    second = ask(till_folder, "GET", "/v1/status")
    assert second["pid"] == first["pid"] == service.process.pid
    assert second["started_at"] != first["started_at"]
    assert settings.with_name("terminal.toml.previous").read_text() == old

    code, said = apply(changed(till_folder))
    assert (code, said["changed"], said["restarted_by"]) == (EXIT_WELL, False, None)
    assert ask(till_folder, "GET", "/v1/status")["started_at"] == second["started_at"]

    assert main(["apply", "--back", "--config", str(settings)]) == EXIT_WELL
    assert settings.read_text() == old
    service.end()
    report = verify(till_folder / "journal.db")
    assert report.is_good
    assert report.events == 4, "three starts and one tap"


def test_a_terminal_that_does_not_become_ready_gets_its_old_settings_back(
    serve: Callable[..., Any], settings: Path, till_folder: Path, apply
) -> None:
    old = settings.read_text()
    service = serve("terminal", "--config", settings)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f'readers = ["simulated://"]\nlisten = "127.0.0.1:{other.getsockname()[1]}"\n'
        code, said = apply(changed(till_folder, taken), "--wait", "10")
        assert code == EXIT_FAILED, said
        assert said["rolled_back"] is True
        assert said["is_serving"] is True
        assert said["changed"] is False
    assert settings.read_text() == old
    assert "listen" in settings.with_name("terminal.toml.rejected").read_text()
    assert ask(till_folder, "GET", "/v1/status")["pid"] == service.process.pid
    assert "trying again until the settings let it start" in service.end()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('nmae = "x"\ncolumns = 9\n', ['did you mean "name"?', "fresh.toml:2: columns is 9"]),
        ('pin = "1234"\n', ["never stands in settings", "chmod 600 /etc/refectory/pin"]),
        ("name =\n", ["not TOML"]),
    ],
)
def test_mistakes_are_told_before_anything_is_touched(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: list[str]
) -> None:
    old = settings.read_text()
    fresh = tmp_path / "fresh.toml"
    fresh.write_text(text)
    assert main(["apply", str(fresh), "--config", str(settings)]) == EXIT_USAGE
    told = capsys.readouterr().err
    assert all(word in told for word in words), told
    assert "1234" not in told
    assert settings.read_text() == old
    assert sorted(path.name for path in tmp_path.glob("terminal.toml*")) == ["terminal.toml"]


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    settings: Path, till_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = settings.read_text()
    fresh = tmp_path / "fresh.toml"
    fresh.write_text(changed(till_folder))
    words = ["apply", str(fresh), "--config", str(settings)]
    assert main([*words, "--dry-run"]) == EXIT_WELL
    out = capsys.readouterr().out
    assert '+language = "nl"' in out
    assert 'changes  language: "fr" -> "nl"' in out
    assert settings.read_text() == old
    # Without a running terminal it is written for the next start.
    assert main(words) == EXIT_WELL
    assert "holds from the terminal's next start" in capsys.readouterr().out
    assert settings.read_text() == changed(till_folder)


def test_what_is_wrong_with_the_words(typed: Any, settings: Path) -> None:
    typed("apply", "--config", settings).expect_one_line(EXIT_USAGE, "name a FILE")
    typed("apply", "no.toml", "--config", settings).expect_one_line(EXIT_USAGE, "no.toml")
    typed("apply", "--back", "--config", settings).expect_one_line(EXIT_USAGE, "no earlier")


def test_modes_and_owners_stay(settings: Path, till_folder: Path, apply) -> None:
    settings.chmod(0o604)
    apply(changed(till_folder))
    assert settings.stat().st_mode & 0o777 == 0o604


def test_a_daemon_that_is_asked_to_start_again_while_it_does(
    serve: Callable[..., Any], settings: Path, till_folder: Path
) -> None:
    from cli.restart import wait_until_ready

    service = serve("terminal", "--config", settings)
    before = ask(till_folder, "GET", "/v1/status")["started_at"]
    for _ in range(2):
        os.kill(service.process.pid, signal.SIGHUP)
    assert wait_until_ready(till_folder, before=before, timeout_s=60)
    assert service.process.poll() is None
