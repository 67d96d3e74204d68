"""A thousand families book parents' meetings on one centre: over HTTP, through the parents' pages.

The centre is a process of its own (`refectory central`), the families are coroutines with a
browser's cookie each, on one connection each, as a phone would be. Two loads, one after the other:

- **rush**: the thousand come within `--window` seconds. Each opens the list of teachers, looks at
  it, opens a teacher's times, chooses, books, and sees the list again; then the next teacher.
  Between two clicks a person thinks (3 to 8 seconds). This is what "at once" means to people.
- **instant**: all press the button in the same instant, and go on without thinking until each has
  both appointments: a thousand requests wait all the time. No school sees this; it is the worst
  that there can be.

An answer that leads to another page is followed, as a browser does.

Everybody would like to come at six, so that the popular times are raced for; who loses is shown the
times anew and takes one that is free. In the end the books are asked whether any teacher or family
has two appointments at a time, and whether each booking that was confirmed is there.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import time as day_time
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlencode, urlsplit

from benchmarks.fleet import cpu_s
from benchmarks.start import ROOT
from central.clock import wall_clock
from central.load import load_school
from central.meetings.evenings import Evening, Teacher, set_up_evening
from central.office import Act
from central.pages.sessions import TOKEN_BYTES, csrf_word, new_token, open_session
from central.pages.users import Role, User, insert_user
from central.seed import demo_day, make_school
from central.store import Store, open_store
from core.codec import moment_text
from core.ids import SchoolId
from core.people import Language

sys.path[:0] = [str(ROOT / "tests" / "rigs")]

from postgres_rig import running_cluster  # noqa: E402  after the path is set

SCHOOL = SchoolId("demo")
CLASSES, TEACHERS, WANTED = 40, 150, 2
LIMIT_MS = 500
BUTTON = re.compile(r'name="starts_at" value="([^"]+)"')
FREE_SIX = "T17:0"


@dataclass
class Family:
    """One family: its browser's token, the child, and the teachers it wants to see."""

    token: str
    child: str
    teachers: list[str]
    booked: list[str] = field(default_factory=list)


@dataclass
class Measured:
    """What was measured: milliseconds of each answer by its kind, and how often a time was lost."""

    ms: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "book": []})
    lost: int = 0
    present: int = 0
    most: int = 0


