"""A family's evenings told through the pages: money explained, meals ordered, limits, a badge."""

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime

import pytest
from bank_files import SCHOOL_IBAN
from family_rig import add_parent
from pages_rig import field_in, text_of

from central.bank.communications import (
    add_account,
    communication_of,
    give_communications,
    school_year,
)
from central.families.rules import Rule, write_rules
from central.figures import disagreements
from central.pages.codes import code_picture
from core.chain import GENESIS
from core.people import Language


@pytest.fixture
def karim(office):
    """Has 50 euro in the reserve wallet and nothing in the general one."""
    return next(one for one in office.school.pupils if one.first_name == "Karim")


@pytest.fixture
def thomas(office):
    """Has 25 euro and no order."""
    return next(one for one in office.school.pupils if one.last_name == "Roulin")


@pytest.fixture
def home(office, karim, thomas, clock, arrive):
    """A parent of both, signed in."""
    add_parent(office.store, office.school.school.id, "mother", karim.id, thomas.id, at=clock())
    return arrive("mother")


def sums(office, pupil):
    return office.rows(
        "SELECT general_cents, reserve_cents FROM wallet WHERE pupil_id = ?", pupil.id
    )[0]


def sound(office):
    with office.store.database.reading() as session:
        return disagreements(session, office.school.school.id) == []


def path_of(pupil, rest=""):
    return f"/family/children/{pupil.id}{rest}"


# --- money ------------------------------------------------------------------------------------


def test_a_sale_is_on_the_page_at_once_with_all_that_explains_it(office, home, thomas, clock):
    assert "Vente" not in text_of(home.get(path_of(thomas, "/wallet")).text)
    till = office.till("Caisse du hall")
    sealed = till.sell(thomas.id, 450)
    till.send()
    page = home.get(path_of(thomas, "/wallet"))
    shown = text_of(page.text)
    dish = next(one.name for one in office.school.products if one.id == "main-4")
    assert f"-4,50 € Vente – {dish}" in shown
    assert "24/11/26 12:00 · Caisse du hall" in shown
    assert "20,50 €" in shown
    link = re.search(r'href="([^"]+/events/[^"]+)"', page.text).group(1)
    event = home.get(link).text
    assert sealed.hash.hex() in event
    assert "Caisse du hall" in event
    first = text_of(home.get("/family").text)
    assert "Thomas Roulin 6A Porte-monnaie général 20,50 €" in first


def test_a_month_at_a_time(office, home, thomas, clock):
    till = office.till()
    till.sell(thomas.id, 450)
    till.send()
    november = text_of(home.get(path_of(thomas, "/wallet?month=2026-11")).text)
    assert "Vente" in november
    assert "Mois suivant" not in november
    october = text_of(home.get(path_of(thomas, "/wallet?month=2026-10")).text)
    assert "Vente" not in october
    assert "Mois suivant" in october
    for odd in ("0001-01", "9999-12", "x", "", "2026-13", "2026-11-01"):
        assert home.get(path_of(thomas, f"/wallet?month={odd}")).status_code == 200, odd


