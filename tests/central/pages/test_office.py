"""A bursar's mornings told through the pages: what is shown, what is done, what the books say."""

from datetime import UTC, datetime

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt
from pages_rig import add_clerks, field_in, text_of

from central.bank.communications import communication_of, give_communications, school_year
from central.figures import disagreements
from central.pages.office import PLACES
from central.pages.pupils import folded
from core.facts import ArrivedLate, LateWhy
from core.tap import Assurance

MORNING = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


@pytest.fixture
def karim(office):
    """Has 50 euro in the reserve wallet and nothing in the general one."""
    return next(one for one in office.school.pupils if one.first_name == "Karim")


def sum_in(office, pupil):
    return office.rows(
        "SELECT general_cents, reserve_cents FROM wallet WHERE pupil_id = ?", pupil.id
    )[0]


# --- pupils and their money -------------------------------------------------------------------


def test_a_pupil_is_found_by_any_part(bursar):
    for asked in ("vermeiren", "LEA", "léa verm", "3b lea", "Vermeiren 3B"):
        page = text_of(bursar.get("/office/pupils", params={"q": asked}).text)
        assert "Vermeiren Léa" in page, asked
    assert "0 élève" in text_of(bursar.get("/office/pupils", params={"q": "zzz"}).text)


def test_the_list_has_pages(bursar):
    first, second = (bursar.get(f"/office/pupils?page={n}").text for n in (1, 2))
    assert "Page 1 sur" in text_of(first)
    assert "Page 2 sur" in text_of(second)
    assert "Page précédente" in text_of(second)
    for asked in ("0", "-1", "x", "99999", "²", "1e9"):
        assert bursar.get("/office/pupils", params={"page": asked}).status_code == 200


def test_folding():
    assert folded("Émilie D'Haese-Weiß") == "emilie d haese weiß"


def test_money_is_moved_once_however_often_the_form_is_sent(office, bursar, karim):
    page = bursar.get(f"/office/pupils/{karim.id}").text
    form = {"once": field_in(page, "once"), "source": "reserve", "amount": "12,50 €"}
    for _ in range(3):
        answer = bursar.post(f"/office/pupils/{karim.id}/move", form)
        assert answer.headers["location"] == f"/office/pupils/{karim.id}?done=moved"
    assert sum_in(office, karim) == (1250, 3750)
    page = text_of(bursar.get(answer.headers["location"]).text)
    assert "L’argent est déplacé." in page
    assert "Déplacé entre les porte-monnaie service central (fatima) général 12,50 €" in page
    assert disagreements_of(office) == []


def test_what_cannot_be_moved_is_told_and_nothing_changes(office, bursar, karim, french):
    path = f"/office/pupils/{karim.id}/move"
    good = {"once": "1", "source": "reserve", "amount": "1"}
    for wrong, word in (
        ({"amount": "50,01"}, "refused.not_enough"),
        ({"amount": "0"}, "refused.amount"),
        ({"amount": "-1"}, "refused.amount"),
        ({"amount": "1,5"}, "refused.amount"),
        ({"amount": "9999999"}, "refused.amount"),
        ({"source": "bank"}, "refused.choice"),
        ({"once": ""}, "refused.old_form"),
        ({"once": "x" * 65}, "refused.old_form"),
    ):
        answer = bursar.post(path, good | wrong)
        assert answer.status_code == 422
        assert french[word] in text_of(answer.text), wrong
    assert sum_in(office, karim) == (0, 5000)


def test_a_wallet_is_adjusted_with_a_reason(office, bursar, karim, french):
    path = f"/office/pupils/{karim.id}/adjust"
    form = {"once": "1", "wallet": "general", "direction": "in", "amount": "3", "why": ""}
    assert french["refused.why"] in text_of(bursar.post(path, form).text)
    assert bursar.post(path, form | {"why": "a broken vending machine"}).status_code == 303
    assert sum_in(office, karim) == (300, 5000)
    out = form | {"once": "2", "direction": "out", "amount": "900", "why": "x"}
    refused = bursar.post(path, out)
    assert refused.status_code == 422
    assert "may not go below" in refused.text
    assert "a broken vending machine" in bursar.get(f"/office/pupils/{karim.id}").text
    assert "a broken vending machine" in bursar.get("/office/audit").text
    assert disagreements_of(office) == []


def test_a_debit_leads_to_the_signed_event(office, bursar, clock):
    pupil = office.school.pupils[3]
    till = office.till("Till of the hall")
    sealed = till.sell(pupil.id, 450)
    till.send()
    page = bursar.get(f"/office/pupils/{pupil.id}").text
    shown = text_of(page)
    assert "Vente – " in shown
    assert "Till of the hall général -4,50 € Événement signé" in shown
    event = bursar.get(f"/office/events/{sealed.id}").text
    assert sealed.hash.hex() in event
    assert "Till of the hall" in event
    assert "1-1" in text_of(event)
    day = text_of(bursar.get("/office").text)
    assert "Total 4,50 €" in day
    assert "Till of the hall en ordre" in day


