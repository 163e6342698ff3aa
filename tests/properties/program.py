"""The program's business on a simulated machine, and the person who uses it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.core.accounts import Accounts
from bot.core.cancelling import Cancelling
from bot.core.drafts import Draft
from bot.core.mass_lines import read
from bot.core.masses import Masses, Progress
from bot.core.ordering import Ordering
from bot.core.refills import Refills
from bot.core.tracking import Tracking
from bot.jobs.masses import MassesJob
from bot.jobs.notices import Delivered, Delivery, NoticesJob, TryAgain, Unreachable
from bot.jobs.placing import Placing
from bot.jobs.tracking import TrackingJob
from bot.sandbox.panel import Panel
from storage import accounts, cancelling, masses, orders, outbox, refills
from storage.accounts import Account
from storage.masses import Mass
from storage.outbox import Notice
from storage.vault import Vault
from tests.core.core_world import ANNA, FOLLOWERS, INTERVAL, KEY, LINK
from tests.properties.simulation import (
    Disk,
    DiskAtHand,
    Fault,
    How,
    Machine,
    PanelAtHand,
    Seam,
    Wire,
)

SERVICES = {"1": FOLLOWERS}
AT_PANEL = {"service": 1, "type": "Default", "rate": "0.90", "min": 50, "max": 10000}
VAULT = Vault([b"k" * 32])


class Program:
    """One run of it. Its objects are gone with it."""

    def __init__(self, world: "World") -> None:
        wire = Wire(world.machine)
        self.db = DiskAtHand(world.disk, wire)
        self.process = f"run-{world.machine.run}"
        self._world = world
        self._wire = wire
        panel = PanelAtHand(world.panel, wire, world.note_sent)
        clock, process = world.clock, self.process
        self.accounts = Accounts(self.db, VAULT, panel, url="https://panel", clock=clock)
        self.ordering = Ordering(
            self.db, self.accounts, panel, process=process, interval=INTERVAL, clock=clock
        )
        tracking = Tracking(
            self.db, self.accounts, machines=panel, people=panel, interval=INTERVAL, clock=clock
        )
        self.refills = Refills(
            self.db,
            self.accounts,
            machines=panel,
            people=panel,
            process=process,
            interval=INTERVAL,
            clock=clock,
        )
        self.cancelling = Cancelling(
            self.db, self.accounts, panel, process=process, interval=INTERVAL, clock=clock
        )
        self.masses = Masses(self.db, self.accounts, self.ordering, process=process, clock=clock)
        self.notices = NoticesJob(
            self.db, deliver=self._deliver, turn=self._turn, count=lambda _: None, clock=clock
        )
        self.placing = Placing(self.ordering, tell=self.notices.tell_outcome)
        self.mass_job = MassesJob(self.db, self.masses, show=self._show, news=self.notices.tick)
        self.tracking = TrackingJob(tracking, self.refills, news=self.notices.tick)

    async def start(self) -> None:
        """As the program does."""
        now = self._world.clock()
        await self.find_abandoned()
        await outbox.take_back(self.db, now=now)

    async def find_abandoned(self) -> None:
        for kind in (orders, refills, cancelling):
            await kind.find_abandoned(self.db, process=self.process, now=self._world.clock())

    async def tick(self) -> None:
        await self.find_abandoned()
        self.tracking.tick()
        self.notices.tick()
        await self.mass_job.tick()

    @asynccontextmanager
    async def _turn(self, _: int) -> AsyncIterator[None]:
        await asyncio.sleep(0.1)
        yield

    async def _deliver(self, notice: Notice) -> Delivery:
        async def act(how: How | None) -> Delivery:
            if how in {How.HANGS, How.HANGS_AFTER}:
                await asyncio.sleep(20.0)
            if how in {How.FAILS, How.HANGS}:
                return TryAgain(5.0)
            if how is How.BLOCKED:
                return Unreachable()
            self._world.note_shown(notice)
            if how in {How.LOST, How.HANGS_AFTER}:
                self._world.lost_answers += 1
                return TryAgain(5.0)
            return Delivered()

        return await self._wire.crosses(Seam.TELEGRAM, act)

    async def _show(self, _: Mass, __: Progress) -> Delivery:
        return Delivered()


@dataclass(frozen=True)
class Told:
    """A notice, as it can be told from all others."""

    id: int
    created_at: float
    order_id: str | None
    change_number: int | None
    kind: str
    facts: str


class World:
    """What a person does, what they are shown, and what anybody can know who sees all of it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.machine = Machine()
        self.disk = Disk()
        self.panel = Panel(
            [{**AT_PANEL, "name": "Followers", "category": "", "refill": True, "cancel": True}],
            {KEY: Decimal(1000)},
            clock=self.clock,
        )
        self.drafts: dict[int, Draft] = {}
        self.mass_ids: dict[int, str] = {}
        self.requests: dict[object, Any] = {}
        self.sent: Counter[tuple[str, str]] = Counter()  # what may have been carried out, by what it is about
        self.asking = ""  # the request of the person that is being dealt with
        self.shown: list[Told] = []
        self.written: list[Told] = []  # what was ever to be told
        self.words: dict[str, list[str]] = {}  # by order, as looks found them
        self.states: list[str] = []  # of all orders in the end
        self.lost_answers = 0
        self.repeated = 0  # messages that told something again
        self.failures = 0
        self.disk.written = self._look_at_the_disk

    async def open(self) -> None:
        await self.disk.make()
        self.program = Program(self)
        await self.program.accounts.connect(ANNA, KEY, language="en")

    def clock(self) -> float:
        return 1_800_000_000.0 + self.loop.time()

    # What happens

    async def does(self, deed: Callable[[Program], Awaitable[object]]) -> None:
        """Done again by the next run if one dies of it: its update is still there."""
        while not await self._survives(lambda: deed(self.program)):
            await self._restart()

    async def waits(self, seconds: float, *, ticks: int = 10) -> None:
        for _ in range(ticks):
            await self.does(lambda program: program.tick())
            if not await self._survives(lambda: asyncio.sleep(seconds / ticks)):
                await self._restart()

    async def dies(self) -> None:
        with_it = asyncio.all_tasks() - {asyncio.current_task()}
        self.machine.run += 1
        self.machine.crashes += 1
        await _end(with_it)
        await self._restart()

    async def _survives(self, deed: Callable[[], Awaitable[object]]) -> bool:
        async def does() -> None:
            try:
                await deed()
            except Exception:
                self.failures += 1  # of which a person is told

        here = {asyncio.current_task()}
        doing = asyncio.create_task(does())
        await asyncio.wait({doing, self.machine.crashed}, return_when=asyncio.FIRST_COMPLETED)
        if not self.machine.crashed.done():
            return True
        await _end(asyncio.all_tasks() - here)
        return False

    async def _restart(self) -> None:
        while True:
            if self.machine.crashed.done():
                self.machine.restarted()
            self.program, failures = Program(self), self.failures
            if await self._survives(self.program.start) and self.failures == failures:
                return

    # What is known

    def note_sent(self, action: str, about: str, maybe_done: bool) -> None:
        """An order is sent once, whatever becomes of it; after a plain no a person may ask once more."""
        if action == "add":
            self.sent["add", about] += 1
        elif action in {"refill", "cancel"} and maybe_done:
            self.sent[f"{action} {self.asking}", about] += 1

    def note_shown(self, notice: Notice) -> None:
        ids = {one.id for one in notice.all}
        told = [one for one in self._outbox() if one.id in ids]
        self.repeated += any(one in self.shown for one in told)
        self.shown += told

    def _look_at_the_disk(self) -> None:
        self.written += [told for told in self._outbox() if told not in self.written[-20:]]
        for order_id, word in self.rows("SELECT id, word FROM orders WHERE word <> ''"):
            heard = self.words.setdefault(order_id, [])
            if heard[-1:] != [word]:
                heard.append(word)

    def _outbox(self) -> list[Told]:
        rows = self.rows(
            "SELECT id, created_at, order_id, change_number, kind, facts FROM outbox ORDER BY id"
        )
        return [Told(*row) for row in rows]

    def rows(self, sql: str) -> list[Any]:
        return self.disk.connection.execute(sql).fetchall()

    def order(self, number: int) -> Any | None:
        """One of the orders that the panel has, as a row."""
        rows = self.rows("SELECT * FROM orders WHERE panel_order_id IS NOT NULL ORDER BY panel_order_id")
        return rows[number % len(rows)] if rows else None

    async def close(self) -> None:
        self.machine.run += 1
        await _end(asyncio.all_tasks() - {asyncio.current_task()})
        self.disk.connection.close()


