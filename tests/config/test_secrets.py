"""Secrets: the service's own credentials, or a file that nobody else can read."""

from pathlib import Path

import pytest

from config.errors import SecretError
from config.secrets import SIZE_MAX, read_secret


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "etc"
    path.mkdir()
    return path


def keep(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "device-key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def refusal_of(folder: Path) -> str:
    with pytest.raises(SecretError) as raised:
        read_secret("device-key", environ={}, folder=folder)
    return str(raised.value)


def test_a_file_of_the_owner_alone_is_read(folder: Path) -> None:
    keep(folder, b"s3cret\n")
    assert read_secret("device-key", environ={}, folder=folder) == b"s3cret"


def test_the_services_credential_goes_first(folder: Path, tmp_path: Path) -> None:
    keep(folder, b"from a file")
    given = tmp_path / "credentials"
    given.mkdir()
    # systemd decides on this folder's modes; they are not ours to judge.
    keep(given, b"from systemd", mode=0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(given)}
    assert read_secret("device-key", environ=environ, folder=folder) == b"from systemd"


def test_a_credential_that_systemd_does_not_have_comes_from_the_file(
    folder: Path, tmp_path: Path
) -> None:
    keep(folder, b"from a file")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_secret("device-key", environ=environ, folder=folder) == b"from a file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o644, 0o610])
def test_a_file_that_others_may_read_is_refused_with_the_cure(folder: Path, mode: int) -> None:
    path = keep(folder, b"s3cret", mode)
    assert refusal_of(folder).endswith(f"chmod 0600 {path}")


def test_a_missing_secret_says_where_to_put_it(folder: Path) -> None:
    assert "no such secret" in refusal_of(folder)


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_secret_is_refused(folder: Path, content: bytes) -> None:
    keep(folder, content)
    assert "is empty" in refusal_of(folder)


def test_a_file_that_is_too_large_is_refused(folder: Path) -> None:
    keep(folder, b"x" * (SIZE_MAX + 1))
    assert "larger" in refusal_of(folder)


def test_a_folder_is_no_secret(folder: Path) -> None:
    (folder / "device-key").mkdir(mode=0o700)
    assert "no plain file" in refusal_of(folder)


def test_the_text_of_a_refusal_never_holds_the_secret(folder: Path) -> None:
    keep(folder, b"s3cret" * 20_000)
    assert "s3cret" not in refusal_of(folder)
