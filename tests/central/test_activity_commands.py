"""Trips and meetings on the command line."""

import json
from datetime import datetime, timedelta

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt

from central.clock import wall_clock
from central.csv_table import TABLE_BYTES_MAX
from central.errors import RecordError
from central.meetings.booking import Family, book
from central.meetings.teacher_file import read_teachers
from cli.main import main
from cli.output import EXIT_FAILED, EXIT_USAGE, EXIT_WELL


@pytest.fixture
def run(centre, place, capsys):
    """Runs a command on the centre's books; returns its code, its objects and its complaint."""

    def run(*words, is_json=True):
        more = ["--database", place, *(["--json"] if is_json else [])]
        capsys.readouterr()
        try:
            code = main(["central", *map(str, words), *more])
        except SystemExit as error:
            code = error.code
        said = capsys.readouterr()
        rows = [json.loads(line) for line in said.out.splitlines()] if is_json else said.out
        return code, rows, said.err

    return run


@pytest.fixture
def later():
    today = wall_clock().date()
    return lambda days: (today + timedelta(days=days)).isoformat()


def test_a_trip_from_the_plan_to_the_last_cent(centre, run, later, tmp_path):
    pupil = centre.school.pupils[0]
    code, (planned,), _ = run(
        "activity", "plan", "Mer du Nord", "--first-day", later(60), "--answer-by", later(20),
        "--price", "30", "--instalment", f"{later(20)}=10", "--instalment", f"{later(40)}=20",
        "--takes-wallet", "--key", "sea",
    )  # fmt: skip
    assert (code, planned["activity"], planned["last_day"]) == (EXIT_WELL, "sea", later(60))
    _, (listed,), _ = run("activity", "list")
    assert listed == planned
    _, (asked,), _ = run("activity", "invite", "sea", "--pupil", pupil.id)
    assert asked["invited"] == 1
    _, (done,), _ = run("activity", "enrol", "sea", "--class", pupil.class_name)
    assert done["enrolled"] > 10
    _, (invoice,), _ = run("invoice", "list", "--pupil", pupil.id)
    assert [one["cents"] for one in invoice["instalments"]] == [1000, 2000]
    run("wallet", "adjust", "20", "--pupil", pupil.id, "--why", "gift")
    _, (paid,), _ = run("invoice", "pay", invoice["invoice"], "4", "--key", "1")
    assert (paid["paid_cents"], paid["state"]) == (400, "part_paid")
    run("bank", "account", SCHOOL_IBAN)
    file = tmp_path / "a.xml"
    file.write_bytes(camt(Paid(3000, communication=invoice["communication"].strip("+"))))
    code, (read,), _ = run("bank", "import", file)
    assert (read["invoiced_cents"], read["unmatched"]) == (2600, 1)
    _, (line,), _ = run("bank", "lines")
    assert line["rest_cents"] == 400
    other = next(one.id for one in centre.school.pupils[1:] if one.class_name == pupil.class_name)
    _, (owed,), _ = run("invoice", "list", "--pupil", other)
    _, (assigned,), _ = run("bank", "assign", line["line"], "--invoice", owed["invoice"])
    assert (assigned["state"], assigned["rest_cents"]) == ("assigned", 0)
    _, (credited,), _ = run("invoice", "credit", owed["invoice"], "20", "--why", "second child")
    assert (credited["owed_cents"], credited["paid_cents"]) == (1000, 400)
    code, _, said = run("invoice", "credit", owed["invoice"], "20", "--why", " ")
    assert (code, "--why" in said) == (EXIT_FAILED, True)
    _, (gone,), _ = run("activity", "withdraw", "sea", "--pupil", other, "--why", "ill")
    assert gone["answer"] == "no"
    _, rows, _ = run("activity", "show", "sea")
    states = {one["pupil"]: one["state"] for one in rows}
    assert (states[pupil.id], states[other]) == ("paid", "credited")
    _, (moved,), _ = run("activity", "deadline", "sea", later(30))
    assert moved["answer_by"] == later(30)
    _, (ended,), _ = run("activity", "cancel", "sea", "--why", "storm")
    assert ended["credited"] == done["enrolled"] - 1
    assert run("check")[0] == EXIT_WELL


def test_what_cannot_be_planned_is_one_line(run, later):
    code, _, said = run(
        "activity", "plan", "Mer", "--first-day", later(60), "--answer-by", later(61),
        "--price", "3",
    )  # fmt: skip
    assert code == EXIT_FAILED
    assert said.count("\n") == 1
    assert "answer at the latest" in said
    assert run("activity", "plan", "Mer", "--price", "abc")[0] == EXIT_USAGE
    assert run("bank", "assign", "x")[0] == EXIT_USAGE


TABLE = "id;name;subject;room;classes;away\ndub;Mme Dubois;Maths;B12;{0};17:10\n"


def test_an_evening_from_a_table(centre, run, later, tmp_path):
    pupil = centre.school.pupils[0]
    table = tmp_path / "teachers.csv"
    table.write_text(TABLE.format(pupil.class_name), encoding="utf-8-sig")
    words = (
        "meetings", "set-up", "Rencontres", "--day", later(9), "--from", "17:00", "--to", "17:30",
        "--teachers", table, "--key", "autumn",
    )  # fmt: skip
    code, (made,), _ = run(*words)
    assert (code, made["minutes"]) == (EXIT_WELL, 10)
    assert run(*words)[1] == [made]
    slots = centre.rows("SELECT starts_at FROM meeting_slot ORDER BY 1")
    assert len(slots) == 2
    assert run("meetings", "list")[1] == [made]
    book(
        centre.store,
        centre.school.school.id,
        appointment="one",
        evening="autumn",
        teacher="dub",
        starts_at=datetime.fromisoformat(slots[1][0]),
        pupil=pupil.id,
        family=Family((pupil.id,), "mother"),
        now=wall_clock(),
    )
    _, (booked,), _ = run("meetings", "show", "autumn")
    assert (booked["at"], booked["teacher"], booked["pupil"]) == ("17:20", "Mme Dubois", pupil.id)
    _, (gone,), _ = run("meetings", "cancel", "autumn", "--why", "snow")
    assert gone["cancelled"] == 1
    assert run("meetings", "show", "autumn")[1] == []
    code, _, said = run(*(*words[:10], tmp_path / "none.csv"))
    assert (code, "name the table" in said) == (EXIT_FAILED, True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"id,name\nx,X\n", "line 1: classes is missing"),
        (b"id,name,classes,colour\n", "'colour' is no column"),
        (b"id,name,classes,away\nx,X,1A,half six\n", "line 2: away 'half six'"),
        (b"id,name,classes\nx,X,1A,more\n", "line 2: it has more values"),
        (b"id,name,classes\n\xff", "no UTF-8"),
        (b"", "is missing"),
        (b" " * (TABLE_BYTES_MAX + 1), "at most 256 KiB"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(body, said):
    with pytest.raises(RecordError, match=said):
        read_teachers(body)
