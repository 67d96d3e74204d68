"""What a fleet in trouble must keep: every promise, looked for in the books and at each till."""

from collections import Counter
from typing import TYPE_CHECKING

from booked_events import accepted_events, booked_events
from fleet_till import SCHOOL, Till, moved_by, numbers_of, read

from central.arrival_checks import lost_events, wrong_bytes
from central.aside import ASIDE
from central.figures import disagreements
from core.facts import MealCollected, MealVoided, TopUpVoided
from core.ids import EventId

if TYPE_CHECKING:
    from fleet_world import World

ALARM = "conflict"


def check(world: "World") -> None:
    """Look for every promise at the end. Raises AssertionError for a broken one."""
    _check_sums(world)
    _check_exactly_once(world)
    _check_orders(world)
    _check_wallets(world)
    _check_numbers(world)


def _check_sums(world: "World") -> None:
    with world.store.database.reading() as session:
        wrong = disagreements(session, SCHOOL)
        wrong += [*lost_events(session, SCHOOL), *wrong_bytes(session, SCHOOL)]
        assert not wrong, "; ".join(wrong)
        total = session.row("SELECT SUM(cents) FROM leg")
    assert total is not None
    assert total[0] == 0


def _check_exactly_once(world: "World") -> None:
    with world.store.database.reading() as session:
        booked = [event.hash for event in booked_events(session)]
        strays = {bytes(row[0]) for row in session.rows("SELECT hash FROM stray_event")}
    assert len(set(booked)) == len(booked), "an event is booked twice"
    assert set(booked) <= world.written, "an event was made up"
    for till in world.tills:
        for event in till.journal.events:
            place = f"{till.id} {event.epoch}-{event.seq}"
            is_kept = event.hash in set(booked) or (till.is_revoked and event.hash in strays)
            assert is_kept, f"{place} is not in the books"
            is_plain = not till.is_restored and not till.is_revoked
            assert not (is_plain and event.hash in strays), "an honest fact went astray"


def _check_orders(world: "World") -> None:
    served: Counter[tuple[str, str]] = Counter()
    with world.store.database.reading() as session:
        events = [(one, read(one.body).fact) for one in accepted_events(session)]
        states = dict(session.rows("SELECT id, state FROM meal_order"))
        raised = Counter(row[0] for row in session.rows("SELECT flag FROM exception ORDER BY id"))
    good: dict[EventId, str] = {}
    for event, fact in sorted(events, key=lambda one: one[1].kind.value):
        if isinstance(fact, MealCollected):
            is_flagged = event.flag in ("double_collection", "after_cancel")
            kind = str(event.flag) if is_flagged else "good"
            served[fact.order, kind] += 1
            if kind == "good":
                good[EventId(str(event.id))] = fact.order
        elif isinstance(fact, MealVoided) and fact.correction.document in good:
            served[good.pop(fact.correction.document), "voided"] += 1
    for order, kind in list(served):
        kept = served[order, "good"] - served[order, "voided"]
        if kind == "good":
            assert kept in (0, 1), f"order {order} was collected {kept} times without a flag"
            assert (states[order] == "collected") == (kept == 1)
        elif kind == "double_collection":
            assert served[order, "good"] >= 1, f"{order}: a second without a first"
        elif kind == "after_cancel":
            assert states[order] == "cancelled"
    for kind in ("double_collection", "after_cancel"):
        expected = sum(count for (_, one), count in served.items() if one == kind)
        assert raised[kind] == expected, f"{raised[kind]} exceptions, not {expected}: {kind}"
    forked = sum(till.is_restored for till in world.tills)
    assert forked or not raised[ALARM], "an alarm without a restored card"


def _check_wallets(world: "World") -> None:
    moved: Counter[str] = Counter()
    for (_, pupil), cents in booked_moves(world).items():
        moved[pupil] += cents
    with world.store.database.reading() as session:
        balances = dict(session.rows("SELECT pupil_id, general_cents FROM wallet"))
        # A voided top-up takes back what may be spent already: nobody chose to overdraw.
        rows = session.rows("SELECT subject FROM exception WHERE flag = 'overdraft'")
        events = accepted_events(session)
    overdrawn = {row[0] for row in rows}
    facts = [(event.id, read(event.body).fact) for event in events]
    excused = {
        moved_by(fact)[0]  # type: ignore[index]
        for event_id, fact in facts
        if event_id in overdrawn or isinstance(fact, TopUpVoided)
    }
    for pupil in world.pupils:
        expected = world.opening[pupil] + world.credited[pupil] + moved[pupil]
        assert balances[pupil] == expected, f"wallet of {pupil}"
        assert balances[pupil] >= 0 or pupil in excused, f"{pupil} is overdrawn in silence"


def _check_numbers(world: "World") -> None:
    """No receipt and no closing of a terminal is booked under the number of another.

    An older image gives numbers again before anybody knows; those facts stand aside.
    """
    restored = {till.id for till in world.tills if till.is_restored}
    with world.store.database.reading() as session:
        events = [one for one in accepted_events(session) if one.epoch != ASIDE]
        differing = session.rows(
            "SELECT DISTINCT terminal_id FROM exception WHERE flag = 'closing_differs'"
        )
    given: set[tuple[str, str, int]] = set()
    for event in events:
        for kind, number in numbers_of(read(event.body).fact):
            key = (event.terminal, kind, number)
            assert key not in given, f"{event.terminal}: {kind} number {number} is given twice"
            given.add(key)
    assert {row[0] for row in differing} <= restored, "a closing differs on an honest till"


def check_available(world: "World", till: Till) -> None:
    """No sale is counted twice, and none forgotten, whatever reply was lost."""
    if till.is_restored:
        return  # Sales of the lost card are the centre's alone.
    booked = booked_moves(world)
    own: Counter[str] = Counter()
    for _, who, cents in till.moves():
        own[who] += cents
    till.state.settle(max(till.settled, till.state.settled))
    for pupil in world.pupils:
        others = sum(
            cents for (terminal, who), cents in booked.items()
            if who == pupil and terminal != till.id
        )  # fmt: skip
        expected = world.opening[pupil] + world.credited[pupil] + others + own[pupil]
        assert till.available(pupil) == expected, f"{till.id}: available of {pupil}"
        owed = till.state.unsettled.owed_of(pupil).cents
        assert till.balances.get(pupil, 0) - owed == expected, f"{till.id}: owed by {pupil}"


def booked_moves(world: "World") -> Counter[tuple[str, str]]:
    """Return what booked events did to wallets, by terminal and pupil."""
    sums: Counter[tuple[str, str]] = Counter()
    with world.store.database.reading() as session:
        events = accepted_events(session)
    for event in events:
        moved = moved_by(read(event.body).fact)
        if moved is not None:
            sums[event.terminal, moved[0]] += moved[1]
    return sums
