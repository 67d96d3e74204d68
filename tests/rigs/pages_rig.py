"""The centre's pages behind a real server, and people who speak to them without a browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

import httpx

from central.pages.site import Pages
from central.pages.users import Role, add_user
from central.store import Store
from core.ids import SchoolId
from core.people import Language

PASSWORD = "four words in no book"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Clerk:
    """Somebody with a browser's cookies, but with just the headers they choose."""

    url: str
    http: httpx.Client = field(init=False)
    csrf: str = ""

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def get(self, path: str, **more: object) -> httpx.Response:
        """Open a page, and remember the word that its forms carry."""
        answer = self.http.get(path, **more)
        self.csrf = csrf_in(answer.text) or self.csrf
        return answer

    def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] = SAME_ORIGIN,
        **more: object,
    ) -> httpx.Response:
        """Send a form, with the word of the page that was opened last."""
        sent = {"csrf": self.csrf, **(form or {})}
        return self.http.post(path, data=sent, headers=dict(headers), **more)

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the form."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"name": name, "password": password, "next": "/office"})
        if answer.status_code == 303:
            self.get("/office")
        return answer

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def page_routes() -> list[tuple[str, str]]:
    """Return all that the pages answer: each method with the path as its route has it."""
    pages = Pages(None, clock=lambda: None)  # nothing is asked of it
    pages.close()
    index = pages._app._app  # behind the guard
    routes = [*(one for some in index._routes.values() for one in some), *index._open]
    return [(method, one.path) for one in routes for method in sorted(one.methods)]


def csrf_in(page: str) -> str:
    """Return the word that a page's forms carry; empty when it has none."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    return found.group(1) if found else ""


def field_in(page: str, name: str) -> str:
    """Return what a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no field {name}"
    return unescape(found.group(1))


def text_of(page: str) -> str:
    """Return what a person reads on a page, in one line."""
    body = re.sub(r"<head>.*?</head>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(body).split())


def add_clerks(store: Store, school: SchoolId, at: object, *, language: str = "fr") -> None:
    """Let `fatima`, a bursar, and `anton`, an admin, sign in."""
    for name, role in (("fatima", Role.BURSAR), ("anton", Role.ADMIN)):
        add_user(
            store,
            school,
            name=name,
            role=role,
            language=Language(language),
            password=PASSWORD,
            who="test",
            at=at,
        )
