"""Whether a closing says what the events before it give: for who verifies a journal."""

from dataclasses import fields

from core.facts import PeriodClosed
from core.till_state import BEFORE_ALL, TillState


def closing_faults(before: TillState, closing: PeriodClosed) -> list[str]:
    """Return what a closing says otherwise than the events before it, in plain words.

    before: the sums of the journal up to the closing. A closing that comes first stands for all
    that was pruned before it, and is believed.
    """
    if before.head == BEFORE_ALL:
        return []
    faults = []
    if closing.number != before.closing_count + 1:
        faults.append(f"it is number {closing.number}, after number {before.closing_count}")
    if closing.receipt != before.receipt_number:
        faults.append(
            f"the last receipt is number {closing.receipt}, and was {before.receipt_number}"
        )
    summed = before.period.figures()
    faults += [
        f"{field.name} differs from the sum of the events"
        for field in fields(summed)
        if getattr(summed, field.name) != getattr(closing.figures, field.name)
    ]
    return faults
