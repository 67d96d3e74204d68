"""All questions in their order. Import this module late: it needs httpx and cryptography."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

from core.chain import GENESIS
from core.wire import API
from sync.conformance.batches import BatchQuestions
from sync.conformance.branch import Branch, Head
from sync.conformance.copies import CopyQuestions, OpenCopy
from sync.conformance.enrolment import enrol, rotate
from sync.conformance.office import OfficeQuestions
from sync.conformance.orders import OrderQuestions
from sync.conformance.report import Check, Notes
from sync.conformance.signatures import SignatureQuestions
from sync.conformance.speaker import Line, Request, Speaker
from sync.identity import Identity

_NO_IDENTITY = "the server enrolled nobody"


def run(
    *,
    central_url: str,
    code: str | None,
    identity: Identity | None,
    ca_file: Path | None,
    open_copy: OpenCopy,
    now: datetime,
    chance: Random,
    tell: Callable[[Check], None],
) -> list[Check]:
    """Ask everything, and return what came of each question, in order.

    code: a one-time code; or identity: of a terminal that serves nobody, for it ends frozen.
    now: aware. tell: called with each check as it is done. Raises IdentityFileError for a
    certificate that cannot be used, TransientError when an enrolled terminal finds no server.
    """
    notes = Notes(tell)
    is_new = identity is None
    if identity is None:
        assert code is not None, "a code or an identity"
        line = Line(central_url, ca_file=ca_file)
        try:
            identity = enrol(notes, line, code)
        finally:
            line.close()
    if identity is None:
        notes.leave_out("batch", "everything that a terminal asks", _NO_IDENTITY)
        return notes.checks
    speaker = Speaker(identity, now=now, ca_file=ca_file)
    try:
        speaker.learn_time()
        _ask(notes, speaker, is_new=is_new, open_copy=open_copy, chance=chance)
    finally:
        speaker.close()
    return notes.checks


def _ask(
    notes: Notes, speaker: Speaker, *, is_new: bool, open_copy: OpenCopy, chance: Random
) -> None:
    head = Head(1, 0, GENESIS)
    branch = Branch(speaker.identity.terminal_id, head, chance=chance, at=speaker.now)
    batches = BatchQuestions(notes, speaker, branch)
    copies = CopyQuestions(notes, speaker, branch, open_copy=open_copy)
    copies.ask_at_the_door()
    with notes.check("epoch", "200: where this terminal's facts end, signed by the centre"):
        told = batches.told_head()
        if not is_new and told["high_water"]:
            head = Head(told["epoch"], told["high_water"], bytes.fromhex(told["head_hash"]))
            branch.head = head
    with notes.check("terminal", "200: how the server knows this terminal, signed"):
        view = f"{API}/terminals/{speaker.identity.terminal_id}"
        speaker.proved(speaker.ask(Request("GET", view)))
    batches.ask_in_order()
    SignatureQuestions(notes, speaker, branch).ask()
    batches.ask_about_poison()
    batches.ask_about_refusals()
    copies.ask()
    OrderQuestions(notes, speaker, chance=chance).ask()
    OfficeQuestions(notes, speaker, chance=chance).ask()
    if is_new:
        rotate(notes, speaker, is_alive=batches.is_alive)
    else:
        notes.leave_out("rotation", "a new key takes over", "it would end this identity's key")
    batches.ask_about_forks()
