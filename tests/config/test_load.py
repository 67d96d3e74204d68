"""Settings as a technician meets them: defaults that run, and every mistake told at once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from config.errors import SettingsError, SettingsFileError
from config.load import load_settings
from config.settings import Settings

Write = Callable[..., Path]
NOBODY = 65534


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a settings file of the given lines."""

    def write_lines(*lines: str, name: str = "terminal.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write_lines


def problems_of(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load_settings(path, environ={})
    return [str(problem).removeprefix(f"{path.parent}/") for problem in raised.value.problems]


def test_nothing_set_is_a_terminal_that_runs() -> None:
    settings = load_settings(None, environ={"CONFIGURATION_DIRECTORY": "/nonexistent"})
    assert settings == Settings(data=settings.data)
    assert settings.listen == "127.0.0.1:8750"


def test_a_file_sets_what_it_names_and_leaves_the_rest(write: Write) -> None:
    path = write('name = "Réfectoire, caisse 2"', 'readers = ["simulated://"]', "columns = 32")
    settings = load_settings(path, environ={})
    assert settings.name == "Réfectoire, caisse 2"
    assert settings.readers == ("simulated://",)
    assert settings.columns == 32
    assert settings.language == Settings().language


def test_a_drop_in_goes_before_the_file_and_a_later_one_before_an_earlier(write: Write) -> None:
    path = write('name = "file"', "columns = 32")
    write('name = "early"', 'language = "nl"', name="terminal.toml.d/10-a.toml")
    write('name = "late"', name="terminal.toml.d/20-b.toml")
    write('name = "a backup, not read"', name="terminal.toml.d/20-b.toml~")
    settings = load_settings(path, environ={})
    assert (settings.name, settings.language, settings.columns) == ("late", "nl", 32)


def test_the_environment_names_the_file(write: Write) -> None:
    path = write('name = "by variable"')
    assert load_settings(None, environ={"REFECTORY_CONFIG": str(path)}).name == "by variable"


def test_systemd_names_the_folders(write: Write, tmp_path: Path) -> None:
    write('name = "by systemd"')
    environ = {"CONFIGURATION_DIRECTORY": str(tmp_path), "STATE_DIRECTORY": "/var/lib/refectory"}
    settings = load_settings(None, environ=environ)
    assert (settings.name, settings.data) == ("by systemd", Path("/var/lib/refectory"))


def test_the_data_folder_of_the_environment_goes_before_the_files(write: Write) -> None:
    path = write('data = "/from/the/file"')
    environ = {"REFECTORY_DATA": "/from/environ", "STATE_DIRECTORY": "/from/systemd"}
    assert load_settings(path, environ=environ).data == Path("/from/environ")
    assert load_settings(path, environ={}).data == Path("/from/the/file")


def test_a_relative_data_folder_of_the_environment_is_made_whole() -> None:
    assert load_settings(None, environ={"REFECTORY_DATA": "here"}).data == Path("here").absolute()


def test_a_person_gets_a_folder_of_their_own(mocker: MockerFixture) -> None:
    mocker.patch("os.geteuid", return_value=1000)
    environ = {"HOME": "/homes/alice", "CONFIGURATION_DIRECTORY": "/nonexistent"}
    settings = load_settings(None, environ=environ)
    assert settings.data == Path("/homes/alice/.local/state/refectory")
    environ["XDG_STATE_HOME"] = "/homes/alice/state"
    assert load_settings(None, environ=environ).data == Path("/homes/alice/state/refectory")


def test_a_misspelt_key_is_told_with_its_line_and_the_right_word(write: Write) -> None:
    assert problems_of(write("# a comment", "", 'lissen = "127.0.0.1:1"')) == [
        'terminal.toml:3: unknown key "lissen"; did you mean "listen"?'
    ]


def test_an_unknown_key_without_a_likeness_says_where_all_are_listed(write: Write) -> None:
    assert problems_of(write("zzz = 1")) == [
        'terminal.toml:1: unknown key "zzz"; `refectory config explain` lists all keys'
    ]


def test_every_mistake_is_told_at_once_with_its_own_line(write: Write) -> None:
    path = write(
        'name = "fine"',
        "readers = [",
        '  "pcsc://",',
        "  3,",
        "]",
        "",
        "columns = 10",
        'central = "http://centre.example"',
        "[printer]",
        "a = 1",
    )
    write("colums = 32", name="terminal.toml.d/10-more.toml")
    lines = [problem.split(": ")[0] for problem in problems_of(path)]
    assert lines == [
        "terminal.toml:2",
        "terminal.toml:7",
        "terminal.toml:8",
        "terminal.toml:9",
        "terminal.toml.d/10-more.toml:1",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "columns = 10",
        'columns = "wide"',
        "columns = 42.0",
        'language = "it"',
        'listen = "8750"',
        'listen = "127.0.0.1:99999"',
        'readers = "pcsc://"',
        'readers = ["pcsc://", "pcsc://"]',
        'readers = ["ACR122U"]',
        'printer = "/dev/usb/lp0"',
        'central = "centre.example"',
        'central = "http://centre.example"',
        'central = "https://[::1"',
        'central = "https://:443"',
        'name = ""',
        'name = "   "',
        'name = "a\\u001bb"',
        'name = "a\\nb"',
        f'name = "{"x" * 41}"',
        'data = "relative/folder"',
        'data = "/a\\u0000b"',
        "data = 3",
        'name = "a\\u2028b"',
        "screen_mm = 7",
        'log_level = "chatty"',
        "name = 2026-11-24",
    ],
)
def test_a_wrong_value_says_what_is_wanted_and_gives_an_example(write: Write, line: str) -> None:
    key = line.split(" ", maxsplit=1)[0]
    (problem,) = problems_of(write(line))
    assert problem.startswith(f"terminal.toml:1: {key} is ")
    assert ", must be " in problem
    assert f"for example: {key} = " in problem
    assert problem.isprintable()


@pytest.mark.parametrize(
    "central", ["https://centre.example", "http://127.0.0.1:9", "http://[::1]"]
)
def test_plain_http_is_for_this_machine_alone(write: Write, central: str) -> None:
    assert load_settings(write(f'central = "{central}"'), environ={}).central == central


def test_a_key_with_control_bytes_is_told_without_them(write: Write) -> None:
    (problem,) = problems_of(write('"a\\u001b[2Jb" = 1'))
    assert problem.isprintable()


def refusal_of(path: Path) -> str:
    with pytest.raises(SettingsFileError) as raised:
        load_settings(path, environ={})
    text = str(raised.value)
    assert text.startswith(f"{path}")
    assert "\n" not in text
    return text


def test_a_missing_file_that_was_asked_for_is_refused(tmp_path: Path) -> None:
    assert "no such settings file" in refusal_of(tmp_path / "absent.toml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in refusal_of(tmp_path)


def test_what_is_not_toml_is_told_with_its_line(write: Write) -> None:
    assert "line 2" in refusal_of(write('name = "a"', "columns ="))


def test_what_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    path.write_bytes('name = "Réfectoire"'.encode("latin-1"))
    assert "UTF-8" in refusal_of(path)


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Read files as a user who is not root, whoever runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_file_says_so(write: Write, request: pytest.FixtureRequest) -> None:
    path = write('name = "a"')
    path.chmod(0)
    request.getfixturevalue("ordinary_user")
    assert "permission denied" in refusal_of(path)


def test_a_usual_folder_that_cannot_be_entered_is_told_and_not_taken_for_absent(
    write: Write, request: pytest.FixtureRequest
) -> None:
    path = write('name = "a"', name="closed/terminal.toml")
    path.parent.chmod(0)
    request.getfixturevalue("ordinary_user")
    with pytest.raises(SettingsFileError, match="permission denied"):
        load_settings(None, environ={"CONFIGURATION_DIRECTORY": str(path.parent)})


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    path.symlink_to(path)
    assert "cannot be read" in refusal_of(path)


def test_an_unreadable_drop_in_folder_is_told(write: Write, tmp_path: Path) -> None:
    path = write('name = "a"')
    (tmp_path / "terminal.toml.d").symlink_to("terminal.toml.d")
    assert "cannot be listed" in refusal_of(path)
