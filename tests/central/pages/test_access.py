"""A parent gets in: a letter, a code that works once, a password of one's own."""

import json
import re
from datetime import timedelta

import pytest
from family_rig import add_parent
from pages_rig import PASSWORD, text_of

from central.errors import RecordError
from central.families.access import MAIL_LIFE, Purpose, make_token, new_code, use_code
from central.families.links import children_of, parents_of
from central.office import Act
from central.pages.users import disable_user, find_user
from cli.main import main
from core.people import Language

NEW = "a pass phrase of mine"


@pytest.fixture
def lea(office):
    return next(one for one in office.school.pupils if one.last_name == "Vermeiren")


@pytest.fixture
def school(office):
    return office.school.school.id


@pytest.fixture
def letter(office, school, lea, clock):
    return make_token(office.store, school, pupil=lea.id, act=Act("fatima", clock()))


def choose(clerk, name, code, **more):
    clerk.get("/welcome")
    form = {"name": name, "code": code, "new": NEW, "again": NEW, **more}
    return clerk.post("/welcome", form)


def test_a_letter_of_the_office_lets_a_parent_in_once(office, bursar, stranger, lea, arrive):
    page = bursar.post(f"/office/pupils/{lea.id}/parents", {"language": "nl"})
    shown = text_of(page.text)
    assert "Uw toegang tot de pagina’s voor ouders" in shown
    assert "Voor de ouders van Léa Vermeiren (3B)" in shown
    (name,) = office.rows("SELECT user_name FROM family_pupil")[0]
    code = page.text.partition(f'translate="no">{name}')[2].partition('translate="no">')[2][:19]
    assert f"Gebruikersnaam {name} Toegangscode {code} De code geldt tot" in shown
    assert "<svg" in page.text
    answer = choose(stranger, name, code.lower().replace("-", " "))
    assert (answer.status_code, answer.headers["location"]) == (303, "/family")
    assert "Léa Vermeiren" in text_of(stranger.get("/family").text)
    assert '<html lang="nl">' in stranger.get("/family").text
    again = arrive()
    assert choose(again, name, code).status_code == 401
    assert again.sign_in(name, NEW).status_code == 303
    assert code not in bursar.get(f"/office/pupils/{lea.id}").text
    kept = repr(office.rows("SELECT * FROM access_code")) + repr(office.rows("SELECT * FROM audit"))
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_a_whole_class_gets_its_letters_each_once(office, bursar, stranger, lea, letter):
    """Léa's parents have theirs already, and it goes on to work."""
    class_ = [one for one in office.school.pupils if one.class_name == lea.class_name]
    others = [one for one in class_ if one.id != lea.id]
    assert others
    page = bursar.post("/office/families/letters", {"class": lea.class_name})
    shown = text_of(page.text)
    assert page.text.count("<svg") == len(others)
    for one in others:
        assert f"{one.first_name} {one.last_name} ({one.class_name})" in shown
    assert f"{lea.first_name} {lea.last_name}" not in shown
    names = {row[0] for row in office.rows("SELECT user_name FROM family_pupil")}
    assert len(names) == len(class_)
    codes = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", shown)
    assert len(set(codes)) == len(others)
    kept = repr(office.rows("SELECT * FROM access_code")) + repr(office.rows("SELECT * FROM audit"))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    # The same form once more makes no code anew that is on its way home.
    again = bursar.post("/office/families/letters", {"class": lea.class_name})
    assert again.status_code == 422
    assert bursar.post("/office/families/letters", {"class": "none"}).status_code == 422
    assert choose(stranger, letter.user.name, letter.code).status_code == 303


def test_the_link_fills_in_the_form_and_uses_nothing_up(stranger, letter):
    for _ in range(3):
        asked = {"name": letter.user.name, "code": letter.code}
        page = stranger.get("/welcome", params=asked).text
        assert f'value="{letter.code}"' in page
    assert choose(stranger, letter.user.name, letter.code).status_code == 303


def test_a_code_ends_after_fourteen_days(office, letter, clock, stranger, french):
    clock.advance(days=14, seconds=-1)
    name = letter.user.name
    wrong = choose(stranger, name, letter.code, again="another phrase")
    assert french["refused.passwords_differ"] in text_of(wrong.text)
    assert choose(stranger, name, letter.code, new="short", again="short").status_code == 422
    clock.advance(seconds=1)
    late = choose(stranger, name, letter.code)
    assert late.status_code == 401
    assert french["welcome.wrong"] in text_of(late.text)
    at = letter.ends_at - timedelta(seconds=1)
    assert use_code(office.store, name=name, code=letter.code, password=NEW, now=at)


def test_a_newer_code_ends_the_older_and_the_password_stands_until_then(
    office, school, lea, clock, arrive
):
    add_parent(office.store, school, "mother", lea.id, at=clock())
    act = Act("fatima", clock())
    first, second = (
        make_token(office.store, school, pupil=lea.id, name="mother", act=act) for _ in range(2)
    )
    parent = arrive()
    assert parent.sign_in("mother").status_code == 303
    assert choose(parent, "mother", first.code).status_code == 401
    assert choose(parent, "mother", second.code).status_code == 303
    assert arrive().sign_in("mother").status_code == 401
    assert parent.get("/family").status_code == 200