def test_the_table_opens_in_a_spreadsheet(office, home, thomas):
    with office.store.database.writing() as session:
        session.run("UPDATE terminal SET name = '=1+1'")
        session.run("UPDATE product SET name = '=HYPERLINK(1)' WHERE id = 'main-4'")
    till = office.till("=cmd()")
    sealed = till.sell(thomas.id, 450)
    till.send()
    answer = home.get(path_of(thomas, "/wallet.csv"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    name = "refectory-2026-08-01-2026-11-24.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Quand", "Porte-monnaie", "Montant en euros"]
    assert rows[1] == [
        "2026-11-24 12:00:00", "général", "-4,50", "Vente", "'=HYPERLINK(1)", "'=cmd()", "", "",
        sealed.id, sealed.hash.hex(),
    ]  # fmt: skip
    assert rows[2][2:4] == ["25,00", "Solde de départ"]


def test_the_export_can_be_checked_by_anybody(office, home, thomas, clock):
    till = office.till()
    for _ in range(3):
        clock.advance(seconds=1)
        till.sell(thomas.id, 100)
    till.send()
    told = json.loads(home.get(path_of(thomas, "/wallet.json?from=2026-11-24")).content)
    events = [one["event"] for one in told["movements"]]
    assert [event["seq"] for event in events] == [3, 2, 1]
    assert events[-1]["previous_hash"] == GENESIS.hex()
    for event in events:
        proof = hashlib.sha256(bytes.fromhex(event["previous_hash"]) + event["body"].encode())
        assert proof.hexdigest() == event["hash"]
        assert json.loads(event["body"])["data"]["pupil"] == thomas.id
    assert sum(one["change_cents"] for one in told["movements"]) == -300
    for odd in ("from=x&to=y", "from=9999-12-31&to=0001-01-01", "to=9999-12-31"):
        assert home.get(path_of(thomas, f"/wallet.json?{odd}")).status_code == 200, odd


def test_reserve_is_moved_to_general_and_back_once(office, home, karim, french):
    page = home.get(path_of(karim, "/wallet")).text
    form = {"once": field_in(page, "once"), "source": "reserve", "amount": "50"}
    for _ in range(2):
        answer = home.post(path_of(karim, "/wallet"), form)
        assert answer.headers["location"] == path_of(karim, "/wallet?done=moved")
    assert sums(office, karim) == (5000, 0)
    too_much = home.post(path_of(karim, "/wallet"), form | {"once": "2"})
    assert french["refused.not_enough"] in text_of(too_much.text)
    back = form | {"once": "3", "source": "general", "amount": "12,50"}
    assert home.post(path_of(karim, "/wallet"), back).status_code == 303
    assert sums(office, karim) == (3750, 1250)
    shown = text_of(home.get(path_of(karim, "/wallet")).text)
    assert "en ligne ou à l’économat ( mother )" in shown
    assert sound(office)


def test_how_to_top_up(office, home, karim, clock, french):
    school = office.school.school.id
    page = home.get(path_of(karim, "/top-up")).text
    assert french["top_up.not_yet"] in text_of(page)
    add_account(office.store, school, iban=SCHOOL_IBAN, who="t", now=clock())
    give_communications(office.store, school, year=school_year(clock()), who="t", now=clock())
    with office.store.database.reading() as session:
        communication = communication_of(session, school, karim.id)
    shown = home.get(path_of(karim, "/top-up?amount=12,50"))
    assert communication in shown.text
    assert "BE68 5390 0754 7034" in shown.text
    payload = (
        f"BCD\n002\n1\nSCT\n\nInstitut du Tilleul\n{SCHOOL_IBAN}\nEUR12.50\n\n\n{communication}\n"
    )
    assert str(code_picture(payload)) in shown.text
    assert (
        str(code_picture(payload.replace("EUR12.50", "")))
        in home.get(path_of(karim, "/top-up")).text
    )
    assert french["refused.amount"] in text_of(home.get(path_of(karim, "/top-up?amount=x")).text)


# --- meals ------------------------------------------------------------------------------------


def dish_form(page, day):
    """The hidden fields of the first dish of a day."""
    part = page.partition(f'name="day" value="{day}"')
    start = part[0].rindex("<form")
    form = page[start : page.index("</form>", start)]
    return {name: field_in(form, name) for name in ("once", "day", "dish")}


def test_a_meal_is_reserved_changed_and_cancelled(office, home, thomas):
    page = home.get(path_of(thomas, "/meals")).text
    form = dish_form(page, "2026-11-25")
    for _ in range(2):
        answer = home.post(path_of(thomas, "/meals"), form)
        assert answer.headers["location"] == path_of(thomas, "/meals?done=meal_reserved")
    (order,) = office.rows(
        "SELECT id, state, price_cents FROM meal_order WHERE pupil_id = ?", thomas.id
    )
    assert order[1:] == ("reserved", 450)
    assert sums(office, thomas) == (2050, 0)
    other = {"day": "2026-11-25", "dish": "sandwich", "order": order[0], "once": "x"}
    assert home.post(path_of(thomas, "/meals"), other).status_code == 303
    spent = office.one("SELECT price_cents FROM meal_order WHERE id = ?", order[0])
    assert sums(office, thomas) == (2500 - spent, 0)
    back = home.post(path_of(thomas, f"/meals/{order[0]}/cancel"))
    assert back.headers["location"] == path_of(thomas, "/meals?done=cancelled")
    assert sums(office, thomas) == (2500, 0)
    said = office.rows("SELECT who, what FROM audit WHERE subject = ? ORDER BY id", order[0])
    acts = [what.split()[1] for _, what in said]
    assert sorted(acts) == ["cancel:", "change:", "reserve:"]
    assert {who for who, _ in said} == {"mother"}
    assert sound(office)


def test_a_day_has_one_meal_whoever_reserves_it(office, home, thomas, clock, arrive, french):
    add_parent(office.store, office.school.school.id, "father", thomas.id, at=clock())
    other = arrive("father")
    form = {"day": "2026-11-25", "dish": "sandwich", "once": "1"}
    assert home.post(path_of(thomas, "/meals"), form).status_code == 303
    late = other.post(path_of(thomas, "/meals"), form)
    assert french["refused.order.already_ordered"] in text_of(late.text)
    assert len(office.rows("SELECT * FROM meal_order WHERE pupil_id = ?", thomas.id)) == 1


def test_why_it_is_declined_is_said(office, home, thomas, karim, clock, french):
    form = {"day": "2026-11-25", "dish": "sandwich", "once": "1"}
    poor = home.post(path_of(karim, "/meals"), form)
    assert french["refused.order.not_enough_money"] in text_of(poor.text)
    clock.now = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    home.sign_in("mother")
    late = home.post(path_of(thomas, "/meals"), form)
    assert french["refused.order.too_late"] in text_of(late.text)


def test_a_no_is_not_remembered_once_the_money_is_there(office, home, karim):
    """The same form again, as by the browser's way back, and another dish of the same page."""
    form = {"day": "2026-11-25", "dish": "sandwich", "once": "1"}
    assert home.post(path_of(karim, "/meals"), form).status_code == 422
    other = form | {"dish": "water"}
    assert home.post(path_of(karim, "/meals"), other).status_code == 422
    money = {"source": "reserve", "amount": "10", "once": "2"}
    assert home.post(path_of(karim, "/wallet"), money).status_code == 303
    assert home.post(path_of(karim, "/meals"), form).status_code == 303
    assert home.post(path_of(karim, "/meals"), form).status_code == 303, "twice is once"
    orders = office.rows("SELECT state FROM meal_order WHERE pupil_id = ?", karim.id)
    assert orders == [("reserved",)]
    assert sound(office)


def test_an_allergen_is_asked_about_once(office, home, thomas):
    with office.store.database.writing() as session:
        session.run("UPDATE pupil SET allergens = 'milk' WHERE id = ?", thomas.id)
        session.run("UPDATE product SET allergens = 'gluten,milk' WHERE id = 'sandwich'")
    page = home.get(path_of(thomas, "/meals")).text
    assert "Contient : lait" in text_of(page)
    form = {"day": "2026-11-25", "dish": "sandwich", "once": "1"}
    asked = home.post(path_of(thomas, "/meals"), form)
    assert asked.status_code == 200
    assert "Ce plat contient un allergène de Thomas : lait." in text_of(asked.text)
    assert office.rows("SELECT * FROM meal_order WHERE pupil_id = ?", thomas.id) == []
    assert home.post(path_of(thomas, "/meals"), form | {"knows": "yes"}).status_code == 303
    assert len(office.rows("SELECT * FROM meal_order WHERE pupil_id = ?", thomas.id)) == 1


def test_what_cannot_be_reserved_is_told(office, home, thomas, karim, french):
    good = {"day": "2026-11-25", "dish": "sandwich", "once": "1"}
    for wrong in (
        {"day": "2026-11-28"},
        {"day": "2031-01-06"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"day": "x"},
        {"dish": "water"},
        {"dish": "nothing"},
        {"once": ""},
        {"order": "nobody"},
    ):
        answer = home.post(path_of(thomas, "/meals"), good | wrong)
        assert answer.status_code in (404, 422), wrong
    assert home.post(path_of(karim, "/meals"), good).status_code == 422
    assert office.rows("SELECT * FROM meal_order WHERE pupil_id = ?", thomas.id) == []
    assert sums(office, thomas) == (2500, 0)


@pytest.mark.parametrize(
    ("last", "closed"),
    [
        # Nine in Brussels: the Friday before summer time ends, and the Monday after.
        (datetime(2026, 10, 23, 6, 59, 59, tzinfo=UTC), datetime(2026, 10, 23, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 26, 7, 59, 59, tzinfo=UTC), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 30, 6, 59, 59, tzinfo=UTC), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),
    ],
)
def test_until_nine_by_the_schools_clock(office, home, thomas, clock, last, closed):
    clock.now = last
    home.sign_in("mother")
    day = last.date().isoformat()
    with office.store.database.writing() as session:
        session.run(
            "INSERT INTO menu (school_id, day, product_id, cursor) VALUES (?, ?, 'sandwich', 1)"
            " ON CONFLICT DO NOTHING",
            office.school.school.id,
            day,
        )
    form = {"day": day, "dish": "sandwich", "once": "1"}
    assert home.post(path_of(thomas, "/meals"), form).status_code == 303
    (order,) = office.rows("SELECT id FROM meal_order WHERE pupil_id = ?", thomas.id)
    clock.now = closed
    assert home.post(path_of(thomas, f"/meals/{order[0]}/cancel")).status_code == 422
    assert home.post(path_of(thomas, "/meals"), form | {"once": "2"}).status_code == 422
    assert "closes" in text_of(home.get(path_of(thomas, "/meals")).text)
    assert office.rows("SELECT state FROM meal_order WHERE id = ?", order[0]) == [("reserved",)]


