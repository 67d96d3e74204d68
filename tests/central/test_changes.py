"""Changes applied to an old copy give the new copy, row for row."""

import threading

import pytest
from copy_rig import fetch_changes, fetch_copy

from central.changes import ROWS_MAX
from central.feed import advance_feed
from core.presence_rows import (
    ABSENCE_COLUMNS,
    ENROLMENT_COLUMNS,
    LATE_COLUMNS,
    PRESENCE_COLUMNS,
    SESSION_COLUMNS,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
)
from core.snapshot import (
    APPOINTMENT_COLUMNS,
    BADGE_COLUMNS,
    BOUGHT_COLUMNS,
    COMMUNICATION_COLUMNS,
    INSTALMENT_COLUMNS,
    INVOICE_COLUMNS,
    LIMIT_COLUMNS,
    ORDER_COLUMNS,
    PHOTO_COLUMNS,
    PRODUCT_COLUMNS,
    PUPIL_COLUMNS,
    REQUEST_COLUMNS,
    STAFF_BADGE_COLUMNS,
    STAFF_COLUMNS,
)
from sync.errors import RefusedError

COLUMNS = {
    "pupil": PUPIL_COLUMNS,
    "badge": BADGE_COLUMNS,
    "product": PRODUCT_COLUMNS,
    "meal_order": ORDER_COLUMNS,
    "menu": "day, product_id",
    "staff": STAFF_COLUMNS,
    "staff_badge": STAFF_BADGE_COLUMNS,
    "pupil_limit": LIMIT_COLUMNS,
    "pupil_bought": BOUGHT_COLUMNS,
    "pupil_photo": PHOTO_COLUMNS,
    "order_request": REQUEST_COLUMNS,
    "study_session": SESSION_COLUMNS,
    "study_enrolment": ENROLMENT_COLUMNS,
    "study_presence": PRESENCE_COLUMNS,
    "late_arrival": LATE_COLUMNS,
    "absence": ABSENCE_COLUMNS,
    WITHDRAWALS: WITHDRAWAL_COLUMNS,
    "pupil_communication": COMMUNICATION_COLUMNS,
    "invoice": INVOICE_COLUMNS,
    "instalment": INSTALMENT_COLUMNS,
    "appointment": APPOINTMENT_COLUMNS,
}


def apply(copy, changes):
    copy.execute("BEGIN")
    for table, rows in changes.rows.items():
        columns = COLUMNS[table]
        marks = ",".join("?" * (columns.count(",") + 1))
        copy.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", rows)
    copy.execute("DELETE FROM meta")
    copy.executemany("INSERT INTO meta VALUES (?, ?)", changes.meta.items())
    copy.execute("COMMIT")


def content(copy):
    tables = {
        table: sorted(copy.execute(f"SELECT {columns} FROM {table}").fetchall())
        for table, columns in COLUMNS.items()
    }
    return tables | {"meta": sorted(copy.execute("SELECT key, value FROM meta").fetchall())}


def test_an_old_copy_with_the_changes_is_the_new_copy(centre, till, tmp_path):
    copy, etag, cursor = fetch_copy(till, tmp_path / "old.db")
    meals = centre.orders(6)
    for order in meals:
        till.collect(order)
        till.sell(order.pupil_id, 30)
    till.send()
    other = centre.till("Till 2")
    other.sell(meals[0].pupil_id, 70)
    other.send()
    with centre.store.database.writing() as session:
        place = advance_feed(session, "demo")
        session.run(
            "UPDATE badge SET state = 'blocked', cursor = ? WHERE pupil_id = ?",
            place,
            meals[1].pupil_id,
        )
    changes = fetch_changes(till, cursor, if_none_match=etag)
    assert len(changes.rows["pupil"]) == 6
    apply(copy, changes)
    new, new_etag, new_cursor = fetch_copy(till, tmp_path / "new.db")
    assert (changes.etag, changes.cursor) == (new_etag, new_cursor)
    assert content(copy) == content(new)
    assert fetch_changes(till, changes.cursor, if_none_match=changes.etag) is None
    copy.close()
    new.close()


def test_a_refused_tap_changes_only_what_is_settled(centre, till, tmp_path):
    copy, etag, cursor = fetch_copy(till, tmp_path / "old.db")
    copy.close()
    till.refuse()
    till.send()
    changes = fetch_changes(till, cursor, if_none_match=etag)
    assert changes.meta["settled_seq"] == "1"
    assert not any(changes.rows.values())


@pytest.mark.parametrize("after", ["", "x", "-1", "999999", "1;DROP"])
def test_a_place_of_another_feed_is_gone(till, after):
    with pytest.raises(RefusedError) as caught:
        fetch_changes(till, after)
    assert (caught.value.status, caught.value.problem) == (410, "gone")


def test_too_many_changes_are_gone(centre, till):
    assert len(centre.school.orders) > ROWS_MAX
    with pytest.raises(RefusedError) as caught:
        fetch_changes(till, "0")
    assert caught.value.status == 410


def test_a_blocked_badge_is_told_while_the_terminal_waits(centre, till, tmp_path):
    copy, etag, cursor = fetch_copy(till, tmp_path / "old.db")
    copy.close()
    badge = centre.school.records[0]
    told = []

    def wait():
        told.append(fetch_changes(till, cursor, if_none_match=etag, prefer="wait=20"))

    waiting = threading.Thread(target=wait)
    waiting.start()
    with centre.store.database.writing() as session:
        place = advance_feed(session, "demo")
        session.run(
            "UPDATE badge SET state = 'blocked', cursor = ? WHERE key = ?", place, badge.key
        )
    waiting.join(5)
    assert not waiting.is_alive()
    assert [row[:3] for row in told[0].rows["badge"]] == [(badge.key, badge.pupil_id, "blocked")]


def test_waiting_ends_when_the_service_stops(centre, till, tmp_path):
    copy, etag, cursor = fetch_copy(till, tmp_path / "old.db")
    copy.close()
    told = []

    def wait():
        told.append(fetch_changes(till, cursor, if_none_match=etag, prefer="wait=50"))

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not any(path.endswith("/changes") for path in centre.twin.app.requests):
        pass
    centre.twin.stop()
    waiting.join(5)
    assert told == [None]
    centre.twin.start()
