"""One printer, one job, over real sockets and terminals: what is said and what came out."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from printer_rig import Connect, Emulate, Samples

from printer.base import Connection, Outcome, PrinterStatus, PrintJob, Pulse, Trouble
from printer.device_printer import fence_mark
from printer.emulator import Faults
from printer.encode import encode_job
from printer.errors import LineLostError
from printer.events import CutPaper, Line, QrPrinted
from printer.profile import PICTURE, Fence, PrinterProfile
from printer.registry import open_printer
from printer.transports import TcpTransport

STATUS_FENCE = replace(PICTURE, fence=Fence.STATUS)
NO_FENCE = replace(PICTURE, fence=Fence.NONE)
BLIND = replace(PICTURE, fence=Fence.NONE, has_status=False)


def test_a_receipt_comes_out_whole_and_is_done(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate()
    result = connect(emulator.listen()).print_document(job)
    assert result.outcome is Outcome.DONE
    printed = emulator.printed()
    assert printed.cuts == 1
    assert "Collège du Pré-Fleuri" in printed.lines


@pytest.mark.parametrize(
    ("faults", "profile", "outcome", "trouble"),
    [
        (Faults(has_id_fence=False), STATUS_FENCE, Outcome.DONE, None),
        (Faults(has_id_fence=False), PICTURE, Outcome.UNCERTAIN, Trouble.NO_ANSWER),
        (Faults(), NO_FENCE, Outcome.UNCERTAIN, Trouble.NO_FENCE),
        (Faults(is_mute=True), BLIND, Outcome.UNCERTAIN, Trouble.NO_FENCE),
        (Faults(is_mute=True), PICTURE, Outcome.BLOCKED, Trouble.NO_ANSWER),
        (Faults(hang_after=0), PICTURE, Outcome.BLOCKED, Trouble.NO_ANSWER),
        (Faults(is_asb_unasked=True), PICTURE, Outcome.DONE, None),
        (Faults(bytes_per_s=2000), PICTURE, Outcome.DONE, None),
        (Faults(reset_after=700), PICTURE, Outcome.UNCERTAIN, Trouble.UNREACHABLE),
        (Faults(hang_after=700), PICTURE, Outcome.UNCERTAIN, Trouble.NO_ANSWER),
    ],
    ids=[
        "second fence",
        "fence unknown",
        "no fence",
        "blind",
        "mute",
        "hung",
        "unasked status",
        "slow",
        "reset",
        "hangs",
    ],
)
def test_no_printer_is_believed_without_a_proof(
    emulate: Emulate,
    connect: Connect,
    job: PrintJob,
    faults: Faults,
    profile: PrinterProfile,
    outcome: Outcome,
    trouble: Trouble | None,
) -> None:
    emulator = emulate(faults)
    result = connect(emulator.listen(), profile=profile).print_document(job)
    assert (result.outcome, result.trouble) == (outcome, trouble)
    if outcome is Outcome.BLOCKED:
        assert emulator.printed().lines == ()
    if outcome is Outcome.DONE:
        assert emulator.printed().cuts == 1


def test_nothing_is_sent_to_a_printer_without_paper(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate()
    printer = connect(emulator.listen())
    emulator.take_paper()
    result = printer.print_document(job)
    assert (result.outcome, result.trouble) == (Outcome.BLOCKED, Trouble.PAPER_END)
    assert emulator.printed().printed_bytes == 0
    emulator.load_paper()
    assert printer.print_document(job).outcome is Outcome.DONE
    assert emulator.printed().cuts == 1


def test_nothing_is_sent_to_a_printer_with_an_open_cover(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate()
    printer = connect(emulator.listen())
    emulator.open_cover()
    assert printer.print_document(job).trouble is Trouble.COVER_OPEN
    assert printer.status().is_cover_open


def test_paper_that_ends_in_mid_job_is_waited_for_and_the_job_is_done(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate(Faults(paper_out_after=900))
    printer = connect(emulator.listen())
    seen = []

    def reload(status: PrinterStatus) -> None:
        seen.append(status.hindrance)
        if status.hindrance is Trouble.PAPER_END:
            emulator.load_paper()

    printer.on_status = reload
    assert printer.print_document(job).outcome is Outcome.DONE
    assert Trouble.PAPER_END in seen
    printed = emulator.printed()
    assert printed.cuts == 1
    assert sum("TOTAL" in line for line in printed.lines) == 1


def test_paper_that_is_never_reloaded_ends_in_doubt(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate(Faults(paper_out_after=900))
    printer = connect(emulator.listen(), hold_max_s=0.3)
    result = printer.print_document(job)
    assert (result.outcome, result.trouble) == (Outcome.UNCERTAIN, Trouble.PAPER_END)
    assert emulator.printed().cuts == 0


def test_after_a_torn_job_the_next_one_is_whole(
    emulate: Emulate, connect: Connect, samples: Samples
) -> None:
    """The printer waits for the rest of a stored code; fillers end its wait before the next job."""
    emulator = emulate()
    printer = connect(emulator.listen())
    slip = PrintJob("slip", samples["top-up"])
    sent = encode_job(slip, PICTURE)
    before_document = 512 + 3 * 3 + 3
    inside_code = sent.index(b"\x1d(k") + 40
    emulator.set_faults(Faults(reset_after=before_document + inside_code))
    assert printer.print_document(slip).outcome is Outcome.UNCERTAIN
    emulator.set_faults(Faults())
    assert printer.print_document(replace(slip, attempt=2)).outcome is Outcome.DONE
    last = emulator.printed().events
    assert sum(isinstance(event, QrPrinted) for event in last) == 1
    assert isinstance(last[-1], CutPaper)


def test_status_bytes_nobody_reads_do_not_cost_the_end_of_a_receipt(
    emulate: Emulate, connect: Connect, samples: Samples
) -> None:
    """Closing with unread bytes would reset the connection, and the printer would lose the tail."""
    emulator = emulate(Faults(is_asb_unasked=True, bytes_per_s=20_000))
    printer = connect(emulator.listen(), profile=NO_FENCE)
    result = printer.print_document(PrintJob("z", samples["report-z"]))
    assert result.trouble is Trouble.NO_FENCE
    assert emulator.wait_for(lambda printed: printed.cuts == 1, timeout_s=10)


def test_a_printer_that_is_off_blocks_and_says_so(connect: Connect, job: PrintJob) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    printer = connect(f"tcp://127.0.0.1:{port}")
    result = printer.print_document(job)
    assert (result.outcome, result.trouble) == (Outcome.BLOCKED, Trouble.UNREACHABLE)
    assert "check its cable and power" in result.text
    assert printer.status().troubles == (Trouble.UNREACHABLE,)
    assert printer.pulse(Pulse.DRAWER).outcome is Outcome.BLOCKED
    with pytest.raises(LineLostError):
        printer.find_out()


def test_a_second_sender_waits_its_turn(
    emulate: Emulate, connect: Connect, samples: Samples
) -> None:
    emulator = emulate(Faults(bytes_per_s=5000))
    url = emulator.listen()
    jobs = [PrintJob(f"job-{n}", replace(samples["receipt-sale"], number=n)) for n in range(2)]
    results = []
    threads = [
        threading.Thread(target=lambda job=job: results.append(connect(url).print_document(job)))
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    outcomes = {result.outcome for result in results}
    assert outcomes <= {Outcome.DONE, Outcome.BLOCKED}
    papers = emulator.printed().cuts
    assert papers == sum(result.outcome is Outcome.DONE for result in results)


def test_near_end_warns_and_refuses_only_a_closing_report(
    emulate: Emulate, connect: Connect, samples: Samples
) -> None:
    emulator = emulate()
    printer = connect(emulator.listen())
    emulator.run_low()
    assert printer.status().is_paper_low
    assert printer.status().hindrance is None
    result = printer.print_document(PrintJob("z", samples["report-z"]))
    assert (result.outcome, result.trouble) == (Outcome.BLOCKED, Trouble.PAPER_NEAR_END)
    assert printer.print_document(PrintJob("r", samples["receipt-sale"])).outcome is Outcome.DONE


def test_closed_in_the_middle_of_a_paper_it_gives_up_and_takes_no_other(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate(Faults(paper_out_after=100))
    printer = connect(emulator.listen(), hold_max_s=600.0, drain_s=600.0)
    held = Event()
    printer.on_status = lambda status: held.set() if status.hindrance else None
    with ThreadPoolExecutor(1) as beside:
        printing = beside.submit(printer.print_document, job)
        assert held.wait(20)
        printer.close()
        assert printing.result(20).outcome is Outcome.UNCERTAIN
    assert printer.print_document(job).outcome is Outcome.BLOCKED


def test_the_drawer_opens_and_the_buzzer_sounds(emulate: Emulate, connect: Connect) -> None:
    emulator = emulate()
    printer = connect(emulator.listen())
    assert printer.pulse(Pulse.DRAWER).outcome is Outcome.DONE
    assert printer.pulse(Pulse.BUZZER).outcome is Outcome.DONE
    assert emulator.wait_for(lambda out: (out.kicks, out.buzzes) == (1, 1), timeout_s=10)


def test_the_drawer_is_not_opened_by_a_printer_that_would_do_it_later(
    emulate: Emulate, connect: Connect
) -> None:
    emulator = emulate()
    printer = connect(emulator.listen())
    emulator.take_paper()
    assert printer.pulse(Pulse.DRAWER).outcome is Outcome.BLOCKED
    emulator.load_paper()
    assert printer.status().is_ready
    assert emulator.printed().kicks == 0


def test_a_serial_printer_over_a_terminal(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate()
    path = emulator.open_pty()
    printer = connect(f"serial://{path}?baud=38400&flow=xonxoff&fence=id")
    assert printer.print_document(job).outcome is Outcome.DONE
    assert emulator.printed().cuts == 1
    assert printer.status().connection is Connection.ONLINE


def test_a_serial_printer_that_asks_for_silence_does_not_hang_the_spool(
    emulate: Emulate, connect: Connect, samples: Samples
) -> None:
    emulator = emulate(Faults(xoff_after=9))
    printer = connect(f"serial://{emulator.open_pty()}?baud=9600&fence=id")
    result = printer.print_document(PrintJob("z", samples["report-z"]))
    assert result.outcome is Outcome.BLOCKED
    assert "takes no more bytes" in result.text
    assert emulator.printed().lines == ()


def test_a_serial_port_that_is_not_there(connect: Connect, job: PrintJob, tmp_path: Path) -> None:
    result = connect(f"serial://{tmp_path}/ttyUSB9").print_document(job)
    assert (result.outcome, result.trouble) == (Outcome.BLOCKED, Trouble.UNREACHABLE)


def test_a_printer_behind_a_kernel_device(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate()
    printer = connect(f"file://{emulator.open_pty()}?fence=id")
    assert printer.print_document(job).outcome is Outcome.DONE


def test_a_file_takes_the_bytes_and_proves_nothing(
    connect: Connect, job: PrintJob, tmp_path: Path
) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(b"kept")
    printer = connect(f"file://{path}?fence=none&has_status=false")
    assert printer.print_document(job).trouble is Trouble.NO_FENCE
    assert path.read_bytes() == b"kept" + bytes(512) + encode_job(job, printer.profile)
    assert printer.status().connection is Connection.UNKNOWN


def test_a_device_that_is_not_plugged_in(connect: Connect, job: PrintJob, tmp_path: Path) -> None:
    result = connect(f"file://{tmp_path}/lp0").print_document(job)
    assert "plugged and on" in result.text


def test_each_attempt_has_a_mark_of_its_own(job: PrintJob) -> None:
    marks = {fence_mark(replace(job, attempt=n)) for n in range(1, 200)}
    assert len(marks) == 199
    assert all(len(mark) == 4 and all(0x20 <= byte <= 0x7E for byte in mark) for mark in marks)


def test_the_answer_to_an_earlier_job_is_no_proof_for_this_one(
    connect: Connect, job: PrintJob
) -> None:
    """A printer that answers every fence with another's number never gets its job done."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connected, _peer = server.accept()
        with connected:
            while received := connected.recv(4096):
                for _ in range(received.count(b"\x10\x04")):
                    connected.sendall(b"\x12")
                if b"\x1d(H" in received:
                    connected.sendall(b"7\x22zzzz\x00")

    thread = threading.Thread(target=serve)
    thread.start()
    result = connect(f"tcp://127.0.0.1:{server.getsockname()[1]}").print_document(job)
    thread.join(10)
    server.close()
    assert (result.outcome, result.trouble) == (Outcome.UNCERTAIN, Trouble.NO_ANSWER)


