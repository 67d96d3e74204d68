"""One address of the pages: who may go there, what answers, and how large a form may be."""

from dataclasses import dataclass

from central.pages.guard import FORM_BYTES_MAX
from central.pages.users import Role
from central.pages.visit import Page

OFFICE_ROLES = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Place:
    """An address. back: where a form that was refused leads, with the same names in braces."""

    path: str
    page: Page
    method: str = "GET"
    roles: frozenset[Role] = OFFICE_ROLES
    back: str = ""
    bytes_max: int = FORM_BYTES_MAX


def form(
    path: str,
    page: Page,
    *,
    back: str,
    roles: frozenset[Role] = OFFICE_ROLES,
    bytes_max: int = FORM_BYTES_MAX,
) -> Place:
    """Return the address to which a form is sent."""
    return Place(path, page, "POST", roles, back, bytes_max)
