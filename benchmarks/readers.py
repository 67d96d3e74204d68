"""Readers: decoder speed, time from card to inbox, idle cost, and what 10,000 taps leave behind.

Run: python -m benchmarks.readers [--json]. Aims: decoders 5 MB/s of noise; 1 ms at p99 from a
driver's event to the till's inbox; 0.5 % of a core for an idle driver; nothing left behind.

Figures of a busy machine say little: its load stands beside them, and beside each tap, in the same
run, what a bare byte through a pipe to another thread and its queue costs (`control`). What the
control shows is the machine's own; only the rest is ours. As root, `chrt -f 20 python …` keeps
other programs out of the way.
"""

import argparse
import gc
import json
import os
import queue
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "rigs")]

from pcsc_rig import PcscRig, missing_parts  # noqa: E402  after the path is set
from reader_benches import BENCHES, Bench, PcscBench, bench_of  # noqa: E402

from core.tap import HealthState, ReaderEvent, Tap  # noqa: E402
from readers.address import parse_address  # noqa: E402
from readers.base import BadgeReader  # noqa: E402
from readers.frames.families import FAMILIES  # noqa: E402
from readers.supervisor import Supervisor  # noqa: E402
from readers.wedge_keys import EVENT, EventStream, WedgeDecoder  # noqa: E402

AIM_MB_S, AIM_P99_MS, AIM_IDLE_PERCENT = 5.0, 1.0, 0.5
NOISE_BYTES, CHUNK_BYTES, ROUNDS = 2_000_000, 4096, 3
LATENCY_TAPS, IDLE_S, MANY_TAPS, WARM_UP_TAPS = 1000, 3.0, 10_000, 1000
# A virtual card takes pcscd's own poll, some 0.4 s, to be seen.
PCSC_TAPS, PCSC_WARM_UP_TAPS = 200, 20
GENERIC = "frame=generic&start=AA55&length=8&form=binary&checksum=sum"


def noise_rate(word: str, noise: bytes) -> float:
    """Return how many MB of noise a decoder takes in a second: the best of the rounds."""
    query = GENERIC if word == "generic" else f"frame={word}"
    address = parse_address(f"serial:///dev/ttyUSB0?{query}")
    best_s = min(
        timed(lambda: feed(FAMILIES[word].decoder(address).feed, noise)) for _ in range(ROUNDS)
    )
    return len(noise) / best_s / 1e6


