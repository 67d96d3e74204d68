"""A batch's bytes kept once tell the same of each event as bytes in each one's own row."""

import gzip
import shutil
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest
from booked_events import MANY, SCHOOL, booked_events, findings, plant, sell_many
from sample_database import TERMINAL, enrol
from shift_till import ShiftTill, Tender

from central import batch_rows, sealed
from central.closings import list_closings
from central.epochs import approve_epoch, read_going
from central.errors import DatabaseError
from central.families.proofs import proofs_of
from central.figures import disagreements
from central.ingest import ingest
from central.pages.movements import movements
from central.reconciliation import reconcile
from central.sealed import hashes_before, sealed_by_id
from central.store import open_store
from central.terminals import find_terminal
from central.wallets import statement
from central.wire_batch import unpack_batch
from core.batch import BATCH_BYTES_MAX, pack_batch
from core.chain import GENESIS, link
from core.facts import MealCollected, Reason, TapRefused
from core.orders import OrderState
from core.people import BadgeState
from core.tap import Assurance
from sync.errors import RefusedError
from sync.twin import MemoryOutbox

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = NOON.date()


def sealed_events(centre):
    with centre.store.database.reading() as session:
        return booked_events(session)


def packed_lengths(centre):
    rows = centre.rows(
        "SELECT first_seq, last_seq, length(packed) FROM arrival ORDER BY received_at, first_seq"
    )
    return [(first, last, length > 0) for first, last, length in rows]


def expect_held(centre, *tills):
    """Each event of the tills is in the books, byte for byte and with its hash."""
    held = {(one.terminal, one.seq): (one.id, one.body, one.hash) for one in sealed_events(centre)}
    assert held == {
        (till.identity.terminal_id, one.seq): (one.id, one.body, one.hash)
        for till in tills
        for one in till.journal.events
    }
    centre.expect_sound()
    assert findings(centre) == []


# --- what is kept where --------------------------------------------------------------------------


def test_events_that_came_together_are_kept_as_they_came(centre, till):
    sell_many(till)
    batch = pack_batch(till.identity.terminal_id, till.journal.events)
    till.send()
    assert centre.rows("SELECT COUNT(*) FROM event WHERE COALESCE(body, hash) IS NOT NULL") == [
        (0,)
    ]
    assert bytes(centre.one("SELECT packed FROM arrival")) == batch.body
    expect_held(centre, till)


def test_a_few_events_have_their_own_bytes(centre, till):
    sell_many(till, batch_rows._PACKED_MIN - 1)
    till.send()
    assert packed_lengths(centre) == [(1, batch_rows._PACKED_MIN - 1, False)]
    assert centre.rows("SELECT COUNT(*) FROM event WHERE body IS NULL") == [(0,)]
    expect_held(centre, till)
    till.refuse()
    till.send(batch_rows._PACKED_MIN)
    assert len(packed_lengths(centre)) == 2


def test_what_broke_a_rule_among_many_has_its_own_bytes(centre, till):
    sell_many(till)
    poor = centre.school.pupils[1].id
    till.sell(poor, 900_000)
    till.refuse()
    till.send()
    own = [row[0] for row in centre.rows("SELECT id FROM event WHERE body IS NOT NULL")]
    poor_one, last = till.journal.events[MANY:]
    assert {poor_one.id, last.id} <= set(own)
    assert centre.one("SELECT flag FROM event WHERE id = ?", poor_one.id) == "overdraft"
    expect_held(centre, till)


def test_an_arrival_names_whose_wallets_its_rows_move_each_once(centre, till):
    buyers = [pupil.id for pupil in centre.school.pupils[:3]]
    for pupil in (*buyers, *buyers):
        till.sell(pupil, 10)
    till.collect(centre.orders(1)[0])
    till.send()
    assert centre.one("SELECT owners FROM arrival").split(",") == buyers


