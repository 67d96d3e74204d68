"""What a person types at the text till, turned into a request.

3 3 12          sell product 3 twice and 12 once to the last badge; `cash` before it: for cash
serve           serve the last badge although it asked (an allergen)
u               take the last act back          v 1-42 wrong dish    void an act
r [1-42]        print a receipt once more       f lea 3b             find pupils
p 2 forgotten   serve the second found          in 1                 sign in (asks the PIN)
out             lock                            open 50,00           open the shift
x               print the X report              z 123,45             close the period
day 2026-11-24  say which day it is             y / n                did the paper come out
t 20,00 [why]   cash into the last badge's wallet
l               list the last acts              l 1-42               list the lines of an act
b 1-42 1,3x2 broken    give line 1 once and line 3 twice back; `all` for what is left of it
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from terminal.text_screen import ACTS_MAX, TextState

_AMOUNT: Final = re.compile(r"(\d{1,4})(?:[.,](\d{2}))?")
_BACK: Final = re.compile(r"(\d{1,2})(?:x(\d{1,2}))?")
_ALL: Final = "all"


class NotUnderstoodError(Exception):
    """What was typed is no command; the text is a key of the words."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A request: where it goes, and its body; staff: whose PIN must be asked first."""

    path: str
    body: Mapping[str, Any] | None
    staff: str | None = None


def read_typed(line: str, state: TextState, staff: Sequence[Mapping[str, Any]]) -> Typed:
    """Return what a line asks for. Raises NotUnderstoodError."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if word.isdecimal():
        return _sale(line.split(), state, tender="wallet")
    try:
        return _WORDS[word](rest, state, staff)
    except (KeyError, IndexError, ValueError) as error:
        raise NotUnderstoodError("text.not_understood") from error


def _sale(numbers: list[str], state: TextState, *, tender: str) -> Typed:
    counts: dict[str, int] = {}
    for number in numbers:
        if not number.isdecimal() or not 0 < int(number) <= len(state.products):
            raise NotUnderstoodError("text.not_understood")
        product = state.products[int(number) - 1]["id"]
        counts[product] = counts.get(product, 0) + 1
    if not counts:
        raise NotUnderstoodError("text.not_understood")
    items = [{"product": product, "quantity": count} for product, count in counts.items()]
    tap = _last_tap(state)
    if tap is None and tender == "wallet":
        raise NotUnderstoodError("text.no_badge")
    customer = {} if tap is None or tender == "cash" else {"tap": tap}
    return _command("sell", customer=customer, items=items, tender=tender)


def _last_tap(state: TextState) -> str | None:
    verdict = state.verdict
    return None if verdict is None or not verdict.get("name") else str(verdict["tap"])


def _command(word: str, **content: Any) -> Typed:  # noqa: ANN401  a command's own fields
    return Typed("/v1/commands", {"command": word, **content})


def cents_of(text: str) -> int:
    """Return an amount that was typed, `12`, `12,50` or `12.50`, in cents. Raises ValueError."""
    matched = _AMOUNT.fullmatch(text)
    if matched is None:
        raise ValueError(text)
    return int(matched[1]) * 100 + int(matched[2] or 0)


def _found(rest: str, state: TextState) -> Typed:
    number, _, why = rest.partition(" ")
    pupil = state.found[_place(number)]["id"]
    return _command("serve", customer={"pupil": pupil}, why=why.strip())


def _place(number: str) -> int:
    place = int(number) - 1
    if place < 0:
        raise ValueError(number)
    return place


def _sign_in(rest: str, staff: Sequence[Mapping[str, Any]]) -> Typed:
    member = str(staff[_place(rest)]["id"])
    return Typed("/v1/commands", {"command": "sign_in", "staff": member}, staff=member)


def _paper(state: TextState, *, has_come_out: bool) -> Typed:
    job = state.status["printer"]["questions"][0]["job"]
    return Typed(f"/v1/papers/{job}", {"came_out": has_come_out})


def _serve(state: TextState) -> Typed:
    tap = _last_tap(state)
    if tap is None:
        raise NotUnderstoodError("text.no_badge")
    return _command("serve", customer={"tap": tap}, accepts=True)


def _void(rest: str) -> Typed:
    document, _, why = rest.partition(" ")
    if not document:
        raise ValueError(rest)
    return _command("void", document=document, why=why.strip())


def _refund(rest: str) -> Typed:
    document, _, rest = rest.partition(" ")
    lines, _, why = rest.partition(" ")
    backs = [] if lines == _ALL else [_back(part) for part in lines.split(",")]
    return _command("refund", document=document, backs=backs, why=why.strip())


def _back(part: str) -> dict[str, int]:
    """Return which line comes back, and how often: `3x2` is the third, twice."""
    matched = _BACK.fullmatch(part)
    if matched is None:
        raise ValueError(part)
    return {"place": _place(matched[1]), "quantity": int(matched[2] or 1)}


def _top_up(rest: str, state: TextState) -> Typed:
    amount, _, why = rest.partition(" ")
    tap = _last_tap(state)
    if tap is None:
        raise NotUnderstoodError("text.no_badge")
    return _command("top_up", customer={"tap": tap}, amount_cents=cents_of(amount), why=why.strip())


def _listed(rest: str) -> Typed:
    path = f"/v1/documents/{quote(rest, safe='')}" if rest else f"/v1/documents?limit={ACTS_MAX}"
    return Typed(path, None)


_Reading = Callable[[str, TextState, Sequence[Mapping[str, Any]]], Typed]

_WORDS: Final[Mapping[str, _Reading]] = {
    "cash": lambda rest, state, _staff: _sale(rest.split(), state, tender="cash"),
    "serve": lambda _rest, state, _staff: _serve(state),
    "u": lambda _rest, _state, _staff: _command("undo"),
    "v": lambda rest, _state, _staff: _void(rest),
    "b": lambda rest, _state, _staff: _refund(rest),
    "l": lambda rest, _state, _staff: _listed(rest),
    "t": lambda rest, state, _staff: _top_up(rest, state),
    "r": lambda rest, _state, _staff: Typed("/v1/reprint", {"event": rest or "last"}),
    "f": lambda rest, _state, _staff: Typed(f"/v1/pupils?q={rest}", None),
    "p": lambda rest, state, _staff: _found(rest, state),
    "in": lambda rest, _state, staff: _sign_in(rest, staff),
    "out": lambda _rest, _state, _staff: _command("sign_out"),
    "open": lambda rest, _state, _staff: _command("open_shift", cash_cents=cents_of(rest)),
    "x": lambda _rest, _state, _staff: _command("print_x"),
    "z": lambda rest, _state, _staff: _command(
        "close_period", counted_cents=cents_of(rest) if rest else None
    ),
    "day": lambda rest, _state, _staff: _command("confirm_day", day=rest),
    "y": lambda _rest, state, _staff: _paper(state, has_come_out=True),
    "n": lambda _rest, state, _staff: _paper(state, has_come_out=False),
}
