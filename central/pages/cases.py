"""Exceptions: what the bursar must look at, and the forms by which each is settled."""

from starlette.responses import Response

from central.database import Session
from central.errors import RecordError
from central.exceptions import (
    Case,
    Resolution,
    find_exception,
    list_exceptions,
    open_amount,
    settle,
)
from central.pages.money import act_of
from central.pages.paging import page_of
from central.pages.pupils import the_pupil
from central.pages.visit import OFFICE, FormError, NotHereError, Visit

_HERE = f"{OFFICE}/exceptions"
_SIZE = 50
_MOST = 2000
_SHOWN = ("open", "settled")


def show(visit: Visit) -> Response:
    """List exceptions: those that wait, or those that were settled."""
    shown = visit.asked.get("shown", "")
    shown = shown if shown in _SHOWN else "open"
    flag = visit.asked.get("flag", "")
    with visit.store.database.reading() as session:
        cases = list_exceptions(session, visit.school.id, is_open=shown == "open", limit=_MOST)
    flags = sorted({case.flag for case in cases})
    paged = page_of(
        [case for case in cases if flag in ("", case.flag)],
        asked=visit.asked.get("page", ""),
        size=_SIZE,
    )
    return visit.page(
        "cases.html",
        shown=shown,
        flag=flag if flag in flags else "",
        flags=flags,
        cases=paged.items,
        found=paged.found,
        page=paged.page,
        pages=paged.pages,
    )


def look(visit: Visit) -> Response:
    """Show one exception, and how it can be settled."""
    with visit.store.database.reading() as session:
        case = _own(session, visit)
        amount = open_amount(session, visit.school.id, case)
        event = session.row(
            "SELECT 1 FROM event WHERE school_id = ? AND id = ?", visit.school.id, case.subject
        )
    return visit.page(
        "case.html",
        case=case,
        amount=amount,
        has_event=event is not None,
        ways=[way.value for way in Resolution],
    )


def resolve(visit: Visit) -> Response:
    """Settle one exception."""
    with visit.store.database.reading() as session:
        case = _own(session, visit)
    way = visit.field("how")
    if way not in {one.value for one in Resolution}:
        raise FormError("refused.choice")
    how = Resolution(way)
    act = act_of(visit)
    pupil = None
    if how is Resolution.CHARGED and visit.field("pupil"):
        pupil = the_pupil(visit, visit.field("pupil"))
    settle(visit.store, visit.school.id, case=case.id, how=how, act=act, pupil=pupil)
    return visit.go(_HERE, done="settled")


def _own(session: Session, visit: Visit) -> Case:
    try:
        return find_exception(session, visit.school.id, visit.ids["case"])
    except RecordError as error:
        raise NotHereError from error
