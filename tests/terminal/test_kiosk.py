"""At the kiosk: a tap opens a session, the centre is asked, and a request waits for its answer."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from canteen import NOON, TODAY
from journal_rig import SCHOOL
from till_rig import ALICE, BOB, CHLOE, DAVID, FARID, STRANGER, Counter, card, school_copy

from config.timetable import read_timetable
from core.facts import OrderRequested, SlipPrinted
from core.ids import CommandId, ProductId
from core.kiosk import Wanted
from core.order_facts import KIOSK_SLIPS, OrderAct, SlipKind
from offline_cache.snapshot import Snapshot
from printer.documents import InvoiceSlip, KioskSlip, Notice, TopUpSlip
from printer.job import decode_document
from sync.asking import UnreachableError
from sync.errors import RefusedError
from terminal.kiosk_desk import KioskDesk
from terminal.ports import NoPaperError, NoSessionError
from terminal.profiles.kiosk import SESSION_NS
from terminal.reprint import kept_paper
from terminal.settlement import use_copy
from terminal.speech import SilentSpeaker

T = TypeVar("T")
KIOSK = read_timetable(["kiosk else"])
A_TRIP_AND_AN_EVENING = (
    (
        "INSERT INTO invoice VALUES"
        " ('i1', 'p1', 'a1', 'Rome', '312401398067', '2026-11-01', 9000, 0, 1000)"
    ),
    "INSERT INTO instalment VALUES ('i1', 1, '2026-11-20', 4000), ('i1', 2, '2027-01-15', 5000)",
    (
        "INSERT INTO appointment VALUES"
        " ('m1', 'p1', '2026-12-03T16:10:00.000Z', 'Mme Dubois', 'Maths', 'B12', 'booked')"
    ),
)
TOMORROW = date(2026, 11, 25)
CLOSES = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


class Centre:
    """A centre by script: what it was asked, and what it says next; None: nothing."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.next: list[dict[str, object] | Exception | None] = []

    def ask(self, what: str, question: dict[str, object], /) -> dict[str, object]:
        assert what == "orders"
        self.asked.append(question)
        answer = self.next.pop(0) if self.next else None
        if answer is None:
            raise UnreachableError("no answer")
        if isinstance(answer, Exception):
            raise answer
        return {"command": question["command"], **answer}


class Line:
    """The test's thread is the till thread."""

    def ask(self, work: Callable[[], T]) -> T:
        return work()

    commit = ask


class Kiosk:
    """A counter that is a kiosk, its desk, and a centre by script."""

    def __init__(self, folder: Path) -> None:
        self.counter = Counter(folder, timetable=KIOSK)
        self.centre = Centre()
        self.speaker = SilentSpeaker(can_speak=True)
        service = self.counter.service
        self.desk = KioskDesk(
            line=Line(),
            desk=service.desk,
            profiles=service.profiles,
            centre=self.centre,
            speaker=self.speaker,
            committed=self.counter.lights.committed,
        )
        self.commands = 0

    def learn(self, *more: str, **changes: object) -> None:
        """Take a copy with stew on every school day's menu; more: rows of SQL."""
        path = school_copy(self.counter.copy_path, iban="BE72000000001616", **changes)
        with closing(sqlite3.connect(path)) as db:
            for ahead in range(1, 25):
                day = (TODAY + timedelta(days=ahead)).isoformat()
                db.execute("INSERT INTO menu VALUES (?, 'stew')", (day,))
            db.execute("INSERT INTO pupil_communication VALUES ('p1', '090933755493')")
            for sql in more:
                db.execute(sql)
            db.commit()
        snapshot = Snapshot.open(path, school_id=SCHOOL)
        use_copy(snapshot, self.counter.knowledge, self.counter.recorder)

    def enter(self, badge: Any = BOB) -> str:
        """Lay a badge on the reader; return the session that it opens."""
        return str(self.counter.tap(badge)["session"])

    def order(self, session: str, act: str = "reserve", **changes: Any) -> dict[str, Any]:
        self.commands += 1
        product = None if act == "cancel" else ProductId("stew")
        wanted = {"command": CommandId(f"c-{self.commands}"), "day": TOMORROW, "product": product}
        return dict(self.desk.order(session, Wanted(act=OrderAct(act), **(wanted | changes))))

    def day(self, session: str, day: date = TOMORROW) -> dict[str, Any]:
        days: Any = self.desk.look(session)["days"]
        return next(one for one in days if one["day"] == day.isoformat())

    def requests(self) -> list[OrderRequested]:
        return [fact for fact in self.facts() if isinstance(fact, OrderRequested)]

    def facts(self) -> list[object]:
        recorder = self.counter.recorder
        return [recorder.read(sealed).fact for sealed in recorder.journal.events()]


