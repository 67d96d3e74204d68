"""Cut by its form or read in two steps: a batch is the same, whatever its sender meant."""

import gzip
from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect
from pure_till import ALICE, BOB, CHEF, PROF, SOUP, WATER, PureTill
from scripted_day import scripted

from central import event_cuts, quick_events, wire_batch
from central.errors import Problem
from central.quick_events import Meal, Sale
from central.wire_batch import ReceivedBatch, unpack_batch
from core.batch import BATCH_EVENTS_MAX, pack_batch
from core.events import SealedEvent
from core.facts import Tender
from core.ids import TerminalId

TILL = TerminalId("t-1")
DAY = [made.event for made in scripted(30)]


def text_of(events) -> bytes:
    return gzip.decompress(pack_batch(TILL, events).body)


def served_lunch() -> list[SealedEvent]:
    """Meals and sales as the till's own rules make them."""
    till = PureTill()
    till.sign_in(CHEF)
    till.open_shift(5000)
    till.tap(ALICE)
    till.sell(PROF, (SOUP, 1), (WATER, 2))
    till.sell(BOB, (WATER, 1))
    till.sell(BOB, (SOUP, 1), by_name=True, why="badge at home")
    return till.sealed[2:]


LUNCH = served_lunch()
LAST = f'"last_seq":{LUNCH[-1].seq}'.encode()


def made_by(step, text: bytes) -> object:
    """Return what a way of reading makes of a text: all that a batch says, or the problem's words.

    None where it leaves the text to the other way.
    """
    try:
        batch: ReceivedBatch | None = step(text, b"")
    except Problem as problem:
        return problem.detail
    if batch is None:
        return None
    head = (batch.epoch, batch.first_seq, batch.prev_hash, batch.head_hash)
    return (*head, batch.bodies, list(batch.quick))


def expect_the_same(text: bytes) -> bool:
    """Compare both ways, and say whether the text was cut."""
    cut = made_by(wire_batch._cut, text)
    assert cut is None or cut == made_by(wire_batch._sliced, text)
    return cut is not None


def test_a_lunch_is_cut():
    text = text_of(LUNCH)
    assert expect_the_same(text)
    batch = unpack_batch(pack_batch(TILL, LUNCH).body)
    assert batch.bodies == tuple(event.body for event in LUNCH)
    assert {type(fact) for fact in batch.quick} == {Meal, Sale}


def test_what_a_till_sends_of_its_whole_day_is_cut(monkeypatch):
    monkeypatch.setattr(wire_batch, "_sliced", no_second_step)
    for size in (1, 2, 7, len(DAY)):
        for start in range(0, len(DAY), size):
            events = DAY[start : start + size]
            batch = unpack_batch(pack_batch(TILL, events).body)
            assert batch.bodies == tuple(event.body for event in events)
            lunch = [fact is not None for fact in batch.quick]
            assert lunch == [is_of_lunch(event) for event in events]


def test_a_batch_of_two_days_is_read_in_two_steps_to_the_same_end():
    first, last = AT_ON_THE_DAY, AT_ON_THE_DAY[:-1] + b"9"
    text = text_of(LUNCH)
    later = text[: text.rindex(first)] + text[text.rindex(first) :].replace(first, last)
    assert expect_the_same(later) is False
    assert expect_the_same(text.replace(first, last)) is True


def test_the_control_other_keys_need_the_second_step(monkeypatch):
    monkeypatch.setattr(wire_batch, "_sliced", no_second_step)
    text = text_of(LUNCH).replace(b'{"at":', b'{ "at":')
    with pytest.raises(AssertionError, match="in two steps"):
        unpack_batch(gzip.compress(text))


def no_second_step(*_: object) -> None:
    message = "it was read in two steps"
    raise AssertionError(message)


def is_of_lunch(event) -> bool:
    """Say whether the centre reads an event by its fields: a meal, or a sale from a wallet."""
    if event.kind.value == "sale.made":
        return f'"tender":"{Tender.CASH.value}"'.encode() not in event.body
    return event.kind.value == "meal.collected"


FIRST, SECOND = LUNCH[0].body, LUNCH[1].body
JOINT = b'},{"at":"'
AT = b'"at":"'
AT_ON_THE_DAY = FIRST[1 : len(b'{"at":"2026-11-24')]


