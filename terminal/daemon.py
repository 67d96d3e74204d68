"""The composition root: here, and only here, a terminal is put together from its parts.

`Terminal` belongs to the thread that makes it, which becomes the till thread in `run`: journal and
copy stay with it. Readers start first, since a terminal is ready when taps are; the screen, the
print spool and the uplink follow in threads of their own.
"""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings
from config.timetable import read_timetable
from core.codec import moment_text, read_moment
from core.health import health_text
from core.till_state import BEFORE_ALL
from offline_cache.errors import JournalError, SnapshotError
from offline_cache.journal import Journal
from offline_cache.snapshot import Snapshot
from printer.aside import ComposerAside
from printer.base import Printer
from printer.device_printer import DevicePrinter
from printer.fallback import FallbackPrinter
from printer.profile import PICTURE, PrinterProfile, vendor_profile
from printer.registry import open_printer
from printer.spool import Spool
from readers.supervisor import Supervisor
from sync.asking import Asking
from sync.identity import Identity
from sync.photos import PhotoSource
from sync.uplink import Uplink
from terminal.board import Board
from terminal.clock import Clock, SystemClock
from terminal.copy_home import CopyHome
from terminal.epochs import believable
from terminal.files import (
    COPY_NAME,
    JOURNAL_NAME,
    PHOTOS_NAME,
    RECEIPTS_NAME,
    SOCKET_NAME,
    WEB_KEY_NAME,
)
from terminal.heap import keep_one_heap
from terminal.inbox import Inbox
from terminal.knowledge import BAD_END, Knowledge, put_aside
from terminal.papers import Papers
from terminal.photos import PhotoCache
from terminal.ports import DemoBadge
from terminal.private_papers import PrivatePapers
from terminal.recorder import Recorder
from terminal.running import RunningTerminal
from terminal.service import make_service
from terminal.settlement import (
    CONFIRMED_MARK,
    JournalOutbox,
    Settlement,
    use_copy,
)
from terminal.speech import find_speaker
from terminal.surroundings import Surroundings
from terminal.tap_trail import TapTrail
from terminal.till import Till, TillParts
from terminal.told_health import told_health
from terminal.upkeep import SettingsTexts, Upkeep
from terminal.web.server import WebServer
from terminal.web.tls import find_tls

if TYPE_CHECKING:
    from terminal.web.player import SoundPlayer

log = logging.getLogger("refectory.terminal")

_MEGABYTE = 1024 * 1024
_CLEAN_MARK = "stopped_in_order"
_PAPER_ENDS_S = 2.0
# A printer that is being called (`CONNECT_S`) can only be waited for.
_PAPER_GIVEN_UP_S = 4.0