def test_a_batch_of_which_a_part_is_known_is_kept_for_its_new_part(centre, till):
    sell_many(till)
    till.send(1, 20)
    reply = till.send(11, MANY)
    assert till.verdicts(reply) == ["duplicate"] * 10 + ["accepted"] * (MANY - 20)
    assert packed_lengths(centre) == [(1, 20, True), (21, MANY, True)]
    expect_held(centre, till)


# --- asked again ---------------------------------------------------------------------------------


def test_a_batch_that_is_sent_again_gets_its_answer_without_being_unpacked(
    centre, till, monkeypatch
):
    sell_many(till)
    till.send()

    def refuse(_packed):
        raise AssertionError

    monkeypatch.setattr(sealed, "unpack", refuse)
    assert till.verdicts(till.send()) == ["duplicate"] * MANY
    monkeypatch.undo()
    expect_held(centre, till)


def test_a_part_of_a_batch_that_is_sent_again_is_known(centre, till):
    sell_many(till)
    till.send()
    assert till.verdicts(till.send(7, 9)) == ["duplicate"] * 3
    assert till.verdicts(till.send(3)) == ["duplicate"] * (MANY - 2)
    expect_held(centre, till)


def test_another_event_in_the_place_of_one_that_is_packed_is_a_conflict(centre, till):
    sell_many(till)
    till.send()
    twin = MemoryOutbox(Random("another card"))
    twin.append(TapRefused(TODAY, Reason.UNKNOWN_BADGE, None, None), at=NOON)
    assert till.verdicts(till.send_events(twin.events)) == ["conflict"]
    assert centre.figures().strays == 1
    assert centre.rows("SELECT state FROM terminal") == [("frozen",)]


@pytest.mark.parametrize("seq", [1, 25, MANY])
def test_a_new_epoch_may_follow_an_event_that_is_packed(centre, till, clock, seq):
    sell_many(till)
    till.send()
    with centre.store.database.writing() as session:
        terminal = find_terminal(session, till.identity.terminal_id, lock=True)
        approve_epoch(session, terminal, who="anna", at=clock())
    till.refuse()
    first = till.journal.events[-1]
    head = till.journal.events[seq - 1].hash
    body = first.body.replace(b'"epoch":1', b'"epoch":2').replace(
        b'"seq":%d' % first.seq, b'"seq":1'
    )
    one = replace(first, epoch=2, seq=1, body=body, prev_hash=head, hash=link(head, body))
    made_up = replace(one, prev_hash=bytes(31) + b"1", hash=link(bytes(31) + b"1", body))
    with pytest.raises(RefusedError) as caught:
        till.send_events((made_up,))
    assert caught.value.problem == "fork"
    assert till.verdicts(till.send_events((one,))) == ["accepted"]


# --- the same, wherever it is kept ---------------------------------------------------------------


class _Local:
    """A journal by hand, without a network: what `ShiftTill` asks of a till."""

    def __init__(self, school, seed):
        self.chance = Random(seed)
        self.journal = MemoryOutbox(Random(seed))
        self.receipt = 0
        self.now = NOON
        self.centre = SimpleNamespace(badge_of=self.badge_of)
        self._badges = {
            badge.pupil_id: badge.key
            for badge in school.records
            if badge.state is BadgeState.ACTIVE
        }

    def clock(self):
        self.now += timedelta(seconds=1)
        return self.now

    def badge_of(self, pupil):
        return self._badges.get(pupil, "00" * 16)


def days_of(school, seed):
    """Return a journal in which nearly everything happens, by chance, between calm hours."""
    till = _Local(school, seed)
    counter = ShiftTill(till)
    pupils = [pupil.id for pupil in school.pupils[:30]]
    active = {badge.pupil_id for badge in school.records if badge.state is BadgeState.ACTIVE}
    orders = iter(
        [
            one
            for one in school.orders
            if one.day == TODAY and one.state is OrderState.RESERVED and one.pupil_id in active
        ]
    )
    served = []
    for _ in range(3):
        for _ in range(60):
            if till.chance.random() < 0.5:
                counter.sell(till.chance.choice(pupils), (till.chance.choice((5, 10)), 1))
            else:
                served.append(next(orders))
                collect(till, counter, served[-1])
        counter.open_shift()
        for _ in range(8):
            happens(till, counter, till.chance.choice(pupils), till.chance.choice(served))
        counter.close()
    return till.journal.events


