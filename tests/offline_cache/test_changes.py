"""Bringing the copy forward: a new file from the old one and what changed, or nothing at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from canteen import TODAY
from journal_rig import badge, meta, order, pupil, write_copy

from core.money import Money
from core.orders import OrderState
from core.people import BadgeState
from core.snapshot import Row, badge_row, meta_rows, order_row, pupil_row
from core.wallet import Wallets
from offline_cache.changes import apply_changes, note_etag
from offline_cache.errors import SnapshotCorruptError, SnapshotError
from offline_cache.install import install_snapshot
from offline_cache.snapshot import Snapshot

SCHOOL = meta().school_id
LATER = replace(meta(), cursor="99", settled=(1, 7))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return write_copy(tmp_path / "snapshot.db")


def forward(copy: Path, rows: dict[str, list[Row]], *, after: str = meta().cursor) -> Path:
    candidate = copy.with_name("next.db")
    apply_changes(copy, candidate, after=after, etag='"e2"', meta=meta_rows(LATER), rows=rows)
    return candidate


def test_what_changed_is_there_and_the_rest_stays(copy: Path) -> None:
    blocked = replace(badge(), state=BadgeState.BLOCKED)
    poorer = Wallets(general=Money(100), reserve=Money(0))
    new_order = replace(order(), id="o2", state=OrderState.CANCELLED)
    rows = {
        "badge": [badge_row(blocked)],
        "pupil": [pupil_row(pupil(), poorer)],
        "meal_order": [order_row(new_order)],
        "a table of a later version": [("x",)],
    }
    before = copy.read_bytes()
    installed = install_snapshot(forward(copy, rows), copy, school_id=SCHOOL, is_verified=True)
    holder = installed.holder(badge().key, TODAY)
    assert holder is not None
    assert holder.badge.state is BadgeState.BLOCKED
    assert holder.wallets == poorer
    assert {one.id for one in holder.orders} == {order().id, "o2"}
    assert (installed.meta.cursor, installed.meta.settled) == ("99", (1, 7))
    assert installed.etag == '"e2"'
    installed.verify()
    installed.close()
    assert copy.read_bytes() != before, "the control: the file is another one"


def test_the_copy_in_place_is_not_touched(copy: Path) -> None:
    before = copy.read_bytes()
    forward(copy, {"badge": [badge_row(replace(badge(), state=BadgeState.LOST))]})
    assert copy.read_bytes() == before


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"badge": [("k9", "nobody", "active", "0000")]}, "points to no row"),
        ({"badge": [("k1", "p1", "stolen", "0000")]}, "stolen"),
        ({"badge": [("k1",)]}, "cannot be applied"),
        ({"menu": [("2026-11-24", "no such dish")]}, "points to no row"),
    ],
)
def test_changes_that_make_no_sense_leave_no_file(
    copy: Path, rows: dict[str, list[Row]], words: str
) -> None:
    before = copy.read_bytes()
    with pytest.raises(SnapshotCorruptError, match=words):
        forward(copy, rows)
    assert copy.read_bytes() == before
    assert not copy.with_name("next.db").exists()


def test_changes_of_another_place_are_refused(copy: Path) -> None:
    with pytest.raises(SnapshotError, match="does not stand at 5"):
        forward(copy, {}, after="5")
    assert not copy.with_name("next.db").exists()


def test_a_copy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="No such file"):
        forward(tmp_path / "gone.db", {})


def test_a_whole_copy_is_stamped_with_its_etag(copy: Path, tmp_path: Path) -> None:
    fresh = Snapshot.open(copy, school_id=SCHOOL)
    assert fresh.etag is None
    fresh.close()
    note_etag(copy, '"e1"')
    stamped = Snapshot.open(copy, school_id=SCHOOL)
    assert stamped.etag == '"e1"'
    stamped.close()
    (tmp_path / "junk.db").write_bytes(b"junk" * 300)
    with pytest.raises(SnapshotCorruptError, match="cannot be written"):
        note_etag(tmp_path / "junk.db", '"e1"')
