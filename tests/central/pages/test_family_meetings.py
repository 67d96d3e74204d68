"""A family at home: yes or no to a trip, its invoice, times with teachers, and the timetable."""

from datetime import UTC, date, datetime

import pytest
from bank_files import SCHOOL_IBAN
from family_rig import Parent, add_parent
from pages_rig import field_in, text_of
from school_calendar import day_trip, parents_evening

from central.activities.participants import invite
from central.activities.plans import plan_activity
from central.bank.communications import add_account
from central.meetings.evenings import Teacher, set_up_evening
from central.office import Act
from central.wallets import adjust
from core.money import Money
from core.wallet import WalletKind

SCHOOL = "demo"
DUE = date(2027, 1, 15)


class House:
    """Two families of one class: Mum and Dad have two children, the neighbour has one."""

    def __init__(self, office, clock) -> None:
        self.office, self.clock, self.store = office, clock, office.store
        first = office.school.pupils[0]
        same = [one for one in office.school.pupils if one.class_name == first.class_name]
        self.class_name = first.class_name
        self.lea, self.ben, self.other = (one.id for one in same[:3])
        add_parent(self.store, SCHOOL, "mum", self.lea, self.ben, at=clock())
        add_parent(self.store, SCHOOL, "neighbour", self.other, at=clock())
        add_account(self.store, SCHOOL, iban=SCHOOL_IBAN, who="t", now=clock())
        self.act = Act("fatima", clock())
        self._trip()
        self._evening()

    def _trip(self):
        trip = day_trip(
            "zoo",
            details="Avec pique-nique.",
            place="Anvers",
            instalments=((DUE, Money(500)), (date(2027, 2, 15), Money(1500))),
        )
        plan_activity(self.store, SCHOOL, trip, who="fatima", now=self.clock())
        invite(self.store, SCHOOL, activity="zoo", pupils=[self.lea, self.other], act=self.act)

    def _evening(self):
        evening = parents_evening(now=self.clock())
        teachers = [
            Teacher("dub", "Mme Dubois", "Maths", "B12", (self.class_name,)),
            Teacher("mae", "M. Maes", "Néerlandais", "B14", (self.class_name,)),
        ]
        set_up_evening(self.store, SCHOOL, evening, teachers, act=self.act)

    def one(self, sql, *values):
        return self.office.one(sql, *values)


@pytest.fixture
def house(office, clock):
    return House(office, clock)


@pytest.fixture
def mum(house):
    parent = Parent(house.office.url)
    assert parent.sign_in("mum").status_code == 303
    yield parent
    parent.close()


@pytest.fixture
def neighbour(house):
    parent = Parent(house.office.url)
    assert parent.sign_in("neighbour").status_code == 303
    yield parent
    parent.close()


def slots_of(house, teacher, pupil):
    return f"/family/meetings/autumn/{pupil}/{teacher}"


def at(hour, minute):
    return f"2026-12-03T{hour - 1:02d}:{minute:02d}:00.000Z"


def book(parent, path, moment):
    page = parent.get(path)
    return parent.post(path, {"once": field_in(page.text, "once"), "starts_at": moment})


def test_a_yes_an_invoice_a_payment_and_a_no(house, mum):
    page = mum.get("/family/activities")
    assert "Sans réponse" in text_of(page.text)
    answer = f"/family/activities/zoo/{house.lea}"
    assert mum.post(answer, {"answer": "perhaps"}).status_code == 422
    assert mum.post(answer, {"answer": "yes"}).status_code == 303
    page = mum.get("/family/invoices")
    shown = text_of(page.text)
    assert "BE68 5390 0754 7034" in shown
    assert "À payer maintenant 5,00" in shown
    assert page.text.count("<svg") == 1
    invoice = house.one("SELECT id FROM invoice")
    adjust(
        house.store, SCHOOL, pupil=house.lea, wallet=WalletKind.GENERAL,
        change=Money(5000), key="gift", act=Act("t", house.clock(), "gift"),
    )  # fmt: skip
    pay = f"/family/invoices/{invoice}/{house.lea}"
    form = {"once": field_in(page.text, "once"), "amount": "7"}
    for _ in range(2):
        assert mum.post(pay, form).status_code == 303
    assert house.one("SELECT paid_cents FROM invoice") == 700
    assert mum.post(pay, {"once": "2", "amount": "13,01"}).status_code == 422
    assert "Payé en partie" in text_of(mum.get("/family/invoices").text)
    held = house.office.balance(house.lea)
    assert mum.post(answer, {"answer": "no"}).status_code == 303
    assert house.office.balance(house.lea) == held + 700
    assert "Rien n’est dû" in text_of(mum.get("/family/activities?done=answer_no").text)
    house.clock.now = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
    assert mum.sign_in("mum").status_code == 303
    late = mum.post(answer, {"answer": "yes"})
    assert (late.status_code, "délai" in late.text) == (422, True)
    assert "délai de réponse est passé" in text_of(mum.get("/family/activities").text)


