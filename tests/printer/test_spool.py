"""Stories at the counter: what the spool does with papers while the printer misbehaves."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from printer_rig import Count, Samples

from core.people import Language
from core.receipt import Receipt
from printer.base import (
    DONE,
    Connection,
    Outcome,
    PrinterStatus,
    PrintJob,
    PrintResult,
    Pulse,
    Trouble,
)
from printer.fallback import FallbackPrinter
from printer.memory import MemoryPrinter
from printer.picture_printer import PicturePrinter
from printer.samples import sample_documents
from printer.semantics import Repeat, copy_number, policy_of
from printer.spool import PULSE_LIFE_S, SpoolClosedError
from printer.spool_states import JobState

UNCERTAIN = PrintResult(Outcome.UNCERTAIN, Trouble.NO_ANSWER)
NO_FENCE = PrintResult(Outcome.UNCERTAIN, Trouble.NO_FENCE)


def test_papers_come_out_in_the_order_they_were_stored(counter: Count, sale: Receipt) -> None:
    till = counter(MemoryPrinter())
    for number in range(5):
        till.store_document(f"job-{number}", replace(sale, number=number))
    till.wait_for_state("job-4", "done")
    assert [job.document.number for job in till.printer.printed] == [0, 1, 2, 3, 4]


def test_a_job_is_sending_before_its_first_byte_leaves(counter: Count, sale: Receipt) -> None:
    seen = []

    class Watching(MemoryPrinter):
        def print_document(self, job: PrintJob) -> PrintResult:
            seen.append(till.store.job(job.id).state)
            return super().print_document(job)

    till = counter(Watching(), is_started=False)
    till.spool.start()
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert seen == [JobState.SENDING]
    assert till.states("job") == ["sending", "done"]


def test_a_picture_needs_no_such_mark_because_it_can_be_drawn_again(
    counter: Count, sale: Receipt, tmp_path: Path
) -> None:
    till = counter(PicturePrinter(tmp_path))
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert till.states("job") == ["done"]


def test_the_same_document_stored_twice_prints_once(counter: Count, sale: Receipt) -> None:
    till = counter(MemoryPrinter())
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    till.store_document("job", sale)
    till.store_document("next", sale)
    till.wait_for_state("next", "done")
    assert [job.id for job in till.printer.printed] == ["job", "next"]


def test_paper_out_at_noon_holds_the_papers_and_they_come_after_the_reload(
    counter: Count, sale: Receipt
) -> None:
    printer = MemoryPrinter()
    printer.block(Trouble.PAPER_END)
    till = counter(printer)
    till.store_document("first", sale)
    till.store_document("second", sale)
    till.wait_for_state("first", "blocked")
    till.wait(lambda: till.spool.status().troubles == (Trouble.PAPER_END,))
    printer.unblock()
    till.wait_for_state("second", "done")
    assert [(job.id, copy_number(job)) for job in printer.printed] == [("first", 0), ("second", 0)]
    assert till.spool.status().troubles == ()
    assert till.states("first").count("blocked") == 1


def test_a_receipt_that_waited_too_long_is_not_printed_late(counter: Count, sale: Receipt) -> None:
    printer = MemoryPrinter()
    printer.block(Trouble.COVER_OPEN)
    till = counter(printer)
    till.store_document("job", sale)
    till.wait_for_state("job", "blocked")
    till.clock.advance(minutes=6)
    till.wait_for_state("job", "expired")
    printer.unblock()
    assert printer.printed == []


def test_a_pupils_balance_is_never_printed_in_front_of_the_next_pupil(
    counter: Count, samples: Samples
) -> None:
    printer = MemoryPrinter()
    printer.block(Trouble.PAPER_END)
    till = counter(printer)
    till.store_document("slip", samples["kiosk"])
    till.wait_for_state("slip", "blocked")
    till.clock.advance(seconds=31)
    till.wait_for_state("slip", "expired")
    assert printer.printed == []


def test_a_slip_whose_end_nobody_saw_is_not_sent_again(counter: Count, samples: Samples) -> None:
    printer = MemoryPrinter()
    printer.will(UNCERTAIN)
    till = counter(printer)
    till.store_document("slip", samples["kiosk"])
    till.store_document("next", samples["receipt-sale"])
    till.wait_for_state("next", "done")
    assert till.store.job("slip").state is JobState.UNCERTAIN
    assert [job.id for job in printer.printed] == ["slip", "next"]


def test_a_receipt_whose_end_nobody_saw_is_sent_once_more_marked(
    counter: Count, sale: Receipt
) -> None:
    printer = MemoryPrinter()
    printer.will(UNCERTAIN)
    till = counter(printer)
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert [copy_number(job) for job in printer.printed] == [0, 1]
    assert till.states("job") == ["sending", "uncertain", "queued", "sending", "done"]


def test_after_a_second_doubt_a_person_is_asked(counter: Count, sale: Receipt) -> None:
    printer = MemoryPrinter()
    printer.will(UNCERTAIN, UNCERTAIN)
    till = counter(printer)
    till.store_document("job", sale)
    till.store_document("next", sale)
    till.wait_for_state("next", "done")
    assert till.store.job("job").state is JobState.UNCERTAIN
    assert [job.id for job in printer.printed] == ["job", "job", "next"]


def test_a_printer_that_proves_nothing_does_not_print_everything_twice(
    counter: Count, sale: Receipt
) -> None:
    printer = MemoryPrinter()
    printer.will(NO_FENCE, NO_FENCE, NO_FENCE)
    till = counter(printer)
    for number in range(3):
        till.store_document(f"job-{number}", sale)
    till.wait_for_state("job-2", "uncertain")
    assert len(printer.printed) == 3


def test_a_power_cut_in_mid_job_is_faced_at_the_next_start(
    counter: Count, sale: Receipt, samples: Samples
) -> None:
    till = counter(MemoryPrinter(), is_started=False)
    till.store_document("receipt", sale, state=JobState.SENDING, attempt=1)
    till.store_document("slip", samples["kiosk"], state=JobState.SENDING, attempt=1)
    till.spool.start()
    till.wait_for_state("receipt", "done")
    till.wait_for_state("slip", "uncertain")
    assert [(job.id, copy_number(job)) for job in till.printer.printed] == [("receipt", 1)]


def test_a_retry_that_a_power_cut_swallowed_is_made_up_for(counter: Count, sale: Receipt) -> None:
    till = counter(MemoryPrinter(), is_started=False)
    for job_id, attempt in (("once", 1), ("twice", 2)):
        till.store_document(job_id, sale, state=JobState.UNCERTAIN, attempt=attempt)
    till.spool.start()
    till.wait_for_state("once", "done")
    assert [(job.id, copy_number(job)) for job in till.printer.printed] == [("once", 1)]
    assert till.states("twice") == [], "a person is asked"


def test_bytes_that_are_no_document_block_nothing_behind_them(
    counter: Count, sale: Receipt
) -> None:
    till = counter(MemoryPrinter(), is_started=False)
    till.store_document("bad", sale)
    till.store._jobs["bad"] = replace(till.store.job("bad"), document=b"{torn")
    till.store_document("good", sale)
    till.spool.start()
    till.wait_for_state("good", "done")
    assert till.store.job("bad").state is JobState.REJECTED


def test_a_document_that_cannot_be_laid_out_is_set_aside(
    counter: Count, samples: Samples, tmp_path: Path
) -> None:
    till = counter(PicturePrinter(tmp_path))
    till.store_document("bad", replace(samples["invoice"], iban="BE00"))
    till.store_document("good", samples["invoice"])
    till.wait_for_state("good", "done")
    assert till.store.job("bad").state is JobState.REJECTED


def test_a_reprint_counts_on(counter: Count, sale: Receipt) -> None:
    till = counter(MemoryPrinter())
    till.store_document("reprint", sale, duplicate_no=2)
    till.wait_for_state("reprint", "done")
    assert copy_number(till.printer.printed[0]) == 2


def test_the_drawer_opens_once_for_one_event(counter: Count) -> None:
    till = counter(MemoryPrinter())
    assert till.spool.pulse("event-1", Pulse.DRAWER)
    assert till.spool.pulse("event-1", Pulse.DRAWER)
    till.wait(lambda: till.printer.pulses == [Pulse.DRAWER])
    till.spool.stop()
    assert till.printer.pulses == [Pulse.DRAWER]


def test_the_drawer_opens_before_a_queue_of_papers(counter: Count, sale: Receipt) -> None:
    order = []

    class Watching(MemoryPrinter):
        def print_document(self, job: PrintJob) -> PrintResult:
            order.append("paper")
            return super().print_document(job)

        def pulse(self, pulse: Pulse) -> PrintResult:
            order.append("drawer")
            return super().pulse(pulse)

    till = counter(Watching(), is_started=False)
    till.store_document("job", sale)
    till.spool.pulse("event", Pulse.DRAWER)
    till.spool.start()
    till.wait_for_state("job", "done")
    assert order == ["drawer", "paper"]


def test_the_drawer_does_not_open_late(counter: Count, sale: Receipt) -> None:
    """A printer that hangs for longer than a pulse lives: the drawer stays shut."""
    till = counter(MemoryPrinter(), is_started=False)
    till.spool.pulse("event", Pulse.DRAWER)
    request = till.spool._pulses[0]
    till.spool._pulses[0] = replace(
        request, asked_monotonic_s=request.asked_monotonic_s - PULSE_LIFE_S - 1
    )
    till.spool.start()
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert till.printer.pulses == []


def test_too_many_pulses_are_refused_at_once(counter: Count) -> None:
    till = counter(MemoryPrinter(), is_started=False)
    answers = [till.spool.pulse(f"event-{n}", Pulse.BUZZER) for n in range(5)]
    assert answers == [True] * 4 + [False]


def test_without_a_ledger_no_pulse_is_ever_sent(counter: Count, sale: Receipt) -> None:
    till = counter(MemoryPrinter(), is_started=False)
    till.spool._ledger = None
    till.spool.pulse("event", Pulse.DRAWER)
    till.spool.start()
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert till.printer.pulses == []


def test_a_fault_in_the_spool_does_not_end_printing(
    counter: Count, sale: Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(MemoryPrinter):
        has_failed = False

        def print_document(self, job: PrintJob) -> PrintResult:
            if not self.has_failed:
                self.has_failed = True
                raise RuntimeError("a driver's bug")
            return super().print_document(job)

    till = counter(Faulty(), is_started=False)
    till.store_document("job", sale)
    till.spool.start()
    till.wait(lambda: till.spool.status().troubles == (Trouble.ERROR,))
    assert "a driver's bug" in caplog.text
    assert till.spool.status().is_running


def test_when_the_terminal_stops_the_spool_stops_quietly(
    counter: Count, sale: Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    till = counter(MemoryPrinter(), is_started=False)

    def refuse(*_arguments: object) -> None:
        raise SpoolClosedError("stopping")

    till.store.mark = refuse
    till.store_document("job", sale)
    till.spool.start()
    till.wait(lambda: any(not status.is_running for status in till.statuses[1:]))
    assert till.printer.is_closed
    assert not caplog.records


def test_waking_and_asking_never_wait_for_a_printer_that_hangs(
    counter: Count, sale: Receipt
) -> None:
    release, entered = Event(), Event()

    class Hanging(MemoryPrinter):
        def print_document(self, job: PrintJob) -> PrintResult:
            entered.set()
            release.wait(10)
            return super().print_document(job)

    till = counter(Hanging())
    till.store_document("job", sale)
    assert entered.wait(10)
    for _ in range(1000):
        till.spool.wake()
        assert till.spool.status().is_running
    release.set()
    till.wait_for_state("job", "done")


def test_stop_finishes_the_job_at_hand(counter: Count, sale: Receipt) -> None:
    till = counter(MemoryPrinter())
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert till.spool.stop()
    assert till.printer.is_closed
    assert not till.spool.status().is_running


def test_the_screen_hears_of_trouble_in_the_middle_of_a_job(counter: Count, sale: Receipt) -> None:
    class Watched(MemoryPrinter):
        on_status = staticmethod(lambda _status: None)

        def print_document(self, job: PrintJob) -> PrintResult:
            self.on_status(PrinterStatus(Connection.OFFLINE, troubles=(Trouble.PAPER_END,)))
            return super().print_document(job)

    till = counter(Watched())
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert any(status.troubles == (Trouble.PAPER_END,) for status in till.statuses)
    till.wait(lambda: till.spool.status().troubles == ())


def test_the_fallback_prints_when_the_first_has_held_for_long(
    counter: Count, sale: Receipt
) -> None:
    first, second = MemoryPrinter("memory://first"), MemoryPrinter("memory://second")
    first.block(Trouble.UNREACHABLE)
    till = counter(FallbackPrinter(first, second, patience_s=0.0))
    till.store_document("job", sale)
    till.wait_for_state("job", "done")
    assert (len(first.printed), len(second.printed)) == (0, 1)
    first.unblock()
    till.store_document("next", sale)
    till.wait_for_state("next", "done")
    assert (len(first.printed), len(second.printed)) == (1, 1)


def test_the_fallback_waits_before_it_is_used(sale: Receipt) -> None:
    first, second = MemoryPrinter(), MemoryPrinter()
    first.block(Trouble.PAPER_END)
    both = FallbackPrinter(first, second, patience_s=3600)
    assert both.print_document(PrintJob("job", sale)).outcome is Outcome.BLOCKED
    assert both.status().troubles == (Trouble.PAPER_END,)
    assert second.printed == []


def test_the_fallback_never_prints_what_may_have_come_out(sale: Receipt) -> None:
    first, second = MemoryPrinter(), MemoryPrinter()
    first.will(UNCERTAIN)
    both = FallbackPrinter(first, second, patience_s=0.0)
    assert both.print_document(PrintJob("job", sale)) == UNCERTAIN
    assert second.printed == []
    assert both.pulse(Pulse.DRAWER) == DONE
    both.close()
    assert first.is_closed
    assert second.is_closed


@pytest.mark.parametrize("language", Language)
def test_every_document_has_rules(language: Language) -> None:
    for document in sample_documents(language).values():
        policy = policy_of(document)
        assert policy.repeat is Repeat.AT_LEAST_ONCE or (policy.life_s or 999) <= 30


def test_a_clock_set_back_prints_receipts_and_not_slips(samples: Samples, counter: Count) -> None:
    till = counter(MemoryPrinter(), is_started=False)
    till.store_document("receipt", samples["receipt-sale"])
    till.store_document("slip", samples["kiosk"])
    till.clock.advance(days=-1)
    till.spool.start()
    till.wait_for_state("slip", "expired")
    assert [job.id for job in till.printer.printed] == ["receipt"]


def test_a_lost_printer_is_logged_once_when_it_goes_and_once_when_it_comes_back(
    counter: Count, sale: Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    printer = MemoryPrinter()
    printer.block(Trouble.PAPER_END)
    till = counter(printer)
    till.store_document("job", sale)
    till.wait_for_state("job", "blocked")
    for number in range(3):
        till.store_document(f"more-{number}", sale)
    printer.unblock()
    till.wait_for_state("more-2", "done")
    said = [record.message for record in caplog.records]
    assert sum("holds" in line for line in said) == 1
    assert sum("prints again" in line for line in said) == 1
