"""Mail to parents: a confirmed address, a forgotten password, what happened today."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from family_rig import add_parent
from pages_rig import PASSWORD, text_of

from central.errors import MailDelayedError, MailRefusedError
from central.mail.mail_queue import MailKind, due_mail, pause_after, put_mail, take_mail
from central.mail.senders import MemorySender
from central.mail.work import MailWork
from central.pages.users import disable_user
from central.study import put_session
from core.facts import ArrivedLate, LateWhy, StudyEntered
from core.ids import SessionId
from core.money import Money
from core.people import Language
from core.study import WHOLE_WEEK, StudySession
from core.tap import Assurance

NEW = "a pass phrase of mine"
EVENING = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # half past six in Brussels


@pytest.fixture
def thomas(office):
    return next(one for one in office.school.pupils if one.last_name == "Roulin")


@pytest.fixture
def sender():
    return MemorySender()


@pytest.fixture
def post(office, clock, sender):
    return MailWork(office.store, clock, sender, address="https://school.example")


@pytest.fixture
def home(office, thomas, clock, arrive):
    add_parent(office.store, office.school.school.id, "mother", thomas.id, at=clock())
    return arrive("mother")


@pytest.fixture
def reached(home, post, sender):
    """A parent whose address is confirmed."""
    home.post("/family/account/mail", {"mail": "mother@home.example"})
    post.look()
    home.post(link_in(sender.sent.pop(), "confirm"))
    return home


def link_in(letter: EmailMessage, word: str) -> str:
    """The path that a letter's link leads to."""
    return re.search(rf"https://school.example(\S*{word}\S*)", letter.get_content()).group(1)


def wait_for(office, home, clock, now):
    clock.now = now
    home.sign_in("mother")


def test_an_address_counts_once_its_owner_confirmed_it(office, home, post, sender, arrive):
    form = {"mail": " mother@home.example "}
    assert home.post("/family/account/mail", form).headers["location"].endswith("mail_asked")
    assert "pas encore confirmée" in text_of(home.get("/family/account").text)
    assert home.post("/family/account/digest", {"digest": "yes"}).status_code == 422
    assert post.look() == 1
    (letter,) = sender.sent
    assert (letter["To"], letter["Subject"]) == ("mother@home.example", "Confirmez votre adresse")
    stranger = arrive()
    path = link_in(letter, "confirm")
    assert "Confirmer l’adresse" in text_of(stranger.get(path).text)
    assert office.one("SELECT confirmed_at FROM family_mail") is None
    assert "L’adresse est confirmée" in text_of(stranger.post(path).text)
    assert "pas encore confirmée" not in text_of(home.get("/family/account").text)
    home.post("/family/account/mail", {"mail": "another@home.example"})
    assert stranger.post(path).status_code == 404
    assert office.one("SELECT confirmed_at FROM family_mail") is None
    home.post("/family/account/mail", {"mail": ""})
    assert office.rows("SELECT * FROM family_mail") == []
    assert home.post("/family/account/mail", {"mail": "x\r\nBcc: y@z.de"}).status_code == 422


def test_a_forgotten_password(office, reached, post, sender, arrive):
    stranger = arrive()
    stranger.get("/forgot")
    done = stranger.post("/forgot", {"name": " Mother "})
    assert "un courriel est en route" in text_of(done.text)
    assert post.look() == 1
    (letter,) = sender.sent
    for word in ("Thomas", "Roulin", "mother", "€", "25,00"):
        assert word not in letter["Subject"]
    kept = repr(office.rows("SELECT * FROM mail")) + repr(office.rows("SELECT * FROM access_code"))
    path = link_in(letter, "welcome")
    code = re.search(r"code=([0-9A-Z-]+)", path).group(1)
    assert code not in kept
    page = stranger.get(path)
    assert f'value="{code}"' in page.text
    form = {"name": "mother", "code": code, "new": NEW, "again": NEW}
    assert stranger.post("/welcome", form).headers["location"] == "/family"
    assert reached.get("/family").status_code == 303  # every older session has ended
    assert arrive().sign_in("mother", PASSWORD).status_code == 401
    assert arrive().post("/welcome", form).status_code in (401, 403)


def test_the_same_answer_whoever_asks(office, reached, home, clock, post, sender, arrive):
    school = office.school.school.id
    others = office.school.pupils[3:5]
    add_parent(office.store, school, "silent", others[0].id, at=clock())
    add_parent(office.store, school, "closed", others[1].id, at=clock())
    disable_user(office.store, "closed", who="t", at=clock())
    stranger = arrive()
    stranger.get("/forgot")
    answers = set()
    for name in ("mother", "nobody", "silent", "closed", "fatima", "", "ß" * 500):
        answer = stranger.post("/forgot", {"name": name})
        body = re.sub(r'value="[^"]*"', "", answer.text)
        answers.add((answer.status_code, body))
    assert len(answers) == 1
    assert post.look() == 1
    assert [letter["To"] for letter in sender.sent] == ["mother@home.example"]


