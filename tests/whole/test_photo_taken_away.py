"""A photo that the school takes away leaves the disk and the page: a real daemon, a real centre."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from counter_inbox import eventually
from daemon_rig import LONG_S, Canteen, Daemon
from real_day import real_day
from web_rig import Visitor

from central.clock import wall_clock
from central.load import load_school
from central.office import Act
from central.photos import remove_photo, write_photos
from central.portraits import portrait
from central.seed import DemoSchool, make_school
from central.twin import TwinCentre
from core.ids import PupilId
from core.photos import photo_digest
from terminal.commands import SignIn


@pytest.fixture
def school() -> DemoSchool:
    return make_school(seed=7, today=real_day())


@pytest.fixture
def canteen(tmp_path: Path, school: DemoSchool) -> Iterator[Canteen]:
    with TwinCentre(tmp_path / "central.db") as centre:
        load_school(centre.store, school)
        with closing(Canteen(tmp_path, centre, school)) as canteen:
            yield canteen


def act() -> Act:
    return Act("bursar", wall_clock())


def enter(daemon: Daemon, school: DemoSchool) -> Visitor:
    """Return a browser's session, somebody of the staff being signed in at the till."""
    who = school.staff[0]
    assert daemon.terminal.port.do(SignIn(id="in", staff=who.member.id, pin=who.pin))
    address = urlsplit(daemon.ready.page)
    return Visitor(address.netloc).enter(address.query.partition("=")[2])


def test_a_photo_taken_away_at_the_centre_is_on_no_disk_and_no_screen(
    canteen: Canteen, school: DemoSchool
) -> None:
    store = canteen.centre.store
    daemon = canteen.start()
    daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
    first, second = (PupilId(daemon.tap(badge)["pupil"]) for badge in canteen.badges[:2])
    photos = {pupil: portrait(pupil, seed=1) for pupil in (first, second)}
    write_photos(store, school.school.id, photos, act=act())
    daemon.terminal.port.sync_now()
    gone, kept = (photo_digest(photos[pupil]) for pupil in (first, second))
    for badge, digest in zip(canteen.badges, (gone, kept), strict=False):
        eventually(lambda: daemon.tap(badge)["photo"] == digest, "it is named", within_s=LONG_S)  # noqa: B023  called at once
    page = enter(daemon, school)
    assert page.get(f"/v1/photos/{gone}").body == photos[first]
    assert page.get(f"/v1/photos/{kept}").status == 200
    folder = canteen.folder / "photos"
    assert {path.name for path in folder.iterdir()} == {gone, kept}

    assert remove_photo(store, school.school.id, first, act=act())
    daemon.terminal.port.sync_now()
    eventually(lambda: not (folder / gone).exists(), "it left the disk", within_s=LONG_S)
    assert {path.name for path in folder.iterdir()} == {kept}
    assert page.get(f"/v1/photos/{gone}").status == 404
    assert page.get(f"/v1/photos/{kept}").status == 200
    assert daemon.tap(canteen.badges[0])["photo"] is None
