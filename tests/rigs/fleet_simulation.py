"""A fleet of tills and one centre, from a seed: everything goes wrong, and the books stay right.

Run by hand: `python tests/rigs/fleet_simulation.py --first 1000 --seeds 500`; a seed that fails is
named and fails again.
"""

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from fleet_promises import check
from fleet_till import TODAY
from fleet_world import PUPILS, World

from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import open_store

STEPS = 260


def small_school() -> DemoSchool:
    """The demo school with its first pupils alone: a fleet needs no more to get into trouble."""
    school = make_school(seed=7, today=TODAY)
    kept = {pupil.id for pupil in school.pupils[:PUPILS]}
    orders = tuple(order for order in school.orders if order.pupil_id in kept)
    subjects = {order.id for order in orders} | kept
    return replace(
        school,
        pupils=school.pupils[:PUPILS],
        records=tuple(badge for badge in school.records if badge.pupil_id in kept),
        orders=orders,
        bookings=tuple(
            booking for booking in school.bookings if booking.subject.split()[0] in subjects
        ),
    )


def prepare(folder: Path) -> tuple[DemoSchool, Path]:
    """Write a centre's database with the small school, to be copied for each seed."""
    school = small_school()
    path = folder / "seeded.db"
    store = open_store(path)
    load_school(store, school)
    store.close()
    return school, path


def simulate(seed: int, school: DemoSchool, seeded: Path, *, steps: int = STEPS) -> World:
    """Play one seed to its end. Raises AssertionError, with the seed, when a promise is broken."""
    path = seeded.with_name(f"seed-{seed}.db")
    shutil.copy(seeded, path)
    store = open_store(path)
    try:
        world = World(store, school, seed)
        for _ in range(steps):
            world.step()
        world.heal()
        check(world)
    except Exception as error:
        message = f"seed {seed}: {error}"
        raise AssertionError(message) from error
    finally:
        store.close()
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
    return world


def memory_folder() -> str | None:
    """Return a folder in memory: what is proved here is logic, and disks have their own rigs."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--steps", type=int, default=STEPS)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        school, seeded = prepare(Path(folder))
        for seed in range(words.first, words.first + words.seeds):
            simulate(seed, school, seeded, steps=words.steps)
    print(f"{words.seeds} seeds from {words.first}: every promise kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
