"""A thousand families book parents' meetings on one centre: over HTTP, through the parents' pages.

The centre is a process of its own (`refectory central`), the families are coroutines with a
browser's cookie each, on one connection each, as a phone would be. Two loads, one after the other:

- **rush**: the thousand come within `--window` seconds. Each opens the list of teachers, looks at
  it, opens a teacher's times, chooses, books, and sees the list again; then the next teacher.
  Between two clicks a person thinks (3 to 8 seconds). This is what "at once" means to people.
- **instant**: all press the button in the same instant, and go on without thinking until each has
  both appointments. No school sees this; it is the worst that there can be.

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
from dataclasses import dataclass, field
from datetime import time as day_time
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlencode, urlsplit

from central.clock import wall_clock
from central.load import load_school
from central.meetings.evenings import Evening, Teacher, set_up_evening
from central.office import Act
from central.pages.sessions import TOKEN_BYTES, csrf_word, new_token, open_session
from central.pages.users import Role, User, insert_user
from central.seed import make_school
from central.store import Store, open_store
from core.codec import moment_text
from core.ids import SchoolId
from core.people import Language

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


class Phone:
    """A browser's connection: requests one after the other, with the session's cookie."""

    def __init__(self, host: str, port: int, family: Family, measured: Measured) -> None:
        self._host, self._port = host, port
        self._cookie = f"refectory-{port}={family.token}"
        self._measured = measured
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Connect."""
        self._streams = await asyncio.open_connection(self._host, self._port)

    async def get(self, path: str) -> tuple[int, str]:
        """Open a page."""
        return await self._ask("read", "GET", path, b"")

    async def post(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Send a form."""
        return await self._ask("book", "POST", path, urlencode(form).encode())

    async def _ask(self, kind: str, method: str, path: str, body: bytes) -> tuple[int, str]:
        assert self._streams is not None, "connected"
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Cookie: {self._cookie}\r\nSec-Fetch-Site: same-origin\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        status = int(answer.split(b" ", 2)[1])
        found = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        page = await reader.readexactly(int(found.group(1)) if found else 0)
        self._measured.ms[kind].append((time.perf_counter() - begun) * 1000)
        return status, page.decode()

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


def furnish(store: Store, count: int, chance: Random) -> list[Family]:
    """Fill a centre: classes, teachers, an evening, and families who have signed in."""
    now = wall_clock()
    load_school(store, make_school(seed=7, today=now.date()))
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
    """Book a time with one teacher: at six if there is one left, else another."""
    _, page = await phone.get(path)
    while True:
        await think()
        free = BUTTON.findall(page)
        assert free, "there are more times than families"
        six = [at for at in free if FREE_SIX in at]
        at = chance.choice(six or free)
        form = {"csrf": csrf_word(family.token), "once": chance.randbytes(16).hex()}
        status, _ = await phone.post(path, form | {"starts_at": at})
        if status == 303:
            family.booked.append(at)
            return
        assert status == 422, status
        measured.lost += 1
        _, page = await phone.get(path)


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
        await phone.get("/family/meetings")
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
    url: str, families: Sequence[Family], evening: str, seed: int
) -> tuple[Measured, list[float]]:
    """Let all press the button in one instant. Result: everything, and the first press of each."""
    host, port = address(url)
    quiet, measured = Measured(), Measured()
    phones = [Phone(host, port, family, quiet) for family in families]
    pages: list[str] = []
    for phone, family in zip(phones, families, strict=True):
        await phone.open()
        path = f"/family/meetings/{evening}/{family.child}/{family.teachers[0]}"
        pages.append((await phone.get(path))[1])
        phone._measured = measured  # noqa: SLF001  from here on it counts

    async def press(number: int) -> None:
        family, phone = families[number], phones[number]
        chance = Random(f"{seed} {evening} {number}")
        path = f"/family/meetings/{evening}/{family.child}/{family.teachers[0]}"
        at = chance.choice([one for one in BUTTON.findall(pages[number]) if FREE_SIX in one])
        form = {"csrf": csrf_word(family.token), "once": chance.randbytes(16).hex()}
        status, _ = await phone.post(path, form | {"starts_at": at})
        left = family.teachers[1:] if status == 303 else family.teachers
        if status == 303:
            family.booked.append(at)
        else:
            measured.lost += 1

        async def hurry() -> None:
            await asyncio.sleep(0)

        for teacher in left:
            one = f"/family/meetings/{evening}/{family.child}/{teacher}"
            await book_one(phone, family, one, chance, measured, hurry)

    await asyncio.gather(*(press(number) for number in range(len(phones))))
    for phone in phones:
        phone.close()
    return measured, measured.ms["book"][: len(families)]


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


def cpu_of(process: "subprocess.Popen[str]") -> float:
    """Return the CPU seconds that a process has used: the load of the machine is not in it."""
    after_name = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


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
    parser.add_argument("--postgres", metavar="URL", help="an empty database; else SQLite on disk")
    parser.add_argument(
        "--folder", type=Path, default=Path.cwd(), help="where SQLite's file lies (default: here)"
    )
    parser.add_argument("--gate", action="store_true", help="exit 1 when a limit is missed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        return run(asked, asked.postgres or str(Path(folder) / "central.db"))


def run(asked: argparse.Namespace, database: str) -> int:
    """Fill a database, and book on it."""
    store = open_store(database)
    families = furnish(store, asked.families, Random(asked.seed))
    first, second = new_evening(store, "rush"), new_evening(store, "instant")
    process, url = start_centre(database)
    is_good = True
    try:
        begun, used = time.perf_counter(), cpu_of(process)
        came = asyncio.run(rush(url, families, first, asked.seed, asked.window))
        is_good &= report(
            "rush", store, first, families, came, began=begun, cpu_s=cpu_of(process) - used
        )
        for one in families:
            one.booked.clear()
        begun, used = time.perf_counter(), cpu_of(process)
        pressed, wave = asyncio.run(instant(url, families, second, asked.seed))
        is_good &= report(
            "instant",
            store,
            second,
            families,
            pressed,
            began=begun,
            cpu_s=cpu_of(process) - used,
            wave=wave,
        )
        is_quick = percentiles(came.ms["book"])["p95"] <= LIMIT_MS
    finally:
        assert process.stdin is not None, "its end stops the centre"
        process.stdin.close()
        process.wait(30)
        store.close()
    return int(asked.gate and not (is_good and is_quick))


def report(
    name: str,
    store: Store,
    evening: str,
    families: Sequence[Family],
    measured: Measured,
    *,
    began: float,
    cpu_s: float,
    wave: Sequence[float] = (),
) -> bool:
    """Print what one load came to. Result: False when anything was booked twice, or lost."""
    found = doubles(store, evening)
    confirmed = sum(len(one.booked) for one in families)
    seconds = time.perf_counter() - began
    answers = sum(map(len, measured.ms.values()))
    line = {
        "load_of": name,
        "engine": "postgresql" if "postgres" in store.database.name else "sqlite",
        "families": len(families),
        "most_at_once": measured.most or len(families),
        "machine_load": round(os.getloadavg()[0], 1),
        "seconds": round(seconds, 1),
        "answers_a_second": round(answers / seconds, 1),
        "centre_cpu_ms_an_answer": round(cpu_s / answers * 1000, 2),
        "confirmed": confirmed,
        **found,
        "lost_races": measured.lost,
        "read_ms": percentiles(measured.ms["read"]),
        "book_ms": percentiles(measured.ms["book"]),
    }
    if wave:
        line["first_wave_ms"] = percentiles(wave)
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()
    return found["slots_twice"] == found["families_twice"] == 0 and confirmed == found["booked"]


if __name__ == "__main__":
    raise SystemExit(main())
