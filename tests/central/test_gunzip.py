"""A gzip body is unpacked no further than its limit, by either library, and only if it is whole."""

import gzip
import subprocess
import sys
import zlib
from random import Random

import pytest

from central import gunzip as unpacking
from central.gunzip import GunzipError, gunzip

TEXT = bytes(range(256)) * 40
PACKED = gzip.compress(TEXT, mtime=0)
MAX = 1 << 20


@pytest.fixture(params=["as built", "zlib"])
def unzipper(request, monkeypatch):
    """Both libraries, where there are two."""
    if request.param == "zlib":
        monkeypatch.setattr(unpacking, "_unzipper", zlib.decompressobj)


@pytest.mark.usefixtures("unzipper")
@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("text", [b"", b"a", TEXT, Random(1).randbytes(70_000)])
def test_what_was_packed_is_unpacked(text, level):
    assert gunzip(gzip.compress(text, level, mtime=0), bytes_max=MAX) == text


@pytest.mark.usefixtures("unzipper")
def test_a_header_with_a_name_is_read(tmp_path):
    with gzip.open(tmp_path / "named.gz", "wb") as file:
        file.write(TEXT)
    assert gunzip((tmp_path / "named.gz").read_bytes(), bytes_max=MAX) == TEXT


@pytest.mark.usefixtures("unzipper")
def test_the_limit_is_the_last_length_that_is_taken():
    assert gunzip(PACKED, bytes_max=len(TEXT)) == TEXT
    assert gunzip(PACKED, bytes_max=len(TEXT) - 1) is None


@pytest.mark.usefixtures("unzipper")
@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no gzip file",
        PACKED[:5],
        PACKED[:-1],
        PACKED[:-8],
        PACKED + b"\0",
        PACKED + PACKED,
        zlib.compress(TEXT),
        PACKED[:-5] + bytes([PACKED[-5] ^ 1]) + PACKED[-4:],
        PACKED[:-1] + bytes([PACKED[-1] ^ 1]),
    ],
    ids=[
        "nothing",
        "other",
        "head",
        "cut",
        "no checksum",
        "more",
        "two files",
        "zlib's own form",
        "checksum",
        "length",
    ],
)
def test_what_is_not_one_whole_file_is_refused(packed):
    with pytest.raises(GunzipError, match="gzip file"):
        gunzip(packed, bytes_max=MAX)


@pytest.mark.usefixtures("unzipper")
def test_spoiled_bytes_never_pass_for_others():
    chance = Random(2)
    for _ in range(500):
        spoiled = bytearray(PACKED)
        spoiled[chance.randrange(len(PACKED))] ^= 1 << chance.randrange(8)
        try:
            text = gunzip(bytes(spoiled), bytes_max=MAX)
        except GunzipError:
            continue
        assert text == TEXT, "a bit of the header that says nothing of the text"


def test_a_bomb_costs_no_more_memory_than_its_limit():
    # In a process of its own, whose greatest size is its own.
    script = """
import gzip, sys
from central.gunzip import gunzip
bomb = gzip.compress(bytes(1 << 28), 9, mtime=0)
def peak():
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0])
open("/proc/self/clear_refs", "w").write("5")
before = peak()
assert gunzip(bomb, bytes_max=4 << 20) is None
print(peak() - before)
"""
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=100, check=True
    )
    assert int(told.stdout) < 24 << 10, "KiB: the text, its growth, and no more"
