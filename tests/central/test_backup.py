"""The books are backed up while they are in use, and come back whole or not at all."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from central import backup as backups
from central import postgres_backup
from central.backup import back_up, restore, verify
from central.errors import BackupError
from central.figures import disagreements, read_figures
from central.store import is_postgres, open_store
from core.ids import SchoolId
from sync.channel import Channel
from sync.errors import RefusedError

WHO = "tester"
PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"


@pytest.fixture
def new_place(place, request, tmp_path):
    """Gives places without books, of the engine under test."""

    def make() -> str:
        if not is_postgres(place):
            folder = tmp_path / "restored"
            return str(folder / f"{len(list(folder.glob('*')))}.db")
        cluster = request.getfixturevalue("cluster")
        return cluster.url(cluster.create())

    return make


@pytest.fixture
def made(centre, till, place, clock, tmp_path):
    """A backup of books in which a lunch is booked."""
    for order in centre.orders(4):
        till.collect(order)
        till.sell(order.pupil_id, 150)
    till.send()
    target = tmp_path / "books.backup"
    back_up(place, target, now=clock())
    return target


def figures_of(place):
    store = open_store(place, may_create=False)
    with store.database.reading() as session:
        assert disagreements(session, SchoolId("demo")) == []
        found = read_figures(session)
    store.close()
    return found


def test_books_come_back_with_every_row(centre, made, place, new_place, clock):
    target = new_place()
    restore(made, target, who=WHO, now=clock())
    assert figures_of(target) == figures_of(place)
    store = open_store(target)
    assert store.signing_key == centre.store.signing_key
    with store.database.reading() as session:
        assert [row[0] for row in session.rows("SELECT who FROM audit ORDER BY id")][-1] == WHO
    store.close()
    assert sorted(path.name for path in made.parent.glob(".*")) == [], "nothing is left beside it"


def test_a_backup_holds_one_moment_of_books_that_are_in_use(
    centre, till, place, new_place, clock, tmp_path
):
    orders = centre.orders(40)
    stop = threading.Event()
    failures = []

    def sell():
        try:
            for order in orders:
                till.collect(order)
                till.sell(order.pupil_id, 150)
                till.send(len(till.journal.events) - 1)
                if stop.is_set():
                    return
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)

    selling = threading.Thread(target=sell)
    selling.start()
    copies = []
    for number in range(3):
        copies.append(tmp_path / f"{number}.backup")
        back_up(place, copies[-1], now=clock())
    stop.set()
    selling.join(60)
    assert failures == []
    for copy in copies:
        target = new_place()
        manifest = restore(copy, target, who=WHO, now=clock())
        found = figures_of(target)
        assert found.events == manifest.figures["events"]
        assert found.events % 2 == 0, "a batch is in it whole or not at all"


def test_nothing_is_written_over(made, place, new_place, clock):
    before = made.read_bytes()
    with pytest.raises(BackupError, match="not written over"):
        back_up(place, made, now=clock())
    assert made.read_bytes() == before
    whole = figures_of(place)
    with pytest.raises(BackupError, match="not written over"):
        restore(made, place, who=WHO, now=clock())
    assert figures_of(place) == whole


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.999])
def test_one_byte_that_changed_is_found_before_anything_is_restored(made, new_place, clock, share):
    content = bytearray(made.read_bytes())
    content[int(len(content) * share)] ^= 0x41
    made.write_bytes(content)
    target = new_place()
    with pytest.raises(BackupError, match="damaged"):
        restore(made, target, who=WHO, now=clock())
    expect_empty(target)


def test_half_a_backup_is_refused(made, new_place, clock):
    content = made.read_bytes()
    made.write_bytes(content[: len(content) // 2])
    target = new_place()
    with pytest.raises(BackupError, match="damaged"):
        restore(made, target, who=WHO, now=clock())
    expect_empty(target)


def expect_empty(place):
    if is_postgres(place):
        postgres_backup.refuse_present(place)
    else:
        assert not Path(place).exists()
        assert list(Path(place).parent.glob("*")) == []


def test_books_whose_sums_are_not_the_manifests_are_refused(
    made, new_place, clock, monkeypatch, tmp_path
):
    honest = backups._manifest

    def other(text):
        manifest = honest(text)
        manifest.figures["events"] += 1
        return manifest

    monkeypatch.setattr(backups, "_manifest", other)
    with pytest.raises(BackupError, match="differ in events"):
        restore(made, new_place(), who=WHO, now=clock())


def test_a_backup_of_the_other_engine_is_named(made, place, request, tmp_path, clock):
    if is_postgres(place):
        other = str(tmp_path / "other.db")
    else:
        cluster = request.getfixturevalue("cluster")
        other = cluster.url(cluster.create())
    with pytest.raises(BackupError, match="restore it into such a database"):
        restore(made, other, who=WHO, now=clock())


def test_a_file_that_is_no_backup_is_named(place, new_place, clock, tmp_path):
    other = tmp_path / "other"
    other.write_text("not a backup")
    with pytest.raises(BackupError, match="is none"):
        restore(other, new_place(), who=WHO, now=clock())
    with pytest.raises(BackupError, match="there is no backup"):
        verify(tmp_path / "missing")


def test_a_terminal_goes_on_with_restored_books(
    centre, till, made, place, new_place, new_centre, clock
):
    before = feed_of(centre.store)
    for order in centre.orders(6)[4:]:
        till.collect(order)
    till.send(9)
    target = new_place()
    restore(made, target, who=WHO, now=clock())
    again = new_centre(target)
    till.channel.close()
    till.identity = replace(till.identity, central_url=again.url)
    till.channel = Channel(till.identity, ca_file=None, clock=clock)
    till.refuse()
    with pytest.raises(RefusedError) as caught:
        till.send(11)
    assert caught.value.details["expected"] == {"epoch": 1, "seq": 9}
    assert till.verdicts(till.send(9)) == ["accepted"] * 3
    with (
        pytest.raises(RefusedError) as caught,
        till.channel.get(
            f"/v1/terminals/{till.identity.terminal_id}/changes?after={before}", headers={}
        ),
    ):
        pass
    assert caught.value.status == 410
    till.channel.close()
    again.expect_sound()


def feed_of(store):
    with store.database.reading() as session:
        return session.row("SELECT cursor FROM school")[0]


def test_a_database_of_somebody_else_is_not_backed_up(place, request, tmp_path, clock):
    if is_postgres(place):
        cluster = request.getfixturevalue("cluster")
        other = cluster.url(cluster.create())
    else:
        other = str(tmp_path / "theirs.db")
        connection = sqlite3.connect(other)
        connection.execute("CREATE TABLE a (b)")
        connection.close()
    with pytest.raises(Exception, match="not a centre's"):
        back_up(other, tmp_path / "never", now=clock())
    assert not (tmp_path / "never").exists()


def test_without_pg_dump_the_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with pytest.raises(BackupError, match="postgresql-client"):
        postgres_backup.load(tmp_path / "books", "postgresql://host/db")


def test_a_password_is_never_on_the_command_line(monkeypatch, tmp_path):
    seen = []

    def run(words, **others):
        seen.append((words, others["env"]))
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(shutil, "which", lambda program: program)
    monkeypatch.setattr(subprocess, "run", run)
    postgres_backup.load(tmp_path / "books", "postgresql://me:secret@host/db?sslmode=require")
    words, environ = seen[0]
    assert "secret" not in " ".join(words)
    assert "sslmode=require" in " ".join(words)
    assert environ["PGPASSWORD"] == "secret"


def test_the_commands(seeded_file, tmp_path):
    def run(*words):
        return subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM, "central", *words, "--json"],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    books, target = tmp_path / "central.db", tmp_path / "books.backup"
    shutil.copy(seeded_file, books)
    done = run("backup", str(target), "--database", str(books))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ledger_sum_cents"] == 0
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as archive:
        assert archive.getnames() == ["manifest.json", "books"]
    assert run("restore", str(target), "--database", str(tmp_path / "new.db")).returncode == 0
    assert run("check", "--database", str(tmp_path / "new.db")).returncode == 0
    again = run("backup", str(target), "--database", str(books))
    assert again.returncode == 1
    assert "not written over" in again.stderr
    assert "Traceback" not in again.stderr
