"""The addresses of the office: what a bursar reads and does, a line each."""

from typing import Final

from central.pages import (
    account,
    activities,
    audit,
    badges,
    bank,
    cases,
    closings,
    day,
    events,
    invoices,
    meetings,
    money,
    orders,
    parents,
    parents_rules,
    presence,
    pupils,
    terminals,
)
from central.pages.place import Place, form
from central.pages.users import Role
from central.pages.visit import OFFICE

_ADMIN: Final = frozenset({Role.ADMIN})

_PUPIL: Final = f"{OFFICE}/pupils/{{pupil}}"
_CASE: Final = f"{OFFICE}/exceptions/{{case}}"
_ACTIVITIES: Final = f"{OFFICE}/activities"
_ACTIVITY: Final = f"{_ACTIVITIES}/{{activity}}"
_MEETINGS: Final = f"{OFFICE}/meetings"
_EVENING: Final = f"{_MEETINGS}/{{evening}}"
_INVOICES: Final = f"{_PUPIL}/invoices"
_LINE: Final = f"{OFFICE}/bank/lines/{{line}}"
_NOTED: Final = f"{OFFICE}/presence/{{event}}/withdraw"

PLACES: Final = (
    Place(OFFICE, day.show),
    Place(f"{OFFICE}/pupils", pupils.find),
    Place(_PUPIL, pupils.show),
    form(f"{_PUPIL}/move", money.move_money, back=_PUPIL),
    form(f"{_PUPIL}/adjust", money.adjust_money, back=_PUPIL),
    form(f"{_PUPIL}/badges", badges.give, back=_PUPIL),
    form(f"{_PUPIL}/badges/{{badge}}", badges.set_state, back=_PUPIL),
    form(f"{_PUPIL}/parents", parents.make_letter, back=_PUPIL),
    form(f"{_PUPIL}/parents/{{parent}}/remove", parents.remove, back=_PUPIL),
    Place(_INVOICES, invoices.show),
    form(f"{_INVOICES}/{{invoice}}/pay", invoices.pay, back=_INVOICES),
    form(f"{_INVOICES}/{{invoice}}/credit", invoices.credit, back=_INVOICES),
    Place(f"{OFFICE}/events/{{event}}", events.show),
    Place(f"{OFFICE}/orders", orders.show),
    form(f"{OFFICE}/orders/{{order}}/cancel", orders.cancel_order, back=f"{OFFICE}/orders"),
    Place(_ACTIVITIES, activities.show),
    form(_ACTIVITIES, activities.plan, back=_ACTIVITIES),
    Place(_ACTIVITY, activities.look),
    form(f"{_ACTIVITY}/pupils", activities.ask, back=_ACTIVITY),
    Place(f"{_ACTIVITY}/pupils/{{pupil}}", activities.ask_take_off),
    form(f"{_ACTIVITY}/pupils/{{pupil}}", activities.take_off, back=_ACTIVITY),
    form(f"{_ACTIVITY}/deadline", activities.move_deadline, back=_ACTIVITY),
    form(f"{_ACTIVITY}/cancel", activities.call_off, back=_ACTIVITY),
    Place(_MEETINGS, meetings.show),
    form(_MEETINGS, meetings.set_up, back=_MEETINGS, bytes_max=meetings.UPLOAD_BYTES_MAX),
    Place(_EVENING, meetings.look),
    form(f"{_EVENING}/cancel", meetings.call_off, back=_EVENING),
    Place(f"{OFFICE}/exceptions", cases.show),
    Place(_CASE, cases.look),
    form(_CASE, cases.resolve, back=_CASE),
    Place(f"{OFFICE}/closings", closings.show),
    Place(f"{OFFICE}/closings/{{terminal}}/{{epoch}}/{{seq}}", closings.look),
    Place(f"{OFFICE}/bank", bank.show),
    form(f"{OFFICE}/bank", bank.take_file, back=f"{OFFICE}/bank", bytes_max=bank.UPLOAD_BYTES_MAX),
    form(f"{OFFICE}/bank/accounts", bank.note_account, back=f"{OFFICE}/bank", roles=_ADMIN),
    Place(_LINE, bank.look),
    form(f"{_LINE}/assign", bank.assign_line, back=_LINE),
    form(f"{_LINE}/invoice", bank.pay_invoice, back=_LINE),
    form(f"{_LINE}/back", bank.send_line_back, back=_LINE),
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
    Place(f"{OFFICE}/families", parents_rules.show),
    form(f"{OFFICE}/families/letters", parents.make_class_letters, back=f"{OFFICE}/families"),
    form(f"{OFFICE}/families", parents_rules.take, back=f"{OFFICE}/families", roles=_ADMIN),
    Place(f"{OFFICE}/presence", presence.show),
    form(f"{OFFICE}/presence/absences", presence.note_absence, back=f"{OFFICE}/presence"),
    form(f"{OFFICE}/presence/enrolments", presence.enrol_pupil, back=f"{OFFICE}/presence"),
    form(f"{OFFICE}/presence/sessions", presence.write_session, back=f"{OFFICE}/presence"),
    Place(_NOTED, presence.ask_withdraw),
    form(_NOTED, presence.withdraw, back=_NOTED),
    Place(f"{OFFICE}/audit", audit.show),
    Place(f"{OFFICE}/account", account.show),
    form(f"{OFFICE}/account/language", account.choose_language, back=f"{OFFICE}/account"),
    form(f"{OFFICE}/account/password", account.change_password, back=f"{OFFICE}/account"),
)
