"""What stands in a school's calendar: a day's trip and an evening of meetings with parents."""

from datetime import UTC, date, datetime, time, timedelta

from central.activities.plans import Activity
from central.meetings.evenings import Evening
from core.money import Money

TRIP_PRICE = Money(2000)


def day_trip(activity: str = "zoo", /, **changes: object) -> Activity:
    """Return a trip of one day: answered by 1 December, due in one piece on 15 January.

    activity: its id. changes: of `Activity`; another `price` alone is due in one piece, too.
    """
    price = changes.get("price", TRIP_PRICE)
    day = date(2027, 3, 1)
    plain = {
        "id": activity,
        "name": activity.capitalize(),
        "details": "",
        "place": "",
        "first_day": day,
        "last_day": day,
        "answer_by": date(2026, 12, 1),
        "places": None,
        "price": price,
        "takes_wallet": True,
        "instalments": ((date(2027, 1, 15), price),),
    }
    return Activity(**(plain | changes))


def parents_evening(evening: str = "autumn", /, *, now: datetime, **changes: object) -> Evening:
    """Return an evening of an hour, on 3 December; booked since yesterday, and until its noon.

    evening: its id. changes: of `Evening`.
    """
    plain = {
        "id": evening,
        "name": "Rencontres",
        "day": date(2026, 12, 3),
        "starts_at": time(17, 0),
        "ends_at": time(18, 0),
        "opens_at": now - timedelta(days=1),
        "closes_at": datetime(2026, 12, 3, 11, 0, tzinfo=UTC),
    }
    return Evening(**(plain | changes))
