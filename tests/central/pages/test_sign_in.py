"""Who gets in, for how long, and how often one may try."""

from datetime import timedelta

import pytest
from pages_rig import PASSWORD, Clerk, add_clerks

from central.errors import RecordError
from central.pages import passwords, sign_in, users
from central.pages.passwords import check_password
from central.pages.sessions import find_session, open_session
from central.pages.throttle import forgive, take_try
from central.pages.users import disable_user, set_password, user_name
from central.store import open_store


def test_a_bursar_gets_in_and_out(office, stranger):
    assert stranger.get("/office").headers["location"] == "/sign-in?next=/office"
    answer = stranger.sign_in("Fatima ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/office")
    assert "Institut du Tilleul" in stranger.get("/office").text
    assert stranger.post("/sign-out").status_code == 303
    assert stranger.get("/office").status_code == 303
    assert office.rows("SELECT COUNT(*) FROM web_session") == [(0,)]


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(stranger, french):
    wrong = (("fatima", "wrong"), ("nobody", PASSWORD), ("", ""), ("ß" * 500, "x" * 9000))
    for name, password in wrong:
        answer = stranger.sign_in(name, password)
        assert answer.status_code == 401
        assert french["sign_in.wrong"] in answer.text
        assert "guest" in answer.headers["set-cookie"]


def test_the_same_work_is_done_for_a_name_that_is_nobodys(monkeypatch, office, stranger):
    looked = []
    real = sign_in.is_password

    def watched(stored, given):
        looked.append(stored is None)
        return real(stored, given)

    monkeypatch.setattr(sign_in, "is_password", watched)
    stranger.sign_in("fatima", "wrong")
    stranger.sign_in("nobody", "wrong")
    assert looked == [False, True]
    hashed = []
    monkeypatch.setattr(passwords, "_nobody", lambda: hashed.append(1) or real_hash)
    real_hash = passwords.hash_password("")
    assert not passwords.is_password(None, "")
    assert hashed == [1]


def test_a_session_ends_idle_and_ends_for_good(office, bursar, clock):
    for _ in range(3):
        clock.advance(minutes=29)
        assert bursar.get("/office").status_code == 200
    clock.advance(minutes=31)
    assert bursar.get("/office").status_code == 303
    bursar.sign_in("fatima")
    for _ in range(25):
        clock.advance(minutes=28)
        assert bursar.get("/office").status_code == 200
    clock.advance(minutes=28)
    assert bursar.get("/office").status_code == 303


def test_the_database_holds_no_token_and_no_password(office, bursar):
    token = next(value for name, value in bursar.http.cookies.items() if "guest" not in name)
    kept = repr(office.rows("SELECT * FROM web_session")) + repr(
        office.rows("SELECT * FROM web_user")
    )
    assert token not in kept
    assert PASSWORD not in kept
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in kept


def test_a_disabled_user_is_out_at_once(office, bursar, clock):
    disable_user(office.store, "fatima", who="test", at=clock())
    assert bursar.get("/office").status_code == 303
    assert bursar.sign_in("fatima").status_code == 401


def test_a_new_password_ends_every_session(office, bursar, stranger, clock):
    set_password(office.store, "fatima", password="another four words", who="t", at=clock())
    assert bursar.get("/office").status_code == 303
    assert stranger.sign_in("fatima").status_code == 401
    assert stranger.sign_in("fatima", "another four words").status_code == 303


def test_who_knows_the_old_password_takes_a_new_one(bursar):
    bursar.get("/office/account")
    wrong = {"old": "no", "new": "a new pass phrase", "again": "a new pass phrase"}
    assert bursar.post("/office/account/password", wrong).status_code == 422
    right = wrong | {"old": PASSWORD}
    assert bursar.post("/office/account/password", right | {"again": "x"}).status_code == 422
    assert bursar.post("/office/account/password", right).status_code == 303
    assert bursar.get("/office").status_code == 303
    assert bursar.sign_in("fatima", "a new pass phrase").status_code == 303


def test_a_language_is_chosen_and_kept(bursar):
    assert bursar.get("/office").text.count('lang="fr"') == 1
    bursar.post("/office/account/language", {"language": "nl"})
    assert '<html lang="nl">' in bursar.get("/office").text
    assert bursar.post("/office/account/language", {"language": "xx"}).status_code == 422


