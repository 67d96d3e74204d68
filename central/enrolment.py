"""Enrolment: a one-time code, valid for a quarter of an hour, pins a terminal's new key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from central.audit import write_audit
from central.database import Row, Session
from central.epochs import approve_epoch
from central.errors import Problem, RecordError
from central.store import Store
from central.terminals import TerminalState, find_terminal, pin_next_key
from core.chain import GENESIS
from core.codec import moment_text, read_moment
from core.ids import SchoolId, TerminalId
from core.text import printable
from core.wire import enrolment_proof, plain_code

CODE_LIFE = timedelta(minutes=15)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that a person reads as a digit."""
_CODE_LETTERS = 8
_NAME_MAX = 40


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a terminal learns when it is enrolled."""

    school_id: SchoolId
    terminal_id: TerminalId
    terminal_name: str
    key_id: str
    badge_key: bytes


def checked_name(written: str) -> str:
    """Return the name of a terminal as it is kept. Raises RecordError when it cannot be taken."""
    name = printable(written)
    if not 1 <= len(name) <= _NAME_MAX:
        message = f"terminal name {written!r}: write 1 to {_NAME_MAX} characters"
        raise RecordError(message)
    if name != written.strip():
        message = f"terminal name {written!r} holds control characters; write it without them"
        raise RecordError(message)
    return name


def create_code(store: Store, school: SchoolId, *, terminal_name: str, now: datetime) -> str:
    """Return a new one-time code for a terminal, in two groups of four.

    Raises RecordError when there is no such school, or the name cannot be taken.
    """
    name = checked_name(terminal_name)
    letters = _letters(store)
    with store.database.writing() as session:
        if session.row("SELECT 1 FROM school WHERE id = ?", school) is None:
            message = f"there is no school {school!r}; make one with `refectory central seed`"
            raise RecordError(message)
        _keep_code(session, school, letters, name=name, terminal=None, now=now)
    return f"{letters[:4]}-{letters[4:]}"


def create_replacement_code(
    store: Store, dead: TerminalId, *, has_journal: bool, who: str, now: datetime
) -> tuple[str, SchoolId]:
    """Return a one-time code with which a spare takes the place of a terminal, and its school.

    has_journal: False approves that the spare begins a new epoch, since the dead one's journal is
    lost; what it had not sent is lost with it. Raises Problem when there is no such terminal, or
    RecordError for one that was revoked.
    """
    letters = _letters(store)
    with store.database.writing() as session:
        terminal = find_terminal(session, dead, lock=True)
        if terminal.state.is_ended:
            message = f"terminal {dead} was {terminal.state.value}; enrol the spare as a new one"
            raise RecordError(message)
        _keep_code(session, terminal.school_id, letters, name=terminal.name, terminal=dead, now=now)
        if not has_journal:
            approve_epoch(session, terminal, who=who, at=now)
        write_audit(session, terminal.school_id, who=who, what="replacement", subject=dead, at=now)
    return f"{letters[:4]}-{letters[4:]}", terminal.school_id


def _letters(store: Store) -> str:
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in store.entropy(_CODE_LETTERS))


def _keep_code(
    session: Session,
    school: SchoolId,
    letters: str,
    *,
    name: str,
    terminal: TerminalId | None,
    now: datetime,
) -> None:
    """Store a code. terminal: the one that it replaces; a code that made a new one has a key."""
    ends_at = moment_text(now + CODE_LIFE)
    session.insert_many(
        "enrolment_code",
        ("school_id", "code_hash", "terminal_name", "ends_at", "terminal_id"),
        [(school, _code_hash(letters), name, ends_at, terminal)],
    )


def redeem_code(
    store: Store, *, code: str, public_key: bytes, proof: bytes, now: datetime
) -> Enrolled:
    """Pin a new terminal's key. The same code with the same key gets the same answer again.

    proof: the signature of `core.wire.enrolment_proof` by the new key. Raises Problem.
    """
    _check_proof(code=plain_code(code), public_key=public_key, proof=proof)
    with store.database.writing() as session:
        row = session.row(
            "SELECT school_id, code_hash, terminal_name, ends_at, terminal_id, public_key"  # noqa: S608
            f" FROM enrolment_code WHERE code_hash = ?{session.for_update}",
            _code_hash(plain_code(code)),
        )
        if row is None or read_moment(row[3]) <= now:
            raise Problem(
                "code", status=403, detail="this code is unknown or too old; ask for a new one"
            )
        if row[5] is None and row[4] is None:
            _pin(store, session, row, public_key, now)
        elif row[5] is None:
            _pin_spare(session, row, public_key, now)
        elif bytes(row[5]) != public_key:
            raise Problem(
                "code", status=403, detail="this code was used already; ask for a new one"
            )
        return _enrolled(session, row[0], public_key)


def rotate_key(
    store: Store, terminal_id: TerminalId, *, public_key: bytes, proof: bytes, now: datetime
) -> tuple[str, datetime]:
    """Pin a terminal's new key beside its old one. Result: the key's id, when the old one ends.

    proof: the new key's signature of `core.wire.enrolment_proof` with the terminal's id as code;
    that the old key asks is proved by the request's own signature. Raises Problem.
    """
    _check_proof(code=terminal_id, public_key=public_key, proof=proof)
    key_id = key_id_of(public_key)
    with store.database.writing() as session:
        terminal = find_terminal(session, terminal_id, lock=True)
        ends_at = pin_next_key(session, terminal, key_id=key_id, public_key=public_key, at=now)
    return key_id, ends_at


def _check_proof(*, code: str, public_key: bytes, proof: bytes) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(proof, enrolment_proof(code=code, public_key=public_key))
    except (InvalidSignature, ValueError) as error:
        raise Problem(
            "proof", status=400, detail="the proof was not made with this public key"
        ) from error


def _pin(store: Store, session: Session, code: Row, public_key: bytes, now: datetime) -> None:
    school, code_hash, name = code[0], bytes(code[1]), code[2]
    terminal = f"t-{store.entropy(8).hex()}"
    at = moment_text(now)
    session.insert_many(
        "terminal",
        (
            "school_id",
            "id",
            "name",
            "state",
            "high_epoch",
            "high_seq",
            "head_hash",
            "next_epoch",
            "enrolled_at",
        ),
        [(school, terminal, name, TerminalState.ACTIVE.value, 0, 0, GENESIS, 1, at)],
    )
    session.insert_many(
        "terminal_key",
        ("school_id", "id", "terminal_id", "public_key", "pinned_at"),
        [(school, key_id_of(public_key), terminal, public_key, at)],
    )
    _note_used(session, school, code_hash, terminal=terminal, public_key=public_key)


def _pin_spare(session: Session, code: Row, public_key: bytes, now: datetime) -> None:
    """Pin a spare's key to the terminal whose place it takes; the dead one's keys end now."""
    school, code_hash, terminal = code[0], bytes(code[1]), code[4]
    session.run(
        "UPDATE terminal_key SET revoked_at = ? WHERE school_id = ? AND terminal_id = ?"
        " AND revoked_at IS NULL",
        moment_text(now),
        school,
        terminal,
    )
    session.insert_many(
        "terminal_key",
        ("school_id", "id", "terminal_id", "public_key", "pinned_at"),
        [(school, key_id_of(public_key), terminal, public_key, moment_text(now))],
    )
    write_audit(
        session,
        SchoolId(school),
        who=terminal,
        what=f"replaced, key {key_id_of(public_key)} pinned",
        subject=terminal,
        at=now,
    )
    _note_used(session, school, code_hash, terminal=terminal, public_key=public_key)


def _note_used(
    session: Session, school: str, code_hash: bytes, *, terminal: str, public_key: bytes
) -> None:
    session.run(
        "UPDATE enrolment_code SET terminal_id = ?, public_key = ?"
        " WHERE school_id = ? AND code_hash = ?",
        terminal,
        public_key,
        school,
        code_hash,
    )


def key_id_of(public_key: bytes) -> str:
    """Return the id under which a public key is known: the start of its hash."""
    return f"k-{hashlib.sha256(public_key).hexdigest()[:16]}"


def _enrolled(session: Session, school: str, public_key: bytes) -> Enrolled:
    key_id = key_id_of(public_key)
    row = session.row(
        "SELECT t.id, t.name, s.badge_key FROM terminal_key k"
        " JOIN terminal t ON t.school_id = k.school_id AND t.id = k.terminal_id"
        " JOIN school s ON s.id = k.school_id WHERE k.school_id = ? AND k.id = ?",
        school,
        key_id,
    )
    assert row is not None, "a pinned key has a terminal and a school"
    return Enrolled(
        school_id=SchoolId(school),
        terminal_id=TerminalId(row[0]),
        terminal_name=row[1],
        key_id=key_id,
        badge_key=bytes(row[2]),
    )


def _code_hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