def both(part: bytes) -> set[bytes]:
    """Return what a stranger writes, and the same with the day by which events are cut."""
    return {part, part.replace(AT, AT_ON_THE_DAY)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"basis":{', b'"basis":{"more":[{},{"at":"x"}],'),
        (b'"basis":{', b'"basis":{"more":[{"a":1},{"at":"x","b":2}],'),
        (b'"data":{', b'"data":{"a":[{"b":[{"c":1},{"at":""}]}],'),
        (b'"lines":[', b'"lines":[{"at":"x"},{"at":"y"},'),
        (b'"lines":[', b'"lines":[{},{"at":"y"},'),
        (b'"data":{', b'"data":{"accepted":[{},{"at":"y"}],'),
        (b'"epoch":1,"id"', b'"epoch":1,"extra":[{},{"at":"y"}],"id"'),
        (b'"boot":"boot-1"', b'"boot":"},{"at":""'),
        (b'"boot":"boot-1"', b'"boot":"},{\\"at\\":\\""'),
        (b'"boot":"boot-1"', b'"boot":"b","boot":"boot-1"'),
        (b'"at":"', b'"at":"x","at":"'),
        (JOINT, b'} ,{"at":"'),
        (JOINT, b'}, {"at":"'),
        (JOINT, b'},{ "at":"'),
        (JOINT, b'},{"at" :"'),
        (JOINT, b'},,{"at":"'),
        (JOINT, b'}{"at":"'),
        (JOINT, b'}],[{"at":"'),
        (JOINT, b'},{},{"at":"'),
        (JOINT, b'},null,{"at":"'),
        (JOINT, b'},{"aa":1,"at":"'),
        (JOINT, b'},"},{","at":"'),
        (b"]}", b"],}"),
        (b"]}", b"] }"),
        (b"]}", b"]}\n"),
        (b"]}", b'],"events":[]}'),
        (b"]}", b'],"epoch":2}'),
        (b'"events":[', b'"events":[{"at":"x"}],"events":['),
        (b'"events":[', b'"events" :[{"at":"x"}],"events":['),
        (b'"events":[', b'"more":{"events":[{"at":"x"}]},"events":['),
        (b'"events":[', b'"more":"\\"events\\":[","events":['),
        (b'"events":[', b'"a\\"events":['),
        (b'"events":[', b'"more":[{},{"at":"x"}],"events":['),
        (b'"events":[', b'"more":[{},{"at":"x"},{"at":"y"}],"events":['),
        (b'{"epoch"', b'{"a":[{},{"at":"x"}],"epoch"'),
        (b'"events":[', b'"events":[,'),
        (b'"events":[', b'"events":{['),
        (b'"epoch":1,', b'"epoch":"1",'),
        (b'"first_seq":', b'"first_seq":2,"first_seq":'),
        (LAST, LAST + b"0"),
        (b'"hash":"', b'"hash":"zz'),
        (b'"kind":"', b'"kind":"x'),
        (b'"seq":', b'"seq":1'),
        (b"boot-1", b"\xff"),
        (b'"synced":true', b'"synced":tru'),
    ],
)
@pytest.mark.parametrize("count", [1, -1])
def test_what_a_stranger_sends_is_no_other_batch(old, new, count):
    text = text_of(LUNCH)
    assert old in text
    for part in both(new):
        expect_the_same(text.replace(old, part, count))
        # Also where the same number of events is told as of pieces.
        for last in range(LUNCH[0].seq, LUNCH[0].seq + 8):
            told = text.replace(LAST, f'"last_seq":{last}'.encode())
            expect_the_same(told.replace(old, part, count))


@pytest.mark.parametrize(
    "events",
    [
        b"",
        b"1",
        b"{}",
        b'{"at":"}',
        b'{"at":"x"}',
        b'{"at":"x"},',
        b'{"at":"a"},{"at":"b"}',
        b'{"at":"a","x":[{},{"at":"b"}]}',
        b'{"at":"a","x":[1},{"at":"b"]}',
        b'{"at":"a"},{"at":"b","x":[}',
        b'{"at":"a","x":"},{"at":"b"}',
        FIRST + b"," + SECOND + b"," + FIRST[:-1],
        FIRST + b"," + FIRST[1:],
        b'{"at":"a","x":[' + FIRST + b"," + SECOND + b"]}",
        b'{"at":"a","x":[{},' + FIRST + b"]}",
    ],
)
@pytest.mark.parametrize("last", [1, 2, 3])
def test_events_that_nobody_sealed_are_no_others(events, last):
    zeros = b"0" * 64
    for part in both(events):
        expect_the_same(
            b'{"epoch":1,"first_seq":1,"hash":"%b","last_seq":%d,"prev_hash":"%b","events":[%b]}'
            % (zeros, last, zeros, part)
        )


PARTS = [
    JOINT,
    JOINT.replace(AT, AT_ON_THE_DAY),
    b'{"at":"',
    b"{" + AT_ON_THE_DAY,
    b'"events":[',
    b"]}",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b" ",
    b"\\",
    b'"at":"',
    b'"lines":[',
    b'"x":[{},',
    b'"x":[{}',
    b"null",
    b"\xc3",
    FIRST,
]


@st.composite
def spoiled_texts(draw):
    """The text of a batch in which a few parts were put in, taken out, or said twice."""
    start = draw(st.integers(0, len(DAY) - 4))
    text = text_of(draw(st.sampled_from((LUNCH, DAY[start : start + 4]))))
    for _ in range(draw(st.integers(1, 4))):
        marks = [at for part in (b'{"at', b"},", b"]", b'"events', b'":') for at in ats(text, part)]
        at = draw(st.sampled_from(sorted(marks) or [0]) | st.integers(0, len(text)))
        gone = draw(st.sampled_from((0, 0, 0, 1, 2, 9, 40)))
        part = draw(st.sampled_from([b"", *PARTS]) | st.just(text[at : at + 60]))
        text = text[:at] + part + text[at + gone :]
    return text


def ats(text: bytes, part: bytes) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


@settings(max_examples=600)
@given(spoiled_texts())
def test_spoiled_batches_are_read_alike(text):
    expect_the_same(text)


def test_many_small_changes_are_read_alike():
    chance = Random(3)
    text = text_of(LUNCH)
    taken = 0
    for _ in range(3000):
        at = chance.randrange(len(text))
        part = chance.choice([b"", *PARTS])
        taken += expect_the_same(text[:at] + part + text[at + chance.choice((0, 1, len(part))) :])
    assert 0 < taken < 3000


def test_more_pieces_than_a_batch_may_hold_are_not_looked_at():
    text = text_of(LUNCH).replace(FIRST, b",".join([FIRST] * (BATCH_EVENTS_MAX + 1)))
    assert event_cuts.cut_events(text, most=BATCH_EVENTS_MAX) is None
    assert "not 1 to" in made_by(wire_batch._sliced, text)


def structs_within(told: inspect.Type) -> Iterator[inspect.Type]:
    """Yield every type that a reader may make, through all of what holds others."""
    yield told
    for name in ("fields", "types", "item_types"):
        for part in getattr(told, name, ()):
            yield from structs_within(part.type if isinstance(part, inspect.Field) else part)
    for name in ("item_type", "key_type", "value_type"):
        if hasattr(told, name):
            yield from structs_within(getattr(told, name))


@pytest.mark.parametrize("event", [Meal, Sale])
def test_what_the_proof_says_of_the_readers_is_so(event):
    """Only events have a member `at`, and nothing that is not known passes."""
    outer, *within = structs_within(inspect.type_info(event))
    structs = [one for one in within if isinstance(one, inspect.StructType)]
    assert "at" in {field.encode_name for field in outer.fields}
    assert structs
    for told in (outer, *structs):
        assert told.forbid_unknown_fields, told
        assert not told.array_like, told
    for told in structs:
        assert "at" not in {field.encode_name for field in told.fields}, told
    opaque = (inspect.AnyType, inspect.RawType, inspect.DictType, inspect.CustomType)
    assert not [told for told in within if isinstance(told, opaque)]


def test_the_control_a_reader_that_takes_more_is_noticed(monkeypatch):
    class Loose(Sale, forbid_unknown_fields=False):
        """A sale that may say anything else."""

    sales = [event for event in LUNCH if event.kind.value == "sale.made"][:2]
    more = b',"synced":true,"x":[{},{%bb"}]}' % AT_ON_THE_DAY
    text = text_of(sales).replace(b',"synced":true}', more, 1)
    # As many pieces as events, and yet others.
    text = text.replace(b']},{"at":"2', b']},{ "at":"2')
    assert expect_the_same(text) is False
    for word in quick_events._READERS:
        reader = msgspec.json.Decoder(list[Loose])
        monkeypatch.setitem(quick_events._READERS, word, reader)
    with pytest.raises(AssertionError):
        expect_the_same(text)