def test_a_badge_is_blocked(office, bursar):
    record = office.school.records[3]
    path = f"/office/pupils/{record.pupil_id}/badges/{record.key}"
    assert bursar.post(path, {"state": "blocked"}).status_code == 303
    assert office.one("SELECT state FROM badge WHERE key = ?", record.key) == "blocked"
    assert bursar.post(path, {"state": "eaten"}).status_code == 422
    other = office.school.records[4]
    wrong = f"/office/pupils/{record.pupil_id}/badges/{other.key}"
    assert bursar.post(wrong, {"state": "blocked"}).status_code == 404


def test_a_badge_is_replaced_and_its_history_is_shown(office, bursar, french):
    record = office.school.records[3]
    page = f"/office/pupils/{record.pupil_id}"
    form = {"number": "04:A1:B2:C3:D4:E5:99", "old": record.key, "why": "found in the yard"}
    for wrong in ("", "xyz", "08112233", "04"):
        refused = bursar.post(f"{page}/badges", form | {"number": wrong})
        assert french["refused.badge_number"] in text_of(refused.text), wrong
    other = office.school.records[4].key
    assert bursar.post(f"{page}/badges", form | {"old": other}).status_code == 404
    for _ in range(2):
        assert bursar.post(f"{page}/badges", form).status_code == 303
    states = office.rows(
        "SELECT last4, state FROM badge WHERE pupil_id = ? ORDER BY state", record.pupil_id
    )
    assert states == [("E599", "active"), (record.last4, "blocked")]
    shown = text_of(bursar.get(page).text)
    assert "… E599 remis fatima found in the yard" in shown
    assert f"… {record.last4} remplacé fatima" in shown
    assert "04A1B2C3D4E599" not in repr(office.rows("SELECT * FROM badge_history"))


# --- orders -----------------------------------------------------------------------------------


def test_an_order_is_cancelled_until_nine(office, bursar, clock, french):
    order = office.orders(1)[0]
    clock.now = MORNING
    bursar.sign_in("fatima")
    page = text_of(bursar.get("/office/orders").text)
    assert "peuvent être annulées jusqu’au 24/11/26 09:00" in page
    answer = bursar.post(f"/office/orders/{order.id}/cancel")
    assert answer.headers["location"] == "/office/orders?day=2026-11-24&done=cancelled"
    assert office.order_state(order) == "cancelled"
    assert office.rows("SELECT who FROM audit WHERE subject = ?", order.id) == [("fatima",)]
    clock.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # nine in Brussels, to the second
    bursar.sign_in("fatima")
    other = office.orders(2)[1]
    late = bursar.post(f"/office/orders/{other.id}/cancel")
    assert french["refused.too_late"] in text_of(late.text)
    assert office.order_state(other) == "reserved"
    assert "Annuler la réservation" not in bursar.get("/office/orders").text
    assert disagreements_of(office) == []


def test_orders_are_counted_per_dish(office, bursar):
    page = text_of(bursar.get("/office/orders?day=2026-11-24").text)
    assert "À préparer" in page
    assert bursar.get("/office/orders?day=2031-01-01").text.count("Aucune réservation") == 1
    for wrong in ("2026-13-99", "", "x"):
        assert bursar.get("/office/orders", params={"day": wrong}).status_code == 200


# --- exceptions, closings, the bank -----------------------------------------------------------


def test_an_exception_is_settled(office, bursar, french):
    order = office.orders(1)[0]
    for name in ("Till 1", "Till 2"):
        till = office.till(name)
        till.collect(order)
        till.send()
    listed = bursar.get("/office/exceptions").text
    assert "Repas retiré deux fois" in listed
    (case,) = office.rows("SELECT id FROM exception WHERE flag = 'double_collection'")
    path = f"/office/exceptions/{case[0]}"
    assert "Événement signé" in bursar.get(path).text
    assert bursar.post(path, {"how": "accepted", "why": ""}).status_code == 422
    assert bursar.post(path, {"how": "arrived", "why": "x"}).status_code == 422
    unclear = {"how": "charged", "why": "x", "pupil": "a"}
    assert french["refused.pupil_unclear"] in text_of(bursar.post(path, unclear).text)
    done = bursar.post(path, {"how": "waived", "why": "both tills were offline"})
    assert done.headers["location"] == "/office/exceptions?done=settled"
    assert "both tills were offline" in bursar.get(path).text
    assert "Aucune exception" in bursar.get("/office/exceptions").text
    assert "à charge de l’école" in bursar.get("/office/exceptions?shown=settled").text
    assert disagreements_of(office) == []