def granted(cents: int, state: str = "reserved", cursor: str = "9") -> dict[str, object]:
    return {
        "state": "granted",
        "reason": None,
        "moved_cents": cents,
        "order": {
            "id": "c-1",
            "day": TOMORROW.isoformat(),
            "product": "stew",
            "price_cents": 450,
            "state": state,
        },
        "cursor": cursor,
    }


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    kiosk = Kiosk(tmp_path)
    kiosk.learn(cursor="5")
    kiosk.counter.start()
    yield kiosk
    kiosk.counter.close()


def test_a_tap_opens_a_session_and_the_board_tells_nobody_who_it_is(kiosk: Kiosk) -> None:
    said = kiosk.counter.tap(BOB)
    assert (said["outcome"], said["name"], said["pupil"], said["wallet_cents"]) == (
        "shown",
        None,
        None,
        None,
    )
    view = kiosk.desk.look(said["session"])
    assert (view["name"], view["general_cents"], view["reserve_cents"]) == ("Bob V.", 2340, 1500)
    assert [kind for _, kind in kiosk.counter.durable()] == ["terminal.started"]
    assert not any("Bob" in str(note.content) for note in kiosk.counter.notes)


def test_fifteen_school_days_are_shown_and_those_too_far_say_when_they_open(kiosk: Kiosk) -> None:
    days: Any = kiosk.desk.look(kiosk.enter())["days"]
    assert (len(days), days[0]["day"], days[-1]["day"]) == (15, "2026-11-24", "2026-12-14")
    assert (days[0]["why"], days[1]["why"], days[-1]["why"]) == ("too_late", None, "too_early")
    assert days[-1]["opens_on"] == "2026-11-29"
    assert [dish["name"] for dish in days[1]["dishes"]] == ["Carbonnade à la flamande"]


@pytest.mark.parametrize(
    ("badge", "reason"),
    [(CHLOE, "blocked_badge"), (DAVID, "lost_badge"), (STRANGER, "unknown_badge")],
)
def test_who_may_not_use_the_kiosk_ends_the_session_before(kiosk: Kiosk, badge, reason) -> None:
    session = kiosk.enter()
    said = kiosk.counter.tap(badge)
    assert (said["outcome"], said["reason"], said["session"]) == ("refused", reason, None)
    assert said["name"] is None
    with pytest.raises(NoSessionError):
        kiosk.desk.look(session)
    assert kiosk.counter.durable()[-1][1] == "tap.refused"


def test_an_order_is_asked_of_the_centre_and_its_debit_shown_until_the_copy_has_it(
    kiosk: Kiosk,
) -> None:
    session = kiosk.enter()
    kiosk.centre.next = [granted(-450)]
    answer = kiosk.order(session)
    assert (answer["state"], answer["moved_cents"]) == ("granted", -450)
    assert answer["view"]["general_cents"] == 1890
    assert kiosk.day(session)["order"]["name"] == "Carbonnade à la flamande"
    asked = kiosk.centre.asked[0]
    assert (asked["act"], asked["order"], asked["pupil"]) == ("reserve", "c-1", "p2")
    assert kiosk.requests() == []
    # The copy catches up: what it holds is not counted twice.
    order = "INSERT INTO meal_order VALUES ('p2', '2026-11-25', 'c-1', 'stew', 450, 'reserved')"
    kiosk.learn(order, "UPDATE pupil SET general_cents = 1890", cursor="9")
    assert kiosk.desk.look(session)["general_cents"] == 1890
    kiosk.centre.next = [granted(450, "cancelled", cursor="10")]
    assert kiosk.order(session, "cancel")["view"]["general_cents"] == 2340
    assert kiosk.day(session)["order"] is None


def test_without_an_answer_a_request_waits_and_is_never_a_paid_order(kiosk: Kiosk) -> None:
    session = kiosk.enter()
    answer = kiosk.order(session)
    assert (answer["state"], answer["moved_cents"]) == ("waiting", 0)
    assert answer["view"]["general_cents"] == 2340
    day = kiosk.day(session)
    assert (day["order"], day["requests"][0]["state"]) == (None, "waiting")
    assert kiosk.counter.durable()[-1][1] == "order.requested"
    assert kiosk.counter.lights.commits > 0
    # The same touch once more is the same request, also after a restart.
    assert kiosk.desk.order(session, _wanted("c-1"))["state"] == "waiting"
    assert len(kiosk.requests()) == 1
    # Nothing more can be asked for that day but to give it up: behind it, not past it.
    assert kiosk.order(session)["reason"] == "still_waiting"
    kiosk.centre.next = [granted(-450)]
    assert kiosk.order(session, "cancel")["state"] == "waiting"
    assert len(kiosk.centre.asked) == 1
    assert [fact.act for fact in kiosk.requests()] == [OrderAct.RESERVE, OrderAct.CANCEL]
    assert {fact.order for fact in kiosk.requests()} == {"c-1"}


