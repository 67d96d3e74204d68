"""Every key of the settings, explained from its own description; nothing is written twice."""

import textwrap
from dataclasses import dataclass
from typing import cast

import msgspec

from config.load import as_toml, expectation
from config.settings import Settings

HEADING = """\
# Settings of one Refectory terminal. Every key may be left out; the value shown is the one in
# force then. Parts can stand in files of their own, in terminal.toml.d/*.toml; a later file wins.
# `refectory config check` tells every mistake with its line."""


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """What a person may want to know of a key. default, example: as they stand in a file."""

    key: str
    purpose: str
    wants: str
    default: str | None
    example: str


def explain() -> tuple[KeyHelp, ...]:
    """Return the help of every key, in the order of the settings."""
    return tuple(_help_of(field) for field in fields())


def fields() -> tuple[msgspec.inspect.Field, ...]:
    """Return the description of each key, as msgspec tells it."""
    return cast("msgspec.inspect.StructType", msgspec.inspect.type_info(Settings)).fields


def _help_of(field: msgspec.inspect.Field) -> KeyHelp:
    kind = cast("msgspec.inspect.Metadata", field.type)
    assert kind.extra_json_schema is not None, f"{field.name} is not described"
    wants, example = expectation(field.name)
    return KeyHelp(
        key=field.name,
        purpose=kind.extra_json_schema["description"],
        wants=wants,
        default=None if field.default is None else as_toml(field.default),
        example=as_toml(example),
    )


def as_file(helps: tuple[KeyHelp, ...]) -> str:
    """Return a whole settings file: each key explained, and set to its default in a comment."""
    blocks = [HEADING]
    for found in helps:
        lines = textwrap.wrap(
            f"{found.purpose} Wants {found.wants}.",
            width=96,
            initial_indent="# ",
            subsequent_indent="# ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        if found.default is None:
            lines.append(f"# {found.key} = {found.example}")
        else:
            lines.append(f"# {found.key} = {found.default}")
            if found.example != found.default:
                lines.insert(-1, f"# Example: {found.key} = {found.example}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
