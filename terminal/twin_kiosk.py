"""The memory twin of a kiosk: sessions, days and answers from a script, without a till behind."""

import threading
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from core.ids import CommandId
from core.kiosk import Wanted
from core.order_facts import SlipKind
from terminal.board import Content
from terminal.ports import NoSessionError
from terminal.speech import SilentSpeaker

_SATURDAY: Final = 5
SESSION: Final = "tap-kiosk"
_DISHES: Final = (
    ("main-1", "Carbonnade à la flamande, frites", 450, ("gluten", "mustard")),
    ("vegetarian-1", "Dahl de lentilles, riz", 450, ("celery",)),
    ("sandwich", "Sandwich crudités, fromage", 350, ("gluten", "eggs", "milk")),
)
_SCHOOL_DAYS: Final = 15
_ORDERED_DAYS: Final = 11


def twin_view(*, allergens: tuple[str, ...] = ("milk",), **changes: object) -> Content:
    """Return what the page shows of a pupil on Tuesday 24 November 2026, at noon.

    Today's meal is ordered and its orders are closed; tomorrow's waits for the pupil. changes: to
    the whole; days: by their dates, changes to each.
    """
    days = changes.pop("days", {})
    assert isinstance(days, Mapping), "days are changed by their dates"
    return {
        "session": SESSION,
        "name": "Léa V.",
        "class_name": "3B",
        "language": "fr",
        "allergens": list(allergens),
        "general_cents": 2340,
        "reserve_cents": 4000,
        "is_provisional": False,
        "is_day_known": True,
        "today": "2026-11-24",
        "days": [{**day, **days.get(day["day"], {})} for day in _days(allergens)],
        "can_top_up": True,
        **changes,
    }


def twin_order(product: str = "main-1", state: str = "reserved") -> Content:
    """Return an order as a day holds it."""
    _, name, cents, _ = next(dish for dish in _DISHES if dish[0] == product)
    return {"product": product, "name": name, "price_cents": cents, "state": state}


def twin_dues() -> list[Content]:
    """Return a trip of which the first instalment is overdue, and one that is paid."""

    def part(number: int, due_on: str, cents: int, state: str) -> Content:
        paid = cents if state == "paid" else 0
        return {
            "number": number,
            "due_on": due_on,
            "cents": cents,
            "paid_cents": paid,
            "state": state,
        }

    return [
        {
            "id": "rome-lea",
            "label": "Voyage à Rome",
            "communication": "+++090/9337/55493+++",
            "owed_cents": 42_000,
            "paid_cents": 0,
            "now_cents": 12_000,
            "state": "late",
            "instalments": [
                part(1, "2026-11-20", 12_000, "late"),
                part(2, "2027-01-15", 15_000, "open"),
                part(3, "2027-02-15", 15_000, "open"),
            ],
        },
        {
            "id": "museum-lea",
            "label": "Musée de la vie wallonne",
            "communication": "+++090/9337/55594+++",
            "owed_cents": 850,
            "paid_cents": 850,
            "now_cents": 0,
            "state": "paid",
            "instalments": [part(1, "2026-12-04", 850, "paid")],
        },
    ]


def _days(allergens: tuple[str, ...]) -> list[dict[str, object]]:
    today = date(2026, 11, 24)
    ahead = (today + timedelta(days=count) for count in range(_SCHOOL_DAYS * 2))
    days = [day for day in ahead if day.weekday() < _SATURDAY][:_SCHOOL_DAYS]
    return [_day(day, place, allergens) for place, day in enumerate(days)]


def _day(day: date, place: int, allergens: tuple[str, ...]) -> dict[str, object]:
    is_far = place > _ORDERED_DAYS
    return {
        "day": day.isoformat(),
        "closes_at": f"{day.isoformat()}T08:00:00.000Z",
        "opens_on": (day - timedelta(days=_SCHOOL_DAYS)).isoformat(),
        "why": "too_late" if place == 0 else "too_early" if is_far else None,
        "dishes": []
        if is_far
        else [
            {
                "id": product,
                "name": name,
                "category": "meal",
                "price_cents": cents,
                "allergens": list(words),
                "conflicts": [word for word in words if word in allergens],
            }
            for product, name, cents, words in _DISHES
        ],
        "order": twin_order(state="collected") if place == 0 else None,
        "requests": [],
    }


class TwinKiosk:
    """A kiosk that answers what it was told to. Any thread may call.

    views: what each session shows. answers: what the next orders get, the first first; each may
    hold a `view` that the session shows from then on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.views: dict[str, Content] = {}
        self.answers: list[Mapping[str, object]] = []
        self.orders: list[Wanted] = []
        self.slips: list[SlipKind] = []
        self.stays = 0
        self.has_printer = True
        self.speaker = SilentSpeaker(can_speak=True)

    @property
    def can_speak(self) -> bool:
        """Whether anything is kept of what is said."""
        return self.speaker.can_speak

    def look(self, session_id: str) -> Content:
        """Return what a session shows."""
        with self._lock:
            return self._view(session_id)

    def stay(self, session_id: str) -> None:
        """Count that somebody is still there."""
        with self._lock:
            self._view(session_id)
            self.stays += 1

    def end(self, session_id: str) -> None:
        """Forget a session."""
        with self._lock:
            self.views.pop(session_id, None)

    def order(self, session_id: str, wanted: Wanted) -> Content:
        """Give the next answer, and show its view from now on."""
        with self._lock:
            self._view(session_id)
            self.orders.append(wanted)
            answer = self.answers.pop(0)
            view = answer.get("view")
            if isinstance(view, Mapping):
                self.views[session_id] = view
            return answer

    def print_slip(self, session_id: str, slip: SlipKind, command: CommandId) -> Content:
        """Keep which slip was wanted."""
        assert command, "the page makes a command's id"
        with self._lock:
            self._view(session_id)
            self.slips.append(slip)
        return {"is_printed": self.has_printer}

    def say(self, text: str, language: str) -> None:
        """Keep what would be heard."""
        self.speaker.say(text, language)

    def _view(self, session_id: str) -> Content:
        if session_id not in self.views:
            raise NoSessionError("nobody stands at the kiosk under that name any more")
        return self.views[session_id]
