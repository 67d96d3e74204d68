"""Words of the wire that terminal and centre must spell alike.

Requests carry an RFC 9421 signature by the terminal's key; replies carry one by the centre's,
bound to the request's own signature so that an old reply cannot answer a new request.
"""

API = "/v1"
PROBLEM_TYPE = "https://refectory.invalid/problems/"
"""Start of every problem type (RFC 9457); `.invalid` because nothing has to be fetched there."""

BATCH_TYPE = "application/json"
SNAPSHOT_TYPE = "application/vnd.refectory.snapshot+gzip"
"""A gzip file that holds one SQLite file; the coding is part of the content."""

SIGNATURE_TAG = "refectory"
READ_COMPONENTS = ("@method", "@target-uri")
"""What the signature of a request without a body must cover."""
WRITE_COMPONENTS = ("@method", "@target-uri", "content-digest", "idempotency-key")
"""What the signature of a request with a body must cover."""
REPLY_COMPONENTS = ("@status", "content-digest", '"signature";req')
"""What the signature of a reply must cover; a copy's also covers `repr-digest` and `etag`."""
COPY_COMPONENTS = ("@status", "repr-digest", "etag", '"signature";req')
UNCHANGED_COMPONENTS = ("@status", "etag", '"signature";req')

CLOCK_HEADER = "Refectory-Clock"
"""The terminal's own wall time when it sent a batch: UTC with milliseconds, ends in Z."""


HEALTH_HEADER = "Refectory-Health"
"""How a terminal says it is, when it asks for its copy or for changes; see `core.health`."""


ID_LENGTH_MAX = 128
ID_PATTERN = r"^[^\x00-\x1f\x7f]+$"
"""What an id in a question must look like: text that a person could write on one line."""


def enrolment_proof(*, code: str, public_key: bytes) -> bytes:
    """Return the bytes that a terminal signs to prove that it holds the key it enrols."""
    return b"refectory enrolment\0" + code.encode() + b"\0" + public_key


def plain_code(written: str) -> str:
    """Return a one-time code as it is compared: capitals and digits alone, look-alikes read."""
    letters = "".join(character for character in written.upper() if character.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))
