"""The addresses of a family's pages, a line each; every one goes through the family's own door.

A page whose address names a pupil is reached by that pupil's parents alone (`family.own_child`; a
page for a crowd looks for the pupil among the visitor's children itself);
an order, an event or a badge in an address the page itself looks for among that pupil's.
"""

from dataclasses import replace
from typing import Final

from central.pages import (
    account,
    family,
    family_account,
    family_activities,
    family_child,
    family_invoices,
    family_limits,
    family_meals,
    family_meetings,
    family_presence,
    family_slots,
    family_timetable,
    family_top_up,
    family_wallet,
)
from central.pages.guard import FORM_BYTES_MAX
from central.pages.place import Place, crowd
from central.pages.users import Role
from central.pages.visit import FAMILY, Page

_PARENT: Final = frozenset({Role.PARENT})
CHILD: Final = f"{FAMILY}/children/{{pupil}}"


_ACTIVITIES: Final = f"{FAMILY}/activities"
_INVOICES: Final = f"{FAMILY}/invoices"
_MEETINGS: Final = f"{FAMILY}/meetings"
_SLOTS: Final = f"{_MEETINGS}/{{evening}}/{{pupil}}/{{teacher}}"


def page(path: str, shown: Page) -> Place:
    """Return the address of a page of a family's."""
    return Place(path, shown, roles=_PARENT, door=family.own_child)


def form(path: str, taken: Page, *, back: str) -> Place:
    """Return the address to which a family's form is sent."""
    return Place(path, taken, "POST", _PARENT, back, FORM_BYTES_MAX, family.own_child)


FAMILY_PLACES: Final = (
    page(FAMILY, family.show),
    page(CHILD, family_child.show),
    form(f"{CHILD}/badges/{{badge}}/lost", family_child.lose_badge, back=CHILD),
    page(f"{CHILD}/meals", family_meals.show),
    form(f"{CHILD}/meals", family_meals.take, back=f"{CHILD}/meals"),
    form(f"{CHILD}/meals/{{order}}/cancel", family_meals.give_back, back=f"{CHILD}/meals"),
    page(f"{CHILD}/wallet", family_wallet.show),
    form(f"{CHILD}/wallet", family_wallet.move, back=f"{CHILD}/wallet"),
    page(f"{CHILD}/wallet.csv", family_wallet.as_table),
    page(f"{CHILD}/wallet.json", family_wallet.as_proof),
    page(f"{CHILD}/events/{{event}}", family_wallet.show_event),
    page(f"{CHILD}/top-up", family_top_up.show),
    page(f"{CHILD}/presence", family_presence.show),
    page(f"{CHILD}/limits", family_limits.show),
    form(f"{CHILD}/limits", family_limits.take, back=f"{CHILD}/limits"),
    page(_ACTIVITIES, family_activities.show),
    form(f"{_ACTIVITIES}/{{activity}}/{{pupil}}", family_activities.give_answer, back=_ACTIVITIES),
    page(_INVOICES, family_invoices.show),
    form(f"{_INVOICES}/{{invoice}}/{{pupil}}", family_invoices.pay, back=_INVOICES),
    crowd(_MEETINGS, family_meetings.show_all, roles=_PARENT),
    crowd(_SLOTS, family_slots.choose_all, roles=_PARENT),
    crowd(_SLOTS, family_slots.take_all, method="POST", back=_SLOTS, roles=_PARENT),
    form(f"{_MEETINGS}/{{appointment}}/cancel", family_meetings.give_back, back=_MEETINGS),
    page(f"{FAMILY}/timetable", family_timetable.show),
    replace(page(f"{FAMILY}/news", family_account.tell_state), is_quiet=True),
    page(f"{FAMILY}/account", family_account.show),
    form(f"{FAMILY}/account/mail", family_account.take_address, back=f"{FAMILY}/account"),
    form(f"{FAMILY}/account/digest", family_account.take_wish, back=f"{FAMILY}/account"),
    form(f"{FAMILY}/account/language", account.choose_language, back=f"{FAMILY}/account"),
    form(f"{FAMILY}/account/password", account.change_password, back=f"{FAMILY}/account"),
)