def test_the_same_is_written_for_a_name_that_is_nobodys(office, reached, arrive, monkeypatch):
    """An outsider could count transactions by the clock: there is one either way."""
    begun = []
    real = office.store.database.writing

    def counted(*args):
        begun.append(1)
        return real(*args)

    stranger = arrive()
    stranger.get("/forgot")
    monkeypatch.setattr(type(office.store.database), "writing", lambda _self: counted())
    counts = []
    for name in ("mother", "nobody"):
        begun.clear()
        stranger.post("/forgot", {"name": name})
        counts.append(len(begun))
    assert counts == [1, 1]


def test_who_asks_often_gets_few_mails(office, reached, clock, post, sender, arrive):
    stranger = arrive()
    stranger.get("/forgot")
    for _ in range(200):
        assert stranger.post("/forgot", {"name": "mother"}).status_code == 200
        clock.advance(minutes=5)
        post.look()
    assert len(sender.sent) == 5


def test_news_of_the_day_in_the_parents_language(office, reached, clock, thomas, post, sender):
    till = office.till("Caisse du hall")
    clock.advance(minutes=1)
    till.sell(thomas.id, 450)
    till.send()
    reached.post("/family/account/digest", {"digest": "yes"})
    reached.post("/family/account/language", {"language": "nl"})
    clock.advance(minutes=1)
    till.sell(thomas.id, 80)  # offline: the centre hears of it tomorrow
    late = till.journal.events[-1:]
    till.sell(thomas.id, 120)
    assert post.look() == 0
    wait_for(office, reached, clock, EVENING)
    assert post.look() == 0, "what happened before the wish is not told"
    assert office.one("SELECT state FROM mail WHERE kind = 'digest'") == "nothing"
    wait_for(office, reached, clock, EVENING + timedelta(hours=15))
    till.send(2)
    assert late
    wait_for(office, reached, clock, EVENING + timedelta(days=1))
    assert post.look() == 1
    (letter,) = sender.sent
    assert letter["Subject"] == "Nieuws uit de schoolkantine"
    text = letter.get_content()
    assert "Thomas" in text
    assert text.count("Caisse du hall") == 2
    assert "-0,80" in text
    assert "-4,50" not in text
    assert "Roulin" not in text
    assert post.look() == 0
    wait_for(office, reached, clock, EVENING + timedelta(days=2))
    assert post.look() == 0, "it was told yesterday"


def test_study_that_costs_nothing_and_late_arrivals_are_news_too(
    office, reached, clock, thomas, post, sender
):
    reached.post("/family/account/digest", {"digest": "yes"})
    school, badge = office.school.school.id, office.badge_of(thomas.id)
    short = StudySession(SessionId("short"), "Étude courte", WHOLE_WEEK, 965, 1035, Money(100))
    put_session(office.store, school, short, who="office", now=clock())
    before = reached.get("/family/news").text
    clock.advance(minutes=1)
    gate = office.till("Grille")
    today = clock().date()
    late = ArrivedLate(
        today,
        thomas.id,
        badge,
        Assurance.UID,
        due_at=clock() - timedelta(minutes=12),
        said=LateWhy.TRANSPORT,
    )
    free = StudyEntered(today, short.id, thomas.id, badge, Assurance.UID)
    gate.journal.append(late, at=clock())
    gate.journal.append(free, at=clock())
    gate.send()
    assert reached.get("/family/news").text != before
    wait_for(office, reached, clock, EVENING)
    assert post.look() == 1
    (letter,) = sender.sent
    text = letter.get_content()
    assert "12 min de retard" in text
    assert "Étude courte \N{EN DASH} Grille" in text
    paid = replace(free, price=Money(100), day=today + timedelta(days=1))
    wait_for(office, reached, clock, EVENING + timedelta(hours=1))
    gate.journal.append(paid, at=clock())
    gate.send()
    wait_for(office, reached, clock, EVENING + timedelta(days=1))
    assert post.look() == 1
    text = sender.sent[-1].get_content()
    assert text.count("Grille") == 1, "what was paid is a movement, and is told once"
    assert "retard" not in text


