"""What this terminal did to badges that the copy does not hold yet: a fold over its own facts.

A badge that was given here is good at the next tap, and one that was stopped is refused, also
without a network and after a restart. Once the copy covers the fact it alone is believed.
"""

from dataclasses import dataclass, field, replace

from core.ids import BadgeKey, PupilId
from core.office_facts import BadgeGiven, BadgeStopped
from core.people import Badge, BadgeState

Position = tuple[int, int]


@dataclass(slots=True)
class OwnBadges:
    """known: badges as they are since a place of the journal."""

    known: dict[BadgeKey, tuple[Position, Badge]] = field(default_factory=dict)

    def apply(self, position: Position, fact: BadgeGiven | BadgeStopped) -> None:
        """Add one fact that the copy does not cover."""
        if isinstance(fact, BadgeStopped):
            self._note(position, Badge(fact.badge, fact.pupil, fact.state, ""))
            return
        self._note(position, Badge(fact.badge, fact.pupil, BadgeState.ACTIVE, fact.last4))
        if fact.replaces is not None:
            self._note(position, Badge(fact.replaces, fact.pupil, BadgeState.BLOCKED, ""))

    def _note(self, position: Position, badge: Badge) -> None:
        before = self.known.get(badge.key)
        self.known[badge.key] = (position, badge if before is None else newer(before[1], badge))

    def settle(self, settled: Position) -> None:
        """Forget what the copy holds now."""
        for key in [key for key, (place, _) in self.known.items() if place <= settled]:
            del self.known[key]

    def find(self, key: BadgeKey | None) -> Badge | None:
        """Return a badge as it is since it was given or stopped here; None for all others."""
        found = None if key is None else self.known.get(key)
        return None if found is None else found[1]

    def of_pupil(self, pupil: PupilId, copy: list[Badge]) -> list[Badge]:
        """Return a pupil's badges. copy: those that the copy holds."""
        badges = {badge.key: badge for badge in copy}
        for _, badge in self.known.values():
            if badge.pupil_id == pupil:
                before = badges.get(badge.key)
                badges[badge.key] = badge if before is None else newer(before, badge)
        return list(badges.values())


def newer(before: Badge, after: Badge) -> Badge:
    """Return a badge as it is after what was noted of it; it keeps the end of its number.

    One that was lost stays lost when another takes its place: whoever finds it is told so.
    """
    is_lost = before.state is BadgeState.LOST and after.state is BadgeState.BLOCKED
    state = BadgeState.LOST if is_lost else after.state
    return replace(after, state=state, last4=after.last4 or before.last4)
