"""A lunch, and then: no name, no badge and no key in the log, in the figures or in the bundle.

The log is that of the real daemon; what is looked for is everything the school has.
"""

import http.client
import json
import re
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from real_day import real_day

from cli.demo_lunch import LunchTap
from cli.demo_services import DemoServices
from cli.main import main
from sync.identity import load_identity

TAPS = 12
LOG_BYTES_A_DAY = 1_000_000
MEALS_A_DAY = 600


@dataclass(frozen=True)
class Lunch:
    """What a lunch left behind. secrets: every text that nobody may be told, by what it is."""

    folder: Path
    log: str
    metrics: str
    secrets: dict[str, set[str]]

    def told(self, text: str) -> list[str]:
        """Return what a text gives away."""
        words = set(re.findall(r"\w+", text)) | set(re.findall(r"[\w'-]+", text))
        found = []
        for what, values in self.secrets.items():
            for value in values:
                is_word = re.fullmatch(r"[\w'-]+", value) is not None
                if (value in words) if is_word else (value in text):
                    found.append(f"{what}: {value}")
        return found


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Lunch:
    folder = tmp_path_factory.mktemp("lunch")
    today = real_day()
    with DemoServices(folder, seed=7, today=today, is_new=True) as services:
        services.wait_for_copy(60)
        badges = services.badges[:TAPS]
        for badge in badges:
            services.tap(LunchTap(badge.credential, stays=False))
        services.wait_until_booked(60)
        metrics = ask_text(services.page)
    copy = sqlite3.connect(folder / "snapshot.db")
    rows = copy.execute("SELECT first_name || ' ' || last_name FROM pupil").fetchall()
    keys = {row[0] for row in copy.execute("SELECT key FROM badge")}
    copy.close()
    words = {word for row in rows for word in row[0].split()}
    names = {word for word in words if len(word) > 1 and not word.isdecimal()}
    identity = load_identity(folder)
    assert identity is not None
    values = {badge.credential.hex for badge in services.badges}
    secrets = {
        "name": names,
        "badge": values | {value.lower() for value in values},
        "badge key": keys,
        "secret": {identity.private_key.hex(), identity.badge_key.hex()},
    }
    assert min(map(len, secrets.values())) >= 2
    log = (folder / "terminal.log").read_text(encoding="utf-8")
    return Lunch(folder, log, metrics, secrets)


def ask_text(page: str) -> str:
    parts = urlsplit(page)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", "/metrics")
    with closing(connection), connection.getresponse() as answer:
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return answer.read().decode()


def test_the_log_tells_no_name_no_badge_and_no_key(lunch: Lunch) -> None:
    assert lunch.log.count('"message": "tap decided"') == TAPS, lunch.log
    assert lunch.told(lunch.log) == []


def test_the_control_what_is_looked_for_is_found(lunch: Lunch) -> None:
    for what, values in lunch.secrets.items():
        planted = f'{lunch.log}\n{{"message": "served {min(values)} today"}}'
        assert [one.partition(":")[0] for one in lunch.told(planted)] == [what]


def test_every_line_is_json_and_one_id_follows_a_tap_through_all_parts(lunch: Lunch) -> None:
    lines = [json.loads(line) for line in lunch.log.splitlines()]
    assert {"at", "level", "part", "message"} <= set.intersection(*(set(line) for line in lines))
    taps = [line["tap"] for line in lines if line["message"] == "tap seen"]
    assert len(set(taps)) == TAPS
    for tap in taps:
        parts = {line["part"] for line in lines if tap in (line.get("tap"), *line.get("taps", ()))}
        assert {"refectory.readers", "refectory.till", "refectory.settlement"} <= parts
    papers = [line for line in lines if line["part"] == "refectory.papers"]
    assert papers
    assert {line["tap"] for line in papers} <= set(taps)


def test_a_day_of_the_log_is_small(lunch: Lunch) -> None:
    begin = lunch.log.index('"tap seen"')
    per_tap = len(lunch.log[begin:].encode()) // TAPS
    assert per_tap * MEALS_A_DAY <= LOG_BYTES_A_DAY, per_tap


def test_the_figures_are_told_without_names(lunch: Lunch) -> None:
    assert lunch.told(lunch.metrics) == []
    figures = dict(line.rsplit(" ", 1) for line in lunch.metrics.splitlines() if line[0] != "#")
    assert figures["refectory_ready"] == "1.0"
    assert figures['refectory_reader_up{reader="1"}'] == "1.0"
    counted = sum(float(figures[f'refectory_taps_total{{outcome="{name}"}}']) for name in OUTCOMES)
    assert counted == TAPS


OUTCOMES = ("collected", "sold", "refused", "duplicates_ignored")


# --- the bundle -----------------------------------------------------------------------------------


@pytest.fixture
def planted(lunch: Lunch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log and settings into which everything was planted that must not come out."""
    settings = tmp_path / "terminal.toml"
    values = [value for values in lunch.secrets.values() for value in sorted(values)[:40]]
    settings.write_text(
        'name = "till"\npin_pepper = "abcd1234"\n'
        'central = "https://u:abcd1234@centre.example"\n' + "".join(f"# {one}\n" for one in values)
    )
    monkeypatch.setenv("REFECTORY_CONFIG", str(settings))
    log = tmp_path / "planted.log"
    # Every badge and key, and names as a fault of a vendor's library might tell them.
    log.write_text("\n".join(f'error: row ("{value}", 3) at token=abcd1234' for value in values))
    return log


def contents(bundle: Path) -> dict[str, str]:
    texts = {}
    with tarfile.open(bundle) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            assert file is not None
            texts[entry.name.removeprefix("refectory-support/")] = file.read().decode()
    return texts


def test_the_bundle_tells_how_the_terminal_is_and_nothing_of_anybody(
    lunch: Lunch, planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "bundle.tar.gz"
    words = ["support-bundle", "--data", str(lunch.folder), "--log", str(planted)]
    assert main([*words, "--output", str(target), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert target.stat().st_mode & 0o777 == 0o600
    texts = contents(target)
    assert sorted(texts) == sorted(said["contents"])
    whole = "\n".join(texts.values())
    assert lunch.told(whole) == []
    assert "abcd1234" not in whole
    # What helps is there.
    journal = json.loads(texts["journal.json"])
    assert journal["is_good"] is True
    assert journal["events"] > TAPS
    assert {"settings", "journal", "identity", "daemon"} <= {
        finding["part"] for finding in json.loads(texts["doctor.json"])
    }
    assert json.loads(texts["versions.json"])["packages"]["refectory"]
    assert 'name = "till"' in texts["settings/terminal.toml"]
    assert "[badge]" in texts["log.txt"]


def test_the_control_without_redaction_the_bundle_tells(
    lunch: Lunch, planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.redaction.Redaction.clean", lambda _self, text: text)
    target = tmp_path / "bundle.tar.gz"
    words = ["support-bundle", "--data", str(lunch.folder), "--log", str(planted)]
    assert main([*words, "--output", str(target)]) == 0
    found = lunch.told("\n".join(contents(target).values()))
    assert {one.partition(":")[0] for one in found} == set(lunch.secrets)


def test_a_bundle_of_no_folder_and_to_no_place(tmp_path: Path, lunch: Lunch, capsys) -> None:
    assert main(["support-bundle", "--data", str(tmp_path / "gone")]) == 3
    assert "there is no folder" in capsys.readouterr().err
    words = ["support-bundle", "--data", str(lunch.folder)]
    assert main([*words, "--output", str(tmp_path / "no" / "where.tar.gz")]) == 1
    assert "--output" in capsys.readouterr().err
