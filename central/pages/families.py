"""The addresses of a family's pages, a line each; every one goes through the family's own door.

A page whose address names a pupil is reached by that pupil's parents alone (`family.own_child`);
an order, an event or a badge in an address the page itself looks for among that pupil's.
"""

from typing import Final

from central.pages import account, family
from central.pages.guard import FORM_BYTES_MAX
from central.pages.place import Place
from central.pages.users import Role
from central.pages.visit import FAMILY, Page

_PARENT: Final = frozenset({Role.PARENT})
CHILD: Final = f"{FAMILY}/children/{{pupil}}"


def page(path: str, shown: Page) -> Place:
    """Return the address of a page of a family's."""
    return Place(path, shown, roles=_PARENT, door=family.own_child)


def form(path: str, taken: Page, *, back: str) -> Place:
    """Return the address to which a family's form is sent."""
    return Place(path, taken, "POST", _PARENT, back, FORM_BYTES_MAX, family.own_child)


FAMILY_PLACES: Final = (
    page(FAMILY, family.show),
    page(f"{FAMILY}/account", account.show),
    form(f"{FAMILY}/account/language", account.choose_language, back=f"{FAMILY}/account"),
    form(f"{FAMILY}/account/password", account.change_password, back=f"{FAMILY}/account"),
)
