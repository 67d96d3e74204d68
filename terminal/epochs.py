"""A restored card: what the till does from the moment it is noticed until a new epoch begins.

The centre holds events of this terminal that its journal does not: somebody put an older image of
the card in place, or a copy of it runs elsewhere. The till goes on serving, and what it records is
kept by the centre but not booked, until a person approves a new epoch. The place up to which both
agree is kept as a mark, so that sales behind it count as not in the centre's balances.
"""

import logging
from dataclasses import dataclass

from core.events import Basis
from core.facts import EpochStarted, Trouble, TroubleNoted
from core.till_state import Position
from offline_cache.journal import Journal
from offline_cache.retention import place_text
from sync.ports import EpochApproved, Forked
from terminal.recorder import Recorder

log = logging.getLogger("refectory.till")

FORK_MARK = "fork"


@dataclass(frozen=True, slots=True)
class Fork:
    """common: the last event that journal and centre share. centre: where the centre goes to."""

    common: Position
    centre: Position


def open_fork(journal: Journal) -> Fork | None:
    """Return the fork for which no epoch was begun yet; None when there is none.

    Raises JournalError.
    """
    written = journal.marks().get(FORK_MARK)
    if written is None:
        return None
    common, centre = (_place(text) for text in written.split())
    # An epoch that was begun since has ended it: nothing has to be cleared, and a power cut
    # between the two cannot be.
    return None if journal.head.epoch > centre[0] else Fork(common, centre)


def believable(settled: Position, journal: Journal) -> Position:
    """Return how far a copy's balances hold the events of this very journal.

    settled: how far the centre says that they do; behind a fork those are another's events.
    Raises JournalError.
    """
    fork = open_fork(journal)
    if fork is not None:
        return min(settled, fork.common)
    if settled <= (journal.head.epoch, journal.head.seq):
        return settled
    # The copy knows of a fork before the uplink does: what the centre has confirmed is common.
    return min(settled, journal.acknowledged)


def note_fork(message: Forked, recorder: Recorder, *, basis: Basis) -> None:
    """Write down that an older image was restored, once, and count only what both share.

    Raises JournalError.
    """
    known = open_fork(recorder.journal)
    common = message.common if known is None else min(message.common, known.common)
    centre = max(message.high_water, (0, 0) if known is None else known.centre)
    fork = Fork(common, centre)
    if fork == known or recorder.journal.head.epoch > centre[0]:
        return
    recorder.journal.mark(FORK_MARK, f"{place_text(common)} {place_text(centre)}")
    if known is None:
        log.warning(
            "an older image of this card was restored: the centre holds events up to %s that are"
            " not here; what both share ends at %s",
            place_text(centre),
            place_text(common),
        )
        fact = TroubleNoted(Trouble.RESTORED_IMAGE, began_at=recorder.now(), is_over=False)
        recorder.record([fact], basis=basis)
    if recorder.state.settled > common:
        recorder.rebuild(settled=common)


def begin_epoch(message: EpochApproved, recorder: Recorder, *, basis: Basis) -> bool:
    """Begin the epoch that a person approved; False when it was begun before.

    Raises JournalError.
    """
    if message.epoch <= recorder.journal.head.epoch:
        return False
    epoch, seq = message.after
    fact = EpochStarted(
        after_epoch=epoch,
        after_seq=seq,
        after_hash=message.after_hash.hex(),
        receipt=message.receipt,
        closing=message.closing,
        perpetual=message.perpetual,
    )
    recorder.start_epoch(message.epoch, fact, basis=basis)
    log.warning(
        "epoch %s was begun, behind the centre's %s", message.epoch, place_text((epoch, seq))
    )
    return True


def _place(text: str) -> Position:
    epoch, _, seq = text.partition("-")
    return (int(epoch), int(seq))
