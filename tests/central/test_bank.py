"""Money that comes in by transfer: booked once, to whom it is for, or left for the bursar."""

from datetime import date
from itertools import pairwise

import pytest
from bank_files import DAY, SCHOOL_IBAN, Paid, camt, coda

from central.bank.communications import (
    add_account,
    communication_of,
    digits_of,
    give_communications,
    list_accounts,
    school_year,
)
from central.bank.entries import BankFileError
from central.bank.importing import import_file
from central.bank.lines import LineState, assign, list_lines, send_back
from central.errors import RecordError
from central.office import Act
from core.money import Money

SCHOOL = "demo"


@pytest.fixture
def office(centre, clock):
    """The bursar at her desk: the school's account is noted, every pupil has a communication."""

    class Office:
        pupils = tuple(one.id for one in centre.school.pupils[:3])

        def act(self, why=""):
            return Act("anna", clock(), why)

        def read(self, body, name="statement.xml"):
            return import_file(centre.store, SCHOOL, name=name, body=body, act=self.act())

        def lines(self, state=None):
            with centre.store.database.reading() as session:
                return list_lines(session, SCHOOL, state=state)

        def communication(self, pupil):
            with centre.store.database.reading() as session:
                return digits_of(communication_of(session, SCHOOL, pupil))

        def account(self, kind):
            return centre.one("SELECT COALESCE(SUM(cents), 0) FROM leg WHERE account = ?", kind)

    add_account(centre.store, SCHOOL, iban="BE68 5390 0754 7034", who="anna", now=clock())
    give_communications(centre.store, SCHOOL, year=school_year(clock()), who="anna", now=clock())
    return Office()


def test_every_pupil_has_a_communication_for_the_school_year(centre, clock, office):
    rows = centre.rows("SELECT digits, school_year FROM communication")
    assert len({row[0] for row in rows}) == len(centre.school.pupils)
    assert {row[1] for row in rows} == {"2026-2027"}
    again = give_communications(centre.store, SCHOOL, year="2026-2027", who="anna", now=clock())
    assert again == 0
    assert give_communications(
        centre.store, SCHOOL, year="2027-2028", who="anna", now=clock()
    ) == len(centre.school.pupils)


def test_an_account_is_noted_once(centre, clock, office):
    add_account(centre.store, SCHOOL, iban=SCHOOL_IBAN, who="anna", now=clock())
    with centre.store.database.reading() as session:
        assert list_accounts(session, SCHOOL) == [SCHOOL_IBAN]
    with pytest.raises(RecordError, match="no valid IBAN"):
        add_account(centre.store, SCHOOL, iban="BE00", who="anna", now=clock())


@pytest.mark.parametrize("form", [camt, coda])
def test_a_transfer_reaches_the_wallet_it_names(centre, office, form):
    lea, ben, _ = office.pupils
    before = [centre.balance(one) for one in (lea, ben)]
    body = form(
        Paid(2500, communication=office.communication(lea), reference="R1"),
        Paid(1000, text=f"pour {office.communication(ben)}", reference="R2"),
        Paid(700, text="lunch", reference="R3"),
        Paid(900, communication="010806817183", reference="R4"),
        Paid(-300, text="fee", reference="R5"),
    )
    done = office.read(body)
    assert (done.matched, done.unmatched, done.passed, done.known) == (2, 2, 1, 0)
    assert done.credited == Money(3500)
    assert [centre.balance(one) for one in (lea, ben)] == [before[0] + 2500, before[1] + 1000]
    assert {line.reason for line in office.lines(LineState.UNMATCHED)} == {
        "it bears no valid structured communication",
        "no pupil of this school has this structured communication",
    }
    assert office.account("bank.unmatched") == 1600
    centre.expect_sound()
    again = office.read(body)
    assert (again.matched, again.unmatched, again.passed, again.known) == (0, 0, 0, 5)
    assert office.account("bank.unmatched") == 1600
    assert [row[0] for row in centre.rows("SELECT COUNT(*) FROM bank_file")] == [1]
    centre.expect_sound()


@pytest.mark.parametrize(("first", "second"), [(camt, coda), (coda, camt)])
@pytest.mark.parametrize(
    ("reference", "other_reference"), [("R1", "R1"), ("R1", ""), ("", "R1"), ("", ""), ("R1", "Q7")]
)
def test_the_same_entry_in_both_formats_is_booked_once(
    centre, office, first, second, reference, other_reference
):
    lea = office.pupils[0]
    words, before = office.communication(lea), centre.balance(lea)
    office.read(first(Paid(2500, communication=words, reference=reference)))
    done = office.read(second(Paid(2500, communication=words, reference=other_reference)))
    assert (done.known, done.matched) == (1, 0)
    assert centre.balance(lea) == before + 2500


