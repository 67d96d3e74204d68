"""The route of a kiosk's questions: an order is decided while the pupil waits."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from central.answers import decoded, read_body
from central.asked_orders import AskedOrder, Decided, Standing, decide_order, standing_of
from central.centre import Centre
from central.errors import Problem
from central.terminals import active_terminal
from core.codec import moment_text
from core.ids import BadgeKey, CommandId, OrderId, ProductId, PupilId, TerminalId
from core.order_facts import OrderAct
from core.order_rules import YEARS
from core.wire import ID_LENGTH_MAX, ID_PATTERN

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LENGTH_MAX, pattern=ID_PATTERN)]


class OrderQuestion(msgspec.Struct, forbid_unknown_fields=False):
    """The body: what is asked about a pupil's order. product: missing for a cancellation."""

    command: _Id
    act: OrderAct
    order: _Id
    pupil: _Id
    day: date
    badge: _Id
    product: _Id | None = None


class OrderRoutes:
    """Orders, decided by the centre's own clock."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def take_order(self, request: Request) -> Response:
        """Reserve, change or cancel an order, once for each command."""
        body = await read_body(request)
        return await run_in_threadpool(self._take_order, request, body)

    def _take_order(self, request: Request, body: bytes) -> Response:
        now = self._centre.clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._centre.signed(request)
        self._centre.prove(signed, body=body, terminal=terminal, now=now)
        asked = _asked(decoded(body, OrderQuestion), terminal)
        with self._centre.store.database.writing() as session:
            known = active_terminal(session, terminal)
            decided = decide_order(session, known.school_id, asked, moment=now, now=now)
            standing = standing_of(session, known.school_id, asked)
        return self._centre.signed_json(signed, _plain(asked, decided, standing, now), now)


def _asked(question: OrderQuestion, terminal: TerminalId) -> AskedOrder:
    """Return what is asked. Raises Problem `malformed`."""
    if (question.product is None) != (question.act is OrderAct.CANCEL):
        detail = "name the product that is wanted, and none for a cancellation"
        raise Problem("malformed", status=400, detail=detail)
    if question.day.year not in YEARS:
        detail = f"day {question.day.isoformat()} is no day of a school"
        raise Problem("malformed", status=400, detail=detail)
    return AskedOrder(
        command=CommandId(question.command),
        act=question.act,
        order=OrderId(question.order),
        pupil=PupilId(question.pupil),
        day=question.day,
        product=None if question.product is None else ProductId(question.product),
        badge=BadgeKey(question.badge),
        terminal=terminal,
    )


def _plain(
    asked: AskedOrder, decided: Decided, standing: Standing, now: datetime
) -> dict[str, object]:
    order = standing.order
    return {
        "command": asked.command,
        "state": decided.state.value,
        "reason": None if decided.why is None else decided.why.value,
        "moved_cents": decided.moved.cents,
        "general_cents": standing.general.cents,
        "reserve_cents": standing.reserve.cents,
        "order": None
        if order is None
        else {
            "id": order.id,
            "day": order.day.isoformat(),
            "product": order.product_id,
            "price_cents": order.price.cents,
            "state": order.state.value,
        },
        "cursor": standing.cursor,
        "server_time": moment_text(now),
    }
