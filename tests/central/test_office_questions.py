"""What a bursar's terminal asks of the centre: told to who holds the right, of their school."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from central.enrolment import create_code
from central.families.access import use_code
from central.families.links import parents_of
from central.load import load_school
from central.pages.users import find_user
from central.seed import make_school
from core.codec import moment_text
from core.facts import ReserveMoved
from core.ids import PupilId, SchoolId
from core.money import Money
from core.wallet import WalletKind
from sync.channel import Channel
from sync.enrol import enrol
from sync.errors import RefusedError

SCHOOL = SchoolId("demo")
WHATS = ("access", "cases", "resolutions", "accounts")
PASSWORD = "a long enough word"


@pytest.fixture
def pupil(centre):
    rows = centre.rows(
        "SELECT pupil_id FROM wallet w WHERE reserve_cents >= 1000 AND NOT EXISTS (SELECT 1 FROM"
        " family_pupil f WHERE f.pupil_id = w.pupil_id) ORDER BY pupil_id"
    )
    return PupilId(rows[0][0])


@pytest.fixture
def bursar(centre):
    return next(one.member for one in centre.school.staff if one.member.name == "Nadia K.")


@pytest.fixture
def ask(till, pupil, bursar):
    """Ask a question as the bursar's terminal does."""

    def send(what, *, channel=None, terminal=None, **changes):
        body = {"command": "c-1", "staff": bursar.id} | full(what, pupil) | changes
        body = {key: value for key, value in body.items() if value is not ...}
        return (channel or till.channel).post(
            f"/v1/terminals/{terminal or till.identity.terminal_id}/{what}",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": '"c-1"'},
        )

    return send


def full(what, pupil):
    return {
        "access": {"pupil": pupil},
        "cases": {},
        "resolutions": {"case": "x", "how": "accepted", "note": "seen"},
        "accounts": {"pupil": pupil, "since": "2026-11-01", "until": "2026-11-30"},
    }[what]


def parents(centre, pupil):
    with centre.store.database.reading() as session:
        return [user.name for user in parents_of(session, SCHOOL, pupil)]


# --- access ---------------------------------------------------------------------------------------


def test_a_fresh_access_works_once_and_is_logged(centre, clock, ask, pupil, bursar):
    told = ask("access")
    assert (told["state"], told["accounts"]) == ("granted", [])
    assert told["address"] == f"{centre.url}/welcome"
    assert parents(centre, pupil) == [told["user"]]
    assert told["ends_at"][:10] == (clock() + timedelta(days=14)).date().isoformat()
    used = {"name": told["user"], "code": told["code"], "password": PASSWORD, "now": clock()}
    assert use_code(centre.store, **used) is not None
    assert use_code(centre.store, **used) is None
    who = centre.one("SELECT who FROM audit WHERE what = 'access code' ORDER BY at DESC")
    assert who == f"{bursar.name} (Till 1)"
    # The code itself is in no row of the centre.
    code = told["code"].replace("-", "")
    assert not any(code in str(row) for row in centre.rows("SELECT * FROM access_code"))


def test_who_has_an_account_is_asked_which_and_a_newer_code_ends_the_older(
    centre, clock, ask, pupil
):
    first = ask("access")
    asked = ask("access", account=None)
    assert (asked["state"], asked["accounts"]) == ("choose", [first["user"]])
    assert "code" not in asked
    again = ask("access", account=first["user"])
    assert (again["user"], again["state"]) == (first["user"], "granted")
    old = {"name": first["user"], "code": first["code"], "password": PASSWORD, "now": clock()}
    assert use_code(centre.store, **old) is None
    other = ask("access", account="")
    assert other["user"] != first["user"]
    assert sorted(parents(centre, pupil)) == sorted([first["user"], other["user"]])


def test_no_account_but_the_pupils_own_is_opened(centre, ask, pupil):
    other = next(one.id for one in centre.school.pupils if one.id != pupil)
    theirs = ask("access", pupil=other)["user"]
    for account in (theirs, "nobody"):
        with pytest.raises(RefusedError) as refused:
            ask("access", account=account)
        assert (refused.value.status, refused.value.problem) == (409, "refused")
    assert parents(centre, pupil) == []
    with pytest.raises(RefusedError) as refused:
        ask("access", pupil="nobody")
    assert refused.value.problem == "refused"
    with centre.store.database.reading() as session:
        assert find_user(session, theirs) is not None


# --- cases and accounts ---------------------------------------------------------------------------


def moved(till, pupil, bursar, cents):
    fact = ReserveMoved(
        till.clock().date(), pupil, Money(cents), WalletKind.RESERVE, bursar.id, why="asked"
    )
    till.journal.append(fact, at=till.clock())
    return till.send()


