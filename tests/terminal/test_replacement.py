"""A terminal dies, and a spare takes its place: nothing is lost, nothing is booked twice.

The whole daemon, real files, a real centre, and the command as it is typed.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from booked_events import accepted_events
from daemon_rig import Canteen, all_booked
from real_day import real_day

from central.clock import wall_clock
from central.enrolment import create_replacement_code
from central.figures import disagreements, read_figures
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.twin import TwinCentre
from cli.main import main
from core.events import read_event
from core.facts import EpochStarted, MealCollected
from offline_cache.integrity import verify
from sync.identity import load_identity

BOOKED, UNSENT = 2, 3


@pytest.fixture(scope="module")
def school() -> DemoSchool:
    return make_school(seed=7, today=real_day())


@pytest.fixture
def canteen(tmp_path: Path, school: DemoSchool) -> Iterator[Canteen]:
    """A till that served two whom the centre has, and three whom it has not; then it died."""
    with TwinCentre(tmp_path / "central.db") as centre:
        load_school(centre.store, school)
        with closing(Canteen(tmp_path, centre, school)) as canteen:
            daemon = canteen.start()
            daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
            serve(daemon, canteen, 0, BOOKED)
            daemon.wait_for(all_booked, "two were booked")
            canteen.centre.stop()
            serve(daemon, canteen, BOOKED, BOOKED + UNSENT)
            canteen.keep_image()
            shutil.copy(canteen.folder / "identity.json", canteen.image)
            daemon.stop()
            canteen.centre.start()
            yield canteen


def serve(daemon: Any, canteen: Canteen, first: int, last: int) -> None:
    for badge in canteen.badges[first:last]:
        assert daemon.tap(badge)["outcome"] == "collected"


def code_for(canteen: Canteen, *, has_journal: bool = True) -> str:
    code, _ = create_replacement_code(
        canteen.centre.store,
        canteen.identity.terminal_id,
        has_journal=has_journal,
        who="bursar",
        now=wall_clock(),
    )
    return code


@pytest.fixture
def replace(canteen: Canteen, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Type the command on the spare; return its exit code and what it said."""

    def replace(*words: object) -> tuple[int, Any]:
        spare = ["--data", str(tmp_path / "spare"), "--central", canteen.centre.url, "--json"]
        code = main(["replace", *map(str, words), *spare])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    return replace


def go_on(canteen: Canteen, spare: Path, *, more: int = 1) -> None:
    """Start the spare, serve some more, and wait until the centre has all of it."""
    identity = load_identity(spare)
    assert identity is not None
    assert identity.terminal_id == canteen.identity.terminal_id
    daemon = canteen.start(spare, identity)
    daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
    serve(daemon, canteen, BOOKED + UNSENT, BOOKED + UNSENT + more)
    daemon.terminal.port.sync_now()
    daemon.wait_for(all_booked, "all was booked")
    daemon.stop()
    canteen.folder = spare
    assert verify(spare / "journal.db").is_good


def expect_booked(canteen: Canteen, meals: int) -> None:
    """Each meal is in the books, once, and the books are sound."""
    with canteen.centre.store.database.reading() as session:
        facts = [read_event(one.body).fact for one in accepted_events(session)]
    orders = Counter(fact.order for fact in facts if isinstance(fact, MealCollected))
    assert len(orders) == meals
    assert set(orders.values()) == {1}
    collected = canteen.rows("SELECT id FROM meal_order WHERE state = 'collected'")
    assert set(orders) <= {row[0] for row in collected}
    with canteen.centre.store.database.reading() as session:
        assert read_figures(session).ledger_sum_cents == 0
        assert disagreements(session, canteen.school) == []


def test_the_old_card_goes_on_where_it_ended(canteen, replace, tmp_path) -> None:
    code, said = replace(code_for(canteen), "--from", canteen.image)
    assert code == 0, said
    assert (said["way"], said["aside"]) == ("continued", 0)
    assert said["unsent"] >= UNSENT
    go_on(canteen, tmp_path / "spare")
    expect_booked(canteen, BOOKED + UNSENT + 1)
    assert canteen.facts(EpochStarted) == []


