"""Terminals at the centre: how each one is, a code to enrol another, the end of trust in one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from central.database import Session
from central.enrolment import CODE_LIFE, create_code
from central.epochs import approve_epoch
from central.errors import Problem
from central.pages.visit import OFFICE, NotHereError, Visit
from central.terminal_health import read_healths
from central.terminals import (
    Terminal,
    TerminalState,
    find_terminal,
    list_terminals,
    revoke_terminal,
)
from core.health import ToldHealth
from core.ids import SchoolId, TerminalId

_HERE = f"{OFFICE}/terminals"
_NOTHING = ToldHealth()
_SILENT_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ToldTerminal:
    """A terminal with what it last told of itself. queue: events that wait there; None: not told.

    states: words for how it is, the worst first; `well` when nothing is wrong.
    """

    terminal: Terminal
    states: tuple[str, ...]
    version: str
    queue: int | None


def told_terminals(session: Session, school: SchoolId, *, now: datetime) -> list[ToldTerminal]:
    """Return a school's terminals and how they are."""
    told = read_healths(session, school)
    return [
        ToldTerminal(
            terminal,
            _states(terminal, told.get(terminal.id, _NOTHING), now),
            version=told.get(terminal.id, _NOTHING).version,
            queue=told.get(terminal.id, _NOTHING).queue,
        )
        for terminal in list_terminals(session, school)
    ]


def _states(terminal: Terminal, told: ToldHealth, now: datetime) -> tuple[str, ...]:
    if terminal.state is not TerminalState.ACTIVE:
        return (terminal.state.value,)
    if terminal.last_seen_at is None or now - terminal.last_seen_at > _SILENT_AFTER:
        return ("silent",)
    return told.troubles or ("well",)


def show(visit: Visit) -> Response:
    """Show all terminals."""
    return _list(visit)


def make_code(visit: Visit) -> Response:
    """Show a new one-time code. It stands on this page alone, and is nowhere kept."""
    name = visit.field("name")
    code = create_code(visit.store, visit.school.id, terminal_name=name, now=visit.now)
    return _list(visit, code=code, name=name)


def _list(visit: Visit, *, code: str = "", name: str = "") -> Response:
    with visit.store.database.reading() as session:
        terminals = told_terminals(session, visit.school.id, now=visit.now)
    return visit.page(
        "terminals.html",
        terminals=terminals,
        with_acts=True,
        code=code,
        code_name=name,
        code_ends_at=visit.now + CODE_LIFE,
        address=visit.address,
    )


def ask_revoke(visit: Visit) -> Response:
    """Ask once more before trust in a terminal ends."""
    return _ask(visit, "revoke")


def ask_approve(visit: Visit) -> Response:
    """Ask once more before a restored terminal begins anew."""
    return _ask(visit, "approve")


def _ask(visit: Visit, act: str) -> Response:
    with visit.store.database.reading() as session:
        terminal = _own(session, visit)
    return visit.page("terminal_act.html", terminal=terminal, act=act)


def revoke(visit: Visit) -> Response:
    """Stop believing a terminal."""
    with visit.store.database.writing() as session:
        terminal = _own(session, visit, lock=True)
        revoke_terminal(session, terminal, who=visit.user.name, at=visit.now)
    return visit.go(_HERE, done="revoked")


def approve(visit: Visit) -> Response:
    """Let a terminal whose card was restored begin its next epoch."""
    with visit.store.database.writing() as session:
        terminal = _own(session, visit, lock=True)
        approve_epoch(session, terminal, who=visit.user.name, at=visit.now)
    return visit.go(_HERE, done="approved")


def _own(session: Session, visit: Visit, *, lock: bool = False) -> Terminal:
    """Return the terminal of an address, if it is this school's."""
    try:
        terminal = find_terminal(session, TerminalId(visit.ids["terminal"]), lock=lock)
    except Problem as problem:
        raise NotHereError from problem
    if terminal.school_id != visit.school.id:
        raise NotHereError
    return terminal
