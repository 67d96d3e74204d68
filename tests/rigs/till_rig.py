"""A till at a counter: the real journal, copy, board and simulated reader, and a clock by hand.

The test's thread is the till thread: a tap goes through the reader's own thread into the inbox,
and the test takes it out and handles it.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from canteen import NOON, order
from journal_rig import SCHOOL, meta, write_copy

from core.ids import EventId, PupilId, TapId
from core.orders import Order, OrderState
from core.people import Allergen, Badge, BadgeState, Language, PriceClass, Pupil
from core.policy import Policy
from core.profiles import ALWAYS_TILL, Timetable
from core.tap import Assurance, Credential, Feedback, Technology, badge_key
from offline_cache.connection import Connection, Rows, Value, connect_writer
from offline_cache.journal import Journal
from offline_cache.journal_reader import JournalReader
from offline_cache.snapshot import Snapshot
from readers.simulated import SimulatedReader
from readers.supervisor import Supervisor
from sync.asking import UnreachableError
from terminal.board import Board, Note
from terminal.clock import ManualClock
from terminal.daemon import reopen_journal
from terminal.files import COPY_NAME
from terminal.inbox import Inbox
from terminal.kiosk_desk import CentreAsked
from terminal.knowledge import Knowledge
from terminal.outcomes import Outcomes
from terminal.private_papers import PrivatePapers
from terminal.recorder import Recorder
from terminal.running import RunningTerminal
from terminal.service import make_service
from terminal.settlement import use_copy
from terminal.speech import SilentSpeaker
from terminal.surroundings import Surroundings
from terminal.till import Till, TillParts

SCHOOL_KEY = b"sixteen bytes of"
PATIENCE_S = 10.0


def card(number: int) -> Credential:
    return Credential(Technology.ULTRALIGHT, bytes.fromhex(f"04A1B2C3D4E5{number:02X}"))


def badge_of(number: int, state: BadgeState = BadgeState.ACTIVE) -> Badge:
    key = badge_key(card(number), school_key=SCHOOL_KEY)
    return Badge(key, PupilId(f"p{number}"), state, f"E5{number:02X}")


def pupil_of(number: int, *allergens: Allergen) -> Pupil:
    return Pupil(
        id=PupilId(f"p{number}"),
        first_name=("Alice", "Bob", "Chloé", "David", "Emma", "Farid")[number - 1],
        last_name="Vandenberghe",
        class_name="3B",
        price_class=PriceClass.PUPIL,
        allergens=frozenset(allergens),
        diet="",
        language=Language.FR,
    )


def order_of(number: int, state: OrderState = OrderState.RESERVED) -> Order:
    return replace(order(f"o{number}", state), pupil_id=PupilId(f"p{number}"))


ALICE, BOB, CHLOE, DAVID, EMMA, FARID = (card(number) for number in range(1, 7))
STRANGER = card(99)


def school_copy(path: Path, **changes: object) -> Path:
    """Write the copy of a school of six: Alice ordered, Bob did not, and four awkward ones.

    Chloé's badge is blocked and David's is lost, Emma cancelled, Farid ordered what he must not
    eat. changes: to what the copy says of itself.
    """
    states = {3: BadgeState.BLOCKED, 4: BadgeState.LOST}
    about = {"settled": (0, 0), "made_at": NOON - timedelta(minutes=5)} | changes
    path.unlink(missing_ok=True)
    return write_copy(
        path,
        pupils=[pupil_of(n, *([Allergen.GLUTEN] if n == 6 else [])) for n in range(1, 7)],
        badges=[badge_of(n, states.get(n, BadgeState.ACTIVE)) for n in range(1, 7)],
        orders=[order_of(1), order_of(5, OrderState.CANCELLED), order_of(6)],
        about=meta(**about),
    )


class WeakConnection:
    """A connection to the journal whose disk can be told to be full, or to break."""

    def __init__(self, path: Path, weakness: "Weakness") -> None:
        self._connection = connect_writer(path)
        self._weakness = weakness

    def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> Rows:
        if self._weakness.code is not None and sql.startswith(self._weakness.statement):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = self._weakness.code
            raise error
        return self._connection.execute(sql, parameters)

    def close(self) -> None:
        self._connection.close()


class Weakness:
    """What the disk refuses now; None: nothing."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.statement = "COMMIT"

    def connect(self, path: Path) -> Connection:
        return WeakConnection(path, self)

    def fill_the_disk(self, statement: str = "COMMIT") -> None:
        self.code, self.statement = sqlite3.SQLITE_FULL, statement

    def make_room(self) -> None:
        self.code = None


