"""The cookies of the pages: one for a session, one for whoever has not signed in yet.

Both are for this host alone, out of reach of scripts, and never sent by another site's page. Behind
TLS they have the prefix `__Host-`, with which a browser refuses what another host would set.
Browsers do not tell ports apart, so the names do.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from central.pages.question import Question


@dataclass(frozen=True, slots=True)
class Cookies:
    """is_secure: people reach the pages by https."""

    is_secure: bool

    def session(self, port: int) -> str:
        """Return the name of the cookie that holds a session's token."""
        return self._named("refectory", port)

    def guest(self, port: int) -> str:
        """Return the name of the cookie that binds a sign-in form to its browser."""
        return self._named("refectory-guest", port)

    def keep_session(self, question: "Question", answer: Response, token: str) -> None:
        """Give a browser its session."""
        self._set(answer, self.session(question.port), token)
        self._drop(answer, self.guest(question.port))

    def keep_guest(self, question: "Question", answer: Response, token: str) -> None:
        """Give a browser what its sign-in form is bound to."""
        self._set(answer, self.guest(question.port), token)

    def forget(self, question: "Question", answer: Response) -> None:
        """Take a browser's session."""
        self._drop(answer, self.session(question.port))

    def _named(self, name: str, port: int) -> str:
        return f"__Host-{name}" if self.is_secure else f"{name}-{port}"

    def _set(self, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(
            name, value, path="/", secure=self.is_secure, httponly=True, samesite="strict"
        )

    def _drop(self, answer: Response, name: str) -> None:
        answer.delete_cookie(
            name, path="/", secure=self.is_secure, httponly=True, samesite="strict"
        )
