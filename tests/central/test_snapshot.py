"""The copy for a terminal: whole, true at one moment, and told apart by its ETag."""

import hashlib
import sqlite3
import threading
import zlib
from base64 import b64encode

import pytest

from core.snapshot import (
    APPLICATION_ID,
    BADGE_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    PUPIL_COLUMNS,
    badge_from_row,
    meta_from_rows,
    order_from_row,
    product_from_row,
    pupil_from_row,
)
from core.wire import COPY_COMPONENTS


def fetch(till, **headers):
    path = f"/v1/terminals/{till.identity.terminal_id}/snapshot"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with till.channel.get(path, headers={"accept-encoding": "identity", **named}) as response:
        return response, b"".join(response.iter_raw())


def unpack(till, packed):
    path = till.folder / "copy.db"
    path.write_bytes(zlib.decompress(packed, 31))
    return sqlite3.connect(path)


def test_the_copy_is_read_by_the_cores_own_readers(centre, till):
    order = centre.orders(1)[0]
    till.collect(order)
    till.sell(order.pupil_id, 200)
    till.send()
    response, packed = fetch(till)
    till.channel.prove(response, COPY_COMPONENTS)
    digest = b64encode(hashlib.sha256(packed).digest()).decode()
    assert response.headers["repr-digest"] == f"sha-256=:{digest}:"
    copy = unpack(till, packed)
    assert copy.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    meta = meta_from_rows(dict(copy.execute("SELECT key, value FROM meta")))
    assert meta.settled == (1, 2)
    assert (meta.school_id, meta.terminal_id) == ("demo", till.identity.terminal_id)
    assert meta.made_at == till.clock()
    assert meta.policy == centre.school.school.policy
    pupils = [pupil_from_row(row) for row in copy.execute(f"SELECT {PUPIL_COLUMNS} FROM pupil")]
    assert {pupil.id: pupil for pupil, _ in pupils} == {
        pupil.id: pupil for pupil in centre.school.pupils
    }
    wallets = {pupil.id: wallets for pupil, wallets in pupils}
    assert wallets[order.pupil_id].general.cents == centre.balance(order.pupil_id)
    badges = [badge_from_row(row) for row in copy.execute(f"SELECT {BADGE_COLUMNS} FROM badge")]
    assert set(badges) == set(centre.school.records)
    products = [
        product_from_row(row) for row in copy.execute(f"SELECT {PRODUCT_COLUMNS} FROM product")
    ]
    assert {product.id for product in products} == {
        product.id for product in centre.school.products
    }
    orders = [
        order_from_row(row) for row in copy.execute(f"SELECT {ORDER_COLUMNS} FROM meal_order")
    ]
    assert {one.id for one in orders} == {
        one.id for one in centre.school.orders if one.day >= centre.school.today
    }
    copy.close()


def test_an_unchanged_copy_is_not_sent_again(centre, till):
    response, _ = fetch(till)
    etag = response.headers["etag"]
    again, body = fetch(till, if_none_match=etag)
    assert (again.status_code, body) == (304, b"")
    till.refuse()
    till.send()
    moved, body = fetch(till, if_none_match=etag)
    assert (moved.status_code, bool(body)) == (200, True)
    assert moved.headers["etag"] != etag
    settled, _ = fetch(till, if_none_match=moved.headers["etag"])
    assert settled.status_code == 304


def test_what_another_till_sold_changes_the_copy(centre, till):
    etag = fetch(till)[0].headers["etag"]
    other = centre.till("Till 2")
    other.sell(centre.orders(1)[0].pupil_id)
    other.send()
    assert fetch(till, if_none_match=etag)[0].status_code == 200


def test_a_broken_download_goes_on_where_it_stopped(centre, till):
    response, packed = fetch(till)
    etag = response.headers["etag"]
    part, rest = fetch(till, range="bytes=1000-", if_range=etag)
    till.channel.prove(part, COPY_COMPONENTS)
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 1000-{len(packed) - 1}/{len(packed)}"
    assert packed[:1000] + rest == packed
    assert part.headers["repr-digest"] == response.headers["repr-digest"]


@pytest.mark.parametrize("asked", ["bytes=0-99", "bytes=-5", "lines=1-", "bytes=999999999-", "x"])
def test_a_range_that_is_not_served_gives_the_whole(till, asked):
    response, packed = fetch(till)
    again, body = fetch(till, range=asked, if_range=response.headers["etag"])
    assert (again.status_code, body) == (200, packed)


def test_a_part_of_an_outdated_copy_is_not_sent(centre, till):
    etag = fetch(till)[0].headers["etag"]
    till.refuse()
    till.send()
    response, _ = fetch(till, range="bytes=1000-", if_range=etag)
    assert response.status_code == 200


def test_balance_and_settled_are_of_one_moment(centre, till):
    """Whatever is being booked meanwhile, balance plus what is settled never differ."""
    pupil = centre.orders(1)[0].pupil_id
    before = centre.balance(pupil)
    selling = centre.till("Till 2")
    for _ in range(40):
        selling.sell(pupil, 1)
    copies = []
    stop = threading.Event()

    def look():
        while not stop.is_set():
            copy = unpack(selling, fetch_with_own_channel(selling))
            settled = copy.execute("SELECT value FROM meta WHERE key = 'settled_seq'").fetchone()
            cents = copy.execute(
                "SELECT general_cents FROM pupil WHERE id = ?", (pupil,)
            ).fetchone()
            copies.append((int(settled[0]), int(cents[0])))
            copy.close()

    looker = threading.Thread(target=look)
    looker.start()
    for first in range(1, 41):
        selling.send(first, first)
    stop.set()
    looker.join(60)
    assert copies
    assert {cents + settled for settled, cents in copies} == {before}


def fetch_with_own_channel(till):
    from sync.channel import Channel

    channel = Channel(till.identity, ca_file=None, clock=till.clock)
    try:
        path = f"/v1/terminals/{till.identity.terminal_id}/snapshot"
        with channel.get(path, headers={}) as response:
            return b"".join(response.iter_raw())
    finally:
        channel.close()


def test_the_day_passes(centre, till, clock):
    etag = fetch(till)[0].headers["etag"]
    clock.advance(days=1)
    response, packed = fetch(till, if_none_match=etag)
    assert response.status_code == 200
    copy = unpack(till, packed)
    days = {row[0] for row in copy.execute("SELECT day FROM meal_order")}
    copy.close()
    assert min(days) == "2026-11-25"
