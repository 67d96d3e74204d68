"""A spare takes the place of a dead terminal: its name, its chain, and what it had not sent.

The dead one's journal, from its card or a stick, goes on where it ended: what the centre lacks is
sent by the uplink as ever, what it has is not sent twice. A damaged journal is brought over up to
the damage, and whatever else it still proves is put into a file for the bursar. Where the journal
is damaged or lost the spare begins a new epoch, which a person at the centre has to approve.
"""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

from core.events import Basis
from core.policy import CLOSED
from core.till_state import Position
from offline_cache.errors import JournalCorruptError, JournalMissingError
from offline_cache.import_journal import add_proven, import_journal, proven_after
from offline_cache.integrity import verify
from offline_cache.journal import Journal
from offline_cache.journal_reader import EMPTY_HEAD, Head, JournalReader
from offline_cache.rescue import Salvaged, rescue, rescue_line
from offline_cache.retention import place_text
from sync.enrol import enrol
from sync.identity import (
    FILE_NAME,
    Identity,
    identity_path,
    load_identity,
    write_secret_file,
)
from sync.standing import Standing, read_standing
from terminal.clock import Clock
from terminal.epochs import begin_epoch
from terminal.files import JOURNAL_NAME, REPLACING_NAME
from terminal.recorder import Recorder

RESCUED_NAME: Final = "rescued.jsonl"


class ReplaceError(Exception):
    """The spare cannot take the place, yet; the text says why and the cure. Run it again then."""