@pytest.mark.parametrize(
    ("faults", "fence", "has_status"),
    [
        (Faults(), Fence.ID, True),
        (Faults(has_id_fence=False), Fence.STATUS, True),
        (Faults(has_id_fence=False, has_status_fence=False), Fence.NONE, True),
        (Faults(is_mute=True), Fence.NONE, False),
    ],
    ids=["both", "status only", "neither", "mute"],
)
def test_what_a_printer_can_do_is_found_out(
    emulate: Emulate, connect: Connect, faults: Faults, fence: Fence, *, has_status: bool
) -> None:
    emulator = emulate(faults)
    printer = connect(emulator.listen())
    findings = printer.find_out(answer_s=0.3)
    assert (findings.fence, findings.has_status) == (fence, has_status)
    assert printer.profile.fence is fence
    if has_status:
        assert (findings.model, findings.profile.columns) == ("TM-T88V", 42)


def test_a_document_that_cannot_be_printed_never_reaches_the_line(
    connect: Connect, samples: Samples
) -> None:
    printer = connect("tcp://127.0.0.1:1")
    bad = replace(samples["top-up"], communication="wrong")
    assert printer.print_document(PrintJob("bad", bad)).outcome is Outcome.REJECTED


def test_ipv6_is_an_address_like_any_other() -> None:
    printer = open_printer("tcp://[::1]:9100", profile=PrinterProfile(name="any"))
    assert printer.url == "tcp://[::1]:9100"


