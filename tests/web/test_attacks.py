"""Who must not get in, and what must not get through."""

import contextlib
import http.client
import re
import socket
from collections.abc import Callable

import pytest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope
from web_rig import Serve, Visitor, page_routes

from terminal.twin import TwinTerminal
from terminal.web.guard import Guard
from terminal.web.metrics_route import METRICS_PATH
from terminal.web.office_api import OfficeApi
from terminal.web.static_files import FONT, LIBRARY, static_route

TAP = {"value": "04A1B2C3D4E501", "technology": "iso14443a"}
ROUTES = page_routes()
# The locked page, what all pages are made of, and figures for who asks from this machine.
FOR_ALL = {"/", static_route().path, METRICS_PATH}
INSIDE = [path for method, path in ROUTES if method == "GET" and path not in FOR_ALL]
COMMANDS = [path for method, path in ROUTES if method not in {"GET", "HEAD"}]


def address(path: str) -> str:
    """Return an address of a route, with names that are nobody's."""
    return re.sub(r"{(\w+)[^}]*}", r"x-\1", path)


def reached_by(stranger: Visitor) -> set[str]:
    """Return the paths at which some method goes on to who has no session."""
    return {path for method, path in ROUTES if stranger.ask(method, address(path)).status != 401}


def test_who_belongs_gets_in(visitor: Visitor, terminal: TwinTerminal) -> None:
    assert visitor.get("/v1/status").status == 200
    assert visitor.post("/v1/tap", TAP).json["outcome"] == "collected"
    assert len(terminal.taps) == 1


@pytest.mark.parametrize("path", INSIDE)
def test_without_a_session_nothing_is_told(stranger: Visitor, path: str) -> None:
    reply = stranger.get(address(path))
    assert reply.status == 401
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", COMMANDS)
def test_without_a_session_nothing_is_done(
    stranger: Visitor, terminal: TwinTerminal, path: str
) -> None:
    assert stranger.post(address(path), TAP).status == 401
    assert terminal.taps == []


def test_who_has_no_session_reaches_only_what_is_for_all(stranger: Visitor) -> None:
    assert reached_by(stranger) == FOR_ALL - {"/"}


def test_the_control_an_address_that_is_left_open_is_noticed(
    monkeypatch: pytest.MonkeyPatch, stranger: Visitor
) -> None:
    honest = Guard._refusal

    def careless(self: Guard, scope: Scope) -> Response | None:
        return None if scope["path"] == "/v1/gate" else honest(self, scope)

    monkeypatch.setattr(Guard, "_refusal", careless)
    assert "/v1/gate" in reached_by(stranger)


def test_the_control_a_new_address_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    new = Route("/v1/office/new", lambda _: Response(), methods=["POST"])
    monkeypatch.setattr(OfficeApi, "routes", lambda _: [new])
    assert ("POST", "/v1/office/new") in page_routes()
    assert ("POST", "/v1/office/new") not in ROUTES


def test_without_a_token_the_page_is_locked(stranger: Visitor) -> None:
    reply = stranger.get("/")
    assert reply.status == 401
    assert "Écran verrouillé" in reply.body.decode()
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "token", ["", "wrong", "a-token-for-test", "é", pytest.param("a" * 5000, id="long")]
)
def test_a_wrong_token_opens_nothing(stranger: Visitor, token: str) -> None:
    from urllib.parse import quote

    reply = stranger.get(f"/?token={quote(token)}")
    assert reply.status == 401
    assert "set-cookie" not in reply.headers


def test_a_launch_token_opens_one_session(serve: Serve, stranger: Visitor) -> None:
    from urllib.parse import urlsplit

    server = serve(token="once", keeps_token=False, socket_path=None)
    stranger.netloc = urlsplit(server.address).netloc
    assert stranger.get("/?token=once").status == 200
    assert stranger.get("/?token=once").status == 401
    minted = server.launch_url()
    assert stranger.ask("HEAD", minted.removeprefix(server.address)).status == 401
    assert stranger.get(minted.removeprefix(server.address)).status == 200
    assert stranger.get(minted.removeprefix(server.address)).status == 401


def test_the_cookie_is_for_this_host_alone(stranger: Visitor) -> None:
    cookie = stranger.get("/?token=a-token-for-tests").headers["set-cookie"].lower()
    assert cookie.startswith("__host-")
    for part in ("secure", "httponly", "samesite=strict", "path=/"):
        assert part in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize(
    "forge",
    [
        lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
        lambda cookie: "0" + cookie[1:] if cookie[0] != "0" else "1" + cookie[1:],
        lambda cookie: cookie.partition(".")[0],
        lambda cookie: "." + cookie.partition(".")[2],
        lambda _: "é",
        lambda _: "",
    ],
    ids=["end", "start", "number alone", "signature alone", "no ascii", "nothing"],
)
def test_a_forged_cookie_opens_nothing(visitor: Visitor, forge: Callable[[str], str]) -> None:
    forged = forge(visitor.cookie).encode().decode("latin-1")
    reply = visitor.get("/v1/status", own=False, headers=visitor.with_cookie(forged))
    assert reply.status == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"])
