"""Requests that arrive as facts: each is granted or declined once, in the order of the journal.

They are decided behind all that the batch booked, in the same transaction: what was handed out has
happened, and a request gets what is left. The wallets and orders are locked by then.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from central.arrivals import Incoming
from central.asked_orders import AskedOrder, decide_order
from central.database import Session
from central.errors import Problem
from central.records import School, read_school
from core.batch import Flag
from core.events import Event
from core.facts import OrderRequested
from core.order_rules import YEARS, deciding_moment

_LOG = logging.getLogger("central")


@dataclass(frozen=True, slots=True)
class Asking:
    """An event that asks for an order, and the rules that it broke."""

    event: Event
    fact: OrderRequested
    flags: tuple[Flag, ...]


def decide_requests(session: Session, incoming: Incoming, asking: Sequence[Asking]) -> None:
    """Grant or decline what a batch asks for. Kiosks hear of it by their copies."""
    if not asking:
        return
    school = read_school(session, incoming.terminal.school_id)
    for one in asking:
        fact = one.fact
        asked = AskedOrder(
            command=fact.command,
            act=fact.act,
            order=fact.order,
            pupil=fact.pupil,
            day=fact.day,
            product=fact.product,
            badge=fact.badge,
            terminal=incoming.terminal.id,
        )
        moment = _moment(school, one, incoming.now)
        try:
            decide_order(
                session, school.id, asked, moment=moment, now=incoming.now, event=one.event.id
            )
        except Problem as problem:
            # The fact is kept; somebody made one id for two questions, and the first was answered.
            _LOG.warning("event %s: %s", one.event.id, problem.detail)


def _moment(school: School, one: Asking, now: datetime) -> datetime:
    if one.fact.day.year not in YEARS:
        return now
    return deciding_moment(
        made_at=one.event.stamp.at,
        arrived_at=now,
        is_clock_right=one.event.stamp.is_synced and Flag.CLOCK_SKEW not in one.flags,
        closes_at=school.calendar.orders_close(one.fact.day),
        grace=school.policy.request_grace,
    )