def test_lines_arrive_in_their_code_page(emulate: Emulate, connect: Connect, job: PrintJob) -> None:
    emulator = emulate(profile=replace(PICTURE, code_page="CP1252", code_page_number=16))
    profile = replace(PICTURE, code_page="CP1252", code_page_number=16)
    assert connect(emulator.listen(), profile=profile).print_document(job).outcome is Outcome.DONE
    lines = [event.text for event in emulator.printed().events if isinstance(event, Line)]
    assert any("Bœuf à l'œuf" in line for line in lines)


def test_a_line_is_not_closed_over_bytes_nobody_has_read() -> None:
    """A kernel that closes over unread bytes resets the connection and drops what is under way."""
    received = bytearray()
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # most of it stays at the sender
    server.bind(("127.0.0.1", 0))
    server.listen()
    has_spoken, is_finishing = threading.Event(), threading.Event()

    def serve() -> None:
        connected, _peer = server.accept()
        with connected:
            connected.sendall(b"\x14\x00\x00\x0f")
            has_spoken.set()
            is_finishing.wait(10)
            try:
                while part := connected.recv(1000):
                    received.extend(part)
            except ConnectionResetError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    line = TcpTransport("127.0.0.1", server.getsockname()[1]).open()
    assert has_spoken.wait(10)
    sent = line.write_some(bytes(30_000), wait_s=1.0)
    assert sent > 10_000
    goodbye = threading.Thread(target=line.finish, kwargs={"wait_s": 10.0})
    goodbye.start()
    goodbye.join(0.3)
    is_finishing.set()
    goodbye.join(20)
    thread.join(20)
    server.close()
    assert len(received) == sent


def test_a_printer_switched_off_and_on_while_it_holds_ends_in_doubt(
    emulate: Emulate, connect: Connect, job: PrintJob
) -> None:
    emulator = emulate(Faults(paper_out_after=900))
    printer = connect(emulator.listen())
    printer.on_status = lambda status: emulator.power_cycle() if status.hindrance else None
    result = printer.print_document(job)
    assert (result.outcome, result.trouble) == (Outcome.UNCERTAIN, Trouble.UNREACHABLE)
    emulator.load_paper()
    again = printer.print_document(replace(job, attempt=2))
    assert again.outcome is Outcome.DONE
    assert "DUPLICATA 1" in "".join(emulator.printed().lines)
