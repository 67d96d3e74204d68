"""Badges with their history, and pupils who leave."""

import pytest
from family_rig import add_parent

from central.badges import BadgeWord, badge_history, issue_badge, replace_badge, set_badge_state
from central.changes import read_changes
from central.errors import DatabaseError, Problem, RecordError
from central.families.contact import set_address
from central.leaving import forget, leave, list_former
from central.office import Act
from central.pages.sessions import open_session
from central.pages.users import find_user
from central.reconciliation import reconcile
from central.snapshot_file import write_copy
from central.terminals import find_terminal
from central.wallets import pay_out
from core.people import BadgeState
from core.tap import Family
from offline_cache.snapshot import Snapshot

SCHOOL = "demo"
NEW = "ab" * 16


@pytest.fixture
def act(clock):
    return lambda why="at the desk": Act("anna", clock(), why)


@pytest.fixture
def badge(centre):
    return next(one for one in centre.school.records if one.state is BadgeState.ACTIVE)


def history(centre, **which):
    with centre.store.database.reading() as session:
        return badge_history(session, SCHOOL, **which)


def state(centre, key):
    return centre.one("SELECT state FROM badge WHERE key = ?", key)


def test_a_badge_has_a_history_of_who_when_and_why(centre, clock, act, badge):
    def set_to(word, why):
        set_badge_state(
            centre.store, SCHOOL, badge=badge.key, state=word, who="anna", at=clock(), why=why
        )
        clock.advance(minutes=1)

    set_to(BadgeState.LOST, "left on the bus")
    set_to(BadgeState.LOST, "again")
    set_to(BadgeState.ACTIVE, "found")
    set_to(BadgeState.BLOCKED, "")
    steps = history(centre, badge=badge.key)
    assert [(one.word, one.who, one.why) for one in steps] == [
        (BadgeWord.BLOCKED, "anna", ""),
        (BadgeWord.ACTIVE, "anna", "found"),
        (BadgeWord.LOST, "anna", "left on the bus"),
    ]
    assert {one.pupil for one in steps} == {badge.pupil_id}
    assert steps[0].at > steps[1].at > steps[2].at
    assert history(centre, pupil=badge.pupil_id) == steps


def test_a_lost_badge_is_replaced_and_the_tills_hear_of_both(centre, clock, act, badge):
    cursor = centre.one("SELECT cursor FROM school")
    for _ in range(2):
        replace_badge(
            centre.store, SCHOOL, old=badge.key, new=NEW, last4="0042", act=act("left on the bus")
        )
    assert (state(centre, badge.key), state(centre, NEW)) == ("blocked", "active")
    assert centre.one("SELECT pupil_id FROM badge WHERE key = ?", NEW) == badge.pupil_id
    assert centre.one("SELECT COUNT(*) FROM badge WHERE cursor > ?", cursor) == 2
    steps = {(one.key, one.word) for one in history(centre, pupil=badge.pupil_id)}
    assert steps == {(NEW, BadgeWord.ISSUED), (badge.key, BadgeWord.REPLACED)}
    other = next(one for one in centre.school.records if one.pupil_id != badge.pupil_id)
    with pytest.raises(RecordError, match="somebody else"):
        replace_badge(centre.store, SCHOOL, old=badge.key, new=other.key, last4="1", act=act())
    with pytest.raises(RecordError, match="no badge"):
        replace_badge(centre.store, SCHOOL, old="00", new="cd" * 16, last4="1", act=act())


def test_a_lost_badge_that_is_replaced_stays_lost(centre, clock, act, badge):
    set_badge_state(
        centre.store, SCHOOL, badge=badge.key, state=BadgeState.LOST, who="anna", at=clock()
    )
    replace_badge(centre.store, SCHOOL, old=badge.key, new=NEW, last4="0042", act=act())
    assert state(centre, badge.key) == "lost"


def test_a_new_badge_is_issued_once_to_somebody_who_is_here(centre, act, badge):
    for _ in range(2):
        issue_badge(centre.store, SCHOOL, badge=NEW, pupil=badge.pupil_id, last4="0042", act=act())
    assert len(history(centre)) == 1
    other = next(one.id for one in centre.school.pupils if one.id != badge.pupil_id)
    with pytest.raises(RecordError, match="somebody else"):
        issue_badge(centre.store, SCHOOL, badge=NEW, pupil=other, last4="0", act=act())
    with pytest.raises(RecordError, match="no pupil"):
        issue_badge(centre.store, SCHOOL, badge="cd" * 16, pupil="nobody", last4="0", act=act())


