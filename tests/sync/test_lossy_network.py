"""A selling terminal behind a network that breaks at every single byte."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from lossy_proxy import Cut, Fault, LossyProxy

from sync.intervals import Intervals
from sync.ports import SnapshotReady
from sync.up import UpLane

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


def send_through(till, proxy: LossyProxy, faults: list[Fault]) -> UpLane:
    """Sell once for each fault, on a new connection each time, and see it booked."""
    lane = UpLane(
        till.identity,
        outbox=till.journal,
        acknowledged=(0, 0),
        folder=till.folder,
        post=till.inbox.put,
        clock=till_clock(till),
        intervals=IMPATIENT,
    )
    for fault in faults:
        proxy.faults.append(fault)
        till.refuse()
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


@pytest.mark.parametrize("kind", [Cut.REQUEST, Cut.REPLY, Cut.TRUNCATED])
def test_every_fact_is_booked_once_wherever_the_connection_breaks(
    far_till, proxy, twin, books, kind
):
    far_till.tap()
    send_through(far_till, proxy, [Fault(Cut.DOUBLED)])
    request_bytes, reply_bytes = proxy.first_seen()
    whole = request_bytes if kind is Cut.REQUEST else reply_bytes
    assert whole > 300
    send_through(far_till, proxy, [Fault(kind, after) for after in range(1, whole)])
    assert len(proxy.met) == whole
    books.expect_booked_once(far_till)


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
