"""The pages as one application: who asks, may they, and which page answers.

Everything behind `/office` and `/family` is for users who have signed in, and knows one school:
the user's. Both are lists of places behind the same doors; a role opens one of them.

Pages work in a small pool of threads of their own: however slow they are, the threads that book
what terminals send stay free. What answers a crowd works on the network's loop, see
`central.pages.crowd`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

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
from central.pages.crowd import Crowds
from central.pages.families import FAMILY_PLACES
from central.pages.forgot import Forgot
from central.pages.guard import FORM_BYTES_MAX, BodyTooLargeError, Guard
from central.pages.guests import Guests
from central.pages.mail_links import STOP, MailLinks
from central.pages.office import PLACES
from central.pages.place import CrowdPage, Place
from central.pages.question import Question, read_question
from central.pages.routing import Index
from central.pages.sessions import csrf_word, find_sessions, is_csrf_word, note_uses
from central.pages.sign_in import SignIn
from central.pages.template import FOLDER
from central.pages.users import User
from central.pages.visit import RefusedError, Visit
from central.pages.voice import Catalogue, Voice, read_words
from central.pages.welcome import Welcome
from central.records import School, read_school
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
        self._crowds = Crowds()
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
                Route(place.path, self._place_route(place), methods=[place.method])
                for place in ALL_PLACES
            ),
        ]
        files = Mount("/static", StaticFiles(directory=FOLDER / "static"))
        rest = Starlette(
            routes=[*routes, files], exception_handlers={HTTPException: _plain_problem}
        )
        return Guard(
            Index(routes, rest),
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

    def _place_route(self, place: Place) -> Callable[[Request], Awaitable[Response]]:
        if place.crowd is None:
            return self._route(partial(self._visit, place))
        crowd = self._crowds.gather(partial(self._visit_together, place, place.crowd))

        async def answer(request: Request) -> Response:
            return await self._answered(request, crowd.answer)

        return answer

    async def _answer(self, request: Request, work: Work, threads: ThreadPoolExecutor) -> Response:
        async def alone(question: Question) -> Response:
            return await asyncio.get_running_loop().run_in_executor(threads, work, question)

        return await self._answered(request, alone)

    async def _answered(
        self, request: Request, ask: Callable[[Question], Awaitable[Response]]
    ) -> Response:
        try:
            return await ask(await read_question(request, self._cookies))
        except BodyTooLargeError:
            return PlainTextResponse("this request is too large", 413)
        except ClientDisconnect:
            return Response(status_code=499)
        except BusyError as error:
            busy = PlainTextResponse(str(error), 503)
            busy.headers["Retry-After"] = "1"
            return busy
        except HTTPException as error:
            return await _plain_problem(request, error)
        except Exception:  # noqa: BLE001  whatever fails, a person gets a plain answer
            _LOG.exception("%s failed", request.url.path)
            return _failure()

    # --- in a thread, or for a crowd on the loop -------------------------------------------------

    def _to_home(self, question: Question) -> Response:
        (visit,) = self._visits([question], is_use=True)
        target = "/sign-in" if visit is None else visit.home
        return RedirectResponse(target, status_code=303)

    def _sign_out(self, question: Question) -> Response:
        if question.token and is_csrf_word(question.token, question.form.get("csrf", "")):
            self._sign_in.leave(question)
        answer = RedirectResponse("/sign-in?done=signed_out", status_code=303)
        self._cookies.forget(question, answer)
        return answer

    def _visit(self, place: Place, question: Question) -> Response:
        (visit,) = self._visits([question], is_use=not place.is_quiet)
        if visit is None:
            return self._sign_in.ask(question)
        try:
            _check(place, visit, question)
            return place.page(visit)
        except RefusedError as error:
            return _refused(place, visit, error)
        except RecordError as error:
            back = _back(place, visit)
            return visit.page(
                "refused.html", status=422, sentence="refused.record", back=back, why=str(error)
            )

    def _visit_together(
        self, place: Place, page: CrowdPage, questions: Sequence[Question]
    ) -> list[Response]:
        """Answer a group; where that fails, each alone, so that nobody fails for another."""
        try:
            return self._answers(place, page, questions)
        except BusyError:
            raise
        except Exception:
            if len(questions) == 1:
                raise
            _LOG.exception("%s failed for many at once; each is tried alone", place.path)
            return [self._alone(place, page, question) for question in questions]

    def _alone(self, place: Place, page: CrowdPage, question: Question) -> Response:
        try:
            return self._answers(place, page, [question])[0]
        except Exception:  # noqa: BLE001  whatever fails, a person gets a plain answer
            _LOG.exception("%s failed", question.path)
            return _failure()

    def _answers(
        self, place: Place, page: CrowdPage, questions: Sequence[Question]
    ) -> list[Response]:
        visits = self._visits(questions, is_use=not place.is_quiet)
        answers: dict[int, Response] = {}
        schools: dict[str, list[tuple[int, Visit]]] = {}
        for at, (question, visit) in enumerate(zip(questions, visits, strict=True)):
            if visit is None:
                answers[at] = self._sign_in.ask(question)
                continue
            try:
                _check(place, visit, question)
            except RefusedError as error:
                answers[at] = _refused(place, visit, error)
            else:
                schools.setdefault(visit.school.id, []).append((at, visit))
        for some in schools.values():
            outcomes = page([visit for _, visit in some])
            for (at, visit), outcome in zip(some, outcomes, strict=True):
                answers[at] = (
                    _refused(place, visit, outcome)
                    if isinstance(outcome, RefusedError)
                    else outcome
                )
        return [answers[at] for at in range(len(questions))]

    def _visits(self, questions: Sequence[Question], *, is_use: bool) -> list[Visit | None]:
        """Return who asks, and what is known of them; None for somebody who has not signed in."""
        now = self._clock()
        with self._store.database.reading() as session:
            found = find_sessions(session, [one.token for one in questions], now=now)
            schools = {
                school: read_school(session, school)
                for school in {one[0].school_id for one in found if one is not None}
            }
        held = list(zip(questions, found, strict=True))
        due = [(one[0], asked.token) for asked, one in held if one is not None and one[1]]
        if due and is_use:
            with self._store.database.writing() as session:
                note_uses(session, due, now=now)
        return [
            None if one is None else self._visit_of(asked, one[0], schools[one[0].school_id], now)
            for asked, one in held
        ]

    def _visit_of(self, question: Question, user: User, school: School, now: datetime) -> Visit:
        return Visit(
            store=self._store,
            now=now,
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


def _refused(place: Place, visit: Visit, error: RefusedError) -> Response:
    # What is not here has no page to go back to.
    is_here = error.status != HTTPStatus.NOT_FOUND
    back = _back(place, visit) if is_here else visit.home
    return visit.moulded(
        "refused.html",
        status=error.status,
        shape={"sentence": error.word},
        blanks={"back": back},
    )


def _back(place: Place, visit: Visit) -> str:
    return place.back.format(**visit.ids) or visit.home


def _failure() -> Response:
    return PlainTextResponse("the centre failed; see its log", 500)


def _check(place: Place, visit: Visit, question: Question) -> None:
    if visit.user.role not in place.roles:
        raise RefusedError("refused.not_yours", status=403)
    word = visit.form.get("csrf", "")
    if place.method != "GET" and not is_csrf_word(question.token, word):
        raise RefusedError("refused.old_form", status=403)
    place.door(visit)


_LARGE: Final = {
    path: max(place.bytes_max for place in ALL_PLACES if place.path == path)
    for path in {place.path for place in ALL_PLACES}
}


def _bytes_max(path: str) -> int:
    return _LARGE.get(path, FORM_BYTES_MAX)


async def _plain_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "only these are routed here"
    return PlainTextResponse(str(error.detail), error.status_code, headers=error.headers)