@dataclass(frozen=True, slots=True)
class Demo:
    """What a rehearsal adds: badges on the page, and a token that opens it as often as wished."""

    badges: tuple[DemoBadge, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Said once taps are decided. page: an address that opens the screen."""

    page: str
    data: Path
    is_recovery: bool


class Terminal:
    """One terminal. `run` blocks until `stop`, which any thread or signal handler may call."""

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        *,
        version: str,
        clock: Clock | None = None,
        demo: Demo | None = None,
        memory: Path | None = None,
        settings_texts: SettingsTexts = dict,
    ) -> None:
        """Open the journal and the copy.

        memory: a folder that does not wear out, for the copy while it changes. settings_texts:
        reads the settings files, without secrets, for a support bundle. Raises JournalError,
        ReaderAddressError, PrinterError or WebAddressError, each in one line.
        """
        self._settings = settings
        self._version = version
        self._demo = demo
        self._clock = clock or SystemClock()
        self._folder = settings.data
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._home = CopyHome(self._folder, memory=memory)
        if settings.central is not None:
            identity = replace(identity, central_url=settings.central)
        self._identity = identity
        self._inbox = Inbox()
        self._trail = TapTrail()
        self._board = Board(self._clock.stamp().boot)
        self._readers = Supervisor(settings.readers, post=self._inbox.post)
        self._composer = ComposerAside()
        self._printer = _open_printer(settings, self._composer)
        # A copy is only ever fetched by a terminal that has a journal: one without it has lost it,
        # and an empty one in its place would serve every meal again.
        copies = (self._folder / COPY_NAME, self._folder / (COPY_NAME + BAD_END))
        is_first_start = not any(copy.exists() for copy in copies)
        journal = Journal.open(self._folder / JOURNAL_NAME, may_create=is_first_start)
        self._knowledge = Knowledge(school_key=identity.badge_key, terminal_name=settings.name)
        copy = self._find_copy()
        settled = BEFORE_ALL if copy is None else believable(copy.meta.settled, journal)
        self._recorder = Recorder(journal, self._clock, settled=settled)
        if copy is not None:
            self._use_copy(copy)
        self._around = Surroundings(
            clock=self._clock,
            knowledge=self._knowledge,
            recorder=self._recorder,
            is_demo=demo is not None,
        )
        service = make_service(
            recorder=self._recorder,
            knowledge=self._knowledge,
            clock=self._clock,
            board=self._board,
            around=self._around,
            folder=self._folder,
            pepper=identity.badge_key,
            timetable=read_timetable(settings.timetable),
        )
        self._around.service = self._service = service
        parts = TillParts(
            service=service,
            board=self._board,
            clock=self._clock,
            inbox=self._inbox,
            reopen=reopen_journal,
            trail=self._trail,
        )
        self._asking = Asking(identity, folder=self._folder, clock=self._clock.now)
        self._speaker = find_speaker()
        self._private = PrivatePapers()
        self.till = Till(parts, self._around, version=version)
        self.port = RunningTerminal(
            inbox=self._inbox,
            till=self.till,
            service=service,
            board=self._board,
            surroundings=self._around,
            badges=() if demo is None else demo.badges,
            centre=self._asking,
            speaker=self._speaker,
            private=self._private,
        )
        self._upkeep = Upkeep(
            self._folder,
            status=self.port.status,
            now=self._clock.now,
            settings_texts=settings_texts,
        )
        self._web = self._around.web = self._make_web()
        self._sounds = _sounds(settings, self._board)
        self._photo_source = PhotoSource(identity, folder=self._folder, clock=self._clock.now)
        self._around.photos = self._photos = PhotoCache(
            self._folder / PHOTOS_NAME,
            fetch=self._photo_source.fetch,
            bytes_max=settings.photos_mb * _MEGABYTE,
        )

    def run(self, on_ready: Callable[[Ready], None]) -> None:
        """Serve until `stop`. on_ready: called in this thread when taps are decided."""
        journal = self._recorder.journal
        is_recovery = journal.head.seq > 0 and journal.marks().get(_CLEAN_MARK) != "yes"

        def ready() -> None:
            # A till that is red from the start has nothing to mark; its reopening will.
            with contextlib.suppress(JournalError):
                journal.mark(_CLEAN_MARK, "no")
            self._start_parts()
            on_ready(Ready(self._web.launch_url(), self._folder, is_recovery))

        keep_one_heap()
        # The page's door is tried before anything is promised: a taken port is told at once.
        self._web.start()
        self._upkeep.open()
        is_in_order = False
        try:
            self.till.run(is_recovery=is_recovery, ready=ready)
            is_in_order = True
        finally:
            self._stop_parts(is_in_order=is_in_order)
            self._upkeep.close()

    def stop(self) -> None:
        """End `run` after the message at hand."""
        self.till.stop()

    def _find_copy(self) -> Snapshot | None:
        return next(filter(None, map(self._opened, self._home.places())), None)

    def _use_copy(self, snapshot: Snapshot) -> None:
        self._home.use(snapshot.path)
        use_copy(snapshot, self._knowledge, self._recorder)
        confirmed = self._recorder.journal.marks().get(CONFIRMED_MARK)
        if confirmed:
            with contextlib.suppress(ValueError):
                self._knowledge.confirm(read_moment(confirmed))

    def _opened(self, path: Path) -> Snapshot | None:
        if not path.exists():
            return None
        try:
            return Snapshot.open(path, school_id=self._identity.school_id)
        except SnapshotError as error:
            log.warning("the copy is put aside, and a new one asked for: %s", error)
            put_aside(path)
            return None

    def _make_web(self) -> WebServer:
        settings, demo = self._settings, self._demo
        return WebServer(
            listen=settings.listen,
            socket_path=self._folder / SOCKET_NAME,
            board=self._board,
            terminal=self.port,
            now=self._clock.now,
            language=settings.language,
            screen_mm=settings.screen_mm,
            token=None if demo is None else demo.token,
            keeps_token=demo is not None,
            key_path=self._folder / WEB_KEY_NAME,
            time_zone=self._knowledge.zone_name,
            upkeep=self._upkeep,
            tls=find_tls(self._folder),
        )

    def _start_parts(self) -> None:
        around = self._around
        around.readers = self._readers
        self._readers.start()
        if self._sounds is not None:
            self._sounds.start()
        around.settlement = Settlement(
            inbox=self._inbox,
            recorder=self._recorder,
            knowledge=self._knowledge,
            folder=self._folder,
            school_id=self._identity.school_id,
            forget_copy=around.copy_lost,
            follow=around.copy_in_place,
            trail=self._trail,
            home=self._home,
            copy_changed=self._purge_photos,
        )
        papers = Papers(
            self._inbox,
            self._recorder,
            self._clock,
            self._service.desk.rehearsal,
            trail=self._trail,
            private=self._private,
        )
        around.spool = Spool(self._printer, papers, clock=self._clock.now, pulses=papers)
        around.spool.start()
        around.uplink = self._make_uplink(around.settlement)
        around.uplink.start()

    def _make_uplink(self, settlement: Settlement) -> Uplink:
        journal = self._recorder.journal
        copy = self._knowledge.snapshot
        etag = None if copy is None else copy.etag
        return Uplink(
            self._identity,
            outbox=JournalOutbox(journal.path),
            acknowledged=journal.acknowledged,
            snapshot_etag=etag,
            snapshot_cursor=None if copy is None or etag is None else copy.meta.cursor,
            folder=self._folder,
            post=settlement.post,
            clock=self._clock.now,
            health=lambda: health_text(told_health(self._board, version=self._version)),
        )

    def _purge_photos(self, copy: Path) -> None:
        """Delete photos that the copy in place names no more. Called in the uplink's thread."""
        with contextlib.suppress(SnapshotError):
            snapshot = Snapshot.open(copy, school_id=self._identity.school_id)
            try:
                self._photos.purge(snapshot.has_photo)
            finally:
                snapshot.close()

    def _stop_parts(self, *, is_in_order: bool) -> None:
        around = self._around
        self._readers.stop()
        if self._sounds is not None:
            self._sounds.stop()
        if around.uplink is not None:
            around.uplink.stop(1.0)
        self._home.keep()
        self._stop_printing()
        self._web.stop()
        self._photo_source.close()
        self._speaker.stop()
        self._asking.close()
        journal = self._recorder.journal
        with contextlib.suppress(JournalError):
            if self._knowledge.copy_at is not None:
                journal.mark(CONFIRMED_MARK, moment_text(self._knowledge.copy_at))
            if is_in_order:
                journal.mark(_CLEAN_MARK, "yes")
            journal.checkpoint()
        with contextlib.suppress(JournalError):
            journal.close()
        if self._knowledge.snapshot is not None:
            self._knowledge.snapshot.close()

    def _stop_printing(self) -> None:
        """End the spool: a job that is not over in two seconds is given up, and asked about."""
        spool = self._around.spool
        is_over = spool is None or spool.stop(_PAPER_ENDS_S)
        self._composer.close()
        self._printer.close()
        if not is_over and spool is not None and not spool.stop(_PAPER_GIVEN_UP_S):
            log.warning("the print spool does not end; the printer or its folder hangs")


def reopen_journal(recorder: Recorder) -> None:
    """Open a journal anew after a failure, and take it only if it holds all that was acknowledged.

    One event more may be there: its commit was in flight when the disk failed. Raises JournalError.
    """
    old = recorder.journal
    known = old.head
    with contextlib.suppress(JournalError):
        old.close()
    fresh = Journal.open(old.path, may_create=False)
    if (fresh.head.epoch, fresh.head.seq) < (known.epoch, known.seq):
        fresh.close()
        raise JournalError(
            f"{old.path} ends at event {fresh.head.epoch}-{fresh.head.seq}, but"
            f" {known.epoch}-{known.seq} was served; stop the terminal and replace its disk"
        )
    fresh.mark(_CLEAN_MARK, "no", is_lazy=True)
    recorder.journal = fresh
    recorder.rebuild(settled=recorder.state.settled)


def _sounds(settings: Settings, board: Board) -> "SoundPlayer | None":
    if not settings.sounds:
        return None
    from terminal.web.player import SoundPlayer  # noqa: PLC0415  few terminals play sounds

    return SoundPlayer(board)


def _open_printer(settings: Settings, composer: ComposerAside) -> Printer:
    """Open the printer, and the one that stands in for it. Raises PrinterError."""
    first = _open_one(settings, settings.printer, _profile(settings), composer)
    if settings.printer_fallback is None:
        return first
    # What the settings say of columns and profile is about the first; the second says its own.
    return FallbackPrinter(first, _open_one(settings, settings.printer_fallback, None, composer))


def _open_one(
    settings: Settings, url: str, profile: PrinterProfile | None, composer: ComposerAside
) -> Printer:
    printer = open_printer(
        url,
        profile=profile,
        picture_folder=settings.data / RECEIPTS_NAME,
        profile_folder=settings.data / "printers",
    )
    if isinstance(printer, DevicePrinter):
        # So that a till at rest does not carry the libraries that compose papers.
        printer.compose = composer.compose
    return printer


def _profile(settings: Settings) -> PrinterProfile | None:
    if settings.printer.startswith("none:"):
        return None
    is_picture = settings.printer.startswith("image:")
    if is_picture and settings.printer_profile == "default":
        base = PICTURE
    else:
        base = vendor_profile(settings.printer_profile)
    return replace(base, columns=settings.columns)
