"""Who must not get in, and what must not get through: on every address of the pages."""

import http.client
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import pytest
from bank_files import SCHOOL_IBAN, Paid, camt
from booked_events import plant
from pages_rig import PASSWORD, Clerk, add_clerks, page_routes
from school_calendar import day_trip, parents_evening

from central.activities.participants import enrol
from central.activities.plans import plan_activity
from central.bank.communications import add_account
from central.bank.importing import import_file
from central.enrolment import create_code
from central.families.access import make_token
from central.load import load_school
from central.meetings.evenings import Teacher, set_up_evening
from central.office import Act
from central.pages.guard import FORM_BYTES_MAX
from central.pages.office import PLACES
from central.pages.site import ALL_PLACES
from central.pages.users import Role
from central.seed import make_school
from core.ids import SchoolId

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
AT = "2026-11-24T08:00:00.000Z"
READS = [place for place in PLACES if place.method == "GET"]
FORMS = [place for place in PLACES if place.method == "POST"]
# All addresses, those of families and of guests among them, and the forms of them.
ROUTES = page_routes()
SENT = [path for method, path in ROUTES if method == "POST"]
FROM_ANYWHERE = "/mail/{word}/stop"  # a mail program sends it: RFC 8058


def filled(path):
    """An address with names that are nobody's."""
    return path.replace("{", "x-").replace("}", "")


def address(place):
    return filled(place.path)


def test_without_a_session_nothing_is_shown_and_nothing_done(stranger):
    for place in READS:
        answer = stranger.get(address(place))
        assert answer.status_code == 303, place.path
        assert answer.headers["location"].startswith("/sign-in?next=/office")
    for place in FORMS:
        assert stranger.post(address(place)).status_code == 401, place.path


def test_without_the_sessions_word_nothing_is_done(admin):
    for place in FORMS:
        for csrf in ("", "0" * 64, admin.csrf[:-1], "é"):
            assert admin.post(address(place), {"csrf": csrf}).status_code == 403, place.path


def test_another_sessions_word_opens_nothing(admin, bursar):
    form = {"csrf": bursar.csrf, "language": "nl"}
    assert admin.post("/office/account/language", form).status_code == 403
    assert admin.post("/sign-out", form).status_code == 303
    assert admin.get("/office").status_code == 303  # the browser's own cookie is gone…
    assert bursar.get("/office").status_code == 200  # …and nobody else's session


FOREIGN = (
    {},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
)


def test_forms_come_from_our_own_pages(admin):
    form = {"name": "fatima", "password": PASSWORD}
    for path in SENT:
        for headers in FOREIGN:
            answer = admin.post(filled(path), form, headers=headers)
            is_ours_alone = answer.text == "forms come from the centre's own pages"
            assert (answer.status_code == 403 and is_ours_alone) != (path == FROM_ANYWHERE), path


def test_the_control_every_form_there_is_is_sent():
    forms = {place.path for place in ALL_PLACES if place.method == "POST"}
    assert set(SENT) - forms == {
        *("/sign-in", "/sign-out", "/welcome", "/forgot"),
        *("/mail/{word}/stop", "/mail/{word}/confirm"),
    }
    assert forms <= set(SENT)


def test_our_own_origin_is_good_where_the_browser_tells_no_more(admin, office):
    good = {"Origin": office.url}
    form = {"language": "nl"}
    assert admin.post("/office/account/language", form, headers=good).status_code == 303


def test_a_foreign_host_gets_nothing(admin):
    for method, path in ROUTES:
        for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"):
            answer = admin.http.request(method, filled(path), headers={"Host": host})
            assert answer.status_code == 400, (path, host)
            assert "Tilleul" not in answer.text, path


def test_behind_a_proxy_the_public_name_is_served(office_file, new_office):
    clerk = Clerk(new_office(str(office_file), public_url="https://centre.school.example"))
    headers = {"Host": "centre.school.example"}
    page = clerk.get("/sign-in", headers=headers)
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-refectory-guest=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert "domain" not in cookie.lower()
    guest = cookie.partition(";")[0]
    sent = headers | {"Origin": "https://centre.school.example", "Cookie": guest}
    form = {"name": "anton", "password": PASSWORD}
    answer = clerk.post("/sign-in", form, headers=sent)
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith("__Host-refectory=")
    wrong = sent | {"Origin": "http://evil.example"}
    assert clerk.post("/sign-in", form, headers=wrong).status_code == 403
    clerk.close()


