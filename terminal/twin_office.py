"""The memory twin of a bursar's office: cards and answers from a script, without a till behind."""

from datetime import date
from typing import Final

from core.ids import CommandId, PupilId
from terminal.board import Content
from terminal.twin_school import PUPILS

BADGES: Final[tuple[Content, ...]] = (
    {"key": "k-active", "last4": "E5F6", "state": "active"},
    {"key": "k-lost", "last4": "09AB", "state": "lost"},
)


def twin_card(pupil: str, **changes: object) -> Content:
    """Return the card of one of the small school's pupils. changes: to what it says."""
    return {
        **PUPILS[pupil],
        "photo": None,
        "language": "fr",
        "price_class": "pupil",
        "is_provisional": False,
        "badges": list(BADGES),
        **changes,
    }


class TwinOffice:
    """An office that answers what it was told to.

    cards: other than the usual ones, by pupil. answers: what each kind of question gets next, the
    first first; without one the centre does not answer. asked: what it was asked.
    """

    def __init__(self) -> None:
        self.cards: dict[str, Content] = {}
        self.answers: dict[str, list[Content]] = {}
        self.asked: list[tuple[object, ...]] = []

    def card(self, pupil_id: PupilId) -> Content | None:
        """Return a pupil's card."""
        if pupil_id not in PUPILS:
            return None
        return self.cards.get(pupil_id) or twin_card(pupil_id)

    def grant_access(self, pupil: PupilId, account: str | None, command: CommandId) -> Content:
        """Answer as told."""
        return self._answer("access", pupil, account, command)

    def cases(self, command: CommandId) -> Content:
        """Answer as told."""
        return self._answer("cases", command)

    def settle(
        self, case: str, how: str, note: str, pupil: PupilId | None, command: CommandId
    ) -> Content:
        """Answer as told."""
        return self._answer("resolutions", case, how, note, pupil, command)

    def account(
        self, pupil: PupilId, since: date, until: date, command: CommandId, *, prints: bool
    ) -> Content:
        """Answer as told."""
        told = self._answer("accounts", pupil, since, until, prints, command)
        return {**told, "is_printed": prints}

    def _answer(self, what: str, *asked: object) -> Content:
        assert asked[-1], "the page makes a command's id"
        self.asked.append((what, *asked[:-1]))
        waiting = self.answers.get(what, [])
        return waiting.pop(0) if waiting else {"state": "unreachable"}
