"""As little HTTP server as there can be, so that what is measured is the client."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

Reply = Callable[[bytes], None]
Handle = Callable[[str, bytes, Reply], None]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Keep-alive requests with a Content-Length; `handle` gets a path, a body and where to reply."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            found = _LENGTH.search(head)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._handle(head.split(b" ", 2)[1].decode(), body, self._reply)

    def _reply(self, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(body), body)
            )


async def listen(handle: Handle) -> tuple[asyncio.Server, str]:
    """Serve on any free port of this machine; the server and its URL."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(handle), "127.0.0.1", 0, backlog=1024)
    return server, "http://{}:{}".format(*server.sockets[0].getsockname())


def dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