def happens(till, counter, pupil, order):
    match till.chance.randrange(6):
        case 0:
            counter.sell(pupil, (5, 1), (7, 2))
        case 1:
            counter.sell("nobody", (5, 1))
        case 2:
            counter.sell(None, (150, 1), tender=Tender.CASH)
        case 3:
            counter.void(counter.sell(pupil, (5, 1)))
        case 4:
            counter.top_up(pupil, 2000)
        case _:
            collect(till, counter, order)


def collect(till, counter, order):
    counter.write(
        MealCollected(
            order.day, order.pupil_id, order.id, order.product_id, order.price,
            till.badge_of(order.pupil_id), Assurance.UID, counter.next_receipt(),
        )
    )  # fmt: skip


def booked_at(place, events, seed):
    """Have the events booked in batches of any size, some sent twice; return books and answers."""
    store = open_store(place)
    enrol(store)
    chance = Random(seed)
    told, start, minutes = [], 0, 0
    while start < len(events):
        end = start + chance.choice((1, 3, 16, 24, 40))
        for _ in range(chance.choice((1, 1, 2))):
            minutes += 1
            again = max(0, start - chance.choice((0, 0, 5)))
            batch = unpack_batch(pack_batch(TERMINAL, events[again:end]).body)
            now = NOON + timedelta(hours=1, minutes=minutes)
            answer = ingest(store, TERMINAL, batch, now=now)
            told.append((answer.high_water, answer.head_hash, answer.verdicts))
        start = end
    return store, told


def all_told(store, school, events):
    """Return all that the centre says of events to anybody."""
    ids = [event.id for event in events]
    with store.database.reading() as session:
        assert reconcile(session, SCHOOL) == []
        assert disagreements(session, SCHOOL) == []
        closings = list_closings(session, SCHOOL)
        return {
            "events": booked_events(session),
            "ids": sealed_by_id(session, SCHOOL, ids),
            "before": hashes_before(session, SCHOOL, ids),
            "proofs": proofs_of(session, SCHOOL, ids),
            "closings": [(one.seq, one.differences, one.receipt.receipt) for one in closings],
            "going": read_going(session, find_terminal(session, TERMINAL)),
            "movements": {
                pupil.id: movements(session, SCHOOL, pupil.id, {}) for pupil in school.pupils[:30]
            },
        }


@pytest.fixture
def opened():
    """What is to be closed in the end."""
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happens_packed_or_not_the_books_say_the_same(
    place, opened, seeded_file, tmp_path, demo_school, monkeypatch, seed
):
    events = days_of(demo_school, seed)
    plain = shutil.copy(seeded_file, tmp_path / "own.db")
    monkeypatch.setattr(batch_rows, "_PACKED_MIN", 1000)
    own, own_told = booked_at(str(plain), events, seed)
    opened.callback(own.close)
    monkeypatch.setattr(batch_rows, "_PACKED_MIN", 1 if seed == 1 else 8)
    packed, packed_told = booked_at(place, events, seed)
    opened.callback(packed.close)
    assert packed_told == own_told
    assert all_told(packed, demo_school, events) == all_told(own, demo_school, events)
    lengths = "SELECT COUNT(*) FROM event WHERE body IS NULL"
    with own.database.reading() as one, packed.database.reading() as other:
        assert one.rows(lengths) == [(0,)]
        assert other.rows(lengths) > [(40,)], "the control: some are packed"


