"""Papers at the counter: printed again on demand, asked about when nobody knows, never lost."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from till_rig import ALICE, BOB, FARID, PATIENCE_S, STRANGER, Counter

from config.settings import Settings
from core.events import read_event
from core.facts import ReceiptReprinted, TerminalStarted
from core.people import Language
from core.receipt import Receipt
from offline_cache.journal import Journal
from printer.aside import ComposerAside
from printer.base import Outcome, Printer, PrintResult, Pulse, Trouble
from printer.device_printer import DevicePrinter, Patience
from printer.emulator import Emulator, Faults
from printer.job import document_name, encode_document
from printer.memory import MemoryPrinter
from printer.registry import open_printer
from printer.samples import sample_documents
from printer.semantics import copy_number
from printer.spool import Spool
from terminal.daemon import _open_printer, reopen_journal
from terminal.inbox import TillGoneError
from terminal.papers import Papers
from terminal.ports import NoPaperError, TerminalBusyError

T = TypeVar("T")
LOST = PrintResult(Outcome.UNCERTAIN, Trouble.UNREACHABLE, "the line went away")
BLIND = PrintResult(Outcome.UNCERTAIN, Trouble.NO_FENCE, "it cannot prove it")


class Desk:
    """A till with a printer: its spool runs, and the test's own thread is the till's."""

    def __init__(self, folder: Path, printer: Printer | None = None) -> None:
        self.counter = Counter(folder)
        self.counter.learn()
        self.counter.start()
        self.printer = MemoryPrinter()
        self.papers = Papers(self.counter.inbox, self.counter.recorder, self.counter.clock)
        self.spool = Spool(
            printer or self.printer,
            self.papers,
            clock=self.counter.clock.now,
            pulses=self.papers,
            on_change=lambda _status: self._look(),
        )
        self.counter.lights.spool = self.spool
        self.spool.start()

    def _look(self) -> None:
        """Have the till's loop look again at what it waits for."""
        with suppress(TillGoneError):
            self.counter.inbox.ask_later(lambda: None)

    def ask(self, question: Callable[[], T]) -> T:
        """Ask from another thread, as a screen does, while the till serves."""
        answers: list[T] = []
        errors: list[Exception] = []
        ended = threading.Event()

        def run() -> None:
            try:
                answers.append(question())
            except Exception as error:  # noqa: BLE001  raised again below
                errors.append(error)
            finally:
                ended.set()
                self._look()

        thread = threading.Thread(target=run)
        thread.start()
        self.counter.serve(ended.is_set)
        thread.join(PATIENCE_S)
        if errors:
            raise errors[0]
        return answers[0]

    def reprint(self, event: str = "last") -> dict[str, object]:
        return dict(self.ask(lambda: self.counter.port.reprint(event)))

    def answer(self, job: str, *, has_come_out: bool) -> dict[str, object]:
        port = self.counter.port
        return dict(self.ask(lambda: port.answer_paper(job, has_come_out=has_come_out)))

    def serve_until_printed(self, count: int) -> None:
        self.counter.serve(lambda: len(self.printer.printed) >= count and self.is_quiet())

    def serve_until_states(self, *states: str) -> None:
        self.counter.serve(lambda: self.states() == list(states) and self.is_quiet())

    def serve_until_asked(self) -> None:
        self.counter.serve(lambda: bool(self.questions()) and self.is_quiet())

    def store_paper(self, name: str) -> None:
        """Store a sample of a document, with a fact that does not matter here."""
        document = sample_documents(Language.FR)[name]
        fact = TerminalStarted("1.0", is_recovery=False)
        self.counter.recorder.record(
            [fact],
            basis=self.counter.knowledge.basis,
            paper=(document_name(document), encode_document(document)),
        )
        self.spool.wake()

    def is_quiet(self) -> bool:
        return not self.spool.status().job_id

    def states(self) -> list[str]:
        return [job.state for job in self.counter.journal.pending_jobs()]

    def questions(self) -> list[dict[str, object]]:
        return list(self.counter.status()["printer"]["questions"])

    def facts(self) -> list[object]:
        return [read_event(event.body).fact for event in self.counter.journal.events()]

    def close(self) -> None:
        self.counter.inbox.close()
        assert self.spool.stop()
        self.counter.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def test_the_last_receipt_comes_out_again_marked_counted_and_journalled(desk: Desk) -> None:
    desk.counter.tap(ALICE)
    desk.counter.tap(BOB)
    desk.serve_until_printed(2)
    first, second = desk.reprint(), desk.reprint()
    desk.serve_until_printed(4)
    assert (first["receipt"], first["duplicate"], second["duplicate"]) == (2, 1, 2)
    assert [copy_number(job) for job in desk.printer.printed] == [0, 0, 1, 2]
    original, copy = desk.printer.printed[1], desk.printer.printed[3]
    assert copy.document == original.document
    assert desk.facts()[-2:] == [
        ReceiptReprinted(original.id, duplicate=1, receipt=2),
        ReceiptReprinted(original.id, duplicate=2, receipt=2),
    ]


