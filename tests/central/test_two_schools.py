"""Two schools in one database: with the other's ids every door is shut, and nothing moves.

Two walks, which find their doors by themselves. A clerk of one school goes to every address of the
office with the ids of the other, and is told that there is no such thing. And every function of the
office's books is called for one school with the ids of the other, and must refuse it or find
nothing. Afterwards every table is compared, row by row. A new page, a new kind of id and a new
module fail here until the walk knows them.
"""

import inspect
import pkgutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from types import ModuleType

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt
from family_rig import add_parent, meeting, trip
from pages_rig import Clerk, add_clerks
from shift_till import ShiftTill, Tender

import central
from central import (
    audit,
    badges,
    closings,
    exceptions,
    leaving,
    orders,
    reconciliation,
    sealed,
    wallets,
)
from central.bank import communications, importing, lines
from central.errors import RecordError
from central.load import load_school
from central.office import Act
from central.pages.office import PLACES
from central.seed import make_school
from central.sqlite_database import SqliteDatabase
from core.money import Money
from core.people import BadgeState
from core.tap import Family
from core.wallet import WalletKind

OWN, OTHER = "other", "demo"
MODULES = (
    audit,
    badges,
    closings,
    exceptions,
    leaving,
    orders,
    sealed,
    wallets,
    communications,
    importing,
    lines,
)
"""Whose doors are walked through one by one."""
BY_THE_OFFICE = {
    "activities.invoices", "activities.participants", "activities.payments", "activities.plans",
    "families.links", "families.proofs", "meetings.booking", "meetings.evenings", "meetings.plans",
    "office_questions", "pages.day", "pages.movements", "pages.orders", "pages.parents",
    "pages.pupils", "pages.terminals", "presence_corrections", "terminals",
}  # fmt: skip
"""What stands behind the office's addresses, and is walked through there."""
BY_A_FAMILY = {
    "families.children", "families.news", "meetings.appointments", "meetings.timetable",
}  # fmt: skip
"""What stands behind a family's addresses: tests/central/pages/test_apart.py walks there."""
OF_A_TERMINAL = {
    "asked_orders", "aside", "attendance", "badge_facts", "batch_books", "branches", "changes",
    "documents", "enrolment", "epochs", "flagging", "fresh_events", "ingest", "known_events",
    "order_requests", "presence_copy", "signatures", "snapshot_file", "terminal_health",
}  # fmt: skip
"""What acts for the terminal that signed, in the school where its key is pinned."""
OF_A_USER = {
    "families.access", "families.contact", "families.farewell", "mail.mail_queue",
    "pages.sessions", "pages.throttle", "pages.users", "pages.visit",
}  # fmt: skip
"""What is about whoever signs in, before and beside any school's things."""
OF_THE_WHOLE = {
    "app", "arrival_checks", "catalogue", "families.rules", "feed", "figures", "lateness",
    "limits", "load", "load_files", "nightly", "office", "photos", "postings", "presence_files",
    "reconciliation", "records", "seed_activities", "serve", "staff", "study", "whole",
}  # fmt: skip
"""What reads and writes a school's own rows by no id of another's choosing, or a pupil's that the
callers above have looked up; and what runs the service."""


@pytest.fixture
def both(centre, till, clock):
    """The demo school, busy, and another one beside it. Result: ids of the demo school."""
    small = make_school(seed=8, today=centre.school.today)
    small = replace(small, school=replace(small.school, id=OWN))
    load_school(centre.store, small)
    counter = ShiftTill(till)
    order = centre.orders(1)[0]
    till.collect(order)
    till.collect(order)
    counter.sell(None, (450, 1), tender=Tender.LATER)
    closing = counter.close()
    till.send()
    for pupil in centre.school.pupils[:20]:
        till.sell(pupil.id, 1)
    till.send(closing.seq + 1)
    act = Act("anna", clock())
    communications.add_account(centre.store, OTHER, iban=SCHOOL_IBAN, who="anna", now=clock())
    communications.give_communications(
        centre.store, OTHER, year="2026-2027", who="anna", now=clock()
    )
    importing.import_file(
        centre.store, OTHER, name="a.xml", body=camt(Paid(700, text="lunch")), act=act
    )
    waiting = centre.orders(9)[-1]
    return {
        "pupil": waiting.pupil_id,
        "order": waiting.id,
        "product": waiting.product_id,
        "badge": centre.badge_of(waiting.pupil_id),
        "terminal": till.identity.terminal_id,
        "hash": till.journal.events[-1].hash,
        "arrival": centre.one("SELECT number FROM arrival WHERE length(packed) > 0"),
        "case": centre.one("SELECT id FROM exception WHERE flag = 'to_settle'"),
        "event": centre.one("SELECT subject FROM exception WHERE flag = 'to_settle'"),
        "line": centre.one("SELECT id FROM bank_line"),
        "digits": centre.one("SELECT digits FROM communication"),
        "seq": closing.seq,
        "epoch": 1,
        "now": clock(),
        "act": Act("eve", clock(), "to see whether it goes"),
    }


