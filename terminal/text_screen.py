"""The till as text, 24 lines of 80: for a broken screen, over SSH, without colour if need be.

Pure: a state and a language go in, lines come out. What is told by colour is told by signs, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.codec import read_moment

WIDTH: Final = 80
HEIGHT: Final = 24
PRODUCTS_MAX: Final = 16
_PER_COLUMN: Final = 8
ACTS_MAX: Final = _PER_COLUMN
_SIGNS: Final = {"ok": "+", "refused": "X", "attention": "!", "unknown": "?"}
_GOOD: Final = frozenset({"up", "recovered", "ready", "printing"})

Words = Mapping[str, str]


@dataclass
class TextState:
    """What is shown: the board's topics, the till's products, and what was said last.

    rows: acts, or the lines of one, in the place of the products until the next command.
    """

    status: Mapping[str, Any] = field(default_factory=dict)
    verdict: Mapping[str, Any] | None = None
    taps: Sequence[Mapping[str, Any]] = ()
    products: Sequence[Mapping[str, Any]] = ()
    found: Sequence[Mapping[str, Any]] = ()
    rows: Sequence[str] = ()
    said: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Brussels"))


def money(cents: int) -> str:
    """Return an amount in euros as a person writes it: `12,50`."""
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{whole // 100},{whole % 100:02}"


def screen(state: TextState, words: Words, now: datetime) -> list[str]:
    """Return the lines of the screen, but for the last, on which a person types."""
    lines = [
        _top(state, words, now),
        "=" * WIDTH,
        *_verdict(state, words),
        "-" * WIDTH,
        *_offer(state),
        "-" * WIDTH,
        _taps(state.taps, words),
        state.said,
        _asked(state, words),
        words["text.help_1"],
        words["text.help_2"],
        words["text.help_3"],
    ]
    cut = [line[:WIDTH] for line in lines]
    return cut[: HEIGHT - 1] + [""] * (HEIGHT - 1 - len(cut))


def verdict_line(verdict: Mapping[str, Any], words: Words) -> str:
    """Return a verdict in one line, for a screen that cannot be drawn."""
    parts = [f"[{_SIGNS.get(verdict['tone'], '?')}]", title(verdict, words)]
    parts += [str(verdict[key]) for key in ("name", "class_name", "meal") if verdict.get(key)]
    if verdict.get("conflicts"):
        parts.append(_conflict(verdict, words))
    if verdict.get("wallet_cents") is not None:
        parts.append(f"{words['verdict.wallet']} {money(verdict['wallet_cents'])}")
    return " | ".join(parts)


def title(verdict: Mapping[str, Any], words: Words) -> str:
    """Return what a verdict says, in capitals."""
    key = f"verdict.{verdict['outcome']}"
    if verdict["outcome"] == "refused":
        key = f"reason.{verdict['reason']}"
    return words.get(key, words["reason.other"]).upper()


def act_rows(acts: Sequence[Mapping[str, Any]], words: Words, zone: ZoneInfo) -> list[str]:
    """Return the newest acts, a line each: reference, time, what, who, how much, what became."""
    return [_act_row(act, words, zone) for act in acts[:ACTS_MAX]]


def line_rows(act: Mapping[str, Any], words: Words) -> list[str]:
    """Return the lines of an act as they are numbered to be given back; what it was, without."""
    rows = [_line_row(line, words) for line in act["lines"]]
    return rows or [f"{act['reference']} {act['label']} {money(act['total_cents'])}"]


def _act_row(act: Mapping[str, Any], words: Words, zone: ZoneInfo) -> str:
    at = read_moment(act["at"]).astimezone(zone)
    state = "" if act["state"] == "whole" else words[f"journal.{act['state']}"]
    who = f"{act['name'] or '':<18.18}"
    what = f"{act['label'] or words['top_up.title']:<26.26}"
    return f"{act['reference']:>9} {at:%H:%M} {what} {who} {money(act['total_cents']):>8} {state}"


def _line_row(line: Mapping[str, Any], words: Words) -> str:
    number, pieces = line["place"] + 1, f"{line['quantity']} x {line['label']}"
    given = words["journal.given_back"].replace("{count}", str(line["refunded"]))
    back = f" ({given})" if line["refunded"] else ""
    return f"{number:>2} {pieces[:22]:<22} {money(line['unit_cents']):>6}{back}"


def _top(state: TextState, words: Words, now: datetime) -> str:
    status = state.status
    if not status:
        return words["gone.title"]
    readers = [reader["state"] for reader in status["readers"]]
    printer = status["printer"]["state"]
    parts = [
        f"{now.astimezone(state.zone):%H:%M}",
        str(status["terminal"]),
        _part(words["status.reader"], readers[0] if readers else "no_reader", words),
        _part(words["status.printer"], printer, words),
        words["status.online"] if status["is_online"] else words["status.offline"].upper(),
        f"{words['status.queue']} {status['queue']['count']}",
        (status.get("operator") or {}).get("name") or words["sign_in.nobody"],
    ]
    training = [words["banner.training"]] if status.get("is_training") else []
    return " | ".join(training + parts)


def _part(name: str, part: str, words: Words) -> str:
    if part in _GOOD:
        return f"{name} ok"
    return f"{name} {words.get(f'status.{part}', words['status.bad']).upper()}"


def _verdict(state: TextState, words: Words) -> list[str]:
    verdict = state.verdict
    if verdict is None:
        return [words["verdict.idle"].upper(), words["verdict.idle_do"], "", "", ""]
    sign = _SIGNS.get(verdict["tone"], "?") * 3
    who = f"{verdict.get('name') or words['verdict.nobody']}  {verdict.get('class_name') or ''}"
    allergens = ", ".join(words[f"allergen.{word}"] for word in verdict.get("allergens", []))
    wallet, price = verdict.get("wallet_cents"), verdict.get("price_cents")
    sums = [
        "" if price is None else f"{words['verdict.price']} {money(price)}",
        "" if wallet is None else f"{words['verdict.wallet']} {money(wallet)}",
        verdict.get("diet") or "",
    ]
    return [
        f"{sign} {title(verdict, words)} {sign}",
        f"{who}  {verdict.get('meal') or ''}",
        f"{words['verdict.allergens']}: {allergens or '-'}",
        _conflict(verdict, words) if verdict.get("conflicts") else "",
        "   ".join(part for part in sums if part),
    ]


def _conflict(verdict: Mapping[str, Any], words: Words) -> str:
    named = ", ".join(words[f"allergen.{word}"] for word in verdict["conflicts"])
    return "!!! " + words["verdict.conflict"].replace("{words}", named)


def _offer(state: TextState) -> list[str]:
    if len(state.rows) > _PER_COLUMN:
        return _columns(state.rows)
    if state.rows:
        return [*state.rows, *[""] * (_PER_COLUMN - len(state.rows))]
    return _products(state.found or state.products, is_found=bool(state.found))


def _products(items: Sequence[Mapping[str, Any]], *, is_found: bool) -> list[str]:
    return _columns([_cell(number, item, is_found) for number, item in enumerate(items, start=1)])


def _columns(rows: Sequence[str]) -> list[str]:
    cells = [*rows[:PRODUCTS_MAX], *[""] * (PRODUCTS_MAX - len(rows))]
    half = WIDTH // 2
    return [
        f"{left[: half - 1]:<{half}}{right[:half]}"
        for left, right in zip(cells[:_PER_COLUMN], cells[_PER_COLUMN:], strict=True)
    ]


def _cell(number: int, item: Mapping[str, Any], is_found: bool) -> str:  # noqa: FBT001  one column
    if is_found:
        return f"{number:>2} {item['name']} {item['class_name']}"
    return f"{number:>2} {item['name'][:26]:<26} {money(item['prices']['pupil']):>6}"


def _taps(taps: Sequence[Mapping[str, Any]], words: Words) -> str:
    shown = [f"{_SIGNS.get(tap['tone'], '?')}{tap.get('name') or '?'}" for tap in taps]
    return f"{words['taps.title']}: {'  '.join(shown) or '-'}"


def _asked(state: TextState, words: Words) -> str:
    """Return what a person has to answer, or else the risk that the till runs offline."""
    status = state.status
    if not status:
        return ""
    day, papers = status.get("day_question"), status["printer"].get("questions") or []
    if day:
        return f"? {words['day.question']} day {day['suggested_day']}"
    if papers:
        paper = papers[0]
        at = read_moment(paper["at"]).astimezone(state.zone)
        question = words["papers.question"].replace("{time}", f"{at:%H:%M}")
        number = str(paper["receipt"] or paper["event"])
        return f"? {question.replace('{number}', number)} y / n"
    if status["is_online"]:
        return ""
    risk = status["walk_in"]
    return (
        words["banner.offline"]
        .replace("{risk}", money(risk["risk_cents"]))
        .replace("{limit}", money(risk["limit_cents"]))
    )
