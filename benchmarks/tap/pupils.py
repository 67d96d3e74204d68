"""Who comes to the counter: a demo school's pupils, and the copy that the centre makes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from central.clock import wall_clock
from central.load import load_school
from central.seed import DemoSchool, demo_day
from central.snapshot_file import write_copy
from central.store import open_store
from central.terminals import find_terminal
from core.chain import GENESIS
from core.ids import TerminalId
from core.money import Money
from core.orders import OrderState
from core.people import BadgeState
from core.tap import Credential, badge_key

TERMINAL = TerminalId("t-1")
ENOUGH = Money(100_000_000)


def today() -> date:
    return demo_day(wall_clock())


def generous(school: DemoSchool) -> DemoSchool:
    """Return a school in which nobody ordered, and sales have no end."""
    policy = replace(
        school.school.policy,
        overdraft_max=ENOUGH,
        pupil_offline_max=ENOUGH,
        terminal_offline_max=ENOUGH,
        terminal_offline_count_max=1_000_000,
        snapshot_stop=timedelta(days=1000),
    )
    return replace(school, school=replace(school.school, policy=policy), orders=())


def make_copy(school: DemoSchool, folder: Path) -> Path:
    """Have the centre's own code write the copy for one terminal."""
    store = open_store(str(folder / "central.db"))
    load_school(store, school)
    row = (school.school.id, TERMINAL, "Till 1", "active", 0, 0, GENESIS, 1, "")
    columns = (
        *("school_id", "id", "name", "state", "high_epoch", "high_seq", "head_hash", "next_epoch"),
        "enrolled_at",
    )
    with store.database.writing() as session:
        session.insert_many("terminal", columns, [row])
    path = folder / "snapshot.db"
    now = datetime.now(UTC)  # noqa: TID251  a benchmark runs on the real clock
    with store.database.reading() as session:
        write_copy(session, find_terminal(session, TERMINAL), path, today=school.today, now=now)
    store.close()
    return path


def badges_by_key(school: DemoSchool) -> dict[str, Credential]:
    """Return the active badges by the pupil whom they serve, but those whose parents set limits.

    Theirs may be refused, or asked about first.
    """
    plain = {
        badge_key(badge.credential, school_key=school.school.badge_key): badge.credential
        for badge in school.badges
    }
    return {
        record.pupil_id: plain[record.key]
        for record in school.records
        if record.state is BadgeState.ACTIVE
        and record.key in plain
        and record.pupil_id not in school.limits
    }


def collections(school: DemoSchool) -> Iterator[tuple[date, Credential]]:
    """Yield who comes on which day for a meal that waits, day by day; each pupil once a day."""
    credentials = badges_by_key(school)
    seen: set[tuple[date, str]] = set()
    for order in sorted(school.orders, key=lambda order: (order.day, order.id)):
        place = (order.day, order.pupil_id)
        is_waiting = order.state is OrderState.RESERVED and order.day >= school.today
        if is_waiting and order.pupil_id in credentials and place not in seen:
            seen.add(place)
            yield order.day, credentials[order.pupil_id]


def sales(school: DemoSchool) -> Iterator[tuple[date, Credential]]:
    """Yield who comes on which day without an order."""
    for ahead in range(30):
        for credential in badges_by_key(school).values():
            yield school.today + timedelta(days=ahead), credential
