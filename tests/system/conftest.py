"""A technician's hour, from bare Debian to purge: one machine, in the order of the files' numbers.

Run it with `./test --system`, as root. It follows docs/technician.md section by section, and in the
end asks whether every command of that page was typed. Here are its parts: a package built from this
tree, a machine, its centre, its manual.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine_rig import CURE, ROOT, Machine, missing_tools
from manual_rig import Manual
from real_day import real_day
from root_rig import lacking, require_root
from site_rig import CENTRAL, CENTRE, PRINTER, SEED, Site, build

from central.seed import make_school


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of this tree with all that a bare Debian lacks.

    REFECTORY_BUNDLE: the folder of one made before, to save the time.
    """
    require_root("build a package in a root of its own and boot a machine")
    if missing_tools():
        lacking(f"{', '.join(missing_tools())} missing: {CURE}")
    made_before = os.environ.get("REFECTORY_BUNDLE")
    if made_before:
        return Path(made_before)
    output = tmp_path_factory.mktemp("dist")
    return build(ROOT / "packaging/build-deb", "--bundle", "--output", output)


@pytest.fixture(scope="session")
def package(bundle: Path) -> Path:
    """Our own package alone."""
    (found,) = bundle.glob("refectory_*.deb")
    return found


@pytest.fixture(scope="session")
def hardware(bundle: Path) -> Path:
    """The Debian packages that stand for hardware: a virtual reader, a clock gone wrong."""
    cache = Path(os.environ.get("TMPDIR", "/tmp")) / f"refectory-images-{os.getuid()}"
    (root,) = cache.glob("build-root-amd64")
    shutil.rmtree(root / "hardware", ignore_errors=True)
    (root / "hardware/partial").mkdir(parents=True)
    subprocess.run(
        [
            *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", "-D", root),
            *("apt-get", "-q", "-y", "install", "--no-install-recommends", "--download-only"),
            *("-o", "Dir::State::status=/bare-status", "-o", "Dir::Cache::archives=/hardware"),
            *("vsmartcard-vpcd", "libqrencode4", "libfaketime"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=True,
    )
    return root / "hardware"


@pytest.fixture(scope="session")
def site(bundle: Path, hardware: Path) -> Iterator[Site]:
    """A bare Debian with the bundle in root's home, not installed yet."""
    machine = Machine(build(ROOT / "packaging/base-image"))
    try:
        shutil.copytree(bundle, machine.home / "refectory-bundle")
        shutil.copytree(hardware, machine.root / "opt/hardware")
        today = real_day()
        machine.boot()
        manual = Manual(
            ROOT / "docs/technician.md",
            {
                "https://centre.school.example": CENTRE,
                "192.0.2.10:9100": PRINTER,
                "refectory central ": f"{CENTRAL} ",
                # The machine has no USB: a disk in memory stands for the stick.
                "mount LABEL=REFECTORY": "mount -t tmpfs stick /var/lib/refectory-backup",
            },
        )
        made = Site(machine, manual, make_school(seed=SEED, today=today))
        yield made
        if made.cards is not None:
            made.cards.close()
    finally:
        machine.close()
