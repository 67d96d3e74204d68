"""Questions about batches: exactly once, in order, and nothing is ever in the way of the next."""

import gzip
import json
from collections.abc import Sequence
from typing import Any

from core.batch import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, Batch
from core.events import SealedEvent
from sync.conformance.branch import Branch, Head, head_of
from sync.conformance.report import Notes, Unexpected, expect
from sync.conformance.speaker import Answer, Request, Speaker, expect_problem, packed

_MALFORMED, _CONFLICT, _TOO_LARGE = 400, 409, 413


class BatchQuestions:
    """Sends batches behind the branch's head, and moves it as the server books them."""

    def __init__(self, notes: Notes, speaker: Speaker, branch: Branch) -> None:
        self._notes = notes
        self._speaker = speaker
        self._branch = branch

    def is_alive(self) -> None:
        """Send one event more. Raises Unexpected when it is not accepted."""
        self._book(self._branch.events(1), "accepted")

    def ask_in_order(self) -> None:
        """Ask what happens to batches that are as they should be."""
        check, branch = self._notes.check, self._branch
        first = branch.events(3)
        with check("batch", "200: three events accepted, their head, signed by the centre"):
            self._book(first, "accepted", "accepted", "accepted")
        with check("duplicate", "200: the same batch again is three duplicates, the head the same"):
            self._answered(first, "duplicate", "duplicate", "duplicate")
        fresh = [first[-1], *branch.events(2, behind=head_of(first[-1]))]
        with check("overlap", "200: what is known is a duplicate, what follows is accepted"):
            self._book(fresh, "duplicate", "accepted", "accepted")
        with check("replay", "the very same signed request twice books once"):
            events = branch.events(1)
            sent = self._speaker.signed(self._speaker.batch(branch.pack(events).body))
            self._compare(self._speaker.send(sent), events, ("accepted",))
            branch.take(events)
            self._compare(self._speaker.send(sent), events, ("duplicate",))
        with check("unknown-fields", "200: members that the server does not know are passed over"):
            more = branch.changed(
                data=self._data() | {"later": {"a": [1]}}, of_a_later_version=True
            )
            self._book([more], "accepted")

    def _data(self) -> dict[str, object]:
        (event,) = self._branch.events(1)
        data: dict[str, object] = json.loads(event.body)["data"]
        return data

    def ask_about_poison(self) -> None:
        """Ask what happens to events that cannot be read."""
        check, branch = self._notes.check, self._branch
        for name, words, changes in (
            ("malformed", "an event without its fact", {"data": {}}),
            ("unknown-kind", "an event of a kind that is not known", {"kind": "not.a.kind"}),
        ):
            (before,) = branch.events(1)
            bad = branch.changed(behind=head_of(before), **changes)
            (after,) = branch.events(1, behind=head_of(bad))
            events = [before, bad, after]
            with check(f"quarantine-{name}", f"{words} is quarantined, its neighbours accepted"):
                self._book(events, "accepted", "quarantined", "accepted")
            with check(f"quarantine-{name}-again", "the same batch again gets the same answer"):
                self._answered(events, "duplicate", "quarantined", "duplicate")
        with check("quarantine-no-json", "a lone event whose bytes are no JSON is quarantined"):
            self._book([branch.of_bytes(b"\x00 no JSON")], "quarantined")
        with check("quarantine-blocks-nothing", "what follows a quarantined event is accepted"):
            self.is_alive()

    def ask_about_refusals(self) -> None:
        """Ask what is refused as a whole. The head stays where it is."""
        check, branch = self._notes.check, self._branch
        one, two = branch.events(2)
        with check("gap", "409 `gap` with the `expected` place"):
            told = self._problem(branch.pack([two]), _CONFLICT, "gap")
            place = {"epoch": one.epoch, "seq": one.seq}
            expect(holds=told.get("expected") == place, came=f"expected {told.get('expected')!r}")
        with check("chain", "400 `chain` for events that do not make the chain they name"):
            text = _text(branch.pack([one, two])).replace(
                two.hash.hex().encode(), one.hash.hex().encode()
            )
            self._refused(packed(text), _MALFORMED, "chain")
        with check("not-gzip", "400 `malformed` for a body that is no gzip"):
            self._refused(_text(branch.pack([one])), _MALFORMED, "malformed")
        with check("not-json", "400 `malformed` for gzip that holds no JSON"):
            self._refused(packed(b"no JSON at all"), _MALFORMED, "malformed")
        with check("truncated-gzip", "400 `malformed` for half a gzip file"):
            body = branch.pack([one]).body
            self._refused(body[: len(body) // 2], _MALFORMED, "malformed")
        with check("too-many-events", f"400 `malformed` for more than {BATCH_EVENTS_MAX} events"):
            text = _long_text(branch.events(BATCH_EVENTS_MAX + 1))
            self._refused(packed(text), _MALFORMED, "malformed")
        with check(
            "gzip-bomb", f"413 `too-large` for what unpacks to over {BATCH_BYTES_MAX} bytes"
        ):
            self._refused(packed(b" " * (BATCH_BYTES_MAX + 1)), _TOO_LARGE, "too-large")
        with check("refused-books-nothing", "none of the refused requests was booked"):
            self.expect_head()

    def ask_about_forks(self) -> None:
        """Ask what happens to a cloned card. It freezes the terminal, so it comes last."""
        check, branch = self._notes.check, self._branch
        before = branch.head
        mine = branch.events(1)
        with check("conflict", "200: another event at a known place is a conflict"):
            self._book(mine, "accepted")
            self._answered(branch.events(1, behind=before), "conflict")
        with check("conflict-keeps-the-first", "the first event is still the one that is booked"):
            self._answered(mine, "duplicate")
            self.expect_head()
        with check("fork", "409 `fork` with the server's head for what follows another event"):
            other = Head(
                branch.head.epoch, branch.head.seq, bytes(len(branch.head.hash) - 1) + b"1"
            )
            pack = branch.pack(branch.events(1, behind=other))
            self._has_head(self._problem(pack, _CONFLICT, "fork"))
        with check("epoch-not-approved", "409 `fork` for an epoch that no person has approved"):
            other = Head(branch.head.epoch + 1, 0, branch.head.hash)
            pack = branch.pack(branch.events(1, behind=other))
            self._has_head(self._problem(pack, _CONFLICT, "fork"))

    def expect_head(self) -> None:
        """Compare the server's head with the branch's. Raises Unexpected."""
        self._has_head(self.told_head())

    def told_head(self) -> dict[str, Any]:
        """Return what the server says of this terminal's epoch."""
        speaker = self._speaker
        return speaker.proved(speaker.ask(Request("GET", speaker.path("epoch"))))

    def _has_head(self, told: dict[str, Any]) -> None:
        head = self._branch.head
        came = (told.get("epoch"), told.get("high_water"), told.get("head_hash"))
        holds = came == (*head.position, head.hash.hex())
        expect(holds=holds, came=f"head {came[0]}-{came[1]} instead of {head.epoch}-{head.seq}")

    def _book(self, events: Sequence[SealedEvent], *verdicts: str) -> None:
        """Send events that the server has to book; the head moves whatever it says of them."""
        answer = self._send(self._branch.pack(events))
        if answer.status < _MALFORMED:
            self._branch.take(events)
        self._compare(answer, events, verdicts)

    def _answered(self, events: Sequence[SealedEvent], *verdicts: str) -> None:
        """Send events that the server knows; the head stays."""
        self._compare(self._send(self._branch.pack(events)), events, verdicts)

    def _compare(
        self, answer: Answer, events: Sequence[SealedEvent], verdicts: tuple[str, ...]
    ) -> None:
        told = self._speaker.proved(answer)
        came = [(row["seq"], row["verdict"]) for row in told["verdicts"]]
        wanted = [(event.seq, verdict) for event, verdict in zip(events, verdicts, strict=True)]
        if came != wanted:
            raise Unexpected(f"verdicts {came}")
        if verdicts[-1] != "conflict" and events[-1].seq >= self._branch.head.seq:
            place = (told["epoch"], told["high_water"], told["head_hash"])
            is_head = place == (events[-1].epoch, events[-1].seq, events[-1].hash.hex())
            expect(holds=is_head, came=f"head {place[0]}-{place[1]}, or another hash")

    def _send(self, batch: Batch) -> Answer:
        return self._speaker.ask(self._speaker.batch(batch.body, key=batch.idempotency_key))

    def _problem(self, batch: Batch, status: int, kind: str) -> dict[str, Any]:
        return expect_problem(self._send(batch), status, kind)

    def _refused(self, body: bytes, status: int, kind: str) -> None:
        expect_problem(self._speaker.ask(self._speaker.batch(body)), status, kind)


def _text(batch: Batch) -> bytes:
    return gzip.decompress(batch.body)


def _long_text(events: Sequence[SealedEvent]) -> bytes:
    """Return a batch's text as `core.batch.pack_batch` writes it, however long it is."""
    first, last = events[0], events[-1]
    head = (
        f'{{"epoch":{first.epoch},"first_seq":{first.seq},"hash":"{last.hash.hex()}",'
        f'"last_seq":{last.seq},"prev_hash":"{first.prev_hash.hex()}","events":['
    )
    return head.encode() + b",".join(event.body for event in events) + b"]}"
