"""Which Refectory this is, as it was installed."""

from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "0"


def installed_version() -> str:
    """Return the installed version, such as 0.1.0; `UNKNOWN` for a tree never installed."""
    try:
        return version("refectory")
    except PackageNotFoundError:
        return UNKNOWN