def wedge_rate(noise: bytes) -> float:
    """Return the same for key events; most random ones are no keys, so real keys are mixed in."""
    keys = b"".join(
        EVENT.pack(0, at, 1, 2 + at % 60, at % 2) for at in range(len(noise) // EVENT.size)
    )

    def decode() -> None:
        stream, decoder = EventStream(), WedgeDecoder(layout_word="be")
        for event in stream.feed(keys):
            decoder.feed(event)

    return len(keys) / min(timed(decode) for _ in range(ROUNDS)) / 1e6


def feed(take: Callable[[bytes], object], noise: bytes) -> None:
    for at in range(0, len(noise), CHUNK_BYTES):
        take(noise[at : at + CHUNK_BYTES])


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def running(bench: Bench) -> Iterator[tuple[BadgeReader, "queue.Queue[ReaderEvent]"]]:
    """Give a bench's reader under a supervisor, once it is up, and its inbox."""
    inbox: queue.Queue[ReaderEvent] = queue.Queue()
    supervisor = Supervisor([bench.url], post=inbox.put_nowait)
    reader = bench.open()
    supervisor._readers[0].device = reader  # noqa: SLF001  the bench's own reader, under watch
    supervisor.start()
    while getattr(inbox.get(timeout=10), "state", None) is not HealthState.UP:
        continue
    try:
        yield reader, inbox
    finally:
        supervisor.stop()


class Control:
    """A thread that hands each byte of a pipe to a queue: the least that any driver could do."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        self._inbox: queue.Queue[bytes] = queue.Queue()
        self._thread = threading.Thread(target=self._hand_on)
        self._thread.start()

    def hop_ms(self) -> float:
        """Return how long one byte takes."""
        began = time.perf_counter()
        os.write(self._write_end, b".")
        self._inbox.get(timeout=10)
        return 1000 * (time.perf_counter() - began)

    def close(self) -> None:
        """End the thread."""
        os.close(self._write_end)
        self._thread.join()
        os.close(self._read_end)

    def _hand_on(self) -> None:
        while byte := os.read(self._read_end, 1):
            self._inbox.put(byte)


def latencies_ms(bench: Bench) -> dict[str, dict[str, float]]:
    """Return the times from a driver's event, and from its card's bytes, to the till's inbox."""
    event_ms, bytes_ms, control_ms = list[float](), list[float](), list[float]()
    control = Control()
    with running(bench) as (_reader, inbox):
        for number in range(LATENCY_TAPS):
            threading.Event().wait(0.003)
            began_ns = time.monotonic_ns()
            bench.lay(number)
            while not isinstance(event := inbox.get(timeout=10), Tap):
                continue
            ended_ns = time.monotonic_ns()
            event_ms.append((ended_ns - event.mono_ns) / 1e6)
            bytes_ms.append((ended_ns - began_ns) / 1e6)
            bench.take()
            threading.Event().wait(0.003)
            control_ms.append(control.hop_ms())
    control.close()
    return {
        "event": spread(event_ms),
        "bytes": spread(bytes_ms),
        "control": spread(control_ms),
    }


def spread(taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {"p50": round(statistics.median(ordered), 3), "p99": round(at_p99(ordered), 3)}


def at_p99(ordered: list[float]) -> float:
    return ordered[int(0.99 * len(ordered))]


def idle_percent(bench: Bench) -> float:
    """Return the processor time of a driver's own thread while nothing happens."""
    with running(bench) as (reader, _inbox):
        (thread,) = (one for one in threading.enumerate() if one.name == f"reader-{reader.name}")
        assert thread.ident is not None
        clock = time.pthread_getcpuclockid(thread.ident)
        before = time.clock_gettime(clock)
        threading.Event().wait(IDLE_S)
        return 100 * (time.clock_gettime(clock) - before) / IDLE_S


def left_behind(bench: Bench, *, taps: int, warm_up_taps: int) -> dict[str, int]:
    """Return what so many taps leave: kilobytes, file descriptors, threads."""
    with running(bench) as (_reader, inbox):
        tap_many(bench, inbox, range(warm_up_taps))
        before = footprint()
        tap_many(bench, inbox, range(warm_up_taps, warm_up_taps + taps))
        after = footprint()
    return {"taps": taps, **{key: after[key] - before[key] for key in before}}


def tap_many(bench: Bench, inbox: "queue.Queue[ReaderEvent]", numbers: range) -> None:
    for number in numbers:
        bench.lay(number)
        while not isinstance(inbox.get(timeout=10), Tap):
            continue
        bench.take()


def footprint() -> dict[str, int]:
    gc.collect()
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "resident_kb": resident_pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        "descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "threads": threading.active_count(),
    }


@contextmanager
def benches(wanted: list[str]) -> Iterator[dict[str, Bench]]:
    """Set up benches, and PC/SC where its parts are installed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made: dict[str, Bench] = {}
        for kind in wanted:
            if kind == "pcsc":
                continue
            (folder / kind).mkdir()
            made[kind] = stack.enter_context(bench_of(kind, folder / kind))
        if "pcsc" in wanted and not missing_parts():
            (folder / "pcsc").mkdir()
            rig = PcscRig(folder / "pcsc")
            stack.callback(rig.close)
            os.environ.update(rig.environment)
            made["pcsc"] = PcscBench(rig)
        yield made


def measure() -> dict[str, object]:
    noise = random.Random(7).randbytes(NOISE_BYTES)
    rates = {word: round(noise_rate(word, noise), 1) for word in FAMILIES}
    rates["wedge"] = round(wedge_rate(noise), 1)
    latency: dict[str, object] = {}
    idle: dict[str, float] = {}
    left: dict[str, object] = {}
    with benches(["simulated", "rdm6300", "qr", "wedge"]) as made:
        for kind in ("simulated", "rdm6300", "qr", "wedge"):
            latency[kind] = latencies_ms(made[kind])
    with benches([*(kind for kind in BENCHES if kind != "replay"), "pcsc"]) as made:
        for kind, bench in made.items():
            idle[kind] = round(idle_percent(bench), 3)
            # libpcsclite reads the socket's name once a process, so all is asked of one pcscd.
            if kind == "pcsc":
                left[kind] = left_behind(bench, taps=PCSC_TAPS, warm_up_taps=PCSC_WARM_UP_TAPS)
            elif kind in latency:
                left[kind] = left_behind(bench, taps=MANY_TAPS, warm_up_taps=WARM_UP_TAPS)
    return {
        "load": [round(load, 2) for load in os.getloadavg()],
        "cores": os.cpu_count(),
        "decoder_mb_s": rates,
        "to_inbox_ms": latency,
        "idle_percent": idle,
        "left_by_many_taps": left,
    }


def show(found: dict[str, object]) -> None:
    print(f"load {found['load']} on {found['cores']} cores")
    rows = (
        ("noise through a decoder, MB/s", found["decoder_mb_s"], f"aim {AIM_MB_S} or more"),
        ("to the inbox, ms", found["to_inbox_ms"], f"aim: event, p99 {AIM_P99_MS} or less"),
        ("idle, percent of a core", found["idle_percent"], f"aim {AIM_IDLE_PERCENT} or less"),
        ("left by many taps", found["left_by_many_taps"], "aim 0"),
    )
    for title, figures, aim in rows:
        print(f"\n{title} ({aim})")
        assert isinstance(figures, dict)
        for name, figure in figures.items():
            print(f"  {name:<12} {figure}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    is_json = parser.parse_args().json
    found = measure()
    if is_json:
        print(json.dumps(found))
    else:
        show(found)


if __name__ == "__main__":
    main()
