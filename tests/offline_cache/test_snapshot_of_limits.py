"""What later copies hold beside pupils and orders: staff, parents' limits, what was bought."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from canteen import TODAY
from journal_rig import SCHOOL, badge, meta, write_copy

from core import snapshot as rows
from core.ids import BadgeKey, ProductId, PupilId, StaffId
from core.limits import NO_LIMITS, Bought, Limits
from core.money import Money
from core.snapshot import meta_rows
from core.staff import Right, StaffMember
from offline_cache.changes import apply_changes
from offline_cache.errors import SnapshotCorruptError
from offline_cache.snapshot import Snapshot

MEMBER = StaffMember(StaffId("s1"), "Fatima B.", "$argon2id$x", frozenset({Right.SELL, Right.VOID}))
MEMBERS_BADGE = BadgeKey("f0" * 16)
LIMITS = Limits(
    daily_max=Money(500),
    product_max={ProductId("a=b,c"): 0, ProductId("water"): 2},
    asks_allergens=True,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_copy(tmp_path / "snapshot.db")


def put(path: Path, table: str, *values: rows.Row) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        marks = ", ".join("?" for _ in values[0])
        db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)


def run(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(script)


def limited(path: Path) -> Path:
    put(path, "pupil_limit", rows.limit_row(PupilId("p1"), LIMITS))
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    put(
        path,
        "pupil_bought",
        ("p1", TODAY.isoformat(), "water", 1, 80),
        ("p1", yesterday, "water", 9, 720),
        ("p2", TODAY.isoformat(), "water", 5, 400),
    )
    return path


def opened(path: Path) -> Snapshot:
    return Snapshot.open(path, school_id=SCHOOL)


def test_limits_come_with_what_was_bought_on_the_day_by_badge_and_by_name(path: Path) -> None:
    run(
        path,
        "INSERT INTO pupil SELECT 'p2', first_name, last_name, class_name, price_class,"
        " allergens, diet, language, 0, 0 FROM pupil",
    )
    with closing(opened(limited(path))) as copy:
        by_badge, by_name = copy.holder(badge().key, TODAY), copy.pupil(PupilId("p1"), TODAY)
        assert by_badge is not None
        assert by_name is not None
        assert by_badge.limits == by_name.limits
        assert by_badge.limits.daily_max == Money(500)
        assert by_badge.limits.product_max == LIMITS.product_max
        assert by_badge.limits.asks_allergens
        assert by_badge.limits.bought == {"water": Bought(1, Money(80))}
        other = copy.pupil(PupilId("p2"), TODAY)
        assert other is not None
        assert other.limits == NO_LIMITS
        assert copy.pupil(PupilId("p9"), TODAY) is None


def test_only_a_pupil_with_limits_costs_a_second_statement(path: Path) -> None:
    with closing(opened(limited(path))) as copy:
        said: list[str] = []
        copy._connection.set_trace_callback(said.append)
        copy.holder(badge().key, TODAY)
        assert len(said) == 2


def test_a_member_of_staff_is_known_by_id_and_by_badge_until_it_is_taken_back(path: Path) -> None:
    put(path, "staff", rows.staff_row(MEMBER))
    put(path, "staff_badge", (MEMBERS_BADGE, "s1"))
    with closing(opened(path)) as copy:
        assert copy.staff() == {"s1": MEMBER}
        assert copy.staff_of(MEMBERS_BADGE) == MEMBER
        assert copy.staff_of(badge().key) is None
    put(path, "staff_badge", (MEMBERS_BADGE, None))
    with closing(opened(path)) as copy:
        assert copy.staff_of(MEMBERS_BADGE) is None
        copy.verify()


def test_a_copy_of_an_older_centre_has_neither_staff_nor_limits(path: Path) -> None:
    run(path, ";".join(f"DROP TABLE {table}" for table in sorted(rows.LATER_TABLES, reverse=True)))
    with closing(opened(path)) as copy:
        assert copy.staff() == {}
        assert copy.staff_of(MEMBERS_BADGE) is None
        for holder in (copy.holder(badge().key, TODAY), copy.pupil(PupilId("p1"), TODAY)):
            assert holder is not None
            assert holder.limits == NO_LIMITS
        copy.verify()


def test_changes_that_an_older_copy_has_no_place_for_ask_for_a_whole_one(path: Path) -> None:
    run(path, "DROP TABLE pupil_limit")
    with pytest.raises(SnapshotCorruptError, match="fetching a whole one"):
        apply_changes(
            path,
            path.with_name("next.db"),
            after=meta().cursor,
            etag='"e2"',
            meta=meta_rows(meta(cursor="99")),
            rows={"pupil_limit": [rows.limit_row(PupilId("p1"), LIMITS)]},
        )
    assert not path.with_name("next.db").exists()


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE pupil_limit SET daily_max_cents = 4.5",
        "UPDATE pupil_limit SET asks_allergens = 'yes'",
        "UPDATE pupil_limit SET product_max = 'water=2'",
        "UPDATE pupil_bought SET quantity = 'two' WHERE pupil_id = 'p1'",
        "UPDATE pupil_bought SET cents = 1.5",
        "UPDATE pupil_bought SET day = '2026-02-30' WHERE quantity = 1",
        "UPDATE pupil_limit SET pupil_id = 'p9'",
    ],
)
def test_nonsense_is_found_before_a_copy_is_used(path: Path, script: str) -> None:
    run(limited(path), f"DELETE FROM pupil_bought WHERE pupil_id = 'p2'; {script}")
    with closing(opened(path)) as copy, pytest.raises(SnapshotCorruptError, match="sync now"):
        copy.verify()


@pytest.mark.parametrize("maxima", ["[]", '{"water": "2"}', "water=2"])
def test_limits_that_cannot_be_read_are_named(maxima: str) -> None:
    with pytest.raises(rows.SnapshotRowError, match="table pupil_limit, row 'p1'"):
        rows.limits_from_rows(("p1", None, 0, maxima), ())


def test_a_right_of_a_newer_centre_gives_nothing() -> None:
    member = rows.staff_from_row(("s1", "Fa\x07tima", "", "sell,fly"))
    assert member.rights == {Right.SELL}
    assert member.name == "Fatima"
