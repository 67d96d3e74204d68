"""A presence tap beside a meal tap, in one run: the study room must be as fast as the till.

Both are whole: inbox, view, decision, one transaction with one sync, the published verdict. The
meal's receipt is printed, so its transaction holds a paper more. Taps of both come in blocks whose
order is left to chance, so that the machine's other load falls on both alike.

Usage: python -m benchmarks.presence [--rounds 400] [--disk FOLDER] [--gate] [--json]
"""

import argparse
import json
import os
import random
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.tap.contender import CALLS_A_ROUND
from benchmarks.tap.counter import Counter
from benchmarks.tap.measured import WARM_ROUNDS, figures_of, one_block
from benchmarks.tap.pupils import badges_by_key, collections, make_copy, sales, today
from central.seed import DemoSchool, make_school
from core.ids import PupilId, SessionId
from core.money import Money
from core.presence_rows import ENROLMENT_COLUMNS, SESSION_COLUMNS, enrolment_row, session_row
from core.profiles import MINUTES_A_DAY, Profile, Timetable
from core.study import StudyEnrolment, StudySession

RATIO_MAX = 1.15
"""Of the medians. A presence does less than a meal with its paper; noise is a few per cent."""
ALL_DAY = StudySession(SessionId("s"), "Study", frozenset(range(7)), 0, MINUTES_A_DAY, Money(100))


def with_study(school: DemoSchool, folder: Path) -> Path:
    """Write the copy of a school whose pupils are all enrolled in a session that never ends."""
    path = make_copy(school, folder)
    places = [
        StudyEnrolment(PupilId(pupil), ALL_DAY.id, date(2020, 1, 1))
        for pupil in badges_by_key(school)
    ]
    with closing(sqlite3.connect(path)) as db, db:
        _insert(db, "study_session", SESSION_COLUMNS, [session_row(ALL_DAY)])
        _insert(db, "study_enrolment", ENROLMENT_COLUMNS, [enrolment_row(one) for one in places])
    return path


def _insert(db: sqlite3.Connection, table: str, columns: str, rows: list[Any]) -> None:
    marks = ", ".join("?" for _ in columns.split(","))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def counters(folder: Path, school: DemoSchool) -> dict[str, Counter]:
    """Return a till and a study room, each with files of its own."""
    # A school's closed days have no study: here every day that is tapped on is a school day.
    open_school = replace(school, school=replace(school.school, closed_days=frozenset()))
    study = Timetable(otherwise=Profile.STUDY)
    return {
        "meal": Counter(folder / "meal", school, collections(school)),
        "presence": Counter(
            folder / "presence", open_school, sales(school), timetable=study, write=with_study
        ),
    }


def measure(folder: Path, school: DemoSchool, rounds: int) -> dict[str, Any]:
    """Return p50, p95, p99 and CPU of both, in µs, and presence over meal."""
    chance = random.Random(7)
    made = counters(folder, school)
    took: dict[str, list[float]] = {name: [] for name in made}
    whole: dict[str, list[float]] = {name: [] for name in made}
    cpu_s: dict[str, list[float]] = {name: [] for name in made}
    load_before = os.getloadavg()[0]
    for number in range(WARM_ROUNDS + rounds):
        for name in chance.sample(sorted(made), k=len(made)):
            calls, cpu = one_block(made[name], 0.0)
            made[name].rest()
            if number >= WARM_ROUNDS:
                took[name] += [durable_s for durable_s, _ in calls]
                whole[name] += [whole_s for _, whole_s in calls]
                cpu_s[name].append(cpu)
    for one in made.values():
        one.close()
    figures = {name: figures_of(took[name], whole[name], cpu_s[name]) for name in made}
    meal, presence = figures["meal"], figures["presence"]
    return {
        "n": rounds * CALLS_A_ROUND,
        "load": [round(load_before, 2), round(os.getloadavg()[0], 2)],
        "figures_us": figures,
        "presence_over_meal": {key: round(presence[key] / meal[key], 2) for key in meal},
    }


def main() -> int:
    """Measure, tell, and with --gate fail when a presence is slower than a meal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--disk", type=Path)
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    school = make_school(seed=7, today=today())
    with tempfile.TemporaryDirectory(dir=parsed.disk) as folder:
        result = measure(Path(folder), school, parsed.rounds)
    if parsed.json:
        print(json.dumps(result))
    else:
        for name, found in result["figures_us"].items():
            told = "  ".join(f"{key} {value:8.1f}" for key, value in found.items())
            print(f"{name:10} {told}  µs")
        print(f"presence over meal: {result['presence_over_meal']}, load {result['load']}")
    is_slow = result["presence_over_meal"]["p50"] > RATIO_MAX
    return 1 if parsed.gate and is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