def _wanted(command: str) -> Wanted:
    return Wanted(CommandId(command), OrderAct.RESERVE, TOMORROW, ProductId("stew"))


@pytest.mark.parametrize(
    ("state", "reason"), [("granted", ""), ("declined", "not_enough_money"), ("declined", "new")]
)
def test_the_copy_tells_what_became_of_a_request(kiosk: Kiosk, state: str, reason: str) -> None:
    session = kiosk.enter()
    kiosk.order(session)
    settled = kiosk.counter.recorder.state.head
    row = f"('c-1', 'p2', 'c-1', '2026-11-25', 'reserve', 'stew', '{state}', '{reason}')"
    kiosk.learn(f"INSERT INTO order_request VALUES {row}", cursor="9", settled=settled)
    (request,) = kiosk.day(session)["requests"]
    why = {"": None, "new": "other"}.get(reason, reason)
    assert (request["state"], request["why"]) == (state, why)


def test_after_nine_a_clock_that_was_set_declines_and_another_one_asks(kiosk: Kiosk) -> None:
    session = kiosk.enter()
    kiosk.counter.clock.at = CLOSES
    assert kiosk.order(session)["reason"] == "too_late"
    assert kiosk.requests() == []
    kiosk.counter.clock.is_synced = False
    assert kiosk.order(session)["state"] == "waiting"


def test_what_the_centre_declines_is_told_and_nothing_is_kept(kiosk: Kiosk) -> None:
    session = kiosk.enter()
    declined = {"state": "declined", "moved_cents": 0, "order": None, "cursor": "5"}
    kiosk.centre.next = [declined | {"reason": "not_enough_money"}, declined | {"reason": "new"}]
    assert kiosk.order(session)["reason"] == "not_enough_money"
    assert kiosk.order(session)["reason"] == "other"
    assert kiosk.requests() == []


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        ("not-found", "waiting"),
        ("revoked", "waiting"),
        ("frozen", "waiting"),
        ("malformed", "declined"),
        ("command", "declined"),
    ],
)
def test_a_centre_that_takes_no_questions_still_gets_the_request(
    kiosk: Kiosk, problem: str, state: str
) -> None:
    session = kiosk.enter()
    kiosk.centre.next = [RefusedError("no", status=400, problem=problem, details={})]
    assert kiosk.order(session)["state"] == state


@pytest.mark.parametrize("answer", [{}, {"state": "perhaps"}, granted(-450) | {"cursor": "x"}])
def test_an_answer_that_nobody_understands_is_none(kiosk: Kiosk, answer) -> None:
    session = kiosk.enter()
    kiosk.centre.next = [answer]
    assert kiosk.order(session)["state"] == "waiting"


def test_an_allergen_of_their_own_is_asked_about_once(kiosk: Kiosk) -> None:
    kiosk.learn("UPDATE product SET allergens = 'gluten,milk'", cursor="6")
    session = kiosk.enter(FARID)
    (dish,) = kiosk.day(session)["dishes"]
    assert (dish["allergens"], dish["conflicts"]) == (["gluten", "milk"], ["gluten"])
    answer = kiosk.order(session)
    assert (answer["state"], answer["conflicts"]) == ("asks", ["gluten"])
    assert kiosk.order(session, accepts=True)["state"] == "waiting"
    assert kiosk.requests()[0].accepted == ("gluten",)


@pytest.mark.parametrize(
    ("act", "changes", "reason"),
    [
        ("reserve", {"product": ProductId("waffle")}, "not_on_menu"),
        ("reserve", {"day": date(2026, 11, 28)}, "no_service"),
        ("change", {}, "unknown_order"),
        ("cancel", {}, "unknown_order"),
    ],
)
def test_what_makes_no_sense_is_not_asked(kiosk: Kiosk, act, changes, reason) -> None:
    assert kiosk.order(kiosk.enter(), act, **changes)["reason"] == reason
    assert kiosk.centre.asked == []


def test_todays_order_stands_and_cannot_be_reserved_again(kiosk: Kiosk) -> None:
    session = kiosk.enter(ALICE)
    assert kiosk.day(session, TODAY)["order"]["state"] == "reserved"
    assert kiosk.order(session, day=TODAY)["reason"] == "already_ordered"


