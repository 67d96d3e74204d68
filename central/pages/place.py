"""One address of the pages: who may go there, what answers, and how large a form may be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from central.pages.guard import FORM_BYTES_MAX
from central.pages.users import OFFICE_ROLES, Role
from central.pages.visit import Page, RefusedError, Visit

Outcome = Response | RefusedError
CrowdPage = Callable[[Sequence[Visit]], list[Outcome]]
"""Answers visitors of one school, in the order in which they came; each has an answer."""


def anybody(_visit: Visit) -> None:
    """Let in whoever has the role."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address.

    back: where a form that was refused leads, with the same names in braces. door: raises
    RefusedError for a visitor whose the names in the address are not. is_quiet: a page that is
    already open asks by itself, which keeps nobody's session from ending. crowd: answers many
    visitors of one school at once; it is its own door.
    """

    path: str
    page: Page
    method: str = "GET"
    roles: frozenset[Role] = OFFICE_ROLES
    back: str = ""
    bytes_max: int = FORM_BYTES_MAX
    door: Callable[[Visit], None] = anybody
    is_quiet: bool = False
    crowd: CrowdPage | None = None


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


def crowd(
    path: str,
    answered: CrowdPage,
    *,
    roles: frozenset[Role],
    method: str = "GET",
    back: str = "",
) -> Place:
    """Return an address to which everybody comes at once."""

    def alone(visit: Visit) -> Response:
        (outcome,) = answered([visit])
        if isinstance(outcome, RefusedError):
            raise outcome
        return outcome

    return Place(path, alone, method, roles, back, crowd=answered)
