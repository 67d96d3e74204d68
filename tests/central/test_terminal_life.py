"""A terminal's life as the centre sees it: a code, a QR code, another name, a move, the end."""

import json
from datetime import date
from pathlib import Path

import pytest

from central.clock import wall_clock
from central.enrolment import create_code
from central.load import load_school
from central.seed import make_school
from central.twin import TwinCentre
from cli.main import main
from core.ids import SchoolId, TerminalId
from sync.enrol import enrol
from sync.enrol_link import enrol_link, read_enrol_text
from sync.errors import EnrolmentError, RefusedError
from sync.identity import Identity, load_identity
from sync.probe import probe_centre
from sync.standing import read_standing


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("centre") / "central.db"
    with TwinCentre(path) as twin:
        load_school(twin.store, make_school(seed=7, today=date(2026, 11, 24)))
        yield twin, path


@pytest.fixture
def typed(centre, capsys: pytest.CaptureFixture[str]):
    """Type a word of `refectory central`; return its exit code, its output and its complaint."""

    def typed(*words: str) -> tuple[int, str, str]:
        code = main(["central", *words, "--database", str(centre[1])])
        said = capsys.readouterr()
        return code, said.out, said.err

    return typed


@pytest.fixture
def terminal(centre, tmp_path: Path) -> Identity:
    code = create_code(
        centre[0].store, SchoolId("demo"), terminal_name="Caisse 1", now=wall_clock()
    )
    return enrol(central_url=centre[0].url, code=code, folder=tmp_path / "till")


def test_a_code_and_its_picture_enrol_a_terminal(centre, typed, tmp_path: Path) -> None:
    picture = tmp_path / "code.png"
    words = ["--terminal", "Caisse 2", "--qr", str(picture), "--central", centre[0].url]
    code, out, _ = typed("code", *words, "--json")
    assert code == 0
    said = json.loads(out)
    assert picture.read_bytes().startswith(b"\x89PNG")
    folder = tmp_path / "spare"
    assert main(["enrol", said["link"], "--data", str(folder)]) == 0
    identity = load_identity(folder)
    assert identity is not None
    assert (identity.terminal_name, identity.central_url) == ("Caisse 2", centre[0].url)


def test_a_code_is_drawn_here(typed) -> None:
    code, out, _ = typed("code", "--terminal", "Caisse 3", "--qr")
    assert code == 0
    assert out.count("\n") > 10
    assert "\N{LOWER HALF BLOCK}" in out


def test_words_that_do_not_go_together(typed, tmp_path: Path) -> None:
    assert typed("code")[0] == 2
    assert typed("code", "--terminal", "A", "--replace", "t-1")[0] == 2
    assert typed("code", "--terminal", "A", "--without-journal")[0] == 2
    assert ".png" in typed("code", "--terminal", "A", "--qr", str(tmp_path / "x.txt"))[2]
    assert "there is no terminal t-none" in typed("code", "--replace", "t-none")[2]
    assert typed("rename", "t-none", "B")[0] == 1
    assert typed("rename", "t-none", "B\x07")[0] == 2


def test_another_name_reaches_the_terminal(centre, typed, terminal: Identity, tmp_path) -> None:
    from sync.channel import Channel

    channel = Channel(terminal, ca_file=None, clock=wall_clock)
    path = f"/v1/terminals/{terminal.terminal_id}/changes?after="

    def page(after: str) -> dict:
        with channel.get(path + after, headers={}) as response:
            return channel.read_json(response)

    cursor = centre[0].store
    with cursor.database.reading() as session:
        before = str(session.row("SELECT cursor FROM school WHERE id = 'demo'")[0])
    assert page(before)["meta"]["terminal_name"] == "Caisse 1"
    code, out, _ = typed("rename", terminal.terminal_id, "Réfectoire, 2e")
    assert code == 0
    assert "Réfectoire, 2e now (before: Caisse 1)" in out
    after = page(before)
    assert after["meta"]["terminal_name"] == "Réfectoire, 2e"
    assert after["cursor"] != before, "whoever waits for a change is told"
    channel.close()