def test_a_second_card_takes_the_place_of_the_first(centre, clock, act, badge):
    def give(key, kind):
        return issue_badge(
            centre.store,
            SCHOOL,
            badge=key,
            pupil=badge.pupil_id,
            last4="0042",
            act=act(),
            kind=kind,
        )

    assert give(NEW, Family.ISO14443A) == [badge.key]
    assert give(NEW, Family.ISO14443A) == []
    assert (state(centre, badge.key), state(centre, NEW)) == ("blocked", "active")
    words = [(one.key, one.word) for one in history(centre, pupil=badge.pupil_id)]
    assert sorted(words) == sorted([(badge.key, BadgeWord.REPLACED), (NEW, BadgeWord.ISSUED)])
    assert give("ef" * 16, Family.EM4100) == []
    assert give("01" * 16, None) == []
    assert state(centre, NEW) == "active"
    centre.expect_sound()


def test_a_card_that_turns_up_again_is_not_good_beside_the_new_one(centre, clock, act, badge):
    def set_to(key, word):
        set_badge_state(centre.store, SCHOOL, badge=key, state=word, who="anna", at=clock())

    card = Family.ISO14443A
    set_to(badge.key, BadgeState.LOST)
    issue_badge(
        *(centre.store, SCHOOL), badge=NEW, pupil=badge.pupil_id, last4="42", act=act(), kind=card
    )
    with pytest.raises(RecordError, match="…42 took its place"):
        set_to(badge.key, BadgeState.ACTIVE)
    assert state(centre, badge.key) == "lost"
    set_to(NEW, BadgeState.BLOCKED)
    set_to(badge.key, BadgeState.ACTIVE)
    assert (state(centre, badge.key), state(centre, NEW)) == ("active", "blocked")


def test_no_kind_has_two_in_use_whoever_replaces(centre, act, badge):
    tag = "ef" * 16
    issue_badge(
        *(centre.store, SCHOOL),
        badge=tag,
        pupil=badge.pupil_id,
        last4="7",
        act=act(),
        kind=Family.EM4100,
    )
    # A tag is handed in, and a card is given for it: the pupil had a card already.
    replace_badge(
        centre.store, SCHOOL, old=tag, new=NEW, last4="42", act=act(), kind=Family.ISO14443A
    )
    assert [state(centre, key) for key in (tag, badge.key, NEW)] == ["blocked", "blocked", "active"]


def test_the_database_itself_refuses_a_second_in_use(centre, act, badge):
    sql = (
        "INSERT INTO badge (school_id, key, pupil_id, state, last4, kind, cursor)"
        " VALUES (?, ?, ?, 'active', '', 'iso14443a', 1)"
    )
    with pytest.raises(DatabaseError), centre.store.database.writing() as session:
        session.run(sql, SCHOOL, NEW, badge.pupil_id)


@pytest.fixture
def leaver(centre):
    """Somebody with orders for later, none for today, money in both wallets, and a badge."""
    today = {one.pupil_id for one in centre.school.orders if one.day == centre.school.today}
    rows = centre.rows(
        "SELECT DISTINCT o.pupil_id FROM meal_order o JOIN wallet w ON w.pupil_id = o.pupil_id"
        " WHERE o.state = 'reserved' AND o.day > ? AND w.reserve_cents > 0"
        " AND w.general_cents > 0 ORDER BY 1",
        centre.school.today.isoformat(),
    )
    return next(row[0] for row in rows if row[0] not in today)


