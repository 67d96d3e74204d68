"""What SQLite and the disk take of a collected meal: a till's statements and nothing else."""

import random
import time
from pathlib import Path

from benchmarks.tap.contender import CALLS_A_ROUND, Call
from benchmarks.tap.counter import Counter
from benchmarks.tap.pupils import collections
from central.seed import DemoSchool
from core.codec import moment_text
from offline_cache.holder_row import HOLDER
from offline_cache.journal import _INSERT_EVENT, Journal
from offline_cache.schema import position_key
from offline_cache.snapshot import Snapshot
from offline_cache.spool import _INSERT_JOB


class Same:
    """The statements of a collected meal and its paper, and nothing else of a till."""

    def __init__(self, folder: Path, school: DemoSchool) -> None:
        """Have a till serve one pupil, and keep what it wrote; then go on behind it."""
        folder.mkdir()
        counter = Counter(folder / "till", school, collections(school))
        counter.prepare()()
        recorder = counter.till._service.desk.recorder  # noqa: SLF001
        (self._event,) = recorder.journal.events((1, recorder.journal.head.seq - 1), 1)
        self._job = next(recorder.journal.papers())
        counter.close()
        self._copy = Snapshot.open(folder / "till" / "snapshot.db", school_id=school.school.id)
        self._journal = Journal.open(folder / "till" / "journal.db")
        self._head, self._seq = self._event.hash, self._event.seq
        self._keys = [record.key for record in school.records]
        self._day = school.today.isoformat()
        self._chance = random.Random(7)

    def prepare(self) -> Call:
        """Return one meal; its hash is of the right length, and no more."""
        self._seq += 1
        seq, head, event, job = self._seq, self._head, self._event, self._job
        self._head = seq.to_bytes(32, "big")
        key = self._chance.choice(self._keys)
        at = moment_text(job.created_at)
        words = (event.id, event.kind.value, event.body, head, self._head)
        row = (position_key(1, seq), 1, seq, *words)
        paper = (1, seq, event.id, at, job.kind, job.body)
        ask, execute = self._copy._execute, self._journal._execute  # noqa: SLF001

        def call() -> float:
            ask(HOLDER, (self._day, key)).fetchall()
            execute("BEGIN IMMEDIATE")
            execute(_INSERT_EVENT, row)
            execute(_INSERT_JOB, paper)
            execute("COMMIT")
            return time.perf_counter()

        return call

    def rest(self) -> None:
        """Make the checkpoints that the journal would make when nobody waits."""
        if self._seq % 100 < CALLS_A_ROUND:
            list(self._journal._execute("PRAGMA wal_checkpoint(PASSIVE)"))  # noqa: SLF001

    def close(self) -> None:
        """Close the files; the journal as it is, since its sums know nothing of this."""
        self._copy.close()
        self._journal.close()
