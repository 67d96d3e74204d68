"""What a kiosk asks: answered while the pupil waits, or decided once when the request arrives."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from central.badges import set_badge_state
from central.bank.communications import add_account, communication_of, give_communications
from central.changes import read_changes
from central.enrolment import create_code
from central.load import load_school
from central.records import change_school, read_school
from central.seed import make_school
from central.snapshot_file import write_copy
from central.terminals import find_terminal
from core.events import read_event
from core.ids import SchoolId
from core.order_facts import OrderAct, OrderRequested, RequestState
from core.people import BadgeState, PriceClass
from core.policy import REQUEST_GRACE
from core.tap import Assurance
from offline_cache.snapshot import Snapshot
from sync.channel import Channel
from sync.enrol import enrol
from sync.errors import RefusedError

TOMORROW = date(2026, 11, 25)
CLOSES = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHOOL = SchoolId("demo")


@pytest.fixture
def pupil(centre):
    """Return somebody with money, a badge, and no order for tomorrow."""
    ordered = {order.pupil_id for order in centre.school.orders if order.day == TOMORROW}
    active = {badge.pupil_id for badge in centre.school.records if badge.state is BadgeState.ACTIVE}
    return next(
        one.id
        for one in centre.school.pupils
        if one.id in active - ordered
        and one.price_class is PriceClass.PUPIL
        and centre.balance(one.id) > 1000
    )


@pytest.fixture
def dishes(centre):
    return [product for on, product in centre.school.menu if on == TOMORROW]


@pytest.fixture
def ask(centre, till, pupil, dishes):
    numbers = count(1)

    def ask(act="reserve", order="o-1", *, who=None, command=None, **changes):
        body = {
            "command": command or f"asked-{next(numbers)}",
            "act": act,
            "order": order,
            "pupil": who or pupil,
            "day": TOMORROW.isoformat(),
            "badge": centre.badge_of(who or pupil),
            **({} if act == "cancel" else {"product": dishes[0]}),
            **changes,
        }
        return till.channel.post(
            f"/v1/terminals/{till.identity.terminal_id}/orders",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": '"x"'},
        )

    return ask


@pytest.fixture
def request_order(centre, till, pupil, dishes):
    """Write a request into the journal of the terminal; made at some moment by some clock."""

    def request(act=OrderAct.RESERVE, order="o-1", *, at, command="c-1", is_synced=True, **more):
        fact = OrderRequested(
            day=more.pop("day", TOMORROW),
            pupil=more.pop("who", pupil),
            order=order,
            act=act,
            product=None if act is OrderAct.CANCEL else more.pop("product", dishes[0]),
            badge=centre.badge_of(pupil),
            assurance=Assurance.UID,
            command=command,
        )
        return till.journal.append(fact, at=at, is_synced=is_synced)

    return request


def decisions(centre):
    rows = centre.rows("SELECT id, state, reason FROM order_request ORDER BY id")
    return {row[0]: (row[1], row[2]) for row in rows}


# --- while the pupil waits ------------------------------------------------------------------------


def test_a_reservation_is_debited_and_its_repetition_answered_the_same(centre, ask, pupil):
    before = centre.balance(pupil)
    answer = ask(command="c-1")
    assert (answer["state"], answer["reason"], answer["moved_cents"]) == ("granted", None, -450)
    assert answer["general_cents"] == before - 450 == centre.balance(pupil)
    assert answer["order"]["state"] == "reserved"
    again = ask(command="c-1")
    assert (again["state"], again["moved_cents"]) == ("granted", -450)
    assert centre.balance(pupil) == before - 450
    centre.expect_sound()


def test_a_dish_is_changed_and_an_order_cancelled_with_its_money(centre, ask, pupil, dishes):
    before = centre.balance(pupil)
    ask()
    other = next(dish for dish in dishes if dish == "sandwich")
    assert ask("change", product=other)["moved_cents"] == 100
    answer = ask("cancel")
    assert (answer["moved_cents"], answer["order"]["state"]) == (350, "cancelled")
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_nine_oclock_at_the_centres_clock_decides_whatever_the_terminals_says(centre, ask, till):
    centre.clock.now = CLOSES - timedelta(milliseconds=1)
    # The terminal lives in the year before: it hears the centre's time, and signs again.
    till.channel._clock = lambda: centre.clock() - timedelta(days=400)
    assert ask()["state"] == "granted"
    centre.clock.now = CLOSES
    answer = ask("cancel")
    assert (answer["state"], answer["reason"], answer["moved_cents"]) == ("declined", "too_late", 0)
    assert answer["order"]["state"] == "reserved"
    centre.expect_sound()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"day": "2026-11-28"}, "not_on_menu"),
        ({"day": "2027-01-28"}, "not_on_menu"),
        ({"product": "waffle"}, "not_on_menu"),
        ({"badge": "00" * 16}, "bad_badge"),
        ({"act": "cancel", "product": None}, "unknown_order"),
        ({"act": "change"}, "unknown_order"),
    ],
)
def test_what_is_declined_says_why_and_moves_nothing(centre, ask, pupil, changes, reason):
    before = centre.balance(pupil)
    answer = ask(**changes)
    assert (answer["state"], answer["reason"], answer["order"]) == ("declined", reason, None)
    assert centre.balance(pupil) == before


def test_a_second_meal_of_a_day_is_declined_and_a_poor_wallet_too(centre, ask, pupil):
    ask()
    assert ask(order="o-2")["reason"] == "already_ordered"
    ordered = {order.pupil_id for order in centre.school.orders if order.day == TOMORROW}
    active = {one.pupil_id for one in centre.school.records if one.state is BadgeState.ACTIVE}
    poor = next(
        one.id
        for one in centre.school.pupils
        if one.id in active - ordered and 0 <= centre.balance(one.id) < 200
    )
    assert ask(order="o-3", who=poor)["reason"] == "not_enough_money"


def test_another_pupils_order_is_one_that_nobody_knows(centre, ask, pupil):
    other = next(
        order
        for order in centre.school.orders
        if order.day == TOMORROW and order.pupil_id != pupil and order.state == "reserved"
    )
    for act in ("cancel", "change"):
        answer = ask(act, other.id)
        assert (answer["reason"], answer["order"]) == ("unknown_order", None)
    assert ask(order=other.id)["order"] is None
    assert centre.order_state(other) == "reserved"
    centre.expect_sound()


def test_a_badge_that_was_blocked_since_the_copy_orders_nothing(centre, ask, pupil, clock):
    set_badge_state(
        centre.store,
        SCHOOL,
        badge=centre.badge_of(pupil),
        state=BadgeState.BLOCKED,
        who="test",
        at=clock(),
    )
    assert ask()["reason"] == "bad_badge"


def test_one_id_for_two_questions_and_a_question_of_no_sense_are_problems(ask):
    ask(command="c-1")
    with pytest.raises(RefusedError, match="another question") as refused:
        ask("cancel", command="c-1")
    assert (refused.value.status, refused.value.problem) == (409, "command")
    for changes in (
        {"product": None},
        {"day": "9999-12-31"},
        {"order": "a\u0000b"},
        {"act": "eat"},
    ):
        with pytest.raises(RefusedError) as refused:
            ask(**changes)
        assert (refused.value.status, refused.value.problem) == (400, "malformed")


def test_one_terminal_asks_nothing_as_another(centre, till, pupil):
    other = centre.till("Till 2")
    body = {"command": "c", "act": "cancel", "order": "o", "pupil": pupil, "day": "2026-11-25"}
    with pytest.raises(RefusedError) as refused:
        till.channel.post(
            f"/v1/terminals/{other.identity.terminal_id}/orders",
            body=json.dumps(body | {"badge": centre.badge_of(pupil)}).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": '"x"'},
        )
    assert (refused.value.status, refused.value.problem) == (401, "signature")


def test_another_schools_terminal_finds_neither_pupil_nor_order(
    centre, clock, pupil, dishes, tmp_path
):
    """With all the ids of this school it is told nothing, and nothing moves."""
    small = make_school(seed=8, today=centre.school.today)
    load_school(centre.store, replace(small, school=replace(small.school, id="other")))
    code = create_code(centre.store, "other", terminal_name="Eve", now=clock())
    eve = enrol(central_url=centre.url, code=code, folder=tmp_path)
    channel = Channel(eve, ca_file=None, clock=clock)
    theirs = next(
        order
        for order in centre.school.orders
        if order.day == TOMORROW and order.state == "reserved"
    )
    before = centre.rows("SELECT * FROM wallet WHERE school_id = 'demo' ORDER BY pupil_id")
    for number, (act, owner, order) in enumerate(
        [
            ("reserve", pupil, "o-eve"),
            ("change", theirs.pupil_id, theirs.id),
            ("cancel", theirs.pupil_id, theirs.id),
        ]
    ):
        body = {
            "command": f"eve-{number}",
            "act": act,
            "order": order,
            "pupil": owner,
            "day": TOMORROW.isoformat(),
            "badge": centre.badge_of(owner),
            **({} if act == "cancel" else {"product": dishes[0]}),
        }
        answer = channel.post(
            f"/v1/terminals/{eve.terminal_id}/orders",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": '"x"'},
        )
        told = (answer["state"], answer["reason"], answer["order"], answer["general_cents"])
        assert told == ("declined", "bad_badge", None, 0)
    channel.close()
    assert centre.order_state(theirs) == "reserved"
    after = centre.rows("SELECT * FROM wallet WHERE school_id = 'demo' ORDER BY pupil_id")
    assert after == before


# --- as a fact ------------------------------------------------------------------------------------


def test_made_at_0858_and_heard_at_0930_it_is_granted(centre, till, request_order, pupil):
    before = centre.balance(pupil)
    request_order(at=CLOSES - 2 * MINUTE)
    centre.clock.now = CLOSES + 30 * MINUTE
    reply = till.send()
    assert till.verdicts(reply) == ["accepted"]
    assert till.flags(reply) == [None]
    assert decisions(centre) == {"c-1": ("granted", "")}
    assert centre.balance(pupil) == before - 450
    assert till.verdicts(till.send()) == ["duplicate"]
    assert centre.balance(pupil) == before - 450
    centre.expect_sound()


@pytest.mark.parametrize(
    ("made", "heard", "is_synced", "grace", "state"),
    [
        (-2, 30, False, REQUEST_GRACE, "declined"),
        (-2, 30, True, timedelta(0), "declined"),
        (-2, 61, True, REQUEST_GRACE, "declined"),
        (0, 1, True, REQUEST_GRACE, "declined"),
        (-2, 61, True, timedelta(hours=2), "granted"),
        (-2, -1, False, timedelta(0), "granted"),
        # Ahead by more than a few minutes, a clock is wrong whoever set it.
        (20, 10, True, REQUEST_GRACE, "declined"),
    ],
)
def test_the_schools_rule_says_which_moment_counts(
    centre, till, request_order, made, heard, is_synced, grace, state
):
    with centre.store.database.writing() as session:
        school = read_school(session, SCHOOL)
        change_school(session, replace(school, policy=replace(school.policy, request_grace=grace)))
    request_order(at=CLOSES + made * MINUTE, is_synced=is_synced)
    centre.clock.now = CLOSES + heard * MINUTE
    till.send()
    reason = "" if state == "granted" else "too_late"
    assert decisions(centre) == {"c-1": (state, reason)}
    centre.expect_sound()


def test_a_question_that_was_answered_unheard_is_not_done_again(
    centre, ask, till, request_order, pupil
):
    before = centre.balance(pupil)
    ask(command="c-1")
    request_order(at=centre.clock(), command="c-1")
    till.send()
    assert centre.balance(pupil) == before - 450
    assert decisions(centre) == {"c-1": ("granted", "")}
    assert [row.state for row in copied(centre, till).requests(pupil, TOMORROW)] == ["granted"]


def test_requests_are_decided_in_their_order_behind_what_was_sold(
    centre, till, request_order, pupil, dishes
):
    before = centre.balance(pupil)
    at = centre.clock()
    request_order(at=at)
    request_order(OrderAct.CHANGE, at=at, command="c-2", product="sandwich")
    request_order(OrderAct.CANCEL, at=at, command="c-3")
    request_order(at=at, order="o-2", command="c-4")
    till.sell(pupil, before)
    till.send()
    assert decisions(centre) == {"c-1": ("declined", "not_enough_money")} | {
        "c-2": ("declined", "unknown_order"),
        "c-3": ("declined", "unknown_order"),
        "c-4": ("declined", "not_enough_money"),
    }
    assert centre.balance(pupil) == 0
    centre.expect_sound()


def test_three_requests_of_one_batch_end_where_they_began(centre, till, request_order, pupil):
    before = centre.balance(pupil)
    at = centre.clock()
    request_order(at=at)
    request_order(OrderAct.CHANGE, at=at, command="c-2", product="sandwich")
    request_order(OrderAct.CANCEL, at=at, command="c-3")
    till.send()
    assert {state for state, _ in decisions(centre).values()} == {"granted"}
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_requests_of_no_sense_are_kept_and_block_nothing(centre, till, request_order, pupil):
    at = centre.clock()
    request_order(at=at)
    request_order(at=at, order="o-2")  # one id for two questions
    request_order(at=at, order="o-3", command="c-3", day=date.max)
    request_order(at=at, order="o-4", command="c-4", who="nobody")
    till.refuse()
    reply = till.send()
    assert till.verdicts(reply) == ["accepted"] * 5
    assert decisions(centre) == {
        "c-1": ("granted", ""),
        "c-3": ("declined", "no_service"),
        "c-4": ("declined", "bad_badge"),
    }
    centre.expect_sound()


# --- on its way to the kiosk ----------------------------------------------------------------------


def copied(centre, till):
    path = till.folder / "copy.db"
    path.unlink(missing_ok=True)
    with centre.store.database.reading() as session:
        terminal = find_terminal(session, till.identity.terminal_id)
        write_copy(session, terminal, path, today=centre.school.today, now=centre.clock())
    return Snapshot.open(path, school_id=SCHOOL)


def changed(centre, till, after):
    with centre.store.database.reading() as session:
        terminal = find_terminal(session, till.identity.terminal_id)
        return read_changes(session, terminal, after=after, now=centre.clock())


def test_a_copy_and_its_changes_tell_what_became_of_a_request(centre, till, request_order, pupil):
    before = copied(centre, till)
    cursor = before.meta.cursor
    assert before.requests(pupil, TOMORROW) == ()
    event = request_order(at=centre.clock())
    till.send()
    (told,) = copied(centre, till).requests(pupil, TOMORROW)
    assert (told.command, told.order_id, told.state, told.why) == ("c-1", "o-1", "granted", None)
    assert read_event(event.body).fact.command == told.command
    rows = changed(centre, till, cursor).rows["order_request"]
    assert [(row[0], row[6]) for row in rows] == [("c-1", RequestState.GRANTED.value)]


def test_a_copy_tells_how_to_top_up(centre, till, pupil, clock):
    cursor = copied(centre, till).meta.cursor
    assert (copied(centre, till).meta.iban, copied(centre, till).communication(pupil)) == ("", None)
    year = "2026-2027"
    given = give_communications(centre.store, SCHOOL, year=year, who="test", now=clock())
    add_account(centre.store, SCHOOL, iban="BE72 0000 0000 1616", who="test", now=clock())
    copy = copied(centre, till)
    with centre.store.database.reading() as session:
        expected = communication_of(session, SCHOOL, pupil)
    assert (copy.meta.iban, copy.communication(pupil)) == ("BE72000000001616", expected)
    rows = changed(centre, till, cursor).rows["pupil_communication"]
    assert len(rows) == given
    # Another year's number takes the place of this one's.
    give_communications(centre.store, SCHOOL, year="2027-2028", who="test", now=clock())
    with centre.store.database.reading() as session:
        newer = communication_of(session, SCHOOL, pupil)
    assert copied(centre, till).communication(pupil) == newer != expected