def test_a_lost_card_costs_what_was_not_sent_and_goes_on_in_a_new_epoch(
    canteen, replace, tmp_path
) -> None:
    code, said = replace(code_for(canteen, has_journal=False))
    assert code == 0, said
    assert (said["way"], said["head"]) == ("new_epoch", "2-1")
    go_on(canteen, tmp_path / "spare")
    # What had not been sent is gone with the card; those pupils' orders stand open, and are kept.
    expect_booked(canteen, BOOKED + 1)


def test_a_new_epoch_needs_a_person_and_the_command_goes_on_then(
    canteen, replace, tmp_path
) -> None:
    code, said = replace(code_for(canteen))
    assert code == 1
    assert "refectory central approve-epoch ID" in said
    assert "refectory replace --resume" in said
    assert replace("--resume")[0] == 1
    canteen.approve()
    code, said = replace("--resume")
    assert (code, said["way"]) == (0, "new_epoch")
    go_on(canteen, tmp_path / "spare")
    expect_booked(canteen, BOOKED + 1)


def test_a_damaged_card_gives_what_it_proves_and_the_rest_in_a_file(
    canteen, replace, tmp_path
) -> None:
    journal = canteen.image / "journal.db"
    wal = canteen.image / "journal.db-wal"
    content = wal.read_bytes()
    last = content.rindex(b'"receipt":4')
    # The fourth meal, in every place where it stands, is not what it was any more.
    wal.write_bytes(content.replace(content[last : last + 11], b'"receipt":7'))
    journal.write_bytes(journal.read_bytes().replace(b'"receipt":4', b'"receipt":7'))
    code, said = replace(code_for(canteen, has_journal=False), "--from", canteen.image)
    assert code == 1, said
    assert said["way"] == "new_epoch"
    spare = tmp_path / "spare"
    lines = [json.loads(line) for line in (spare / "rescued.jsonl").read_text().splitlines()]
    assert (spare / "rescued.jsonl").stat().st_mode & 0o077 == 0
    # The fourth meal is not what it was; the fifth is whole, but nothing is left to chain it to.
    assert [(line["is_whole"], line["is_chained"]) for line in lines] == [
        (False, False),
        (True, False),
    ]
    assert said["aside"] == 2
    go_on(canteen, spare)
    # The third meal, before the damage, was not sent by the dead one: it is booked now.
    expect_booked(canteen, BOOKED + 1 + 1)


def test_the_dead_one_that_comes_back_books_nothing(canteen, replace, tmp_path) -> None:
    replace(code_for(canteen), "--from", canteen.image)
    dead = canteen.start()
    serve(dead, canteen, 6, 7)
    dead.terminal.port.sync_now()
    status = dead.wait_for(
        lambda status: status["network"]["up"]["state"] == "stopped", "it is refused"
    )
    assert "revoked" in status["network"]["up"]["detail"]
    dead.stop()
    go_on(canteen, tmp_path / "spare")
    expect_booked(canteen, BOOKED + UNSENT + 1)


def test_what_is_wrong_is_told_before_the_code_is_used(canteen, replace, tmp_path) -> None:
    code = code_for(canteen)
    assert "mount the old card" in replace(code, "--from", tmp_path / "nowhere")[1]
    (tmp_path / "spare").mkdir()
    (tmp_path / "spare" / "journal.db").write_bytes(b"somebody's")
    assert "holds a terminal already" in replace(code, "--from", canteen.image)[1]
    (tmp_path / "spare" / "journal.db").unlink()
    assert "no replacement was begun" in replace("--resume")[1]
    assert replace()[0] == 2
    # The code was not used by any of these.
    assert replace(code, "--from", canteen.image)[0] == 0


def test_the_card_of_another_terminal_is_refused(canteen, replace) -> None:
    other = canteen.image / "identity.json"
    told = json.loads(other.read_text())
    other.write_text(json.dumps(told | {"terminal_id": "t-other"}))
    code, said = replace(code_for(canteen), "--from", canteen.image)
    assert code == 1
    assert "is of terminal t-other" in said
    other.write_text(json.dumps(told))
    assert replace("--resume", "--from", canteen.image)[0] == 0
