"""The conformance kit: the real centre keeps the contract, and each broken one is found."""

import json
import shutil
from contextlib import suppress
from random import Random

import pytest
from broken_centre import FAULTS

from central.enrolment import create_code
from central.office import Act
from central.photos import write_photos
from cli.conformance import _open_copy
from cli.main import main
from sync.conformance.kit import run
from sync.identity import save_identity


def checks_of(centre, identity=None, tell=None):
    code = None
    if identity is None:
        code = create_code(
            centre.store, centre.school.school.id, terminal_name="kit", now=centre.clock()
        )
    told = []
    checks = run(
        central_url=centre.url,
        code=code,
        identity=identity,
        ca_file=None,
        open_copy=_open_copy,
        now=centre.clock(),
        chance=Random(7),
        tell=tell or told.append,
    )
    assert tell is not None or told == checks
    return checks


def wrong_until(centre, names):
    """Ask until these checks have found what is wrong, or to the end; return what was wrong."""

    class FoundError(Exception):
        """Nothing more needs to be asked: that spares half of the questions."""

    found = set()

    def tell(check):
        if check.is_asked and not check.is_kept:
            found.add(check.name)
        if names <= found:
            raise FoundError

    with suppress(FoundError):
        checks_of(centre, tell=tell)
    return found


def wrong(checks):
    return {check.name: check.came for check in checks if check.is_asked and not check.is_kept}


def test_the_real_centre_keeps_the_contract_on_both_engines(centre):
    checks = checks_of(centre)
    assert wrong(checks) == {}
    assert all(check.is_asked for check in checks)
    names = [check.name for check in checks]
    assert len(set(names)) == len(names) > 60
    assert {flag for (flag,) in centre.rows("SELECT flag FROM exception")} <= {
        "conflict",
        "quarantined",
    }
    assert centre.figures().ledger_sum_cents == 0
    centre.expect_sound()


@pytest.fixture
def plain_centre(tmp_path, seeded_file, new_centre):
    path = tmp_path / "central.db"
    shutil.copy(seeded_file, path)
    centre = new_centre(str(path))
    pupil, act = centre.school.pupils[0].id, Act("anna", centre.clock())
    write_photos(centre.store, centre.school.school.id, {pupil: b"a photo"}, act=act)
    return centre


def test_an_enrolled_terminal_is_asked_about_from_where_it_stands(plain_centre):
    till = plain_centre.till()
    till.refuse()
    till.refuse()
    till.send()
    checks = checks_of(plain_centre, till.identity)
    assert wrong(checks) == {}
    assert [check.name for check in checks if not check.is_asked] == ["rotation"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_broken_centre_is_found_by_name(plain_centre, monkeypatch, fault):
    fault.do(monkeypatch)
    assert set(fault.found_by) <= wrong_until(plain_centre, set(fault.found_by))


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_server_that_is_not_there_is_one_finding_after_the_other(plain_centre):
    plain_centre.twin.stop()
    code = "ABCD-1234"
    checks = run(
        central_url=plain_centre.url,
        code=code,
        identity=None,
        ca_file=None,
        open_copy=_open_copy,
        now=plain_centre.clock(),
        chance=Random(7),
        tell=lambda _check: None,
    )
    assert all("no answer" in check.came for check in checks if check.is_asked)
    assert not checks[-1].is_asked


# --- the command ----------------------------------------------------------------------------------


def test_the_command_tells_each_check_and_ends_with_the_sum(tmp_path, live_centre, capsys):
    code, url = live_centre
    assert main(["conformance", "--central", url, "--code", code, "--json"]) == 0
    *lines, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert last == {"checks": len(lines), "wrong": 0, "left_out": 0}
    assert all(set(line) == {"name", "expected", "came", "is_asked", "is_kept"} for line in lines)


def test_the_command_fails_for_a_broken_server(live_centre, monkeypatch, capsys):
    code, url = live_centre
    FAULTS[0].do(monkeypatch)
    assert main(["conformance", "--central", url, "--code", code]) == 1
    out = capsys.readouterr().out
    assert "WRONG  signature-body: expected 401 `signature`" in out
    assert out.splitlines()[-1].startswith("the server breaks the contract")


@pytest.fixture
def live_centre(tmp_path, seeded_file):
    from central.clock import wall_clock
    from central.twin import TwinCentre

    path = tmp_path / "central.db"
    shutil.copy(seeded_file, path)
    with TwinCentre(path) as twin:
        code = create_code(twin.store, "demo", terminal_name="kit", now=wall_clock())
        yield code, twin.url


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--central", "http://127.0.0.1:1"],
        ["--code", "ABCD-1234"],
        ["--central", "http://school.example", "--code", "ABCD-1234"],
        ["--identity", "/nowhere"],
    ],
)
def test_wrong_words_are_one_line(words, capsys):
    assert main(["conformance", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_with_an_identity_is_enough(tmp_path, plain_centre, capsys):
    till = plain_centre.till()
    folder = tmp_path / "identity"
    save_identity(till.identity, folder)
    assert main(["conformance", "--identity", str(folder)]) == 0
    assert "left   rotation" in capsys.readouterr().out