def test_who_leaves_is_credited_and_gone_from_every_copy(
    centre, till, clock, act, leaver, tmp_path
):
    cursor = str(centre.one("SELECT cursor FROM school"))
    before = centre.balance(leaver)
    cost = centre.one(
        "SELECT SUM(price_cents) FROM meal_order WHERE pupil_id = ? AND state = 'reserved'", leaver
    )
    done = leave(centre.store, SCHOOL, pupil=leaver, act=act("moved to Ghent"))
    assert done.credited.cents == cost
    assert centre.balance(leaver) == before + cost == done.wallets.general.cents
    assert (done.orders_cancelled > 0, done.badges) == (True, 1)
    assert history(centre, pupil=leaver)[0].word is BadgeWord.LEFT
    with centre.store.database.reading() as session:
        terminal = find_terminal(session, till.identity.terminal_id)
        with pytest.raises(Problem, match="taken away"):
            read_changes(session, terminal, after=cursor, now=clock())
        path = tmp_path / "copy.db"
        write_copy(session, terminal, path, today=centre.school.today, now=clock())
        (former,) = list_former(session, SCHOOL)
        assert reconcile(session, SCHOOL) == []
    assert (former.id, former.wallets) == (leaver, done.wallets)
    copy = Snapshot.open(path, school_id=SCHOOL)
    copy.verify()
    assert copy.pupil(leaver, centre.school.today) is None
    copy.close()
    with pytest.raises(RecordError, match="no pupil"):
        leave(centre.store, SCHOOL, pupil=leaver, act=act())


def test_what_a_till_served_before_it_heard_is_booked_all_the_same(
    centre, till, clock, act, leaver
):
    till.sell(leaver, 150)
    leave(centre.store, SCHOOL, pupil=leaver, act=act())
    before = centre.balance(leaver)
    assert till.flags(till.send()) == ["unknown_badge"]
    assert centre.balance(leaver) == before - 150
    centre.expect_sound()


def test_a_meal_that_still_waits_today_is_no_longer_cancelled(centre, act):
    order = centre.orders(1)[0]
    with pytest.raises(RecordError, match="cannot be cancelled any more"):
        leave(centre.store, SCHOOL, pupil=order.pupil_id, act=act())
    assert centre.order_state(order) == "reserved"


def test_parents_without_another_child_are_let_in_no_longer(centre, clock, act, leaver):
    other = next(one.id for one in centre.school.pupils if one.id != leaver)
    for name, children in (("both", (leaver, other)), ("alone", (leaver,))):
        add_parent(centre.store, SCHOOL, name, *children, at=clock())
        with centre.store.database.reading() as session:
            user = find_user(session, name)
        set_address(centre.store, user, f"{name}@home.example", now=clock())
        with centre.store.database.writing() as session:
            open_session(session, user, f"token of {name}", now=clock())
    leave(centre.store, SCHOOL, pupil=leaver, act=act())
    closed = {
        row[0]: (row[1] is not None, row[2] == "!")
        for row in centre.rows("SELECT name, disabled_at, password_hash FROM web_user")
    }
    assert closed == {"both": (False, False), "alone": (True, True)}
    for table in ("web_session", "family_mail", "mail"):
        assert centre.rows(f"SELECT DISTINCT user_name FROM {table}") == [("both",)], table
    pay_out(centre.store, SCHOOL, pupil=leaver, key="a", act=act())
    forget(centre.store, SCHOOL, pupil=leaver, act=act())
    assert centre.rows("SELECT name FROM web_user") == [("both",)]
    assert centre.rows("SELECT user_name, pupil_id FROM family_pupil") == [("both", other)]
    logged = [row[0] for row in centre.rows("SELECT what FROM audit WHERE subject = 'alone'")]
    assert "account closed: no child is here any more" in logged
    assert "account removed" in logged
    assert "@" not in str(logged), "no address is kept in the log"


def test_a_name_is_forgotten_once_nothing_is_to_be_settled(centre, act, leaver):
    with pytest.raises(RecordError, match="has left"):
        forget(centre.store, SCHOOL, pupil=leaver, act=act())
    leave(centre.store, SCHOOL, pupil=leaver, act=act())
    with pytest.raises(RecordError, match="pay them out first"):
        forget(centre.store, SCHOOL, pupil=leaver, act=act())
    pay_out(centre.store, SCHOOL, pupil=leaver, key="a", act=act())
    forget(centre.store, SCHOOL, pupil=leaver, act=act())
    assert centre.rows("SELECT first_name, last_name FROM former_pupil") == [("", "")]
    centre.expect_sound()
