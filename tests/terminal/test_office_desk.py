"""What the bursar's page asks: rights, the centre's answers, and papers that are nowhere kept."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from canteen import NOON, TODAY
from staffed_rig import WATER, StaffedCounter, by_tap, items
from till_rig import ALICE, PATIENCE_S

from core.facts import SlipPrinted
from core.ids import CommandId, PupilId
from core.order_facts import SlipKind
from core.profiles import Profile, Timetable
from printer.documents import Notice
from printer.job import decode_document
from printer.spool_states import JobState
from sync.asking import UnreachableError
from sync.errors import RefusedError
from terminal.papers import Papers
from terminal.ports import NotAllowedError
from terminal.private_papers import PrivatePapers

P1 = PupilId("p1")
GRANTED = {
    "state": "granted",
    "accounts": [],
    "user": "maes.4821",
    "code": "7QKM-ZX4B-HH2T-9CDE",
    "language": "nl",
    "ends_at": "2026-12-08T11:02:00.000Z",
    "address": "https://centre.example/welcome",
}


class Script:
    """A centre that answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.answer: Mapping[str, object] | Exception = UnreachableError("nobody there")

    def ask(self, what: str, question: dict[str, object], /) -> dict[str, object]:
        self.asked.append((what, question))
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"command": question["command"], **self.answer}


class Office(StaffedCounter):
    """A bursar's terminal whose centre follows a script."""

    def __init__(self, folder: Path) -> None:
        self.script = Script()
        super().__init__(folder, timetable=Timetable(otherwise=Profile.OFFICE), centre=self.script)
        self.learn_staffed()

    def ask(self, question: Callable[[], Any]) -> Any:
        """Ask from a thread of the page's, while this one is the till's."""
        told: list[Any] = []

        def run() -> None:
            try:
                told.append(question())
            except NotAllowedError as error:
                told.append(error)

        page = threading.Thread(target=run)
        page.start()
        self.serve_until(lambda: bool(told))
        page.join(PATIENCE_S)
        if isinstance(told[0], Exception):
            raise told[0]
        return told[0]

    def serve_until(self, done: Callable[[], bool]) -> None:
        while not done():
            message = self.inbox.take(0.05)
            if message is not None:
                self.till.handle(message)

    def slips(self) -> list[SlipPrinted]:
        events = (self.recorder.read(one) for one in self.journal.events((0, 0), 1000))
        return [event.fact for event in events if isinstance(event.fact, SlipPrinted)]

    def grant(self, account: str | None = None, command: str = "a-1", pupil: str = P1) -> Any:
        return self.ask(
            lambda: self.port.office.grant_access(PupilId(pupil), account, CommandId(command))
        )

    def account(self, *, prints: bool = False, command: str = "s-1", pupil: str = P1) -> Any:
        since = TODAY - timedelta(days=20)
        return self.ask(
            lambda: self.port.office.account(
                PupilId(pupil), since, TODAY, CommandId(command), prints=prints
            )
        )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.start()
    office.sign_in()
    yield office
    office.close()


# --- who may --------------------------------------------------------------------------------------


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(NotAllowedError, match=words):
        yield


def test_only_who_holds_the_right_is_told_or_asks_anything(office: Office) -> None:
    port = office.port.office
    questions: list[Callable[[], Any]] = [
        lambda: port.card(P1),
        lambda: port.grant_access(P1, None, CommandId("c")),
        lambda: port.cases(CommandId("c")),
        lambda: port.settle("x", "accepted", "seen", None, CommandId("c")),
        lambda: port.account(P1, TODAY, TODAY, CommandId("c"), prints=True),
    ]
    assert office.ask(questions[0])["name"] == "Alice V."
    office.sign_in("0815", "noor")
    for question in questions:
        with refused("right to the bursar"):
            office.ask(question)
    office.command("sign_out")
    for question in questions:
        with refused("sign in"):
            office.ask(question)
    assert office.script.asked == []


# --- access ---------------------------------------------------------------------------------------


