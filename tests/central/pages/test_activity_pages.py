"""Trips and meetings at the office, through the forms of the pages."""

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt
from pages_rig import field_in, text_of

from central.bank.communications import add_account
from central.bank.importing import import_file
from central.office import Act
from central.reconciliation import reconcile
from core.payment_reference import written_communication

PLAN = {
    "name": "Mer du Nord",
    "details": "Deux jours.",
    "place": "Coxyde",
    "first_day": "2027-05-10",
    "last_day": "2027-05-11",
    "answer_by": "2026-12-15",
    "price": "60",
    "due_1": "2027-01-10",
    "part_1": "20",
    "due_2": "2027-03-10",
    "part_2": "40,00",
    "takes_wallet": "yes",
}


@pytest.fixture
def trip(bursar):
    """The address of a planned trip."""
    page = bursar.get("/office/activities")
    form = PLAN | {"once": field_in(page.text, "once")}
    answer = bursar.post("/office/activities", form)
    assert answer.status_code == 303
    again = bursar.post("/office/activities", form)
    assert again.headers["location"] == answer.headers["location"]
    return answer.headers["location"].partition("?")[0]


def rich_pupil(office):
    found = office.one(
        "SELECT p.id FROM pupil p JOIN wallet w ON w.school_id = p.school_id AND w.pupil_id = p.id"
        " WHERE w.general_cents > 3000 AND p.class_name LIKE '1%' ORDER BY p.id"
    )
    return next(one for one in office.school.pupils if one.id == found)


def test_a_class_is_enrolled_and_pays(office, bursar, trip, clock):
    pupil = rich_pupil(office)
    page = bursar.get(trip)
    assert "Coxyde" in page.text
    form = {"how": "enrol", "class_name": pupil.class_name}
    assert bursar.post(f"{trip}/pupils", form).status_code == 303
    page = bursar.get(trip)
    assert pupil.last_name in page.text
    invoices = f"/office/pupils/{pupil.id}/invoices"
    page = bursar.get(invoices)
    invoice = office.one("SELECT id FROM invoice WHERE pupil_id = ?", pupil.id)
    form = {"amount": "12", "once": field_in(page.text, "once")}
    for _ in range(2):
        assert bursar.post(f"{invoices}/{invoice}/pay", form).status_code == 303
    assert "Payé en partie" in text_of(bursar.get(invoices).text)
    assert office.one("SELECT paid_cents FROM invoice WHERE id = ?", invoice) == 1200
    form = {"amount": "10", "why": "frère", "once": "c"}
    assert bursar.post(f"{invoices}/{invoice}/credit", form).status_code == 303
    add_account(office.store, "demo", iban=SCHOOL_IBAN, who="t", now=clock())
    import_file(
        office.store, "demo", name="f", body=camt(Paid(5000, text="sea")), act=Act("t", clock())
    )
    line = office.one("SELECT id FROM bank_line")
    digits = office.one("SELECT digits FROM invoice WHERE id = ?", invoice)
    wrong = bursar.post(f"/office/bank/lines/{line}/invoice", {"communication": "+++1/2/3+++"})
    assert wrong.status_code == 422
    form = {"communication": written_communication(digits)}
    assert bursar.post(f"/office/bank/lines/{line}/invoice", form).status_code == 303
    page = bursar.get(f"/office/bank/lines/{line}")
    assert "12,00" in page.text  # 50 came in, 38 were still owed
    assert "Payé" in text_of(bursar.get(invoices).text)
    with office.store.database.reading() as session:
        assert reconcile(session, "demo") == []


