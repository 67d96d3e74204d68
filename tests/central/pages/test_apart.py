"""One family, one school can never see another's anything: every address of a family's is walked.

A parent goes to each address with the ids of another family, of another school, and of their own
child mixed with what is another's; each must answer that there is no such thing, show nothing, and
move nothing. A new address with a new kind of id fails here until the walk knows one. The controls
open the same addresses to those whose they are, and take each check away: the walk must notice.
"""

from dataclasses import dataclass, replace
from datetime import date

import pytest
from booked_events import plant
from family_rig import Parent, add_parent, last_of, meeting, trip
from pages_rig import Clerk, add_clerks

from central.load import load_school
from central.orders import reserve
from central.pages import family, family_child, family_meals, family_wallet
from central.pages.families import CHILD, FAMILY_PLACES
from central.pages.office import PLACES
from central.records import read_orders
from central.seed import make_school
from core.people import BadgeState

ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
TOMORROW = date(2026, 11, 25)
AT = "2026-11-24T08:00:00.000Z"
TABLES = (
    "meal_order",
    "wallet",
    "badge",
    "badge_history",
    "pupil_limit",
    "leg",
    "booking",
    "audit",
    "family_pupil",
    "access_code",
    "family_mail",
    "mail",
    "order_request",
    "activity_pupil",
    "invoice",
    "instalment",
    "appointment",
)
FORM = {
    "amount": "1",
    "source": "reserve",
    "once": "1",
    "day": TOMORROW.isoformat(),
    "dish": "sandwich",
    "knows": "yes",
    "daily_max": "1",
    "answer": "no",
    "starts_at": "2026-12-03T16:10:00.000Z",
}


@dataclass(frozen=True)
class House:
    """A family's child, and an id of each kind that stands in an address."""

    name: str
    school: str
    first_name: str
    last_name: str
    ids: dict[str, str]


@pytest.fixture
def houses(centre, clock):
    """Our own family, the neighbours of the same school, and one of another school."""
    far = make_school(seed=8, today=centre.school.today)
    far = replace(far, school=replace(far.school, id="far"))
    load_school(centre.store, far)
    till = centre.till()
    own = settle(centre, clock, till, centre.school, "Roulin", "own")
    near = settle(centre, clock, till, centre.school, "Elhami", "near")
    away = settle(centre, clock, None, far, "Elhami", "away")
    till.send()
    return own, near, away


def settle(centre, clock, till, school, last_name, name):
    pupil = next(one for one in school.pupils if one.last_name == last_name)
    first, last = f"First{name}", last_of(name)
    with centre.store.database.writing() as session:
        session.run(
            "UPDATE pupil SET first_name = ?, last_name = ? WHERE school_id = ? AND id = ?",
            first,
            last,
            school.school.id,
            pupil.id,
        )
        session.run(
            "UPDATE wallet SET general_cents = 5000, reserve_cents = 5000"
            " WHERE school_id = ? AND pupil_id = ?",
            school.school.id,
            pupil.id,
        )
    order = f"order-{name}"
    reserve(
        centre.store, school.school.id, order=order, pupil=pupil.id, product="sandwich",
        day=TOMORROW, now=clock(),
    )  # fmt: skip
    badge = next(
        one.key
        for one in school.records
        if one.pupil_id == pupil.id and one.state is BadgeState.ACTIVE
    )
    event = till.sell(pupil.id, 100).id if till else plant_event(centre, school, pupil.id)
    add_parent(centre.store, school.school.id, name, pupil.id, at=clock())
    ids = {"pupil": pupil.id, "order": order, "badge": badge, "event": event}
    ids |= trip(centre.store, school.school.id, pupil, name, clock())
    ids |= meeting(centre.store, school.school.id, pupil, name, clock())
    return House(name, school.school.id, first, last, ids)


def plant_event(centre, school, pupil):
    """An event of a school that has no till here."""
    with centre.store.database.writing() as session:
        session.insert_many(
            "terminal",
            (
                "school_id", "id", "name", "state", "high_epoch", "high_seq", "head_hash",
                "enrolled_at",
            ),
            [(school.school.id, "t-away", "Till away", "active", 1, 1, b"", AT)],
        )  # fmt: skip
        plant(session, "e-away", school=school.school.id, terminal="t-away", at=AT)
        session.insert_many(
            "posted_leg",
            ("school_id", "booking_id", "name", "account", "owner", "cents", "at"),
            [(school.school.id, "e-away", "w", "wallet.general", pupil, -100, AT)],
        )
    return "e-away"


def mixtures(own, other):
    """Ids to go with: all the other's; and our own child's, with one thing that is the other's."""
    yield other.ids
    for kind in other.ids:
        if kind != "pupil":
            yield {**own.ids, kind: other.ids[kind]}


def walk(parent, own, other):
    """Go everywhere with another's ids. Result: what opened, and what showed the other's things."""
    found = set()
    for place in FAMILY_PLACES:
        for ids in mixtures(own, other):
            path = place.path.format(**ids)
            if path == place.path.format(**own.ids) and "{" in place.path:
                continue
            form = {**FORM, "order": other.ids["order"]}
            answer = parent.get(path) if place.method == "GET" else parent.post(path, form)
            if "{" in place.path and answer.status_code != 404:
                found.add(("open", place.method, place.path))
            asked = f"{path} {form['order']}"
            theirs = (other.first_name, other.last_name, *other.ids.values())
            if any(word in answer.text for word in theirs if word not in asked):
                found.add(("shown", place.method, place.path))
    # An id may also come within a form of the own child's.
    path = f"/family/children/{own.ids['pupil']}/meals"
    if parent.post(path, {**FORM, "order": other.ids["order"]}).status_code != 404:
        found.add(("open", "POST", "an order within a form"))
    return found


