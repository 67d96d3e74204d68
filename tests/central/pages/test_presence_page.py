"""The day's presences at the office: entered there, told by terminals, each with its proof."""

from datetime import UTC, date, datetime, timedelta

import pytest
from family_rig import add_parent
from pages_rig import Clerk

from central.lateness import absences_on
from central.study import list_enrolments, list_sessions
from core.facts import ArrivedLate, LateWhy, StudyEntered
from core.money import Money
from core.tap import Assurance

TODAY = date(2026, 11, 24)
SESSION = {
    "name": "Étude courte",
    "on_0": "1",
    "on_1": "1",
    "starts": "16:05",
    "ends": "17:15",
    "price": "1,00",
    "once": "session-1",
}


@pytest.fixture
def clerk(office):
    clerk = Clerk(office.url)
    clerk.sign_in("anton")
    yield clerk
    clerk.close()


@pytest.fixture
def named(office):
    """Somebody whose name is nobody else's."""
    names = [f"{one.last_name} {one.first_name}" for one in office.school.pupils]
    return next(
        one
        for one in office.school.pupils
        if names.count(f"{one.last_name} {one.first_name}") == 1 and office.balance(one.id) > 500
    )


def name_of(pupil):
    return f"{pupil.last_name} {pupil.first_name} {pupil.class_name}"


def sent(clerk, what, form):
    return clerk.post(f"/office/presence/{what}", form)


def test_a_session_and_its_pupils_are_written_at_the_office(office, clerk, named):
    assert sent(clerk, "sessions", SESSION).status_code == 303
    with office.store.database.reading() as session:
        (held,) = list_sessions(session, "demo")
    assert (held.name, held.starts, held.ends, held.price) == (
        "Étude courte",
        965,
        1035,
        Money(100),
    )
    form = {"pupil": name_of(named), "session": held.id, "act": "begin"}
    assert sent(clerk, "enrolments", form).status_code == 303
    with office.store.database.reading() as session:
        (place,) = list_enrolments(session, "demo", pupil=named.id)
    assert place.is_on(TODAY)
    page = clerk.get(f"/office/presence?day={TODAY}").text
    assert "Inscrit, pas venu" in page
    assert named.last_name in page
    assert sent(clerk, "enrolments", form | {"act": "end"}).status_code == 303


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"starts": "x"}, {"ends": "08:00"}, {"price": "much"}]
)
def test_a_session_that_makes_no_sense_is_refused_in_one_sentence(clerk, changes):
    answer = sent(clerk, "sessions", SESSION | changes)
    assert answer.status_code == 422
    assert "Une séance a un nom" in answer.text


def test_an_absence_is_noted_and_withdrawn(office, clerk, named):
    form = {
        "pupil": name_of(named),
        "on": TODAY.isoformat(),
        "state": "announced",
        "note": "grippe",
    }
    assert sent(clerk, "absences", form).status_code == 303
    page = clerk.get(f"/office/presence?day={TODAY}").text
    assert "grippe" in page
    assert sent(clerk, "absences", form | {"state": "withdrawn"}).status_code == 303
    with office.store.database.reading() as session:
        assert absences_on(session, "demo", TODAY) == []
    assert sent(clerk, "absences", form | {"pupil": "nobody at all"}).status_code == 422
    assert sent(clerk, "absences", form | {"on": "soon"}).status_code == 422
    assert sent(clerk, "absences", form | {"state": "asleep"}).status_code == 422


def test_what_terminals_told_stands_there_with_its_event(office, clerk, named, clock):
    sent(clerk, "sessions", SESSION)
    with office.store.database.reading() as session:
        (held,) = list_sessions(session, "demo")
    clock.now = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
    till = office.till()
    badge = office.badge_of(named.id)
    entered = till.journal.append(
        StudyEntered(TODAY, held.id, named.id, badge, Assurance.UID, price=Money(100)),
        at=clock(),
    )
    due = datetime(2026, 11, 24, 7, 25, tzinfo=UTC)
    fact = ArrivedLate(TODAY, named.id, badge, Assurance.UID, due, said=LateWhy.DOCTOR)
    till.journal.append(fact, at=due + timedelta(minutes=12))
    till.send()
    clerk.sign_in("anton")  # hours have passed
    page = clerk.get(f"/office/presence?day={TODAY}").text
    assert f"/office/events/{entered.id}" in page
    assert "médecin" in page
    assert ">12<" in page
    wallet = clerk.get(f"/office/pupils/{named.id}").text
    assert "Étude du soir" in wallet


def test_what_was_noted_by_mistake_is_taken_back_with_a_reason(office, clerk, named, arrive):
    add_parent(office.store, office.school.school.id, "mother", named.id, at=office.clock())
    assert sent(clerk, "sessions", SESSION).status_code == 303
    with office.store.database.reading() as session:
        (held,) = list_sessions(session, "demo")
    till = office.till("Salle d’étude")
    badge = office.badge_of(named.id)
    entered = StudyEntered(TODAY, held.id, named.id, badge, Assurance.UID, Money(100))
    event = till.journal.append(entered, at=office.clock()).id
    till.send()
    before = office.balance(named.id)
    path = f"/office/presence/{event}/withdraw"
    assert f'href="{path}"' in clerk.get(f"/office/presence?day={TODAY}").text
    assert "une seule fois" in clerk.get(path).text
    assert clerk.post(path, {"why": ""}).status_code == 422
    for _ in range(2):
        done = clerk.post(path, {"why": "le mauvais jumeau"})
        assert done.headers["location"].startswith("/office/presence?day=2026-11-24")
    assert office.balance(named.id) == before + 100
    assert "noté par erreur" in clerk.get(f"/office/presence?day={TODAY}").text
    assert "noté par erreur" in clerk.get(path).text
    home = arrive("mother")
    assert "noté par erreur" in home.get(f"/family/children/{named.id}/presence").text
    wallet = home.get(f"/family/children/{named.id}/wallet").text
    assert "Étude notée par erreur" in wallet
    assert clerk.get("/office/presence/nothing/withdraw").status_code == 404
    assert clerk.post("/office/presence/nothing/withdraw", {"why": "x"}).status_code == 404
    assert home.get(path).status_code == 403