def test_an_older_receipt_is_named_by_what_stands_on_it(desk: Desk) -> None:
    desk.counter.tap(ALICE)
    desk.counter.tap(BOB)
    desk.serve_until_printed(2)
    document = desk.printer.printed[0].document
    assert isinstance(document, Receipt)
    made = desk.reprint(document.reference)
    assert (made["document"], made["receipt"], made["duplicate"]) == (document.reference, 1, 1)


def test_the_fact_and_its_job_are_one_transaction(desk: Desk) -> None:
    desk.counter.tap(ALICE)
    desk.serve_until_printed(1)
    desk.counter.disk.fill_the_disk()
    before = len(desk.facts())
    with pytest.raises(TerminalBusyError):
        desk.reprint()
    assert len(desk.printer.printed) == 1
    assert len(desk.counter.durable()) == before


def test_a_number_that_an_attempt_may_have_carried_is_not_given_twice(desk: Desk) -> None:
    desk.printer.will(LOST)
    desk.counter.tap(ALICE)
    desk.serve_until_printed(2)
    made = desk.reprint()
    desk.serve_until_printed(3)
    assert made["duplicate"] == 2
    assert [copy_number(job) for job in desk.printer.printed] == [0, 1, 2]


def test_duplicates_go_on_after_a_restart(desk: Desk) -> None:
    desk.counter.tap(ALICE)
    desk.serve_until_printed(1)
    desk.reprint()
    desk.serve_until_printed(2)
    desk.counter.recorder.rebuild(settled=(0, 0))
    assert desk.reprint()["duplicate"] == 2


@pytest.mark.parametrize("wanted", ["last", "1-1", "1-404", "nonsense"])
def test_what_is_not_kept_is_refused_in_one_line(desk: Desk, wanted: str) -> None:
    with pytest.raises(NoPaperError) as raised:
        desk.reprint(wanted)
    assert "seven days" in str(raised.value)


def test_a_person_is_asked_about_a_paper_that_was_lost_twice(desk: Desk) -> None:
    desk.printer.prints_uncertain = False
    desk.printer.will(LOST, LOST)
    desk.counter.tap(ALICE)
    desk.serve_until_asked()
    (question,) = desk.questions()
    assert (question["kind"], question["receipt"]) == ("receipt", 1)
    assert desk.counter.status()["printer"]["waiting"] == 0

    said = desk.answer(str(question["job"]), has_come_out=False)
    assert said["state"] == "queued"
    desk.serve_until_printed(1)
    assert [copy_number(job) for job in desk.printer.printed] == [2]
    assert desk.questions() == []


def test_a_paper_that_came_out_is_done_for_good(desk: Desk) -> None:
    desk.printer.will(LOST, LOST)
    desk.counter.tap(ALICE)
    desk.serve_until_asked()
    (question,) = desk.questions()
    assert desk.answer(str(question["job"]), has_come_out=True)["state"] == "done"
    assert desk.states() == []
    with pytest.raises(NoPaperError, match="answered already"):
        desk.answer(str(question["job"]), has_come_out=True)
    desk.counter.journal.close()
    again = Journal.open(desk.counter.path)
    assert again.pending_jobs() == ()
    again.close()


def test_what_is_too_old_is_given_up_and_can_be_reprinted(desk: Desk) -> None:
    desk.printer.prints_uncertain = False
    desk.printer.will(LOST, LOST)
    desk.counter.tap(ALICE)
    desk.serve_until_asked()
    desk.counter.clock.advance(timedelta(minutes=6))
    (question,) = desk.questions()
    assert desk.answer(str(question["job"]), has_come_out=False)["state"] == "expired"
    assert desk.reprint()["duplicate"] == 2
    desk.serve_until_printed(1)


def test_a_question_outlives_a_restart(desk: Desk) -> None:
    desk.printer.will(LOST, LOST)
    desk.counter.tap(ALICE)
    desk.serve_until_asked()
    desk.counter.tap(BOB)
    asked = desk.questions()
    desk.counter.inbox.close()
    desk.spool.stop()
    reopen_journal(desk.counter.recorder)
    assert desk.questions()[0] == asked[0]


def test_nobody_is_asked_for_each_paper_of_a_printer_that_proves_nothing(desk: Desk) -> None:
    desk.printer.will(BLIND, BLIND)
    desk.counter.tap(ALICE)
    desk.counter.tap(BOB)
    desk.serve_until_states("uncertain", "uncertain")
    assert desk.questions() == []
    assert desk.counter.status()["printer"]["waiting"] == 0
    assert len(desk.printer.printed) == 2


def test_nor_for_what_must_not_be_printed_again(desk: Desk) -> None:
    desk.printer.will(LOST)
    desk.store_paper("kiosk")
    desk.serve_until_states("uncertain")
    assert desk.questions() == []


