"""What the till's page and the command line ask of the counter, over both doors."""

from pathlib import Path

import pytest
from web_rig import Visitor, unix_ask

from core.kinds import Reason
from terminal.twin import TwinTerminal
from terminal.web.server import WebServer

SIGN_IN = {"command": "sign_in", "staff": "fatima", "pin": "246810"}
OPEN = {"command": "open_shift", "cash_cents": 5000}
SOUP = {"command": "sell", "customer": {}, "items": [{"product": "product-9"}], "tender": "cash"}


class Counter:
    """Sends commands, each with an id of its own."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.sent = 0

    def do(self, command: dict[str, object], **more: object) -> dict[str, object]:
        self.sent += 1
        reply = self.visitor.post("/v1/commands", {"id": f"c{self.sent}"} | command | more)
        assert reply.status == 200, reply.body
        return reply.json


@pytest.fixture
def counter(visitor: Visitor) -> Counter:
    return Counter(visitor)


def test_a_morning_at_the_counter(counter: Counter, visitor: Visitor) -> None:
    assert counter.do(SOUP)["reason"] == "not_signed_in"
    assert counter.do(SIGN_IN)["outcome"] == "done"
    assert counter.do(SOUP)["reason"] == "no_shift"
    assert counter.do(OPEN)["outcome"] == "done"
    sold = counter.do(SOUP)
    assert (sold["outcome"], sold["price_cents"]) == ("served", 150)
    (act,) = visitor.get("/v1/documents").json
    assert (act["state"], act["label"]) == ("whole", "Potage")
    assert visitor.get(f"/v1/documents/{act['id']}").json["reference"] == act["reference"]
    assert counter.do({"command": "undo"})["outcome"] == "done"
    assert visitor.get("/v1/documents").json[0]["state"] == "voided"
    assert visitor.get("/v1/report").json["number"] == 1
    assert counter.do({"command": "close_period", "counted_cents": 5000})["figures"]["number"] == 1


def test_the_same_command_again_is_answered_and_not_done_again(
    counter: Counter, terminal: TwinTerminal
) -> None:
    counter.do(SIGN_IN)
    counter.do(OPEN)
    first, again = (counter.do(SOUP, id="one") for _ in range(2))
    assert first == again
    assert [command.id for command in terminal.counter.commands].count("one") == 1


def test_an_id_that_was_another_commands_is_refused(counter: Counter, visitor: Visitor) -> None:
    counter.do(SIGN_IN, id="one")
    reply = visitor.post("/v1/commands", {"id": "one"} | OPEN)
    assert reply.status == 422
    assert "another command" in reply.json["detail"]


def test_a_command_that_the_till_did_not_answer_can_be_sent_again(
    counter: Counter, visitor: Visitor, terminal: TwinTerminal
) -> None:
    terminal.is_busy = True
    assert visitor.post("/v1/commands", {"id": "one"} | SIGN_IN).status == 503
    terminal.is_busy = False
    assert counter.do(SIGN_IN, id="one")["outcome"] == "done"


@pytest.mark.parametrize("reason", Reason)
def test_each_refusal_is_an_answer(
    counter: Counter, terminal: TwinTerminal, reason: Reason
) -> None:
    terminal.counter.refuse_next = reason
    answer = counter.do({"command": "undo"})
    assert (answer["outcome"], answer["reason"]) == ("refused", reason.value)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", ""),
        (b"[]", "object"),
        (b'{"command": "dance", "id": "1"}', "$.command"),
        (b'{"command": "undo"}', "id"),
        (b'{"command": "undo", "id": "\\u00e9"}', "$.id"),
        (b'{"command": "void", "id": "1", "document": "x", "why": 4}', "$.why"),
        (b'{"command": "undo", "id": "1", "pin": "1234"}', "pin"),
        (b'{"command": "open_shift", "id": "1", "cash_cents": -1}', "$.cash_cents"),
        (b'{"command": "open_shift", "id": "1", "cash_cents": 1e99}', "$.cash_cents"),
        (b"\xff", ""),
        pytest.param(b"[" * 15000, "", id="deep"),
    ],
)
def test_a_malformed_command_gets_one_line_that_names_the_place(
    visitor: Visitor, terminal: TwinTerminal, body: bytes, place: str
) -> None:
    reply = visitor.ask("POST", "/v1/commands", body=body)
    assert reply.status == 400
    assert place in reply.json["detail"]
    assert "\n" not in reply.json["detail"]
    assert terminal.counter.commands == []


def test_pupils_are_found_by_who_may_serve_by_name(counter: Counter, visitor: Visitor) -> None:
    assert visitor.get("/v1/pupils?q=l").status == 403
    assert visitor.get("/v1/pupils/lea").status == 403
    counter.do(SIGN_IN, staff="marc", pin="135791")
    assert visitor.get("/v1/pupils?q=l").status == 403
    counter.do(SIGN_IN)
    assert [pupil["id"] for pupil in visitor.get("/v1/pupils?q=3b").json] == ["lea", "leo"]
    assert visitor.get("/v1/pupils/lea").json["orders"]
    assert visitor.get("/v1/pupils/nobody").status == 404


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=" + "x" * 61])
def test_a_search_says_what_it_wants(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/v1/pupils{query}").status == 400


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "9" * 400])
def test_a_list_has_an_end(visitor: Visitor, limit: str) -> None:
    assert visitor.get(f"/v1/documents?limit={limit}").status == 400


def test_an_act_that_is_not_known_is_not_found(visitor: Visitor) -> None:
    for path in (
        "/v1/documents/1-404",
        "/v1/documents/1-404/paper.png",
        f"/v1/documents/{'x' * 65}",
    ):
        assert visitor.get(path).status == 404


def test_a_paper_is_looked_at_before_it_is_printed_again(
    counter: Counter, visitor: Visitor
) -> None:
    for command in (SIGN_IN, OPEN, SOUP):
        counter.do(command)
    reply = visitor.get("/v1/documents/1-3/paper.png")
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.body.startswith(b"\x89PNG")


def test_a_busy_till_is_told_by_each_question(visitor: Visitor, terminal: TwinTerminal) -> None:
    terminal.is_busy = True
    for path in ("till", "pupils?q=l", "pupils/lea", "documents", "documents/1-1", "report"):
        assert visitor.get(f"/v1/{path}").status == 503


def test_the_command_line_gives_the_same_commands(server: WebServer, socket_path: Path) -> None:
    reply = unix_ask(socket_path, "POST", "/v1/commands", {"id": "1"} | SIGN_IN)
    assert reply.json["outcome"] == "done"
    assert unix_ask(socket_path, "GET", "/v1/till").json["products"]
