"""Files of others are what they were, and say whose they are."""

import hashlib
import re

import pytest

from terminal.web.catalogue import WORDS_FOLDER

VENDOR = WORDS_FOLDER.parent / "vendor"
DIGESTS = dict(
    reversed(line.split("  ")) for line in (VENDOR / "SHA256SUMS").read_text().splitlines()
)


@pytest.mark.parametrize("name", DIGESTS)
def test_a_vendored_file_is_unchanged(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_every_vendored_file_is_accounted_for() -> None:
    files = {path.name for path in VENDOR.iterdir()} - {"README.md", "SHA256SUMS"}
    assert files == set(DIGESTS)


def test_its_name_says_its_version() -> None:
    """Browsers keep such a file for ever."""
    for name in DIGESTS:
        assert name.endswith("LICENSE.txt") or re.search(r"-\d+\.\d+\.\d+[-.]", name), name
