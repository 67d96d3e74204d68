"""A till with two receipts to print, in a process of its own, so that it can be killed anywhere.

Usage: printer_child.py FOLDER PRINTER STEP EDGE. The journal, the print spool and the drawer's
ledger are the real ones. At its STEPth step towards the journal the process kills itself, EDGE
`before` or `after` the step is stored; STEP 0 lets it finish. It prints what is still pending.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from canteen import NOON

from core.events import Basis
from core.facts import TerminalStarted
from core.people import Language
from offline_cache.journal import Journal
from printer.base import Pulse
from printer.device_printer import DevicePrinter, Patience
from printer.job import document_name, encode_document
from printer.job_store import is_interrupted
from printer.registry import open_printer
from printer.samples import sample_documents
from printer.spool import Spool
from printer.spool_states import JobState
from terminal.clock import ManualClock
from terminal.inbox import Chore, Inbox
from terminal.papers import Papers
from terminal.recorder import Recorder

RECEIPTS = 2
HASTY = Patience(0.4, 0.5, 0.4, 0.2, 0.2, 10**9)
_ENDED_S = 20.0


def reference(number: int) -> str:
    """Return what stands on the paper of a receipt, and on no other."""
    return f"7-{number}."


class Killer:
    """Kills this process at one step."""

    def __init__(self, step: int, edge: str) -> None:
        self._left = step
        self._edge = edge

    def around(self, work: Callable[[], object]) -> object:
        """Do a step, and die beside it if it is the one."""
        self._left -= 1
        if self._left == 0 and self._edge == "before":
            self._die()
        result = work()
        if self._left == 0:
            self._die()
        return result

    @staticmethod
    def _die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class MortalPapers(Papers):
    """The real papers; each of their writes is a step."""

    killer: Killer

    def mark(self, job_id: str, state: JobState, attempt: int, reason: str = "") -> None:
        self.killer.around(lambda: super(MortalPapers, self).mark(job_id, state, attempt, reason))

    def claim_pulse(self, pulse_id: str, pulse: Pulse) -> bool:
        return bool(
            self.killer.around(lambda: super(MortalPapers, self).claim_pulse(pulse_id, pulse))
        )


def record(recorder: Recorder) -> None:
    sale = sample_documents(Language.FR)["receipt-sale"]
    for number in range(1, RECEIPTS + 1):
        document = replace(sale, number=number, reference=reference(number))
        recorder.record(
            [TerminalStarted("1.0", is_recovery=False)],
            basis=Basis("1", 1, is_online=False),
            paper=(document_name(document), encode_document(document)),
        )


def is_at_rest(journal: Journal, spool: Spool) -> bool:
    """Whether all that is left is left to a person."""
    return not spool.status().job_id and all(
        job.state == JobState.UNCERTAIN
        and not is_interrupted(JobState(job.state), job.attempt, job.reason)
        for job in journal.pending_jobs()
    )


def main() -> None:
    folder, url, step, edge = sys.argv[1:]
    path = Path(folder) / "journal.db"
    is_first = not path.exists()
    journal = Journal.open(path)
    clock, inbox = ManualClock(at=NOON), Inbox()
    recorder = Recorder(journal, clock)
    if is_first:
        record(recorder)
    papers = MortalPapers(inbox, recorder, clock)
    papers.killer = Killer(int(step), edge)
    opened = open_printer(url)
    assert isinstance(opened, DevicePrinter)
    printer = DevicePrinter(opened._transport, opened.profile, patience=HASTY)
    spool = Spool(printer, papers, clock=clock.now, pulses=papers, retry_first_s=0.05)
    spool.pulse("sale-1", Pulse.DRAWER)
    spool.start()
    looks = 0
    while looks < RECEIPTS or not is_at_rest(journal, spool):
        message = inbox.take(_ENDED_S)
        assert isinstance(message, Chore), "nothing comes any more"
        message.run()
        looks += 1
    print(json.dumps([[job.state, job.reason] for job in journal.pending_jobs()]))
    inbox.close()
    spool.stop()
    journal.close()


if __name__ == "__main__":
    main()
