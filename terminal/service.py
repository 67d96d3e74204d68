"""All that staff are served by at a till, put together in one place."""

from dataclasses import dataclass
from pathlib import Path

from core.profiles import ALWAYS_TILL, Timetable
from offline_cache.connection import Connect, connect_writer
from terminal.acts import Acts
from terminal.archiving import Archiving
from terminal.board import Board
from terminal.clerk import Clerk
from terminal.clock import Clock
from terminal.desk import Desk
from terminal.disk_watch import DiskWatch
from terminal.knowledge import Knowledge
from terminal.pins import PinCheck
from terminal.planner import Planner
from terminal.profiles.active import Profiles
from terminal.recent_taps import RecentTaps
from terminal.recorder import Recorder
from terminal.rehearsal import Rehearsal
from terminal.sign_in import SignInDesk
from terminal.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Service:
    """A desk, and who acts there. pins: for any thread; the rest: for the till thread."""

    desk: Desk
    taps: RecentTaps
    acts: Acts
    clerk: Clerk
    sign_in: SignInDesk
    pins: PinCheck
    disk: DiskWatch
    archiving: Archiving
    profiles: Profiles


def make_service(
    *,
    recorder: Recorder,
    knowledge: Knowledge,
    clock: Clock,
    board: Board,
    around: Surroundings,
    folder: Path,
    pepper: bytes,
    connect: Connect = connect_writer,
    timetable: Timetable = ALWAYS_TILL,
) -> Service:
    """Put together a desk and who acts there.

    folder: where the terminal's files lie. pepper: the school's secret that goes into PINs.
    connect: how a training's journal is opened; the tests' may fail. timetable: when it is what.
    """
    desk = Desk(
        recorder=recorder,
        knowledge=knowledge,
        clock=clock,
        rehearsal=Rehearsal(folder, clock, connect=connect),
        copy_lost=around.copy_lost,
    )
    taps, acts = RecentTaps(), Acts(desk)
    clerk = Clerk(desk, Planner(desk, taps, acts), board, around)
    return Service(
        desk=desk,
        taps=taps,
        acts=acts,
        clerk=clerk,
        sign_in=SignInDesk(desk, clerk),
        pins=PinCheck(pepper),
        disk=DiskWatch(folder),
        archiving=Archiving(folder, clock),
        profiles=Profiles(timetable, desk, board),
    )