def test_a_parent_may_pay_the_same_twice(centre, office):
    lea = office.pupils[0]
    words, before = office.communication(lea), centre.balance(lea)
    twice = [Paid(2500, communication=words, reference=one) for one in ("R1", "R2")]
    assert office.read(camt(*twice)).matched == 2
    assert office.read(coda(*twice)).known == 2
    nameless = [Paid(1100, communication=words)] * 2
    assert office.read(camt(*nameless, statement="2026-118")).matched == 2
    assert office.read(coda(*nameless, Paid(1100, communication=words))).matched == 1
    # The third was in CODA first; the fourth is in no file before.
    assert office.read(camt(Paid(1100, communication=words), statement="2026-119")).known == 1
    assert office.read(camt(Paid(1100, communication=words), statement="2026-120")).matched == 1
    assert office.read(camt(Paid(2500, communication=words, reference="R3"))).matched == 1
    assert centre.balance(lea) == before + 5000 + 3300 + 1100 + 2500
    centre.expect_sound()


def test_another_day_or_amount_is_another_payment(centre, office):
    words = office.communication(office.pupils[0])
    for cents, day in ((100, DAY), (200, DAY), (100, date(2026, 11, 24))):
        assert office.read(camt(Paid(cents, communication=words), day=day)).matched == 1


def test_a_text_that_one_format_cuts_is_the_same_text(centre, office):
    long = "lunch for Lea and for her brother Ben, thank you very much and until next month"
    office.read(camt(Paid(700, text=long)))
    assert office.read(coda(Paid(700, text=long[:40]))).known == 1


def test_the_bursar_says_whose_it_is_once(centre, office):
    lea, ben, _ = office.pupils
    before = centre.balance(lea)
    office.read(camt(Paid(700, text="lunch", reference="R3")))
    line = office.lines(LineState.UNMATCHED)[0]
    for _ in range(2):
        done = assign(centre.store, SCHOOL, line=line.id, pupil=lea, act=office.act())
        assert (done.state, done.pupil, done.settled_by) == (LineState.ASSIGNED, lea, "anna")
    assert centre.balance(lea) == before + 700
    assert office.account("bank.unmatched") == 0
    with pytest.raises(RecordError, match="assigned already"):
        assign(centre.store, SCHOOL, line=line.id, pupil=ben, act=office.act())
    with pytest.raises(RecordError, match="assigned already"):
        send_back(centre.store, SCHOOL, line=line.id, act=office.act("not ours"))
    with pytest.raises(RecordError, match="no bank line"):
        assign(centre.store, SCHOOL, line="0", pupil=lea, act=office.act())
    centre.expect_sound()


def test_a_transfer_that_is_nobodys_goes_back(centre, office):
    office.read(camt(Paid(700, text="lunch", reference="R3")))
    line = office.lines()[0]
    bank = office.account("bank")
    with pytest.raises(RecordError, match="reason"):
        send_back(centre.store, SCHOOL, line=line.id, act=office.act())
    for _ in range(2):
        send_back(centre.store, SCHOOL, line=line.id, act=office.act("another school's"))
    assert (office.account("bank.unmatched"), office.account("bank")) == (0, bank + 700)
    office.read(camt(Paid(800, text="lunch")))
    waiting = office.lines(LineState.UNMATCHED)[0]
    with pytest.raises(RecordError, match="no pupil"):
        assign(centre.store, SCHOOL, line=waiting.id, pupil="nobody", act=office.act())
    centre.expect_sound()


def test_what_the_bank_takes_back_waits_for_the_bursar(centre, office):
    lea = office.pupils[0]
    words, before = office.communication(lea), centre.balance(lea)
    office.read(camt(Paid(-2500, communication=words, is_reversal=True)))
    line = office.lines(LineState.UNMATCHED)[0]
    assert line.reason == "the bank took an earlier movement back"
    assign(centre.store, SCHOOL, line=line.id, pupil=lea, act=office.act())
    assert centre.balance(lea) == before - 2500
    centre.expect_sound()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"hello", r"feed\.txt, line 1: a line of CODA"),
        (camt(Paid(100), iban="BE71096123456769"), r"statement 1, entry 1: account BE71"),
        (camt(Paid(100), closing=5), r"feed\.txt, statement 1: its entries and balances differ"),
    ],
)  # fmt: skip
def test_a_bad_file_changes_nothing(centre, office, body, words):
    legs = centre.figures().legs
    with pytest.raises(BankFileError, match=words):
        office.read(body, name="feed.txt")
    assert centre.figures().legs == legs
    assert office.lines() == []
    assert centre.one("SELECT COUNT(*) FROM bank_file") == 0


def test_two_people_who_read_the_same_file_at_once_book_it_once(centre, office):
    import threading

    words = office.communication(office.pupils[0])
    before = centre.balance(office.pupils[0])
    body = camt(*(Paid(100 + n, communication=words, reference=f"R{n}") for n in range(20)))
    failures = []

    def read():
        try:
            office.read(body)
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert centre.balance(office.pupils[0]) == before + sum(range(100, 120))
    assert len(office.lines()) == 20


def test_the_log_names_who_read_and_who_assigned(centre, office):
    office.read(camt(Paid(700, text="lunch")), name="november.xml")
    assign(
        centre.store, SCHOOL, line=office.lines()[0].id, pupil=office.pupils[0], act=office.act()
    )
    lines = centre.rows("SELECT id, what FROM audit ORDER BY id")
    assert all(one[0] < other[0] for one, other in pairwise(lines))
    words = [row[1] for row in lines]
    assert any("bank file read: november.xml" in one for one in words)
    assert any(one.startswith("bank.assigned: ") for one in words)
