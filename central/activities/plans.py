"""Activities as the office plans them: what, when, where, for how much, and until when to answer.

A planned activity is changed only where nobody is harmed: its deadline, its places and its words.
Its price stands in invoices, and whoever wants another one cancels it and plans anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from central.audit import write_audit
from central.database import Row, Session
from central.errors import RecordError
from central.store import Store
from core.codec import moment_text
from core.ids import SchoolId
from core.money import ZERO, Money, sum_money
from core.text import printable

_NAME_MAX, _DETAILS_MAX, _ID_MAX = 80, 1000, 64
_INSTALMENTS_MAX = 12
_CENTS_MAX = 1_000_000


class ActivityState(StrEnum):
    """Where an activity stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    """It does not take place: every invoice was credited."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity.

    last_day: equals first_day for a day's trip. answer_by: the last day on which parents may
    answer, and change their answer. places: None for as many as come. instalments: day and
    amount, which make the price; none when it is free. takes_wallet: the school lets the general
    wallet pay it.
    """

    id: str
    name: str
    details: str
    place: str
    first_day: date
    last_day: date
    answer_by: date
    places: int | None
    price: Money
    takes_wallet: bool
    instalments: tuple[tuple[date, Money], ...]
    state: ActivityState = ActivityState.PLANNED

    def may_answer(self, today: date) -> bool:
        """Say whether parents may still answer on a day of the school's."""
        return self.state is ActivityState.PLANNED and today <= self.answer_by


def plan_activity(
    store: Store, school: SchoolId, activity: Activity, *, who: str, now: datetime
) -> Activity:
    """Plan an activity. Its id is made by the asker: the same again changes nothing.

    Raises RecordError when its days, places, price or instalments make no sense.
    """
    made = _checked(activity)
    with store.database.writing() as session:
        known = find_activity(session, school, made.id)
        if known is not None:
            return known
        session.insert_many(
            "activity",
            (
                "school_id",
                "id",
                "name",
                "details",
                "place",
                "first_day",
                "last_day",
                "answer_by",
                "places",
                "price_cents",
                "takes_wallet",
                "state",
                "planned_at",
            ),
            [
                (
                    school,
                    made.id,
                    made.name,
                    made.details,
                    made.place,
                    made.first_day.isoformat(),
                    made.last_day.isoformat(),
                    made.answer_by.isoformat(),
                    made.places,
                    made.price.cents,
                    int(made.takes_wallet),
                    made.state.value,
                    moment_text(now),
                )
            ],
        )
        session.insert_many(
            "activity_instalment",
            ("school_id", "activity_id", "number", "due_on", "cents"),
            [
                (school, made.id, number, due_on.isoformat(), amount.cents)
                for number, (due_on, amount) in enumerate(made.instalments, start=1)
            ],
        )
        words = f"activity planned: {made.name}, {made.price.text()} euro"
        write_audit(session, school, who=who, what=words, subject=made.id, at=now)
    return made


def set_deadline(
    store: Store, school: SchoolId, *, activity: str, answer_by: date, who: str, now: datetime
) -> Activity:
    """Let parents answer until another day. Raises RecordError after the activity has begun."""
    with store.database.writing() as session:
        known = lock_activity(session, school, activity)
        changed = _checked(replace(known, answer_by=answer_by))
        if changed == known:
            return known
        session.run(
            "UPDATE activity SET answer_by = ? WHERE school_id = ? AND id = ?",
            answer_by.isoformat(),
            school,
            activity,
        )
        words = f"answers until {answer_by.isoformat()}"
        write_audit(session, school, who=who, what=words, subject=activity, at=now)
    return changed


