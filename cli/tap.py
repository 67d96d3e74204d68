"""`refectory tap VALUE`: a tap through a running terminal's simulated reader."""

import argparse
from typing import TYPE_CHECKING

from cli.folder import data_folder
from cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.terminal_link import ask

if TYPE_CHECKING:
    from cli.main import Commands


def register(commands: "Commands") -> None:
    """Add `tap`."""
    parser = commands.add_parser("tap", help="tap a badge on the simulated reader")
    parser.add_argument("value", metavar="VALUE", help="the card's number in hexadecimal")
    parser.add_argument(
        "--technology", default="iso14443a", metavar="WORD", help="of the card (iso14443a)"
    )
    parser.add_argument("--stays", action="store_true", help="leave the badge on the reader")
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    try:
        bytes.fromhex(parsed.value)
    except ValueError as error:
        raise CommandError(
            f"{parsed.value!r} is no card number; write it in hexadecimal, as `refectory demo"
            " badges` does",
            EXIT_USAGE,
        ) from error
    answer = ask(
        data_folder(parsed),
        "POST",
        "/v1/tap",
        {"value": parsed.value, "technology": parsed.technology, "stays": parsed.stays},
    )
    if parsed.json:
        say_json(answer)
    else:
        say(outcome_line(answer))
    return EXIT_FAILED if answer.get("topic") == "declined" else EXIT_WELL


def outcome_line(answer: dict[str, object]) -> str:
    """Return what became of a tap, as one line for a person."""
    if answer.get("topic") == "declined":
        return f"declined: {answer.get('alarm')}"
    if answer.get("topic") == "repeat":
        return "ignored: the same badge still lies on the reader"
    words = [str(answer.get("outcome"))]
    if answer.get("reason"):
        words.append(str(answer["reason"]).replace("_", " "))
    words += [str(answer[key]) for key in ("name", "class_name", "meal") if answer.get(key)]
    cents = answer.get("wallet_cents")
    if isinstance(cents, int):
        from core.money import Money  # noqa: PLC0415  another layer loads late

        words.append(f"wallet {Money(cents).text()}")
    if answer.get("conflicts"):
        words.append("ALLERGENS " + ", ".join(map(str, _listed(answer["conflicts"]))))
    words.append(f"event {answer.get('epoch')}-{answer.get('seq')}")
    return " · ".join(words)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
