"""Composing beside the daemon: the same bytes, by a process that is there while it is used."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest

from core.people import Language
from printer.aside import ComposerAside
from printer.base import PrintJob
from printer.encode import encode_job
from printer.errors import ComposerMissingError, ProfileError
from printer.profile import PICTURE
from printer.samples import sample_documents

JOBS = [PrintJob(name, document) for name, document in sample_documents(Language.FR).items()]
# A child that has left is seen by its parent a moment later: the kernel tells it.
PATIENCE_S = 30.0


@pytest.fixture
def composer() -> Iterator[ComposerAside]:
    made = ComposerAside()
    yield made
    made.close()


def test_every_document_comes_out_the_same(composer: ComposerAside) -> None:
    for job in JOBS:
        assert composer.compose(job, PICTURE) == encode_job(job, PICTURE)


def test_one_child_serves_all_of_them(composer: ComposerAside) -> None:
    assert composer.pid is None
    composer.compose(JOBS[0], PICTURE)
    first = composer.pid
    composer.compose(JOBS[1], PICTURE)
    assert composer.pid == first is not None


def test_it_leaves_when_nothing_is_printed_and_the_next_paper_calls_another() -> None:
    composer = ComposerAside(idle_s=0.1)
    composer.compose(JOBS[0], PICTURE)
    first = composer._child
    assert first is not None
    assert first.wait(PATIENCE_S) == 0
    assert composer.pid is None
    assert composer.compose(JOBS[0], PICTURE) == encode_job(JOBS[0], PICTURE)
    composer.close()


def test_a_child_that_is_killed_costs_no_paper(composer: ComposerAside) -> None:
    composer.compose(JOBS[0], PICTURE)
    first = composer._child
    assert first is not None
    first.kill()
    first.wait(PATIENCE_S)
    assert composer.compose(JOBS[0], PICTURE) == encode_job(JOBS[0], PICTURE)


def test_closed_from_another_thread_it_gives_up_the_paper_at_hand_and_starts_no_other(
    composer: ComposerAside, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer.compose(JOBS[0], PICTURE)
    child = composer._child
    assert child is not None
    started: list[int] = []
    monkeypatch.setattr(composer, "_start", lambda: started.append(1))
    os.kill(child.pid, signal.SIGSTOP)  # it never answers
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(composer.compose, JOBS[1], PICTURE)
        assert not wait([asked], timeout=0.1).done, "the control: it waits for its answer"
        composer.close()
        with pytest.raises(ComposerMissingError, match="the terminal stops"):
            asked.result(PATIENCE_S)
    assert child.returncode == -signal.SIGKILL
    assert composer.pid is None
    assert not started


def test_errors_travel(composer: ComposerAside, tmp_path: Path) -> None:
    # A logo that is no picture is the profile's mistake, found while composing.
    broken = replace(PICTURE, logo=str(tmp_path / "missing.png"))
    with pytest.raises(ProfileError) as here:
        encode_job(JOBS[0], broken)
    with pytest.raises(ProfileError) as there:
        composer.compose(JOBS[0], broken)
    assert str(there.value) == str(here.value)
    assert composer.compose(JOBS[0], PICTURE)


def test_a_child_that_ends_at_once_is_told_in_one_line(
    composer: ComposerAside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ComposerMissingError, match="ends at once"):
        composer.compose(JOBS[0], PICTURE)


def test_the_parent_loads_neither_pillow_nor_escpos() -> None:
    script = (
        "import sys; from printer.aside import ComposerAside; from printer.base import PrintJob;"
        "from core.people import Language; from printer.profile import PICTURE;"
        "from printer.samples import sample_documents;"
        "c = ComposerAside(); d = sample_documents(Language.FR)['receipt-sale'];"
        "assert c.compose(PrintJob('1', d), PICTURE); c.close();"
        "print([m for m in ('PIL', 'escpos', 'qrcode', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=dict(os.environ),
    )
    assert done.stdout == "[]\n"