def test_the_cookie_is_out_of_reach(stranger):
    stranger.get("/sign-in")
    answer = stranger.post("/sign-in", {"name": "fatima", "password": PASSWORD})
    session = next(value for value in answer.headers.get_list("set-cookie") if "guest" not in value)
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in session
    assert "domain" not in session.lower()


def test_every_answer_carries_the_headers(admin):
    for path in ("/sign-in", "/office", "/static/pages.css", "/nowhere", "/office/pupils/nobody"):
        answer = admin.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        if path != "/static/pages.css":
            assert answer.headers["cache-control"] == "no-store"


def test_a_body_ends_where_its_page_says(office):
    larger = {place.path: place.bytes_max for place in ALL_PLACES if place.method == "POST"}
    for path in SENT:
        bytes_max = larger.get(path, FORM_BYTES_MAX)
        length = {"Content-Length": str(bytes_max + 1), "Sec-Fetch-Site": "same-origin"}
        connection = http.client.HTTPConnection(urlsplit(office.url).netloc, timeout=10)
        connection.putrequest("POST", filled(path))
        for name, value in length.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 413, path
        connection.close()


def test_a_body_without_a_length_is_counted(office):
    def pieces():
        for _ in range(20):
            yield b"name=" + b"a" * 8192 + b"&"

    answer = http.client.HTTPConnection(urlsplit(office.url).netloc, timeout=10)
    headers = {
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
        "Transfer-Encoding": "chunked",
    }
    answer.request("POST", "/sign-in", body=pieces(), headers=headers, encode_chunked=True)
    assert answer.getresponse().status == 413
    answer.close()