def test_a_foreign_host_name_is_not_served(visitor: Visitor, host: str) -> None:
    for method, path in ROUTES:
        assert visitor.ask(method, address(path), headers={"Host": host}).status == 400, path


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
    ],
)
def test_a_command_from_another_page_is_refused(
    visitor: Visitor, terminal: TwinTerminal, headers: dict[str, str]
) -> None:
    sent = visitor.with_cookie(visitor.cookie) | {"X-Refectory-CSRF": visitor.csrf} | headers
    for path in COMMANDS:
        assert visitor.post(address(path), TAP, own=False, headers=sent).status == 403, path
    assert (terminal.taps, terminal.sync_count, terminal.reprints) == ([], 0, [])
    assert terminal.counter.commands == []


def test_our_own_origin_is_enough_for_a_browser_that_says_no_more(
    visitor: Visitor, stranger: Visitor
) -> None:
    sent = {
        **visitor.with_cookie(visitor.cookie),
        "X-Refectory-CSRF": visitor.csrf,
        "Origin": f"http://{stranger.netloc}",
    }
    assert visitor.post("/v1/sync", own=False, headers=sent).status == 200


@pytest.mark.parametrize("word", ["", "wrong", None])
def test_a_command_needs_the_word_of_its_session(
    visitor: Visitor, stranger: Visitor, terminal: TwinTerminal, word: str | None
) -> None:
    visitor.csrf = stranger.enter().csrf if word is None else word
    for path in COMMANDS:
        assert visitor.post(address(path), TAP).status == 403, path
    assert terminal.taps == []


def test_a_command_sent_twice_under_one_key_is_done_once(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    sent = {"Idempotency-Key": "one"}
    first, again = (visitor.post("/v1/tap", TAP, headers=sent) for _ in range(2))
    other = visitor.post("/v1/tap", TAP, headers={"Idempotency-Key": "two"})
    assert first.json == again.json != other.json
    assert len(terminal.taps) == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "send JSON"),
        (b"{", "send JSON"),
        (b"\xff\xfe", "send JSON"),
        pytest.param(b"[" * 15000, "send JSON", id="deep"),
        (b"[]", "JSON object"),
        (b"{}", "hexadecimal"),
        (b'{"value": 4}', "hexadecimal"),
        (b'{"value": "xyz"}', "hexadecimal"),
        (b'{"value": "04A1", "technology": "magic"}', "technology is one of"),
        (b'{"value": "04A1", "technology": ["typed"]}', "technology is one of"),
        pytest.param(b'{"value": "' + b"00" * 300 + b'"}', "256 bytes", id="long"),
    ],
)
def test_a_malformed_body_gets_one_plain_answer(
    visitor: Visitor, terminal: TwinTerminal, body: bytes, says: str
) -> None:
    reply = visitor.ask("POST", "/v1/tap", body=body)
    assert reply.status == 400
    assert says in reply.json["detail"]
    assert terminal.taps == []


@pytest.mark.parametrize("path", COMMANDS)
def test_an_oversized_body_is_not_read(visitor: Visitor, path: str) -> None:
    assert visitor.ask("POST", address(path), body=b"x" * 20_000).status == 413


def test_an_oversized_body_in_pieces_is_cut_off(visitor: Visitor) -> None:
    host, _, port = visitor.netloc.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    sent = {
        **visitor.with_cookie(visitor.cookie),
        "X-Refectory-CSRF": visitor.csrf,
        "Sec-Fetch-Site": "same-origin",
    }
    pieces = iter([b"x" * 1000] * 30)
    with contextlib.closing(connection):
        connection.request("POST", "/v1/tap", body=pieces, headers=sent, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 0) == (413, True)


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999999999"])
def test_a_length_that_lies_is_refused(visitor: Visitor, length: str) -> None:
    host, _, port = visitor.netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            f"POST /v1/tap HTTP/1.1\r\nHost: {visitor.netloc}\r\n"
            f"Content-Length: {length}\r\n\r\n".encode()
        )
        assert line.recv(64).split()[1] in (b"400", b"413")


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/sounds/x.wav"]
)
def test_only_what_is_meant_to_be_read_is_read(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


@pytest.mark.parametrize("path", ["/", "/v1/status", "/static/icon.svg", "/nothing"])
def test_every_answer_that_could_be_shown_carries_the_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize(
    "path", ["/static/screens.css", "/static/till.js", f"/static/{FONT}", f"/static/{LIBRARY}"]
)
def test_a_part_of_a_page_is_nothing_else(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


def test_what_is_personal_is_never_kept_by_a_browser(visitor: Visitor) -> None:
    for path in ("/", "/v1/status", "/v1/badges"):
        assert visitor.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(visitor: Visitor, method: str) -> None:
    assert visitor.ask(method, "/v1/tap").status == 405