def test_an_access_is_printed_once_from_memory_alone(office: Office) -> None:
    office.script.answer = GRANTED
    told = office.grant()
    assert told == {
        "state": "printed",
        "is_repeat": False,
        "user": "maes.4821",
        "ends_at": GRANTED["ends_at"],
    }
    assert office.script.asked == [("access", {"command": "a-1", "staff": "fatima", "pupil": "p1"})]
    (fact,) = office.slips()
    assert (fact.slip, fact.staff, fact.pupil) == (SlipKind.ACCESS, "fatima", "p1")
    job = office.private.next_job()
    assert job is not None
    slip = decode_document(job.document)
    assert isinstance(slip, Notice)
    assert (slip.secret, slip.title) == (GRANTED["code"], "TOEGANG VOOR OUDERS")
    assert {line.right for line in slip.lines} >= {"maes.4821"}
    # The same command again asks nothing and prints nothing.
    assert office.grant()["is_repeat"]
    assert len(office.script.asked) == 1
    # Nothing of it is on the disk, nor in what screens heard.
    code = GRANTED["code"]
    assert office.journal.pending_jobs() == ()
    files = [one.read_bytes() for one in office.folder.rglob("*") if one.is_file()]
    assert not any(code.encode() in content for content in files)
    assert not any(code in json.dumps(dict(note.content)) for note in office.notes)


def test_the_printer_gets_it_before_others_and_nothing_brings_it_back(office: Office) -> None:
    office.script.answer = GRANTED
    office.command("give_ticket", customer={"pupil": P1})
    office.grant()
    papers = Papers(office.inbox, office.recorder, office.clock, private=office.private)
    job = papers.next_job()
    assert job is not None
    assert job.id == "private a-1"
    papers.mark(job.id, JobState.SENDING, 1)
    papers.mark(job.id, JobState.BLOCKED, 1)
    again = office.private.next_job()
    assert again is not None
    assert (again.state, again.attempt) == (JobState.BLOCKED, 1)
    papers.mark(job.id, JobState.DONE, 1)
    assert office.private.next_job() is None
    assert not office.private.mark(job.id, JobState.DONE, 1)


@pytest.mark.parametrize("state", [JobState.EXPIRED, JobState.REJECTED, JobState.UNCERTAIN])
def test_one_that_may_not_have_come_out_is_not_kept_either(office: Office, state: JobState) -> None:
    private = PrivatePapers()
    office.script.answer = GRANTED
    office.grant()
    job = office.private.next_job()
    assert job is not None
    private.hand("one", decode_document(job.document), at=NOON)
    assert private.mark("one", state, 1)
    assert private.next_job() is None


def test_an_account_is_chosen_where_there_are_some(office: Office) -> None:
    office.script.answer = {"state": "choose", "accounts": ["maes.4821"]}
    told = office.grant()
    assert (told["state"], told["accounts"]) == ("choose", ["maes.4821"])
    office.script.answer = GRANTED
    assert office.grant("maes.4821", "a-2")["state"] == "printed"
    assert office.script.asked[-1][1]["account"] == "maes.4821"


def test_without_an_answer_it_is_said_and_nothing_is_noted(office: Office) -> None:
    assert office.grant() == {"state": "unreachable"}
    office.script.answer = RefusedError("no such pupil", status=409, problem="refused", details={})
    told = office.grant()
    assert (told["state"], told["reason"]) == ("refused", "refused")
    assert "no such pupil" in told["detail"]
    office.script.answer = {"state": "granted", "user": "half an answer"}
    assert office.grant() == {"state": "unreachable"}
    assert office.slips() == []
    assert office.grant(pupil="nobody")["reason"] == "unknown_pupil"


def test_nobody_rehearses_with_a_real_access(office: Office) -> None:
    office.command("start_training")
    assert office.grant()["reason"] == "in_training"
    office.command("end_training")
    assert office.script.asked == []


# --- cases ----------------------------------------------------------------------------------------


