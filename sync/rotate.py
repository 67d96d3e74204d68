"""Rotation: a new key takes the place of the old one, which goes on for a week beside it."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.wire import API, enrolment_proof
from sync.enrol import PENDING_NAME, pending_key
from sync.identity import CA_FILE_NAME, Identity, save_identity


def rotate_key(identity: Identity, folder: Path, *, clock: Callable[[], datetime]) -> Identity:
    """Pin a new key at the centre, and save the identity with it.

    The new key is written down before it is sent, so that a lost answer can be asked for again.
    Raises SyncError. A running terminal signs with the old key until it is restarted.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  heavy
        Ed25519PrivateKey,
    )

    from sync.channel import Channel  # noqa: PLC0415  heavy

    private_key = pending_key(folder)
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    public_key = key.public_key().public_bytes_raw()
    proof = key.sign(enrolment_proof(code=identity.terminal_id, public_key=public_key))
    body = {
        "public_key": b64encode(public_key).decode(),
        "proof": b64encode(proof).decode(),
    }
    ca_file = folder / CA_FILE_NAME
    channel = Channel(identity, ca_file=ca_file if ca_file.exists() else None, clock=clock)
    try:
        reply = channel.post(
            f"{API}/terminals/{identity.terminal_id}/keys",
            body=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": f'"{public_key.hex()}"',
            },
        )
    finally:
        channel.close()
    fresh = replace(identity, private_key=private_key, key_id=str(reply["key_id"]))
    save_identity(fresh, folder)
    (folder / PENDING_NAME).unlink(missing_ok=True)
    return fresh
