"""A terminal's copy and what changed since, asked of a centre by hand."""

import sqlite3
import zlib
from pathlib import Path
from typing import Any

from sync.down import read_changes


def fetch_copy(till: Any, path: Path) -> tuple[sqlite3.Connection, str, str]:
    """Return a whole copy, opened, with its ETag and its cursor."""
    at = f"/v1/terminals/{till.identity.terminal_id}/snapshot"
    with till.channel.get(at, headers={}) as response:
        path.write_bytes(zlib.decompress(b"".join(response.iter_raw()), 31))
        etag = response.headers["etag"]
    copy = sqlite3.connect(path, isolation_level=None)
    return copy, etag, dict(copy.execute("SELECT key, value FROM meta"))["cursor"]


def fetch_changes(till: Any, after: str, **headers: str) -> Any:
    """Return what changed after a place; None for nothing."""
    at = f"/v1/terminals/{till.identity.terminal_id}/changes?after={after}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with till.channel.get(at, headers=named, wait_s=10) as response:
        if response.status_code == 304:
            return None
        return read_changes(till.channel.read_json(response), after=after)