def test_somebody_elses_name_does_not_go_with_a_code(
    office, school, letter, lea, stranger, clock, arrive
):
    add_parent(office.store, school, "mother", lea.id, at=clock())
    assert choose(stranger, "mother", letter.code).status_code == 401
    assert choose(stranger, "fatima", letter.code).status_code == 401
    assert arrive().sign_in("fatima").status_code == 303
    assert choose(stranger, letter.user.name, letter.code).status_code == 303


def test_guesses_are_slowed_down_and_lock_nobody_out(office, school, lea, letter, clock, arrive):
    add_parent(office.store, school, "mother", lea.id, at=clock())
    guesser = arrive()
    answers = [choose(guesser, "mother", "0000-0000-0000-0000").status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2
    assert arrive().sign_in("mother").status_code == 303
    unknown = [choose(guesser, "nobody", "0000-0000-0000-0000").status_code for _ in range(7)]
    assert unknown == answers


def test_an_account_that_was_closed_opens_by_a_new_code_alone(office, school, lea, clock, arrive):
    add_parent(office.store, school, "mother", lea.id, at=clock())
    act = Act("fatima", clock())
    code = make_token(office.store, school, pupil=lea.id, name="mother", act=act).code
    disable_user(office.store, "mother", who="fatima", at=clock())
    parent = arrive()
    assert choose(parent, "mother", code).status_code == 401
    fresh = make_token(office.store, school, pupil=lea.id, name="mother", act=act).code
    assert parent.sign_in("mother", PASSWORD).status_code == 401
    assert choose(parent, "mother", fresh).status_code == 303


def test_a_code_of_a_mail_lives_an_hour(office, school, lea, clock):
    add_parent(office.store, school, "mother", lea.id, at=clock())
    with office.store.database.writing() as session:
        user = find_user(session, "mother")
        code = new_code(office.store, session, user, Purpose.MAIL, now=clock())
    good = {"name": "mother", "code": code, "password": NEW}
    assert use_code(office.store, **good, now=clock() + MAIL_LIFE) is None
    assert use_code(office.store, **good, now=clock()) is not None


def test_a_form_from_elsewhere_chooses_no_password(stranger, letter):
    stranger.csrf = "0" * 64
    form = {"name": letter.user.name, "code": letter.code, "new": NEW, "again": NEW}
    assert stranger.post("/welcome", form).status_code == 403
    stranger.get("/welcome")
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert stranger.post("/welcome", form, headers=foreign).status_code == 403
    assert choose(stranger, letter.user.name, letter.code).status_code == 303


def test_brothers_and_sisters_have_one_account(office, school, lea, bursar, clock):
    other = next(one for one in office.school.pupils if one.first_name == "Karim")
    add_parent(office.store, school, "mother", lea.id, at=clock())
    answer = bursar.post(f"/office/pupils/{other.id}/parents", {"name": " Mother "})
    assert answer.status_code == 200
    with office.store.database.reading() as session:
        user = find_user(session, "mother")
        assert set(children_of(session, user)) == {lea.id, other.id}
    assert "mother" in bursar.get(f"/office/pupils/{other.id}").text
    done = bursar.post(f"/office/pupils/{other.id}/parents/mother/remove")
    assert done.headers["location"] == f"/office/pupils/{other.id}?done=parent_removed"
    assert bursar.post(f"/office/pupils/{other.id}/parents/mother/remove").status_code == 404
    with office.store.database.reading() as session:
        assert children_of(session, user) == [lea.id]
        assert parents_of(session, school, other.id) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pupil": "nobody"}, "there is no pupil"),
        ({"name": "fatima"}, "a parent needs a name of their own"),
        ({"name": "x y"}, "user name 'x y'"),
    ],
)
def test_what_cannot_be_is_told(office, school, lea, clock, wrong, told):
    with pytest.raises(RecordError, match=told):
        make_token(office.store, school, **{"pupil": lea.id, "act": Act("f", clock())} | wrong)
    assert office.rows("SELECT * FROM access_code") == []


def test_each_sees_one_house(bursar, office, school, lea, clock, arrive):
    add_parent(office.store, school, "mother", lea.id, at=clock())
    parent = arrive()
    assert parent.sign_in("mother").headers["location"] == "/family"
    assert parent.get("/").headers["location"] == "/family"
    assert bursar.get("/").headers["location"] == "/office"
    assert arrive().get("/").headers["location"] == "/sign-in"
    for path in ("/office", "/office/pupils", f"/office/pupils/{lea.id}"):
        assert parent.get(path).status_code == 403
    assert bursar.get("/family").status_code == 403
    parent.get("/sign-in")
    answer = parent.post("/sign-in", {"name": "mother", "password": PASSWORD, "next": "/office"})
    assert answer.headers["location"] == "/family"


def test_on_the_command_line(office_file, lea, capsys):
    def run(*words):
        place = ["--database", str(office_file), "--json"]
        code = main(["central", "family", *words, *place])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    code, (made,) = run("access", "--pupil", lea.id, "--language", "de")
    assert (code, made["language"], len(made["code"])) == (0, "de", 19)
    assert run("list", "--pupil", lea.id)[1][0]["name"] == made["name"]
    assert run("remove", made["name"], "--pupil", lea.id)[0] == 0
    assert run("list", "--pupil", lea.id) == (0, [])
    assert run("remove", made["name"], "--pupil", lea.id)[0] == 1
    assert run("access", "--pupil", "nobody")[0] == 1


def test_the_words_of_a_letter_are_in_its_readers_language():
    from central.pages.voice import read_words

    for language in Language:
        assert "{moment}" in read_words(language)["letter.until"]
