"""Every key is explained, and the example file is what the program itself says."""

import argparse
import tomllib
from pathlib import Path

import pytest

import cli.config
import config
from config.explain import KeyHelp, as_file, explain
from config.load import load_settings
from config.settings import Settings

EXAMPLE = Path(config.__path__[0]) / "examples" / "terminal.toml"


def refectory(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.config.register(parser.add_subparsers())
    arguments = parser.parse_args(words)
    return arguments.run(arguments)


def test_every_key_is_explained() -> None:
    helps = explain()
    assert tuple(found.key for found in helps) == Settings.__struct_fields__
    for found in helps:
        assert found.purpose.endswith(".")
        assert found.wants


@pytest.mark.parametrize("found", explain(), ids=lambda found: found.key)
def test_each_default_and_example_would_be_taken(tmp_path: Path, found: KeyHelp) -> None:
    for written in filter(None, (found.default, found.example)):
        path = tmp_path / "terminal.toml"
        path.write_text(f"{found.key} = {written}\n", encoding="utf-8")
        load_settings(path, environ={})


def test_the_example_file_is_the_one_that_the_command_prints() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == as_file(explain()), (
        "write it anew: refectory config explain --file > config/examples/terminal.toml"
    )


def test_the_example_file_taken_out_of_its_comments_is_valid(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    keys = tuple(f"# {key} = " for key in Settings.__struct_fields__)
    path = tmp_path / "terminal.toml"
    path.write_text("\n".join(x.removeprefix("# ") for x in lines if x.startswith(keys)))
    assert set(tomllib.loads(path.read_text())) == set(Settings.__struct_fields__)
    load_settings(path, environ={})


def test_explain_prints_one_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert refectory("config", "explain", "listen") == 0
    printed = capsys.readouterr().out
    assert printed.startswith('listen  (default: "127.0.0.1:8750")')
    assert "columns" not in printed


def test_check_says_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text('name = "till 1"\n', encoding="utf-8")
    assert refectory("config", "check", str(path)) == 0
    assert "well" in capsys.readouterr().out


def test_check_tells_each_mistake_on_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text("colums = 32\ncolumns = 1\n", encoding="utf-8")
    assert refectory("config", "check", str(path)) == 2
    assert [line.split(": ")[0] for line in capsys.readouterr().err.splitlines()] == [
        f"{path}:1",
        f"{path}:2",
    ]


def test_check_of_a_missing_file_is_not_configured(tmp_path: Path) -> None:
    assert refectory("config", "check", str(tmp_path / "absent.toml")) == 3


def test_check_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text("colums = 32\n", encoding="utf-8")
    assert refectory("config", "check", "--json", str(path)) == 2
    printed = capsys.readouterr().out
    assert '"is_valid": false' in printed
    assert "columns" in printed