def test_fifteen_days_ahead(office, home, thomas):
    page = home.get(path_of(thomas, "/meals")).text
    days = re.findall(r'<h2 id="day-\d+"><time datetime="([^"]+)"', page)
    assert (days[0], days[-1], len(days)) == ("2026-11-24", "2026-12-09", 12)
    for day, expected in (("2026-12-09", 303), ("2026-12-10", 422)):
        with office.store.database.writing() as session:
            session.run(
                "INSERT INTO menu (school_id, day, product_id, cursor) VALUES (?, ?, ?, 1)"
                " ON CONFLICT DO NOTHING",
                office.school.school.id,
                day,
                "sandwich",
            )
        form = {"day": day, "dish": "sandwich", "once": day}
        assert home.post(path_of(thomas, "/meals"), form).status_code == expected, day


# --- limits and badges ------------------------------------------------------------------------


def test_limits_are_set_and_taken_away(office, home, thomas, french):
    form = {"daily_max": "3,50 €", "more": "waffle", "more_max": "0", "asks_allergens": "yes"}
    answer = home.post(path_of(thomas, "/limits"), form)
    assert answer.headers["location"] == path_of(thomas, "/limits?done=limits")
    row = office.rows("SELECT * FROM pupil_limit WHERE pupil_id = ?", thomas.id)[0]
    assert row[2:5] == (350, 1, '{"waffle":0}')
    page = home.get(path_of(thomas, "/limits")).text
    assert 'value="3,50"' in page
    assert 'name="max waffle"' in page
    cursor = office.one("SELECT cursor FROM school")
    assert row[5] == cursor
    home.post(path_of(thomas, "/limits"), {"daily_max": "", "max waffle": ""})
    assert office.rows("SELECT * FROM pupil_limit WHERE pupil_id = ?", thomas.id)[0][2:5] == (
        None, 0, "{}",
    )  # fmt: skip
    for wrong in ({"daily_max": "-1"}, {"daily_max": "x"}, {"more": "nothing", "more_max": "1"},
                  {"max waffle": "21"}, {"more": "waffle", "more_max": "²"}):  # fmt: skip
        assert home.post(path_of(thomas, "/limits"), wrong).status_code == 422, wrong
    said = office.rows("SELECT what FROM audit WHERE subject = ?", thomas.id)
    assert 'limits of parents: {"daily": "3.50", "products": {"waffle": 0}' in said[0][0]


