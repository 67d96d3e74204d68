"""uvicorn without its command line, and without what reads a configuration of the log from a file.

They bring click, multiprocessing, watchers of files and a socket server: 28 modules and 2 MB, which
a terminal would keep for nothing.
"""

from typing import TYPE_CHECKING

from sync.place_holder import left_out

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import Server


def load_uvicorn() -> "tuple[type[Config], type[Server]]":
    """Return uvicorn's settings and its server."""
    with (
        left_out("uvicorn.main", "Server", "main", "run"),
        left_out("logging.config"),
        left_out("configparser", "RawConfigParser"),
    ):
        from uvicorn.config import Config  # noqa: PLC0415  loads in the web's thread
        from uvicorn.server import Server  # noqa: PLC0415
    return Config, Server