def test_the_form_that_paid_all_sent_twice_pays_once_and_says_so(house, mum):
    mum.post(f"/family/activities/zoo/{house.lea}", {"answer": "yes"})
    invoice, owed = house.one("SELECT id FROM invoice"), house.one("SELECT cents FROM invoice")
    adjust(
        house.store, SCHOOL, pupil=house.lea, wallet=WalletKind.GENERAL,
        change=Money(owed), key="gift", act=Act("t", house.clock(), "gift"),
    )  # fmt: skip
    pay = f"/family/invoices/{invoice}/{house.lea}"
    form = {"once": "1", "amount": Money(owed).text(",")}
    for _ in range(2):
        assert mum.post(pay, form).status_code == 303
    assert house.one("SELECT paid_cents FROM invoice") == owed


def test_times_are_booked_moved_and_cancelled_with_plain_forms(house, mum):
    page = mum.get("/family/meetings")
    assert "Mme Dubois" in page.text
    path = slots_of(house, "dub", house.lea)
    assert f'href="{path}"' in page.text
    assert book(mum, path, at(17, 20)).status_code == 303
    shown = text_of(mum.get("/family/meetings").text)
    assert "17:20 – Local B12" in shown
    assert "Vous venez à 17:20" in text_of(mum.get(path).text)
    assert book(mum, path, at(17, 40)).status_code == 303
    assert house.one("SELECT COUNT(*) FROM appointment WHERE state = 'booked'") == 1
    second = slots_of(house, "mae", house.ben)
    assert "17:40 vous êtes ailleurs" in text_of(mum.get(second).text)
    refused = book(mum, second, at(17, 40))
    assert (refused.status_code, "autre enseignant" in refused.text) == (422, True)
    assert f'href="{second}"' in refused.text
    assert book(mum, second, at(17, 0)).status_code == 303
    timetable = text_of(mum.get("/family/timetable").text)
    assert timetable.index("17:00 – M. Maes") < timetable.index("17:40 – Mme Dubois")
    appointment = house.one(
        "SELECT id FROM appointment WHERE state = 'booked' AND teacher_id = 'dub'"
    )
    mum.get("/family/meetings")
    assert mum.post(f"/family/meetings/{appointment}/cancel").status_code == 303
    assert "Mme Dubois" not in text_of(mum.get("/family/timetable").text)


def test_who_comes_second_is_led_back_to_the_times(house, mum, neighbour):
    ours, theirs = slots_of(house, "dub", house.lea), slots_of(house, "dub", house.other)
    page = neighbour.get(theirs)
    assert book(mum, ours, at(17, 10)).status_code == 303
    late = neighbour.post(theirs, {"once": field_in(page.text, "once"), "starts_at": at(17, 10)})
    assert (late.status_code, "vient de prendre cette heure" in late.text) == (422, True)
    assert "17:10 pris" in text_of(neighbour.get(theirs).text)
    house.clock.now = datetime(2026, 12, 3, 11, 0, tzinfo=UTC)
    neighbour.sign_in("neighbour")
    closed = neighbour.post(theirs, {"once": "x", "starts_at": at(17, 30)})
    assert (closed.status_code, "Téléphonez" in closed.text) == (422, True)


def test_a_family_reaches_nothing_of_another_s(house, mum, neighbour):
    mum.post(f"/family/activities/zoo/{house.lea}", {"answer": "yes"})
    book(mum, slots_of(house, "dub", house.lea), at(17, 10))
    invoice = house.one("SELECT id FROM invoice")
    appointment = house.one("SELECT id FROM appointment WHERE state = 'booked'")
    state = (
        house.office.rows("SELECT * FROM invoice"),
        house.office.rows("SELECT * FROM appointment"),
    )
    neighbour.get("/family/meetings")
    attempts = (
        (f"/family/activities/zoo/{house.lea}", {"answer": "no"}),
        (f"/family/invoices/{invoice}/{house.lea}", {"amount": "1", "once": "1"}),
        (f"/family/invoices/{invoice}/{house.other}", {"amount": "1", "once": "1"}),
        (slots_of(house, "dub", house.lea), {"once": "1", "starts_at": at(17, 20)}),
        (f"/family/meetings/{appointment}/cancel", {}),
    )
    for path, form in attempts:
        assert neighbour.post(path, form).status_code == 404, path
    assert neighbour.get(slots_of(house, "dub", house.lea)).status_code == 404
    for path in ("/family/activities", "/family/invoices", "/family/meetings", "/family/timetable"):
        page = neighbour.get(path).text
        assert house.lea not in page, path
        assert invoice not in page, path
    assert state == (
        house.office.rows("SELECT * FROM invoice"),
        house.office.rows("SELECT * FROM appointment"),
    )


@pytest.mark.parametrize(
    "path",
    [
        "/family/meetings/winter/{lea}/dub",
        "/family/meetings/autumn/{lea}/nobody",
        "/family/meetings/autumn/nobody/dub",
    ],
)
def test_what_is_not_there_is_not_there(house, mum, path):
    assert mum.get(path.format(lea=house.lea)).status_code == 404
    assert mum.post(path.format(lea=house.lea), {"once": "1"}).status_code == 404


def test_a_time_that_is_none_is_no_fault_of_ours(house, mum):
    path = slots_of(house, "dub", house.lea)
    mum.get(path)
    for moment in ("", "17:10", "2026-12-03T16:05:00.000Z", "x" * 100, "2026-13-40T99:00Z"):
        assert mum.post(path, {"once": "1", "starts_at": moment}).status_code == 422, moment
