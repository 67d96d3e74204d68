"""One tap the whole way: a card in a real pcscd, the daemon, the wire, a posting at the centre."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from pcsc_rig import PcscRig
from real_day import real_day

from cli.demo_services import DemoServices
from offline_cache.journal_reader import JournalReader

DAY = date(2026, 11, 24)


@pytest.mark.pcsc
def test_a_card_on_a_real_reader_becomes_a_posting(pcsc: PcscRig, tmp_path: Path) -> None:
    services = DemoServices(tmp_path, seed=7, today=real_day(), is_new=True, readers=["pcsc://"])
    with services:
        services.wait_for_copy(60)
        services.wait_until(_is_reader_up, 60, "see the reader")
        alice = services.badges[0]
        assert alice.expectation.startswith("has today's dish ordered")
        pcsc.insert("ntag", alice.credential.hex)
        services.wait_until(lambda status: status["counters"]["taps"] > 0, 60, "see the card")
        status = services.wait_until_booked(60)
        counters = status["counters"]
        assert (counters["collected"], counters["refused"]) == (1, 0)
        pcsc.remove()

    with sqlite3.connect(tmp_path / "central.db") as books:
        (event_id,) = books.execute("SELECT id FROM event WHERE kind = 'meal.collected'").fetchone()
        legs = books.execute(
            "SELECT account, cents FROM leg WHERE booking_id = ? ORDER BY account", (event_id,)
        ).fetchall()
    books.close()
    assert [account for account, _ in legs] == ["meals.prepaid", "meals.served"]
    assert sum(cents for _, cents in legs) == 0
    assert legs[1][1] > 0

    journal = JournalReader.open(tmp_path / "journal.db")
    kept = {event.id: event.kind.value for event in journal.events()}
    journal.close()
    assert kept[event_id] == "meal.collected"
    (picture,) = (tmp_path / "receipts").glob("*.png")
    assert picture.stat().st_size > 1000
    assert alice.credential.hex not in _all_text(tmp_path)


def _is_reader_up(status: dict) -> bool:
    return any(reader["state"] in ("up", "recovered") for reader in status["readers"])


def _all_text(folder: Path) -> str:
    """Everything the services wrote but the demo's own list of badges, as text."""
    kept = [path for path in folder.rglob("*") if path.is_file() and path.name != "demo.json"]
    text = "".join(path.read_bytes().decode("latin-1") for path in kept).upper()
    assert "MEAL.COLLECTED" in text, "the control: what is stored is found"
    return text
