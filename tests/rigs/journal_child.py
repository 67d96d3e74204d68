"""A till in a process of its own, to be killed or to be given a broken disk.

Usage: python journal_child.py JOURNAL COUNT
It prints `ACK n` when event n is durable, `RED n Class` when its journal failed, `OPEN n` when the
journal was opened and holds n events, and `END` when all is done.
"""

import sys
from pathlib import Path

from journal_rig import fact, record

from offline_cache import transactions
from offline_cache.errors import JournalError
from offline_cache.journal import Journal

OPEN_TRIES = 3
FAILURES_MAX = 5


def say(*words: object) -> None:
    """Print one line at once: whoever reads it takes it for a promise."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def opened(path: Path) -> Journal | None:
    """Open the journal, as the till does after a failure: a few times, then it stays red."""
    for _ in range(OPEN_TRIES):
        try:
            journal = Journal.open(path)
        except JournalError as error:
            say("RED open", type(error).__name__)
        else:
            say("OPEN", journal.head.seq)
            return journal
    return None


def closed(journal: Journal) -> None:
    """Close the journal, whatever its disk says."""
    try:
        journal.close()
    except JournalError as error:
        say("RED close", type(error).__name__)


def main(path: Path, count: int) -> None:
    """Serve so many pupils."""
    transactions.WAL_COMMITS_WORTH = 3
    journal = opened(path)
    failures = 0
    while journal is not None and journal.head.seq < count and failures < FAILURES_MAX:
        number = journal.head.seq + 1
        try:
            record(journal, fact(number), with_job=True)
            say("ACK", number)
            if number % 3 == 0:
                journal.checkpoint()
        except JournalError as error:
            say("RED", number, type(error).__name__)
            failures += 1
            closed(journal)
            journal = opened(path)
    if journal is not None:
        closed(journal)
    say("END")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
