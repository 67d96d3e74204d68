"""What else is installed: kernel modules and packages that take our devices or our names away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from typing import Final

from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene

_NFC_MODULES: Final = ("pn533_usb", "pn533", "port100", "nfcmrvl_usb", "microread", "nfcsim")
"""Drivers of the kernel's own NFC stack: a reader that one of them holds is hidden from pcscd."""
_GRABBERS: Final = {
    "brltty": ("usr/bin/brltty", "takes USB serial readers for braille displays"),
    "modemmanager": ("usr/sbin/ModemManager", "talks to USB serial readers as if to modems"),
}
_OUR_NAMES: Final = (
    "core",
    "readers",
    "printer",
    "offline_cache",
    "sync",
    "terminal",
    "central",
    "config",
    "cli",
)


def check_modules(scene: Scene) -> Iterator[Finding]:
    """Yield the kernel modules that take NFC readers away from pcscd."""
    loaded = {line.split()[0] for line in (scene.text("proc/modules") or "").splitlines() if line}
    found = [name for name in _NFC_MODULES if name in loaded]
    if not found:
        yield well("modules", "no kernel driver takes the readers")
        return
    cure = (
        f"modprobe -r {' '.join(found)}; for good: cp /opt/refectory/venv/share/refectory/systemd/"
        "modprobe.d/refectory.conf /etc/modprobe.d/"
    )
    what = f"the kernel's NFC drivers {', '.join(found)} are loaded"
    yield degraded("modules", what, why="they hide NFC readers from pcscd", cure=cure)


def check_packages(scene: Scene) -> Iterator[Finding]:
    """Yield the packages that take our devices or own our names."""
    is_well = True
    for package, (place, does) in _GRABBERS.items():
        if scene.matches(place):
            is_well = False
            yield degraded(
                "packages",
                f"{package} {does}",
                why="a reader comes and goes",
                cure=(f"apt-get remove {package}"),
            )
    for name, others in foreign_owners(_OUR_NAMES, packages_distributions()).items():
        is_well = False
        yield failed(
            "packages",
            f"the Python package {others[0]} installs a `{name}` of its own",
            why="the wrong code may run",
            cure=f"pip uninstall {others[0]}; or install refectory's own package again",
        )
    if is_well:
        yield well("packages", "nothing takes our devices or names")


def foreign_owners(
    names: Iterable[str], owners: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return, by name, the distributions other than ours that install it."""
    found = {
        name: sorted({owner for owner in owners.get(name, ()) if owner.lower() != "refectory"})
        for name in names
    }
    return {name: others for name, others in found.items() if others}