def test_a_till_hears_of_the_limits(office, home, thomas):
    till = office.till()
    before = office.one("SELECT cursor FROM school")
    home.post(path_of(thomas, "/limits"), {"daily_max": "1"})
    path = f"/v1/terminals/{till.identity.terminal_id}/changes?after={before}"
    with till.channel.get(path, headers={}) as answer:
        assert thomas.id in answer.read().decode()


def test_a_lost_badge_is_blocked_if_the_school_allows(office, home, thomas, clock, french):
    badge = office.badge_of(thomas.id)
    page = path_of(thomas)
    school = office.school.school.id
    write_rules(office.store, school, {Rule.LOSE_BADGE: False}, who="anton", at=clock())
    assert "Déclarer perdu" not in text_of(home.get(page).text)
    refused = home.post(f"{page}/badges/{badge}/lost")
    assert (refused.status_code, french["refused.school"] in text_of(refused.text)) == (403, True)
    write_rules(office.store, school, {Rule.LOSE_BADGE: True}, who="anton", at=clock())
    assert "Déclarer perdu le badge" in text_of(home.get(page).text)
    assert home.post(f"{page}/badges/{badge}/lost").status_code == 303
    assert office.one("SELECT state FROM badge WHERE key = ?", badge) == "lost"
    assert office.rows("SELECT who FROM badge_history WHERE key = ?", badge) == [("mother",)]
    assert home.post(f"{page}/badges/{badge}/lost").status_code == 303
    with office.store.database.writing() as session:
        session.run("UPDATE badge SET state = 'blocked' WHERE key = ?", badge)
    home.post(f"{page}/badges/{badge}/lost")
    assert office.one("SELECT state FROM badge WHERE key = ?", badge) == "blocked"


