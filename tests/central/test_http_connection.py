"""A connection of the centre's: an answer is one write, and what is much is not kept back."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from uvicorn import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from central.http_connection import SparingHttp

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Line(asyncio.Transport):
    """A transport that keeps what is written, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes, self.is_closed = [], False

    def write(self, data):
        assert not self.is_closed
        self.writes.append(bytes(data))

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


def run(story):
    """Run a story in a thread of its own: the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as loop:
        return loop.submit(asyncio.run, story).result()


def writes(protocol, *parts, request=REQUEST):
    """Return what is written for an answer of some parts, and whether the line is closed then."""

    async def app(_scope, _receive, send):
        length = str(sum(map(len, parts))).encode()
        headers = [(b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def serve():
        config = Config(app, log_config=None, lifespan="off")
        config.load()
        line, state = Line(), ServerState()
        connection = protocol(config, state, {}, asyncio.get_running_loop())
        connection.connection_made(line)
        connection.data_received(request)
        await asyncio.gather(*state.tasks)
        await asyncio.sleep(0)
        return line

    return run(serve())


@pytest.mark.parametrize(("protocol", "count"), [(SparingHttp, 1), (HttpToolsProtocol, 2)])
def test_head_and_body_leave_in_one_write(protocol, count):
    line = writes(protocol, b"a page")
    assert len([one for one in line.writes if one]) == count
    text = b"".join(line.writes)
    assert text.startswith(b"HTTP/1.1 200 OK\r\n")
    assert text.endswith(b"\r\n\r\na page")


def test_what_is_much_is_written_as_it_comes():
    part = b"x" * (HIGH_WATER_LIMIT // 2)
    line = writes(SparingHttp, *[part] * 6)
    assert b"".join(line.writes).endswith(part * 6)
    assert max(map(len, line.writes)) < HIGH_WATER_LIMIT + len(part) + 1000
    assert len(line.writes) == 4


def test_nothing_is_lost_when_the_line_is_closed_at_the_end():
    closing = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    line = writes(SparingHttp, b"the last page", request=closing)
    assert line.is_closed
    assert b"".join(line.writes).endswith(b"the last page")


def test_a_read_asks_for_as_much_as_a_request_may_have():
    async def read_size():
        loop = asyncio.get_running_loop()
        made = loop.create_future()

        class Told(SparingHttp):
            def connection_made(self, transport):
                super().connection_made(transport)
                made.set_result(transport)

        config = Config(lambda: None, log_config=None, lifespan="off")
        config.load()
        server = await loop.create_server(
            lambda: Told(config, ServerState(), {}, loop), "127.0.0.1", 0
        )
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        transport = await made
        size = transport.max_size
        for one in (writer, transport, server):
            one.close()
        return size

    assert run(read_size()) == 64 * 1024
