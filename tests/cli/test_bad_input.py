"""Whatever is wrong: one line that says what, where and the cure; the right code; nothing lost."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
from journal_rig import filled
from own_temporary import FOR_OTHERS
from root_rig import require_root
from till_rig import school_copy

from cli.output import EXIT_FAILED, EXIT_NOT_CONFIGURED, EXIT_USAGE, EXIT_WELL

# The interpreter may lie where only root can read it: all is imported before root is left.
AS_NOBODY = """
import os, sys, sqlite3, cli.main
import config.load, cli.folder, cli.terminal_link, sync.identity, terminal.daemon
import terminal.doctor.examination, terminal.readiness, terminal.support_bundle
import terminal.redaction
cli.main.build_parser()
os.seteuid(65534)
code = cli.main.main()
sys.stdout.flush()
# What else Python does at its end (a coverage file, say) is not this user's to do.
os._exit(code)
"""


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def under_a_file(tmp_path: Path) -> Path:
    """A path that nobody can make a folder of, not even root."""
    file = tmp_path / "a-file"
    file.write_text("not a folder")
    return file / "till"


def change_bytes(path: Path, start: int, piece: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(piece)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("terminal", "--colour", "red"), "--colour"),
        (("termnial",), "termnial"),
        ((), "COMMAND"),
        (("tap",), "VALUE"),
        (("demo", "--taps", "0"), "'0' is not a number of taps"),
        (("demo", "--taps", "many"), "'many' is not a number of taps"),
        (("demo", "--seed", "x"), "'x'"),
        (("central", "--listen", "here"), "'here' is not HOST:PORT"),
        (("journal", "weigh"), "weigh"),
    ],
)
def test_words_that_are_none(typed, words, said) -> None:
    typed(*words).expect_one_line(EXIT_USAGE, said, "--help")


def test_help_is_no_mistake(typed) -> None:
    answer = typed("--help")
    assert (answer.code, answer.err) == (EXIT_WELL, "")
    assert "terminal" in answer.out


def test_the_version_is_no_mistake(typed) -> None:
    answer = typed("--version")
    assert (answer.code, answer.err) == (EXIT_WELL, "")
    assert answer.out.split() == ["refectory", version("refectory")]


def test_a_tap_that_is_no_number(typed, till_folder) -> None:
    typed("tap", "XYZ", "--data", till_folder).expect_one_line(
        EXIT_USAGE, "'XYZ' is no card number", "hexadecimal"
    )


def test_a_tap_without_a_terminal(typed, till_folder) -> None:
    typed("tap", "04A1B2C3", "--data", till_folder).expect_one_line(
        EXIT_FAILED, f"no terminal runs in {till_folder}", "start one"
    )


@pytest.mark.parametrize("words", [("status",), ("sync", "status"), ("sync", "now")])
def test_questions_without_a_terminal(typed, till_folder, words) -> None:
    typed(*words, "--data", till_folder).expect_one_line(
        EXIT_FAILED, f"no terminal runs in {till_folder}"
    )


def test_python_without_asserts_is_refused(typed, settings) -> None:
    typed("terminal", "--config", settings, flags=("-O",)).expect_one_line(
        EXIT_USAGE, "asserts guard the money", "without -O"
    )


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('nmae = "x"\n', "nmae"),
        ('listen = "here"\n', "listen"),
        ("columns = 9\n", "columns"),
        ("name = \n", "terminal.toml"),
        ('readers = ["warp://core"]\n', "warp"),
        ('printer = "warp://core"\n', "warp"),
        ('printer = "file:///dev/null"\nprinter_profile = "no-such"\n', "no-such"),
        ('name = "Till\\u0007"\n', "name"),
    ],
    ids=[
        "misspelt",
        "address",
        "range",
        "no TOML",
        "reader",
        "printer",
        "profile",
        "control bytes",
    ],
)
def test_settings_that_are_none(typed, settings, till_folder, text, said) -> None:
    written = f'data = "{till_folder}"\n' + text
    if "readers" not in text:
        written += 'readers = ["simulated://"]\n'
    settings.write_text(written)
    typed("terminal", "--config", settings).expect_one_line(EXIT_NOT_CONFIGURED, said)
    assert not (till_folder / "journal.db-wal").exists()


def test_settings_that_are_missing(typed, tmp_path) -> None:
    typed("terminal", "--config", tmp_path / "none.toml").expect_one_line(
        EXIT_NOT_CONFIGURED, "none.toml"
    )
    typed("status", environ={"REFECTORY_CONFIG": str(tmp_path / "none.toml")}).expect_one_line(
        EXIT_NOT_CONFIGURED, "none.toml"
    )


def test_a_demo_file_that_is_none(typed, settings, tmp_path) -> None:
    for text in ("{", "{}", '{"badges": [{"value": "zz", "technology": "iso14443a"}]}'):
        (tmp_path / "demo.json").write_text(text)
        typed("terminal", "--config", settings, "--demo", tmp_path / "demo.json").expect_one_line(
            EXIT_FAILED, "describes no demo"
        )


# --- enrolment ------------------------------------------------------------------------------------


def test_a_terminal_that_is_not_enrolled(typed, settings, till_folder) -> None:
    (till_folder / "identity.json").unlink()
    typed("terminal", "--config", settings).expect_one_line(
        EXIT_NOT_CONFIGURED, "is not enrolled", "refectory enrol --central"
    )


def test_an_identity_that_others_may_read(typed, settings, till_folder) -> None:
    (till_folder / "identity.json").chmod(0o644)
    typed("terminal", "--config", settings).expect_one_line(
        EXIT_NOT_CONFIGURED, "identity.json is open to other users", "chmod 600"
    )


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"school_id": 7}'])
def test_an_identity_that_is_none(typed, settings, till_folder, text) -> None:
    (till_folder / "identity.json").write_text(text)
    typed("terminal", "--config", settings).expect_one_line(
        EXIT_NOT_CONFIGURED, "identity.json", "enrol"
    )


# --- folders --------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be(typed, settings, under_a_file, tmp_path) -> None:
    typed("terminal", "--config", settings, "--data", under_a_file).expect_one_line(
        EXIT_NOT_CONFIGURED, str(under_a_file)
    )
    typed("demo", "--data", under_a_file).expect_one_line(EXIT_FAILED, str(under_a_file), "--data")
    typed("central", "--database", under_a_file / "central.db").expect_one_line(
        EXIT_FAILED, str(under_a_file)
    )
    typed("tap", "04A1B2C3", "--data", under_a_file).expect_one_line(EXIT_FAILED, str(under_a_file))
    assert (tmp_path / "a-file").read_text() == "not a folder"


def let_everybody_enter(folder: Path) -> None:
    """Open the folders that the tests' own folders lie in, up to the system's for such files."""
    top = FOR_OTHERS.resolve()
    folder = folder.resolve()
    while folder != top:
        folder.chmod(0o755)
        folder = folder.parent


def test_a_folder_of_another_user(typed, settings, till_folder, tmp_path) -> None:
    require_root("become somebody else")
    settings.chmod(0o644)
    let_everybody_enter(tmp_path)
    typed("terminal", "--config", settings, program=AS_NOBODY).expect_one_line(
        EXIT_NOT_CONFIGURED, "identity.json", "Permission denied", "run as the user"
    )
    typed("tap", "04A1B2C3", "--data", till_folder, program=AS_NOBODY).expect_one_line(
        EXIT_FAILED, "another user"
    )
    settings.chmod(0)
    typed("terminal", "--config", settings, program=AS_NOBODY).expect_one_line(
        EXIT_NOT_CONFIGURED, "terminal.toml", "ermission denied"
    )


def test_the_doctor_of_a_folder_that_this_user_may_not_open(typed, till_folder, tmp_path) -> None:
    require_root("be somebody else")
    let_everybody_enter(tmp_path)
    till_folder.chmod(0o700)
    answer = typed("doctor", "--offline", "--data", till_folder, program=AS_NOBODY)
    assert (answer.code, answer.err) == (EXIT_FAILED, "")
    assert f"FAIL  folder      this user may not write {till_folder}" in answer.out
    assert "by sudo" in answer.out
    typed("support-bundle", "--data", till_folder, program=AS_NOBODY).expect_one_line(
        EXIT_FAILED, "this user may not read", "by sudo"
    )


def test_a_demo_in_a_folder_with_foreign_files(typed, tmp_path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    typed("demo", "--headless", "--data", folder).expect_one_line(
        EXIT_FAILED, "thesis.txt", "name an empty folder with --data"
    )
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_a_demo_whose_file_is_damaged(typed, tmp_path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    for text in ("{", "[]", "{}"):
        (folder / "demo.json").write_text(text)
        typed("demo", "--headless", "--data", folder).expect_one_line(
            EXIT_FAILED, "demo.json", "move the folder aside"
        )
        typed("demo", "badges", "--data", folder).expect_one_line(EXIT_FAILED, "no demo")
        assert (folder / "demo.json").read_text() == text


def test_no_demo_no_badges(typed, tmp_path) -> None:
    typed("demo", "badges", "--data", tmp_path).expect_one_line(
        EXIT_FAILED, f"there is no demo in {tmp_path}", "./run"
    )


# --- ports ----------------------------------------------------------------------------------------


def test_a_screen_whose_port_is_taken(typed, settings, taken_port) -> None:
    listen = f"127.0.0.1:{taken_port}"
    settings.write_text(settings.read_text().replace("127.0.0.1:0", listen))
    typed("terminal", "--config", settings).expect_one_line(EXIT_FAILED, listen)


def test_a_centre_whose_port_is_taken(typed, tmp_path, taken_port) -> None:
    listen = f"127.0.0.1:{taken_port}"
    typed("central", "--database", tmp_path / "c.db", "--listen", listen).expect_one_line(
        EXIT_FAILED, listen
    )


def test_a_second_daemon_on_the_same_folder(typed, serve, settings, till_folder) -> None:
    serve("terminal", "--config", settings)
    typed("terminal", "--config", settings).expect_one_line(EXIT_FAILED, str(till_folder))
    # The first one never noticed.
    assert typed("status", "--data", till_folder, "--json").out.startswith("{")


# --- database files -------------------------------------------------------------------------------


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('Stromae')")


def no_database(path: Path) -> None:
    path.write_text("Dear diary\n" * 1000)


def damaged_journal(path: Path) -> None:
    filled(path, 50)
    size = path.stat().st_size
    change_bytes(path, 1024, b"\xa5" * (size - 2048))


@pytest.mark.parametrize("make", [foreign_database, no_database, damaged_journal])
def test_a_journal_that_is_none(typed, settings, till_folder, make: Callable[[Path], None]) -> None:
    path = till_folder / "journal.db"
    make(path)
    before = path.read_bytes()
    typed("terminal", "--config", settings).expect_one_line(EXIT_FAILED, str(path))
    answer = typed("journal", "verify", path)
    assert answer.code == EXIT_FAILED
    assert "Traceback" not in answer.err
    assert path.read_bytes() == before


def test_a_journal_with_an_event_that_is_none(typed, settings, till_folder) -> None:
    path = till_folder / "journal.db"
    filled(path, 50)
    place = path.read_bytes().index(b'"kind":"sale.made"')
    change_bytes(path, place, b'"kinX":')
    typed("terminal", "--config", settings).expect_one_line(EXIT_FAILED, str(path), "verify")


@pytest.mark.parametrize("make", [foreign_database, no_database])
def test_a_central_database_that_is_none(typed, tmp_path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "central.db"
    make(path)
    before = path.read_bytes()
    for words in ((), ("check",), ("code", "--terminal", "Till")):
        typed(
            "central", *words, "--database", path, *(() if words else ("--listen", "127.0.0.1:0"))
        ).expect_one_line(EXIT_FAILED, str(path))
    if make is no_database:
        assert path.read_bytes() == before
        return
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("song",)]
        assert db.execute("SELECT * FROM song").fetchall() == [("Stromae",)]


def test_a_central_database_that_is_missing_is_not_made_by_a_question(typed, tmp_path) -> None:
    path = tmp_path / "none.db"
    typed("central", "check", "--database", path).expect_one_line(EXIT_FAILED, str(path))
    assert not path.exists()


def test_a_terminal_whose_journal_is_gone(typed, settings, till_folder) -> None:
    school_copy(till_folder / "snapshot.db")
    typed("terminal", "--config", settings).expect_one_line(
        EXIT_FAILED, "journal.db", "the file is gone", "put the file back"
    )
    assert not (till_folder / "journal.db").exists()


def test_a_journal_that_is_missing(typed, tmp_path) -> None:
    answer = typed("journal", "verify", tmp_path / "none.db")
    answer.expect_one_line(EXIT_NOT_CONFIGURED, "none.db")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("kind", ["of another school", "damaged"])
def test_a_copy_that_cannot_be_used_at_the_start(typed, serve, settings, till_folder, kind) -> None:
    filled(till_folder / "journal.db", 0)
    copy = till_folder / "snapshot.db"
    if kind == "damaged":
        copy.write_bytes(b"SQLite format 3\0" + b"\xa5" * 9000)
    else:
        school_copy(copy, school_id="other")
    before = copy.read_bytes()
    service = serve("terminal", "--config", settings)
    answer = typed("tap", "04A1B2C3D4E501", "--data", till_folder)
    assert answer.code == EXIT_WELL
    assert "no snapshot" in answer.out
    assert (till_folder / "snapshot.db.bad").read_bytes() == before
    log = service.end()
    assert "put aside" in log
    assert "Traceback" not in log
