"""The addresses of the office: what a bursar reads and does, a line each."""

from typing import Final

from central.pages import account, day, orders, pupils, terminals
from central.pages.place import Place, form
from central.pages.users import Role
from central.pages.visit import OFFICE

_ADMIN: Final = frozenset({Role.ADMIN})

PLACES: Final = (
    Place(OFFICE, day.show),
    Place(f"{OFFICE}/pupils", pupils.find),
    Place(f"{OFFICE}/pupils/{{pupil}}", pupils.show),
    Place(f"{OFFICE}/orders", orders.show),
    form(f"{OFFICE}/orders/{{order}}/cancel", orders.cancel_order, back=f"{OFFICE}/orders"),
    Place(f"{OFFICE}/terminals", terminals.show),
    form(
        f"{OFFICE}/terminals/codes",
        terminals.make_code,
        back=f"{OFFICE}/terminals",
        roles=_ADMIN,
    ),
    Place(f"{OFFICE}/terminals/{{terminal}}/revoke", terminals.ask_revoke, roles=_ADMIN),
    form(
        f"{OFFICE}/terminals/{{terminal}}/revoke",
        terminals.revoke,
        back=f"{OFFICE}/terminals",
        roles=_ADMIN,
    ),
    Place(f"{OFFICE}/terminals/{{terminal}}/epoch", terminals.ask_approve, roles=_ADMIN),
    form(
        f"{OFFICE}/terminals/{{terminal}}/epoch",
        terminals.approve,
        back=f"{OFFICE}/terminals",
        roles=_ADMIN,
    ),
    Place(f"{OFFICE}/account", account.show),
    form(f"{OFFICE}/account/language", account.choose_language, back=f"{OFFICE}/account"),
    form(f"{OFFICE}/account/password", account.change_password, back=f"{OFFICE}/account"),
)
