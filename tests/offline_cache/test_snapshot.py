"""The copy of the school's data: looked up, replaced, refused when it is not what it must be."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from canteen import NOON, STEW, TODAY, order, pupil
from journal_rig import SCHOOL, badge, meta, write_copy

from core.ids import BadgeKey, ProductId, PupilId, SchoolId
from core.money import Money
from core.orders import OrderState
from core.people import BadgeState
from core.snapshot import SCHEMA
from offline_cache.errors import (
    ForeignSchoolError,
    SnapshotCorruptError,
    SnapshotError,
    SnapshotFormatError,
    SnapshotMissingError,
)
from offline_cache.install import install_snapshot
from offline_cache.snapshot import Snapshot


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshot.db"


def opened(path: Path) -> Snapshot:
    return Snapshot.open(path, school_id=SCHOOL)


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)


# --- what it knows --------------------------------------------------------------------------------


def test_a_badge_leads_to_its_pupil_wallets_and_orders_of_the_day(path: Path) -> None:
    tomorrow = replace(order("o2"), day=TODAY + timedelta(days=1))
    cancelled = order("o3", OrderState.CANCELLED)
    with closing(opened(write_copy(path, orders=(order("o1"), tomorrow, cancelled)))) as copy:
        holder = copy.holder(badge().key, TODAY)
        assert holder is not None
        assert holder.badge == badge()
        assert holder.pupil == pupil()
        assert (holder.wallets.general, holder.wallets.reserve) == (Money(2340), Money(1500))
        assert [one.id for one in holder.orders] == ["o1", "o3"]
        later = copy.holder(badge().key, TODAY + timedelta(days=1))
        assert later is not None
        assert [one.id for one in later.orders] == ["o2"]


def test_an_unknown_badge_has_no_holder(path: Path) -> None:
    with closing(opened(write_copy(path))) as copy:
        assert copy.holder(BadgeKey("nobody"), TODAY) is None


def test_every_badge_of_a_pupil_is_known(path: Path) -> None:
    old = replace(badge(2, BadgeState.LOST), pupil_id=PupilId("p1"))
    with closing(opened(write_copy(path, badges=(badge(), old)))) as copy:
        holder = copy.holder(old.key, TODAY)
        assert holder is not None
        assert holder.badge.state is BadgeState.LOST


def test_it_tells_products_menu_counts_and_itself(path: Path) -> None:
    with closing(opened(write_copy(path))) as copy:
        assert copy.meta == meta()
        assert copy.products == {STEW.id: STEW}
        assert copy.product(STEW.id) == STEW
        assert copy.product(ProductId("tea")) is None
        assert copy.menu(TODAY) == (STEW,)
        assert copy.menu(TODAY + timedelta(days=1)) == ()
        assert copy.counts(TODAY) == (1, 1)
        assert copy.counts(TODAY) == (1, 1)


def test_a_pupil_is_found_by_the_beginnings_of_names(path: Path) -> None:
    names = [("Zoé", "Lambert", "3B"), ("Éloïse", "Van-Damme", "3A"), ("Eloi", "Lambert", "6A")]
    school = [
        replace(pupil(), id=PupilId(f"p{n}"), first_name=first, last_name=last, class_name=cls)
        for n, (first, last, cls) in enumerate(names, start=1)
    ]
    with closing(opened(write_copy(path, pupils=school))) as copy:

        def found(text: str, limit: int = 20) -> list[str]:
            return [one.first_name for one in copy.search(text, limit=limit)]

        assert found("elo") == ["Eloi", "Éloïse"]
        assert found("ELOÏ lamb") == ["Eloi"]
        assert found("lambert") == ["Eloi", "Zoé"]
        assert found("damme 3a") == ["Éloïse"]
        assert found("ambert") == []
        assert found("lambert", limit=1) == ["Eloi"]
        assert found(" % _ ' ") == []
        assert found("  ") == []


def test_tables_and_columns_of_a_newer_centre_are_passed_over(path: Path) -> None:
    write_copy(path)
    change(path, "CREATE TABLE tea (id TEXT); ALTER TABLE pupil ADD COLUMN shoe_size INTEGER")
    with closing(opened(path)) as copy:
        copy.verify()
        assert copy.holder(badge().key, TODAY) is not None


# --- what it refuses ------------------------------------------------------------------------------


def test_a_copy_that_is_not_there_yet(path: Path) -> None:
    with pytest.raises(SnapshotMissingError, match="sync now"):
        opened(path)


def test_another_schools_copy(path: Path) -> None:
    write_copy(path, about=meta(school_id=SchoolId("college")))
    with pytest.raises(ForeignSchoolError, match=r"'college'.*'athenee'.*enrol"):
        opened(path)
    Snapshot.open(path, school_id=None).close()


def test_a_newer_format(path: Path) -> None:
    write_copy(path, about=meta(format=2))
    with pytest.raises(SnapshotFormatError, match=r"format 2.*reads 1.*install"):
        opened(path)


@pytest.mark.parametrize(
    "script",
    [
        "DROP TABLE pupil",
        "DROP TABLE meta",
        "DELETE FROM meta",
        "DELETE FROM meta WHERE key = 'zone'",
        "UPDATE meta SET value = 'soon' WHERE key = 'made_at'",
        "UPDATE meta SET value = 'two' WHERE key = 'format'",
        "UPDATE meta SET value = 'give' WHERE key = 'policy.walk_in'",
        "UPDATE product SET category = 'stone'",
        "UPDATE product SET pupil_cents = '4,50'",
        "PRAGMA application_id = 7",
        "UPDATE badge SET state = 'melted'",
        "UPDATE badge SET pupil_id = 'p9'",
        "UPDATE pupil SET general_cents = 23.4",
        "UPDATE pupil SET language = 'eo'",
        "UPDATE pupil SET price_class = 'vip'",
        "UPDATE meal_order SET product_id = 'tea'",
        "UPDATE meal_order SET state = 'eaten'",
        "UPDATE meal_order SET day = '2026-02-30'",
        "UPDATE menu SET day = 'monday'",
    ],
)
def test_a_copy_that_says_nonsense_is_not_installed(
    path: Path, tmp_path: Path, script: str
) -> None:
    write_copy(path)
    candidate = write_copy(tmp_path / "new.db", about=meta(cursor="88122"))
    change(candidate, script)
    with pytest.raises(SnapshotCorruptError) as told:
        install_snapshot(candidate, path, school_id=SCHOOL)
    assert "\n" not in str(told.value)
    assert "sync now" in str(told.value)
    assert candidate.exists()
    with closing(opened(path)) as copy:
        assert copy.meta.cursor == "88121"


def test_a_file_that_is_no_copy(path: Path) -> None:
    path.write_text("menu of the day: stew\n" * 50, encoding="utf-8")
    with pytest.raises(SnapshotCorruptError, match="damaged"):
        opened(path)


def test_a_torn_copy_is_not_installed(path: Path, tmp_path: Path) -> None:
    pupils = [replace(pupil(), id=PupilId(f"p{n}")) for n in range(1, 400)]
    whole = write_copy(tmp_path / "new.db", pupils=pupils).read_bytes()
    candidate = tmp_path / "torn.db"
    for size in range(4096, len(whole), 4096):
        candidate.write_bytes(whole[:size] + bytes(len(whole) - size))
        with pytest.raises(SnapshotCorruptError):
            install_snapshot(candidate, path, school_id=SCHOOL)
    assert not path.exists()


def test_one_bad_row_found_at_a_tap_is_named(path: Path) -> None:
    write_copy(path)
    change(path, "UPDATE pupil SET allergens = 'moon'")
    with closing(opened(path)) as copy, pytest.raises(SnapshotCorruptError, match=r"row 'p1'"):
        copy.holder(badge().key, TODAY)


# --- how it is replaced ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["1e999", "4.5", "x'00'", "'4,50'"])
def test_an_amount_that_is_none_is_a_damaged_copy_at_the_tap(path: Path, value: str) -> None:
    write_copy(path)
    change(path, f"UPDATE pupil SET general_cents = {value}")
    with closing(opened(path)) as copy, pytest.raises(SnapshotCorruptError, match="sync now"):
        copy.holder(badge().key, TODAY)


def test_a_new_copy_takes_the_place_of_the_old(path: Path, tmp_path: Path) -> None:
    old = opened(write_copy(path))
    candidate = write_copy(tmp_path / "new.db", about=meta(cursor="88122"))
    new = install_snapshot(candidate, path, school_id=SCHOOL)
    assert not candidate.exists()
    assert new.meta.cursor == "88122"
    # Whoever still holds the old one goes on reading it, whole.
    assert old.holder(badge().key, TODAY) is not None
    old.close()
    new.close()


def test_a_log_left_beside_the_old_copy_does_not_leak_into_the_new(
    path: Path, tmp_path: Path
) -> None:
    many = [replace(pupil(), id=PupilId(f"p{n}"), first_name="old") for n in range(1, 500)]
    write_copy(path, pupils=many)
    wal = path.with_name("snapshot.db-wal")
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("UPDATE pupil SET first_name = 'stale'")
        db.commit()
        left = wal.read_bytes()
    fresh = [replace(one, first_name="new") for one in many]

    def names(connection: sqlite3.Connection) -> set[str]:
        with closing(connection) as db:
            return {row[0] for row in db.execute("SELECT DISTINCT first_name FROM pupil")}

    # The control: renamed without care, old rows stand among the new ones.
    careless = tmp_path / "careless.db"
    write_copy(tmp_path / "new.db", pupils=fresh).rename(careless)
    careless.with_name("careless.db-wal").write_bytes(left)
    assert "stale" in names(sqlite3.connect(careless))

    wal.write_bytes(left)
    candidate = write_copy(tmp_path / "new.db", pupils=fresh)
    copy = install_snapshot(candidate, path, school_id=SCHOOL)
    assert not wal.exists()
    holder = copy.holder(badge().key, TODAY)
    assert holder is not None
    assert holder.pupil.first_name == "new"
    copy.close()
    assert names(sqlite3.connect(path)) == {"new"}


def test_a_log_that_appears_later_is_passed_over(path: Path) -> None:
    write_copy(path)
    path.with_name("snapshot.db-wal").write_bytes(b"rubbish" * 100)
    with closing(opened(path)) as copy:
        assert copy.holder(badge().key, TODAY) is not None


def test_a_place_that_cannot_be_written_is_named(path: Path, tmp_path: Path) -> None:
    candidate = write_copy(tmp_path / "new.db")
    path.mkdir()
    with pytest.raises(SnapshotError, match="cannot be replaced"):
        install_snapshot(candidate, path, school_id=SCHOOL)
    assert candidate.exists()


def test_the_rename_is_made_durable(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    candidate = write_copy(tmp_path / "new.db")
    really_sync = os.fsync

    def sync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        said.append(name.name if path.exists() else f"before: {name.name}")
        really_sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    install_snapshot(candidate, path, school_id=SCHOOL).close()
    assert said == ["before: new.db", tmp_path.name]


def test_the_schema_of_the_copy_is_the_cores(path: Path) -> None:
    write_copy(path)
    with closing(sqlite3.connect(path)) as db:
        tables = db.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchone()
    assert tables == (SCHEMA.count("CREATE TABLE"),)
    assert meta().made_at < NOON
