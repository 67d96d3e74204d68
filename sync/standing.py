"""How a terminal stands in the centre's books: asked once, by a spare that takes its place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.till_state import Position
from core.wire import API
from sync.identity import CA_FILE_NAME, Identity
from sync.ports import EpochApproved


@dataclass(frozen=True, slots=True)
class Standing:
    """high_water, head_hash: the last event that is booked. approved: the epoch it may begin."""

    high_water: Position
    head_hash: bytes
    approved: EpochApproved | None


def read_standing(identity: Identity, folder: Path, *, clock: Callable[[], datetime]) -> Standing:
    """Ask the centre. Raises SyncError."""
    from sync.channel import Channel  # noqa: PLC0415  heavy
    from sync.errors import TransientError  # noqa: PLC0415
    from sync.up import read_epoch  # noqa: PLC0415

    ca_file = folder / CA_FILE_NAME
    channel = Channel(identity, ca_file=ca_file if ca_file.exists() else None, clock=clock)
    try:
        path = f"{API}/terminals/{identity.terminal_id}/epoch"
        with channel.get(path, headers={}) as response:
            plain = channel.read_json(response)
    finally:
        channel.close()
    epoch, seq = plain.get("epoch"), plain.get("high_water")
    if not isinstance(epoch, int) or not isinstance(seq, int):
        raise TransientError("the centre's answer about the epoch cannot be read")
    head_hash = bytes.fromhex(str(plain["head_hash"]))
    return Standing((epoch, seq), head_hash, read_epoch(plain))
