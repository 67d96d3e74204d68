"""What proves a movement to a parent: its event as the terminal sealed it, and the hash before."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.database import Session
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
    found: dict[str, Proof] = {}
    for start in range(0, len(events), 500):
        rows = session.rows_by(
            "SELECT e.id, e.terminal_id, e.epoch, e.seq, e.hash, e.body, b.hash FROM event e"
            " LEFT JOIN event b ON b.school_id = e.school_id AND b.terminal_id = e.terminal_id"
            " AND b.epoch = e.epoch AND b.seq = e.seq - 1"
            " WHERE e.school_id = ? AND e.id IN",
            events[start : start + 500],
            school,
        )
        for event, terminal, epoch, seq, own, body, before in rows:
            is_first = epoch == 1 and seq == 1
            previous = GENESIS if is_first else bytes(before or b"")
            found[event] = Proof(
                event,
                terminal,
                epoch,
                seq,
                bytes(own).hex(),
                previous.hex(),
                bytes(body).decode(),
            )
    return found
