"""Templates: what fills them, and the words and parts that each of them knows."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from central.pages.voice import Voice
from core.codec import moment_text

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = Path(__file__).parent


def text_of(template: str, voice: Voice, **values: object) -> str:
    """Return what a template says with values, in a voice."""
    environment = _environment()
    told = {
        "language": voice.language.value,
        "say": voice.say,
        "count": voice.count,
        "term": voice.term,
        "money": voice.money,
        "day": voice.day,
        "moment": voice.moment,
        "time": voice.time,
        "number": voice.number,
        "known": voice.words,
        **values,
    }
    parts = environment.get_template("parts.html").make_module(told)
    return environment.get_template(template).render(told, parts=parts)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  loads late

    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        # Templates change with the program alone: no look at each file for each page.
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["machine"] = moment_text
    return environment
