"""The power-cut rig's own disk: it forgets what it should, and nothing else."""

import random
from contextlib import closing
from pathlib import Path

import pytest
from power_disk import (
    BLOCK_BYTES,
    PIECE_BYTES,
    Model,
    RecordingDisk,
    Step,
    Tape,
    cuts,
    survivors,
)
from power_disk import _Disk as Disk

LONG = 4 * PIECE_BYTES


def after(*steps: Step, model: Model = Model.TORN, seed: int = 0) -> dict[str, bytes]:
    disk = Disk()
    for step in steps:
        disk.do(step)
    return survivors(disk, random.Random(seed), model)


def write(content: bytes, offset: int = 0) -> Step:
    return Step("write", "f", offset, content)


SYNC = Step("sync", "f")


def test_what_was_synced_is_always_there() -> None:
    for seed in range(50):
        assert after(write(b"a" * LONG), SYNC, seed=seed) == {"f": b"a" * LONG}


def test_what_was_not_synced_is_there_gone_or_torn() -> None:
    found = {after(write(b"a" * LONG), seed=seed)["f"].rstrip(b"\0") for seed in range(300)}
    assert b"" in found
    assert b"a" * LONG in found
    torn = bytes(PIECE_BYTES) + b"a" * PIECE_BYTES
    assert torn in found


def test_writes_may_arrive_in_any_order() -> None:
    found = {after(write(b"a"), write(b"b"), seed=seed)["f"] for seed in range(100)}
    assert found == {b"", b"a", b"b"}
    assert any(after(write(b"a"), write(b"b"), seed=seed)["f"] == b"a" for seed in range(100))


def test_a_truncation_is_under_way_until_it_is_synced() -> None:
    cut = Step("truncate", "f", 1)
    sizes = {len(after(write(b"abc"), SYNC, cut, seed=seed)["f"]) for seed in range(50)}
    assert sizes == {1, 3}
    assert after(write(b"abc"), SYNC, cut, SYNC) == {"f": b"a"}


def test_a_deleted_file_is_gone() -> None:
    assert after(write(b"abc"), SYNC, Step("delete", "f")) == {}


def test_a_rename_is_under_way_until_the_folder_is_synced() -> None:
    rename = Step("rename", "f", target="g")
    names = {tuple(after(write(b"a"), SYNC, rename, seed=seed)) for seed in range(50)}
    assert names == {("f",), ("g",)}
    assert after(write(b"a"), SYNC, rename, Step("sync_folder")) == {"g": b"a"}


def test_a_block_takes_its_synced_neighbours_with_it_in_the_second_model_alone() -> None:
    synced = write(b"s" * 3 * BLOCK_BYTES)
    late = write(b"w", offset=BLOCK_BYTES + 7)
    harmed = set()
    for seed in range(50):
        first = after(synced, SYNC, late, seed=seed)["f"]
        assert first.replace(b"w", b"s") == synced.content
        second = after(synced, SYNC, late, model=Model.BLOCK, seed=seed)["f"]
        harmed.add(second[BLOCK_BYTES : 2 * BLOCK_BYTES].replace(b"w", b"s") != b"s" * BLOCK_BYTES)
        assert second[:BLOCK_BYTES] == b"s" * BLOCK_BYTES
        assert second[2 * BLOCK_BYTES :] == b"s" * BLOCK_BYTES
    assert harmed == {True, False}


def test_a_tape_is_cut_before_each_operation_and_at_its_end() -> None:
    tape = Tape([write(b"a"), SYNC])
    tape.begin()
    tape.steps += [write(b"b"), Step("note", note="said"), SYNC]
    found = [(cut.at, cut.notes, cut.is_end) for cut in cuts(tape, seeds=1, model=Model.TORN)]
    assert found == [(2, [], False), (4, ["said"], False), (5, ["said"], True)]


def test_a_real_database_goes_through_it(tmp_path: Path) -> None:
    disk = RecordingDisk(tmp_path)
    with closing(disk.connect(tmp_path / "a.db")) as db:
        list(db.execute("PRAGMA journal_mode = WAL"))
        db.execute("CREATE TABLE t (x)")
        db.execute("INSERT INTO t VALUES (1)")
        assert list(db.execute("SELECT x FROM t")) == [(1,)]
    # The unsynced WAL was there to be found, and stdlib's SQLite reads what the disk holds.
    (last,) = (cut for cut in cuts(disk.tape, seeds=1, model=Model.TORN) if cut.is_end)
    assert last.files["a.db"].startswith(b"SQLite format 3")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("model", Model)
def test_the_same_seed_gives_the_same_disk(model: Model) -> None:
    steps = [write(random.Random(1).randbytes(9000), offset=at) for at in (0, 5000, 100_000)]
    assert after(*steps, model=model, seed=3) == after(*steps, model=model, seed=3)
