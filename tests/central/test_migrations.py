"""A database of an earlier version grows to this one, whole or not at all, on both engines."""

import threading
from itertools import chain

import pytest

from central import store as opening
from central.errors import DatabaseError
from central.migrations import MIGRATIONS, VERSION
from central.schema import APPEND_ONLY, CLUSTERED, PARTITIONED, TABLES
from central.store import open_store

CAME_LATER = ("staff", "staff_badge", "pupil_limit", "pupil_bought")
KEY = bytes(range(32))


@pytest.fixture
def old_place(empty_place):
    """The very first version of the tables, with a school and a posting in it."""
    database = opening._open_database(empty_place, may_create=True)
    tables = [sql for sql in TABLES if opening._table_of(sql) not in CAME_LATER]
    with database.writing() as session:
        for sql in database.creation(
            tables, append_only=APPEND_ONLY, partitioned=PARTITIONED, clustered=CLUSTERED
        ):
            session.run(sql)
        session.insert_many("centre", ("key", "value"), [("version", b"1"), ("signing_key", KEY)])
        session.insert_many(
            "booking", ("school_id", "id", "kind", "at", "subject"), [("s", "b", "k", "t", "x")]
        )
    database.close()
    return empty_place


def tables_of(place):
    store = open_store(place)
    names = {opening._table_of(sql) for sql in TABLES}
    for sql in chain.from_iterable(step.statements for step in MIGRATIONS):
        if sql.startswith("CREATE"):
            names.add(opening._table_of(sql))
        elif sql.startswith("DROP TABLE"):
            names.remove(sql.split()[-1])
    there = {name for name in names if store.database.has_table(name)}
    store.close()
    return there, names


def test_an_old_database_gets_every_table_and_keeps_its_rows_and_key(old_place):
    there, names = tables_of(old_place)
    assert there == names
    store = open_store(old_place)
    assert store.signing_key == KEY
    with store.database.reading() as session:
        assert session.rows("SELECT id, who, why FROM booking") == [("b", "", "")]
        assert bytes(session.row("SELECT value FROM centre WHERE key = 'version'")[0]) == (
            str(VERSION).encode()
        )
    store.close()


def test_a_new_database_has_the_same_tables(empty_place):
    there, names = tables_of(empty_place)
    assert there == names


def test_what_is_only_added_to_is_so_after_the_migration(old_place):
    store = open_store(old_place)
    columns = ("school_id", "id", "key", "pupil_id", "state", "at", "who", "why")
    with store.database.writing() as session:
        session.insert_many("badge_history", columns, [tuple("abcdefgh")])
    with (
        pytest.raises(DatabaseError, match="never changed"),
        store.database.writing() as session,
    ):
        session.run("UPDATE badge_history SET why = 'x'")
    store.close()


def test_two_that_start_at_once_find_it_done_once(old_place):
    failures = []

    def start():
        try:
            open_store(old_place).close()
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_a_newer_database_is_left_alone(empty_place):
    store = open_store(empty_place)
    with store.database.writing() as session:
        session.run("UPDATE centre SET value = ? WHERE key = 'version'", b"99")
    store.close()
    with pytest.raises(DatabaseError, match="another version"):
        open_store(empty_place)
