"""Imports every library of the package once, in the environment that is about to be packed.

A library that lacks a shared object fails here, at the build, and not at a till. Runs inside the
build root with the package's own Python.
"""

import importlib
import sys
from importlib.metadata import distributions

# Modules of the terminal and its drivers: what they import is what the package needs.
OURS = (
    "cli.main",
    "terminal.daemon",
    "terminal.web.app",
    "central.serve",
    "central.app",
    "readers.pcsc",
    "readers.wedge",
    "readers.serial_line",
    "readers.nfc_frontend",
    "printer.registry",
)
VENDORS = (
    "smartcard.scard",
    "evdev",
    "serial",
    "usb.core",
    "nfc",
    "psycopg",
    "PIL.Image",
    "escpos",
)


def main() -> None:
    """Import everything; end with the first that fails, as Python says it."""
    for name in (*OURS, *VENDORS):
        importlib.import_module(name)
    names = sorted(found.metadata["Name"] for found in distributions())
    if "pip" in names:
        sys.exit("pip is in the package: a terminal installs nothing by itself")


if __name__ == "__main__":
    main()
