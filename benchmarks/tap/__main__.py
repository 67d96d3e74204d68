"""Measure a tap, print it, and judge it by the gates: see the head of `benchmarks.tap`."""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import tap
from benchmarks.tap.contender import CALLS_A_ROUND
from benchmarks.tap.measured import measure
from benchmarks.tap.pupils import today
from benchmarks.tap.sync_calls import syncs_per_tap
from central.seed import make_school

P50_MAX, P50_AIM, CPU_MAX = 3.0, 1.5, 8.0


def run_all(parsed: argparse.Namespace) -> dict[str, Any]:
    school = make_school(seed=7, today=today())
    media: dict[str, Any] = {}
    for medium, place in {"memory": Path("/dev/shm"), "disk": parsed.disk}.items():
        with tempfile.TemporaryDirectory(prefix="tap-", dir=place) as name:
            media[medium] = measure(Path(name), school, parsed.rounds, parsed.pause_ms / 1000)
    return {
        "media": media,
        "syncs_per_tap": syncs_per_tap(parsed.disk),
        "pupils": len(school.pupils),
        "pause_ms": parsed.pause_ms,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251
    }


def failures(result: dict[str, Any]) -> list[str]:
    """Return the gates that are not met, each in one line."""
    found = []
    for name in ("collect", "sale"):
        p50 = result["media"]["disk"]["ratios"][name]["p50"]
        if p50 > P50_MAX:
            found.append(f"{name} on disk: p50 is {p50} times the bare sale's, the gate is 3")
        for medium, measured in result["media"].items():
            cpu = measured["ratios"][name]["cpu"]
            if cpu > CPU_MAX:
                found.append(f"{name}, {medium}: CPU is {cpu} times the bare sale's, the gate is 8")
    if result["syncs_per_tap"] is None:
        found.append("sync calls: strace is missing; apt-get install strace")
    elif result["syncs_per_tap"] != 1:
        found.append(f"sync calls a tap: {result['syncs_per_tap']}, the gate is exactly 1")
    return found


def tail_verdict(measured: dict[str, Any], cores: int) -> str:
    """Return what may be said of the p99."""
    if max(measured["load"]) > cores:
        return "p99: no verdict, the machine is busy with other things"
    tail = max(measured["ratios"][name]["p99"] for name in ("collect", "sale"))
    word = "within" if tail <= P50_MAX else "beyond"
    return f"p99: {tail} times the bare sale's, {word} {P50_MAX:g} times"


def show(result: dict[str, Any]) -> None:
    cores = result["cores"]
    print(
        f"{result['at']}  Python {result['python']}, SQLite {result['sqlite']}, Linux"
        f" {result['kernel']}, {cores} cores, {result['pupils']} pupils"
    )
    for medium, measured in result["media"].items():
        load = " to ".join(map(str, measured["load"]))
        print(f"\n{medium} ({measured['file_system']}), n = {measured['n']} each, load {load}")
        print(
            "             p50 µs       p95       p99    whole      CPU"
            "   × bare:   p50    p95    p99  whole    CPU"
        )
        for name, figures in measured["figures_us"].items():
            ratio = measured["ratios"][name]
            print(
                f"  {name:10} {figures['p50']:9.1f} {figures['p95']:9.1f} {figures['p99']:9.1f}"
                f" {figures['whole']:8.1f} {figures['cpu']:8.1f}           "
                f" {ratio['p50']:6.2f} {ratio['p95']:6.2f} {ratio['p99']:6.2f}"
                f" {ratio['whole']:6.2f} {ratio['cpu']:6.2f}"
            )
        print(f"  {tail_verdict(measured, cores)}")
    if result["pause_ms"]:
        print(f"\nbefore each call {result['pause_ms']:g} ms of rest: caches are cold")
    print(f"\nsync calls a tap: {result['syncs_per_tap']} (gate: exactly 1)")
    print(f"gates: p50 on disk at most {P50_MAX:g} × bare (aim {P50_AIM:g}), CPU {CPU_MAX:g} ×")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=(tap.__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=400, help=f"of {CALLS_A_ROUND} calls each")
    parser.add_argument("--pause-ms", type=float, default=0, help="rest before each call")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on a disk")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a gate fails")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    result = run_all(parsed)
    missed = failures(result)
    if parsed.json:
        print(json.dumps(result | {"missed": missed}))
    else:
        show(result)
        for line in missed:
            print(f"MISSED: {line}")
    return 1 if missed and parsed.gate else 0


if __name__ == "__main__":
    sys.exit(main())
