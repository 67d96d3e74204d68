"""A day at the till, written down for the power-cut rig, and what must be true after any cut."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from canteen import NOON
from journal_rig import job_for, meta, write_copy
from power_disk import PSOW_OFF, Cut, Flags, RecordingDisk, Tape
from scripted_day import CLOSINGS, Scripted, scripted, sums_of

from core.events import SealedEvent
from offline_cache import transactions
from offline_cache.connection import Connection
from offline_cache.errors import OfflineCacheError
from offline_cache.export import event_body
from offline_cache.install import install_snapshot
from offline_cache.integrity import verify
from offline_cache.journal import Journal
from offline_cache.rebuild import rebuild
from offline_cache.snapshot import Snapshot

JOURNAL = "journal.db"
COPY = "snapshot.db"
ARCHIVES = "archive"


@dataclass(frozen=True, slots=True)
class Served:
    """The till said that it served somebody: everything up to this event must be there for ever."""

    seq: int


Append = Callable[[Journal, SealedEvent, Tape], None]


def honest_append(journal: Journal, event: SealedEvent, tape: Tape) -> None:
    """Commit, and only then say so: what the till does."""
    journal.append([event], [job_for(event)])
    tape.note(Served(event.seq))


def hasty_append(journal: Journal, event: SealedEvent, tape: Tape) -> None:
    """A broken till: it says so first."""
    tape.note(Served(event.seq))
    journal.append([event], [job_for(event)])


def split_append(journal: Journal, event: SealedEvent, tape: Tape) -> None:
    """A broken till: the event and its paper are two transactions."""
    journal.append([event])
    journal.append([], [job_for(event)])
    tape.note(Served(event.seq))


@dataclass
class Day:
    """What happened, as it was meant: the events in order, and the tape of the disk."""

    tape: Tape
    script: list[Scripted] = field(default_factory=list)

    @property
    def events(self) -> list[SealedEvent]:
        """The events alone."""
        return [one.event for one in self.script]


def play(
    folder: Path,
    *,
    append: Append = honest_append,
    flags: Flags = PSOW_OFF,
    rewrite: Callable[[str], str] = str,
    events: int = 36,
) -> Day:
    """Play a day on a recording disk: sales, voids, refunds, cash and closings with their papers,
    states of papers, uploads with their answers, checkpoints, a new copy of the school's data, and
    pruning.
    """
    disk = RecordingDisk(folder, flags)
    day = Day(disk.tape)

    def connect(path: Path) -> Connection:
        return disk.connect(path, rewrite=rewrite)

    with disk.plain_files(), _small_log():
        install_copy(folder, cursor="1")
        journal = Journal.open(folder / JOURNAL, connect=connect)
        day.tape.begin()
        for number, one in enumerate(scripted(events), start=1):
            day.script.append(one)
            append(journal, one.event, day.tape)
            _between(journal, folder, number)
        # No `close`: its checkpoint would be the only one that control runs ever make.
        journal.checkpoint()
    return day


def _between(journal: Journal, folder: Path, number: int) -> None:
    jobs = journal.pending_jobs()
    if number % 2 and jobs:
        journal.job_state(jobs[0].id, "sending", 1, NOON)
        journal.job_state(jobs[0].id, "done", 1, NOON, is_lazy=True)
    match number:
        case 10:
            journal.acknowledge((1, 8), [(3, "accepted", "overdraft")])
        case 16:
            install_copy(folder, cursor="2")
            journal.mark("snapshot_etag", "2")
        case 20:
            journal.acknowledge((1, 20))
            journal.prune((1, CLOSINGS[0] - 1), folder=folder / ARCHIVES)
        case 28:
            journal.prune((1, CLOSINGS[1] - 1), folder=folder / ARCHIVES)
        case _:
            pass
    if number % 9 == 0:
        journal.checkpoint()
    if number % 4:
        journal.get_ready()


def install_copy(folder: Path, *, cursor: str) -> None:
    candidate = folder / "snapshot.new"
    candidate.unlink(missing_ok=True)
    write_copy(candidate, about=meta(cursor=cursor))
    install_snapshot(candidate, folder / COPY, school_id=None).close()


@contextmanager
def _small_log() -> Iterator[None]:
    """Let a short day hold several checkpoints, both kinds."""
    worth, ceiling = transactions.WAL_COMMITS_WORTH, transactions.WAL_COMMITS_MAX
    transactions.WAL_COMMITS_WORTH, transactions.WAL_COMMITS_MAX = 5, 17
    try:
        yield
    finally:
        transactions.WAL_COMMITS_WORTH, transactions.WAL_COMMITS_MAX = worth, ceiling


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong after one cut; both empty when nothing is. lost: acknowledged, and gone."""

    lost: int = 0
    faults: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether the till kept its promise."""
        return not self.lost and not self.faults


def examine(cut: Cut, day: Day, folder: Path) -> Findings:
    """Start the product's own code on what a cut left, and compare it with what was said."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in cut.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    promised = max((note.seq for note in cut.notes if isinstance(note, Served)), default=0)
    try:
        journal = Journal.open(folder / JOURNAL)
    except OfflineCacheError as error:
        return Findings(lost=promised, faults=(str(error),))
    try:
        return _compare(journal, day, promised, folder)
    except OfflineCacheError as error:
        return Findings(faults=(str(error),))
    finally:
        with suppress(OfflineCacheError):
            journal.close()


