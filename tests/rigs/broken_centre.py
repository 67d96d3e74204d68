"""Centres that break the contract in one way each, for the conformance kit to find.

Each fault changes one thing of the real centre, and names the questions that have to find it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

import central.answers
import central.arrivals
import central.asked_orders
import central.batch_routes
import central.centre
import central.changes
import central.copy_routes
import central.enrolment
import central.ingest
import central.office_routes
import central.order_routes
import central.photo_routes
import central.signatures
import central.terminals
import central.trust_routes
import central.wire_batch
from central.asked_orders import Decided
from central.errors import Problem
from core.batch import Verdict
from core.errors import MalformedEventError
from core.money import ZERO
from core.order_facts import Decline, RequestState

Break = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break the contract. found_by: questions of which each has to find it."""

    name: str
    do: Break
    found_by: tuple[str, ...]


def _swap(module: object, name: str, value: object) -> Break:
    def do(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(module, name, value)

    return do


def _wrap(module: object, name: str, wrapper: Callable[..., Any]) -> Break:
    """Have a function called through a wrapper, which gets it as its first argument."""
    honest = getattr(module, name)

    def wrapped(*parts: Any, **words: Any) -> Any:
        return wrapper(honest, *parts, **words)

    return _swap(module, name, wrapped)


def _ignore_body(honest: Any, *parts: Any, body: Any = None, **words: Any) -> Any:
    del body
    return honest(*parts, **words)


def _any_terminal(honest: Any, session: Any, request: Any, *, terminal: Any, **words: Any) -> Any:
    for row in session.rows("SELECT id FROM terminal"):
        try:
            return honest(session, request, terminal=row[0], **words)
        except Problem as problem:
            if "another terminal" not in problem.detail:
                raise
    return honest(session, request, terminal=terminal, **words)


def _other_verdict(old: Verdict, new: Verdict) -> Callable[..., Any]:
    def wrapper(honest: Any, *parts: Any, **words: Any) -> Any:
        answer = honest(*parts, **words)
        verdicts = tuple(
            replace(one, verdict=new) if one.verdict is old else one for one in answer.verdicts
        )
        return replace(answer, verdicts=verdicts)

    return wrapper


def _behind(honest: Any, *parts: Any, **words: Any) -> Any:
    answer = honest(*parts, **words)
    epoch, seq = answer.high_water
    return replace(answer, high_water=(epoch, seq - 1))


def _other_problem(kind: str, **changes: Any) -> Callable[..., Any]:
    def wrapper(honest: Any, *parts: Any, **words: Any) -> Any:
        try:
            return honest(*parts, **words)
        except Problem as problem:
            if problem.kind != kind:
                raise
            plain = {
                "status": problem.status,
                "detail": problem.detail,
                "members": dict(problem.members),
            }
            raise Problem(kind, **(plain | changes)) from problem

    return wrapper


def _all_or_nothing(honest: Any, batch: Any) -> Any:
    items = honest(batch)
    if any(item.event is None for item in items):
        raise Problem("malformed", status=400, detail="an event cannot be read")
    return items


def _strict(honest: Any, body: bytes) -> Any:
    if b'"of_a_later_version"' in body:
        raise MalformedEventError("a member that is not known")
    return honest(body)


def _unchained(honest: Any, batch: Any) -> Any:
    hashes = central.arrivals.chain_hashes(batch.prev_hash, batch.bodies)
    return honest(replace(batch, head_hash=hashes[-1]))


def _never_gone(honest: Any, *parts: Any, after: str, **words: Any) -> Any:
    try:
        return honest(*parts, after=after, **words)
    except Problem:
        return honest(*parts, after="1", **words)


def _plain_refusal(honest: Any, problem: Problem) -> Any:
    response = honest(problem)
    response.headers["Content-Type"] = "application/json"
    return response


def _code_again(honest: Any, store: Any, **words: Any) -> Any:
    try:
        return honest(store, **words)
    except Problem as problem:
        if "used already" not in problem.detail:
            raise
        with store.database.reading() as session:
            row = session.row("SELECT id, name, school_id FROM terminal")
        return central.enrolment.Enrolled(row[2], row[0], row[1], "k-again", b"secret")


def _changed(**changes: object) -> Callable[..., Any]:
    def wrapper(honest: Any, *parts: Any, **words: Any) -> Any:
        return replace(honest(*parts, **words), **changes)

    return wrapper


async def _always_changed(*_parts: Any) -> bool:
    return False


def _whatever_copy(request: Any, _copy: Any, _size: int) -> int:
    asked = request.headers.get("range", "bytes=0-")
    return int(asked.removeprefix("bytes=").removesuffix("-"))


def _any_question(honest: Any, *parts: Any, **words: Any) -> Any:
    try:
        return honest(*parts, **words)
    except Problem:
        return Decided(RequestState.DECLINED, Decline.UNKNOWN_ORDER, ZERO)


def _unexplained(honest: Any, *parts: Any) -> Any:
    return honest(*parts) | {"reason": None}


_VERIFIER = central.signatures._Verifier
_ROUTES = central.batch_routes
FAULTS = (
    Fault(
        "the body is not compared", _wrap(_VERIFIER, "verify", _ignore_body), ("signature-body",)
    ),
    Fault(
        "a signature may leave parts out",
        _swap(central.signatures, "WRITE_COMPONENTS", ("@method", "content-digest")),
        ("signature-without-target-uri", "signature-without-idempotency-key"),
    ),
    Fault(
        "one terminal may speak for another",
        _wrap(_ROUTES, "verify_request", _any_terminal),
        ("signature-other-terminal",),
    ),
    Fault(
        "signatures never grow old",
        _swap(central.signatures, "CREATED_WINDOW", timedelta(days=365)),
        ("signature-old",),
    ),
    Fault(
        "replies are not signed",
        _swap(central.centre, "sign_reply", lambda *_parts, **_words: None),
        ("batch", "duplicate", "changes", "epoch"),
    ),
    Fault(
        "the copy is not signed",
        _swap(central.copy_routes, "sign_reply", lambda *_parts, **_words: None),
        ("snapshot",),
    ),
    Fault(
        "a repetition is said to be accepted",
        _wrap(_ROUTES, "ingest", _other_verdict(Verdict.DUPLICATE, Verdict.ACCEPTED)),
        ("duplicate", "overlap", "replay"),
    ),
    Fault(
        "a contradiction is said to be a repetition",
        _wrap(_ROUTES, "ingest", _other_verdict(Verdict.CONFLICT, Verdict.DUPLICATE)),
        ("conflict",),
    ),
    Fault("the high water lags", _wrap(_ROUTES, "ingest", _behind), ("batch", "duplicate")),
    Fault(
        "a gap is a plain 400",
        _wrap(_ROUTES, "ingest", _other_problem("gap", status=400)),
        ("gap",),
    ),
    Fault(
        "a gap does not say what is expected",
        _wrap(_ROUTES, "ingest", _other_problem("gap", members={})),
        ("gap",),
    ),
    Fault(
        "a fork does not say where the server's head is",
        _wrap(_ROUTES, "ingest", _other_problem("fork", members={})),
        ("fork", "epoch-not-approved"),
    ),
    Fault(
        "one bad event refuses the batch",
        _wrap(central.ingest, "read_items", _all_or_nothing),
        ("quarantine-malformed", "quarantine-unknown-kind", "quarantine-no-json"),
    ),
    Fault(
        "a quarantined event is said to be accepted",
        _wrap(_ROUTES, "ingest", _other_verdict(Verdict.QUARANTINED, Verdict.ACCEPTED)),
        ("quarantine-malformed", "quarantine-no-json"),
    ),
    Fault(
        "members of a later version are refused",
        _wrap(central.arrivals, "read_event", _strict),
        ("unknown-fields",),
    ),
    Fault("the chain is not checked", _wrap(central.ingest, "read_items", _unchained), ("chain",)),
    Fault(
        "a bomb is unpacked",
        _swap(central.wire_batch, "BATCH_BYTES_MAX", 10**8),
        ("gzip-bomb",),
    ),
    Fault(
        "a batch may be as long as one likes",
        _swap(central.wire_batch, "BATCH_EVENTS_MAX", 10**6),
        ("too-many-events",),
    ),
    Fault(
        "an epoch begins without a person",
        _swap(central.ingest, "_check_epoch", lambda *_parts: None),
        ("epoch-not-approved",),
    ),
    Fault(
        "any chain is gone on with",
        _swap(central.ingest, "_is_head_allowed", lambda *_: True),
        ("fork",),
    ),
    Fault(
        "a download always begins anew",
        _swap(central.copy_routes, "_start_of", lambda *_parts: 0),
        ("snapshot-resume",),
    ),
    Fault(
        "the rest of another copy is sent",
        _swap(central.copy_routes, "_start_of", _whatever_copy),
        ("snapshot-other",),
    ),
    Fault(
        "an unchanged copy is sent again",
        _swap(central.copy_routes.CopyRoutes, "_is_unchanged", _always_changed),
        ("snapshot-unchanged", "changes-unchanged"),
    ),
    Fault(
        "the copy's digest is another",
        _wrap(central.copy_routes.CopyRoom, "copy_for", _changed(digest="sha-256=:AAAA:")),
        ("snapshot",),
    ),
    Fault(
        "a place that is gone is answered",
        _wrap(central.copy_routes, "read_changes", _never_gone),
        ("changes-gone",),
    ),
    Fault(
        "balances do not say what they hold",
        _wrap(central.changes, "copy_meta", _changed(settled=(0, 0))),
        ("settled",),
    ),
    Fault(
        "another photo is sent",
        _wrap(central.photo_routes, "read_photo", lambda honest, *parts: honest(*parts)[::-1]),
        ("photo",),
    ),
    Fault(
        "any digest is a photo",
        _swap(central.photo_routes, "read_photo", lambda *_parts: b"any photo"),
        ("photo-unknown", "photo"),
    ),
    Fault(
        "one id is taken for two questions",
        _wrap(central.asked_orders, "_known", _any_question),
        ("order-other-command",),
    ),
    Fault(
        "an order is declined without a reason",
        _wrap(central.order_routes, "_plain", _unexplained),
        ("order-declined",),
    ),
    Fault(
        "anybody is a bursar",
        _swap(central.office_routes, "check_bursar", lambda *_parts: "anybody"),
        ("office-access", "office-cases", "office-resolutions", "office-accounts"),
    ),
    Fault(
        "problems are plain JSON",
        _wrap(central.answers, "problem_response", _plain_refusal),
        ("unknown-path", "wrong-method", "gap", "signature-none", "enrolment-wrong-code"),
    ),
    Fault(
        "a code enrols twice",
        _wrap(central.trust_routes, "redeem_code", _code_again),
        ("enrolment-code-once",),
    ),
    Fault(
        "a proof is not checked",
        _swap(central.enrolment, "_check_proof", lambda **_words: None),
        ("enrolment-bad-proof",),
    ),
    Fault(
        "a rotated key ends at once",
        _swap(central.terminals, "KEY_OVERLAP", timedelta(0)),
        ("rotation-old-key",),
    ),
)