def rows_of(centre, house):
    """All rows of a school in which this child or family is named."""
    named = {house.name, *house.ids.values()}
    return {
        table: sorted(
            repr(row)
            for row in centre.rows(f"SELECT * FROM {table} WHERE school_id = ?", house.school)
            if named & {str(value) for value in row}
        )
        for table in TABLES
    }


@pytest.fixture
def parent(centre, houses):
    parent = Parent(centre.url)
    assert parent.sign_in("own").status_code == 303
    yield parent
    parent.close()


def test_nothing_of_another_family_or_school_is_seen_or_moved(centre, houses, parent):
    own, *others = houses
    before = [rows_of(centre, other) for other in others]
    for other in others:
        assert walk(parent, own, other) == set(), other.name
    assert [rows_of(centre, other) for other in others] == before


@ON_SQLITE
def test_the_office_is_shut_to_every_parent(centre, houses, parent):
    for place in PLACES:
        for house in houses:
            path = place.path.replace("{pupil}", house.ids["pupil"])
            path = path.replace("{order}", house.ids["order"]).replace(
                "{badge}", house.ids["badge"]
            )
            path = path.replace("{event}", house.ids["event"]).replace("{", "x").replace("}", "")
            answer = parent.get(path) if place.method == "GET" else parent.post(path, FORM)
            assert answer.status_code == 403, place.path


@ON_SQLITE
def test_the_office_itself_has_no_way_into_a_familys_pages(centre, houses, clock):
    add_clerks(centre.store, houses[0].school, clock())
    clerk = Clerk(centre.url)
    clerk.sign_in("anton")
    for place in FAMILY_PLACES:
        path = place.path.format(**houses[0].ids)
        answer = clerk.get(path) if place.method == "GET" else clerk.post(path, FORM)
        assert answer.status_code == 403, place.path
    clerk.close()


@ON_SQLITE
def test_without_a_session_or_its_word_nothing_is_done(centre, houses, parent):
    stranger = Parent(centre.url)
    for place in FAMILY_PLACES:
        path = place.path.format(**houses[0].ids)
        if place.method == "GET":
            answer = stranger.get(path)
            assert answer.headers["location"].startswith("/sign-in?next=/family"), path
        else:
            assert stranger.post(path, FORM).status_code == 401, path
            for csrf in ("", "0" * 64, "é"):
                assert parent.post(path, {**FORM, "csrf": csrf}).status_code == 403, path
    stranger.close()


@ON_SQLITE
def test_a_child_that_was_taken_away_is_gone_at_once(centre, houses, parent, clock):
    own = houses[0]
    with centre.store.database.writing() as session:
        session.run("DELETE FROM family_pupil WHERE user_name = 'own'")
    for place in FAMILY_PLACES:
        if "{" in place.path:
            path = place.path.format(**own.ids)
            answer = parent.get(path) if place.method == "GET" else parent.post(path, FORM)
            assert answer.status_code == 404, path
    assert own.first_name not in parent.get("/family").text


# --- controls ---------------------------------------------------------------------------------


@ON_SQLITE
def test_the_control_each_address_opens_to_those_whose_it_is(centre, houses):
    for house in houses:
        parent = Parent(centre.url)
        parent.sign_in(house.name)
        for place in FAMILY_PLACES:
            path = place.path.format(**house.ids)
            if place.method == "GET":
                assert parent.get(path).status_code == 200, (house.name, path)
        parent.close()


@ON_SQLITE
def test_the_control_a_door_that_is_taken_out_is_noticed(monkeypatch, houses, parent):
    own, near, away = houses
    monkeypatch.setattr(family, "is_child", lambda *_: True)
    found = walk(parent, own, near)
    for place in FAMILY_PLACES:
        if place.path.endswith("{pupil}") or place.path.endswith(("/meals", "/wallet", ".json")):
            assert ("open", place.method, place.path) in found
    for path in ("", "/meals", "/wallet", "/wallet.json"):
        assert ("shown", "GET", f"{CHILD}{path}") in found
    # Another school's children stay unseen all the same: every statement names the school.
    assert not [one for one in walk(parent, own, away) if one[0] == "shown"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("module", "check", "opens"),
    [
        (family_wallet, "one_row", ("GET", "/family/children/{pupil}/events/{event}")),
        (family_child, "one_row", ("POST", "/family/children/{pupil}/badges/{badge}/lost")),
        (family_meals, "_own_order", ("POST", "/family/children/{pupil}/meals/{order}/cancel")),
    ],
)
def test_the_control_each_check_of_a_thing_is_noticed(
    monkeypatch, centre, houses, parent, module, check, opens
):
    def careless(*asked):
        if check == "one_row":
            return (BadgeState.ACTIVE.value,)
        visit, order = asked
        with centre.store.database.writing() as session:
            return read_orders(session, visit.school.id, [order])[0]

    monkeypatch.setattr(module, check, careless)
    assert ("open", *opens) in walk(parent, *houses[:2])
