"""Making what lies in a file, or the names in a folder, durable."""

import os
from pathlib import Path


def sync_to_disk(path: Path) -> None:
    """Return when a file's content, or a folder's names, are on the disk. Raises OSError.

    A new or renamed file is there after a power cut only once its folder was synced as well.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
