"""The address of the books, when it holds a password: a secret that others may not read."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.central_desk import DATABASE_SECRET, database_of
from cli.output import CommandError

URL = "postgresql://books:s3cret@127.0.0.1/books"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "credstore"
    made.mkdir()
    monkeypatch.setattr("config.secrets.SECRETS_FOLDER", made)
    monkeypatch.setenv("REFECTORY_DATA", str(tmp_path))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return made


def asked(named: str | None = None) -> str:
    return database_of(argparse.Namespace(database=named))


def keep(folder: Path, *, mode: int) -> None:
    secret = folder / DATABASE_SECRET
    secret.write_text(URL + "\n")
    secret.chmod(mode)


def test_a_file_of_root_alone_says_where_the_books_are(store: Path) -> None:
    keep(store, mode=0o600)
    assert asked() == URL
    assert asked("other.db") == "other.db", "what is named goes before"


def test_systemd_gives_it_to_the_service(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    keep(given, mode=0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert asked() == URL


def test_without_one_the_books_are_a_file(store: Path, tmp_path: Path) -> None:
    assert asked() == str(tmp_path / "central.db")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_one_that_others_may_read_is_refused_with_the_cure(store: Path, mode: int) -> None:
    keep(store, mode=mode)
    with pytest.raises(CommandError, match="chmod 0600") as refused:
        asked()
    assert "s3cret" not in str(refused.value)


def test_the_centre_serves_books_that_nobody_named(
    serve: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    centre = serve("central", "--listen", "127.0.0.1:0")
    assert centre.said["database"] == "central.db"
    assert (tmp_path / "central.db").exists()