def test_an_exception_is_listed_and_settled_as_on_the_centres_page(
    centre, till, ask, pupil, bursar
):
    assert ask("cases")["cases"] == []
    reserve = centre.one("SELECT reserve_cents FROM wallet WHERE pupil_id = ?", pupil)
    moved(till, pupil, bursar, reserve + 5)
    (case,) = ask("cases")["cases"]
    assert (case["flag"], case["terminal"], case["resolution"]) == ("overdraft", "Till 1", None)
    known = next(one for one in centre.school.pupils if one.id == pupil)
    named = (f"{known.first_name} {known.last_name}", known.class_name)
    assert (case["name"], case["class_name"]) == named
    assert (case["kind"], case["at"]) == ("reserve.moved", moment_text(till.clock()))
    settled = ask("resolutions", case=case["id"], how="reversed", note="too much")
    assert settled["resolution"] == "reversed"
    assert ask("resolutions", case=case["id"], how="reversed", note="again")["id"] == case["id"]
    assert ask("cases")["cases"] == []
    assert centre.one("SELECT reserve_cents FROM wallet WHERE pupil_id = ?", pupil) == reserve
    for changes in ({"case": case["id"], "how": "accepted"}, {"case": "no such case"}):
        with pytest.raises(RefusedError) as refused:
            ask("resolutions", **changes)
        assert refused.value.problem == "refused"
    centre.expect_sound()


def test_an_account_is_told_line_by_line_in_the_pupils_words(centre, till, ask, pupil, bursar):
    moved(till, pupil, bursar, 600)
    told = ask("accounts", until="2099-12-31")
    last = told["movements"][-2:]
    assert {line["change_cents"] for line in last} == {600, -600}
    assert {line["label"] for line in last} == {"Réserve ↔ général"} or last[0]["label"]
    assert {line["place"] for line in last} == {"Till 1"}
    assert (told["general_cents"], told["reserve_cents"]) == (
        centre.balance(pupil),
        centre.one("SELECT reserve_cents FROM wallet WHERE pupil_id = ?", pupil),
    )
    moments = [line["at"] for line in told["movements"]]
    assert moments == sorted(moments)
    assert ask("accounts", since="1999-01-01", until="1999-12-31")["movements"] == []
    with pytest.raises(RefusedError) as refused:
        ask("accounts", pupil="nobody")
    assert refused.value.problem == "refused"


# --- doors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", WHATS)
def test_without_the_right_nothing_is_told(centre, ask, what):
    marc = next(one.member for one in centre.school.staff if one.member.name == "Marc D.")
    for staff in (marc.id, "nobody"):
        with pytest.raises(RefusedError) as refused:
            ask(what, staff=staff)
        assert (refused.value.status, refused.value.problem) == (403, "right")


@pytest.mark.parametrize("what", WHATS)
def test_one_terminal_asks_nothing_as_another(centre, ask, what):
    other = centre.till("Till 2")
    with pytest.raises(RefusedError) as refused:
        ask(what, terminal=other.identity.terminal_id)
    assert (refused.value.status, refused.value.problem) == (401, "signature")


@pytest.mark.parametrize("what", WHATS)
def test_what_is_no_question_is_told_so(ask, what):
    for changes in ({"staff": ...}, {"command": ""}, {"pupil": 7, "case": 7, "staff": 7}):
        with pytest.raises(RefusedError) as refused:
            ask(what, **changes)
        assert (refused.value.status, refused.value.problem) == (400, "malformed")


def test_another_schools_bursar_finds_nobody_of_this_one(
    centre, till, clock, ask, pupil, bursar, tmp_path
):
    """With all the ids of this school they are told nothing, and nothing is made or settled."""
    reserve = centre.one("SELECT reserve_cents FROM wallet WHERE pupil_id = ?", pupil)
    moved(till, pupil, bursar, reserve + 5)
    (case,) = ask("cases")["cases"]
    account = ask("access")["user"]
    small = make_school(seed=8, today=centre.school.today)
    load_school(centre.store, replace(small, school=replace(small.school, id="other")))
    theirs = next(one.member for one in small.staff if one.member.name == "Nadia K.")
    code = create_code(centre.store, "other", terminal_name="Eve", now=clock())
    eve = enrol(central_url=centre.url, code=code, folder=tmp_path)
    channel = Channel(eve, ca_file=None, clock=clock)
    from_eve = {"channel": channel, "terminal": eve.terminal_id}
    for what in WHATS:
        with pytest.raises(RefusedError) as refused:
            ask(what, **from_eve)
        assert refused.value.problem == "right"
    as_eve = from_eve | {"staff": theirs.id}
    for what, changes in (
        ("access", {}),
        ("access", {"account": account}),
        ("access", {"account": ""}),
        ("resolutions", {"case": case["id"]}),
        ("accounts", {}),
    ):
        with pytest.raises(RefusedError) as refused:
            ask(what, **as_eve, **changes)
        assert refused.value.problem == "refused"
    assert ask("cases", **as_eve)["cases"] == []
    channel.close()
    assert [one["id"] for one in ask("cases")["cases"]] == [case["id"]]
    assert parents(centre, pupil) == [account]


def test_a_terminal_that_is_frozen_is_told_nothing(centre, till, ask):
    with centre.store.database.writing() as session:
        session.run("UPDATE terminal SET state = 'frozen'")
    for what in WHATS:
        with pytest.raises(RefusedError) as refused:
            ask(what)
        assert (refused.value.status, refused.value.problem) == (409, "frozen")
