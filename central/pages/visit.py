"""What a page gets to know of a request, and the two ways in which it answers.

A page is a function from a `Visit` to an answer. It runs in a thread of the pages' own pool, or for
a crowd on the loop (`central.pages.crowd`), and reads and writes the store; of HTTP it sees nothing
but names and values.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from central.database import Row, Session
from central.pages.mould import fill, mark
from central.pages.template import text_of
from central.pages.users import Role, User
from central.pages.voice import Voice
from central.records import School
from central.store import Store
from core.ids import uuid7

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
            "user_name": self.user.name,
            "school_name": self.school.header.name,
            "is_admin": self.user.role is Role.ADMIN,
            "csrf": self.csrf,
            "new_id": self.new_id,
            "done": self.asked.get("done", ""),
            "here": self.path,
            "home": self.home,
            "navigation": self._navigation,
        }
        return render(template, self.voice, status=status, **(known | values))

    def moulded(
        self,
        template: str,
        *,
        status: int = 200,
        shape: Mapping[str, Hashable],
        blanks: Mapping[str, str],
    ) -> Response:
        """Answer with a page of which many ask, see `central.pages.mould`.

        A form of it puts `once` where an ordinary page asks for a new id.
        """
        before, rest = self._place()
        done = self.asked.get("done", "")
        known: dict[str, Hashable] = {
            "school_name": self.school.header.name,
            "done": done if f"done.{done}" in self.voice.words else "",
            "here": f"{before}{mark('rest')}" if rest else before,
            "home": self.home,
            "navigation": self._navigation,
        }
        own = {"user_name": self.user.name, "csrf": self.csrf, "rest": rest}
        text = fill(template, self.voice, shape={**known, **shape}, blanks={**own, **blanks})
        return HTMLResponse(text, status_code=status)

    @property
    def _navigation(self) -> tuple[tuple[str, str], ...]:
        return _OFFICE_NAVIGATION if self.home == OFFICE else _FAMILY_NAVIGATION

    def _place(self) -> tuple[str, str]:
        """Return the address up to where the page's head looks at it, and what follows."""
        for path, _ in self._navigation:
            if path != self.home and self.path.startswith(f"{path}/"):
                return f"{path}/", self.path.removeprefix(f"{path}/")
        return self.path, ""

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
    return HTMLResponse(text_of(template, voice, **values), status_code=status)


def one_row(session: Session, sql: str, *values: str | int) -> Row:
    """Return the row that a statement must find. Raises NotHereError when it finds none."""
    row = session.row(sql, *values)
    if row is None:
        raise NotHereError
    return row
