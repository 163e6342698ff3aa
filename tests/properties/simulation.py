"""A machine to be killed: time that only passes while everybody waits, and seams that fail as told.

Nothing here runs in a thread or waits for real, so what happens follows from the schedule alone. Between two
seams a run of the program only computes: to die there is to die at the next seam, so faults at the seams
are faults at every await.
"""

import asyncio
import selectors
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from bot.panel import replies
from bot.panel.client import PanelClient
from bot.panel.errors import NotSent, PanelUnreachable
from bot.sandbox.panel import Call, Panel
from bot.sandbox.panel.actions import perform
from storage.database import DatabaseTrouble, Row, Work
from storage.migrations import migrate

T = TypeVar("T")


class Crash(BaseException):
    """The run of the program that meets this is dead."""


class Seam(StrEnum):
    DATABASE = "database"
    PANEL = "panel"
    TELEGRAM = "telegram"


class How(StrEnum):
    """What happens to a call, before or after it is carried out."""

    DIES_BEFORE = "the program dies before it"
    DIES_AFTER = "the program dies after it"
    FAILS = "it fails"
    LOST = "it is carried out, its answer is lost"
    HANGS = "it is never carried out nor answered"
    HANGS_AFTER = "it is carried out and never answered"
    # of panels
    NOT_SENT = "no connection comes about"
    HTML = "a page of HTML comes, it is not carried out"
    HTML_AFTER = "a page of HTML comes, it is carried out"
    CUT = "it is carried out, half of the answer comes"
    BUSY = "too many requests"
    REFUSED = "the panel says no"
    BAD_KEY = "the panel rejects the key"
    # of Telegram
    BLOCKED = "the person blocked the bot"


_ANYWHERE = [How.DIES_BEFORE, How.DIES_AFTER, How.FAILS, How.LOST]
FAULTS: Mapping[Seam, Sequence[How]] = {
    Seam.DATABASE: _ANYWHERE,
    Seam.TELEGRAM: [*_ANYWHERE, How.HANGS, How.HANGS_AFTER, How.BLOCKED],
    Seam.PANEL: [one for one in How if one is not How.BLOCKED],
}


@dataclass(frozen=True)
class Fault:
    """What the call at this seam suffers that comes `after` so many others."""

    seam: Seam
    how: How
    after: int = 0


class Machine:
    """What outlives the runs of the program: the disk, and the panel's and Telegram's side of the network."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.run = 0  # the one that lives; all before are dead
        self.crashed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.crashes = 0

    def die(self) -> None:
        self.run += 1
        self.crashes += 1
        self.crashed.set_result(None)
        raise Crash

    def restarted(self) -> None:
        self.crashed = asyncio.get_running_loop().create_future()

    def strikes(self, seam: Seam) -> How | None:
        for place, fault in enumerate(self.faults):
            if fault.seam is seam:
                if fault.after == 0:
                    return self.faults.pop(place).how
                self.faults[place] = Fault(seam, fault.how, fault.after - 1)
                return None
        return None


class Wire:
    """How a run of the program reaches what is outside of it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._run = machine.run

    async def crosses(self, seam: Seam, act: Callable[[How | None], Awaitable[T]]) -> T:
        """`act` hears what it suffers, besides death."""
        self._lives()
        await asyncio.sleep(0)
        self._lives()
        how = self._machine.strikes(seam)
        if how is How.DIES_BEFORE:
            self._machine.die()
        done = await act(how)
        self._lives()
        if how is How.DIES_AFTER:
            self._machine.die()
        await asyncio.sleep(0)
        self._lives()
        return done

    def _lives(self) -> None:
        if self._run != self._machine.run:
            raise Crash


