"""Files of others are what they were, and say whose they are."""

import hashlib

import pytest
from web_rig import Visitor

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


def test_the_wire_stays_light(visitor: Visitor) -> None:
    """The first load of a till: page, style, scripts, font; at most 80 KiB."""
    import re

    packed = {"Accept-Encoding": "gzip"}
    page = visitor.get("/")
    paths = {
        path
        for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body.decode())
        if not path.endswith("icon.svg")
    }
    total = sum(len(visitor.get(path, headers=packed).body) for path in ("/", *paths))
    assert total <= 80 * 1024
