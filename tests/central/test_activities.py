"""Trips: answered by parents, invoiced with a number of their own, paid by transfer or wallet."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from bank_files import Paid, camt

from central.activities.invoices import invoices_of_activity, invoices_of_pupil
from central.activities.participants import (
    Answer,
    AnswerRefusedError,
    activities_of,
    answer,
    cancel_activity,
    class_pupils,
    enrol,
    invite,
    participants,
    places_left,
    withdraw,
)
from central.activities.payments import credit_invoice, pay_from_wallet
from central.activities.plans import Activity, list_activities, plan_activity, set_deadline
from central.bank.communications import add_account, give_communications, payers
from central.bank.importing import import_file
from central.bank.lines import (
    LineState,
    assign,
    assign_to_invoice,
    list_lines,
    send_back,
)
from central.errors import RecordError
from central.office import Act
from central.reconciliation import reconcile
from central.wallets import statement
from core.invoices import DueState, spread
from core.money import ZERO, Money

SCHOOL = "demo"
TODAY = date(2026, 11, 24)
FIRST, SECOND = date(2026, 12, 4), date(2027, 1, 15)
TRIP = Activity(
    id="rome",
    name="Voyage à Rome",
    details="Trois nuits, en train.",
    place="Rome",
    first_day=date(2027, 3, 8),
    last_day=date(2027, 3, 12),
    answer_by=date(2026, 12, 1),
    places=None,
    price=Money(12000),
    takes_wallet=False,
    instalments=((FIRST, Money(5000)), (SECOND, Money(7000))),
)


class Office:
    """The bursar's desk, with one trip planned."""

    def __init__(self, centre, clock) -> None:
        self.centre = centre
        self.clock = clock
        self.store = centre.store
        self.lea, self.ben, self.zoe = (one.id for one in centre.school.pupils[:3])
        add_account(self.store, SCHOOL, iban="BE68 5390 0754 7034", who="anna", now=clock())
        give_communications(self.store, SCHOOL, year="2026-2027", who="anna", now=clock())

    def act(self, why="", who="anna"):
        return Act(who, self.clock(), why)

    def plan(self, **other):
        made = replace(TRIP, **other)
        return plan_activity(self.store, SCHOOL, made, who="anna", now=self.clock())

    def invite(self, *pupils, activity="rome"):
        return invite(self.store, SCHOOL, activity=activity, pupils=pupils, act=self.act())

    def enrol(self, *pupils, activity="rome"):
        return enrol(self.store, SCHOOL, activity=activity, pupils=pupils, act=self.act())

    def answer(self, pupil, takes_part, activity="rome"):
        return answer(
            self.store,
            SCHOOL,
            activity=activity,
            pupil=pupil,
            takes_part=takes_part,
            act=self.act(who="mother"),
        )

    def invoices(self, pupil):
        with self.store.database.reading() as session:
            return invoices_of_pupil(session, SCHOOL, pupil)

    def invoice(self, pupil):
        return self.invoices(pupil)[-1]

    def transfer(self, *payments, name="statement.xml"):
        return import_file(self.store, SCHOOL, name=name, body=camt(*payments), act=self.act())

    def lines(self, state):
        with self.store.database.reading() as session:
            return list_lines(session, SCHOOL, state=state)

    def account(self, kind, owner=""):
        sql = "SELECT COALESCE(SUM(cents), 0) FROM leg WHERE account = ? AND owner = ?"
        return self.centre.one(sql, kind, owner)

    def expect_sound(self):
        self.centre.expect_sound()
        with self.store.database.reading() as session:
            assert reconcile(session, SCHOOL) == []


@pytest.fixture
def office(centre, clock):
    return Office(centre, clock)


def test_a_yes_is_an_invoice_with_a_number_of_its_own(office):
    office.plan()
    assert office.invite(office.lea, office.ben, office.lea) == 2
    assert office.invite(office.lea) == 0
    assert office.invoices(office.lea) == []
    found = office.answer(office.lea, takes_part=True)
    assert (found.answer, found.answered_by) == (Answer.YES, "mother")
    office.answer(office.lea, takes_part=True)
    (invoice,) = office.invoices(office.lea)
    assert [(one.number, one.due_on, one.amount) for one in invoice.instalments] == [
        (1, FIRST, Money(5000)),
        (2, SECOND, Money(7000)),
    ]
    assert invoice.state(TODAY) is DueState.OPEN
    with office.store.database.reading() as session:
        assert payers(session, SCHOOL, [invoice.digits]) == {}
    assert office.account("invoices", invoice.id) == -12000
    assert office.account("activities", "rome") == 12000
    office.expect_sound()