class Disk:
    """A database in memory, as the seam wants it. `written` is called after each commit."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.written: Callable[[], None] = lambda: None

    async def make(self) -> None:
        await migrate(self)

    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        return list(self.connection.execute(sql, values))

    async def execute(self, sql: str, /, **values: Any) -> int:
        return self.connection.execute(sql, values).rowcount

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None:
        self.connection.executemany(sql, rows)

    async def transact(self, work: Work[T]) -> T:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = await work(self)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.rollback()
            raise
        self.written()
        return result


class DiskAtHand:
    """The database of one run of the program."""

    def __init__(self, disk: Disk, wire: Wire) -> None:
        self._disk = disk
        self._wire = wire
        self.trouble: DatabaseTrouble | None = None

    async def read(self, sql: str, /, **values: Any) -> list[Row]:
        return await self._crosses(lambda: self._disk.fetch(sql, **values))

    async def execute(self, sql: str, /, **values: Any) -> int:
        return await self.write(lambda tx: tx.execute(sql, **values))

    async def write(self, work: Work[T], /, **_: bool) -> T:
        return await self._crosses(lambda: self._disk.transact(work))

    async def probe(self) -> None:
        return

    async def heal(self) -> bool:
        return True

    async def shrink(self) -> bool:
        return False

    async def leave_no_trace(self) -> None:
        return

    async def close(self) -> None:
        return

    async def _crosses(self, act: Callable[[], Awaitable[T]]) -> T:
        async def act_as_told(how: How | None) -> T:
            if how is How.FAILS:
                raise sqlite3.OperationalError("disk I/O error")
            done = await act()
            if how is How.LOST:
                raise sqlite3.OperationalError("disk I/O error")
            return done

        return await self._wire.crosses(Seam.DATABASE, act_as_told)


_HTML = "<html>Bad gateway</html>"
_SAYS = {
    How.BUSY: ('{"error": "Rate limit exceeded"}', 429),
    How.REFUSED: ('{"error": "Incorrect request"}', 200),
    How.BAD_KEY: ('{"error": "Invalid API key"}', 200),
    How.HTML: (_HTML, 502),
}


class PanelAtHand(PanelClient):
    """The sandbox panel without a network. `sent` hears of an action, of what it is about, and whether it may
    have been carried out as far as the caller can know."""

    def __init__(self, panel: Panel, wire: Wire, sent: Callable[[str, str, bool], None]) -> None:
        self._panel = panel
        self._wire = wire
        self._sent = sent
        self._seconds = self._add_seconds = 0.0  # how long a call hangs is for the schedule to say

    async def _once(
        self,
        key: str,
        form: Mapping[str, str],
        read: Callable[[Any], T],
        *,
        seconds: float | None = None,  # noqa: ARG002 - as above
    ) -> T:
        text, status_code = await self._reply(key, **form)
        return read(replies.load(text, status_code=status_code))

    async def _ask(
        self,
        key: str,
        form: Mapping[str, str],
        read: Callable[[Any], T],
        *,
        load: Callable[..., Any] = replies.load,
    ) -> T:
        text, status_code = await self._reply(key, **form)
        return read(load(text, status_code=status_code))

    async def _reply(self, key: str, action: str, **fields: str) -> tuple[str, int]:
        about = fields.get("link") or fields.get("order") or fields.get("orders", "")

        async def act(how: How | None) -> tuple[str, int]:
            if how is How.NOT_SENT:
                self._sent(action, about, False)
                raise NotSent("no connection to the panel")
            if how in _SAYS:
                self._sent(action, about, how is How.HTML)
                return _SAYS[how]
            if how in {How.FAILS, How.HANGS}:
                self._sent(action, about, True)
                await asyncio.sleep(60.0 if how is How.HANGS else 0.0)
                raise PanelUnreachable("the connection broke")
            self._panel.record(Call(action, key, fields, 0.0))
            answer = perform(self._panel, action, key, fields).decode()
            self._sent(action, about, how is not None or '"error"' not in answer)
            if how in {How.LOST, How.HANGS_AFTER}:
                await asyncio.sleep(60.0 if how is How.HANGS_AFTER else 0.0)
                raise PanelUnreachable("the connection broke")
            if how is How.HTML_AFTER:
                return _HTML, 502
            return answer[: len(answer) // 2] if how is How.CUT else answer, 200

        return await self._wire.crosses(Seam.PANEL, act)


class _Patience(selectors.SelectSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else")
        self.now += timeout
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Whoever sleeps is woken when nobody else has anything to do: at once, and at the right time."""

    def __init__(self) -> None:
        self._patience = _Patience()
        super().__init__(self._patience)

    def time(self) -> float:
        return self._patience.now
