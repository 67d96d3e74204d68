"""What a till's sums need of a long journal, so that a start does not decode all of it.

The sums are a fold over every event. But a meal, a sale, a presence or a refusal changes no answer
any more once
- the centre's copy holds it (settled), and the centre said so (acknowledged): no balance, no risk
  and no count of what is not sent yet needs it;
- a closing lies behind it, which holds every number and total that runs on;
- its day is long over: nobody eats on it, and no order of it waits.
Such events are left out, all before one closing. Everything else of the journal is rare and is
always read: corrections (an act is taken back once, however old it is), staff, closings, reprints,
the clock. Of what is left out one thing is still told, that its moments have passed: a clock that
shows an earlier one afterwards is not believed (`core.day`).

A state that was made so differs from the whole fold in this alone: it does not know the meals, the
walk-in sales, the presences, the questions, the commands and the last act of those days.
"""

from datetime import datetime, timedelta
from typing import Final

from core.kinds import EventKind
from core.shift_facts import PeriodClosed
from core.value import Value

PASSING: Final = frozenset(
    {
        EventKind.MEAL_COLLECTED,
        EventKind.SALE_MADE,
        EventKind.WALLET_TOPPED_UP,
        EventKind.TAP_REFUSED,
        EventKind.SALE_REFUSED,
        EventKind.STUDY_ENTERED,
        EventKind.STUDY_LEFT,
        EventKind.ARRIVAL_LATE,
    }
)
"""The kinds of events that matter for a while only: nearly all that a till writes."""
DAYS_KEPT: Final = timedelta(days=7)
CLOSINGS_KEPT: Final = 7
"""Both: staff may have called a day by a wrong name, and may close often."""


class LeftOut(Value):
    """The latest moments among events that were left out; None where there is none.

    newest_synced_at: among those alone whose clock a time server had set.
    """

    newest_at: datetime | None
    newest_synced_at: datetime | None


def is_past(closing: PeriodClosed, *, newest: PeriodClosed) -> bool:
    """Say whether a closing lies so far behind the newest one that its days are over."""
    is_long_ago = closing.day <= newest.day - DAYS_KEPT
    return is_long_ago and closing.number <= newest.number - CLOSINGS_KEPT
