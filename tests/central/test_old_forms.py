"""What terminals sent in earlier years is still taken: one sample of each form of the wire."""

import gzip
import json
from pathlib import Path

import pytest

from central.wire_batch import unpack_batch
from core.chain import chain_hashes
from core.events import read_event
from core.kinds import EventKind

SAMPLES = Path(__file__).with_name("samples")
FIRST_KINDS = ["terminal.started", "meal.collected", "sale.made", "tap.refused"]
HEADS = {
    "batch-v1.json": "525ca94ee2fd6d1d49798ec8b92271400c4a2f9327a82aaa4c7b4b14af65958d",
    "batch-v1-staff.json": "01c4aa9ef6721bee6df16ed6b78e7988a4d74af0ef5532c007359d84cd811d91",
    "batch-v1-kiosk.json": "dbe467d662f07d245745302d05e382b0dc0fc9c1dc55a07b5916528bc52762c9",
    "batch-v1-presence.json": "76ed51eea5996d51c5b7d91e7e76d4b20f0673118ba536ff47f7d86815425c8a",
    "batch-v1-withdrawal.json": "4f0e65e1b83a8dc43051ca2e15518bca04e92f5c8b3961d29fc3f12315cf9f42",
    "batch-v1-office.json": "9edd2f64ad7ed8146bda337d979319d34d866dd12fee77e4f5e35018d94d683d",
}
KINDS = {
    "batch-v1.json": FIRST_KINDS,
    "batch-v1-staff.json": [
        *FIRST_KINDS,
        "tap.refused",
        "receipt.reprinted",
        "sale.refused",
        "wallet.topped_up",
        "meal.voided",
        "sale.voided",
        "top_up.voided",
        "sale.refunded",
        "staff.signed_in",
        "staff.signed_out",
        "staff.pin_refused",
        "staff.pin_released",
        "shift.opened",
        "cash.moved",
        "drawer.opened",
        "period.closed",
        "clock.changed",
        "day.confirmed",
        "training.started",
        "training.ended",
        "epoch.started",
        "trouble.noted",
    ],
    "batch-v1-kiosk.json": ["order.requested", "slip.printed"],
    "batch-v1-presence.json": ["study.entered", "study.left", "arrival.late"],
    "batch-v1-withdrawal.json": ["presence.withdrawn", "presence.withdrawn"],
    "batch-v1-office.json": [
        "reserve.moved",
        "badge.given",
        "badge.stopped",
        "ticket.given",
        "profile.chosen",
    ],
}


def test_every_sample_is_tested():
    assert {path.name for path in SAMPLES.iterdir()} == set(HEADS)


@pytest.mark.parametrize("name", HEADS)
def test_an_old_batch_is_read_and_its_chain_holds(name):
    text = (SAMPLES / name).read_bytes()
    batch = unpack_batch(gzip.compress(text, mtime=0))
    hashes = chain_hashes(batch.prev_hash, batch.bodies)
    assert hashes[-1].hex() == batch.head_hash.hex() == HEADS[name]
    assert [read_event(body).fact.kind.value for body in batch.bodies] == KINDS[name]
    assert json.loads(text)["first_seq"] == 1


def test_every_kind_that_was_ever_sent_has_a_sample():
    assert {kind.value for kind in EventKind} <= {kind for name in KINDS for kind in KINDS[name]}
