"""The day at a glance: orders, sales, what waits for the bursar, how the terminals are."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from central.database import Session
from central.event_places import OF_ARRIVAL
from central.pages.terminals import told_terminals
from central.pages.visit import Visit
from central.records import School
from central.terminals import Terminal
from core.codec import moment_text
from core.orders import OrderState

_EVENTS_A_DAY = 5000
"""The last events of a terminal among which its sales of the day are looked for: more than a day's,
and few enough to be read by their key."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and what they cost together."""

    count: int
    cents: int


def show(visit: Visit) -> Response:
    """Show today."""
    school = visit.school
    with visit.store.database.reading() as session:
        terminals = told_terminals(session, school.id, now=visit.now)
        orders = order_tallies(session, school, visit.today)
        sales = _sales(session, school, [one.terminal for one in terminals], visit.today)
        waiting = session.row(
            "SELECT COUNT(*) FROM exception WHERE school_id = ? AND settled_at IS NULL", school.id
        )
    assert waiting is not None, "an aggregate has one row"
    return visit.page(
        "day.html",
        shown=visit.today,
        orders=orders,
        sales=sales,
        exceptions_open=waiting[0],
        terminals=terminals,
        with_acts=False,
    )


def order_tallies(session: Session, school: School, day: date) -> dict[str, Tally]:
    """Return how many orders of a day stand in each state."""
    rows = session.rows(
        "SELECT state, COUNT(*), SUM(price_cents) FROM meal_order"
        " WHERE school_id = ? AND day = ? GROUP BY state",
        school.id,
        day.isoformat(),
    )
    found = {row[0]: Tally(int(row[1]), int(row[2])) for row in rows}
    return {state.value: found.get(state.value, Tally(0, 0)) for state in OrderState}


def _sales(
    session: Session, school: School, terminals: list[Terminal], day: date
) -> dict[str, int]:
    """Return what was sold on a day by the category of products, in cents; refunds taken off."""
    begins, ends = _bounds(school, day)
    in_day = f"e.school_id = ? AND {OF_ARRIVAL} AND e.at >= ? AND e.at < ?"
    each = session.each("event", "e", on=in_day, along="place")
    sums: dict[str, int] = {}
    for terminal in terminals:
        epoch, seq = terminal.high_water
        rows = session.rows(
            "SELECT COALESCE(l.owner, e.target_owner), SUM(COALESCE(l.cents, e.cents))"  # noqa: S608  our own words
            f" FROM arrival a {each} LEFT JOIN posted_leg l"
            " ON l.school_id = a.school_id AND l.booking_id = e.id AND l.account = 'sales'"
            " WHERE a.school_id = ? AND a.terminal_id = ? AND a.epoch = ? AND a.last_seq > ?"
            " AND (l.cents IS NOT NULL OR (e.source IS NOT NULL AND e.kind = 'sale.made'))"
            " GROUP BY 1",
            school.id,
            moment_text(begins),
            moment_text(ends),
            school.id,
            terminal.id,
            epoch,
            seq - _EVENTS_A_DAY,
        )
        for category, cents in rows:
            sums[category] = sums.get(category, 0) + int(cents)
    return dict(sorted(sums.items()))


def _bounds(school: School, day: date) -> tuple[datetime, datetime]:
    """Return the moments between which a school's day lies."""

    def begin(of: date) -> datetime:
        starts_at: time = school.day_starts_at
        return datetime.combine(of, starts_at, school.calendar.zone)

    return begin(day), begin(day + timedelta(days=1))