def test_the_form_speaks_the_language_of_the_browser(stranger):
    for accept, path, language in (
        ("de-BE,de;q=0.9", "/sign-in", "de"),
        ("pt,en-GB;q=0.5", "/sign-in", "en"),
        ("", "/sign-in", "fr"),
        ("de", "/sign-in?language=nl", "nl"),
    ):
        page = stranger.get(path, headers={"Accept-Language": accept}).text
        assert f'<html lang="{language}">' in page


def test_nobody_is_led_elsewhere(stranger):
    for target in ("https://evil.example/", "//evil.example", "/office\\x", "/x", "/office//e"):
        page = stranger.get("/sign-in", params={"next": target}).text
        assert 'name="next" value=""' in page or target == "/office//e"
        form = {"name": "fatima", "password": PASSWORD, "next": target}
        location = stranger.post("/sign-in", form).headers["location"]
        assert location.startswith("/office")


def test_a_link_from_elsewhere_finds_the_session(stranger):
    answer = stranger.get("/office/orders", headers={"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh" content="0;url=/office/orders"' in answer.text


# --- the throttle, and what stands in the database: on both engines ------------------------------


def test_ten_thousand_tries_look_at_few_passwords(place, clock):
    """A try a second for 10,000 seconds; the store is opened anew in between."""
    looked = 0
    for _ in range(4):
        store = open_store(place)
        with store.database.writing() as session:
            for _ in range(2_500):
                looked += take_try(session, "fatima", now=clock()) is None
                clock.advance(seconds=1)
        store.close()
    assert 5 < looked <= 22


def test_a_thousand_tries_at_once_are_five(place, clock):
    store = open_store(place)
    with store.database.writing() as session:
        tries = [take_try(session, " Fatima", now=clock()) for _ in range(1000)]
        assert tries.count(None) == 5
        assert take_try(session, "anton", now=clock()) is None
        forgive(session, "fatima")
        assert take_try(session, "fatima", now=clock()) is None
    store.close()


def test_waits_grow_and_are_forgotten(place, clock):
    store = open_store(place)
    waits = []
    for _ in range(12):
        with store.database.writing() as session:
            if take_try(session, "x", now=clock()) is None:
                until = take_try(session, "x", now=clock())
                waits.append(0 if until is None else (until - clock()).total_seconds())
                if until is not None:
                    clock.now = until
    assert waits[-1] == 900
    assert waits == sorted(waits)
    clock.advance(hours=25)
    with store.database.writing() as session:
        assert take_try(session, "x", now=clock()) is None
        assert take_try(session, "x", now=clock()) is None
    store.close()


def test_the_throttle_holds_in_the_browser_and_over_a_restart(
    office, stranger, french, new_office, clock
):
    for _ in range(5):
        assert stranger.sign_in("fatima", "wrong").status_code == 401
    answer = stranger.sign_in("fatima")  # even the right one is not looked at
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "31")
    again = Clerk(new_office(office.store.database.name))
    assert again.sign_in("fatima").status_code == 429
    clock.advance(seconds=31)
    assert again.sign_in("fatima").status_code == 303
    again.close()
    assert office.rows("SELECT COUNT(*) FROM sign_in_try") == [(0,)]


def test_users_and_sessions_on_both_engines(place, demo_school, clock):
    store = open_store(place)
    school = demo_school.school.id
    add_clerks(store, school, clock())
    with pytest.raises(RecordError, match="there already"):
        add_clerks(store, school, clock())
    with store.database.writing() as session:
        found = users.find_user(session, "anton")
        open_session(session, found, "token", now=clock())
        assert find_session(session, "token", now=clock()) == (found, False)
        assert find_session(session, "other", now=clock()) is None
        later = clock() + timedelta(minutes=2)
        assert find_session(session, "token", now=later) == (found, True)
    disable_user(store, "anton", who="t", at=clock())
    with store.database.reading() as session:
        assert find_session(session, "token", now=clock()) is None
        assert [user.name for user in users.list_users(session, school)] == ["anton", "fatima"]
    store.close()


@pytest.mark.parametrize("name", ["x", "Fa Tima", "a" * 41, "é", "a\x00b", "-a"])
def test_a_name_that_is_none(name):
    with pytest.raises(RecordError, match="user name"):
        user_name(name)


@pytest.mark.parametrize("password", ["short", "", "x" * 201])
def test_a_password_that_is_none(password):
    with pytest.raises(RecordError, match="10 to 200"):
        check_password(password)