def test_what_nobody_answered_is_forgotten_after_a_week(desk: Desk) -> None:
    desk.printer.will(LOST, LOST)
    desk.counter.tap(ALICE)
    desk.serve_until_states("uncertain")
    desk.counter.clock.advance(timedelta(days=8))
    desk.spool.wake()
    desk.serve_until_states()
    assert desk.questions() == []


def test_papers_name_people_and_go_after_a_week(desk: Desk) -> None:
    desk.counter.tap(ALICE)
    desk.serve_until_printed(1)
    desk.serve_until_states()
    journal = desk.counter.journal
    journal._transactions._move_wal()
    assert len(list(journal.papers())) == 1, "the control: a young one stays"
    desk.counter.clock.advance(timedelta(days=8))
    desk.store_paper("receipt-sale")
    desk.serve_until_printed(2)
    journal._transactions._move_wal()
    assert [job.event_seq for job in journal.papers()] == [3]


def test_the_drawer_opens_once_for_an_event_even_after_a_restart(desk: Desk) -> None:
    desk.spool.pulse("sale-1", Pulse.DRAWER)
    desk.spool.pulse("sale-1", Pulse.DRAWER)
    desk.spool.pulse("sale-1", Pulse.BUZZER)
    desk.counter.serve(lambda: len(desk.printer.pulses) == 2)
    reopen_journal(desk.counter.recorder)
    desk.spool.pulse("sale-1", Pulse.DRAWER)
    desk.spool.pulse("sale-2", Pulse.DRAWER)
    desk.counter.serve(lambda: len(desk.printer.pulses) == 3)
    assert desk.printer.pulses == [Pulse.DRAWER, Pulse.BUZZER, Pulse.DRAWER]


def test_a_pulse_that_cannot_be_noted_is_not_sent(desk: Desk) -> None:
    desk.counter.disk.fill_the_disk()
    assert desk.ask(lambda: desk.papers.claim_pulse("sale-1", Pulse.DRAWER)) is False
    desk.counter.inbox.close()
    assert desk.papers.claim_pulse("sale-2", Pulse.DRAWER) is False


@contextmanager
def off() -> Iterator[str]:
    """A printer that is switched off: nobody listens at its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield f"tcp://127.0.0.1:{port}?fence=id"


@contextmanager
def hanging() -> Iterator[str]:
    """A printer that takes the connection, and then neither reads nor answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}?fence=id"


@contextmanager
def jammed() -> Iterator[str]:
    """A printer that stops in the middle of the first paper, for want of it."""
    emulator = Emulator(Faults(paper_out_after=300))
    try:
        yield f"{emulator.listen()}?fence=id"
    finally:
        emulator.close()


@pytest.mark.parametrize("trouble", [off, hanging, jammed])
def test_taps_go_on_whatever_the_printer_does(
    tmp_path: Path, trouble: Callable[[], AbstractContextManager[str]]
) -> None:
    """Each tap is answered while the printer holds, and each paper is kept; none is reported."""
    with trouble() as url:
        opened = open_printer(url)
        assert isinstance(opened, DevicePrinter)
        patience = Patience(0.5, 1.0, 1.0, 0.1, 0.1, 10**9)
        desk = Desk(tmp_path, DevicePrinter(opened._transport, opened.profile, patience=patience))
        answered = [desk.counter.tap(card) for card in (ALICE, BOB, FARID)]
        answered += [desk.counter.tap(STRANGER) for _ in range(20)]
        assert [verdict["outcome"] for verdict in answered[:3]] == [
            "collected",
            "sold",
            "collected",
        ]
        assert len(answered) == 23
        assert len(desk.counter.durable()) == 24, "each tap, and the start"
        assert desk.spool.status().done_count == 0
        assert len(desk.states()) == 3, "no paper is lost"
        desk.close()


def test_papers_held_by_a_printer_come_out_when_it_prints_again(tmp_path: Path) -> None:
    emulator = Emulator()
    emulator.open_cover()
    desk = Desk(tmp_path, open_printer(f"{emulator.listen()}?fence=id"))
    for badge in (ALICE, BOB, FARID):
        desk.counter.tap(badge)
    desk.counter.serve(lambda: "blocked" in desk.states())
    assert emulator.printed().cuts == 0
    emulator.load_paper()
    desk.counter.serve(lambda: desk.spool.status().done_count == 3)
    assert emulator.printed().cuts == 3
    assert not any("DUPLICATA" in line for line in emulator.printed().lines)
    desk.close()
    emulator.close()


def test_the_settings_name_a_second_printer(tmp_path: Path) -> None:
    folder = tmp_path / "second"
    alone = Settings(data=tmp_path, printer="none://")
    assert _open_printer(alone, ComposerAside()).url == "none://"
    both = Settings(
        data=tmp_path, printer="tcp://127.0.0.1:9", printer_fallback=f"image://{folder}"
    )
    assert _open_printer(both, ComposerAside()).url == f"tcp://127.0.0.1:9 or image://{folder}"
