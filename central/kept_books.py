"""What batches read of a school's books, kept for the next one as long as nobody changed it.

Wallets, badges and what parents allow carry the place in the school's feed at which they were last
written, and the feed moves with each of them: a school whose feed stands where a batch left it has
them all as that batch left them. So it is only where one transaction writes at a time
(`Session.is_alone`): where several do, a wallet may be changing while it is looked at.

What hangs on a terminal's last event carries that event's hash, which the terminal's row names: the
same hash is the same journal up to there, whoever booked it.

A batch takes what is kept for as long as it books, and changes it as it changes the books; once it
is committed, it gives it back. What failed is not given back, and read anew.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from central.terminals import Terminal
from core.day_receipt import SignedReceipt
from core.ids import BadgeKey, PupilId, SchoolId, TerminalId
from core.money import Money

_SCHOOLS_MAX: Final = 32
_ROWS_MAX: Final = 50_000
_NOWHERE: Final = -1


class Head(NamedTuple):
    """What hangs on the last event that a terminal's journal holds at the centre.

    hash: the event's own. at: when it happened, by the terminal's clock. receipt: of the newest
    closing up to it.
    """

    hash: bytes
    at: datetime
    receipt: SignedReceipt | None


@dataclass(slots=True)
class Kept:
    """Rows of one school as they stand at a place in its feed; not all, but those that were read.

    wallet_cents: the general ones, by pupil; reserves: those that are not empty; limited: of whom
    the parents set a limit; badges: whose each is; heads: of the terminals that sent nothing but
    facts of a lunch last.
    """

    cursor: int = _NOWHERE
    wallet_cents: dict[PupilId, int] = field(default_factory=dict)
    reserves: dict[PupilId, Money] = field(default_factory=dict)
    limited: set[PupilId] = field(default_factory=set)
    badges: dict[BadgeKey, PupilId] = field(default_factory=dict)
    heads: dict[TerminalId, Head] = field(default_factory=dict)

    def head_of(self, terminal: Terminal) -> Head | None:
        """Return what hangs on a terminal's last event, if it is the one of its row."""
        head = self.heads.get(terminal.id)
        return head if head is not None and head.hash == terminal.head_hash else None

    def be_at(self, cursor: int) -> None:
        """Forget everything unless the feed stands where it was left; or where it grew too big."""
        if cursor == self.cursor and len(self.wallet_cents) + len(self.badges) <= _ROWS_MAX:
            return
        self.cursor = cursor
        for rows in (self.wallet_cents, self.reserves, self.limited, self.badges, self.heads):
            rows.clear()


class KeptBooks:
    """The kept rows of the last few schools; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._schools: OrderedDict[SchoolId, Kept] = OrderedDict()

    def take(self, school: SchoolId) -> Kept:
        """Return what is kept of a school, for this batch alone."""
        with self._lock:
            return self._schools.pop(school, None) or Kept()

    def give_back(self, school: SchoolId, kept: Kept) -> None:
        """Keep what a batch left, which is committed."""
        with self._lock:
            self._schools[school] = kept
            if len(self._schools) > _SCHOOLS_MAX:
                self._schools.popitem(last=False)