def test_an_answer_changes_until_the_deadline_and_not_after(office, clock):
    office.plan()
    office.invite(office.lea, office.ben)
    office.answer(office.lea, takes_part=True)
    office.answer(office.lea, takes_part=False)
    first = office.invoice(office.lea)
    assert (first.state(TODAY), first.left) == (DueState.CREDITED, ZERO)
    office.answer(office.lea, takes_part=True)
    second = office.invoice(office.lea)
    assert second.digits != first.digits
    clock.now = clock.now.replace(month=12, day=1, hour=22, minute=59)  # 23:59 in Brussels
    office.answer(office.ben, takes_part=True)
    clock.advance(minutes=1)
    with pytest.raises(AnswerRefusedError, match="until 2026-12-01"):
        office.answer(office.lea, takes_part=False)
    assert office.answer(office.lea, takes_part=True).answer is Answer.YES
    set_deadline(
        office.store,
        SCHOOL,
        activity="rome",
        answer_by=date(2026, 12, 2),
        who="anna",
        now=clock(),
    )
    assert office.answer(office.lea, takes_part=False).answer is Answer.NO
    office.expect_sound()


def test_who_is_not_invited_is_told_so(office):
    office.plan()
    with pytest.raises(AnswerRefusedError, match="not invited"):
        office.answer(office.lea, takes_part=True)
    with pytest.raises(RecordError, match="no pupil nobody"):
        office.invite("nobody")
    with pytest.raises(RecordError, match="no activity"):
        office.invite(office.lea, activity="mars")


def test_places_are_given_once(office):
    office.plan(places=1)
    office.invite(office.lea, office.ben)
    office.answer(office.lea, takes_part=True)
    with pytest.raises(AnswerRefusedError, match="all 1 places"):
        office.answer(office.ben, takes_part=True)
    with pytest.raises(RecordError, match="all 1 places"):
        office.enrol(office.zoe)
    with office.store.database.reading() as session:
        assert places_left(session, SCHOOL, "rome") == 0
        assert activities_of(session, SCHOOL, office.zoe) == []
    office.answer(office.lea, takes_part=False)
    assert office.answer(office.ben, takes_part=True).answer is Answer.YES
    office.expect_sound()


def test_a_class_is_enrolled_at_once(office):
    office.plan()
    class_name = office.centre.school.pupils[0].class_name
    with office.store.database.reading() as session:
        pupils = class_pupils(session, SCHOOL, class_name)
        with pytest.raises(RecordError, match="no class"):
            class_pupils(session, SCHOOL, "9Z")
    assert office.enrol(*pupils) == len(pupils) > 10
    assert office.enrol(*pupils) == 0
    with office.store.database.reading() as session:
        invoices = invoices_of_activity(session, SCHOOL, "rome")
        assert len({one.digits for one in invoices}) == len(pupils)
        assert {one.answer for one in participants(session, SCHOOL, "rome")} == {Answer.YES}
    office.expect_sound()


def test_a_free_activity_has_no_invoice(office):
    office.plan(id="museum", price=ZERO, instalments=())
    office.invite(office.lea, activity="museum")
    assert office.answer(office.lea, takes_part=True, activity="museum").invoice is None
    assert office.answer(office.lea, takes_part=False, activity="museum").answer is Answer.NO
    office.expect_sound()


def test_a_transfer_pays_its_invoice_and_the_same_file_twice_is_once(office):
    office.plan()
    office.enrol(office.lea)
    invoice = office.invoice(office.lea)
    before = office.centre.balance(office.lea)
    report = office.transfer(Paid(6000, communication=invoice.digits, reference="R1"))
    assert (report.matched, report.credited, report.invoiced) == (1, ZERO, Money(6000))
    paid = office.invoice(office.lea)
    assert [one.state(TODAY) for one in paid.instalments] == [DueState.PAID, DueState.PART_PAID]
    assert paid.state(TODAY) is DueState.PART_PAID
    assert paid.next_due().left == Money(6000)
    again = office.transfer(Paid(6000, communication=invoice.digits, reference="R1"))
    assert (again.known, again.invoiced) == (1, ZERO)
    assert office.invoice(office.lea).paid == Money(6000)
    assert office.centre.balance(office.lea) == before
    assert office.account("invoices", invoice.id) == -6000
    (line,) = office.lines(LineState.MATCHED)
    assert (line.pupil, line.invoice) == (office.lea, invoice.id)
    office.expect_sound()


