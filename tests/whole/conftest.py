"""Whole terminals and centres, many of which are killed on purpose."""

import pytest


@pytest.fixture(autouse=True)
def of_the_killed(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let what a killed process leaves in temporary folders go with the test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("killed")))
