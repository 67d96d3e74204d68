"""The contenders taking turns in one process, and what of it is shown."""

import os
import random
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.tap.contender import CALLS_A_ROUND, Contender
from benchmarks.tap.counter import Counter
from benchmarks.tap.floors import Bare, Raw
from benchmarks.tap.pupils import collections, generous, sales
from benchmarks.tap.same import Same
from central.seed import DemoSchool
from offline_cache.schema import PAGE_BYTES

WARM_ROUNDS = 100


@contextmanager
def contenders(folder: Path, school: DemoSchool) -> Iterator[dict[str, Contender]]:
    """Give all contenders, each with files of its own in a folder."""
    shop = generous(school)
    with ExitStack() as stack:
        made: dict[str, Contender] = {
            "collect": Counter(folder / "collect", school, collections(school)),
            "sale": Counter(folder / "sale", shop, sales(shop)),
            "bare": Bare(folder / "bare", school, is_ours=False),
            f"bare-{PAGE_BYTES}": Bare(folder / "bare-ours", school, is_ours=True),
            "same": Same(folder / "same", school),
            "raw": Raw(folder / "raw"),
        }
        for contender in made.values():
            stack.enter_context(closing(contender))
        yield made


def measure(folder: Path, school: DemoSchool, rounds: int, pause_s: float) -> dict[str, Any]:
    """Return p50, p95, p99 and CPU of each contender, in µs, and their ratios to `bare`."""
    chance = random.Random(7)
    with contenders(folder, school) as made:
        took: dict[str, list[float]] = {name: [] for name in made}
        whole: dict[str, list[float]] = {name: [] for name in made}
        cpu_s: dict[str, list[float]] = {name: [] for name in made}
        load_before = os.getloadavg()[0]
        for round_number in range(WARM_ROUNDS + rounds):
            for name in chance.sample(sorted(made), k=len(made)):
                contender = made[name]
                is_warm = round_number >= WARM_ROUNDS
                calls, cpu = one_block(contender, pause_s if is_warm else 0.0)
                contender.rest()
                if is_warm:
                    took[name] += [durable_s for durable_s, _ in calls]
                    whole[name] += [whole_s for _, whole_s in calls]
                    cpu_s[name].append(cpu)
        load_after = os.getloadavg()[0]
    figures = {name: figures_of(took[name], whole[name], cpu_s[name]) for name in made}
    return {
        "file_system": file_system(folder),
        "n": rounds * CALLS_A_ROUND,
        "load": [round(load_before, 2), round(load_after, 2)],
        "figures_us": figures,
        "ratios": {name: ratios(found, figures["bare"]) for name, found in figures.items()},
    }


def one_block(contender: Contender, pause_s: float) -> tuple[list[tuple[float, float]], float]:
    """Run some calls; return of each the seconds until it was durable, and until it was over.

    Beside them the CPU seconds of a whole one, on average.
    """
    nobody = Event()
    calls: list[tuple[float, float]] = []
    cpu = 0.0
    for _ in range(CALLS_A_ROUND):
        call = contender.prepare()
        if pause_s:
            nobody.wait(pause_s)
        cpu_before, before = time.thread_time(), time.perf_counter()
        durable = call()
        after = time.perf_counter()
        cpu += time.thread_time() - cpu_before
        calls.append((durable - before, after - before))
    return calls, cpu / CALLS_A_ROUND


def figures_of(
    durable_s: list[float], whole_s: list[float], cpu_s: list[float]
) -> dict[str, float]:
    ordered = sorted(durable_s)
    found = {
        f"p{part}": ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1e6
        for part in (50, 95, 99)
    }
    found["whole"] = statistics.median(whole_s) * 1e6
    # The median of the blocks: an interrupt that falls into one block is no cost of the code.
    found["cpu"] = statistics.median(cpu_s) * 1e6
    return {name: round(value, 1) for name, value in found.items()}


def ratios(found: Mapping[str, float], floor: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value / floor[name], 2) for name, value in found.items()}


def file_system(folder: Path) -> str:
    """Return the type of the file system that a folder lies on, as the kernel names it."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, place, name = line.split(" ")[:3]
        is_above = folder.resolve().is_relative_to(place.replace("\\040", " "))
        if is_above and len(place) >= len(best):
            best, kind = place, name
    return kind


# --- sync calls, counted by the kernel's own witness ----------------------------------------------
