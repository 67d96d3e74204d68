"""strace, the witness of what a program asks of the system, and the hand that lets it fail."""

import os
import shutil

import pytest


def find_strace() -> str:
    """Return strace's path. Without it a test is skipped; under CI it fails."""
    found = shutil.which("strace")
    if found is None:
        missing = "strace is missing: apt-get install strace"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return found