class Lights(Surroundings):
    """The real surroundings, whose calls from the till are noted."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.shown: list[Feedback] = []
        self.commits = 0
        self.copies_lost = 0
        self.drawers: list[str] = []
        self.on_feedback: Callable[[], None] = lambda: None

    def feedback(self, reader: str, feedback: Feedback) -> None:
        super().feedback(reader, feedback)
        self.shown.append(feedback)
        self.on_feedback()

    def committed(self) -> None:
        super().committed()
        self.commits += 1

    def open_drawer(self, event: EventId) -> None:
        super().open_drawer(event)
        self.drawers.append(event)

    def copy_lost(self) -> None:
        super().copy_lost()
        self.copies_lost += 1


class NobodyThere:
    """A centre that gives no answer."""

    def ask(self, what: str, question: dict[str, object], /) -> dict[str, object]:
        raise UnreachableError(f"nobody hears of {what} {question['command']}")


class Counter:
    """A till, from its opening until `close`. recorder: another one, for controls."""

    def __init__(
        self,
        folder: Path,
        recorder: type[Recorder] = Recorder,
        timetable: Timetable = ALWAYS_TILL,
        centre: CentreAsked | None = None,
    ) -> None:
        self.folder = folder
        self.path = folder / "journal.db"
        self.copy_path = folder / COPY_NAME
        self.clock = ManualClock(at=NOON)
        self.disk = Weakness()
        self.inbox = Inbox()
        self.board = Board("boot-1")
        self.notes: list[Note] = []
        self.board.listen(self.notes.append)
        self.outcomes = Outcomes(self.board)
        journal = Journal.open(self.path, connect=self.disk.connect)
        self.recorder = recorder(journal, self.clock)
        self.knowledge = Knowledge(school_key=SCHOOL_KEY, terminal_name="Caisse 1")
        self.knowledge.is_online = True
        self.lights = Lights(
            clock=self.clock,
            knowledge=self.knowledge,
            recorder=self.recorder,
            is_demo=False,
        )
        self.supervisor = Supervisor(["simulated://"], post=self.inbox.post)
        self.lights.readers = self.supervisor
        self.supervisor.start()
        self.service = make_service(
            recorder=self.recorder,
            knowledge=self.knowledge,
            clock=self.clock,
            board=self.board,
            around=self.lights,
            folder=folder,
            pepper=SCHOOL_KEY,
            connect=self.disk.connect,
            timetable=timetable,
        )
        self.lights.service = self.service
        parts = TillParts(
            service=self.service,
            board=self.board,
            clock=self.clock,
            inbox=self.inbox,
            reopen=reopen_journal,
        )
        self.till = Till(parts, self.lights, version="1.0")
        self.private = PrivatePapers()
        self.port = RunningTerminal(
            inbox=self.inbox,
            till=self.till,
            service=self.service,
            board=self.board,
            surroundings=self.lights,
            badges=(),
            centre=NobodyThere() if centre is None else centre,
            speaker=SilentSpeaker(),
            private=self.private,
        )

    @property
    def reader(self) -> SimulatedReader:
        reader = self.supervisor.simulated()
        assert reader is not None
        return reader

    @property
    def journal(self) -> Journal:
        return self.recorder.journal

    def learn(self, policy: Policy | None = None, **changes: object) -> None:
        """Take a copy of the school of six, as after a download."""
        if policy is not None:
            changes["policy"] = policy
        path = school_copy(self.copy_path, **changes)
        use_copy(Snapshot.open(path, school_id=SCHOOL), self.knowledge, self.recorder)

    def start(self) -> None:
        """Open the till; the test takes its messages by hand from here on."""
        self.till._start(is_recovery=False)
        told = self.topics().count("status")
        # The reader says that it is well; from here on all that comes is the test's own.
        self.serve(lambda: self.topics().count("status") > told)

    def serve(self, done: Callable[[], bool]) -> None:
        """Take messages until something is so."""
        while not done():
            message = self.inbox.take(PATIENCE_S)
            assert message is not None, "nothing comes any more"
            self.till.handle(message)
            self.till.get_ready()

    def await_tap(self, tap_id: TapId) -> dict[str, Any]:
        def came() -> bool:
            return any(note.content.get("tap") == tap_id for note in self.notes)

        self.serve(came)
        return dict(self.outcomes.wait(tap_id, timeout_s=PATIENCE_S))

    def tap(self, credential: Credential, assurance: Assurance = Assurance.UID) -> dict[str, Any]:
        """Lay a badge on the reader and take it off; return what became of it."""
        return self.await_tap(self.reader.tap(credential, assurance))

    def do(self, work: Callable[[], object]) -> None:
        """Have something done as a chore of the till."""
        was_taken = threading.Event()

        def run() -> object:
            was_taken.set()
            return work()

        self.inbox.ask_later(run)
        self.serve(was_taken.is_set)

    def let_time_pass(self, seconds: float, *, is_idle: bool = False) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        self.till._housekeep(is_idle=is_idle)
        self.till.get_ready()

    def topics(self) -> list[str]:
        return [note.topic for note in self.notes]

    def durable(self) -> list[tuple[int, str]]:
        """Return what is on the disk, through a connection of its own: (seq, kind)."""
        reader = JournalReader.open(self.path)
        try:
            return [(event.seq, event.kind.value) for event in reader.events()]
        finally:
            reader.close()

    def status(self) -> Mapping[str, Any]:
        return self.lights.status()

    def close(self) -> None:
        self.supervisor.stop()
        self.journal.close()
        if self.knowledge.snapshot is not None:
            self.knowledge.snapshot.close()