def test_one_click_stops_it_without_a_sign_in(office, reached, clock, thomas, post, sender, arrive):
    reached.post("/family/account/digest", {"digest": "yes"})
    clock.advance(minutes=1)
    till = office.till()
    till.sell(thomas.id, 100)
    till.send()
    wait_for(office, reached, clock, EVENING)
    post.look()
    (letter,) = sender.sent
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = letter["List-Unsubscribe"].strip("<>").removeprefix("https://school.example")
    stranger = arrive()
    assert "Arrêter le courriel du jour" in text_of(stranger.get(path).text)
    assert office.one("SELECT has_digest FROM family_mail") == 1, "opening a link does nothing"
    # As a mail program sends it: no cookie, no word of a session, no origin of ours.
    body = {"List-Unsubscribe": "One-Click"}
    answer = stranger.http.post(path, data=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert office.one("SELECT has_digest FROM family_mail") == 0
    unknown = stranger.http.post("/mail/nobodys/stop", data=body)
    assert unknown.status_code == 200
    confirm = stranger.http.post("/mail/nobodys/confirm", data=body)
    assert confirm.status_code == 403, "nothing else may come from elsewhere"


def test_a_server_that_is_away_is_tried_again(office, home, clock, post, sender):
    home.post("/family/account/mail", {"mail": "mother@home.example"})
    sender.faults.extend(MailDelayedError("450 busy") for _ in range(3))
    went = []
    for minute in range(12):
        went += [minute] * post.look()
        clock.advance(minutes=1)
    assert went == [7]  # after 1, 2 and 4 minutes
    assert office.rows("SELECT tries, state, fault FROM mail") == [(4, "sent", "")]
    assert pause_after(1) == timedelta(minutes=1)
    assert pause_after(99) == timedelta(hours=4)


def test_what_is_refused_for_good_or_too_old_is_given_up(office, reached, clock, post, sender):
    school = office.school.school.id
    with office.store.database.writing() as session:
        put_mail(session, school, "mother", MailKind.RESET, part="1", now=clock())
    sender.faults.append(MailRefusedError("550 no such mailbox"))
    assert post.look() == 0
    with office.store.database.writing() as session:
        put_mail(session, school, "mother", MailKind.RESET, part="2", now=clock())
    sender.faults.extend(MailDelayedError("away") for _ in range(99))
    for _ in range(10):
        clock.advance(minutes=20)
        post.look()
    rows = office.rows("SELECT state, fault FROM mail WHERE kind = 'reset' ORDER BY id")
    assert rows == [("failed", "550 no such mailbox"), ("failed", "away")]
    clock.advance(days=31)
    sender.faults.clear()
    post.look()
    assert office.rows("SELECT * FROM mail WHERE kind = 'reset'") == []


def test_two_centres_on_one_database_send_a_letter_once(centre, clock):
    school = centre.school.school.id
    with centre.store.database.writing() as session:
        put_mail(session, school, "x", MailKind.CONFIRM, part="1", now=clock())
        put_mail(session, school, "x", MailKind.CONFIRM, part="1", now=clock())
    with centre.store.database.reading() as session:
        (letter,) = due_mail(session, now=clock())
    taken = []
    for _ in range(2):
        with centre.store.database.writing() as session:
            taken.append(take_mail(session, letter, now=clock()))
    assert taken == [True, False]


def test_every_letter_in_every_language(office, reached, clock, thomas, post, sender):
    till = office.till()
    reached.post("/family/account/digest", {"digest": "yes"})
    school = office.school.school.id
    subjects = set()
    for number, language in enumerate(Language):
        wait_for(office, reached, clock, EVENING + timedelta(days=number))
        reached.post("/family/account/language", {"language": language.value})
        till.sell(thomas.id, 100)
        till.send()
        clock.advance(minutes=1)
        with office.store.database.writing() as session:
            put_mail(session, school, "mother", MailKind.RESET, part=language.value, now=clock())
        post.look()
        subjects |= {letter["Subject"] for letter in sender.sent}
    assert len(subjects) == 8
    for letter in sender.sent:
        assert letter["Auto-Submitted"] == "auto-generated"
        assert not re.search(r"\d|Thomas|Roulin|mother", letter["Subject"])


def test_the_open_page_hears_of_a_sale(office, home, thomas):
    before = home.get("/family/news").text
    assert home.get("/family/news").text == before
    till = office.till()
    till.sell(thomas.id, 100)
    till.send()
    assert home.get("/family/news").text != before


def test_a_page_that_asks_by_itself_keeps_no_session_open(home, clock):
    for _ in range(31):
        clock.advance(minutes=1)
        last = home.get("/family/news")
    assert last.status_code == 303
    assert home.get("/family").status_code == 303