def test_what_is_paid_too_much_waits_for_the_bursar(office):
    office.plan()
    office.enrol(office.lea, office.ben)
    one, other = office.invoice(office.lea), office.invoice(office.ben)
    office.transfer(
        Paid(10000, communication=one.digits, reference="R1"),
        Paid(5000, communication=one.digits, reference="R2"),
        Paid(400, communication=one.digits, reference="R3"),
    )
    assert office.invoice(office.lea).left == ZERO
    waiting = {line.amount.cents: line for line in office.lines(LineState.UNMATCHED)}
    assert {cents: line.rest.cents for cents, line in waiting.items()} == {5000: 3000, 400: 400}
    assert "30.00 euro more" in waiting[5000].reason
    assert "nothing any longer" in waiting[400].reason
    assert office.account("bank.unmatched") == 3400
    office.expect_sound()
    before = office.centre.balance(office.lea)
    assign(office.store, SCHOOL, line=waiting[400].id, pupil=office.lea, act=office.act())
    assert office.centre.balance(office.lea) == before + 400
    assign_to_invoice(
        office.store, SCHOOL, line=waiting[5000].id, invoice=other.id, act=office.act()
    )
    again = assign_to_invoice(
        office.store, SCHOOL, line=waiting[5000].id, invoice=other.id, act=office.act()
    )
    assert (again.state, again.rest) == (LineState.ASSIGNED, ZERO)
    assert office.invoice(office.ben).paid == Money(3000)
    assert office.account("bank.unmatched") == 0
    office.expect_sound()


def test_a_line_larger_than_an_invoice_waits_with_its_rest(office):
    office.plan()
    held = office.account("bank")
    office.enrol(office.lea)
    invoice = office.invoice(office.lea)
    office.transfer(Paid(13000, text="voyage de Lea", reference="R1"))
    (line,) = office.lines(LineState.UNMATCHED)
    assign_to_invoice(office.store, SCHOOL, line=line.id, invoice=invoice.id, act=office.act())
    (line,) = office.lines(LineState.UNMATCHED)
    assert line.rest == Money(1000)
    office.expect_sound()
    sent = send_back(office.store, SCHOOL, line=line.id, act=office.act("too much"))
    assert sent.state is LineState.SENT_BACK
    assert office.account("bank") - held == -12000
    office.expect_sound()


def test_a_wallet_pays_only_where_the_school_lets_it(office):
    office.plan()
    office.plan(id="zoo", takes_wallet=True, price=Money(800), instalments=((FIRST, Money(800)),))
    office.enrol(office.lea)
    office.enrol(office.lea, activity="zoo")
    by_activity = {one.activity: one for one in office.invoices(office.lea)}

    def pay(activity, cents, key="1"):
        return pay_from_wallet(
            office.store,
            SCHOOL,
            invoice=by_activity[activity].id,
            amount=Money(cents),
            key=key,
            act=office.act(who="mother"),
        )

    with pytest.raises(RecordError, match="does not let the wallet"):
        pay("rome", 100)
    held = office.centre.balance(office.lea)
    assert held >= 800
    assert pay("zoo", 500).left == Money(300)
    assert pay("zoo", 500).left == Money(300)
    assert office.centre.balance(office.lea) == held - 500
    with pytest.raises(RecordError, match=r"still asks for 3\.00"):
        pay("zoo", 301, key="2")
    assert pay("zoo", 300, key="2").state(TODAY) is DueState.PAID
    with office.store.database.reading() as session:
        newest = statement(session, SCHOOL, office.lea, limit=2)
    assert {(one.kind, one.subject, one.who) for one in newest} == {
        ("invoice.from_wallet", by_activity["zoo"].id, "mother")
    }
    office.expect_sound()


def test_a_wallet_that_holds_too_little_pays_nothing(office):
    office.plan(
        id="ski", takes_wallet=True, price=Money(90000), instalments=((FIRST, Money(90000)),)
    )
    office.enrol(office.lea, activity="ski")
    invoice = office.invoice(office.lea)
    held = office.centre.balance(office.lea)
    with pytest.raises(RecordError, match="wallet holds"):
        pay_from_wallet(
            office.store,
            SCHOOL,
            invoice=invoice.id,
            amount=Money(held + 1),
            key="1",
            act=office.act(),
        )
    assert office.centre.balance(office.lea) == held
    office.expect_sound()


