"""`refectory central user`, as it is typed: a password comes from standard input, never from an
argument.
"""

import argparse
import io
import json

import pytest

import cli.central
import cli.central_users
from central.pages.passwords import is_password
from central.pages.users import stored_password
from central.store import open_store
from cli.output import CommandError


@pytest.fixture
def run(capsys, monkeypatch, office_file):
    parser = argparse.ArgumentParser()
    cli.central.register(parser.add_subparsers())

    def run(*words: str, typed: str = ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        place = ["--database", str(office_file), "--json"]
        parsed = parser.parse_args(["central", "user", *words, *place])
        code = parsed.run(parsed)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_a_user_is_added_listed_and_disabled(run, office_file):
    code, (added,) = run(
        "add", "Nora", "--role", "admin", "--language", "nl", typed="a b c d e f\n"
    )
    assert (code, added["name"], added["role"], added["language"]) == (0, "nora", "admin", "nl")
    assert added["disabled_at"] is None
    _, users = run("list")
    assert [user["name"] for user in users] == ["anton", "fatima", "nora"]
    _, (gone,) = run("disable", "nora")
    _, users = run("list")
    assert gone["name"] == "nora"
    assert [user["disabled_at"] is None for user in users] == [True, True, False]
    store = open_store(str(office_file))
    with store.database.reading() as session:
        assert stored_password(session, "nora") is None
        audit = session.rows("SELECT what FROM audit WHERE subject = 'nora' ORDER BY id")
    store.close()
    assert sorted(audit) == [("user added: admin",), ("user disabled",)]


def test_a_password_is_set(run, office_file):
    run("password", "fatima", typed="a new one of words\r\n")
    store = open_store(str(office_file))
    with store.database.reading() as session:
        assert is_password(stored_password(session, "fatima"), "a new one of words")
    store.close()


def test_bad_input_is_told_in_a_line(run):
    for words, typed, told in (
        (("add", "fatima"), "long enough for it", "take another name"),
        (("add", "x y"), "long enough for it", "user name 'x y'"),
        (("add", "zoe"), "short", "10 to 200"),
        (("add", "zoe", "--school", "none"), "long enough for it", "there is no school"),
        (("disable", "nobody"), "", "there is no user 'nobody'"),
        (("password", "nobody"), "long enough for it", "there is no user"),
    ):
        with pytest.raises(CommandError, match=told):
            run(*words, typed=typed)


def test_at_a_terminal_it_is_asked_twice(run, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked = []
    answers = iter(["first of the words", "second of the words"])

    def ask(prompt):
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("cli.central_users.sys.stdin", Terminal())
    monkeypatch.setattr("cli.central_users.getpass.getpass", ask)
    with pytest.raises(CommandError, match="not the same"):
        cli.central_users._ask_password()
    assert len(asked) == 2
