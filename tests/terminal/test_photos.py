"""The photos in a terminal's folder: checked, bounded, purged, and never on anybody's way."""

import os
import stat
from pathlib import Path

import pytest

from core.photos import is_photo_digest, photo_digest
from sync.errors import TransientError
from terminal.photos import PhotoCache

PHOTOS = {photo_digest(content): content for content in (b"a" * 400, b"b" * 400, b"c" * 400)}
A, B, C = PHOTOS


class Centre:
    """Gives photos, counts who asks, and can be away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False

    def fetch(self, digest: str) -> bytes | None:
        self.asked.append(digest)
        if self.is_away:
            raise TransientError("the network is down")
        return PHOTOS.get(digest)


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def cache(centre: Centre, now: list[float], folder: Path) -> PhotoCache:
    return PhotoCache(folder, fetch=centre.fetch, bytes_max=1000, mono_s=lambda: now[0])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_photo_is_fetched_once_and_then_at_hand_without_a_network(
    cache: PhotoCache, centre: Centre, folder: Path
) -> None:
    assert cache.get(A) == PHOTOS[A]
    centre.is_away = True
    assert cache.get(A) == PHOTOS[A]
    assert centre.asked == [A]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / A).stat().st_mode) == 0o600


def test_a_file_that_was_changed_is_fetched_again(
    cache: PhotoCache, centre: Centre, folder: Path
) -> None:
    cache.get(A)
    (folder / A).write_bytes(b"another face")
    assert cache.get(A) == PHOTOS[A]
    assert centre.asked == [A, A]
    assert (folder / A).read_bytes() == PHOTOS[A]


def test_the_longest_unused_makes_room(cache: PhotoCache, folder: Path) -> None:
    for place, digest in enumerate((A, B)):
        cache.get(digest)
        os.utime(folder / digest, (place, place))
    cache.get(A)
    cache.get(C)
    assert names(folder) == {A, C}


def test_what_no_copy_names_is_purged(cache: PhotoCache, folder: Path) -> None:
    cache.get(A)
    cache.get(B)
    (folder / ".half").write_bytes(b"of a power cut")
    assert cache.purge(lambda digest: digest == B) == 2
    assert names(folder) == {B}
    assert cache.purge(lambda _: False) == 1


def test_a_centre_that_is_away_is_left_alone_for_a_while(
    cache: PhotoCache, centre: Centre, now: list[float]
) -> None:
    centre.is_away = True
    assert cache.get(A) is None
    assert cache.get(B) is None
    assert centre.asked == [A]
    centre.is_away, now[0] = False, 30.0
    assert cache.get(B) == PHOTOS[B]


def test_a_photo_that_is_nowhere_is_none(cache: PhotoCache) -> None:
    assert cache.get("0" * 64) is None


@pytest.mark.parametrize("wanted", ["", "../journal.db", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_digest_is_neither_read_nor_asked(
    cache: PhotoCache, centre: Centre, wanted: str
) -> None:
    assert not is_photo_digest(wanted)
    assert cache.get(wanted) is None
    assert centre.asked == []


def test_a_disk_that_cannot_be_written_still_shows(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "photos").write_bytes(b"a file in the way")
    cache = PhotoCache(tmp_path / "photos", fetch=centre.fetch, bytes_max=1000)
    assert cache.get(A) == PHOTOS[A]
    assert cache.purge(lambda _: False) == 0


def test_without_room_there_are_no_photos(centre: Centre, folder: Path) -> None:
    cache = PhotoCache(folder, fetch=centre.fetch, bytes_max=0)
    assert cache.get(A) is None
    assert centre.asked == []
