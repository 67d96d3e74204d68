"""The disk fails at each write and each sync of one basket's sale, one after the other.

First the calls of that sale are counted; then the same till sells the same basket once for each of
them and for each error, in a process of its own, while strace lets that very call fail.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from basket_child import BEGINS, IS_OVER
from kept_promises import Promises, command_of, faults_of, look
from strace_rig import find_strace

from core.ids import EventId

pytestmark = [pytest.mark.power, pytest.mark.timeout(600)]

CHILD = Path(__file__).parents[1] / "rigs" / "basket_child.py"
CALLS = ("pwrite64", "write", "pwritev", "writev", "fdatasync", "fsync", "ftruncate", "fallocate")
_CALL = re.compile(rf"^({'|'.join(CALLS)})\(")


@dataclass(frozen=True)
class Place:
    """One call of the sale: the when-th of its name in the till thread's life."""

    call: str
    when: int


@dataclass(frozen=True)
class Run:
    """What a till said, what it did to the disk, and where its files are."""

    folder: Path
    said: dict[str, Any]
    trace: list[str]

    @property
    def injected(self) -> int:
        return sum("(INJECTED)" in line for line in self.sale)

    @property
    def sale(self) -> list[str]:
        """The calls of the sale alone."""
        marks = [n for n, line in enumerate(self.trace) if BEGINS in line or IS_OVER in line]
        assert len(marks) == 2
        return self.trace[marks[0] + 1 : marks[1]]

    def places(self) -> list[Place]:
        """Return each call of the sale, counted from the beginning of the trace as strace does."""
        counts: Counter[str] = Counter()
        places = []
        is_sale = False
        for line in self.trace:
            found = _CALL.match(line)
            if found is not None:
                counts[found[1]] += 1
            if BEGINS in line or IS_OVER in line:
                is_sale = BEGINS in line
            elif is_sale and found is not None:
                places.append(Place(found[1], counts[found[1]]))
        return places


def run(folder: Path, *words: str, inject: str = "") -> Run:
    """Let a till sell its basket on a fresh journal."""
    folder.mkdir()
    trace = folder / "trace"
    # Without -f: the till thread alone is traced, and its calls are the same in each run.
    command = [find_strace(), "-o", str(trace), "-e", f"trace={','.join(CALLS)}"]
    if inject:
        command += ["-e", f"inject={inject}"]
    # The real binary: strace follows no shell script that stands for it.
    command += [os.path.realpath(sys.executable), "-P", str(CHILD), str(folder), *words]
    folders = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return Run(folder, said, trace.read_text(encoding="utf-8").splitlines())


def faults(run: Run) -> list[str]:
    """Return in plain words what a till did wrong whose disk failed once in its sale."""
    said = run.said
    wrong = []
    if run.injected != 1:
        wrong.append(f"{run.injected} calls of the sale failed")
    if said["answer"] is not None or {"verdict", "act"} & set(said["shown"]):
        wrong.append("it was acknowledged")
    if said["mode"] != "red" or not said["alarm"]:
        wrong.append("the till is not red")
    promises = Promises()
    if said["answer"] is not None:
        promises.keep_command(said["answer"])
    wrong += faults_of(look(run.folder / "at_once" / "journal.db"), promises)
    return wrong + _later_faults(run, promises) if "again" in said else wrong


def _later_faults(run: Run, promises: Promises) -> list[str]:
    """Return what went wrong once the disk was well again."""
    said = run.said
    wrong = []
    if said["mode_later"] != "open":
        wrong.append("the till stays red on a disk that is well again")
    reopened = look(run.folder / "reopened" / "journal.db")
    wrong += faults_of(reopened, promises)
    if not _acknowledged(run) <= {event.id for event in reopened.events}:
        wrong.append("an event that was acknowledged is gone")
    for answer in (said["again"], said["next"]):
        if answer is None or answer["outcome"] == "refused":
            wrong.append(f"it sells no more: {answer}")
        else:
            promises.keep_command(answer)
    if said["again"] is not None and said["again"]["is_repeat"] != bool(reopened.done("basket")):
        wrong.append("sent again, the sale was not taken for what it is")
    return wrong + faults_of(look(run.folder / "journal.db"), promises)


def _acknowledged(run: Run) -> set[EventId]:
    """Return the events from before the sale: each of them was on the disk for sure."""
    at_once = look(run.folder / "at_once" / "journal.db")
    return {event.id for event in at_once.events if command_of(event) != "basket"}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """The sale on a disk that is well, in both ways."""
    base = tmp_path_factory.mktemp("quiet")
    return {way: run(base / (way or "plain"), *way.split()) for way in ("", "moves")}


def test_the_sale_on_a_good_disk_is_one_sync_and_answered(quiet: dict[str, Run]) -> None:
    sold = quiet[""]
    assert sold.said["answer"]["outcome"] == "served"
    assert (sold.said["mode"], sold.injected) == ("open", 0)
    calls = Counter(place.call for place in sold.places())
    assert calls["fdatasync"] == 1
    assert calls["pwrite64"] >= 4
    assert set(calls) == {"pwrite64", "fdatasync"}, "every call of the sale is one that is failed"
    found = look(sold.folder / "at_once" / "journal.db")
    assert [command_of(event) for event in found.events].count("basket") == 1
    moved = Counter(place.call for place in quiet["moves"].places())
    assert moved["fdatasync"] > calls["fdatasync"]
    assert moved["pwrite64"] > calls["pwrite64"]


@pytest.mark.parametrize(("way", "error"), [("", "EIO"), ("", "ENOSPC"), ("moves", "EIO")])
def test_at_each_call_that_fails_the_sale_is_whole_or_not_at_all(
    quiet: dict[str, Run], tmp_path: Path, way: str, error: str
) -> None:
    places = quiet[way].places()
    wrong, whole = {}, 0
    for number, place in enumerate(places):
        inject = f"{place.call}:error={error}:when={place.when}"
        failed = run(tmp_path / str(number), *way.split(), inject=inject)
        found = faults(failed)
        if found:
            wrong[place] = found
        whole += look(failed.folder / "at_once" / "journal.db").done("basket")
    assert wrong == {}
    # Were the power cut then: behind a sync that failed the sale is there whole, before it not.
    assert 0 < whole < len(places)


@pytest.mark.parametrize(("call", "is_lost"), [("pwrite64", True), ("fdatasync", False)])
def test_control_a_till_that_is_deaf_to_its_disk_is_caught(
    quiet: dict[str, Run], tmp_path: Path, call: str, *, is_lost: bool
) -> None:
    place = next(place for place in quiet[""].places() if place.call == call)
    deaf = run(tmp_path / "deaf", "deaf", inject=f"{call}:error=EIO:when={place.when}")
    assert deaf.injected == 1
    found = faults(deaf)
    assert "it was acknowledged" in found
    assert "the till is not red" in found
    assert any("was answered and is not there" in words for words in found) == is_lost


def test_control_a_failure_that_never_came_is_caught(quiet: dict[str, Run]) -> None:
    assert "0 calls of the sale failed" in faults(quiet[""])
