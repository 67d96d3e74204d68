"""What centres said in earlier years is still heard, and what later ones add is passed over."""

import json
from pathlib import Path

import pytest

from core.batch import Flag, Verdict
from core.money import Money
from core.shift_facts import Perpetual
from sync.down import read_changes
from sync.errors import TransientError
from sync.up import read_epoch, read_reply

SAMPLES = Path(__file__).with_name("samples")
TESTED = {
    f"{what}-{form}.json" for what in ("reply", "changes", "epoch") for form in ("v1", "later")
}


def sample(name):
    return json.loads((SAMPLES / name).read_text())


def test_every_sample_is_tested():
    assert {path.name for path in SAMPLES.iterdir()} == TESTED


@pytest.mark.parametrize(("form", "flag"), [("v1", Flag.DOUBLE_COLLECTION), ("later", None)])
def test_a_reply_to_a_batch(form, flag):
    reply = read_reply(sample(f"reply-{form}.json"))
    assert reply.high_water == (1, 4)
    assert [one.verdict for one in reply.verdicts] == [
        Verdict.ACCEPTED,
        Verdict.DUPLICATE,
        Verdict.QUARANTINED,
        Verdict.CONFLICT,
    ]
    assert reply.verdicts[1].flag is flag


@pytest.mark.parametrize("form", ["v1", "later"])
def test_a_page_of_changes(form):
    page = read_changes(sample(f"changes-{form}.json"), after="11")
    assert (page.after, page.cursor, page.etag) == ("11", "12", '"t-1.12"')
    assert page.rows["menu"] == (("2026-11-24", "main-4"),)


@pytest.mark.parametrize("form", ["v1", "later"])
def test_an_approved_epoch(form):
    approved = read_epoch(sample(f"epoch-{form}.json"))
    assert approved is not None
    assert (approved.epoch, approved.after, approved.receipt) == (2, (1, 9), 90)
    assert approved.perpetual == Perpetual(sales=Money(12_345))


@pytest.mark.parametrize("key", ["epoch", "high_water", "head_hash", "verdicts"])
def test_the_control_a_member_that_is_taken_away_is_noticed(key):
    plain = sample("reply-v1.json")
    del plain[key]
    with pytest.raises(TransientError):
        read_reply(plain)