class Phone(asyncio.Protocol):
    """A browser's connection: requests one after the other, with the session's cookie.

    By hand on the transport: what the load takes of the two cores, the centre does not have.
    """

    def __init__(self, host: str, port: int, family: Family, measured: Measured) -> None:
        self._address = (host, port)
        self._head = (
            f"Host: {host}:{port}\r\nCookie: refectory-{port}={family.token}\r\n"
            "Sec-Fetch-Site: same-origin\r\n"
        )
        self.measured = measured
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._end = 0
        self._answer: asyncio.Future[bytes] | None = None

    async def open(self) -> None:
        """Connect."""
        await asyncio.get_running_loop().create_connection(lambda: self, *self._address)

    async def get(self, path: str) -> tuple[int, str]:
        """Open a page."""
        return await self._ask("read", f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    async def post(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Send a form. Result: the status, and the page or the address that the answer leads to."""
        body = urlencode(form)
        text = (
            f"POST {path} HTTP/1.1\r\n{self._head}"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        return await self._ask("book", text.encode())

    async def _ask(self, kind: str, text: bytes) -> tuple[int, str]:
        assert self._transport is not None, "connected"
        self._answer = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        self._transport.write(text)
        answer = await self._answer
        self.measured.ms[kind].append((time.perf_counter() - begun) * 1000)
        head, _, page = answer.partition(_GAP)
        status = int(head[9:12])
        if status == SEE_OTHER:
            return status, LOCATION.findall(head.decode())[0]
        return status, page.decode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._got += data
        if not self._end and (gap := self._got.find(_GAP)) >= 0:
            length = LENGTH.search(self._got, 0, gap)
            self._end = gap + len(_GAP) + (int(length.group(1)) if length else 0)
        if self._end and len(self._got) >= self._end and self._answer is not None:
            self._answer.set_result(bytes(self._got))
            self._got.clear()
            self._end = 0

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


_GAP = b"\r\n\r\n"
LENGTH = re.compile(rb"(?i)content-length: (\d+)")
LOCATION = re.compile(r"(?i)\r\nlocation: (\S+)")
SEE_OTHER, REFUSED = 303, 422


def furnish(store: Store, count: int, chance: Random) -> list[Family]:
    """Fill a centre: classes, teachers, an evening, and families who have signed in."""
    now = wall_clock()
    load_school(store, make_school(seed=7, today=demo_day(now)))
    classes = [f"K{number}" for number in range(CLASSES)]
    families: list[Family] = []
    with store.database.writing() as session:
        for number in range(count):
            name, child = f"family-{number}", f"child-{number}"
            class_name = classes[number % CLASSES]
            session.insert_many(
                "pupil",
                (
                    "school_id", "id", "first_name", "last_name", "class_name", "price_class",
                    "allergens", "diet", "language", "cursor",
                ),
                [(SCHOOL, child, "K", name, class_name, "pupil", "", "", "fr", 1)],
            )  # fmt: skip
            user = User(SCHOOL, name, Role.PARENT, Language.FR, now, None)
            insert_user(session, user, who="benchmark")
            session.insert_many(
                "family_pupil",
                ("school_id", "user_name", "pupil_id", "since"),
                [(SCHOOL, name, child, moment_text(now))],
            )
            token = new_token(chance.randbytes(TOKEN_BYTES))
            open_session(session, user, token, now=now)
            taught = [
                f"t{place}" for place in range(TEACHERS) if place % CLASSES == number % CLASSES
            ]
            families.append(Family(token, child, chance.sample(taught, WANTED)))
    return families


def new_evening(store: Store, name: str) -> str:
    """Set up an evening of all teachers, and return its id."""
    now = wall_clock()
    teachers = [
        Teacher(f"t{place}", f"Teacher {place}", "", f"B{place}", (f"K{place % CLASSES}",))
        for place in range(TEACHERS)
    ]
    evening = Evening(
        id=name,
        name=name,
        day=(now + timedelta(days=9)).date(),
        starts_at=day_time(16, 0),
        ends_at=day_time(21, 0),
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=8),
    )
    set_up_evening(store, SCHOOL, evening, teachers, act=Act("benchmark", now))
    return name


async def book_one(
    phone: Phone, family: Family, path: str, chance: Random, measured: Measured, think: "Think"
) -> None:
    """Book a time with one teacher, and see the list again to which that leads."""
    _, page = await phone.get(path)
    while True:
        await think()
        if await press(phone, family, path, page, chance, measured):
            return
        _, page = await phone.get(path)


async def press(
    phone: Phone, family: Family, path: str, page: str, chance: Random, measured: Measured
) -> bool:
    """Press a button: at six if there is one left, else another. Result: whether it is booked."""
    free = BUTTON.findall(page)
    assert free, "there are more times than families"
    six = [at for at in free if FREE_SIX in at]
    at = chance.choice(six or free)
    form = {"csrf": csrf_word(family.token), "once": chance.randbytes(16).hex()}
    status, where = await phone.post(path, form | {"starts_at": at})
    if status == SEE_OTHER:
        family.booked.append(at)
        await phone.get(where)
        return True
    assert status == REFUSED, status
    measured.lost += 1
    return False


Think = Callable[[], Awaitable[None]]


async def visit(
    phone: Phone, family: Family, evening: str, chance: Random, measured: Measured, think: Think
) -> None:
    """Book with each teacher, as a person goes through the pages."""
    measured.present += 1
    measured.most = max(measured.most, measured.present)
    await phone.get("/family/meetings")
    for teacher in family.teachers:
        await think()
        path = f"/family/meetings/{evening}/{family.child}/{teacher}"
        await book_one(phone, family, path, chance, measured, think)
    measured.present -= 1


async def rush(
    url: str, families: Sequence[Family], evening: str, seed: int, window_s: float
) -> Measured:
    """Let the families come within a window, and think between clicks."""
    host, port = address(url)
    measured = Measured()

    async def come(number: int, family: Family) -> None:
        chance = Random(f"{seed} {evening} {number}")
        await asyncio.sleep(chance.uniform(0, window_s))
        phone = Phone(host, port, family, measured)
        await phone.open()

        async def think() -> None:
            await asyncio.sleep(chance.uniform(3, 8))

        await visit(phone, family, evening, chance, measured, think)
        phone.close()

    await asyncio.gather(*(come(number, one) for number, one in enumerate(families)))
    return measured


async def instant(
    url: str, families: Sequence[Family], evening: str, seed: int, processes: dict[str, int]
) -> tuple[Measured, list[float], "Spent"]:
    """Let all press the button in one instant. Result: all, and the first press of each."""
    host, port = address(url)
    quiet, measured = Measured(), Measured()
    phones = [Phone(host, port, family, quiet) for family in families]
    pages: list[str] = []
    wave: list[float] = []
    for phone, family in zip(phones, families, strict=True):
        await phone.open()
        path = f"/family/meetings/{evening}/{family.child}/{family.teachers[0]}"
        pages.append((await phone.get(path))[1])
        phone.measured = Measured()  # its first press

    async def go_on(number: int) -> None:
        family, phone = families[number], phones[number]
        chance = Random(f"{seed} {evening} {number}")
        path = f"/family/meetings/{evening}/{family.child}/{family.teachers[0]}"
        is_booked = await press(phone, family, path, pages[number], chance, measured)
        first, phone.measured = phone.measured, measured
        wave.extend(first.ms["book"])
        for kind, ms in first.ms.items():
            measured.ms[kind] += ms

        async def hurry() -> None:
            await asyncio.sleep(0)

        for teacher in family.teachers[1:] if is_booked else family.teachers:
            one = f"/family/meetings/{evening}/{family.child}/{teacher}"
            await book_one(phone, family, one, chance, measured, hurry)

    spent = Spent(processes)
    await asyncio.gather(*(go_on(number) for number in range(len(phones))))
    spent.end()
    for phone in phones:
        phone.close()
    return measured, wave, spent


def address(url: str) -> tuple[str, int]:
    """Return the host and the port of an address."""
    parts = urlsplit(url)
    assert parts.hostname is not None, "an address has a host"
    assert parts.port is not None, "an address has a port"
    return parts.hostname, parts.port


def doubles(store: Store, evening: str) -> dict[str, int]:
    """Count what must not be: a slot with two families, a child in two rooms; and what is there."""
    sql = (
        "SELECT teacher_id, starts_at, pupil_id FROM appointment"
        " WHERE school_id = ? AND evening_id = ? AND state = 'booked'"
    )
    with store.database.reading() as session:
        rows = session.rows(sql, SCHOOL, evening)
    slots = Counter((row[0], row[1]) for row in rows)
    children = Counter((row[2], row[1]) for row in rows)
    return {
        "booked": len(rows),
        "slots_twice": sum(count - 1 for count in slots.values()),
        "families_twice": sum(count - 1 for count in children.values()),
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return n, p50, p95, p99 and the worst of milliseconds."""
    ordered = sorted(values)
    if not ordered:
        return {"n": 0}
    at = [ordered[min(int(len(ordered) * part), len(ordered) - 1)] for part in (0.5, 0.95, 0.99)]
    return {
        "n": len(ordered),
        "p50": round(at[0], 1),
        "p95": round(at[1], 1),
        "p99": round(at[2], 1),
        "max": round(ordered[-1], 1),
    }


def start_centre(database: str) -> tuple[subprocess.Popen[str], str]:
    """Start a centre. Result: the process, and its address."""
    words = [
        sys.executable, "-c", "from cli.main import main; raise SystemExit(main())", "central",
        "--database", database, "--listen", "127.0.0.1:0", "--until-stdin-closes", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None, "its output is read"
    return process, str(json.loads(process.stdout.readline())["url"])


def main() -> int:
    """Run both loads on one database and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=1000)
    parser.add_argument("--window", type=float, default=60.0, metavar="S", help="of the rush")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--postgres", action="store_true", help="on a cluster of its own, durable; else SQLite"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path.cwd(), help="where SQLite's file lies (default: here)"
    )
    parser.add_argument("--gate", action="store_true", help="exit 1 when a limit is missed")
    asked = parser.parse_args()
    with ExitStack() as stack:
        if asked.postgres:
            cluster = stack.enter_context(running_cluster(is_durable=True))
            return run(asked, cluster.url(cluster.create()), {"postgres": cluster.process()})
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=asked.folder)))
        return run(asked, str(folder / "central.db"), {})


def run(asked: argparse.Namespace, database: str, servers: dict[str, int]) -> int:
    """Fill a database, and book on it. servers: processes of the database's own."""
    store = open_store(database)
    families = furnish(store, asked.families, Random(asked.seed))
    first, second = new_evening(store, "rush"), new_evening(store, "instant")
    process, url = start_centre(database)
    processes = {"centre": process.pid, "load": os.getpid()} | servers
    is_good = True
    try:
        spent = Spent(processes)
        came = asyncio.run(rush(url, families, first, asked.seed, asked.window))
        spent.end()
        is_good &= report("rush", store, first, families, came, spent)
        for one in families:
            one.booked.clear()
        pressed, wave, spent = asyncio.run(instant(url, families, second, asked.seed, processes))
        is_good &= report("instant", store, second, families, pressed, spent, wave=wave)
    finally:
        assert process.stdin is not None, "its end stops the centre"
        process.stdin.close()
        process.wait(30)
        store.close()
    return int(asked.gate and not is_good)


class Spent:
    """The time that passes until `end`, and the CPU time of processes with all below them."""

    def __init__(self, processes: dict[str, int]) -> None:
        self._processes = processes
        self._begun, self._used = time.perf_counter(), self._cpu_s()
        self.seconds = 0.0
        self.cpu_s: dict[str, float] = {}

    def end(self) -> None:
        """Stop the watch."""
        now = self._cpu_s()
        self.seconds = time.perf_counter() - self._begun
        self.cpu_s = {name: now[name] - used for name, used in self._used.items()}

    def _cpu_s(self) -> dict[str, float]:
        load = {name: cpu_s(process) for name, process in self._processes.items()}
        # The centre is a child of the load.
        load["load"] = time.process_time()
        return load


def report(
    name: str,
    store: Store,
    evening: str,
    families: Sequence[Family],
    measured: Measured,
    spent: Spent,
    *,
    wave: Sequence[float] = (),
) -> bool:
    """Print what one load came to. Result: False when a limit is missed, or a booking is wrong."""
    answers = sum(map(len, measured.ms.values()))
    seconds = spent.seconds
    cpu = {name: round(used / answers * 1000, 3) for name, used in spent.cpu_s.items()}
    found = doubles(store, evening)
    confirmed = sum(len(one.booked) for one in families)
    read, booked = percentiles(measured.ms["read"]), percentiles(measured.ms["book"])
    line = {
        "load_of": name,
        "engine": "postgresql" if "postgres" in store.database.name else "sqlite",
        "families": len(families),
        "most_at_once": measured.most or len(families),
        "machine_load": round(os.getloadavg()[0], 1),
        "seconds": round(seconds, 1),
        "answers_a_second": round(answers / seconds, 1),
        "cpu_ms_an_answer": cpu,
        "confirmed": confirmed,
        **found,
        "lost_races": measured.lost,
        "read_ms": read,
        "book_ms": booked,
    }
    if wave:
        line["first_wave_ms"] = percentiles(wave)
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()
    is_right = found["slots_twice"] == found["families_twice"] == 0
    is_quick = max(read["p95"], booked["p95"]) <= LIMIT_MS
    return is_right and confirmed == found["booked"] and is_quick


if __name__ == "__main__":
    raise SystemExit(main())