def test_a_session_ends_by_itself_and_at_the_next_tap(kiosk: Kiosk) -> None:
    first = kiosk.enter()
    kiosk.counter.clock.elapsed_ns += SESSION_NS - 1
    kiosk.desk.stay(first)
    kiosk.counter.clock.elapsed_ns += SESSION_NS - 1
    second = kiosk.enter(ALICE)
    assert kiosk.desk.look(second)["name"] == "Alice V."
    with pytest.raises(NoSessionError):
        kiosk.desk.look(first)
    kiosk.counter.clock.elapsed_ns += SESSION_NS + 1
    with pytest.raises(NoSessionError):
        kiosk.order(second)
    third = kiosk.enter(card(1))
    kiosk.desk.end(third)
    with pytest.raises(NoSessionError):
        kiosk.desk.stay(third)


def test_slips_are_facts_once_a_command_and_nobody_looks_at_them_later(kiosk: Kiosk) -> None:
    kiosk.learn(*A_TRIP_AND_AN_EVENING)
    session = kiosk.enter(ALICE)
    for slip in KIOSK_SLIPS:
        for _ in range(2):
            command = CommandId(f"s-{slip}")
            assert kiosk.desk.print_slip(session, slip, command) == {"is_printed": True}
    slips = [fact for fact in kiosk.facts() if isinstance(fact, SlipPrinted)]
    assert [fact.slip for fact in slips] == list(KIOSK_SLIPS)
    refused = kiosk.desk.print_slip(session, SlipKind.ACCESS, CommandId("s-access"))
    assert refused == {"is_printed": False}
    jobs = kiosk.counter.journal.pending_jobs()
    planning, balance, top_up, invoice, meets = (decode_document(one.job.body) for one in jobs)
    assert isinstance(planning, KioskSlip)
    assert isinstance(balance, KioskSlip)
    assert isinstance(top_up, TopUpSlip)
    assert planning.general is None
    assert [one.label for one in planning.reservations] == ["Carbonnade à la flamande"]
    assert (balance.general.cents, balance.reservations) == (2340, None)
    assert (top_up.communication, top_up.iban) == ("+++090/9337/55493+++", "BE72000000001616")
    assert isinstance(invoice, InvoiceSlip)
    assert (invoice.due.cents, invoice.communication) == (3000, "+++312/4013/98067+++")
    assert isinstance(meets, Notice)
    assert [(one.left, one.right) for one in meets.lines[1:]] == [
        ("Mme Dubois (Maths)", "17:10, local B12")
    ]
    for wanted in ("last", jobs[0].id):
        with pytest.raises(NoPaperError):
            kept_paper(wanted, kiosk.counter.recorder)


def test_what_is_due_and_whom_the_parents_meet_is_shown_and_nothing_else_is(kiosk: Kiosk) -> None:
    kiosk.learn(*A_TRIP_AND_AN_EVENING)
    look = kiosk.desk.look(kiosk.enter(ALICE))
    (due,) = look["dues"]
    assert (due["label"], due["now_cents"], due["state"]) == ("Rome", 3000, "late")
    assert [one["state"] for one in due["instalments"]] == ["late", "open"]
    assert [one["teacher"] for one in look["appointments"]] == ["Mme Dubois"]
    session = kiosk.enter(BOB)
    look = kiosk.desk.look(session)
    assert (look["dues"], look["appointments"]) == ([], [])
    for slip in (SlipKind.INVOICE, SlipKind.APPOINTMENTS):
        printed = kiosk.desk.print_slip(session, slip, CommandId(f"s-{slip}"))
        assert printed == {"is_printed": False}


def test_a_top_up_slip_without_a_number_is_not_printed(kiosk: Kiosk) -> None:
    session = kiosk.enter(BOB)
    assert kiosk.desk.look(session)["can_top_up"] is False
    printed = kiosk.desk.print_slip(session, SlipKind.TOP_UP, CommandId("s-1"))
    assert printed == {"is_printed": False}
    assert kiosk.counter.journal.pending_jobs() == ()


def test_a_waiting_request_stands_on_the_planning_as_one(kiosk: Kiosk) -> None:
    session = kiosk.enter()
    kiosk.order(session)
    kiosk.desk.print_slip(session, SlipKind.PLANNING, CommandId("s-1"))
    (job,) = kiosk.counter.journal.pending_jobs()
    (line,) = decode_document(job.job.body).reservations
    assert (line.on, line.is_waiting, line.price.cents) == (TOMORROW, True, 0)


def test_speech_is_stopped_with_the_session(kiosk: Kiosk) -> None:
    kiosk.desk.say("Bonjour", "fr")
    assert kiosk.speaker.said == [("Bonjour", "fr")]
    assert NOON < CLOSES
