"""What a command comes to, before anything is stored."""

from dataclasses import dataclass

from core.decision import Outcome
from core.report import Report
from core.shift import Books
from core.view import View


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command comes to. report: a paper beside the receipt; books: its figures.

    paper: another paper as it is stored, its kind and its bytes. has_person: whether the outcome
    is shown as a verdict on the view's holder.
    """

    view: View
    outcome: Outcome
    report: Report | None = None
    books: Books | None = None
    paper: tuple[str, bytes] | None = None
    has_person: bool = False
