"""The counter of the terminal's twin: a small till in memory that plays every state of a screen.

It keeps just enough to answer as the real one does: who is signed in, the shift, acts and what was
taken back of them. Its clock stands still until a test moves it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from core.facts import Direction, Tender
from core.ids import StaffId
from core.kinds import Reason
from core.profiles import Profile
from core.staff import Right, WrongPins, pin_lock
from terminal.board import Content
from terminal.commands import (
    ArriveLate,
    BasketItem,
    ChooseProfile,
    ClosePeriod,
    Command,
    ConfirmDay,
    Customer,
    EndTraining,
    EnterStudy,
    GiveBadge,
    GiveTicket,
    LeaveStudy,
    MoveCash,
    MoveReserve,
    OpenDrawer,
    OpenShift,
    PresenceCommand,
    PrintReport,
    Refund,
    ReleasePin,
    SayWhyLate,
    Sell,
    Serve,
    SignIn,
    SignOut,
    StartTraining,
    StopBadge,
    TopUp,
    Undo,
    Void,
    WithdrawPresence,
)
from terminal.twin_school import PRODUCTS, PUPILS, STAFF, StaffScript

NOON: Final = datetime(2026, 11, 24, 10, 52, tzinfo=UTC)
UNDO_S: Final = 60

_RIGHTS: Final[dict[type[Command], Right]] = {
    Sell: Right.SELL,
    TopUp: Right.TOP_UP,
    Void: Right.VOID,
    Refund: Right.REFUND,
    OpenShift: Right.CASH,
    MoveCash: Right.CASH,
    OpenDrawer: Right.CASH,
    PrintReport: Right.CLOSE,
    ClosePeriod: Right.CLOSE,
    StartTraining: Right.TRAINING,
    EndTraining: Right.TRAINING,
    ReleasePin: Right.SUPERVISE,
    MoveReserve: Right.OFFICE,
    GiveBadge: Right.OFFICE,
    StopBadge: Right.OFFICE,
    GiveTicket: Right.OFFICE,
    WithdrawPresence: Right.VOID,
}

_OFFICE_KINDS: Final[Mapping[type, str]] = {
    MoveReserve: "reserve.moved",
    GiveBadge: "badge.given",
    StopBadge: "badge.stopped",
    GiveTicket: "ticket.given",
}

Publish = Callable[[Content], object]


_NOTED: Final[Mapping[type, tuple[str, str]]] = {
    EnterStudy: ("entered", "study.entered"),
    LeaveStudy: ("left", "study.left"),
    ArriveLate: ("late", "arrival.late"),
    SayWhyLate: ("late", "arrival.late"),
    WithdrawPresence: ("withdrawn", "presence.withdrawn"),
}


@dataclass
class TwinCounter:
    """What happens at the twin's counter. publish_status, publish_verdict: how others hear of it.

    refuse_next: the reason for which the next command is refused, whatever it is.
    """

    publish_status: Publish
    publish_verdict: Publish
    now: datetime = NOON
    operator: StaffScript | None = None
    refuse_next: Reason | None = None
    commands: list[Command] = field(default_factory=list)
    pins_looked_at: int = 0
    _documents: list[dict[str, Any]] = field(default_factory=list)
    _done: dict[str, Content] = field(default_factory=dict)
    _wrong: dict[StaffId, WrongPins] = field(default_factory=dict)
    _cash_cents: int | None = None
    _number: int = 0
    _closings: int = 0
    _taps: dict[str, Content] = field(default_factory=dict)

    # --- what it is told ---------------------------------------------------------------------

    def hear(self, verdict: Content) -> None:
        """Remember whose tap a verdict was, so that a command can name it."""
        self._taps[str(verdict["tap"])] = verdict

    def do(self, command: Command) -> Content:
        """Carry out a command, once for its id."""
        if command.id in self._done:
            return {**self._done[command.id], "is_repeat": True}
        self.commands.append(command)
        reason, self.refuse_next = self.refuse_next or self._refusal(command), None
        answer = self._refused(command, reason) if reason else self._carry_out(command)
        if answer["outcome"] != "refused":
            self._done[command.id] = answer
        return answer

    def _refusal(self, command: Command) -> Reason | None:
        right = _RIGHTS.get(type(command))
        if isinstance(command, Serve | Sell | TopUp) and command.customer.pupil is not None:
            right = Right.SERVE_BY_NAME
            if not command.why:
                return Reason.WHY_IS_MISSING
        if right is None:
            return None
        if self.operator is None:
            return Reason.NOT_SIGNED_IN
        return None if right in self.operator.rights else Reason.NO_RIGHT

    def _carry_out(self, command: Command) -> Content:  # noqa: PLR0911, PLR0912, C901  one arm a command
        match command:
            case Serve():
                return self._serve(command)
            case Sell():
                return self._sell(command)
            case TopUp():
                return self._top_up(command)
            case Undo():
                return self._undo(command)
            case Void(document=document):
                return self._take_back(command, self._find(document))
            case Refund():
                return self._refund(command)
            case SignIn():
                return self._sign_in(command)
            case SignOut():
                self.operator = None
                return self._told(command)
            case ReleasePin():
                self._wrong.pop(command.staff_id, None)
                return self._told(command)
            case OpenShift(cash_cents=cash):
                if self._cash_cents is not None:
                    return self._refused(command, Reason.SHIFT_IS_OPEN)
                self._cash_cents = cash
                return self._told(command, "shift.opened")
            case MoveCash():
                return self._move_cash(command)
            case OpenDrawer():
                return self._told(command, "drawer.opened")
            case PrintReport():
                return self._told(command, figures=self.report())
            case ClosePeriod():
                return self._close(command)
            case StartTraining() | EndTraining():
                self.publish_status({"is_training": isinstance(command, StartTraining)})
                return self._told(command, "training.started")
            case ConfirmDay(day=day):
                self.publish_status({"day_question": None, "day": day.isoformat()})
                return self._told(command, "day.confirmed")
            case EnterStudy() | LeaveStudy() | ArriveLate() | SayWhyLate() | WithdrawPresence():
                return self._note_presence(command)
            case ChooseProfile():
                profile = command.profile or Profile.TILL
                self.publish_status({"profile": profile.value, "is_chosen": bool(command.profile)})
                return self._told(command, "profile.chosen")
            case MoveReserve() | GiveBadge() | StopBadge() | GiveTicket():
                person = self._person(command.customer)
                kind = _OFFICE_KINDS[type(command)]
                return {**self._told(command, kind), "name": person.get("name")}

    def _note_presence(self, command: PresenceCommand) -> Content:
        person = self._person(command.customer)
        outcome, kind = _NOTED[type(command)]
        about = getattr(command, "session", None)
        changes: dict[str, object] = {"outcome": outcome, "tone": "ok", "about": about}
        if outcome == "withdrawn":
            changes["tone"] = "attention"
        if outcome == "late":
            is_reason = isinstance(command, SayWhyLate)
            changes |= {"due_at": _text(NOON), "earlier_at": _text(NOON) if is_reason else None}
        changes["name"] = person.get("name")
        self.publish_verdict({**changes, "pupil": person.get("id"), "command": command.id})
        return {**self._told(command, kind), "outcome": outcome, "name": person.get("name")}

    # --- acts --------------------------------------------------------------------------------

    def _person(self, customer: Customer) -> Mapping[str, Any]:
        if customer.pupil is not None:
            return PUPILS[customer.pupil]
        if customer.tap is not None:
            return self._taps[customer.tap]
        return {"name": None, "class_name": None, "wallet_cents": None, "allergens": []}

    def _serve(self, command: Serve) -> Content:
        person = self._person(command.customer)
        kept = {key: person[key] for key in ("name", "class_name", "wallet_cents", "allergens")}
        answer = self._act(command, "collected", label="Spaghetti bolognaise", total=450, lines=[])
        self.publish_verdict({**kept, "asks": False, "outcome": "collected", "tone": "ok"})
        return {**answer, "outcome": "served", "name": person["name"]}

    def _sell(self, command: Sell) -> Content:
        person = self._person(command.customer)
        price = "guest" if person["name"] is None else "pupil"
        lines = [self._line(place, item, price) for place, item in enumerate(command.items)]
        total = sum(line["unit_cents"] * line["quantity"] for line in lines)
        label = lines[0]["label"] + (f" + {len(lines) - 1}" if len(lines) > 1 else "")
        wallet = person["wallet_cents"]
        if command.tender is Tender.WALLET:
            if wallet is None:
                return self._refused(command, Reason.NOT_ALLOWED)
            if wallet < total:
                return self._refused(command, Reason.NOT_ENOUGH_MONEY)
        elif self._cash_cents is None:
            return self._refused(command, Reason.NO_SHIFT)
        else:
            self._cash_cents += total
        answer = self._act(
            command, "sold", label=label, total=total, lines=lines, name=person["name"]
        )
        after = None if command.tender is not Tender.WALLET else wallet - total
        if person["name"] is not None:
            kept = {key: person[key] for key in ("name", "class_name", "allergens")}
            sold = {"outcome": "sold", "tone": "ok", "meal": label, "price_cents": total}
            receipt = {"wallet_cents": after, "receipt": answer["receipt"]}
            self.publish_verdict({**kept, **sold, **receipt})
        return {**answer, "outcome": "served", "wallet_cents": after, "name": person["name"]}

    def _line(self, place: int, item: BasketItem, price: str) -> dict[str, Any]:
        product = PRODUCTS[item.product]
        return {
            "place": place,
            "product": item.product,
            "label": product["name"],
            "quantity": item.quantity,
            "refunded": 0,
            "unit_cents": product["prices"][price],
        }

    def _top_up(self, command: TopUp) -> Content:
        person = self._person(command.customer)
        if self._cash_cents is None:
            return self._refused(command, Reason.NO_SHIFT)
        self._cash_cents += command.amount_cents
        after = person["wallet_cents"] + command.amount_cents
        answer = self._act(
            command,
            "topped_up",
            label="+",
            total=command.amount_cents,
            lines=[],
            name=person["name"],
        )
        return {**answer, "wallet_cents": after, "name": person["name"]}

    def _act(
        self,
        command: Command,
        kind: str,
        *,
        label: str,
        total: int,
        lines: list[dict[str, Any]],
        name: str | None = None,
    ) -> dict[str, Any]:
        answer = dict(self._told(command, f"{kind}.made"))
        number = self._number
        event = f"event-{number}"
        until = self.now + timedelta(seconds=UNDO_S)
        document = {
            "id": event,
            "reference": f"1-{number}",
            "receipt": number,
            "at": _text(self.now),
            "kind": kind,
            "name": name,
            "label": label,
            "total_cents": total,
            "tender": getattr(command, "tender", Tender.WALLET).value,
            "staff": None if self.operator is None else self.operator.name,
            "state": "whole",
            "is_open_period": True,
            "can_undo": True,
            "lines": lines,
        }
        self._documents.insert(0, document)
        self.publish_status(
            {
                "last_act": {
                    "id": document["id"],
                    "at": document["at"],
                    "can_undo_until": _text(until),
                }
            }
        )
        self._publish()
        return {**answer, "receipt": number, "label": label, "price_cents": total}

    # --- taking back -------------------------------------------------------------------------

    def _find(self, document: str) -> dict[str, Any] | None:
        for act in self._documents:
            if document in (act["id"], act["reference"], f"#{act['receipt']}"):
                return act
        return None

    def _undo(self, command: Undo) -> Content:
        act = next((act for act in self._documents if act["state"] == "whole"), None)
        if act is None:
            return self._refused(command, Reason.NOT_THE_LAST)
        return self._take_back(command, act)

    def _take_back(self, command: Command, act: dict[str, Any] | None) -> Content:
        if act is None:
            return self._refused(command, Reason.UNKNOWN_DOCUMENT)
        if act["state"] != "whole":
            return self._refused(command, Reason.ALREADY_CORRECTED)
        act["state"] = "voided"
        self.publish_status({"last_act": None})
        told = self._told(command, "sale.voided")
        return {**told, "label": act["label"], "price_cents": act["total_cents"]}

    def _refund(self, command: Refund) -> Content:
        act = self._find(command.document)
        if act is None:
            return self._refused(command, Reason.UNKNOWN_DOCUMENT)
        wanted = {back.place: back.quantity for back in command.backs} or {
            line["place"]: line["quantity"] - line["refunded"] for line in act["lines"]
        }
        for line in act["lines"]:
            line["refunded"] += wanted.get(line["place"], 0)
        is_all = all(line["refunded"] == line["quantity"] for line in act["lines"])
        act["state"] = "refunded" if is_all else "part_refunded"
        back = sum(line["unit_cents"] * wanted.get(line["place"], 0) for line in act["lines"])
        told = self._told(command, "sale.refunded")
        return {**told, "label": act["label"], "price_cents": back}

    # --- staff and cash ----------------------------------------------------------------------

    def _sign_in(self, command: SignIn) -> Content:
        staff = command.staff_id
        lock = pin_lock(staff, self._wrong, None, self.now)
        if lock is not None:
            until = None if lock.until is None else _text(lock.until)
            return {**self._refused(command, Reason.PIN_LOCKED), "wait_until": until}
        self.pins_looked_at += 1
        member = STAFF.get(staff)
        if member is None or member.pin != command.pin:
            count = self._wrong[staff].count if staff in self._wrong else 0
            self._wrong[staff] = WrongPins(count + 1, self.now)
            return self._refused(command, Reason.WRONG_PIN)
        self._wrong.pop(staff, None)
        self.operator = member
        return self._told(command, "staff.signed_in")

    def _move_cash(self, command: MoveCash) -> Content:
        if self._cash_cents is None:
            return self._refused(command, Reason.NO_SHIFT)
        sign = 1 if command.direction is Direction.IN else -1
        self._cash_cents += sign * command.amount_cents
        return self._told(command, "cash.moved")

    def _close(self, command: ClosePeriod) -> Content:
        figures = {**self.report(), "counted_cents": command.counted_cents}
        self._closings += 1
        self._cash_cents = None
        for act in self._documents:
            act["is_open_period"] = False
        self._publish()
        return self._told(command, "period.closed", figures=figures)

    # --- what is read ------------------------------------------------------------------------

    def documents(self, limit: int) -> list[Content]:
        """Return the newest acts."""
        return [dict(act) for act in self._documents[:limit]]

    def document(self, wanted: str) -> Content | None:
        """Return one act."""
        return self._find(wanted)

    def report(self) -> dict[str, Any]:
        """Return the figures of the open period."""
        whole = [
            act for act in self._documents if act["is_open_period"] and act["state"] == "whole"
        ]
        sold = [act for act in whole if act["kind"] == "sold"]
        return {
            "number": self._closings + 1,
            "opened_at": _text(NOON),
            "first_receipt": 1,
            "last_receipt": self._number,
            "collected": sum(act["kind"] == "collected" for act in whole),
            "tenders": [
                {
                    "tender": tender.value,
                    "count": sum(act["tender"] == tender.value for act in sold),
                    "amount_cents": sum(
                        act["total_cents"] for act in sold if act["tender"] == tender.value
                    ),
                }
                for tender in (Tender.WALLET, Tender.CASH)
            ],
            "voids": {
                "count": sum(act["state"] == "voided" for act in self._documents),
                "amount_cents": 0,
            },
            "refunds": {"count": 0, "amount_cents": 0},
            "cash_opening_cents": self._cash_cents,
            "cash_expected_cents": self._cash_cents,
            "not_collected": 38,
            "unbooked": 3,
        }

    # --- answers -----------------------------------------------------------------------------

    def _told(self, command: Command, kind: str = "", figures: Content | None = None) -> Content:
        events = []
        if kind:
            self._number += 1
            events = [
                {"id": f"event-{self._number}", "reference": f"1-{self._number}", "kind": kind}
            ]
        self._publish()
        return {**_blank(command), "outcome": "done", "events": events, "figures": figures}

    def _refused(self, command: Command, reason: Reason) -> Content:
        return {**_blank(command), "outcome": "refused", "reason": reason.value}

    def _publish(self) -> None:
        operator = self.operator
        self.publish_status(
            {
                "operator": None
                if operator is None
                else {
                    "id": operator.id,
                    "name": operator.name,
                    "rights": sorted(right.value for right in operator.rights),
                },
                "shift": {
                    "is_open": self._cash_cents is not None,
                    "opened_at": None if self._cash_cents is None else _text(NOON),
                    "cash_expected_cents": self._cash_cents,
                },
            }
        )


def _blank(command: Command) -> dict[str, object]:
    return {
        "command": command.id,
        "word": type(command).__struct_config__.tag,
        "is_repeat": False,
        "reason": None,
        "events": [],
        "receipt": None,
        "label": "",
        "name": None,
        "price_cents": None,
        "wallet_cents": None,
        "conflicts": [],
        "earlier_at": None,
        "is_to_settle": False,
        "wait_until": None,
        "figures": {},
    }


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
