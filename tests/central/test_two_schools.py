"""Two schools in one database: with the other's ids every door is shut, and nothing moves.

A walk through every function of the office: each is called for one school with the ids of the
other, and must refuse it or find nothing; then the other school's books are compared, row by row.
"""

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import ModuleType

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt
from shift_till import ShiftTill, Tender

from central import audit, badges, closings, exceptions, leaving, orders, reconciliation, wallets
from central.bank import communications, importing, lines
from central.errors import RecordError
from central.load import load_school
from central.office import Act
from central.seed import make_school
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
    wallets,
    communications,
    importing,
    lines,
)
TABLES = (
    "booking",
    "leg",
    "wallet",
    "badge",
    "badge_history",
    "meal_order",
    "exception",
    "closing",
    "bank_line",
    "communication",
    "former_pupil",
    "pupil",
    "audit",
)


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
        "case": centre.one("SELECT id FROM exception WHERE flag = 'to_settle'"),
        "event": centre.one("SELECT subject FROM exception WHERE flag = 'to_settle'"),
        "line": centre.one("SELECT id FROM bank_line"),
        "digits": centre.one("SELECT digits FROM communication"),
        "seq": closing.seq,
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


def test_every_door_is_walked_through(both):
    assert {door for module in MODULES for door in doors(module)} == set(calls(both)) | WHOLE


def rows_of(centre, school):
    return {
        table: sorted(map(repr, centre.rows(f"SELECT * FROM {table} WHERE school_id = ?", school)))
        for table in TABLES
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