async def _end(tasks: Any) -> None:
    """Whatever they still want to do, no seam lets them."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=1.0)


# What a person or the panel may do. Numbers say with which of the things there are.


@dataclass(frozen=True)
class Confirms:
    """A tap on `Place order` of this draft; again: a second tap, or an update that comes again."""

    draft: int
    taps: int = 1

    async def happens(self, world: World) -> None:
        async def tap(program: Program) -> None:
            account = await _account(program)
            draft = world.drafts.get(self.draft)
            if draft is None:
                draft = Draft(service_id="1", answers={"link": f"{LINK}/{self.draft}", "quantity": "50"})
                draft = draft.with_offer(await program.ordering.offer(account, FOLLOWERS, draft))
                world.drafts[self.draft] = draft
            order = await program.ordering.begin(account, FOLLOWERS, draft, message_id=9)
            if order is not None:
                program.placing.start(account, order, first=_nothing)

        async def taps(program: Program) -> None:
            await asyncio.gather(*(tap(program) for _ in range(self.taps)))

        await world.does(taps if self.taps > 1 and self.draft in world.drafts else tap)


@dataclass(frozen=True)
class ConfirmsMass:
    """The same of a mass order of so many lines."""

    number: int
    lines: int

    async def happens(self, world: World) -> None:
        async def tap(program: Program) -> None:
            account = await _account(program)
            if self.number not in world.mass_ids:
                links = [f"{LINK}/m{self.number}/{line}" for line in range(self.lines)]
                text = "\n".join(f"1 | {link} | 50" for link in links)
                plan = await program.masses.check(account, SERVICES, read(text))
                world.mass_ids[self.number] = plan.mass_id
            draft = await masses.get(program.db, chat_id=ANNA, mass_id=world.mass_ids[self.number])
            if draft is not None:
                await program.masses.confirm(account, SERVICES, draft, message_id=9)
                await program.mass_job.tick()

        await world.does(tap)


@dataclass(frozen=True)
class Moves:
    """The panel changes an order's status."""

    order: int
    word: str

    async def happens(self, world: World) -> None:
        placed = list(world.panel.orders)
        if placed:
            world.panel.set_order(placed[self.order % len(placed)], status=self.word)


