"""A selling terminal behind a network that breaks at any byte.

Here a spread of bytes is cut, drawn from a seed, and both ends. Every single one is:
`EVERY_BYTE=1 ./test --quick tests/sync/test_lossy_network.py`.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

import pytest
from lossy_proxy import Cut, Fault, LossyProxy

from core.money import Money
from sync.intervals import Intervals
from sync.ports import SnapshotReady
from sync.up import UpLane

PRICE = Money(100)
IMPATIENT = Intervals(
    gather_s=0, up_s=60, down_s=60, retry_first_s=0.001, retry_max_s=0.002, timeout_s=5
)


@pytest.fixture
def proxy(twin) -> Iterator[LossyProxy]:
    parts = urlsplit(twin.url)
    proxy = LossyProxy((parts.hostname, parts.port))
    yield proxy
    proxy.close()


@pytest.fixture
def far_till(till, proxy):
    till.identity = replace(till.identity, central_url=f"http://127.0.0.1:{proxy.port}")
    return till


def send_through(
    till, proxy: LossyProxy, faults: list[Fault], intervals: Intervals = IMPATIENT
) -> UpLane:
    """Sell once for each fault, on a new connection each time, and see it booked."""
    lane = UpLane(
        till.identity,
        outbox=till.journal,
        acknowledged=(0, 0),
        folder=till.folder,
        post=till.inbox.put,
        clock=till_clock(till),
        intervals=intervals,
    )
    for fault in faults:
        proxy.faults.append(fault)
        till.sell()
        lane.open()
        lane.work()
        lane.close()
        assert lane.acknowledged == till.journal.head
    return lane


def till_clock(_till) -> Callable:
    from central.clock import wall_clock

    return wall_clock


def test_the_control_a_cut_connection_is_noticed(far_till, proxy, twin):
    send_through(far_till, proxy, [Fault(Cut.REPLY, 10), Fault(Cut.REQUEST, 10)])
    assert len(proxy.met) == 2
    assert sum(path.endswith("/batches") for path in twin.app.requests) == 3


def boundaries(whole: int, *, seed: int) -> list[int]:
    """Return the bytes after which to cut: all, or both ends and a spread from a seed."""
    every = range(1, whole)
    if os.environ.get("EVERY_BYTE"):
        return list(every)
    return sorted({*every[:5], *every[-5:], *Random(seed).sample(every, min(100, len(every)))})


@pytest.mark.parametrize("kind", [Cut.REQUEST, Cut.REPLY, Cut.TRUNCATED])
@pytest.mark.timeout(600)
def test_every_sale_is_booked_once_wherever_the_connection_breaks(
    far_till, proxy, twin, books, kind
):
    far_till.tap()
    send_through(far_till, proxy, [Fault(Cut.DOUBLED)])
    request_bytes, reply_bytes = proxy.first_seen()
    whole = request_bytes if kind is Cut.REQUEST else reply_bytes
    assert whole > 300
    places = boundaries(whole, seed=kind.value)
    send_through(far_till, proxy, [Fault(kind, after) for after in places])
    assert len(proxy.met) == len(places) + 1
    expect_money(far_till, books)


def expect_money(till, books) -> None:
    """Each sale is in the books once, and so is its money."""
    books.expect_booked_once(till)
    sales = len([event for event in till.journal.events if event.kind.value == "sale.made"])
    assert sales > 0
    ((cash,),) = books.rows("SELECT SUM(cents) FROM leg WHERE account = 'cash'")
    assert cash == -sales * PRICE.cents


def test_a_network_that_does_all_of_it_at_once(far_till, proxy, books):
    """Reset, lost, cut, doubled, truncated and late, in an order from a seed."""
    chance = Random(5)
    kinds = list(Cut) * 3
    chance.shuffle(kinds)
    far_till.tap()
    faults = [Fault(kind, chance.randrange(1, 500), delay_s=0.6) for kind in kinds]
    send_through(far_till, proxy, faults, replace(IMPATIENT, timeout_s=0.3))
    assert len(proxy.met) == len(faults)
    proxy.close()
    expect_money(far_till, books)


def test_a_reply_that_comes_too_late_is_asked_for_again(far_till, proxy, twin, books):
    far_till.tap()
    late = [Fault(Cut.DELAYED, delay_s=0.8)] * 3
    send_through(far_till, proxy, late, replace(IMPATIENT, timeout_s=0.2))
    posts = sum(path.endswith("/batches") for path in twin.app.requests)
    assert posts >= 6, "each was sent again while the answer was still on its way"
    expect_money(far_till, books)


def test_a_doubled_request_is_booked_once(far_till, proxy, books):
    far_till.tap(20)
    send_through(far_till, proxy, [Fault(Cut.DOUBLED)] * 20)
    proxy.close()
    books.expect_booked_once(far_till)


def test_a_download_that_breaks_again_and_again_arrives_whole(far_till, proxy):
    proxy.faults.extend(Fault(Cut.REPLY, after) for after in (1, 100, 700, 20_000, 20_000, 1000))
    far_till.start(IMPATIENT)
    ready = far_till.wait_for(SnapshotReady)
    assert ready.path.read_bytes()[:16] == b"SQLite format 3\0"
    far_till.stop()
    replies = [reply for _, reply in proxy.seen]
    assert len(proxy.met) == 6
    assert replies