def calls(ids) -> dict[str, Callable[[object], object]]:
    """Return a call of each function: of the store, or with a session."""
    act, pupil, now = ids["act"], ids["pupil"], ids["now"]
    general, cent = WalletKind.GENERAL, Money(1)
    key = "k"
    return {
        "wallets.move": lambda s: wallets.move(
            s, OWN, pupil=pupil, source=general, amount=cent, key=key, act=act
        ),
        "wallets.adjust": lambda s: wallets.adjust(
            s, OWN, pupil=pupil, wallet=general, change=cent, key=key, act=act
        ),
        "wallets.pay_out": lambda s: wallets.pay_out(s, OWN, pupil=pupil, key=key, act=act),
        "wallets.statement": lambda s: wallets.statement(s, OWN, pupil),
        "exceptions.settle": lambda s: exceptions.settle(
            s, OWN, case=ids["case"], how=exceptions.Resolution.WAIVED, act=act
        ),
        "exceptions.find_exception": lambda s: exceptions.find_exception(s, OWN, ids["case"]),
        "exceptions.list_exceptions": lambda s: exceptions.list_exceptions(s, OWN, is_open=None),
        "exceptions.event_legs": lambda s: exceptions.event_legs(s, OWN, ids["event"]),
        "exceptions.settling_legs": lambda s: exceptions.settling_legs(s, OWN, ids["event"]),
        "exceptions.settled_events": lambda s: exceptions.settled_events(s, OWN, [ids["event"]]),
        "exceptions.lock_to_settle": lambda s: exceptions.lock_to_settle(s, OWN, [ids["event"]]),
        "exceptions.close_taken_back": lambda s: exceptions.close_taken_back(
            s, OWN, event=ids["event"], act=act
        ),
        "closings.list_closings": lambda s: closings.list_closings(s, OWN),
        "closings.find_closing": lambda s: closings.find_closing(
            s, OWN, ids["terminal"], epoch=1, seq=ids["seq"]
        ),
        "closings.newest_receipt": lambda s: closings.newest_receipt(s, OWN, ids["terminal"]),
        "badges.set_badge_state": lambda s: badges.set_badge_state(
            s, OWN, badge=ids["badge"], state=BadgeState.LOST, who="eve", at=now
        ),
        "badges.issue_badge": lambda s: badges.issue_badge(
            s, OWN, badge="cd" * 16, pupil=pupil, last4="1", act=act
        ),
        "badges.replace_badge": lambda s: badges.replace_badge(
            s, OWN, old=ids["badge"], new="cd" * 16, last4="1", act=act
        ),
        "badges.stop_within": lambda s: badges.stop_within(
            s, OWN, badge=ids["badge"], state=BadgeState.LOST, act=act, cursor=1
        ),
        "badges.give_within": lambda s: badges.give_within(
            s, OWN, badge="cd" * 16, pupil=pupil, last4="1", kind=Family.ISO14443A,
            replaces=ids["badge"], act=act, cursor=1,
        ),
        "badges.badge_history": lambda s: badges.badge_history(s, OWN, badge=ids["badge"]),
        "leaving.leave": lambda s: leaving.leave(s, OWN, pupil=pupil, act=act),
        "leaving.forget": lambda s: leaving.forget(s, OWN, pupil=pupil, act=act),
        "leaving.list_former": lambda s: leaving.list_former(s, OWN),
        "orders.reserve": lambda s: orders.reserve(
            s, OWN, order="o-x", pupil=pupil, product=ids["product"],
            day=ids["now"].date(), now=now,
        ),
        "orders.change": lambda s: orders.change(
            s, OWN, order=ids["order"], product=ids["product"], now=now
        ),
        "orders.cancel": lambda s: orders.cancel(s, OWN, order=ids["order"], now=now),
        "orders.reserve_within": lambda s: orders.reserve_within(
            s, OWN, order="o-x", pupil=pupil, product=ids["product"], day=now.date(),
            moment=now, now=now,
        ),
        "orders.change_within": lambda s: orders.change_within(
            s, OWN, order=ids["order"], product=ids["product"], moment=now, now=now
        ),
        "orders.cancel_within": lambda s: orders.cancel_within(
            s, OWN, order=ids["order"], moment=now, now=now
        ),
        "lines.assign_to_invoice": lambda s: lines.assign_to_invoice(
            s, OWN, line=ids["line"], invoice="i-x", act=act
        ),
        "lines.assign": lambda s: lines.assign(s, OWN, line=ids["line"], pupil=pupil, act=act),
        "lines.send_back": lambda s: lines.send_back(s, OWN, line=ids["line"], act=act),
        "importing.import_file": lambda s: importing.import_file(
            s, OWN, name="a.xml", body=camt(Paid(100)), act=act
        ),
        "lines.find_line": lambda s: lines.find_line(s, OWN, ids["line"]),
        "lines.list_lines": lambda s: lines.list_lines(s, OWN),
        "communications.add_account": lambda s: communications.add_account(
            s, OWN, iban=SCHOOL_IBAN, who="eve", now=now
        ),
        "communications.communication_of": lambda s: communications.communication_of(
            s, OWN, pupil
        ),
        "communications.payers": lambda s: communications.payers(s, OWN, [ids["digits"]]),
        "communications.list_accounts": lambda s: communications.list_accounts(s, OWN),
        "sealed.sealed_by_id": lambda s: sealed.sealed_by_id(s, OWN, [ids["event"]]),
        "sealed.sealed_one": lambda s: sealed.sealed_one(s, OWN, ids["event"]),
        "sealed.hashes_before": lambda s: sealed.hashes_before(s, OWN, [ids["event"]]),
        "sealed.sealed_between": lambda s: list(
            sealed.sealed_between(
                s, OWN, ids["terminal"], after=(0, 0), before=sealed.AFTER_ALL
            )
        ),
        "sealed.is_hash_held": lambda s: sealed.is_hash_held(
            s, OWN, ids["terminal"], ids["hash"]
        ),
        "sealed.packed_at": lambda s: sealed.packed_at(s, OWN, ids["arrival"]),
        "audit.list_audit": lambda s: audit.list_audit(s, OWN),
    }  # fmt: skip


