"""Runs an ASGI app on a real socket, inside the event loop that is already running."""

import asyncio
import socket

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_ABORT = "panelgram.abort"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - asked for, in a container


def address(host: str, port: int) -> str:
    """Under which this machine reaches what listens there."""
    return f"http://{'127.0.0.1' if host == _EVERYWHERE else host}:{port}"


async def serve(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> "Server":
    """Port 0 takes any free one. Raises OSError when the port is in use."""
    server = Server(app, _listen(host, port))
    await server.start()
    return server


class Server:
    """A uvicorn without its main loop: no signal handlers, no task of its own, gone when stopped."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        host, self.port = listener.getsockname()
        self.url = address(host, self.port)
        self._app = app
        self._listener = listener
        self._stopping = False
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                self._answer,
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,  # they would change the address by which a connection is found again
                date_header=False,
                timeout_keep_alive=75,  # longer than clients keep theirs: they never write into a closed one
            )
        )

    async def start(self) -> None:
        config = self._uvicorn.config
        config.load()
        self._uvicorn.lifespan = config.lifespan_class(config)
        await self._uvicorn.startup(sockets=[self._listener])

    async def stop(self, *, grace: float = 0.0) -> None:
        """Close everything; whoever waits for an answer after so many seconds sees a closed connection."""
        for listening in self._uvicorn.servers:
            listening.close()
        state = self._uvicorn.server_state
        if state.tasks and grace:
            await asyncio.wait(list(state.tasks), timeout=grace)
        self._stopping = True
        for connection in list(state.connections):
            connection.transport.abort()
        for task in (tasks := list(state.tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listening in self._uvicorn.servers:
            await listening.wait_closed()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[_ABORT] = lambda: self._abort(scope["client"])
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self._stopping:  # uvicorn would log a traceback for each long poll
                raise

    def _abort(self, client: tuple[str, int]) -> None:
        for connection in self._uvicorn.server_state.connections:
            if isinstance(connection, H11Protocol) and connection.client == client:
                connection.transport.abort()


class NoAnswer(Response):
    """Closes the connection without a word: the caller cannot know what became of the request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  nothing is sent
        scope["extensions"][_ABORT]()
        while (await receive())["type"] != "http.disconnect":
            pass


def _listen(host: str, port: int) -> socket.socket:
    # The protocol is named: asyncio sets TCP_NODELAY only then, and without it each request costs 44 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"Cannot listen on {host}:{port}: {error.strerror}") from error
    return listener
