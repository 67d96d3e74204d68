"""What only root can set up: elsewhere such a test is skipped and says why; in CI it fails."""

import os

import pytest


def lacking(why: str) -> None:
    """End a test whose rig cannot be made here. In CI that is a failure: a skip would hide it."""
    if os.environ.get("CI"):
        pytest.fail(f"{why}; CI runs as root on a machine that mounts")
    pytest.skip(why)


def require_root(why: str) -> None:
    """Go on as root alone. why: completes "only root can …"."""
    if os.geteuid() != 0:
        lacking(f"only root can {why}")
