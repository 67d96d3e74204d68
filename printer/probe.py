"""Finding out what a printer can do, by asking it: `refectory printer test`.

It asks for the status, the model and the two fences, in this order, and believes only what is
answered. A printer that does not know a fence may print the question as a few characters; the
test page that follows shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from printer.line import Line
from printer.profile import Fence, PrinterProfile, vendor_names, vendor_profile
from printer.status import Block, PaperSensor, ProcessNumber, RealTime, Reply, ReplyParser

ANSWER_S: Final = 2.0
_STEP_S: Final = 0.05
_DRAIN_S: Final = 0.1
_MARK: Final = b"prob"
_ASK_STATUS: Final = b"\x10\x04\x01"
_ASK_MODEL: Final = b"\x1dIC"
_ASK_FENCE_ID: Final = b"\x1d(H\x06\x0000" + _MARK
_ASK_FENCE_STATUS: Final = b"\x1dr\x01"
_START: Final = b"\x1b@\x1c."


@dataclass(frozen=True, slots=True)
class Findings:
    """What a printer answered. model: as it names itself, or empty."""

    profile: PrinterProfile
    model: str
    has_status: bool
    fence: Fence


def probe(line: Line, *, base: PrinterProfile, answer_s: float = ANSWER_S) -> Findings:
    """Return what the printer on an open line can do.

    base: what is believed so far; when the printer names a model of python-escpos's collection,
    that model's page, width and knife are taken instead. answer_s: how long each answer may take.
    Raises LineLostError.
    """
    asker = _Asker(line, answer_s)
    line.read_some(wait_s=_DRAIN_S)
    has_status = asker.ask(_ASK_STATUS, lambda reply: isinstance(reply, RealTime)) is not None
    line.write_some(_START, wait_s=answer_s)
    answer = asker.ask(_ASK_MODEL, lambda reply: isinstance(reply, Block))
    model = answer.text.decode("ascii", "replace") if isinstance(answer, Block) else ""
    fence = _find_fence(asker)
    known = vendor_profile(model) if model in vendor_names() else base
    profile = replace(known, fence=fence, has_status=has_status, logo=base.logo)
    return Findings(profile=profile, model=model, has_status=has_status, fence=fence)


def _find_fence(asker: "_Asker") -> Fence:
    if asker.ask(_ASK_FENCE_ID, lambda reply: reply == ProcessNumber(_MARK)) is not None:
        return Fence.ID
    if asker.ask(_ASK_FENCE_STATUS, lambda reply: isinstance(reply, PaperSensor)) is not None:
        return Fence.STATUS
    return Fence.NONE


class _Asker:
    def __init__(self, line: Line, answer_s: float) -> None:
        self._line = line
        self._answer_s = answer_s
        self._parser = ReplyParser()

    def ask(self, question: bytes, is_answer: Callable[[Reply], bool]) -> Reply | None:
        """Send a question; return its answer, None when none comes in time."""
        self._line.write_some(question, wait_s=self._answer_s)
        ends = monotonic() + self._answer_s
        while monotonic() < ends:
            for reply in self._parser.feed(self._line.read_some(wait_s=_STEP_S)):
                if is_answer(reply):
                    return reply
        return None
