"""The office on the command line: its words, its exit codes, and one object a line."""

import json

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt, coda
from shift_till import ShiftTill, Tender

from central.orders import cancel
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
def pupil(centre):
    today = {one.pupil_id for one in centre.school.orders if one.day == centre.school.today}
    return next(
        row[0]
        for row in centre.rows(
            "SELECT pupil_id FROM wallet WHERE general_cents > 2000 AND reserve_cents > 2000"
            " ORDER BY pupil_id"
        )
        if row[0] not in today
    )


def test_wallets_are_moved_adjusted_explained_and_paid_out(centre, run, pupil):
    _, (shown,), _ = run("wallet", "show", "--pupil", pupil)
    words = (
        "wallet",
        "move",
        "5",
        "--from",
        "reserve",
        "--pupil",
        pupil,
        "--why",
        "x",
        "--key",
        "k",
    )
    for _ in range(2):
        code, (row,), _ = run(*words)
        assert (code, row["general_cents"]) == (EXIT_WELL, shown["general_cents"] + 500)
    _, (row,), _ = run("wallet", "adjust", "-1.50", "--pupil", pupil, "--why", "a mistake")
    assert row["general_cents"] == shown["general_cents"] + 350
    _, rows, _ = run("wallet", "statement", "--pupil", pupil)
    assert {"wallet.moved", "wallet.adjusted"} <= {one["kind"] for one in rows[:3]}
    _, (row,), _ = run("wallet", "pay-out", "--pupil", pupil, "--why", "leaves")
    assert row["paid_cents"] == shown["general_cents"] + shown["reserve_cents"] - 150
    code, text, _ = run("wallet", "show", "--pupil", pupil, is_json=False)
    assert text == f"{pupil}  general 0.00  reserve 0.00\n"
    centre.expect_sound()


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("wallet", "show", "--pupil", "zz"), EXIT_FAILED, "no pupil zz"),
        (("wallet", "adjust", "1,2", "--pupil", "p", "--why", "x"), EXIT_USAGE, "4.50"),
        (("wallet", "adjust", "1", "--pupil", "p"), EXIT_USAGE, "--why"),
        (("wallet", "show", "--pupil", "p", "--school", "x"), EXIT_FAILED, "no school 'x'"),
        (("bank", "import", "/nowhere/a.xml"), EXIT_FAILED, "No such file"),
        (("bank", "assign", "l-0", "--pupil", "p"), EXIT_FAILED, "no bank line"),
        (("bank", "account", "BE00"), EXIT_FAILED, "no valid IBAN"),
        (("settle", "e-0", "--how", "accepted", "--why", "x"), EXIT_FAILED, "no exception"),
        (("settle", "e-0", "--how", "eaten", "--why", "x"), EXIT_USAGE, "invalid choice"),
        (("badge", "block", "nfc:zz", "--why", "x"), EXIT_FAILED, "iso14443a:"),
        (("badge", "block", "00", "--why", "x"), EXIT_FAILED, "no badge 00"),
        (("order", "cancel", "o-0"), EXIT_FAILED, "no order"),
        (("order", "reserve", "--pupil", "p", "--product", "x", "--day", "1"), EXIT_USAGE, "2026-"),
        (("pupil", "leave", "p-0", "--why", "x"), EXIT_FAILED, "no pupil"),
        (("pupil", "forget", "p-0"), EXIT_FAILED, "has left"),
        (("closings", "--day", "today"), EXIT_USAGE, "2026-11-24"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_one_line_with_the_right_code(run, words, code, complaint):
    found, _, said = run(*words, is_json=False)
    assert found == code
    assert complaint in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_bank_files_are_read_listed_assigned_and_sent_back(centre, run, pupil, tmp_path):
    run("bank", "account", SCHOOL_IBAN)
    _, (given,), _ = run("bank", "communications", "--year", "2026-2027")
    assert given == {"year": "2026-2027", "given": len(centre.school.pupils)}
    digits = centre.one("SELECT digits FROM communication WHERE pupil_id = ?", pupil)
    payments = (
        Paid(2500, communication=digits, reference="R1"),
        Paid(700, text="lunch", reference="R2"),
        Paid(800, text="soup", reference="R3"),
    )
    (tmp_path / "a.xml").write_bytes(camt(*payments))
    (tmp_path / "a.coda").write_bytes(coda(*payments))
    code, rows, _ = run("bank", "import", tmp_path / "a.xml", tmp_path / "a.coda")
    assert code == EXIT_WELL
    assert [(one["matched"], one["unmatched"], one["known"]) for one in rows] == [
        (1, 2, 0),
        (0, 0, 3),
    ]
    _, lines, _ = run("bank", "lines")
    assert sorted(one["amount_cents"] for one in lines) == [700, 800]
    _, (done,), _ = run("bank", "assign", lines[0]["line"], "--pupil", pupil)
    assert (done["state"], done["pupil"]) == ("assigned", pupil)
    _, (done,), _ = run("bank", "send-back", lines[1]["line"], "--why", "not ours")
    assert done["state"] == "sent_back"
    assert run("bank", "lines", is_json=False)[1] == "no line waits\n"
    assert len(run("bank", "lines", "--all")[1]) == 3
    (tmp_path / "bad.coda").write_bytes(b"hello")
    code, _, complaint = run("bank", "import", tmp_path / "bad.coda", is_json=False)
    assert (code, "bad.coda, line 1: " in complaint) == (EXIT_FAILED, True)
    centre.expect_sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_exceptions_closings_the_log_and_the_check(centre, run, till):
    counter = ShiftTill(till)
    counter.sell(None, (450, 1), tender=Tender.LATER)
    counter.close(collected=5)
    counter.send()
    _, rows, _ = run("exceptions")
    assert {one["flag"] for one in rows} == {"to_settle", "closing_differs"}
    _, (closing,), _ = run("closings", "--day", "2026-11-24")
    assert (closing["number"], closing["agrees"], closing["sales_cents"]) == (1, False, 450)
    assert "collected: 5 at the terminal, 0 in the books" in closing["differences"]
    code, (check,), _ = run("check")
    assert (code, len(check["disagreements"])) == (EXIT_FAILED, 1)
    for one in rows:
        how = "waived" if one["flag"] == "to_settle" else "accepted"
        code, (done,), _ = run("settle", one["id"], "--how", how, "--why", "looked at it")
        assert (code, done["resolution"]) == (EXIT_WELL, how)
    assert run("exceptions")[1] == []
    assert len(run("exceptions", "--all")[1]) == 2
    assert run("check")[0] == EXIT_WELL
    _, log, _ = run("audit", "--limit", "2")
    assert len(log) == 2
    assert all(one["what"].startswith("exception") for one in log)
    code, (night,), _ = run("night")
    assert code == EXIT_WELL
    assert night["disagreements"] == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_badges_and_who_leaves(centre, run, clock, pupil):
    # Commands go by the wall clock: whatever day it shows, no order is in the way.
    waiting = "SELECT id FROM meal_order WHERE pupil_id = ? AND state = 'reserved'"
    for (order,) in centre.rows(waiting, pupil):
        cancel(centre.store, "demo", order=order, now=clock())
    badge = centre.badge_of(pupil)
    assert run("badge", "lose", badge, "--why", "bus")[1] == [{"badge": badge, "state": "lost"}]
    _, (done,), _ = run("badge", "replace", badge, "iso14443a:04A1B2C3D4E5F6", "--why", "lost")
    assert done["old"] == badge
    _, steps, _ = run("badge", "history", "--pupil", pupil)
    assert {one["state"] for one in steps} == {"issued", "replaced", "lost"}
    code, rows, complaint = run("pupil", "leave", pupil, "--why", "moved")
    assert (code, rows[0]["badges"]) == (EXIT_WELL, 2), complaint
    run("wallet", "pay-out", "--pupil", pupil, "--why", "moved")
    run("pupil", "forget", pupil)
    _, (former,), _ = run("pupil", "former")
    assert (former["pupil"], former["name"], former["general_cents"]) == (pupil, "", 0)
    centre.expect_sound()
