"""What a school offers, as the centre keeps it: its products, and the dishes of some days."""

from collections.abc import Mapping
from datetime import date

from central.database import Session
from core.catalogue import Product
from core.ids import ProductId, SchoolId
from core.snapshot import PRODUCT_COLUMNS, product_from_row


def read_products(session: Session, school: SchoolId) -> list[Product]:
    """Return a school's products."""
    sql = f"SELECT {PRODUCT_COLUMNS} FROM product WHERE school_id = ? ORDER BY id"  # noqa: S608
    return [product_from_row(row) for row in session.rows(sql, school)]


def read_offers(
    session: Session, school: SchoolId, *, first: date, last: date
) -> Mapping[date, list[Product]]:
    """Return the dishes of each day between two, both among them, that has any."""
    products: dict[ProductId, Product] = {one.id: one for one in read_products(session, school)}
    rows = session.rows(
        "SELECT day, product_id FROM menu WHERE school_id = ? AND day >= ? AND day <= ?"
        " ORDER BY day, product_id",
        school,
        first.isoformat(),
        last.isoformat(),
    )
    offers: dict[date, list[Product]] = {}
    for day, product in rows:
        if product in products:
            offers.setdefault(date.fromisoformat(day), []).append(products[product])
    return offers
