"""Every fault at every k-th byte, and a crash between any two states.

Whatever happens, the drawer opens at most once, an unmarked original comes out at most once, `done`
is never said of a paper that did not come out, and nothing is lost without being shown.
"""

from dataclasses import replace

import pytest
from printer_rig import Connect, Count, Emulate, Samples

from core.people import Language
from printer.base import Pulse
from printer.emulator import Faults, Printed
from printer.encode import encode_job
from printer.events import CutPaper, Line
from printer.job import encode_document
from printer.job_store import MemoryJobStore, StoredJob
from printer.memory import MemoryPrinter
from printer.profile import PICTURE
from printer.samples import sample_documents
from printer.semantics import copy_number
from printer.spool import Spool, SpoolClosedError
from printer.spool_states import JobState

HASTY = {
    "progress_s": 0.15,
    "hold_max_s": 0.2,
    "answer_s": 0.2,
    "drain_s": 0.1,
    "slowest_bytes_per_s": 10**9,
}
REFERENCE = "1-4207"
SETTLED = {JobState.DONE, JobState.UNCERTAIN, JobState.BLOCKED}
SALE = sample_documents(Language.FR)["receipt-sale"]
# 512 fillers, four short questions, the receipt, the fence: about 1400 bytes.
WHERE = (1, 8, 11, 200, 523, 524, 530, 700, 950, 1200, 1280, 1290)
FAULTS = {
    "reset": lambda k: Faults(reset_after=k),
    "power cycle": lambda k: Faults(reset_after=k, forgets=True),
    "hang": lambda k: Faults(hang_after=k),
    "paper out": lambda k: Faults(paper_out_after=k),
    "cover": lambda k: Faults(cover_after=k),
}


def papers(printed: Printed) -> list[list[str]]:
    """Return the finished papers, each as its lines; what was torn off unfinished is no paper."""
    finished, lines = [], []
    for event in printed.events:
        if isinstance(event, Line):
            lines.append(event.text)
        elif isinstance(event, CutPaper):
            finished.append(lines)
            lines = []
    return finished


def is_copy(paper: list[str]) -> bool:
    return any("DUPLICATA" in line for line in paper)


@pytest.mark.parametrize("k", WHERE)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_receipt_under_every_fault(
    emulate: Emulate, connect: Connect, counter: Count, fault: str, k: int
) -> None:
    emulator = emulate(FAULTS[fault](k))
    url = emulator.listen()
    printer = connect(url, **HASTY)
    till = counter(printer)
    till.spool.pulse("sale-1", Pulse.DRAWER)
    till.store_document("job", SALE)
    till.wait(lambda: till.store.job("job").state in SETTLED)

    emulator.set_faults(Faults())
    emulator.load_paper()
    at_rest = {JobState.DONE, JobState.UNCERTAIN, JobState.EXPIRED}
    till.wait(lambda: till.store.job("job").state in at_rest and till.store.next_job() is None)
    state = till.store.job("job").state
    emulator.wait_for(lambda out: bool(papers(out)), timeout_s=0.5)
    printed = emulator.printed()
    whole = [paper for paper in papers(printed) if any(REFERENCE in line for line in paper)]

    assert printed.kicks <= 1
    assert sum(not is_copy(paper) for paper in whole) <= 1
    if state is JobState.DONE:
        assert whole, "done, and no paper came out"
    assert state is not JobState.EXPIRED


def test_the_control_of_the_matrix_a_spool_that_believes_its_writes_is_caught(
    emulate: Emulate, connect: Connect, counter: Count
) -> None:
    """With the fence taken for answered, the same check finds a `done` without a paper."""
    emulator = emulate(Faults(paper_out_after=700))
    printer = connect(emulator.listen(), **HASTY)
    printer._talk = lambda line, talk=printer._talk: _believing(talk(line))
    till = counter(printer)
    till.store_document("job", SALE)
    till.wait_for_state("job", "done")
    assert papers(emulator.printed()) == []


