"""uvicorn's HTTP on a connection that is read and written sparingly.

uvicorn writes the head of an answer as soon as it knows it, and the body after it. Each write is a
call of the kernel, a packet on the line, and a turn of whoever reads it: here both are one. And
asyncio asks for 256 KB whenever something has come: to have so much memory and give it back takes
ten times as long as to read a request.
"""

import asyncio
from typing import Any, Final

from typing_extensions import override
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_READ_MAX: Final = 64 * 1024


class SparingHttp(HttpToolsProtocol):
    """One connection."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # asyncio's own transports take their reads' size from here, others look at it no further.
        transport.max_size = _READ_MAX  # type: ignore[attr-defined]
        super().connection_made(_Gathering(transport, self.loop))  # type: ignore[arg-type]


class _Gathering:
    """A transport that writes at once what it is given in one turn of the loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)
        self._size += len(data)
        # The transport must come to know of much, to say when it is too much.
        if self._size >= HIGH_WATER_LIMIT:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()
            self._size = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever a transport has
        return getattr(self._transport, name)