def test_parents_are_asked_and_a_pupil_is_taken_off(office, bursar, trip):
    pupil = rich_pupil(office)
    name = f"{pupil.last_name} {pupil.first_name} {pupil.class_name}"
    bursar.get(trip)
    assert bursar.post(f"{trip}/pupils", {"how": "invite", "pupil": name}).status_code == 303
    page = bursar.get(trip)
    assert "Sans réponse" in page.text
    off = f"{trip}/pupils/{pupil.id}"
    assert bursar.get(off).status_code == 404
    assert bursar.post(f"{trip}/pupils", {"how": "enrol", "pupil": name}).status_code == 303
    assert bursar.get(off).status_code == 200
    assert bursar.post(off, {"kept": "5"}).status_code == 422
    assert bursar.post(off, {"kept": "5", "why": "malade"}).status_code == 303
    assert office.one("SELECT cents - credited_cents FROM invoice") == 500
    assert bursar.post(f"{trip}/deadline", {"answer_by": "2026-12-20"}).status_code == 303
    assert bursar.post(f"{trip}/deadline", {"answer_by": "soon"}).status_code == 422
    assert bursar.post(f"{trip}/cancel", {"why": "tempête"}).status_code == 303
    assert "Annulé" in text_of(bursar.get(trip).text)
    assert office.one("SELECT cents - credited_cents FROM invoice") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "x"},
        {"price": "-1"},
        {"first_day": ""},
        {"places": "many"},
        {"part_2": "39"},
        {"due_2": ""},
        {"answer_by": "2027-06-01"},
        {"name": ""},
    ],
)
def test_a_plan_that_is_wrong_is_told_and_not_made(office, bursar, wrong):
    bursar.get("/office/activities")
    answer = bursar.post("/office/activities", PLAN | {"once": "1"} | wrong)
    assert answer.status_code == 422
    assert office.one("SELECT COUNT(*) FROM activity") == 0


def test_too_many_for_the_places(office, bursar):
    bursar.get("/office/activities")
    bursar.post("/office/activities", PLAN | {"once": "small", "places": "2"})
    form = {"how": "enrol", "class_name": rich_pupil(office).class_name}
    answer = bursar.post("/office/activities/small/pupils", form)
    assert answer.status_code == 422
    assert "places libres" in answer.text
    assert office.one("SELECT COUNT(*) FROM invoice") == 0
    assert bursar.post("/office/activities/small/pupils", {"how": "force", **form}).status_code


EVENING = {
    "name": "Rencontres",
    "day": "2026-12-03",
    "starts_at": "17:00",
    "ends_at": "18:00",
    "minutes": "10",
    "closes_at": "2026-12-03T12:00",
    "once": "autumn",
}
TABLE = "id;name;subject;room;classes\ndub;Mme Dubois;Maths;B12;1A 1B\n"


def set_up(bursar, table=TABLE, **other):
    bursar.get("/office/meetings")
    form = EVENING | other
    return bursar.post("/office/meetings", form, files={"file": ("t.csv", table.encode())})


def test_an_evening_is_set_up_from_a_table(office, bursar):
    assert set_up(bursar).status_code == 303
    assert set_up(bursar).status_code == 303
    page = bursar.get("/office/meetings/autumn")
    assert "Mme Dubois" in page.text
    assert "0 sur 6" in text_of(page.text)
    assert office.one("SELECT closes_at FROM meeting_evening") == "2026-12-03T11:00:00.000Z"
    assert bursar.get("/office/meetings/winter").status_code == 404
    assert bursar.post("/office/meetings/autumn/cancel", {"why": "neige"}).status_code == 303
    assert "Annulé" in text_of(bursar.get("/office/meetings").text)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"day": "x"}, "calendrier"),
        ({"starts_at": "five"}, "17:00"),
        ({"closes_at": ""}, "17:00"),
        ({"minutes": "ten"}, "nombre entier"),
        ({"ends_at": "17:05"}, "ends before"),
    ],
)
def test_an_evening_that_is_wrong_is_told(office, bursar, other, said):
    answer = set_up(bursar, **other)
    assert answer.status_code == 422
    assert said in answer.text
    assert "no class 9Z" in set_up(bursar, TABLE.replace("1A", "9Z")).text
    assert bursar.post("/office/meetings", EVENING).status_code == 422
    assert office.one("SELECT COUNT(*) FROM meeting_evening") == 0