def _believing(conversation: object) -> object:
    from printer.base import DONE

    conversation._wait_for_fence = lambda _mark, **_times: DONE
    return conversation


class CrashingStore(MemoryJobStore):
    """A store in which the power fails at the nth mark, before or after it is durable."""

    def __init__(self, jobs: list[StoredJob], *, at_mark: int, is_durable: bool) -> None:
        super().__init__(jobs)
        self.crashes_in = at_mark
        self.is_durable = is_durable

    def mark(self, *arguments: object) -> None:
        self.crashes_in -= 1
        if self.crashes_in == 0:
            if self.is_durable:
                super().mark(*arguments)
            raise SpoolClosedError("power cut")
        super().mark(*arguments)


@pytest.mark.parametrize("is_durable", [True, False], ids=["after commit", "before commit"])
@pytest.mark.parametrize("at_mark", range(1, 7))
@pytest.mark.parametrize("name", ["receipt-sale", "kiosk", "bursar"])
def test_a_crash_between_any_two_states(
    counter: Count, samples: Samples, name: str, *, at_mark: int, is_durable: bool
) -> None:
    document = samples[name]
    printer = MemoryPrinter()
    clock = counter(MemoryPrinter(), is_started=False).clock
    jobs = [StoredJob(f"job-{n}", encode_document(document), clock()) for n in range(2)]
    store = CrashingStore(jobs, at_mark=at_mark, is_durable=is_durable)
    first = Spool(printer, store, clock=clock)
    first.start()
    if at_mark <= 4:
        first._thread.join(10)
        assert not first._thread.is_alive()
    else:
        assert first.stop()

    after = counter(printer, is_started=False)
    after.store = store
    after.spool._store = store
    after.spool.start()
    at_rest = {JobState.DONE, JobState.UNCERTAIN}
    after.wait(lambda: all(store.job(f"job-{n}").state in at_rest for n in range(2)))
    after.spool.stop()
    for n in range(2):
        mine = [job for job in printer.printed if job.id == f"job-{n}"]
        originals = [job for job in mine if copy_number(job) == 0]
        if name == "kiosk":
            assert len(mine) <= 1
        else:
            assert len(originals) <= 1
            assert mine, "lost"
        if store.job(f"job-{n}").state is JobState.DONE:
            assert mine


def test_many_receipts_under_changing_faults(
    emulate: Emulate, connect: Connect, counter: Count
) -> None:
    """Forty receipts while the paper ends, the power goes and the printer hangs in between."""
    emulator = emulate()
    printer = connect(emulator.listen(), **HASTY)
    till = counter(printer)
    length = len(encode_job_bytes())
    for number in range(40):
        done = emulator.printed().received_bytes
        if number % 8 == 3:
            emulator.set_faults(Faults(reset_after=done + length // 2, forgets=True))
        elif number % 8 == 5:
            emulator.set_faults(
                Faults(paper_out_after=emulator.printed().printed_bytes + length // 2)
            )
        till.store_document(f"job-{number}", replace(SALE, number=number, reference=f"9-{number}."))
        till.wait(lambda number=number: till.store.job(f"job-{number}").state in SETTLED)
        emulator.set_faults(Faults())
        emulator.load_paper()
    till.wait(lambda: till.store.next_job() is None)
    till.spool.stop()
    finished = papers(emulator.printed())
    for number in range(40):
        mine = [paper for paper in finished if any(f"9-{number}." in line for line in paper)]
        assert sum(not is_copy(paper) for paper in mine) <= 1
        if till.store.job(f"job-{number}").state is JobState.DONE:
            assert mine
        else:
            assert till.store.job(f"job-{number}").state is JobState.UNCERTAIN


def encode_job_bytes() -> bytes:
    from printer.base import PrintJob

    return encode_job(PrintJob("length", SALE), PICTURE)