@dataclass(frozen=True)
class Refilled:
    """The panel ends a refill."""

    refill: int
    word: str

    async def happens(self, world: World) -> None:
        asked = list(world.panel.refills)
        if asked:
            world.panel.set_refill(asked[self.refill % len(asked)], status=self.word)


@dataclass(frozen=True)
class AsksForRefill:
    """A tap on `Refill`; the same request again is the same tap."""

    order: int
    request: int

    async def happens(self, world: World) -> None:
        order = world.order(self.order)
        if order is not None:
            request, panel_order_id = f"r{self.request}", str(order["panel_order_id"])

            async def ask(program: Program) -> None:
                world.asking = request
                await program.refills.ask(ANNA, [panel_order_id], request=request)

            await world.does(ask)


@dataclass(frozen=True)
class AsksToCancel:
    """A tap on `Cancel` of a card; the same card again is the same tap."""

    order: int
    card: int

    async def happens(self, world: World) -> None:
        order = world.order(self.order)
        if order is not None:
            panel_order_id = str(order["panel_order_id"])
            seen_at = world.requests.setdefault((self.card, panel_order_id), world.clock())

            async def ask(program: Program) -> None:
                world.asking = str(self.card)
                await program.cancelling.ask(ANNA, [panel_order_id], seen_at=seen_at)

            await world.does(ask)


@dataclass(frozen=True)
class Waits:
    seconds: float

    async def happens(self, world: World) -> None:
        await world.waits(self.seconds)


@dataclass(frozen=True)
class Dies:
    async def happens(self, world: World) -> None:
        await world.dies()


@dataclass(frozen=True)
class Returns:
    """The person lets the bot in again, and their key works again."""

    async def happens(self, world: World) -> None:
        async def returns(program: Program) -> None:
            await accounts.set_blocked(program.db, chat_id=ANNA, blocked_at=None)
            await program.accounts.balance(await _account(program))

        await world.does(returns)


@dataclass(frozen=True)
class GoesWrong:
    fault: Fault

    async def happens(self, world: World) -> None:
        world.machine.faults.append(self.fault)


Step = (
    Confirms
    | ConfirmsMass
    | Moves
    | Refilled
    | AsksForRefill
    | AsksToCancel
    | Waits
    | Dies
    | Returns
    | GoesWrong
)


async def _account(program: Program) -> Account:
    account = await program.accounts.current(ANNA)
    assert account is not None
    return account


async def _nothing() -> None:
    return
