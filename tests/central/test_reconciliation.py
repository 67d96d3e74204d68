"""Every sum is broken on purpose once, and the check names it: finding nothing is no proof."""

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt
from school_calendar import day_trip
from shift_till import ShiftTill, Tender

from central.activities.invoices import invoices_of_pupil
from central.activities.participants import enrol
from central.activities.plans import plan_activity
from central.bank.communications import add_account
from central.bank.importing import import_file
from central.office import Act
from central.orders import close_past_days
from central.reconciliation import RULES, reconcile, reconcile_all
from core.money import Money

SCHOOL = "demo"
TRIGGERS = ("leg_update", "leg_delete", "event_update", "arrival_update", "arrival_delete")


@pytest.fixture
def books(centre, till, clock):
    """A school in which everything has happened once."""
    counter = ShiftTill(till)
    counter.open_shift()
    orders = centre.orders(4)
    for order in (*orders, orders[0]):
        till.collect(order)
    counter.sell(None, (450, 1), tender=Tender.LATER)
    counter.sell(None, (250, 1), tender=Tender.CASH)
    counter.sell(orders[0].pupil_id, (150, 1))
    closing = counter.close()
    till.send()
    for pupil in centre.school.pupils[:20]:
        till.sell(pupil.id, 1)
    till.send(closing.seq + 1)
    add_account(centre.store, SCHOOL, iban=SCHOOL_IBAN, who="anna", now=clock())
    digits = trip(centre, clock)
    import_file(
        centre.store, SCHOOL, name="a.xml", act=Act("anna", clock()),
        body=camt(Paid(700, text="lunch"), Paid(400, communication=digits)),
    )  # fmt: skip
    clock.advance(days=1)
    close_past_days(centre.store, SCHOOL, now=clock())
    return centre


def trip(centre, clock):
    """Invoice a pupil for a day at the zoo, and return the invoice's digits."""
    zoo = day_trip("zoo", price=Money(900), takes_wallet=False)
    act, pupil = Act("anna", clock()), centre.school.pupils[0].id
    plan_activity(centre.store, SCHOOL, zoo, who="anna", now=clock())
    enrol(centre.store, SCHOOL, activity="zoo", pupils=[pupil], act=act)
    with centre.store.database.reading() as session:
        return invoices_of_pupil(session, SCHOOL, pupil)[0].digits


def found(centre):
    with centre.store.database.reading() as session:
        return reconcile(session, SCHOOL)


def breaking(centre, *statements):
    """Change what the database refuses to change, as a hand on the disk could."""
    is_sqlite = centre.store.database.name.endswith(".db")
    with centre.store.database.writing() as session:
        if is_sqlite:
            for name in TRIGGERS:
                session.run(f"DROP TRIGGER {name}")
        else:
            session.run("SET LOCAL session_replication_role = replica")
        for sql in statements:
            session.run(sql)


BROKEN = {
    "sums": "UPDATE wallet SET general_cents = general_cents + 1 WHERE pupil_id = '{pupil}'",
    "orders paid": "UPDATE meal_order SET state = 'cancelled' WHERE id = '{order}'",
    "orders collected": "UPDATE meal_order SET state = 'reserved' WHERE id = '{order}'",
    "orders unclaimed": "UPDATE meal_order SET state = 'collected' WHERE id = '{unclaimed}'",
    "each order paid": "UPDATE meal_order SET price_cents = price_cents + 1 WHERE id = '{order}'",
    "unmatched money": "UPDATE bank_line SET state = 'assigned'",
    "bank lines": "UPDATE bank_line SET cents = cents + 1",
    "invoices": "UPDATE invoice SET paid_cents = paid_cents + 1",
    "instalments": "UPDATE instalment SET cents = cents + 1",
    "activities": "UPDATE invoice SET credited_cents = 1, paid_cents = paid_cents - 1",
    "study": (
        "INSERT INTO study_presence (school_id, key, pupil_id, day, session_id, entered_at, cents,"
        " event_id, terminal_id, staff, cursor) SELECT school_id, 'k', id, '2026-11-24', 'short',"
        " '', 100, 'e', 't', '', 0 FROM pupil WHERE id = '{pupil}'"
    ),
    "orphan legs": (
        "UPDATE posted_leg SET booking_id = 'x' || booking_id WHERE booking_id = '{event}'"
    ),
    "exceptions": "DELETE FROM exception WHERE flag = 'to_settle'",
    "closings": (
        "INSERT INTO exception (school_id, id, terminal_id, subject, flag, detail, raised_at)"
        " SELECT school_id, 'e', terminal_id, event_id, 'closing_differs', '', received_at"
        ' FROM closing; UPDATE closing SET differences = \'[["vat","1","2"]]\''
    ),
    "cash": "UPDATE posted_leg SET cents = cents - 1 WHERE account = 'cash' AND cents < 0",
    "arrivals": "DELETE FROM arrival",
    "packed bytes": "UPDATE event SET id = 'x' || id WHERE body IS NULL",
}


def test_the_control_every_rule_has_a_way_to_be_broken():
    assert set(BROKEN) == set(RULES)


def test_books_in_which_everything_happened_agree(books):
    assert found(books) == []
    assert reconcile_all(books.store, [SCHOOL]) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_each_sum_that_is_broken_is_told_with_its_ids(books, rule):
    ids = {
        "pupil": books.school.pupils[0].id,
        "order": books.orders(1)[0].id,
        "unclaimed": books.one("SELECT id FROM meal_order WHERE state = 'unclaimed' ORDER BY day"),
        "event": books.one("SELECT booking_id FROM posted_leg WHERE account = 'cash'"),
    }
    breaking(books, *BROKEN[rule].format(**ids).split("; "))
    faults = [one for one in found(books) if one.rule == rule]
    assert faults, [one.detail for one in found(books)]
    named = {"sums": "pupil", "each order paid": "order", "orphan legs": "event"}.get(rule)
    if named is not None:
        assert any(ids[named] in one.detail for one in faults)
    assert all("\n" not in one.detail for one in faults)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE event SET cents = cents + 1 WHERE source = 'wallet.general'", "sums"),
        ("UPDATE event SET cents = cents + 1 WHERE source = 'meals.prepaid'", "sums"),
        ("UPDATE event SET source = 'exceptions' WHERE source = 'meals.prepaid'", "exceptions"),
        ("UPDATE event SET source = NULL WHERE source = 'meals.prepaid'", "orders collected"),
    ],
)
def test_what_stands_in_an_events_own_row_is_added_up_too(books, change, rule):
    breaking(books, change)
    assert rule in {one.rule for one in found(books)}


def test_another_schools_broken_sum_is_not_this_ones(books):
    with books.store.database.reading() as session:
        assert reconcile(session, "other") == []
