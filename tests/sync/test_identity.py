"""The identity file: secret, whole, and plain about what is wrong with it."""

import json
import os
from dataclasses import replace

import pytest

from sync.errors import IdentityFileError
from sync.identity import FILE_NAME, Identity, load_identity, save_identity


@pytest.fixture
def identity():
    return Identity(
        school_id="demo",
        terminal_id="t-1",
        terminal_name="Till 1",
        central_url="https://centre.example",
        key_id="k-1",
        private_key=bytes(range(32)),
        badge_key=b"secret of the school",
        centre_key=bytes(range(1, 33)),
    )


def test_what_is_saved_is_loaded(identity, tmp_path):
    path = save_identity(identity, tmp_path / "new folder")
    assert load_identity(tmp_path / "new folder") == identity
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_without_an_identity_is_not_enrolled(tmp_path):
    assert load_identity(tmp_path) is None
    assert load_identity(tmp_path / "missing") is None


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o666])
def test_a_file_that_others_may_read_is_refused_with_the_cure(identity, tmp_path, mode):
    path = save_identity(identity, tmp_path)
    path.chmod(mode)
    with pytest.raises(IdentityFileError, match=f"chmod 600 {path}"):
        load_identity(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "\x00",
        '{"school_id": 1}',
    ],
)
def test_a_damaged_file_is_one_clear_line(identity, tmp_path, damage):
    path = save_identity(identity, tmp_path)
    path.write_text(damage)
    with pytest.raises(IdentityFileError, match="enrol this terminal again") as caught:
        load_identity(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["private_key", "centre_key", "terminal_id"])
def test_a_missing_or_short_value_is_named(identity, tmp_path, key):
    path = save_identity(identity, tmp_path)
    plain = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in plain.items() if name != key}))
    with pytest.raises(IdentityFileError, match=f"{key} is missing"):
        load_identity(tmp_path)
    if key != "terminal_id":
        path.write_text(json.dumps({**plain, key: "00"}))
        with pytest.raises(IdentityFileError, match=f"{key} must have 32 bytes"):
            load_identity(tmp_path)


def test_secrets_do_not_show_in_a_log(identity):
    assert "secret" not in repr(identity)
    assert bytes(range(32)).hex() not in repr(identity)
    assert repr(bytes(range(32))) not in repr(identity)


def test_an_interrupted_save_leaves_the_old_one(identity, tmp_path, monkeypatch):
    save_identity(identity, tmp_path)

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(IdentityFileError, match="No space left"):
        save_identity(identity, tmp_path)
    monkeypatch.undo()
    assert load_identity(tmp_path) == identity
    assert (tmp_path / FILE_NAME).exists()


def test_what_systemd_gives_goes_before_the_folder(identity, tmp_path):
    given, folder = tmp_path / "credentials", tmp_path / "data"
    environ = {"CREDENTIALS_DIRECTORY": str(given)}
    save_identity(replace(identity, terminal_name="of the folder"), folder)
    assert load_identity(folder, environ=environ).terminal_name == "of the folder"
    # systemd shows a credential by an ACL, which stands in the bits of the group.
    save_identity(identity, given).chmod(0o440)
    assert load_identity(folder, environ=environ) == identity
    assert load_identity(folder).terminal_name == "of the folder"


def test_a_damaged_credential_is_no_reason_to_take_another(identity, tmp_path):
    given = tmp_path / "credentials"
    save_identity(identity, given).write_text("{")
    save_identity(identity, tmp_path)
    with pytest.raises(IdentityFileError, match=str(given)):
        load_identity(tmp_path, environ={"CREDENTIALS_DIRECTORY": str(given)})


def test_the_services_own_may_be_kept_by_root_and_is_renewed_there(identity, tmp_path, monkeypatch):
    stored, service, other = tmp_path / "store" / "it", tmp_path / "service", tmp_path / "other"
    monkeypatch.setattr("sync.identity.STORED", stored)
    monkeypatch.setattr("sync.identity.SERVICE_FOLDER", service)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    stored.parent.mkdir()
    save_identity(identity, tmp_path).rename(stored)
    assert load_identity(service) == identity
    assert load_identity(other) is None, "another folder is another terminal"
    renewed = replace(identity, key_id="key-2")
    assert save_identity(renewed, service) == stored
    assert load_identity(service) == renewed
    stored.chmod(0o644)
    with pytest.raises(IdentityFileError, match="chmod 600"):
        load_identity(service)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert load_identity(service) is None, "the service has what systemd gives it"