def test_what_a_school_does_not_allow_is_not_offered(office, home, karim, clock):
    school = office.school.school.id
    nothing = dict.fromkeys(Rule, False)
    write_rules(office.store, school, nothing, who="anton", at=clock())
    page = home.get(path_of(karim, "/wallet")).text
    assert "<form" not in page.partition("<main")[2]
    move = {"once": "1", "source": "reserve", "amount": "1"}
    assert home.post(path_of(karim, "/wallet"), move).status_code == 403
    assert home.post(path_of(karim, "/limits"), {"daily_max": "1"}).status_code == 403
    assert sums(office, karim) == (0, 5000)
    assert office.rows("SELECT * FROM pupil_limit WHERE pupil_id = ?", karim.id) == []


def test_the_office_sets_the_rules(office, home, bursar, admin, karim, clock, french):
    page = text_of(bursar.get("/office/families").text)
    assert "Parents avec un accès 1" in page
    assert french["rule.lose_badge"] in page
    assert bursar.post("/office/families", {"lose_badge": "yes"}).status_code == 403
    admin.get("/office/families")
    done = admin.post("/office/families", {"lose_badge": "yes", "set_limits": "yes"})
    assert done.headers["location"] == "/office/families?done=rules"
    move = {"once": "1", "source": "reserve", "amount": "1"}
    assert home.post(path_of(karim, "/wallet"), move).status_code == 403
    assert home.post(path_of(karim, "/limits"), {"daily_max": "1"}).status_code == 303
    assert "parents may: lose_badge, set_limits" in admin.get("/office/audit").text


def test_every_page_speaks_the_parents_language(office, home, thomas):
    for language in Language:
        home.post("/family/account/language", {"language": language.value})
        for rest in ("", "/meals", "/wallet", "/top-up", "/limits"):
            assert f'<html lang="{language.value}">' in home.get(path_of(thomas, rest)).text