# What acts on the whole of its own school, without an id: it is tried below, by what it changes.
WHOLE = {
    "orders.close_day",
    "orders.close_past_days",
    "orders.cancel_reserved",
    "badges.retire_badges",
    "communications.give_communications",
    "communications.unused_digits",
    "exceptions.open_amount",
    "closings.examine_closings",
    "closings.write_closings",
    "audit.write_audit",
}


def doors(module: ModuleType) -> set[str]:
    """Return the public functions of a module that take a store or a session."""
    name = module.__name__.rpartition(".")[2]
    return {
        f"{name}.{door}"
        for door, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not door.startswith("_")
        and {"store", "session"} & set(inspect.signature(function).parameters)
    }


def modules_with_doors(package: ModuleType) -> set[str]:
    """Return the modules of a package, by their names within it, that have such functions."""
    names = [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return {
        name.removeprefix(f"{package.__name__}.") for name in names if doors(import_module(name))
    }


def test_every_door_is_walked_through(both):
    assert {door for module in MODULES for door in doors(module)} == set(calls(both)) | WHOLE


def test_every_module_with_a_door_is_walked_somewhere():
    here = {module.__name__.removeprefix("central.") for module in MODULES}
    parts = [here, BY_THE_OFFICE, BY_A_FAMILY, OF_A_TERMINAL, OF_A_USER, OF_THE_WHOLE]
    assert modules_with_doors(central) == set().union(*parts)
    assert sum(map(len, parts)) == len(set().union(*parts)), "each is walked in one place"


def test_the_control_a_new_module_is_found(tmp_path, monkeypatch):
    package = tmp_path / "town"
    (package / "deep").mkdir(parents=True)
    for folder in (package, package / "deep"):
        (folder / "__init__.py").touch()
    (package / "deep" / "fresh.py").write_text("def look(session, school, pupil): ...\n")
    (package / "plain.py").write_text("def add(one, other): ...\ndef _look(session): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert modules_with_doors(import_module("town")) == {"deep.fresh"}


def tables_of(centre) -> list[str]:
    """Return every table, and the view of the legs, whose rows are a school's."""
    if isinstance(centre.store.database, SqliteDatabase):
        sql = (
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            " WHERE m.type IN ('table', 'view') AND c.name = 'school_id'"
        )
    else:
        sql = (
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND column_name = 'school_id'"
        )
    return sorted(row[0] for row in centre.rows(sql))


def rows_of(centre, school):
    return {
        table: sorted(map(repr, centre.rows(f"SELECT * FROM {table} WHERE school_id = ?", school)))
        for table in tables_of(centre)
    }


def test_the_others_ids_open_no_door_and_move_nothing(centre, both):
    before = rows_of(centre, OTHER)
    own = rows_of(centre, OWN)
    for name, call in calls(both).items():
        takes_session = "session" in inspect.signature(_function(name)).parameters
        if takes_session:
            with suppress(RecordError), centre.store.database.writing() as session:
                assert not call(session), name
        else:
            with pytest.raises(RecordError):
                call(centre.store)
    assert rows_of(centre, OTHER) == before
    assert rows_of(centre, OWN) == own


def _function(name):
    module, _, door = name.partition(".")
    found = next(one for one in MODULES if one.__name__.endswith(f".{module}"))
    return vars(found)[door]


def test_the_control_with_its_own_school_the_doors_open(centre, both):
    with centre.store.database.reading() as session:
        assert exceptions.find_exception(session, OTHER, both["case"]).is_open
        assert closings.list_closings(session, OTHER)
        assert sealed.sealed_one(session, OTHER, both["event"])
        assert sealed.is_hash_held(session, OTHER, both["terminal"], both["hash"])
        assert sealed.packed_at(session, OTHER, both["arrival"])
        assert communications.payers(session, OTHER, [both["digits"]])
        assert lines.list_lines(session, OTHER)
    assert wallets.adjust(
        centre.store, OTHER, pupil=both["pupil"], wallet=WalletKind.GENERAL, change=Money(1),
        key="k", act=both["act"],
    )  # fmt: skip


def test_what_a_school_does_as_a_whole_stays_within_it(centre, both, clock):
    before = rows_of(centre, OTHER)
    clock.advance(days=1)
    assert orders.close_past_days(centre.store, OWN, now=clock())
    communications.give_communications(centre.store, OWN, year="2026-2027", who="eve", now=clock())
    assert rows_of(centre, OTHER) == before
    with centre.store.database.reading() as session:
        for school in (OWN, OTHER):
            assert reconciliation.reconcile(session, school) == []


# --- the office's pages ---------------------------------------------------------------------------

FORM = {
    "amount": "1",
    "source": "reserve",
    "wallet": "general",
    "once": "1",
    "day": "2026-11-25",
    "direction": "in",
    "state": "lost",
    "how": "waived",
    "why": "to see whether it goes",
    "badge_value": "04A1B2C3D4E5F6",
    "answer_by": "2026-12-01",
}


@pytest.fixture
def ids(centre, both, clock):
    """An id of each kind that stands in an address of the office: of the demo school."""
    pupil = next(one for one in centre.school.pupils if one.id == both["pupil"])
    add_parent(centre.store, OTHER, "elsewhere", pupil.id, at=clock())
    made = trip(centre.store, OTHER, pupil, "elsewhere", clock())
    made |= meeting(centre.store, OTHER, pupil, "elsewhere", clock())
    return {**both, **made, "parent": "elsewhere"}


@pytest.fixture
def clerk(centre, both, clock):
    add_clerks(centre.store, OWN, clock())
    clerk = Clerk(centre.url)
    assert clerk.sign_in("anton").status_code == 303
    yield clerk
    clerk.close()


def mixtures(centre, ids):
    """Ids to go with: all the other school's; and a pupil of the clerk's own with what is not."""
    yield ids
    own = centre.one("SELECT MIN(id) FROM pupil WHERE school_id = ?", OWN)
    yield {**ids, "pupil": own}


def walk_the_office(centre, clerk, ids):
    """Go to every address with another school's ids. Result: what opened, what it showed."""
    found = set()
    strangers = [str(ids[kind]) for kind in ("order", "badge", "parent", "activity", "case")]
    strangers += [f"Last{ids['parent']}", str(ids["pupil"])]
    for place in PLACES:
        for some in mixtures(centre, ids):
            path = place.path.format(**some)
            form = {**FORM, **{kind: str(value) for kind, value in some.items() if kind != "act"}}
            answer = clerk.get(path) if place.method == "GET" else clerk.post(path, form)
            is_own = place.path.replace("{pupil}", "").count("{") == 0 and some is not ids
            if "{" in place.path and not is_own and answer.status_code != 404:
                found.add(("open", place.method, place.path, answer.status_code))
            if place.method == "GET" and any(
                word in answer.text for word in strangers if word not in path
            ):
                found.add(("shown", place.method, place.path, answer.status_code))
    return found


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_no_address_of_the_office_opens_to_another_school(centre, clerk, ids):
    before = rows_of(centre, OTHER)
    assert walk_the_office(centre, clerk, ids) == set()
    assert rows_of(centre, OTHER) == before


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_control_an_address_that_looks_into_the_other_school_is_noticed(
    centre, clerk, ids, monkeypatch
):
    find = exceptions.find_exception
    monkeypatch.setattr(
        "central.pages.cases.find_exception", lambda session, _, case: find(session, OTHER, case)
    )
    assert ("open", "GET", "/office/exceptions/{case}", 200) in walk_the_office(centre, clerk, ids)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_control_the_same_addresses_open_in_the_school_whose_they_are(centre, ids, clock):
    add_clerks(centre.store, OTHER, clock())
    clerk = Clerk(centre.url)
    clerk.sign_in("anton")
    for place in PLACES:
        path = place.path.format(**ids)
        if place.method == "GET" and "withdraw" not in path:
            assert clerk.get(path).status_code in {200, 303}, path
    clerk.close()
