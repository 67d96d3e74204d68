"""A whole till in any order of taps, sales, corrections, closings, copies, jumps and power cuts.

`REFECTORY_DEEP=1 pytest tests/terminal/test_any_order.py` looks longer. The controls plant a bug
each, and must be caught.
"""

import os
from typing import Any

import pytest
from any_order import AnyOrder
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from core.period import Period
from core.till_state import TillState
from core.unsettled import Unsettled

IS_DEEP = os.environ.get("REFECTORY_DEEP") == "1"
LOOKS = settings(
    max_examples=600 if IS_DEEP else 25,
    stateful_step_count=60 if IS_DEEP else 30,
    deadline=None,
    database=None,
    derandomize=not IS_DEEP,
    suppress_health_check=list(HealthCheck),
)
CONTROL = settings(
    LOOKS, max_examples=100, stateful_step_count=30, phases=[Phase.generate], derandomize=True
)


@pytest.mark.timeout(7200 if IS_DEEP else 600)
def test_whatever_happens_in_whatever_order_money_is_where_it_must_be() -> None:
    run_state_machine_as_test(AnyOrder, settings=LOOKS)


def nothing(*_arguments: object, **_named: object) -> None:
    """Do nothing, in place of something that matters."""


def forgetful() -> property:
    """Return a memory of collected meals that holds none."""
    return property(lambda _: {}, nothing)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("place", "name", "bug"),
    [
        pytest.param(Unsettled, "void_sale", nothing, id="a void gives nothing back"),
        pytest.param(Unsettled, "_forget", nothing, id="a settled sale is counted twice"),
        pytest.param(Period, "_void", nothing, id="a closing forgets voids"),
        pytest.param(TillState, "collected_at", forgetful(), id="a meal is handed out twice"),
    ],
)
def test_control_a_planted_bug_is_caught(
    monkeypatch: pytest.MonkeyPatch, place: type[Any], name: str, bug: object
) -> None:
    monkeypatch.setattr(place, name, bug)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_state_machine_as_test(AnyOrder, settings=CONTROL)
