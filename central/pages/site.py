"""The pages as one application: who asks, may they, and which page answers.

Everything behind `/office` and `/family` is for users who have signed in, and knows one school:
the user's. Both are lists of places behind the same doors; a role opens one of them.

Pages work in a small pool of threads of their own: however slow they are, the threads that book
what terminals send stay free.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from central.clock import Clock
from central.errors import BusyError, RecordError
from central.pages.cookies import Cookies
from central.pages.families import FAMILY_PLACES
from central.pages.forgot import Forgot
from central.pages.guard import BodyTooLargeError, Guard
from central.pages.guests import Guests
from central.pages.mail_links import STOP, MailLinks
from central.pages.office import PLACES
from central.pages.place import Place
from central.pages.question import Question, read_question
from central.pages.sessions import csrf_word, find_session, is_csrf_word, note_use
from central.pages.sign_in import SignIn
from central.pages.users import User
from central.pages.visit import FOLDER, RefusedError, Visit, home_of
from central.pages.voice import Catalogue, Voice, read_words
from central.pages.welcome import Welcome
from central.records import read_school
from central.store import Store

ALL_PLACES = (*PLACES, *FAMILY_PLACES)
_LOG = logging.getLogger("central.pages")
_THREADS = 4
_SIGN_INS_WAITING_MAX = 8

T = TypeVar("T")
Work = Callable[[Question], Response]


class Pages:
    """The pages as an application.

    public_url: where people reach them, behind a proxy that speaks TLS; cookies are then for TLS
    alone. None: on this machine's loopback only. catalogue: the words of a language.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        public_url: str | None = None,
        catalogue: Catalogue = read_words,
    ) -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url
        self._catalogue = catalogue
        self._cookies = Cookies(is_secure=(public_url or "").startswith("https://"))
        guests = Guests(store, clock, self._cookies, catalogue)
        self._sign_in, self._welcome = SignIn(guests), Welcome(guests)
        self._forgot, self._links = Forgot(guests), MailLinks(guests)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pages")
        # Passwords cost memory and a core: one at a time, and few that wait.
        self._turnstile = ThreadPoolExecutor(1, thread_name_prefix="sign-in")
        self._sign_ins_waiting = 0
        self._app = self._make_app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)

    def close(self) -> None:
        """End the threads; what they do still is done."""
        self._threads.shutdown()
        self._turnstile.shutdown()

    def _make_app(self) -> ASGIApp:
        routes = [
            Route("/", self._route(self._to_home)),
            Route("/sign-in", self._route(self._sign_in.show)),
            Route("/sign-in", self._password_route(self._sign_in.enter), methods=["POST"]),
            Route("/welcome", self._route(self._welcome.show)),
            Route("/welcome", self._password_route(self._welcome.enter), methods=["POST"]),
            Route("/forgot", self._route(self._forgot.show)),
            Route("/forgot", self._route(self._forgot.enter), methods=["POST"]),
            Route("/mail/{word}/stop", self._route(self._links.ask_stop)),
            Route("/mail/{word}/stop", self._route(self._links.stop), methods=["POST"]),
            Route("/mail/{word}/confirm", self._route(self._links.ask_confirm)),
            Route("/mail/{word}/confirm", self._route(self._links.confirm), methods=["POST"]),
            Route("/sign-out", self._route(self._sign_out), methods=["POST"]),
            *(
                Route(place.path, self._route(partial(self._visit, place)), methods=[place.method])
                for place in ALL_PLACES
            ),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _plain_problem})
        return Guard(
            app,
            public_url=self._public_url,
            bytes_max=_bytes_max,
            is_open=lambda path: STOP.fullmatch(path) is not None,
        )

    # --- from the network's loop to a thread and back --------------------------------------------

    def _route(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._answer(request, work, self._threads)

        return answer

    def _password_route(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if self._sign_ins_waiting >= _SIGN_INS_WAITING_MAX:
                busy = PlainTextResponse("too many sign in at this moment; try again", 503)
                busy.headers["Retry-After"] = "5"
                return busy
            self._sign_ins_waiting += 1
            try:
                return await self._answer(request, work, self._turnstile)
            finally:
                self._sign_ins_waiting -= 1

        return answer

    async def _answer(self, request: Request, work: Work, threads: ThreadPoolExecutor) -> Response:
        try:
            question = await read_question(request, self._cookies)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(threads, work, question)
        except BodyTooLargeError:
            return PlainTextResponse("this request is too large", 413)
        except ClientDisconnect:
            return Response(status_code=499)
        except BusyError as error:
            busy = PlainTextResponse(str(error), 503)
            busy.headers["Retry-After"] = "1"
            return busy
        except HTTPException:
            raise
        except Exception:  # noqa: BLE001  whatever fails, a person gets a plain answer
            _LOG.exception("%s failed", request.url.path)
            return PlainTextResponse("the centre failed; see its log", 500)

    # --- in a thread -----------------------------------------------------------------------------

    def _to_home(self, question: Question) -> Response:
        user = self._who(question)
        target = "/sign-in" if user is None else home_of(user.role)
        return RedirectResponse(target, status_code=303)

    def _sign_out(self, question: Question) -> Response:
        if question.token and is_csrf_word(question.token, question.form.get("csrf", "")):
            self._sign_in.leave(question)
        answer = RedirectResponse("/sign-in?done=signed_out", status_code=303)
        self._cookies.forget(question, answer)
        return answer

    def _visit(self, place: Place, question: Question) -> Response:
        user = self._who(question, is_use=not place.is_quiet)
        if user is None:
            return self._sign_in.ask(question)
        visit = self._visit_of(question, user)
        back = place.back.format(**visit.ids) or visit.home
        try:
            _check(place, visit, question)
            return place.page(visit)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                back = visit.home  # what is not here has no page to go back to
            return visit.page("refused.html", status=error.status, sentence=error.word, back=back)
        except RecordError as error:
            return visit.page(
                "refused.html", status=422, sentence="refused.record", back=back, why=str(error)
            )

    def _who(self, question: Question, *, is_use: bool = True) -> User | None:
        if not question.token:
            return None
        now = self._clock()
        with self._store.database.reading() as session:
            found = find_session(session, question.token, now=now)
        if found is None:
            return None
        user, is_due = found
        if is_due and is_use:
            with self._store.database.writing() as session:
                note_use(session, user, question.token, now=now)
        return user

    def _visit_of(self, question: Question, user: User) -> Visit:
        with self._store.database.reading() as session:
            school = read_school(session, user.school_id)
        return Visit(
            store=self._store,
            now=self._clock(),
            user=user,
            school=school,
            voice=Voice(user.language, self._catalogue(user.language), school.calendar.zone),
            csrf=csrf_word(question.token),
            path=question.path,
            address=self._public_url or f"http://{question.host}",
            ids=question.ids,
            asked=question.asked,
            form=question.form,
            upload=question.upload,
            upload_name=question.upload_name,
        )


def _check(place: Place, visit: Visit, question: Question) -> None:
    if visit.user.role not in place.roles:
        raise RefusedError("refused.not_yours", status=403)
    word = visit.form.get("csrf", "")
    if place.method != "GET" and not is_csrf_word(question.token, word):
        raise RefusedError("refused.old_form", status=403)
    place.door(visit)


def _bytes_max(path: str) -> int:
    return max(
        (place.bytes_max for place in ALL_PLACES if place.path == path),
        default=Place("", lambda _: Response()).bytes_max,
    )


async def _plain_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "only these are routed here"
    return PlainTextResponse(str(error.detail), error.status_code, headers=error.headers)
