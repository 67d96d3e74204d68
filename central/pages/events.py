"""One event of a terminal, as it was signed: what explains a debit to whoever asks."""

import json

from starlette.responses import Response

from central.aside import ASIDE
from central.database import Row
from central.exceptions import event_legs
from central.pages.visit import Visit, one_row
from core.codec import read_moment


def _place(row: Row) -> str:
    """Return an event's place in its journal; its bytes alone know it when it stands aside."""
    if row[2] != ASIDE:
        return f"{row[2]}-{row[3]}"
    plain = json.loads(bytes(row[6]))
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
            "SELECT e.terminal_id, t.name, e.epoch, e.seq, e.kind, e.at, e.body, e.hash, e.verdict,"
            " e.received_at FROM event e"
            " JOIN terminal t ON t.school_id = e.school_id AND t.id = e.terminal_id"
            " WHERE e.school_id = ? AND e.id = ?",
            school,
            event,
        )
        legs = event_legs(session, school, event)
    return visit.page(
        "event.html",
        event=event,
        terminal_name=row[1],
        place=_place(row),
        kind=str(row[4]),
        happened_at=read_moment(row[5]),
        received_at=read_moment(row[9]),
        verdict=row[8],
        hash=bytes(row[7]).hex(),
        body=json.dumps(json.loads(bytes(row[6])), indent=2, ensure_ascii=False),
        legs=legs,
        back=back,
    )