def test_a_bank_file_is_taken_and_the_rest_is_assigned(office, admin, karim, clock, french):
    school = office.school.school.id
    give_communications(office.store, school, year=school_year(clock()), who="t", now=clock())
    with office.store.database.reading() as session:
        communication = communication_of(session, school, karim.id)
    assert communication in admin.get(f"/office/pupils/{karim.id}").text
    body = camt(Paid(2500, communication=communication), Paid(1000, text="for Karim, thank you"))

    def upload(content):
        files = {"file": ("november.xml", content, "text/xml")}
        return admin.post("/office/bank", files=files)

    assert "not noted for school" in upload(body).text
    assert admin.post("/office/bank/accounts", {"iban": SCHOOL_IBAN}).status_code == 303
    assert upload(b"").status_code == 422
    assert upload(b"what is this").status_code == 422
    first, again = upload(body), upload(body)
    assert "attribuée d’office 1 Porté aux porte-monnaie 25,00 €" in text_of(first.text)
    assert "Déjà connues 2" in text_of(again.text)
    assert sum_in(office, karim) == (2500, 5000)
    (line,) = office.rows("SELECT id FROM bank_line WHERE state = 'unmatched'")
    path = f"/office/bank/lines/{line[0]}"
    assert "for Karim, thank you" in admin.get(path).text
    assert admin.post(f"{path}/assign", {"pupil": "nobody"}).status_code == 422
    assert admin.post(f"{path}/assign", {"pupil": "elhami 6c"}).status_code == 303
    assert sum_in(office, karim) == (3500, 5000)
    assert admin.post(f"{path}/back", {"why": "x"}).status_code == 422
    assert "Rechargement par virement" in admin.get(f"/office/pupils/{karim.id}").text
    assert disagreements_of(office) == []


def test_a_terminal_is_enrolled_and_revoked(office, admin, bursar):
    page = admin.post("/office/terminals/codes", {"name": "Kiosk"}).text
    assert "refectory enrol --central" in page
    assert "Code pour « Kiosk »" in text_of(page)
    assert admin.post("/office/terminals/codes", {"name": ""}).status_code == 422
    till = office.till("Till 9")
    path = f"/office/terminals/{till.identity.terminal_id}/revoke"
    assert "Révoquer la borne Till 9" in text_of(admin.get(path).text)
    assert admin.post(path).headers["location"] == "/office/terminals?done=revoked"
    assert "révoquée" in bursar.get("/office/terminals").text
    assert "/revoke" not in bursar.get("/office/terminals").text


def test_the_audit_log_has_pages(office, bursar, clock):
    from central.audit import write_audit

    with office.store.database.writing() as session:
        for number in range(60):
            clock.advance(seconds=1)
            write_audit(
                session,
                office.school.school.id,
                who="x",
                what=f"did {number}",
                subject="s",
                at=clock(),
            )
    first = bursar.get("/office/audit").text
    assert "did 59" in first
    assert "did 3<" not in first
    older = first.partition('href="/office/audit?')[2].partition('"')[0]
    assert "did 3<" in bursar.get(f"/office/audit?{older}").text


# --- both engines -----------------------------------------------------------------------------


def test_every_page_answers_on_both_engines(centre, clock):
    from pages_rig import Clerk

    add_clerks(centre.store, centre.school.school.id, clock())
    till = centre.till()
    pupil = centre.school.pupils[3].id
    sealed = till.sell(pupil)
    late = ArrivedLate(
        clock().date(), pupil, None, Assurance.TYPED, due_at=clock(), said=LateWhy.NOT_SAID
    )
    noted = till.journal.append(late, at=clock())
    till.send()
    clerk = Clerk(centre.url)
    assert clerk.sign_in("anton").status_code == 303
    names = {"pupil": pupil, "event": sealed.id, "terminal": till.identity.terminal_id}
    for place in PLACES:
        if place.method == "GET" and not {"case", "line", "epoch"} & set(place.path.split("{")):
            about = {"event": noted.id} if "/presence/" in place.path else {}
            path = place.path.format_map(Missing(names | about))
            expected = 404 if "nobody" in path else 200
            assert clerk.get(path).status_code == expected, path
    moved = {"once": "1", "source": "general", "amount": "1"}
    assert clerk.post(f"/office/pupils/{pupil}/move", moved).status_code == 303
    clerk.close()
    centre.expect_sound()


class Missing(dict):
    def __missing__(self, key: str) -> str:
        return "nobody"


def disagreements_of(office):
    with office.store.database.reading() as session:
        return disagreements(session, office.school.school.id)
