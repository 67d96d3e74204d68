"""The signed receipt of the day in the centre's reply: proved before anybody keeps it."""

import logging

from core.codec import CodecError
from core.day_receipt import SignedReceipt, signed_bytes, signed_from_plain
from sync.identity import Identity

_LOG = logging.getLogger("sync")


def read_receipt(plain: object, identity: Identity) -> SignedReceipt | None:
    """Return the receipt that a reply holds; None for none, or one that proves nothing.

    A receipt that does not hold changes nothing of what the reply settles: it is told in the log,
    and the journal keeps its events longer.
    """
    if plain is None:
        return None
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  heavy, as the channel
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        signed = signed_from_plain(plain)
        key = Ed25519PublicKey.from_public_bytes(identity.centre_key)
        key.verify(signed.signature, signed_bytes(signed.body))
    except (CodecError, ValueError) as error:
        _LOG.warning("the centre's receipt of the day cannot be read: %s", error)
        return None
    except InvalidSignature:
        _LOG.warning("the centre's receipt of the day is not signed by its key")
        return None
    if signed.receipt.terminal != identity.terminal_id:
        _LOG.warning("the centre sent the receipt of terminal %s", signed.receipt.terminal)
        return None
    return signed