def test_a_form_that_is_none_is_no_fault_of_ours(admin):
    bodies = (b"\xff\xfe=%zz&&&;=", b"a=1&" * 60, b"csrf=%00", b"--x\r\n\r\n", b"\x00" * 100)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/b"):
        for body in bodies:
            headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": kind}
            answer = admin.http.post("/office/account/language", content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (kind, body)


def test_a_bursar_is_no_admin(bursar):
    for place in PLACES:
        if place.roles == {Role.ADMIN}:
            path = address(place)
            answer = bursar.get(path) if place.method == "GET" else bursar.post(path)
            assert answer.status_code == 403, place.path


def test_names_that_attack_stay_text(office, admin):
    with office.store.database.writing() as session:
        session.run("UPDATE pupil SET first_name = ?, class_name = ?", SCRIPT, SCRIPT)
        session.run("UPDATE product SET name = ?", SCRIPT)
        session.run("UPDATE school SET name = ?", SCRIPT)
    pupil = office.school.pupils[3].id
    for path in ("/office", "/office/pupils?q=img", "/office/orders", f"/office/pupils/{pupil}"):
        page = admin.get(path).text
        assert "&lt;script&gt;" in page, path
        assert "<script" not in page, path
        assert "<img" not in page, path
    assert "<img" not in admin.get("/office/pupils", params={"q": f'"><img src=x {SCRIPT}'}).text


# --- two schools in one database -----------------------------------------------------------------


@pytest.fixture
def neighbours(office, clock):
    """Another school in the same database, with a clerk, a terminal and ids of its own."""
    demo = make_school(seed=8, today=date(2026, 11, 24))
    other = SchoolId("school-8") if demo.school.id == office.school.school.id else demo.school.id
    demo = replace(demo, school=replace(demo.school, id=other))
    load_school(office.store, demo)
    with office.store.database.writing() as session:
        session.insert_many(
            "terminal",
            (
                "school_id",
                "id",
                "name",
                "state",
                "high_epoch",
                "high_seq",
                "head_hash",
                "enrolled_at",
            ),
            [(other, "t-theirs", "Their till", "active", 0, 0, b"", AT)],
        )
        plant(session, "e-theirs", school=other, terminal="t-theirs", at=AT, kind="x")
        session.insert_many(
            "exception",
            ("school_id", "id", "terminal_id", "subject", "flag", "detail", "raised_at"),
            [(other, "x-theirs", "t-theirs", "e-theirs", "overdraft", "", AT)],
        )
    add_account(office.store, other, iban=SCHOOL_IBAN, who="t", now=clock())
    body = camt(Paid(5000, text="for their child"))
    import_file(office.store, other, name="f", body=body, act=Act("t", clock()))
    with office.store.database.writing() as session:
        session.run("UPDATE bank_line SET id = 'l-theirs'")
    create_code(office.store, other, terminal_name="Theirs", now=clock())
    act = Act("t", clock())
    make_token(office.store, other, pupil=demo.pupils[5].id, name="p-theirs", act=act)
    their_trip_and_meetings(office.store, demo, clock())
    return demo


def their_trip_and_meetings(store, demo, now):
    """Plan a trip, with an invoice, and an evening; all of the same ids as nobody else's."""
    act, pupil, trip = Act("t", now), demo.pupils[5], day_trip("a-theirs")
    plan_activity(store, demo.school.id, trip, who="t", now=now)
    enrol(store, demo.school.id, activity="a-theirs", pupils=[pupil.id], act=act)
    with store.database.writing() as session:
        session.run("UPDATE invoice SET id = 'i-theirs'")
        session.run("UPDATE instalment SET invoice_id = 'i-theirs'")
        session.run("UPDATE activity_pupil SET invoice_id = 'i-theirs'")
    teachers = [Teacher("dub", "Mme Dubois", "", "", (pupil.class_name,))]
    evening = parents_evening("m-theirs", now=now)
    set_up_evening(store, demo.school.id, evening, teachers, act=act)


GOOD = {
    "amount": "1",
    "why": "a reason",
    "source": "general",
    "wallet": "general",
    "direction": "in",
    "once": "1",
    "state": "blocked",
    "how": "accepted",
}


def theirs(place, neighbours):
    """An address with the other school's ids."""
    order = next(one for one in neighbours.orders if one.state.value == "reserved")
    pupil = neighbours.pupils[5]
    return place.path.format(
        pupil=pupil.id,
        order=order.id,
        terminal="t-theirs",
        badge=next(one.key for one in neighbours.records if one.pupil_id == pupil.id),
        case="x-theirs",
        line="l-theirs",
        event="e-theirs",
        parent="p-theirs",
        activity="a-theirs",
        invoice="i-theirs",
        evening="m-theirs",
        epoch=1,
        seq=1,
    )


def test_no_way_leads_into_another_school(office, admin, neighbours):
    def state():
        tables = (
            "meal_order",
            "terminal",
            "wallet",
            "badge",
            "exception",
            "bank_line",
            "audit",
            "family_pupil",
            "access_code",
            "activity",
            "activity_pupil",
            "invoice",
            "meeting_evening",
            "appointment",
        )
        return [
            sorted(office.rows(f"SELECT * FROM {name} WHERE school_id = ?", neighbours.school.id))
            for name in tables
        ]

    before = state()
    names = {f"{one.last_name} {one.first_name}" for one in neighbours.pupils}
    names -= {f"{one.last_name} {one.first_name}" for one in office.school.pupils}
    for place in PLACES:
        path = theirs(place, neighbours)
        answer = admin.get(path) if place.method == "GET" else admin.post(path, GOOD)
        if "{" in place.path:
            assert answer.status_code == 404, place.path
        assert not [name for name in names if name in answer.text], place.path
        assert "Their till" not in answer.text, place.path
        assert "for their child" not in answer.text, place.path
    assert state() == before


def test_the_neighbours_themselves_see_their_own(office, neighbours, clock):
    """The control: the same addresses do answer to those whose they are."""
    with office.store.database.writing() as session:
        session.run("DELETE FROM web_user")
    add_clerks(office.store, neighbours.school.id, clock())
    clerk = Clerk(office.url)
    clerk.sign_in("anton")
    for place in READS:
        # A sale is no presence: that page is tried in test_presence_page.
        if "{" in place.path and not {"{epoch}", "presence"} & set(place.path.split("/")):
            assert clerk.get(theirs(place, neighbours)).status_code == 200, place.path
    clerk.close()
