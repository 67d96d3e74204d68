"""Who may use a kiosk."""

from dataclasses import replace

import pytest
from canteen import POLICY, Scene, tap

from core.decision import Noted, Refused
from core.facts import Reason
from core.kiosk import admit
from core.people import BadgeState
from core.tap import Assurance
from core.view import View


def came_to(view: View, **changes: object) -> Noted | Refused:
    return admit(tap(**changes), view, POLICY)  # type: ignore[arg-type]


def with_badge(state: BadgeState) -> View:
    view = Scene().view()
    assert view.holder is not None
    assert view.holder.badge is not None
    return replace(view, holder=replace(view.holder, badge=replace(view.holder.badge, state=state)))


def test_a_good_badge_is_let_in_and_nothing_is_written() -> None:
    assert came_to(Scene().view()) == Noted((), came_to(Scene().view()).noted_as)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (with_badge(BadgeState.LOST), Reason.LOST_BADGE),
        (with_badge(BadgeState.BLOCKED), Reason.BLOCKED_BADGE),
        (replace(Scene().view(), holder=None), Reason.UNKNOWN_BADGE),
        (replace(Scene().view(), copy_at=None), Reason.NO_SNAPSHOT),
    ],
)
def test_who_is_not_let_in_is_journalled_with_the_reason(view: View, reason: Reason) -> None:
    refused = came_to(view)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert [fact.kind.value for fact in refused.facts] == ["tap.refused"]


def test_a_number_that_is_no_identity_and_a_badge_that_proves_too_little() -> None:
    view = Scene().view()
    assert came_to(view, value="08112233").reason is Reason.NOT_AN_IDENTITY  # type: ignore[union-attr]
    assert came_to(view, assurance=Assurance.TYPED).reason is Reason.ASSURANCE_TOO_LOW  # type: ignore[union-attr]
