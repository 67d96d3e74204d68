"""What a page gets to know of a request, and the two ways in which it answers.

A page is a function from a `Visit` to an answer. It runs in a thread of the pages' own pool, and
reads and writes the store; of HTTP it sees nothing but names and values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from central.database import Row, Session
from central.pages.users import Role, User
from central.pages.voice import Voice
from central.records import School
from central.store import Store
from core.codec import moment_text
from core.ids import uuid7

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = Path(__file__).parent
OFFICE: Final = "/office"
FAMILY: Final = "/family"
_ENTROPY_BYTES = 10
_ONCE_LETTERS_MAX = 64
_OFFICE_NAVIGATION: Final = tuple(
    (f"{OFFICE}/{word}" if word else OFFICE, word or "day")
    for word in (
        "",
        "pupils",
        "orders",
        "presence",
        "activities",
        "meetings",
        "families",
        "exceptions",
        "closings",
        "bank",
        "terminals",
        "audit",
    )
)
_FAMILY_NAVIGATION: Final = (
    (FAMILY, "children"),
    (f"{FAMILY}/activities", "activities"),
    (f"{FAMILY}/invoices", "invoices"),
    (f"{FAMILY}/meetings", "meetings"),
    (f"{FAMILY}/timetable", "timetable"),
)
"""Addresses in every page's head, with the part of their word after `nav.`."""


class RefusedError(Exception):
    """A page is not shown, or a form not taken. word: the key of the sentence that says why."""

    def __init__(self, word: str, *, status: int) -> None:
        super().__init__(word)
        self.word = word
        self.status = status


class NotHereError(RefusedError):
    """There is no such thing at this school; another school's things are none of it, too."""

    def __init__(self) -> None:
        super().__init__("refused.not_here", status=404)


class FormError(RefusedError):
    """A form cannot be taken; the sentence says what to do."""

    def __init__(self, word: str) -> None:
        super().__init__(word, status=422)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a user who has signed in.

    ids: the names in the address. asked: what follows its question mark. form: the fields of a
    form that was sent. upload: the file that came along. address: of the centre, for terminals.
    """

    store: Store
    now: datetime
    user: User
    school: School
    voice: Voice
    csrf: str
    path: str
    address: str
    ids: Mapping[str, str]
    asked: Mapping[str, str]
    form: Mapping[str, str]
    upload: bytes = b""
    upload_name: str = ""

    @property
    def home(self) -> str:
        """Where a user's pages begin."""
        return home_of(self.user.role)

    @property
    def today(self) -> date:
        """The school's day."""
        return self.school.calendar.business_day(self.now)

    def asked_day(self, name: str = "day") -> date:
        """Return the day that was asked for; today where none, or no day, was."""
        try:
            return date.fromisoformat(self.asked.get(name, ""))
        except ValueError:
            return self.today

    def field(self, name: str) -> str:
        """Return what was written into a field, without blanks around it."""
        return self.form.get(name, "").strip()

    def once(self) -> str:
        """Return the id that a form carries, so that sent twice it is done once."""
        carried = self.field("once")
        if not 1 <= len(carried) <= _ONCE_LETTERS_MAX:
            raise FormError("refused.old_form")
        return carried

    def new_id(self) -> str:
        """Return a new id for a form to carry along, see `once`."""
        at_ms = int(self.now.timestamp() * 1000)
        return uuid7(at_ms=at_ms, entropy=self.store.entropy(_ENTROPY_BYTES))

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Answer with a page."""
        known = {
            "visit": self,
            "user": self.user,
            "school": self.school,
            "is_admin": self.user.role is Role.ADMIN,
            "csrf": self.csrf,
            "done": self.asked.get("done", ""),
            "here": self.path,
            "home": self.home,
            "navigation": _OFFICE_NAVIGATION if self.home == OFFICE else _FAMILY_NAVIGATION,
        }
        return render(template, self.voice, status=status, **(known | values))

    def go(self, path: str, *, done: str = "", **asked: str) -> Response:
        """Answer a form: lead to a page. done: the key after `done.` of what that page says."""
        path = quote(path)
        query = urlencode({name: value for name, value in {**asked, "done": done}.items() if value})
        return RedirectResponse(f"{path}?{query}" if query else path, status_code=303)


Page = Callable[[Visit], Response]


def home_of(role: Role) -> str:
    """Return where the pages of a role begin."""
    return FAMILY if role is Role.PARENT else OFFICE


def render(template: str, voice: Voice, *, status: int = 200, **values: object) -> Response:
    """Return a page that is made of a template."""
    environment = _environment()
    told = {
        "language": voice.language.value,
        "say": voice.say,
        "count": voice.count,
        "term": voice.term,
        "money": voice.money,
        "day": voice.day,
        "moment": voice.moment,
        "time": voice.time,
        "number": voice.number,
        "known": voice.words,
        **values,
    }
    parts = environment.get_template("parts.html").make_module(told)
    content = environment.get_template(template).render(told, parts=parts)
    return HTMLResponse(content, status_code=status)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  loads late

    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["machine"] = moment_text
    return environment


def one_row(session: Session, sql: str, *values: str | int) -> Row:
    """Return the row that a statement must find. Raises NotHereError when it finds none."""
    row = session.row(sql, *values)
    if row is None:
        raise NotHereError
    return row