def test_a_retired_terminal_is_told_and_can_be_enrolled_anew(
    centre, typed, terminal: Identity, tmp_path: Path, capsys
) -> None:
    folder = tmp_path / "till"
    assert probe_centre(terminal, folder, clock=wall_clock).failed_at is None
    assert typed("retire", terminal.terminal_id)[0] == 0
    probe = probe_centre(terminal, folder, clock=wall_clock)
    assert probe.problem == "revoked"
    with pytest.raises(RefusedError):
        read_standing(terminal, folder, clock=wall_clock)
    assert "was retired" in typed("code", "--replace", terminal.terminal_id)[2]
    code = create_code(centre[0].store, SchoolId("demo"), terminal_name="N", now=wall_clock())
    words = ["enrol", "--data", str(folder), "--central", centre[0].url, "--code", code]
    assert main(words) == 1
    assert "enrol --again" in capsys.readouterr().err
    (folder / "web.key").write_text("kept aside")
    (folder / "lost+found").mkdir()
    # Its centre is the one that it knows.
    assert main(["enrol", "--again", "--code", code, "--data", str(folder)]) == 0
    assert (folder / "lost+found").is_dir(), "the disk's own"
    fresh = load_identity(folder)
    assert fresh is not None
    assert fresh.terminal_id != terminal.terminal_id
    (former,) = folder.glob("former-*")
    assert sorted(path.name for path in former.iterdir()) == ["identity.json", "web.key"]


def test_a_move_ends_it_here_and_gives_a_code_for_there(centre, typed, terminal) -> None:
    assert typed("move", terminal.terminal_id, "--to", "nowhere")[0] == 1
    with centre[0].store.database.reading() as session:
        row = session.row("SELECT state FROM terminal WHERE id = ?", terminal.terminal_id)
    assert row[0] == "active", "a school that is not there ends nothing"
    code, out, _ = typed("move", terminal.terminal_id, "--to", "demo", "--json")
    assert code == 0
    assert json.loads(out)["school"] == "demo"
    with centre[0].store.database.reading() as session:
        row = session.row("SELECT state FROM terminal WHERE id = ?", terminal.terminal_id)
        whats = session.rows("SELECT what FROM audit WHERE subject = ?", terminal.terminal_id)
    assert row[0] == "retired"
    assert ("retired",) in [tuple(one) for one in whats]


def test_a_spare_gets_the_place_and_the_dead_ones_key_ends(
    centre, typed, terminal: Identity, tmp_path: Path
) -> None:
    code, out, _ = typed("code", "--replace", terminal.terminal_id, "--without-journal", "--json")
    assert code == 0
    told = json.loads(out)
    spare = enrol(central_url=centre[0].url, code=told["code"], folder=tmp_path / "spare")
    assert spare.terminal_id == TerminalId(terminal.terminal_id)
    assert spare.key_id != terminal.key_id
    # A lost answer: the same code with the same key gets the same answer.
    again = enrol(central_url=centre[0].url, code=told["code"], folder=_with_key(tmp_path, spare))
    assert again.key_id == spare.key_id
    with pytest.raises(EnrolmentError, match="used already"):
        enrol(central_url=centre[0].url, code=told["code"], folder=tmp_path / "thief")
    assert probe_centre(terminal, tmp_path, clock=wall_clock).problem == "revoked"
    assert probe_centre(spare, tmp_path, clock=wall_clock).failed_at is None


def _with_key(tmp_path: Path, spare: Identity) -> Path:
    from sync.enrol import PENDING_NAME
    from sync.identity import write_secret_file

    folder = tmp_path / "again"
    write_secret_file(folder / PENDING_NAME, spare.private_key.hex() + "\n")
    return folder


# --- what somebody types or scans -----------------------------------------------------------------


def test_a_link_says_what_it_was_made_of() -> None:
    text = enrol_link(code="ABCD-EFGH", central="https://centre.example:8443/a?b")
    link = read_enrol_text(f"  {text}\n")
    assert (link.code, link.central) == ("ABCD-EFGH", "https://centre.example:8443/a?b")
    assert read_enrol_text(enrol_link(code="ABCD-EFGH", central=None)).central is None
    assert read_enrol_text("abcd efgh").code == "abcd efgh"
    # A wedge scanner on another layout may shout.
    assert read_enrol_text("REFECTORY://ENROL?code=ABCD-EFGH").code == "ABCD-EFGH"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "----", "a\x07b", "x" * 600, "https://example.org/?code=AB", "refectory://enrol"],
)
def test_what_is_no_code_is_told_in_one_line(text: str) -> None:
    with pytest.raises(EnrolmentError) as raised:
        read_enrol_text(text)
    assert "\n" not in str(raised.value)
    assert "code" in str(raised.value) or "scan" in str(raised.value)
