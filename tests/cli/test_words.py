"""What commands say: lines for a person, objects for machines."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from till_rig import ALICE, Counter

from cli.main import main
from cli.output import EXIT_FAILED, EXIT_USAGE, EXIT_WELL
from cli.status import is_well, status_lines
from cli.tap import outcome_line
from offline_cache.journal_reader import JournalReader

PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"


@pytest.fixture
def status(tmp_path: Path) -> dict[str, Any]:
    """The status of a till that served Alice, through the port that commands use."""
    counter = Counter(tmp_path)
    counter.learn()
    counter.start()
    counter.tap(ALICE)
    found = dict(counter.port._whole_status())
    counter.close()
    return json.loads(json.dumps(found))


def test_a_tap_in_one_line(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.learn()
    counter.start()
    first, again = counter.tap(ALICE), counter.tap(ALICE)
    counter.close()
    dish = "Carbonnade à la flamande"
    assert outcome_line(first) == f"collected · Alice V. · 3B · {dish} · wallet 23.40 · event 1-2"
    assert outcome_line(again).startswith("refused · already served · Alice V.")
    assert outcome_line({**first, "conflicts": ["gluten", "fish"]}).endswith(
        "ALLERGENS gluten, fish · event 1-2"
    )
    assert outcome_line({"topic": "repeat"}).startswith("ignored")
    assert outcome_line({"topic": "declined", "alarm": "the disk is full"}) == (
        "declined: the disk is full"
    )


def test_a_status_in_a_few_lines(status: dict[str, Any]) -> None:
    lines = status_lines(status)
    assert lines[0] == "till      open  Caisse 1, Athénée"
    assert lines[1] == "profile   till"
    assert "6 pupils, 2 meals reserved today, 1 served here" in lines[2]
    assert any(line.startswith("taps      1: 1 collected, 0 sold") for line in lines)
    assert not any(line.startswith("ALARM") for line in lines)
    status["alarm"] = {"text": "the disk is full"}
    status |= {"profile_until": "2026-11-24T13:00:00.000Z", "profile_next": "study"}
    assert status_lines(status)[1] == ("profile   till  until 2026-11-24T13:00:00.000Z, then study")
    assert status_lines(status)[-1] == "ALARM     the disk is full"


@pytest.mark.parametrize(
    "trouble",
    [
        {"till": "red"},
        {"copy_at": None},
        {"readers": [{"state": "unplugged"}]},
        {"network": {"up": {"state": "stopped"}, "down": {"state": "idle"}}},
    ],
)
def test_what_needs_a_person_is_not_well(status: dict[str, Any], trouble: dict[str, Any]) -> None:
    status["readers"] = [{"state": "up"}]
    assert is_well(status)
    assert not is_well(status | trouble)


# --- beside a running terminal --------------------------------------------------------------------


def test_a_running_terminal_is_asked(
    serve: Callable[..., Any],
    settings: Path,
    till_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    service = serve("terminal", "--config", settings)
    assert service.said["ready"] is True
    assert service.said["data"] == str(till_folder)
    assert service.said["pid"] == service.process.pid
    where = ["--data", str(till_folder)]

    assert main(["tap", "04A1B2C3D4E501", *where]) == EXIT_WELL
    assert "refused · no snapshot · event 1-2" in capsys.readouterr().out
    assert main(["tap", "04A1B2C3D4E501", "--json", *where]) == EXIT_WELL
    assert json.loads(capsys.readouterr().out)["reason"] == "no_snapshot"

    assert main(["status", "--json", *where]) == EXIT_FAILED, "it has no copy yet"
    assert json.loads(capsys.readouterr().out)["counters"]["taps"] == 2
    assert main(["status", *where]) == EXIT_FAILED
    assert "copy      none yet" in capsys.readouterr().out

    assert main(["tap", "04A1", "--technology", "tea", *where]) == EXIT_FAILED
    assert "technology is one of" in capsys.readouterr().err

    service.end()
    with closing(JournalReader.open(till_folder / "journal.db")) as journal:
        assert len(list(journal.events())) == 3


def test_a_terminal_without_json_says_where_its_screen_is(settings: Path, typed: Any) -> None:
    # Its input is closed already: it comes up, says so, and stops in order.
    answer = typed("terminal", "--config", settings, "--until-stdin-closes")
    assert answer.code == EXIT_WELL
    assert answer.out.startswith("terminal ready; screen at http://127.0.0.1:")
    assert "Traceback" not in answer.err


# --- in this process ------------------------------------------------------------------------------


def test_the_badges_of_a_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    badges = [
        {"value": f"04{n:02X}", "technology": "iso14443a", "name": f"N{n}", "expectation": "meal"}
        for n in range(3)
    ]
    demo = {"badges": badges, "special_count": 2}
    (tmp_path / "demo.json").write_text(json.dumps(demo))
    assert main(["demo", "--data", str(tmp_path), "badges"]) == EXIT_WELL
    assert capsys.readouterr().out.count("\n") == 2
    assert main(["demo", "badges", "--all", "--json", "--data", str(tmp_path)]) == EXIT_WELL
    out = capsys.readouterr().out
    assert [json.loads(line) for line in out.splitlines()] == badges


def test_a_key_press_and_a_closed_pipe_are_no_tracebacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import cli.status

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.status, "_run", interrupted)
    assert main(["status"]) == EXIT_FAILED
    assert capsys.readouterr().err == "refectory status: stopped\n"


def test_a_reader_of_our_output_that_has_enough() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, "config", "explain"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (EXIT_FAILED, "")


def test_wrong_words_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["terminal", "--colour"])
    assert stopped.value.code == EXIT_USAGE
    assert capsys.readouterr().err.count("\n") == 1


def test_a_terminal_that_is_not_ready_says_so_on_paper(
    serve: Callable[..., Any],
    settings: Path,
    till_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REFECTORY_CONFIG", str(settings))
    serve("terminal", "--config", settings)
    words = ["printer", "ready", "--data", str(till_folder), "--language", "en"]
    assert main([*words, "--json"]) == EXIT_FAILED, "it knows no pupil yet"
    said = json.loads(capsys.readouterr().out)
    assert said["is_ready"] is False
    assert "no_copy" in said["lacks"]
    assert said["outcome"] == "done"
    assert main(words) == EXIT_FAILED
    assert capsys.readouterr().out.startswith("NOT ready to serve; image://")
    assert list((till_folder / "receipts").glob("notice-ready-*.png"))
