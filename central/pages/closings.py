"""Closings: each terminal's Z report against the books, and the receipt that the centre signed."""

from base64 import b64encode

from starlette.responses import Response

from central.closings import find_closing, list_closings
from central.errors import RecordError
from central.pages.paging import page_of
from central.pages.visit import NotHereError, Visit
from core.ids import TerminalId

_SIZE = 50
_MOST = 2000


def show(visit: Visit) -> Response:
    """List the closings, the newest first."""
    with visit.store.database.reading() as session:
        closings = list_closings(session, visit.school.id, limit=_MOST)
    paged = page_of(closings, asked=visit.asked.get("page", ""), size=_SIZE)
    return visit.page("closings.html", closings=paged.items, page=paged.page, pages=paged.pages)


def look(visit: Visit) -> Response:
    """Show one closing: what agrees, what does not, and the receipt."""
    epoch, seq = (_whole(visit.ids[name]) for name in ("epoch", "seq"))
    terminal = TerminalId(visit.ids["terminal"])
    with visit.store.database.reading() as session:
        try:
            closing = find_closing(session, visit.school.id, terminal, epoch=epoch, seq=seq)
        except RecordError as error:
            raise NotHereError from error
    return visit.page(
        "closing.html",
        closing=closing,
        receipt=closing.receipt.receipt,
        receipt_text=closing.receipt.body.decode(),
        signature=b64encode(closing.receipt.signature).decode(),
    )


def _whole(written: str) -> int:
    if written.isascii() and written.isdecimal() and len(written) <= 15:  # noqa: PLR2004  fits both engines
        return int(written)
    raise NotHereError
