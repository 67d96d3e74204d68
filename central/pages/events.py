"""One event of a terminal, as it was signed: what explains a debit to whoever asks."""

import json

from starlette.responses import Response

from central.aside import ASIDE
from central.event_places import JOIN_ARRIVAL
from central.exceptions import event_legs
from central.pages.visit import Visit, one_row
from central.sealed import Sealed, sealed_one
from core.codec import read_moment


def _place(event: Sealed) -> str:
    """Return an event's place in its journal; its bytes alone know it when it stands aside."""
    if event.epoch != ASIDE:
        return f"{event.epoch}-{event.seq}"
    plain = json.loads(event.body)
    return f"{plain['epoch']}-{plain['seq']}"


def show(visit: Visit) -> Response:
    """Show an event with its place, its hash and its legs."""
    return event_page(visit, back="")


def event_page(visit: Visit, *, back: str) -> Response:
    """Return the page of the event in the address. back: where it leads, to a family."""
    event, school = visit.ids["event"], visit.school.id
    with visit.store.database.reading() as session:
        row = one_row(
            session,
            f"SELECT t.name, e.kind, e.at FROM event e {JOIN_ARRIVAL}"  # noqa: S608  our own words
            " JOIN terminal t ON t.school_id = e.school_id AND t.id = a.terminal_id"
            " WHERE e.school_id = ? AND e.id = ?",
            school,
            event,
        )
        sealed = sealed_one(session, school, event)
        assert sealed is not None, "its row was there"
        legs = event_legs(session, school, event)
    return visit.page(
        "event.html",
        event=event,
        terminal_name=row[0],
        place=_place(sealed),
        kind=str(row[1]),
        happened_at=read_moment(row[2]),
        received_at=read_moment(sealed.received_at),
        verdict=sealed.verdict,
        hash=sealed.hash.hex(),
        body=json.dumps(json.loads(sealed.body), indent=2, ensure_ascii=False),
        legs=legs,
        back=back,
    )
