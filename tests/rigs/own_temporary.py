"""Temporary folders lie in a folder of the run's own, and what is left there at its end is named.

With REFECTORY_LEAVE_NOTHING=1 a run that leaves something has failed. Whoever makes a folder takes
it away, also where a test kills a process in the middle: its rig gives the process a TMPDIR that
goes with the test. A run that was killed itself leaves its folder with those of pytest, which keeps
the last three.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOR_OTHERS = Path(tempfile.gettempdir())
"""Where another user may look, too: pytest's folders are for who runs it."""
IS_STRICT = os.environ.get("REFECTORY_LEAVE_NOTHING") == "1"
LEFT = pytest.StashKey[list[str]]()
_LEFT = "left_behind"


@pytest.fixture(scope="session", autouse=True)
def own_temporary(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Path]:
    """Give this process, and each that it starts, a place for temporary folders.

    But for the system test: what it builds machines from is kept in the system's own place.
    """
    folder = tmp_path_factory.mktemp("t")
    if pytestconfig.option.markexpr == "system":
        yield folder
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield folder
    pytestconfig.stash[LEFT] = sorted(str(one) for one in folder.iterdir())


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell what is left; whoever started this process tells it on."""
    left = session.config.stash.get(LEFT, [])
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_LEFT] = left
    elif left and session.exitstatus == pytest.ExitCode.OK and IS_STRICT:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear what a worker left behind."""
    told = getattr(node, "workeroutput", {}).get(_LEFT, [])
    node.config.stash.setdefault(LEFT, []).extend(told)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name what is left."""
    left = config.stash.get(LEFT, [])
    if left:
        terminalreporter.section("left behind")
        for one in left:
            terminalreporter.line(one)
