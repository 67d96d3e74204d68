"""A damaged journal gives back what its own bytes still prove, and says what it does not."""

import json
import shutil
from pathlib import Path
from random import Random

import pytest
from journal_rig import fact, filled, record

from cli.main import main
from offline_cache.journal import Journal
from offline_cache.journal_reader import JournalReader
from offline_cache.rescue import Rescue, rescue, rescue_line

COUNT = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[int, int], bytes]]:
    """A journal that was stopped in order, and the hash of each of its events."""
    path = tmp_path_factory.mktemp("made") / "journal.db"
    filled(path, COUNT)
    reader = JournalReader.open(path)
    hashes = {(event.epoch, event.seq): event.hash for event in reader.events()}
    reader.close()
    assert len(hashes) == COUNT
    return path, hashes


@pytest.fixture
def journal(made, tmp_path: Path) -> Path:
    for name in ("journal.db", "journal.db-wal"):
        source = made[0].with_name(name)
        if source.exists():
            shutil.copy(source, tmp_path / name)
    return tmp_path / "journal.db"


def expect_only_true(found: Rescue, hashes: dict[tuple[int, int], bytes]) -> None:
    """Whatever is called whole is an event that was written, as it was written."""
    for event in found.whole:
        assert hashes[event.position] == event.hash


def test_the_control_a_good_journal_comes_back_whole(journal: Path, made) -> None:
    found = rescue(journal)
    assert {event.position: event.hash for event in found.events} == made[1]
    assert all(event.is_chained for event in found.events)
    assert found.gaps == ()


def test_one_flipped_bit_is_seen_wherever_it_falls(journal: Path, made) -> None:
    whole = journal.read_bytes()
    chance = Random(5)
    lost = 0
    for _ in range(60):
        place = chance.randrange(8192, len(whole))
        flipped = bytes([whole[place] ^ (1 << chance.randrange(8))])
        journal.write_bytes(whole[:place] + flipped + whole[place + 1 :])
        found = rescue(journal)
        expect_only_true(found, made[1])
        missing = COUNT - len(found.whole)
        assert missing <= 40, "a flipped bit costs one page at most"
        lost += missing > 0
    assert lost > 5, "the bits fell where it matters"


def test_a_flipped_bit_in_a_body_is_told_with_what_is_left_of_it(journal: Path) -> None:
    content = journal.read_bytes()
    place = content.index(b'"receipt"', len(content) // 2)
    journal.write_bytes(content[:place] + b'"reCeipt"' + content[place + 9 :])
    found = rescue(journal)
    (broken,) = [event for event in found.events if event.fault is not None]
    assert broken.fault == "its bytes do not give its hash"
    line = json.loads(rescue_line(broken))
    assert line["is_whole"] is False
    assert '"reCeipt"' in line["bytes"]
    behind = next(one for one in found.events if one.position == (1, broken.seq + 1))
    assert (behind.fault, behind.is_chained) == (None, False)


def test_pages_that_are_gone_cost_what_lay_on_them(journal: Path, made) -> None:
    content = bytearray(journal.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 4096] = bytes(4096)
    journal.write_bytes(content)
    found = rescue(journal)
    expect_only_true(found, made[1])
    assert COUNT - 60 < len(found.whole) < COUNT
    assert found.gaps


def test_the_first_page_and_half_the_file_are_gone(journal: Path, made) -> None:
    content = journal.read_bytes()
    journal.write_bytes(bytes(4096) + content[4096 : len(content) // 2 + 1000])
    found = rescue(journal)
    expect_only_true(found, made[1])
    assert len(found.whole) > COUNT // 4


def test_what_lies_in_the_wal_alone_is_found(tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    journal = Journal.open(path)
    for number in range(1, 31):
        record(journal, fact(number))
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    shutil.copy(tmp_path / "live.db-wal", tmp_path / "copy.db-wal")
    journal.close()
    found = rescue(copy)
    assert len(found.whole) == 30
    assert any(event.source.startswith("WAL") for event in found.whole)


def test_noise_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "noise.db"
    path.write_bytes(Random(1).randbytes(64 * 4096))
    assert rescue(path).events == ()


def test_the_command_prints_lines_and_says_how_much(
    journal: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["journal", "rescue", str(journal)]) == 0
    said = capsysbinary.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert len(lines) == COUNT
    assert lines[3]["event"]["seq"] == 4
    assert b"400 events proven" in said.err
    content = bytearray(journal.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 4096] = bytes(4096)
    journal.write_bytes(content)
    target = tmp_path / "rescued.jsonl"
    assert main(["journal", "rescue", str(journal), "--output", str(target), "--json"]) == 1
    told = json.loads(capsysbinary.readouterr().out)
    assert told["whole"] == len(target.read_bytes().splitlines())
    assert told["gaps"]
    assert main(["journal", "rescue", str(tmp_path / "none.db")]) == 3
