"""Badges that were given and stopped here, until the centre's copy knows of them."""

from canteen import TODAY

from core.ids import BadgeKey, PupilId, StaffId
from core.office_facts import BadgeGiven, BadgeStopped
from core.own_badges import OwnBadges
from core.people import Badge, BadgeState
from core.tap import Family

P1, OFFICE = PupilId("p1"), StaffId("nadia")
OLD, NEW = BadgeKey("old"), BadgeKey("new")


def given(badge: BadgeKey, replaces: BadgeKey | None = None) -> BadgeGiven:
    return BadgeGiven(TODAY, P1, badge, Family.ISO14443A, "E5F7", OFFICE, replaces=replaces)


def test_a_first_badge_replaces_none() -> None:
    own = OwnBadges()
    own.apply((1, 1), given(NEW))
    assert own.find(NEW) == Badge(NEW, P1, BadgeState.ACTIVE, "E5F7")
    assert list(own.known) == [NEW]


def test_a_badge_that_was_replaced_serves_no_more() -> None:
    own = OwnBadges()
    own.apply((1, 1), given(OLD))
    own.apply((1, 2), given(NEW, replaces=OLD))
    replaced = own.find(OLD)
    assert replaced is not None
    assert replaced.state is BadgeState.BLOCKED
    assert own.find(NEW) == Badge(NEW, P1, BadgeState.ACTIVE, "E5F7")


def test_what_the_copy_holds_is_forgotten() -> None:
    own = OwnBadges()
    own.apply((1, 1), given(NEW))
    own.apply((1, 2), BadgeStopped(TODAY, P1, OLD, BadgeState.LOST, OFFICE))
    own.settle((1, 1))
    assert own.find(NEW) is None
    assert own.find(None) is None
    lost = own.find(OLD)
    assert lost is not None
    assert lost.state is BadgeState.LOST
