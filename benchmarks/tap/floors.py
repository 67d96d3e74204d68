"""The floors that a tap is measured against: a bare SQLite sale, and a bare synced write."""

import os
import random
import sqlite3
import time
from pathlib import Path
from uuid import UUID

from benchmarks.tap.contender import Call
from central.seed import DemoSchool
from offline_cache.schema import PAGE_BYTES


class Bare:
    """The floor: the least that a durable sale needs of SQLite."""

    def __init__(self, folder: Path, school: DemoSchool, *, is_ours: bool) -> None:
        folder.mkdir()
        path = folder / "bare.db"
        uri = path.absolute().as_uri() + ("?psow=0" if is_ours else "")
        self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
        if is_ours:
            self._db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        self._db.execute("PRAGMA journal_mode = WAL").fetchall()
        self._db.execute("PRAGMA synchronous = FULL")
        if is_ours:
            self._db.execute("PRAGMA wal_autocheckpoint = 0")
        self._is_ours = is_ours
        self._db.execute("CREATE TABLE badge (key TEXT PRIMARY KEY, pupil TEXT)")
        self._db.execute("CREATE TABLE wallet (pupil TEXT PRIMARY KEY, cents INTEGER)")
        self._db.execute("CREATE TABLE ledger (id TEXT PRIMARY KEY, pupil TEXT, cents INTEGER)")
        self._keys = [record.key for record in school.records]
        self._db.execute("BEGIN")
        rows = [(record.key, record.pupil_id) for record in school.records]
        self._db.executemany("INSERT INTO badge VALUES (?, ?)", rows)
        wallets = [(pupil.id, 5000) for pupil in school.pupils]
        self._db.executemany("INSERT INTO wallet VALUES (?, ?)", wallets)
        self._db.execute("COMMIT")
        self._chance = random.Random(7)
        self._calls = 0

    def prepare(self) -> Call:
        """Return one sale."""
        key = self._chance.choice(self._keys)
        self._calls += 1
        execute = self._db.execute

        def call() -> float:
            execute("BEGIN IMMEDIATE")
            pupil, cents = execute(
                "SELECT wallet.pupil, cents FROM badge JOIN wallet USING (pupil) WHERE key = ?",
                (key,),
            ).fetchone()
            row_id = str(UUID(bytes=os.urandom(16), version=4))
            execute("INSERT INTO ledger VALUES (?, ?, ?)", (row_id, pupil, -450))
            execute("UPDATE wallet SET cents = ? WHERE pupil = ?", (cents - 450, pupil))
            execute("COMMIT")
            return time.perf_counter()

        return call

    def rest(self) -> None:
        """Make the checkpoints that the journal would make when nobody waits."""
        if self._is_ours and self._calls % 100 == 0:
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class Raw:
    """The floor under the floor: one block, overwritten and synced."""

    _BLOCKS = 256

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._file = os.open(folder / "raw", os.O_CREAT | os.O_RDWR, 0o600)
        os.pwrite(self._file, bytes(4096 * self._BLOCKS), 0)
        os.fsync(self._file)
        self._block = os.urandom(4096)
        self._number = 0

    def prepare(self) -> Call:
        """Return one write."""
        self._number += 1
        place = self._number % self._BLOCKS * 4096

        def call() -> float:
            os.pwrite(self._file, self._block, place)
            os.fdatasync(self._file)
            return time.perf_counter()

        return call

    def rest(self) -> None:
        """Do nothing between writes."""

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
