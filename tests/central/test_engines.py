"""What is particular to an engine: whose file it is, who may read it, how it is split."""

import sqlite3
import stat
from datetime import UTC, datetime

import psycopg
import pytest

from central.errors import BusyError, DatabaseError
from central.load import load_school
from central.meetings.appointments import own_times, taken_times
from central.nightly import run_night
from central.store import open_store

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture
def postgres_place(cluster, seeded_template):
    cluster.reset(seeded_template)
    return cluster.url(seeded_template)


@pytest.fixture
def postgres_centre(postgres_place, new_centre):
    return new_centre(postgres_place)


def test_the_books_are_for_their_owner_alone(tmp_path):
    open_store(tmp_path / "new folder" / "central.db").close()
    mode = (tmp_path / "new folder" / "central.db").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("content", [b"not a database, whatever its name says" * 9, b"x"])
def test_a_file_that_is_no_database_is_one_clear_line(tmp_path, content):
    path = tmp_path / "central.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="name another file") as caught:
        open_store(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    with pytest.raises(DatabaseError, match="not a centre's database"):
        open_store(path)


def test_a_database_that_must_be_there_is_not_made(tmp_path):
    with pytest.raises(DatabaseError, match="is not there"):
        open_store(tmp_path / "central.db", may_create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_is_not_ours_is_refused(tmp_path):
    store = open_store(tmp_path / "central.db")
    with store.database.writing() as session:
        session.run("UPDATE centre SET value = ? WHERE key = 'version'", b"99")
    store.close()
    with pytest.raises(DatabaseError, match="another version"):
        open_store(tmp_path / "central.db")


def test_an_unknown_kind_of_database_is_named():
    with pytest.raises(DatabaseError, match="mysql"):
        open_store("mysql://user:secret@host/db")


def test_a_server_that_is_away_is_named_without_its_password(tmp_path):
    with pytest.raises(DatabaseError, match="check the address") as caught:
        open_store(f"postgresql://me:secret@/books?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_the_key_survives_a_restart(tmp_path):
    store = open_store(tmp_path / "central.db")
    key = store.signing_key
    store.close()
    again = open_store(tmp_path / "central.db")
    assert again.signing_key == key
    again.close()


def test_a_failed_transaction_leaves_nothing(centre):
    before = centre.figures()

    class MishapError(Exception):
        pass

    def mishap():
        with centre.store.database.writing() as session:
            session.run("UPDATE wallet SET general_cents = 0")
            raise MishapError

    with pytest.raises(MishapError):
        mishap()
    assert centre.figures() == before
    assert centre.faults() == []


def test_a_writer_that_holds_on_is_answered_busy(tmp_path, monkeypatch):
    monkeypatch.setattr("central.sqlite_database._BUSY_S", 0.05)
    store = open_store(tmp_path / "central.db")
    other = sqlite3.connect(tmp_path / "central.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError), store.database.writing():
        pass
    other.execute("ROLLBACK")
    other.close()
    store.close()


def test_a_connection_that_the_server_closed_is_replaced(postgres_centre, postgres_place):
    centre = postgres_centre
    till = centre.till()
    till.refuse()
    till.send()
    with psycopg.connect(postgres_place, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'refectory'"
        )
    till.refuse()
    assert till.verdicts(till.send(2, 2)) == ["accepted"]


def test_a_school_is_found_in_its_own_partition_by_its_key(postgres_centre, postgres_place):
    with psycopg.connect(postgres_place) as connection:
        for sql in (
            "SELECT kind FROM event WHERE school_id = 'demo' AND place = 65541",
            "SELECT SUM(cents) FROM posted_leg WHERE school_id = 'demo' AND owner = 'p'",
        ):
            connection.execute("SET enable_seqscan = off")
            plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}"))
            assert "Index" in plan, plan
            assert plan.count("Scan") <= 2, plan
            assert "Append" not in plan, plan


@pytest.mark.parametrize(
    ("read", "index"), [(taken_times, "appointment_slot"), (own_times, "appointment_once")]
)
def test_times_are_found_by_their_own_index_however_young_an_evening_is(
    cluster, monkeypatch, read, index
):
    # Tables of its own: those that tests share keep figures of what others wrote and took away.
    store = open_store(cluster.url(cluster.create()))
    plans = []

    def explained(session, sql, *values):
        found = session._execute(f"EXPLAIN {sql}", values).fetchall()
        plans.append("\n".join(row[0] for row in found))
        return []

    with store.database.reading() as session:
        session.run("SET LOCAL enable_seqscan = off")
        monkeypatch.setattr(type(session), "rows", explained)
        read(session, "demo", "autumn", ["one", "other"])
    store.close()
    assert len(plans) == 1
    assert f"using {index}" in plans[0], plans


def test_before_the_nights_check_postgresql_looks_at_its_tables(cluster, demo_school):
    name = cluster.create()
    store = open_store(cluster.url(name))
    known = "SELECT COUNT(*) FROM pg_stats WHERE schemaname = 'public' AND tablename = 'pupil'"
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        load_school(store, demo_school)
        before = connection.execute(known).fetchone()
        run_night(store, demo_school.school.id, now=NOON)
        after = connection.execute(known).fetchone()
    store.close()
    assert before == (0,)
    assert after > (0,)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 24, 25, 26, 63])
def test_many_rows_arrive_each_once_whatever_their_number(centre, count):
    rows = [("demo", f"2026-11-{number:02}", "main", number) for number in range(count)]
    with centre.store.database.writing() as session:
        session.run("DELETE FROM menu")
        session.insert_many("menu", ("school_id", "day", "product_id", "cursor"), rows)
        found = session.rows("SELECT school_id, day, product_id, cursor FROM menu ORDER BY cursor")
    assert found == rows


def test_rows_go_into_sqlite_many_a_statement(tmp_path):
    store = open_store(tmp_path / "central.db")
    statements = []
    rows = [("demo", f"day {number}", "main", number) for number in range(63)]
    with store.database.writing() as session:
        session._connection.set_trace_callback(statements.append)
        session.insert_many("menu", ("school_id", "day", "product_id", "cursor"), rows)
        session._connection.set_trace_callback(None)
    store.close()
    assert [sql.count("day ") for sql in statements] == [25, 25, 10, 2, 1]