def _checked(activity: Activity) -> Activity:
    name = printable(activity.name).strip()
    fault = (
        (not 1 <= len(activity.id) <= _ID_MAX, "its id has 1 to 64 characters"),
        (not 1 <= len(name) <= _NAME_MAX, f"its name has 1 to {_NAME_MAX} characters"),
        (len(activity.details) > _DETAILS_MAX, f"write at most {_DETAILS_MAX} characters about it"),
        (len(activity.place) > _NAME_MAX, f"its place has at most {_NAME_MAX} characters"),
        (activity.last_day < activity.first_day, "it ends before it begins; look at its days"),
        (
            activity.answer_by > activity.first_day,
            "parents answer at the latest on the day that it begins",
        ),
        (activity.places is not None and activity.places < 1, "it has at least one place"),
        (not 0 <= activity.price.cents <= _CENTS_MAX, "its price is 0 to 10,000 euro"),
        *_instalment_faults(activity.price, activity.instalments),
    )
    for is_wrong, words in fault:
        if is_wrong:
            message = f"this activity cannot be planned: {words}"
            raise RecordError(message)
    return replace(
        activity,
        name=name,
        details="\n".join(printable(line) for line in activity.details.splitlines()).strip(),
        place=printable(activity.place).strip(),
    )


def _instalment_faults(
    price: Money, instalments: Sequence[tuple[date, Money]]
) -> list[tuple[bool, str]]:
    total = sum_money(amount for _, amount in instalments)
    days = [due_on for due_on, _ in instalments]
    return [
        (len(instalments) > _INSTALMENTS_MAX, f"it has at most {_INSTALMENTS_MAX} instalments"),
        (any(amount <= ZERO for _, amount in instalments), "an instalment is above 0"),
        (
            total != price,
            f"its instalments make {total.text()} euro, its price is {price.text()}",
        ),
        (days != sorted(set(days)), "its instalments are due one after the other"),
    ]


# --- reading -----------------------------------------------------------------------------------

_COLUMNS = (
    "id, name, details, place, first_day, last_day, answer_by, places, price_cents, takes_wallet,"
    " state"
)


def find_activity(session: Session, school: SchoolId, activity: str) -> Activity | None:
    """Return an activity; None when this school has none of this id."""
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM activity WHERE school_id = ? AND id = ?",  # noqa: S608
        school,
        activity,
    )
    found = _whole(session, school, rows)
    return found[0] if found else None


def read_activity(session: Session, school: SchoolId, activity: str) -> Activity:
    """Return an activity. Raises RecordError when there is none of this id."""
    found = find_activity(session, school, activity)
    if found is None:
        message = f"there is no activity {activity} at school {school}"
        raise RecordError(message)
    return found


def lock_activity(session: Session, school: SchoolId, activity: str) -> Activity:
    """Return an activity whose places nobody else may give away until the transaction ends."""
    session.rows_by(
        "SELECT id FROM activity WHERE school_id = ? AND id IN", [activity], school, lock=True
    )
    return read_activity(session, school, activity)


def list_activities(
    session: Session, school: SchoolId, ids: Sequence[str] | None = None
) -> list[Activity]:
    """Return a school's activities, the last planned day first. ids: only these."""
    if ids is not None:
        sql = f"SELECT {_COLUMNS} FROM activity WHERE school_id = ? AND id IN"  # noqa: S608
        rows = session.rows_by(sql, sorted(set(ids)), school)
    else:
        sql = f"SELECT {_COLUMNS} FROM activity WHERE school_id = ?"  # noqa: S608
        rows = session.rows(sql, school)
    found = _whole(session, school, rows)
    return sorted(found, key=lambda one: (one.first_day, one.id), reverse=True)


def _whole(session: Session, school: SchoolId, rows: Sequence[Row]) -> list[Activity]:
    parts: dict[str, list[tuple[int, date, Money]]] = {row[0]: [] for row in rows}
    for row in session.rows_by(
        "SELECT activity_id, number, due_on, cents FROM activity_instalment"
        " WHERE school_id = ? AND activity_id IN",
        sorted(parts),
        school,
    ):
        parts[row[0]].append((row[1], date.fromisoformat(row[2]), Money(row[3])))
    return [
        Activity(
            id=row[0],
            name=row[1],
            details=row[2],
            place=row[3],
            first_day=date.fromisoformat(row[4]),
            last_day=date.fromisoformat(row[5]),
            answer_by=date.fromisoformat(row[6]),
            places=row[7],
            price=Money(row[8]),
            takes_wallet=bool(row[9]),
            instalments=tuple((due_on, amount) for _, due_on, amount in sorted(parts[row[0]])),
            state=ActivityState(row[10]),
        )
        for row in rows
    ]
