"""`refectory till`: the till as text, for a broken screen, over SSH."""

import argparse
import getpass
import http.client
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from cli.folder import data_folder
from cli.output import EXIT_WELL, CommandError, add_folder_option, say
from cli.terminal_link import ask, ask_list, event_stream

if TYPE_CHECKING:
    from pathlib import Path

    from cli.main import Commands

_AGAIN_S = 1.0
_TAPS_MAX = 8
_HOME, _CLEAR_LINE, _KEEP, _BACK, _WIPE = "\x1b[H", "\x1b[K", "\x1b7", "\x1b8", "\x1b[2J"


def register(commands: "Commands") -> None:
    """Add `till`."""
    parser = commands.add_parser(
        "till",
        help="the till as text, for a broken screen",
        description="The same service as on the screen, in 24 lines of 80, over the terminal's own"
        " socket. Type `help` there, `q` to leave; leaving changes nothing.",
    )
    parser.add_argument("--text", action="store_true", help="as text (the only way yet)")
    parser.add_argument("--plain", action="store_true", help="a line for each event, no drawing")
    parser.add_argument("--language", choices=("fr", "nl", "de", "en"), default="fr")
    add_folder_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    folder = data_folder(parsed)
    ask(folder, "GET", "/v1/status")
    is_plain = parsed.plain or not sys.stdout.isatty()
    TextTill(folder, language=parsed.language, is_plain=is_plain).run()
    return EXIT_WELL


class TextTill:
    """A text till: one thread hears the terminal, this one hears the keyboard."""

    def __init__(self, folder: "Path", *, language: str, is_plain: bool) -> None:
        from terminal.clock import SystemClock  # noqa: PLC0415  another layer loads late
        from terminal.text_screen import TextState  # noqa: PLC0415
        from terminal.web.catalogue import words  # noqa: PLC0415

        self._clock = SystemClock()
        self._folder = folder
        self._words = words(language)
        self._is_plain = is_plain
        self._state = TextState()
        self._staff: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    def run(self) -> None:
        """Serve until `q` or the end of the input."""
        self._learn()
        threading.Thread(target=self._listen, name="events", daemon=True).start()
        if not self._is_plain:
            print(_WIPE, end="")
        self._draw()
        for line in self._typed():
            if line == "q":
                break
            self._obey(line)
        self._is_over.set()
        if not self._is_plain:
            print(f"\x1b[24;1H{_CLEAR_LINE}")

    def _typed(self) -> Iterator[str]:
        while True:
            if not self._is_plain:
                print(f"\x1b[24;1H{_CLEAR_LINE}> ", end="", flush=True)
            line = sys.stdin.readline()
            if not line:
                return
            if line.strip():
                yield line.strip()

    def _learn(self) -> None:
        till = ask(self._folder, "GET", "/v1/till")
        menu = till["menu"]
        assert isinstance(menu, list), "a till tells its menu"
        products: Any = till["products"]
        self._state.products = [
            product
            for product in products
            if product["category"] != "meal" or not menu or product["id"] in menu
        ]
        staff: Any = till["staff"]
        self._staff = [member for member in staff if member["has_pin"]]

    # --- what the terminal says --------------------------------------------------------------

    def _listen(self) -> None:
        while not self._is_over.is_set():
            try:
                with closing(event_stream(self._folder)) as events:
                    for topic, content in events:
                        self._hear(topic, content)
            except (CommandError, OSError, ValueError, http.client.HTTPException):
                pass
            with self._lock:
                self._state.status = {}
            self._draw()
            self._is_over.wait(_AGAIN_S)

    def _hear(self, topic: str, content: dict[str, Any]) -> None:
        from terminal.text_screen import verdict_line  # noqa: PLC0415  another layer loads late

        state = self._state
        with self._lock:
            if topic == "snapshot":
                state.status = content.get("status") or {}
                state.verdict = content.get("verdict")
                state.taps = list(content["last_taps"])
            elif topic == "status":
                state.status = content
            elif topic == "verdict":
                state.verdict = content
                state.taps = [content, *state.taps][:_TAPS_MAX]
            else:
                return
            zone = state.status.get("zone")
            state.zone = ZoneInfo(zone) if zone else state.zone
        if self._is_plain and topic == "verdict":
            say(verdict_line(content, self._words))
        self._draw()

    def _draw(self) -> None:
        from terminal.text_screen import screen  # noqa: PLC0415  another layer loads late

        if self._is_plain:
            return
        with self._lock:
            lines = screen(self._state, self._words, self._clock.now())
            body = "".join(f"{line}{_CLEAR_LINE}\r\n" for line in lines)
            sys.stdout.write(f"{_KEEP}{_HOME}{body}{_BACK}")
            sys.stdout.flush()

    # --- what a person says ------------------------------------------------------------------

    def _obey(self, line: str) -> None:
        from terminal import text_commands  # noqa: PLC0415  another layer loads late

        if line == "help":
            self._help()
            return
        try:
            typed = text_commands.read_typed(line, self._state, self._staff)
        except text_commands.NotUnderstoodError as error:
            self._say(self._words[str(error)])
            return
        try:
            self._say(self._send(typed.path, typed.body, needs_pin=typed.staff is not None))
        except CommandError as error:
            self._say(str(error))

    def _send(self, path: str, body: Any, *, needs_pin: bool) -> str:  # noqa: ANN401  JSON
        self._state.found = self._state.rows = ()
        if body is None:
            return self._look(path)
        if needs_pin:
            body = {**body, "pin": getpass.getpass(f"{self._words['pin.enter']}: ")}
        if path == "/v1/commands":
            body = {**body, "id": secrets.token_hex(16)}
        return self._answer(ask(self._folder, "POST", path, body))

    def _look(self, path: str) -> str:
        from terminal.text_screen import act_rows, line_rows  # noqa: PLC0415  as above

        state = self._state
        if path.startswith("/v1/pupils"):
            place, _, query = path.partition("=")
            state.found = ask_list(self._folder, f"{place}={quote(query)}")
            return f"{len(state.found)}"
        if path.startswith("/v1/documents?"):
            state.rows = act_rows(ask_list(self._folder, path), self._words, state.zone)
        else:
            state.rows = line_rows(ask(self._folder, "GET", path), self._words)
        if self._is_plain:
            say("\n".join(state.rows))
        return f"{len(state.rows)}"

    def _answer(self, answer: dict[str, object]) -> str:
        from terminal.text_screen import money  # noqa: PLC0415  another layer loads late

        if answer.get("outcome") == "refused":
            key = f"reason.{answer['reason']}"
            known = self._words.get(key, self._words["reason.other"])
            return f"X {known}: {self._words.get(f'{key}_do', '')}"
        label = answer.get("label") or answer.get("receipt") or answer.get("word") or ""
        cents = answer.get("price_cents")
        what = f"{label}  {money(cents)}" if isinstance(cents, int) else str(label)
        return f"+ {self._words['desk.done'].replace('{what}', what)}"

    def _help(self) -> None:
        """Print the help again: a pipe shows it nowhere else, a drawn screen always has it."""
        if self._is_plain:
            say("\n".join(self._words[f"text.help_{number}"] for number in (1, 2, 3)))

    def _say(self, words: str) -> None:
        with self._lock:
            self._state.said = words
        if self._is_plain:
            say(words)
        self._draw()
