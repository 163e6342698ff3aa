"""The servers, and each bot that is measured, run in processes of their own."""

import asyncio
import json
import multiprocessing
import tempfile
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.fake_panel import FakePanel
from benchmarks.fake_telegram import FakeTelegram
from benchmarks.wire import Reply, dump, listen

_spawn = multiprocessing.get_context("spawn")
Run = Callable[[Coroutine[Any, Any, None]], None]
Program = Callable[[str, Path], Awaitable[None]]  # a bot: the servers' URL, a folder for its files


class Servers:
    """The fake Telegram and the fake panel, at one URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def telegram(self, token: str, what: str, **how: Any) -> Any:
        """Have the bot's mailbox do something; see `Mailbox`."""
        return self._order("telegram", token, what, how)

    def panel(self, what: str, **how: Any) -> Any:
        """Have the panel do something; see `FakePanel`."""
        return self._order("panel", "", what, how)

    def _order(self, *order: Any) -> Any:
        with urllib.request.urlopen(f"{self.url}/bench", json.dumps(order).encode(), timeout=60) as reply:
            return json.load(reply)


class Running:
    """A bot at work."""

    def __init__(self, ends: Connection) -> None:
        self._ends = ends

    def cpu_seconds(self) -> float:
        """The processor time its process has used until now, all threads together."""
        self._ends.send(None)
        return float(self._ends.recv())


@contextmanager
def servers() -> Iterator[Servers]:
    with process(_serve) as ends:
        yield Servers(ends.recv())


@contextmanager
def running(program: Program, where: Servers, *, run: Run = asyncio.run) -> Iterator[Running]:
    """`run` gives it its event loop: Python's own, unless it brings another along."""
    with (
        tempfile.TemporaryDirectory(prefix="panelgram-bench-") as folder,
        process(_run, run, program, where.url, Path(folder)) as ends,
    ):
        yield Running(ends)


@contextmanager
def process(target: Callable[..., None], *args: Any) -> Iterator[Connection]:
    ours, theirs = _spawn.Pipe()
    child = _spawn.Process(target=target, args=(theirs, *args), daemon=True)
    child.start()
    theirs.close()
    try:
        yield ours
    finally:
        child.terminate()
        child.join()


def _run(ends: Connection, run: Run, program: Program, url: str, folder: Path) -> None:
    def tell_cpu() -> None:
        while True:
            ends.recv()
            ends.send(time.process_time())

    threading.Thread(target=tell_cpu, daemon=True).start()
    run(_until_done(program(url, folder)))


async def _until_done(work: Awaitable[None]) -> None:
    await work


def _serve(ends: Connection) -> None:
    asyncio.run(_serve_for_ever(ends))


async def _serve_for_ever(ends: Connection) -> None:
    telegram, panel = FakeTelegram(), FakePanel()
    orders: set[asyncio.Task[None]] = set()

    async def carry_out(body: bytes, reply: Reply) -> None:
        who, token, what, how = json.loads(body)
        reply(dump(await getattr(telegram.mailbox(token) if who == "telegram" else panel, what)(**how)))

    def handle(path: str, body: bytes, reply: Reply) -> None:
        if path.startswith("/bot"):
            telegram.call(path, body, reply)
        elif path == "/bench":
            order = asyncio.create_task(carry_out(body, reply))
            orders.add(order)
            order.add_done_callback(orders.discard)
        else:
            panel.call(body, reply)

    server, url = await listen(handle)
    ends.send(url)
    await server.serve_forever()
