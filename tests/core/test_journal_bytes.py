"""The bytes that are stored and sent: canonical JSON, the chain, events and batches."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from canteen import NOON, TODAY
from hypothesis import given
from hypothesis import strategies as st

from core.batch import BATCH_EVENTS_MAX, pack_batch
from core.catalogue import Category
from core.chain import GENESIS, canonical, chain_hashes, link
from core.codec import CodecError, from_plain, moment_text, read_moment, to_plain
from core.errors import BatchError, ChainError, MalformedEventError
from core.events import Basis, Event, SealedEvent, Stamp, read_event, seal
from core.facts import (
    FACTS,
    ArrivedLate,
    BadgeGiven,
    BadgeStopped,
    CashMoved,
    CategoryTotal,
    Circumstance,
    ClockChanged,
    Correction,
    DayConfirmed,
    Direction,
    DrawerOpened,
    EpochStarted,
    EventKind,
    Fact,
    LateWhy,
    MealCollected,
    MealVoided,
    OrderAct,
    OrderRequested,
    PeriodClosed,
    PeriodFigures,
    Perpetual,
    PinRefused,
    PinReleased,
    PresenceWithdrawn,
    PriceClassTotal,
    ProfileChosen,
    Proof,
    Reason,
    ReceiptReprinted,
    RefundLine,
    ReserveMoved,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleRefused,
    SaleVoided,
    ShiftOpened,
    SlipKind,
    SlipPrinted,
    StaffSignedIn,
    StaffSignedOut,
    StudyEntered,
    StudyLeft,
    Tally,
    TapRefused,
    Tender,
    TenderTotal,
    TerminalStarted,
    TicketGiven,
    TopUpVoided,
    TrainingEnded,
    TrainingStarted,
    Trouble,
    TroubleNoted,
    VatFigure,
    VoidKind,
    WalletToppedUp,
)
from core.ids import (
    BadgeKey,
    CommandId,
    EventId,
    OrderId,
    ProductId,
    PupilId,
    SessionId,
    StaffId,
    TerminalId,
    uuid7,
)
from core.money import Money
from core.people import Allergen, BadgeState, PriceClass
from core.profiles import Profile
from core.tap import Assurance, Family
from core.wallet import WalletKind

VECTOR_1 = (
    '{"at":"2026-11-24T11:01:00.120Z","data":{"amount":450,"currency":"EUR","name":"Élève"},'
    '"epoch":1,"id":"01a20d37-5658-7000-8000-000000000001","kind":"meal.collected","seq":1}'
)
VECTOR_2 = (
    '{"at":"2026-11-24T11:02:00.120Z","data":{"amount":450,"currency":"EUR","name":"Élève"},'
    '"epoch":1,"id":"01a20d38-40b8-7000-8000-000000000002","kind":"meal.collected","seq":2}'
)
HASH_1 = "7dcca1c0471892e05e4dfe974dc8e3c3be6ba50d2f2848fc25e0fa3d5ff308fd"
HASH_2 = "7788f134a07a056f88be037de1e29957ad3780bcc77c1b615967ada44e1ed6a6"

MEAL = MealCollected(
    day=TODAY,
    pupil=PupilId("p1"),
    order=OrderId("o1"),
    product=ProductId("stew"),
    price=Money(450),
    badge=None,
    assurance=Assurance.TYPED,
    receipt=9,
    staff=StaffId("fatima"),
    why="badge left at home",
    accepted=(Allergen.CELERY,),
    circumstances=(Circumstance.BLOCKED_BADGE,),
    command=CommandId("c-1"),
)
SALE = SaleMade(
    day=TODAY,
    pupil=PupilId("p1"),
    price_class=PriceClass.REDUCED,
    lines=(SaleLine(ProductId("stew"), Category.MEAL, 2, Money(450), 60, Money(51)),),
    total=Money(900),
    badge=None,
    assurance=Assurance.TYPED,
    receipt=10,
    is_walk_in=True,
    is_to_settle=True,
    circumstances=(Circumstance.NO_ORDER, Circumstance.LOW_BALANCE),
)
AT_THE_OFFICE = (
    ReserveMoved(
        TODAY, PupilId("p1"), Money(500), WalletKind.RESERVE, StaffId("nadia"), BadgeKey("k1")
    ),
    BadgeGiven(
        TODAY,
        PupilId("p1"),
        BadgeKey("k2"),
        Family.ISO14443A,
        "E5F7",
        StaffId("nadia"),
        replaces=BadgeKey("k1"),
        why="broken",
        command=CommandId("c-4"),
    ),
    BadgeStopped(TODAY, PupilId("p1"), BadgeKey("k2"), BadgeState.LOST, StaffId("nadia")),
    TicketGiven(TODAY, PupilId("p1"), StaffId("nadia"), command=CommandId("c-5")),
    ProfileChosen(Profile.OFFICE, StaffId("nadia"), CommandId("c-6")),
)
PRESENCES = (
    StudyEntered(
        TODAY, SessionId("short"), PupilId("p1"), BadgeKey("k1"), Assurance.UID, price=Money(100)
    ),
    StudyLeft(
        TODAY,
        SessionId("short"),
        PupilId("p1"),
        None,
        Assurance.TYPED,
        staff=StaffId("fatima"),
        why="left without a badge",
        command=CommandId("c-3"),
    ),
    ArrivedLate(
        TODAY,
        PupilId("p1"),
        BadgeKey("k1"),
        Assurance.UID,
        due_at=NOON,
        said=LateWhy.TRANSPORT,
        arrival=EventId("01a20d37-5658-7000-8000-000000000001"),
    ),
    PresenceWithdrawn(
        TODAY,
        EventId("01a20d37-5658-7000-8000-000000000001"),
        PupilId("p1"),
        SessionId("short"),
        StaffId("fatima"),
        "the wrong twin",
        price=Money(100),
        command=CommandId("c-9"),
    ),
)
TOP_UP = WalletToppedUp(
    TODAY, PupilId("p1"), Money(2000), BadgeKey("k1"), StaffId("fatima"), receipt=11
)
CORRECTION = Correction(
    EventId("01a20d37-5658-7000-8000-000000000001"),
    staff=StaffId("fatima"),
    why="wrong dish",
    receipt=12,
    command=CommandId("c-2"),
)
FIGURES = PeriodFigures(
    epoch=1,
    first_seq=2,
    last_seq=900,
    opened_at=NOON,
    first_receipt=1000,
    last_receipt=1042,
    collected=37,
    tenders=(TenderTotal(Tender.CASH, 2, Money(900)),),
    categories=(CategoryTotal(Category.MEAL, 2, Money(900)),),
    price_classes=(PriceClassTotal(PriceClass.GUEST, 2, Money(900)),),
    vat=(VatFigure(60, Money(900), Money(51)),),
    top_ups=Tally(1, Money(2000)),
    settled_later=Tally(),
    voids=Tally(1, Money(450)),
    refunds=Tally(),
    meals_voided=1,
    reprints=2,
    drawer_openings=3,
    refused=4,
    cash_opening=Money(5000),
    cash_expected=Money(5900),
    perpetual=Perpetual(Money(99999), Money(450), Money(0)),
)
FACT_SAMPLES: tuple[Fact, ...] = (
    TerminalStarted(version="0.1.0", is_recovery=True),
    MealCollected(
        day=TODAY,
        pupil=PupilId("p1"),
        order=OrderId("o1"),
        product=ProductId("stew"),
        price=Money(450),
        badge=BadgeKey("k1"),
        assurance=Assurance.UID,
        receipt=7,
    ),
    SaleMade(
        day=TODAY,
        pupil=PupilId("p1"),
        price_class=PriceClass.PUPIL,
        lines=(SaleLine(ProductId("stew"), Category.MEAL, 2, Money(450), 60, Money(51)),),
        total=Money(900),
        badge=BadgeKey("k1"),
        assurance=Assurance.UID,
        receipt=8,
        is_walk_in=True,
    ),
    TapRefused(day=TODAY, reason=Reason.UNKNOWN_BADGE, badge=None, pupil=None),
    TapRefused(TODAY, Reason.LIMIT, BadgeKey("k1"), PupilId("p1")),
    ReceiptReprinted(EventId("01a20d37-5658-7000-8000-000000000001"), duplicate=2, receipt=8),
    SaleRefused(TODAY, Reason.DAILY_LIMIT, PupilId("p1"), Money(900), StaffId("fatima")),
    TOP_UP,
    MealVoided(TODAY, VoidKind.UNDO, CORRECTION, MEAL),
    SaleVoided(TODAY, VoidKind.VOID, CORRECTION, SALE),
    TopUpVoided(TODAY, VoidKind.VOID, CORRECTION, TOP_UP),
    SaleRefunded(
        day=TODAY,
        correction=CORRECTION,
        pupil=PupilId("p1"),
        price_class=PriceClass.REDUCED,
        tender=Tender.WALLET,
        lines=(RefundLine(0, SALE.lines[0]),),
        total=SALE.total,
    ),
    StaffSignedIn(StaffId("fatima"), Proof.BADGE),
    StaffSignedOut(StaffId("fatima"), is_idle=True),
    PinRefused(StaffId("fatima")),
    PinReleased(StaffId("fatima"), by=StaffId("mohamed")),
    ShiftOpened(TODAY, StaffId("fatima"), Money(5000)),
    CashMoved(TODAY, StaffId("fatima"), Direction.OUT, Money(2000), "to the safe"),
    DrawerOpened(TODAY, StaffId("fatima"), "change", CommandId("c-9")),
    PeriodClosed(
        day=TODAY,
        number=7,
        staff=StaffId("fatima"),
        figures=FIGURES,
        receipt=1042,
        head_hash="ab" * 32,
        previous_hash="",
        counted=Money(5900),
        not_collected=3,
        unbooked=12,
    ),
    ClockChanged(expected_at=NOON, found_at=NOON - timedelta(days=3), is_synced=False),
    DayConfirmed(TODAY, clock_day=date(2026, 11, 21), staff=StaffId("fatima")),
    TrainingStarted(StaffId("fatima")),
    TrainingEnded(None),
    EpochStarted(1, 812, "cd" * 32, receipt=700, closing=6, perpetual=Perpetual(sales=Money(9))),
    TroubleNoted(Trouble.DISK_FULL, began_at=NOON, is_over=True),
    OrderRequested(
        TODAY,
        PupilId("p1"),
        OrderId("o1"),
        OrderAct.RESERVE,
        ProductId("stew"),
        BadgeKey("k1"),
        Assurance.UID,
        CommandId("c-1"),
        accepted=(Allergen.CELERY,),
    ),
    SlipPrinted(TODAY, PupilId("p1"), SlipKind.BALANCE, BadgeKey("k1"), CommandId("c-2")),
    *PRESENCES,
    *AT_THE_OFFICE,
)


def event(fact: Fact, seq: int = 1) -> Event:
    return Event(
        epoch=1,
        seq=seq,
        id=uuid7(at_ms=1_795_518_060_120 + seq, entropy=bytes(10)),
        stamp=Stamp(at=NOON, mono_ms=5, boot="b", is_synced=False),
        basis=Basis(cursor="88121", policy=3, is_online=False),
        fact=fact,
    )


def sealed(count: int) -> list[SealedEvent]:
    events: list[SealedEvent] = []
    for seq in range(1, count + 1):
        prev = events[-1].hash if events else GENESIS
        events.append(seal(event(FACT_SAMPLES[3], seq), prev_hash=prev))
    return events


def test_the_published_chain_vectors() -> None:
    assert canonical(json.loads(VECTOR_1)) == VECTOR_1.encode()
    first = link(GENESIS, VECTOR_1.encode())
    assert first.hex() == HASH_1
    assert link(first, VECTOR_2.encode()).hex() == HASH_2
    hashes = chain_hashes(GENESIS, [VECTOR_1.encode(), VECTOR_2.encode()])
    assert [found.hex() for found in hashes] == [HASH_1, HASH_2]


def test_the_id_of_the_vector_is_made_from_its_time() -> None:
    made = uuid7(at_ms=1_795_518_060_120, entropy=bytes(9) + b"\x01")
    assert made == "01a20d37-5658-7000-8000-000000000001"


@pytest.mark.parametrize("fact", FACT_SAMPLES)
def test_every_kind_of_event_is_read_back_as_it_was(fact: Fact) -> None:
    written = event(fact)
    assert read_event(seal(written, prev_hash=GENESIS).body) == written


@pytest.mark.parametrize("fact", FACT_SAMPLES)
def test_the_bytes_of_an_event_are_the_canonical_ones(fact: Fact) -> None:
    # `seal` writes them at once; here they are made by the way that the format is defined by.
    sealed = seal(event(fact, 7), prev_hash=GENESIS)
    assert sealed.body == canonical(json.loads(sealed.body))
    assert json.loads(sealed.body)["data"] == to_plain(fact)
    assert b'"data":%b,"epoch"' % canonical(to_plain(fact)) in sealed.body


@given(st.text().filter(lambda text: text.isascii() or text.isprintable()), st.integers())
def test_any_words_and_numbers_are_written_canonically(words: str, number: int) -> None:
    fact = ReceiptReprinted(document=EventId(words), duplicate=1, receipt=number)
    assert canonical(to_plain(fact)) in seal(event(fact), prev_hash=GENESIS).body
    started = event(TerminalStarted(version=words, is_recovery=number > 0))
    stamp = replace(started.stamp, boot=words)
    body = seal(replace(started, stamp=stamp), prev_hash=GENESIS).body
    assert body == canonical(json.loads(body))
    assert read_event(body).stamp.boot == words


def test_every_kind_has_a_sample_and_a_row() -> None:
    assert {fact.kind for fact in FACT_SAMPLES} == set(EventKind) == set(FACTS)
    assert all(kind is fact_type.kind for kind, fact_type in FACTS.items())


def test_an_event_of_an_older_version_is_still_read() -> None:
    body = (
        '{"at":"2026-11-24T11:02:00.000Z","basis":{"cursor":"88121","is_online":false,"policy":3},'
        '"boot":"b","data":{"assurance":1,"badge":"k1","day":"2026-11-24","order":"o1",'
        '"price_cents":450,"product":"stew","pupil":"p1","receipt":7},"epoch":1,'
        '"id":"01a20d37-5658-7000-8000-000000000001","kind":"meal.collected","mono_ms":5,"seq":1,'
        '"synced":false}'
    )
    assert read_event(body.encode()).fact == FACT_SAMPLES[1]


def test_a_key_that_is_not_known_yet_is_passed_over() -> None:
    plain = json.loads(seal(event(FACT_SAMPLES[0]), prev_hash=GENESIS).body)
    plain["weather"] = "rain"
    plain["data"]["weather"] = "rain"
    assert read_event(canonical(plain)).fact == FACT_SAMPLES[0]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("kind", "meal.eaten", "meal.eaten"),
        ("kind", None, "None"),
        ("at", "2026-11-24T11:02:00", "ends in Z"),
        ("at", "yesterdayZ", "Invalid isoformat"),
        ("seq", True, "seq: must be of type int"),
        ("epoch", "1", "epoch: must be of type int"),
        ("basis", [], "must be an object"),
        ("data", {}, "day is missing"),
    ],
)
def test_a_malformed_event_is_named(key: str, value: object, words: str) -> None:
    plain = json.loads(seal(event(FACT_SAMPLES[3]), prev_hash=GENESIS).body)
    plain[key] = value
    with pytest.raises(MalformedEventError, match=words) as raised:
        read_event(canonical(plain))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("total_cents", 1, "the lines make the sum"),
        ("total_cents", 4.5, "total_cents: must be of type int"),
        ("lines", [], "a sale has a line"),
        ("lines", {}, "lines: must be a list"),
        ("price_class", "king", "price_class: 'king'"),
        ("day", "2026-02-30", "day: "),
        ("day", 5, "day: must be of type str"),
    ],
)
def test_a_malformed_sale_is_named(key: str, value: object, words: str) -> None:
    plain = json.loads(seal(event(FACT_SAMPLES[2]), prev_hash=GENESIS).body)
    plain["data"][key] = value
    body = json.dumps(plain).encode()
    with pytest.raises(MalformedEventError, match=words):
        read_event(body)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{", b"[" * 100_000])
def test_bytes_that_are_no_event(body: bytes) -> None:
    with pytest.raises(MalformedEventError):
        read_event(body)


@given(st.text(), st.integers(-(2**60), 2**60))
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(text: str, number: int) -> None:
    safe = text.encode("utf-8", "ignore").decode()
    forwards = {"a": safe, "b": number, "c": [True, None]}
    backwards = dict(reversed(forwards.items()))
    assert canonical(forwards) == canonical(backwards)
    assert json.loads(canonical(forwards)) == forwards


def test_a_batch_always_has_the_same_bytes() -> None:
    events = sealed(3)
    batch = pack_batch(TerminalId("t1"), events)
    assert pack_batch(TerminalId("t1"), events) == batch
    assert batch.idempotency_key.startswith("t1.1.1-3.")
    unpacked = json.loads(gzip.decompress(batch.body))
    assert unpacked["events"] == [json.loads(one.body) for one in events]
    assert unpacked["prev_hash"] == "00" * 32
    assert unpacked["hash"] == events[-1].hash.hex()


def test_a_batch_is_bounded_and_has_no_gap() -> None:
    events = sealed(BATCH_EVENTS_MAX + 1)
    with pytest.raises(AssertionError, match="1 to 200"):
        pack_batch(TerminalId("t1"), events)
    with pytest.raises(AssertionError, match="no gap"):
        pack_batch(TerminalId("t1"), [events[0], events[2]])


def test_moments_are_utc_with_milliseconds() -> None:
    brussels = timezone(timedelta(hours=1))
    moment = datetime(2026, 11, 24, 12, 1, 0, 120_999, tzinfo=brussels)
    assert moment_text(moment) == "2026-11-24T11:01:00.120Z"
    assert read_moment("2026-11-24T11:01:00.120Z") == moment.replace(microsecond=120_000)
    assert read_moment("2026-11-24T11:01:00Z").tzinfo is UTC
    with pytest.raises(CodecError):
        read_moment(None)


def test_a_missing_field_with_a_default_takes_it() -> None:
    from core.receipt import Receipt

    assert next(field for field in Receipt.__dataclass_fields__ if field == "is_training")
    sample = to_plain(FACT_SAMPLES[0])
    assert from_plain(TerminalStarted, sample) == FACT_SAMPLES[0]


def test_errors_say_where_the_chain_breaks() -> None:
    error = ChainError("event 1-7 does not follow event 1-6", epoch=1, seq=7)
    assert (error.epoch, error.seq) == (1, 7)
    assert issubclass(BatchError, Exception)


def test_ids_take_ten_random_bytes() -> None:
    with pytest.raises(AssertionError):
        uuid7(at_ms=0, entropy=b"")
    assert EventId("x") == "x"
    assert date.fromisoformat("2026-11-24") == TODAY


def test_what_stands_behind_an_event_makes_it_unreadable() -> None:
    with pytest.raises(MalformedEventError):
        read_event(b'{"at":"2026-11-24T11:00:00.000Z"} more')
