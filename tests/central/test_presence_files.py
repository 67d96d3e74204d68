"""Study enrolments and absences from tables: what is wrong is skipped and told, twice is once."""

from datetime import date
from pathlib import Path

import pytest

from central.csv_table import TABLE_BYTES_MAX
from central.errors import RecordError
from central.lateness import absences_on
from central.office import Act
from central.presence_files import Skipped, import_absences, import_enrolments
from central.study import list_enrolments, put_session
from cli.main import main
from core.ids import SchoolId, SessionId
from core.money import Money
from core.presence_rows import AbsenceState
from core.study import StudySession

TODAY = date(2026, 11, 24)
SCHOOL = SchoolId("demo")
SHORT = StudySession(
    SessionId("short"), "Étude courte", frozenset({0, 1, 3, 4}), 965, 1035, Money(100)
)


@pytest.fixture
def act(centre):
    put_session(centre.store, SCHOOL, SHORT, who="office", now=centre.clock())
    return Act("office", centre.clock())


def test_enrolments_of_a_table(centre, act):
    one, other, third = (pupil.id for pupil in centre.school.pupils[:3])
    body = (
        "pupil;session;since;until;weekdays;price\n"
        f"{one};short;2026-09-01;;;\n"
        f"{other};Étude courte;2026-09-01;2026-12-18;mon TUE;0,50\n"
        "nobody;short;2026-09-01;;;\n"
        f"{third};long;2026-09-01;;;\n"
        f"{third};short;yesterday;;;\n"
        f"{third};short;2026-09-01;2026-08-01;;\n"
        f"{third};short;2026-09-01;;funday;\n"
        f"{third};short;2026-09-01;;;free\n"
        f"{third};short;2026-09-01;;;-1\n"
        f"{third};short;2026-09-01;;;;more\n"
        f"{one};short;2026-10-01;;;\n"
    ).encode()
    done = import_enrolments(centre.store, SCHOOL, body, act=act)
    assert (done.added, done.changed, done.same) == (2, 0, 0)
    assert [skipped.line for skipped in done.skipped] == [4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert done.skipped[0] == Skipped(4, "there is no pupil 'nobody'")
    assert done.skipped[1].why == "there is no session 'long'"
    assert "write it like 2026-11-24" in done.skipped[2].why
    assert done.skipped[-1].why == "line 2 is about the same"
    with centre.store.database.reading() as session:
        (own,) = list_enrolments(session, SCHOOL, pupil=other)
        feed = session.row("SELECT cursor FROM school WHERE id = ?", SCHOOL)
    assert (own.weekdays, own.price, own.until) == (
        frozenset({0, 1}),
        Money(50),
        date(2026, 12, 18),
    )
    again = import_enrolments(centre.store, SCHOOL, body, act=act)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    later = body.replace(b"2026-12-18", b"2026-12-04")
    assert import_enrolments(centre.store, SCHOOL, later, act=act).changed == 1
    with centre.store.database.reading() as session:
        # The table that changed nothing told no terminal anything.
        assert session.row("SELECT cursor FROM school WHERE id = ?", SCHOOL)[0] == feed[0] + 1


def test_absences_of_a_table(centre, act):
    one, other = (pupil.id for pupil in centre.school.pupils[:2])
    body = (
        "pupil,day,state,note\n"
        f"{one},2026-11-24,,grippe\n"
        f"{other},2026-11-24,unexcused,\n"
        f"{other},2026-11-25,asleep,\n"
        f"{other},2026-11-26,announced,{'x' * 201}\n"
    ).encode()
    done = import_absences(centre.store, SCHOOL, body, act=act)
    assert (done.added, [skipped.line for skipped in done.skipped]) == (2, [4, 5])
    assert "'asleep' is not one of announced, unexcused, withdrawn" in done.skipped[0].why
    with centre.store.database.reading() as session:
        told = {row.pupil: (row.state, row.note) for row in absences_on(session, SCHOOL, TODAY)}
    assert told == {
        one: (AbsenceState.ANNOUNCED, "grippe"),
        other: (AbsenceState.UNEXCUSED, ""),
    }
    assert import_absences(centre.store, SCHOOL, body, act=act).same == 2
    here = f"pupil,day,state\n{one},2026-11-24,withdrawn\n".encode()
    assert import_absences(centre.store, SCHOOL, here, act=act).changed == 1
    assert import_absences(centre.store, SCHOOL, here, act=act).same == 1
    with centre.store.database.reading() as session:
        assert [row.pupil for row in absences_on(session, SCHOOL, TODAY)] == [other]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"pupil\n", "line 1: day is missing"),
        (b"pupil,day,colour\n", "'colour' is no column"),
        (b"pupil,day\n\xff", "no UTF-8"),
        (b" " * (TABLE_BYTES_MAX + 1), "at most 256 KiB"),
    ],
)
def test_what_is_no_such_table_writes_nothing(centre, act, body, said):
    with pytest.raises(RecordError, match=said):
        import_absences(centre.store, SCHOOL, body, act=act)


def test_the_commands_tell_what_they_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    database = ["--database", str(tmp_path / "central.db")]
    assert main(["central", "seed", "--seed", "7", "--day", "2026-11-24", *database]) == 0
    table = tmp_path / "away.csv"
    table.write_text("pupil,day\nnobody,2026-11-24\n")
    capsys.readouterr()
    assert main(["central", "absence", "import", str(table), *database]) == 1
    told = capsys.readouterr()
    assert told.out == "0 added, 0 changed, 0 same, 1 skipped\n"
    assert "away.csv, line 2: there is no pupil 'nobody'; skipped" in told.err
    table.write_text("pupil,session,since\n")
    assert main(["central", "study", "import", str(table), "--json", *database]) == 0
    assert '"skipped": []' in capsys.readouterr().out
    assert main(["central", "study", "import", str(tmp_path / "none.csv"), *database]) == 1
    assert "name the table" in capsys.readouterr().err