def test_a_statement_is_what_all_legs_say(place, opened, demo_school):
    """Every line of `leg` of a pupil, in the order of time, whatever the span and the limit."""
    store, _ = booked_at(place, days_of(demo_school, 4), 4)
    opened.callback(store.close)
    with store.database.reading() as session:
        moments = [row[0] for row in session.rows("SELECT received_at FROM arrival ORDER BY 1")]
        since, until = (datetime.fromisoformat(moments[place]) for place in (1, -2))
        for pupil in demo_school.pupils[:30]:
            legs = session.rows(
                "SELECT at, booking_id, name, cents FROM leg WHERE owner = ?"
                " AND account IN ('wallet.general', 'wallet.reserve')",
                pupil.id,
            )
            # The newest first, and of one moment the greatest id; the legs of one by their names.
            ordered = sorted(sorted(legs, key=lambda leg: leg[2]), key=lambda leg: leg[:2])
            expected = [(leg[0], leg[3]) for leg in reversed(ordered)]
            assert sorted(told(session, pupil.id)) == sorted(expected)
            assert [at for at, _ in told(session, pupil.id)] == [at for at, _ in expected]
            assert told(session, pupil.id, limit=5) == told(session, pupil.id)[:5]
            within = [one for one in told(session, pupil.id) if moments[1] <= one[0] < moments[-2]]
            assert told(session, pupil.id, since=since, until=until) == within


def told(session, pupil, **words):
    entries = statement(session, SCHOOL, pupil, **{"limit": 1000, **words})
    return [(one.known_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), one.change.cents) for one in entries]


def test_one_pupils_id_within_anothers_is_not_taken_for_it(centre):
    """What is named is found by its text; the event's own row says whose it is."""
    at = "2026-11-24T11:00:00.000Z"
    moved = {"source": "wallet.general", "target_owner": "drink", "cents": 5}
    with centre.store.database.writing() as session:
        plant(session, "e", at=at, owner="pupil-11", **moved)
        assert statement(session, SCHOOL, "pupil-1") == []
        assert [one.change.cents for one in statement(session, SCHOOL, "pupil-11")] == [-5]


# --- at the edges --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "packed",
    [
        b"no gzip",
        gzip.compress(b"no JSON"),
        gzip.compress(b'{"first_seq":1,"hash":"","prev_hash":"","events":[]}'),
        gzip.compress(b'{"first_seq":1,"hash":"zz","prev_hash":"00","events":[{}]}'),
        gzip.compress(b'{"first_seq":1,"hash":"00","prev_hash":"00","events":[{}]}'),
        gzip.compress(b"[" * 5000),
        gzip.compress(bytes(BATCH_BYTES_MAX + 1)),
    ],
    ids=["no gzip", "no JSON", "no events", "no hex", "short hashes", "too deep", "too long"],
)
def test_whatever_stands_in_an_arrival_is_one_clear_error(packed):
    with pytest.raises(DatabaseError) as caught:
        sealed.unpack(packed)
    assert "\n" not in str(caught.value)


def test_hashes_in_capitals_are_taken_and_found_again(centre, till):
    events = sell_many(till)
    terminal = till.identity.terminal_id
    text = gzip.decompress(pack_batch(terminal, tuple(events)).body)
    head = events[-1].hash.hex().encode()
    till.send_raw(gzip.compress(text.replace(head, head.upper(), 1)))
    expect_held(centre, till)


def test_the_first_event_of_all_follows_nothing(centre, till):
    first, second, *_ = sell_many(till)
    till.send()
    with centre.store.database.reading() as session:
        proofs = proofs_of(session, SCHOOL, [first.id, second.id])
    assert proofs[first.id].previous_hash == GENESIS.hex()
    assert proofs[second.id].previous_hash == first.hash.hex()
    for proof in proofs.values():
        assert link(bytes.fromhex(proof.previous_hash), proof.body.encode()).hex() == proof.hash