class Way(StrEnum):
    """How the spare goes on."""

    CONTINUED = "continued"
    NEW_EPOCH = "new_epoch"
    FROM_THE_START = "from_the_start"


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was done. unsent: events that wait for the centre now. aside: those in the file."""

    identity: Identity
    way: Way
    head: Position
    unsent: int
    aside: int


@dataclass(frozen=True, slots=True)
class _Found:
    """The dead terminal's journal.

    head: where what SQLite reads of it is proven to end; None when nothing of it is. more: the
    events that its pages prove behind that place. aside: those that are found but not chained.
    """

    path: Path
    head: Head | None
    more: tuple[Salvaged, ...]
    aside: tuple[Salvaged, ...]


def replace_terminal(
    folder: Path,
    *,
    central_url: str,
    code: str | None,
    source: Path | None,
    clock: Clock,
    on_step: Callable[[str], None],
) -> Replaced:
    """Make the terminal in a folder the one that a code names.

    code: None to go on with a replacement that was begun. source: the dead one's folder, or its
    journal; None when it is lost. on_step: told in words what is done next.
    Raises ReplaceError, SyncError or JournalError; it can be run again, and goes on.
    """
    _check_free(folder, code=code)
    on_step("checking the old journal" if source is not None else "no old journal was named")
    found = None if source is None else _look_at(source)
    identity = _become(folder, central_url=central_url, code=code, on_step=on_step)
    if source is not None:
        _check_owner(source, identity)
    on_step("asking the centre how far its books go")
    standing = read_standing(identity, folder, clock=clock.now)
    if found is not None:
        _bring(found, folder, on_step)
    way = _way(found, standing)
    if way is Way.NEW_EPOCH:
        on_step("beginning the new epoch")
        _begin_epoch(folder, standing, clock)
    (folder / REPLACING_NAME).unlink(missing_ok=True)
    head, unsent = _ends(folder, standing)
    return Replaced(identity, way, head, unsent, 0 if found is None else len(found.aside))


def _check_free(folder: Path, *, code: str | None) -> None:
    is_begun = (folder / REPLACING_NAME).exists()
    if code is None and not is_begun:
        raise ReplaceError(
            f"no replacement was begun in {folder}; get a code at the centre: refectory central"
            " code --replace ID"
        )
    if not is_begun and ((folder / JOURNAL_NAME).exists() or identity_path(folder).exists()):
        raise ReplaceError(
            f"{folder} holds a terminal already; a spare begins with an empty folder: name one"
            " with --data, or move those files away"
        )


def _look_at(source: Path) -> _Found:
    """Return the journal in a folder or at a path. Raises JournalError when there is none."""
    path = source / JOURNAL_NAME if source.is_dir() else source
    if not path.is_file():
        raise JournalMissingError(
            f"there is no {JOURNAL_NAME} in {source}; mount the old card, name its folder"
            " (usually var/lib/refectory on it), or leave --from out when it is lost"
        )
    head = _proven_head(path)
    # SQLite ends a WAL at its first torn frame and says nothing: the pages may prove more.
    events = rescue(path).events
    more = proven_after(EMPTY_HEAD if head is None else head, events)
    ends = [event.position for event in more] + ([] if head is None else [(head.epoch, head.seq)])
    end = max(ends, default=(0, 0))
    return _Found(path, head, more, tuple(one for one in events if one.position > end))


def _proven_head(path: Path) -> Head | None:
    try:
        report = verify(path)
    except JournalCorruptError:
        return None
    return report.head if report.is_good else None


def _become(
    folder: Path, *, central_url: str, code: str | None, on_step: Callable[[str], None]
) -> Identity:
    known = load_identity(folder)
    if known is not None:
        return known
    if code is None:
        raise ReplaceError("the code was not used yet; run it again with --code CODE")
    on_step("taking the dead terminal's place at the centre")
    # Written first: whatever comes between is gone on with, and never taken for another's files.
    write_secret_file(folder / REPLACING_NAME, json.dumps({"central": central_url}) + "\n")
    return enrol(central_url=central_url, code=code, folder=folder)


def _check_owner(source: Path, identity: Identity) -> None:
    """Raise ReplaceError when the old card says that it is another terminal's."""
    if not source.is_dir():
        return
    try:
        text = (source / FILE_NAME).read_text(encoding="utf-8")
        owner = json.loads(text)["terminal_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if owner != identity.terminal_id:
        raise ReplaceError(
            f"the card in {source} is of terminal {owner}, but the code is for"
            f" {identity.terminal_id}; run it again with the right card"
        )


def _bring(found: _Found, folder: Path, on_step: Callable[[str], None]) -> None:
    """Bring the old journal over, and what cannot be chained into a file for the bursar."""
    target = folder / JOURNAL_NAME
    if target.exists():
        return
    if found.aside:
        on_step(f"putting {len(found.aside)} events that cannot be chained into {RESCUED_NAME}")
        lines = b"".join(rescue_line(event) + b"\n" for event in found.aside)
        write_secret_file(folder / RESCUED_NAME, lines.decode("utf-8", "backslashreplace"))
    if found.head is not None:
        on_step("bringing the old journal over")
        import_journal(found.path, target)
    if found.more:
        on_step(f"bringing over {len(found.more)} events that its pages prove")
        add_proven(found.more, target)


def _way(found: _Found | None, standing: Standing) -> Way:
    if found is None:
        return Way.NEW_EPOCH if standing.high_water > (0, 0) else Way.FROM_THE_START
    is_whole = found.head is not None and not found.aside
    return Way.CONTINUED if is_whole else Way.NEW_EPOCH


def _begin_epoch(folder: Path, standing: Standing, clock: Clock) -> None:
    if standing.approved is None:
        raise ReplaceError(
            "the old journal is lost or damaged, so the spare begins a new epoch, which nobody has"
            " approved yet; at the centre: refectory central approve-epoch ID; then run:"
            " refectory replace --resume"
        )
    with closing(Journal.open(folder / JOURNAL_NAME)) as journal:
        recorder = Recorder(journal, clock)
        basis = Basis(cursor="", policy=CLOSED.version, is_online=True)
        begin_epoch(standing.approved, recorder, basis=basis)


def _ends(folder: Path, standing: Standing) -> tuple[Position, int]:
    """Return where the spare's journal ends, and how many events the centre lacks of it."""
    path = folder / JOURNAL_NAME
    if not path.exists():
        return (0, 0), 0
    with closing(JournalReader.open(path)) as journal:
        head = (journal.head.epoch, journal.head.seq)
        return head, sum(1 for _ in journal.events(standing.high_water))


def summary(done: Replaced, folder: Path) -> str:
    """Return what was done in one line."""
    begin = f"this terminal is {done.identity.terminal_name} ({done.identity.terminal_id}) now"
    match done.way:
        case Way.CONTINUED:
            text = f"its journal goes on behind {place_text(done.head)}"
        case Way.NEW_EPOCH:
            text = f"it goes on in epoch {done.head[0]}"
        case Way.FROM_THE_START:
            text = "the centre held nothing of it, so it begins anew"
        case _:
            assert_never(done.way)
    aside = ""
    if done.aside:
        aside = f"; {done.aside} events could not be chained: give {folder / RESCUED_NAME} to the"
        aside += " bursar"
    return f"{begin}; {text}; {done.unsent} events wait to be sent{aside}"