def _compare(journal: Journal, day: Day, promised: int, folder: Path) -> Findings:
    faults = []
    first = journal.archived.seq
    found = list(journal.events())
    if found != day.events[first : first + len(found)]:
        faults.append("the events are not those that were recorded, in their order")
    head = journal.head.seq
    if head != first + len(found):
        faults.append(f"the head mark says {head}")
    if head > promised + 1:
        faults.append(f"event {head} is there, and {promised} was the last that was told")
    if journal.acknowledged > (1, head):
        faults.append("the centre holds more than there is")
    papers = {job.job.event_seq for job in journal.pending_jobs()}
    over = _papers_over(journal)
    if papers - over - set(range(1, head + 1)):
        faults.append("a paper stands there for an event that does not")
    if {event.seq for event in found} - papers - over:
        faults.append("an event stands there without its paper")
    faults += _sum_faults(day, found, head, first)
    faults += _archive_faults(day, first, folder)
    faults += _copy_faults(journal, folder)
    report = verify(folder / JOURNAL)
    if report.fault is not None:
        faults.append(report.fault)
    return Findings(lost=max(0, promised - head), faults=tuple(faults))


def _sum_faults(day: Day, found: list[SealedEvent], head: int, first: int) -> list[str]:
    """Say what a till that starts now would add up otherwise than the one before the cut."""
    rebuilt = rebuild(found)
    is_cut_at_closing = first == 0 or first + 1 in CLOSINGS
    if found and is_cut_at_closing and sums_of(rebuilt.state) != day.script[head - 1].sums:
        return [*rebuilt.faults, "the sums made anew are not those that the till had"]
    return list(rebuilt.faults)


def _papers_over(journal: Journal) -> set[int]:
    rows = journal._execute("SELECT seq FROM tail WHERE job NOTNULL AND kind NOTNULL")
    return {int(str(row[0])) for row in rows}


def _archive_faults(day: Day, removed: int, folder: Path) -> list[str]:
    """Say which removed events stand in no archive."""
    kept = set()
    for file in (folder / ARCHIVES).glob("*.jsonl"):
        kept |= {event_body(line) for line in file.read_bytes().splitlines()}
    missing = [event.seq for event in day.events[:removed] if event.body not in kept]
    return [f"events {missing} are in no archive"] if missing else []


def _copy_faults(journal: Journal, folder: Path) -> list[str]:
    try:
        copy = Snapshot.open(folder / COPY, school_id=None)
    except OfflineCacheError as error:
        return [str(error)]
    try:
        copy.verify()
    except OfflineCacheError as error:
        return [str(error)]
    finally:
        copy.close()
    if journal.marks().get("snapshot_etag") == "2" and copy.meta.cursor != "2":
        return ["the mark tells of a copy that is not there"]
    return []
