"""The table of a print job's life, held against the drawing in the docs."""

import re
from pathlib import Path

import pytest

from printer.spool_states import (
    FINAL,
    TRANSITIONS,
    WAITING,
    JobSignal,
    JobState,
    JobTransitionError,
    next_state,
)

DRAWING = Path(__file__).parents[2] / "docs" / "printer.md"
CELLS = [(state, signal) for state in JobState for signal in JobSignal]


def drawn_rows() -> dict[tuple[JobState, JobSignal], JobState]:
    rows = re.findall(r"^    (\w+) --> (\w+): (\w+)$", DRAWING.read_text(), re.MULTILINE)
    return {(JobState(state), JobSignal(signal)): JobState(after) for state, after, signal in rows}


@pytest.mark.parametrize(("state", "signal"), CELLS)
def test_every_cell_is_a_row_or_an_error_with_both_names(
    state: JobState, signal: JobSignal
) -> None:
    if (state, signal) in TRANSITIONS:
        assert next_state(state, signal) is TRANSITIONS[state, signal]
    else:
        with pytest.raises(JobTransitionError, match=rf"{state}.*{signal}"):
            next_state(state, signal)


def test_the_table_is_the_drawing() -> None:
    assert drawn_rows() == dict(TRANSITIONS)


def test_every_state_leads_to_an_end() -> None:
    for start in JobState:
        reached, frontier = {start}, [start]
        while frontier:
            here = frontier.pop()
            for (state, _signal), after in TRANSITIONS.items():
                if state is here and after not in reached:
                    reached.add(after)
                    frontier.append(after)
        assert reached & FINAL, start


def test_nothing_leaves_an_end() -> None:
    assert not any(state in FINAL for state, _signal in TRANSITIONS)


def test_done_is_reached_from_sending_by_a_proof_or_from_doubt_by_a_person() -> None:
    ways = {
        (state, signal) for (state, signal), after in TRANSITIONS.items() if after is JobState.DONE
    }
    assert {signal for _state, signal in ways} == {JobSignal.PRINTED, JobSignal.CAME_OUT}


def test_what_waits_can_be_picked() -> None:
    for state in WAITING:
        assert next_state(state, JobSignal.PICKED) is JobState.SENDING