def test_cases_are_the_centres_and_so_is_their_settling(office: Office) -> None:
    office.script.answer = {"cases": [{"id": "x"}], "server_time": "now"}
    port = office.port.office
    told = office.ask(lambda: port.cases(CommandId("c-1")))
    assert told == {"state": "told", "cases": [{"id": "x"}]}
    office.script.answer = {"id": "x", "resolution": "waived"}
    settled = office.ask(lambda: port.settle("x", "waived", "seen", P1, CommandId("c-2")))
    assert (settled["state"], settled["resolution"]) == ("settled", "waived")
    assert office.script.asked[-1] == (
        "resolutions",
        {
            "command": "c-2",
            "staff": "fatima",
            "case": "x",
            "how": "waived",
            "note": "seen",
            "pupil": "p1",
        },
    )
    office.script.answer = UnreachableError("gone")
    assert office.ask(lambda: port.cases(CommandId("c-3"))) == {"state": "unreachable"}
    gone = office.ask(lambda: port.settle("x", "waived", "seen", None, CommandId("c-4")))
    assert gone == {"state": "unreachable"}


# --- accounts -------------------------------------------------------------------------------------


def test_the_centres_account_is_shown_and_printed_once(office: Office) -> None:
    line = {
        "at": "2026-11-23T11:07:00.000Z",
        "label": "Vente: Eau",
        "wallet": "general",
        "change_cents": -80,
    }
    bad = [{"at": "yesterday"}, {**line, "wallet": "sock"}, "x"]
    office.script.answer = {
        "movements": [line, *bad],
        "general_cents": 2260,
        "reserve_cents": 1500,
    }
    told = office.account(prints=True)
    assert (told["state"], told["is_whole"], told["is_printed"]) == ("told", True, True)
    assert told["movements"] == [
        {
            "day": "2026-11-23",
            "time": "12:07",
            "label": "Vente: Eau",
            "wallet": "general",
            "change_cents": -80,
        }
    ]
    office.account(prints=True)
    (job,) = office.journal.pending_jobs()
    slip = decode_document(job.job.body)
    assert isinstance(slip, Notice)
    assert [line.right for line in slip.lines if "Eau" in line.left] == ["-0,80 €"]
    assert [fact.slip for fact in office.slips()] == [SlipKind.ACCOUNT]
    office.script.answer = {"movements": "none", "general_cents": "x"}
    assert office.account()["movements"] == []


def test_without_the_centre_this_terminal_tells_what_it_knows(office: Office) -> None:
    office.command("open_shift", cash_cents=0)
    alice = by_tap(office.tap(ALICE))
    office.command("sell", customer=alice, items=items(WATER, quantity=2))
    office.command("top_up", customer=alice, amount_cents=500)
    office.command("move_reserve", customer={"pupil": P1}, amount_cents=300)
    office.command("move_reserve", customer={"pupil": "p2"}, amount_cents=100)
    told = office.account(prints=True)
    assert told["is_whole"] is False
    lines = [(one["label"], one["wallet"], one["change_cents"]) for one in told["movements"]]
    assert lines[0] == ("Vente: Eau", "general", -160)
    assert lines[1] == ("Recharge", "general", 500)
    assert sorted(lines[2:]) == [
        ("Réserve <> général", "general", 300),
        ("Réserve <> général", "reserve", -300),
    ]
    assert (told["general_cents"], told["reserve_cents"]) == (2340 - 160 + 500 + 300, 1200)
    slip = decode_document(office.journal.pending_jobs()[-1].job.body)
    assert isinstance(slip, Notice)
    assert any("seulement ce que ce terminal sait" in line.left for line in slip.lines)
    assert office.account(pupil="nobody")["reason"] == "unknown_pupil"
    office.script.answer = RefusedError("no right", status=403, problem="right", details={})
    assert office.account()["reason"] == "right"


def test_a_refund_and_a_void_are_told_as_what_they_are(office: Office) -> None:
    alice = by_tap(office.tap(ALICE))
    sold = office.command("sell", customer=alice, items=items(WATER, quantity=2))
    event = sold["events"][0]["id"]
    back = office.command(
        "refund", document=event, why="fuite", backs=[{"place": 0, "quantity": 1}]
    )
    assert back["outcome"] == "done"
    second = office.command("sell", customer=alice, items=items(WATER))
    office.command("void", document=second["events"][0]["id"], why="erreur")
    told = office.account()
    labels = [one["label"] for one in told["movements"]]
    assert labels == ["Vente: Eau", "Remboursement: Eau", "Vente: Eau", "Annulation: Eau"]
    assert told["general_cents"] == 2340 - 80
