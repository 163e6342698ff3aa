"""The whole bot, kept running while it is sent what nobody would send."""

import asyncio
import gc
import io
import json
import logging
import sqlite3
from collections.abc import Coroutine, Iterator
from contextlib import closing
from typing import Any, TypeVar

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot import logs
from bot.sandbox.telegram import Person
from tests.conftest import World, world_in

T = TypeVar("T")

few = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
many = settings(few, max_examples=2000, derandomize=False, print_blob=True)


class Victim:
    """A bot and one connected person."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, world: World, person: Person, log: io.StringIO
    ) -> None:
        self._loop = loop
        self.world = world
        self.person = person
        self._log = log

    def runs(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def rows(self, sql: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.world.database, timeout=5)) as db:
            return db.execute(sql, values).fetchall()

    def change(self, sql: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.world.database, timeout=5)) as db, db:
            db.execute(sql, values)

    def is_at(self, step: str, draft: str = "{}") -> int:
        """Puts the person at a step of the dialog; returns the version its buttons carry."""
        self.change("DELETE FROM conversations")
        self.change(
            "INSERT INTO conversations (chat_id, step, draft, version) VALUES (?, ?, ?, 7)", 1001, step, draft
        )
        return 7

    def said_since(self, message_id: int) -> list[str]:
        return [m.text for m in self.person.messages if m.sender.is_bot and m.id > message_id]

    async def sends(self, update: dict[str, Any]) -> None:
        """As Telegram does, whatever it is; returns when it is dealt with."""
        updates = self.world.telegram.updates
        update = {"update_id": next(updates._ids), **update}
        updates.waiting.append(update)
        updates._arrived.fire()
        await self.deals_with(update["update_id"])

    async def deals_with(self, update_id: int) -> None:
        for _ in range(2000):
            if self.rows("SELECT 1 FROM inbox WHERE update_id = ? AND handled_at IS NOT NULL", update_id):
                return
            await asyncio.sleep(0.003)
        raise AssertionError(f"update {update_id} is not dealt with")

    @property
    def newest_update(self) -> int:
        return int(self.world.telegram.updates.waiting[-1]["update_id"])

    def of_type(self, name: str) -> list[Any]:
        """The objects of this type that are alive."""
        gc.collect()
        return [one for one in gc.get_objects() if type(one).__name__ == name]

    def logs_no_error(self) -> None:
        lines = self._log.getvalue().splitlines()
        self._log.seek(0)
        self._log.truncate()
        assert [line for line in lines if json.loads(line)["level"] in {"error", "critical"}] == []


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up(level="INFO", form="json")
    structlog.configure(cache_logger_on_first_use=False)
    root.handlers[:] = [handler := root.handlers[0]]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(log := io.StringIO())
    loop = asyncio.new_event_loop()
    opened = world_in(tmp_path_factory.mktemp("fuzz"), poll_interval=3600.0)
    world = loop.run_until_complete(opened.__aenter__())
    person = loop.run_until_complete(world.person())
    yield Victim(loop, world, person, log)
    loop.run_until_complete(opened.__aexit__(None, None, None))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
