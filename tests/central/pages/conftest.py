"""A seeded school's pages behind a real server."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pages_rig import Clerk, add_clerks

from central.pages.voice import read_words
from central.serve import run_in_thread
from central.store import Store, open_store
from central.whole import make_centre


@dataclass
class Office:
    """A running centre with its pages."""

    url: str
    store: Store
    clock: object
    school: object

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with self.store.database.reading() as session:
            return session.rows(sql, *values)


@pytest.fixture(scope="session")
def staffed_file(seeded_file: Path, demo_school, tmp_path_factory) -> Path:
    """The seeded school with its clerks, to be copied: passwords are dear on purpose."""
    from datetime import UTC, datetime

    path = tmp_path_factory.mktemp("staffed") / "central.db"
    shutil.copy(seeded_file, path)
    store = open_store(str(path))
    add_clerks(store, demo_school.school.id, datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    store.close()
    return path


@pytest.fixture
def new_office(clock, demo_school) -> Iterator[Callable[..., Office]]:
    """Starts a centre with its pages at a place, and stops it at the end."""
    with ExitStack() as running:

        def start(place: str, **more: object) -> Office:
            store = open_store(place)
            running.callback(store.close)
            app = make_centre(store, clock=clock, **more)
            listening, stop = run_in_thread(app, stopping=app.stopping)
            running.callback(stop)
            return Office(listening.url, store, clock, demo_school)

        yield start


@pytest.fixture
def office(staffed_file: Path, tmp_path: Path, new_office) -> Office:
    """The pages of a school, on SQLite."""
    path = tmp_path / "office.db"
    shutil.copy(staffed_file, path)
    return new_office(str(path))


@pytest.fixture
def stranger(office: Office) -> Iterator[Clerk]:
    clerk = Clerk(office.url)
    yield clerk
    clerk.close()


@pytest.fixture
def bursar(office: Office) -> Iterator[Clerk]:
    clerk = Clerk(office.url)
    assert clerk.sign_in("fatima").status_code == 303
    yield clerk
    clerk.close()


@pytest.fixture
def admin(office: Office) -> Iterator[Clerk]:
    clerk = Clerk(office.url)
    assert clerk.sign_in("anton").status_code == 303
    yield clerk
    clerk.close()


@pytest.fixture
def french() -> dict[str, str]:
    from core.people import Language

    return dict(read_words(Language.FR))
