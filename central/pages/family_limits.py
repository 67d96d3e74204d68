"""What parents allow at the counter: so much a day, so many of a product, a question first."""

import json
from collections.abc import Iterable

from starlette.responses import Response

from central.audit import write_audit
from central.catalogue import read_products
from central.database import Session
from central.families.rules import Rule, read_rules
from central.feed import advance_feed
from central.limits import read_limits, write_limits
from central.pages.family import child_of, child_page, path_of
from central.pages.money import read_amount
from central.pages.visit import FormError, RefusedError, Visit
from core.catalogue import Category, Product
from core.errors import MoneyFormatError
from core.ids import ProductId, PupilId
from core.limits import Limits
from core.money import Money

_PIECES_MAX = 20
_MEALS = frozenset({Category.MEAL})


def show(visit: Visit) -> Response:
    """Show the limits, and the form for others."""
    with visit.store.database.reading() as session:
        products = _limitable(read_products(session, visit.school.id))
        limits = read_limits(session, visit.school.id, child_of(visit))
        may_set = read_rules(session, visit.school.id)[Rule.SET_LIMITS]
    return child_page(
        visit,
        "family_limits.html",
        products=products,
        limits=limits,
        may_set=may_set,
        pieces=range(_PIECES_MAX + 1),
    )


def take(visit: Visit) -> Response:
    """Take new limits; every till hears of them with the next change it fetches."""
    pupil, school = child_of(visit), visit.school.id
    with visit.store.database.reading() as session:
        if not read_rules(session, school)[Rule.SET_LIMITS]:
            raise RefusedError("refused.school", status=403)
        products = _limitable(read_products(session, school))
    limits = Limits(
        daily_max=_daily_max(visit),
        product_max=_product_max(visit, products),
        asks_allergens=visit.field("asks_allergens") == "yes",
    )
    with visit.store.database.writing() as session:
        _write(session, visit, pupil, limits)
    return visit.go(f"{path_of(visit)}/limits", done="limits")


def _write(session: Session, visit: Visit, pupil: PupilId, limits: Limits) -> None:
    told = {
        "daily": None if limits.daily_max is None else limits.daily_max.text(),
        "products": dict(sorted(limits.product_max.items())),
        "allergens": limits.asks_allergens,
    }
    write_audit(
        session,
        visit.school.id,
        who=visit.user.name,
        what=f"limits of parents: {json.dumps(told)}",
        subject=pupil,
        at=visit.now,
    )
    cursor = advance_feed(session, visit.school.id)
    write_limits(session, visit.school.id, [(pupil, limits)], cursor)


def _limitable(products: Iterable[Product]) -> list[Product]:
    """Return what is bought at the counter: a meal is ordered, and its limit is not to order it."""
    found = [one for one in products if one.category not in _MEALS]
    return sorted(found, key=lambda one: (one.category.value, one.name))


def _daily_max(visit: Visit) -> Money | None:
    written = visit.field("daily_max")
    if not written:
        return None
    try:
        return read_amount(written)
    except MoneyFormatError as error:
        raise FormError("refused.amount") from error


def _product_max(visit: Visit, products: Iterable[Product]) -> dict[ProductId, int]:
    """Return what the form says of products that have a limit, and of one more."""
    written = {one.id: visit.field(f"max {one.id}") for one in products}
    more = visit.field("more")
    if more:
        if more not in written:
            raise FormError("refused.choice")
        written[ProductId(more)] = visit.field("more_max")
    return {product: _pieces(text) for product, text in written.items() if text}


def _pieces(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and int(written) <= _PIECES_MAX):
        raise FormError("refused.choice")
    return int(written)
