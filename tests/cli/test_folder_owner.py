"""What a technician makes as root in a terminal's folder belongs to the service afterwards."""

import os
from pathlib import Path

import pytest
from root_rig import require_root

from cli.folder import owned_by_its_service

SERVICE = 4711


def fail_half_way(folder: Path) -> None:
    with owned_by_its_service(folder):
        (folder / "former").mkdir()
        (folder / "former/journal.db").write_text("x")
        raise TimeoutError


def test_also_when_it_fails_half_way(tmp_path: Path) -> None:
    require_root("make files for another user")
    folder = tmp_path / "till"
    folder.mkdir()
    (folder / "lost+found").mkdir()
    os.chown(folder, SERVICE, SERVICE)
    with pytest.raises(TimeoutError):
        fail_half_way(folder)
    owners = {path.name: path.stat().st_uid for path in folder.rglob("*")}
    assert owners == {"former": SERVICE, "journal.db": SERVICE, "lost+found": 0}
