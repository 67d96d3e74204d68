"""The audit log: who did what, when; a page goes on from the last line of the one before."""

from starlette.responses import Response

from central.audit import list_audit
from central.pages.visit import Visit

_SIZE = 50


def show(visit: Visit) -> Response:
    """Show lines of the log, the newest first."""
    before = visit.asked.get("before", "")
    with visit.store.database.reading() as session:
        lines = list_audit(session, visit.school.id, before=before, limit=_SIZE + 1)
    shown = lines[:_SIZE]
    return visit.page(
        "audit.html",
        lines=shown,
        before=before,
        older=shown[-1].id if len(lines) > _SIZE else "",
    )
