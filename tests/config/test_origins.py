"""Which file set what; and secrets, which are refused wherever they stand."""

import json
from pathlib import Path

import pytest

from cli.main import main
from config.errors import SettingsError
from config.load import load, load_settings


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "terminal.toml"
    path.write_text('# ours\nname = "file"\ncolumns = 32\n')
    folder = tmp_path / "terminal.toml.d"
    folder.mkdir()
    (folder / "10-school.toml").write_text('language = "nl"\n')
    (folder / "20-till.toml").write_text('\nname = "late"\n')
    return path


def test_each_key_tells_the_file_and_line_that_set_it(written: Path) -> None:
    origins = load(written, environ={"REFECTORY_DATA": "/somewhere"}).origins
    told = {key: str(origin).removeprefix(f"{written.parent}/") for key, origin in origins.items()}
    assert told == {
        "name": "terminal.toml.d/20-till.toml:2",
        "columns": "terminal.toml:3",
        "language": "terminal.toml.d/10-school.toml:1",
        "data": "the environment",
    }


def test_the_command_shows_values_and_origins(
    written: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFECTORY_DATA", raising=False)
    assert main(["config", "show", str(written)]) == 0
    out = capsys.readouterr().out
    assert f'name = "late"    # {written.parent}/terminal.toml.d/20-till.toml:2' in out
    assert 'printer_profile = "default"    # default' in out
    assert main(["config", "show", str(written), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"key": "columns", "value": "32", "set_by": f"{written}:3"} in rows
    written.write_text("columns = 7\n")
    assert main(["config", "show", str(written)]) == 2


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('device_key = "abcd1234"', "/etc/refectory/device-key"),
        ('pin-pepper = "abcd1234"', "/etc/refectory/pin-pepper"),
        ('name = "-----BEGIN PRIVATE KEY----- abcd1234"', "/etc/refectory/NAME"),
        ('central = "https://user:abcd1234@centre.example"', "a password in it"),
        ('readers = ["pcsc://", "nfc+tty://me:abcd1234@host"]', "a password in it"),
    ],
)
def test_a_secret_is_refused_with_its_cure_and_not_repeated(
    tmp_path: Path, line: str, cure: str
) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(f"{line}\n")
    with pytest.raises(SettingsError) as raised:
        load_settings(path, environ={})
    (problem,) = raised.value.problems
    assert "never stands in settings" in problem.text
    assert cure in problem.text
    assert "abcd1234" not in str(problem)


def test_words_that_only_look_like_secrets_are_well(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text('name = "Keyboard pin, till 2"\nreaders = ["pcsc://"]\n')
    assert load_settings(path, environ={}).name == "Keyboard pin, till 2"
