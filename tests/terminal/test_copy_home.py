"""The copy changes in memory; the disk follows when it must, and is whole at any time."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from terminal.copy_home import KEEP_EVERY_S, MEMORY_BYTES_MAX, CopyHome
from terminal.files import COPY_NAME


@dataclass
class Place:
    """A disk, a memory, and a clock that stands still until it is told."""

    disk: Path
    memory: Path
    now_s: float = 0.0

    def home(self) -> CopyHome:
        return CopyHome(self.disk, memory=self.memory, monotonic=lambda: self.now_s)

    def on_disk(self) -> bytes:
        return (self.disk / COPY_NAME).read_bytes()

    def change(self, home: CopyHome, content: bytes, *tables: str) -> None:
        """As a page of changes does: another whole file, renamed, and then told."""
        folder = home.next_folder()
        (folder / "candidate").write_bytes(content)
        (folder / "candidate").replace(folder / COPY_NAME)
        home.use(folder / COPY_NAME)
        home.follow(tables)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "disk", tmp_path / "memory")
    for folder in (made.disk, made.memory):
        folder.mkdir()
    (made.disk / COPY_NAME).write_bytes(b"first")
    return made


def test_a_day_of_changes_is_written_to_the_disk_now_and_then(place: Place) -> None:
    home = place.home()
    seen = {b"first"}
    for number in range(1, 601):
        place.now_s += 5
        place.change(home, b"%d" % number, "pupil", "meal_order")
        seen.add(place.on_disk())
    assert len(seen) - 1 == 600 * 5 // KEEP_EVERY_S
    home.keep()
    assert place.on_disk() == b"600"


@pytest.mark.parametrize("table", ["badge", "staff", "staff_badge", "pupil_limit"])
def test_who_may_do_what_is_on_the_disk_at_once(place: Place, table: str) -> None:
    place.change(place.home(), b"a badge was blocked", "pupil", table)
    assert place.on_disk() == b"a badge was blocked"


def test_a_start_takes_the_newest(place: Place) -> None:
    place.change(place.home(), b"newer", "pupil")
    assert place.on_disk() == b"first"
    newest, last = place.home().places()
    assert (newest.read_bytes(), last.read_bytes()) == (b"newer", b"first")


def test_a_whole_copy_on_the_disk_leaves_none_in_memory_that_is_older(place: Place) -> None:
    home = place.home()
    place.change(home, b"newer", "pupil")
    (place.disk / COPY_NAME).write_bytes(b"whole")
    home.use(place.disk / COPY_NAME)
    assert [path.exists() for path in home.places()] == [False, True]
    home.keep()
    assert place.on_disk() == b"whole"


def test_a_large_copy_stays_on_the_disk(place: Place) -> None:
    with (place.disk / COPY_NAME).open("wb") as file:
        file.truncate(MEMORY_BYTES_MAX + 1)
    assert place.home().next_folder() == place.disk


def test_without_memory_everything_is_on_the_disk(place: Place) -> None:
    home = CopyHome(place.disk)
    assert home.next_folder() == place.disk
    assert home.places() == (place.disk / COPY_NAME,)


def test_a_disk_that_takes_nothing_leaves_the_copy_before_and_is_told_of_once(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    home = place.home()
    place.change(home, b"newer", "pupil")
    hindrance = place.disk / "snapshot.kept.db"
    hindrance.mkdir()
    home.keep()
    home.keep()
    assert place.on_disk() == b"first"
    assert caplog.text.count("stays as it was") == 1
    hindrance.rmdir()
    home.keep()
    assert place.on_disk() == b"newer"
