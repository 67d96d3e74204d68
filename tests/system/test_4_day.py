"""What a day of taps takes of the machine, and the rest after it."""

import json
import shutil
import time

import pytest
from machine_rig import ROOT, wait_for
from site_rig import Site, measured

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

TAPS_OF_A_DAY = 600
LOG_BYTES_MAX = 1_000_000
# Journal, its write-ahead log and the file system's own; measured some 15 MB.
DISK_BYTES_MAX = 40_000_000
RESIDENT_BYTES_MAX = 60_000_000
CORE_MAX = 0.01


def test_what_a_day_takes(site: Site) -> None:
    """Measure a day of 600 taps, through a simulated reader, and the till at rest."""
    machine = site.machine
    machine.run(
        'sed \'s#^readers.*#readers = ["pcsc://", "simulated://"]#\' till.toml > day.toml;'
        " refectory apply day.toml"
    )
    site.wait_until_open()
    (text_before, log_before), disk_before = site.log_bytes(), site.disk_bytes()
    written_before, facts_before = site.written_bytes(), len(site.kinds())
    began = time.monotonic()
    (machine.home / "day.json").write_text(json.dumps(site.day(TAPS_OF_A_DAY)))
    shutil.copy(ROOT / "tests/rigs/tap_day.py", machine.home)
    machine.run("python3 tap_day.py day.json", timeout_s=400)
    wait_for("all papers", lambda: site.status()["printer"]["waiting"] == 0)
    wait_for("all booked", lambda: site.status()["queue"]["count"] == 0)
    took_s = time.monotonic() - began
    facts = len(site.kinds()) - facts_before
    (text, log), disk = site.log_bytes(), site.disk_bytes() - disk_before
    text, log, written = text - text_before, log - log_before, site.written_bytes() - written_before
    measured(
        f"{facts} facts in {took_s:.0f} s; disk {disk / 1e6:.1f} MB, of which the terminal wrote"
    )
    measured(f"{written / 1e6:.1f} MB; log {text / 1e3:.0f} kB, with all fields {log / 1e3:.0f}")
    assert facts >= TAPS_OF_A_DAY
    assert 0 < text <= LOG_BYTES_MAX
    assert disk <= DISK_BYTES_MAX
    idle = site.idle(seconds=20)
    measured(
        f"at rest after that day: {idle.resident_kb * 1024 / 1e6:.1f} MB resident,"
        f" {idle.share_kb * 1024 / 1e6:.1f} MB of them its share,"
        f" {idle.core * 100:.2f} % of a core, {idle.disk_bytes / 1e3:.0f} kB written in 20 s"
    )
    assert idle.core <= CORE_MAX
    assert idle.resident_kb * 1024 <= RESIDENT_BYTES_MAX
    assert site.books_are_right()
