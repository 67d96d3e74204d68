"""What proves a movement to a parent: its event as the terminal sealed it, and the hash before."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.database import Session
from central.sealed import hashes_before, sealed_by_id
from core.chain import GENESIS
from core.ids import SchoolId


@dataclass(frozen=True, slots=True)
class Proof:
    """One event.

    hash, previous_hash: 64 hexadecimal digits; previous_hash is empty for the first of a later
    epoch, which follows an event that the centre may not hold.

    `core.chain.link(previous_hash, body)` is the hash; the terminal signed it with its batch, and
    the centre the receipt of the day that covers it.
    """

    event: str
    terminal: str
    epoch: int
    seq: int
    hash: str
    previous_hash: str
    body: str

    def plain(self) -> dict[str, str | int]:
        """Return it as it is exported."""
        return {
            "id": self.event,
            "terminal": self.terminal,
            "epoch": self.epoch,
            "seq": self.seq,
            "hash": self.hash,
            "previous_hash": self.previous_hash,
            "body": self.body,
        }


def proofs_of(session: Session, school: SchoolId, events: Sequence[str]) -> dict[str, Proof]:
    """Return the proofs of a school's events by their ids. Which may be shown, the asker knows."""
    sealed = sealed_by_id(session, school, events)
    before = hashes_before(session, school, list(sealed))
    return {
        event: Proof(
            event,
            one.terminal,
            one.epoch,
            one.seq,
            one.hash.hex(),
            (GENESIS if (one.epoch, one.seq) == (1, 1) else before.get(event, b"")).hex(),
            one.body.decode(),
        )
        for event, one in sealed.items()
    }
