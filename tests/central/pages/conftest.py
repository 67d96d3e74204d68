"""A seeded school's pages behind a real server."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from family_rig import Parent
from pages_rig import Clerk, add_clerks

from central.pages.voice import read_words
from central.serve import run_in_thread
from central.store import open_store
from central.whole import make_centre


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
def office_file(staffed_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "office.db"
    shutil.copy(staffed_file, path)
    return path


@pytest.fixture
def office(office_file: Path, new_centre):
    """A centre with its pages, on SQLite."""
    return new_centre(str(office_file))


@pytest.fixture
def new_office(clock, demo_school) -> Iterator[Callable[..., str]]:
    """Starts another centre at a place, and stops it at the end; returns its address."""
    with ExitStack() as running:

        def start(place: str, **more: object) -> str:
            store = open_store(place)
            running.callback(store.close)
            app = make_centre(store, clock=clock, **more)
            listening, stop = run_in_thread(app, stopping=app.stopping)
            running.callback(stop)
            return listening.url

        yield start


@pytest.fixture
def stranger(office) -> Iterator[Clerk]:
    clerk = Clerk(office.url)
    yield clerk
    clerk.close()


@pytest.fixture
def arrive(office) -> Iterator[Callable[..., Parent]]:
    """Somebody with a browser arrives at the pages; signed in where a name is given."""
    with ExitStack() as leaving:

        def arrive(name: str = "") -> Parent:
            parent = Parent(office.url)
            leaving.callback(parent.close)
            if name:
                assert parent.sign_in(name).status_code == 303
            return parent

        yield arrive


@pytest.fixture
def bursar(office) -> Iterator[Clerk]:
    clerk = Clerk(office.url)
    assert clerk.sign_in("fatima").status_code == 303
    yield clerk
    clerk.close()


@pytest.fixture
def admin(office) -> Iterator[Clerk]:
    clerk = Clerk(office.url)
    assert clerk.sign_in("anton").status_code == 303
    yield clerk
    clerk.close()


@pytest.fixture
def french() -> dict[str, str]:
    from core.people import Language

    return dict(read_words(Language.FR))