def test_a_pupil_who_stays_at_home_pays_what_the_school_keeps(office):
    office.plan()
    office.enrol(office.lea)
    invoice = office.invoice(office.lea)
    office.transfer(Paid(8000, communication=invoice.digits))
    before = office.centre.balance(office.lea)
    with pytest.raises(RecordError, match="write a reason"):
        withdraw(
            office.store, SCHOOL, activity="rome", pupil=office.lea, kept=ZERO, act=office.act()
        )
    with pytest.raises(RecordError, match="keep 0 up to that"):
        withdraw(
            office.store,
            SCHOOL,
            activity="rome",
            pupil=office.lea,
            kept=Money(12001),
            act=office.act("ill"),
        )
    withdraw(
        office.store,
        SCHOOL,
        activity="rome",
        pupil=office.lea,
        kept=Money(2000),
        act=office.act("ill"),
    )
    after = office.invoice(office.lea)
    assert (after.owed, after.paid, after.left) == (Money(2000), Money(2000), ZERO)
    assert office.centre.balance(office.lea) == before + 6000
    assert office.account("activities", "rome") == 2000
    office.expect_sound()
    report = office.transfer(Paid(4000, communication=invoice.digits), name="later.xml")
    assert (report.unmatched, report.invoiced) == (1, ZERO)
    office.expect_sound()


def test_a_cancelled_trip_owes_everybody_what_they_paid(office):
    office.plan()
    office.enrol(office.lea, office.ben)
    office.transfer(Paid(12000, communication=office.invoice(office.lea).digits))
    before = office.centre.balance(office.lea)
    assert cancel_activity(office.store, SCHOOL, activity="rome", act=office.act("strike")) == 2
    assert cancel_activity(office.store, SCHOOL, activity="rome", act=office.act("strike")) == 0
    assert office.centre.balance(office.lea) == before + 12000
    assert {one.state(TODAY) for one in office.invoices(office.ben)} == {DueState.CREDITED}
    assert office.account("activities", "rome") == 0
    with pytest.raises(AnswerRefusedError, match="does not take place"):
        office.answer(office.ben, takes_part=False)
    office.expect_sound()


def test_a_credit_has_a_reason_and_is_given_once(office):
    office.plan()
    office.enrol(office.lea)
    invoice = office.invoice(office.lea)

    def credit(cents, why="sister goes too"):
        return credit_invoice(
            office.store,
            SCHOOL,
            invoice=invoice.id,
            amount=Money(cents),
            key="k",
            act=office.act(why),
        )

    with pytest.raises(RecordError, match="write a reason"):
        credit(1000, why=" ")
    with pytest.raises(RecordError, match=r"asks for 120\.00"):
        credit(12001)
    assert credit(8000).owed == Money(4000)
    assert credit(8000).owed == Money(4000)
    assert [one.amount.cents for one in office.invoice(office.lea).instalments] == [4000, 0]
    office.expect_sound()


def test_what_is_late_shows_the_day_after(office):
    office.plan()
    office.enrol(office.lea)
    invoice = office.invoice(office.lea)
    assert invoice.state(FIRST) is DueState.OPEN
    day_after = FIRST + timedelta(days=1)
    assert invoice.state(day_after) is DueState.LATE
    assert invoice.overdue(day_after) == Money(5000)
    assert [one.state(day_after) for one in invoice.instalments] == [DueState.LATE, DueState.OPEN]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": " "}, "its name"),
        ({"last_day": date(2027, 3, 7)}, "ends before"),
        ({"answer_by": date(2027, 3, 9)}, "answer at the latest"),
        ({"places": 0}, "one place"),
        ({"price": Money(11999)}, "instalments make 120.00"),
        ({"instalments": ((SECOND, Money(5000)), (FIRST, Money(7000)))}, "one after the other"),
        ({"instalments": ((FIRST, Money(-1)), (SECOND, Money(12001)))}, "above 0"),
        ({"price": Money(2_000_000)}, "10,000"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(office, other, said):
    with pytest.raises(RecordError, match=said):
        office.plan(**other)
    with office.store.database.reading() as session:
        assert list_activities(session, SCHOOL) == []


def test_money_goes_to_the_first_instalment_and_credit_takes_from_the_last():
    plan = [(1, FIRST, Money(300)), (2, SECOND, Money(300))]
    made = spread(plan, credited=Money(100), paid=Money(400))
    assert [(one.amount.cents, one.paid.cents) for one in made] == [(300, 300), (200, 100)]
