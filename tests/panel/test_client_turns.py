"""The client takes a turn for every request, and says how each call went."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, NoTurn, PanelError, PanelUnreachable
from bot.sandbox.panel import Panel, Trouble, panel_app
from bot.serving import Server, serve

KEY = "0123456789ABCDEF0123456789abcdef"
FIELDS = {"link": "https://example.com/p/1", "quantity": "50"}


@dataclass
class Line:
    """Who waits here for a turn gets it once it is `open`."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    taken: int = 0
    heard: list[tuple[str, type[PanelError] | None]] = field(default_factory=list)

    async def turn(self) -> None:
        await self.open.wait()
        self.taken += 1

    def hear(self, key: str, error: PanelError | None) -> None:
        self.heard.append((key, type(error) if error else None))


@pytest.fixture
def line() -> Line:
    line = Line()
    line.open.set()
    return line


@pytest.fixture
def panel() -> Panel:
    return Panel(accounts={KEY: Decimal(100)})


@pytest.fixture
async def server(panel: Panel) -> AsyncIterator[Server]:
    server = await serve(panel_app(panel))
    yield server
    await server.stop()


@pytest.fixture
async def client(server: Server, line: Line) -> AsyncIterator[PanelClient]:
    client = PanelClient(f"{server.url}/api/v2", seconds=0.3, add_seconds=0.3, turn=line.turn, hear=line.hear)
    yield client
    await client.close()


async def test_each_call_is_timed_by_its_action_and_how_it_went(server: Server, panel: Panel) -> None:
    """The wait for a turn is none of the panel's."""
    heard: list[tuple[str, type[PanelError] | None]] = []

    def note(action: str, error: PanelError | None, seconds: float) -> None:
        assert seconds >= 0.0
        heard.append((action, type(error) if error else None))

    async def no_turn() -> None:
        raise TimeoutError

    client = PanelClient(f"{server.url}/api/v2", seconds=0.3, add_seconds=0.3, time=note)
    never = PanelClient(f"{server.url}/api/v2", turn=no_turn, time=note)
    await client.balance(KEY)
    panel.misbehave(Trouble.HANG, action="add")
    with pytest.raises(PanelError):
        await client.add(KEY, "1", {"link": "https://example.com/p/1", "quantity": "100"})
    panel.calm()
    panel.misbehave(Trouble.WRONG_KEY)
    with pytest.raises(PanelError):
        await client.order_statuses(KEY, {"1": None})
    with pytest.raises(NoTurn):
        await never.refill(KEY, "1")
    assert heard == [("balance", None), ("add", PanelUnreachable), ("status", BadKey), ("refill", NoTurn)]
    for one in (client, never):
        await one.close()


async def test_every_request_takes_a_turn_the_second_try_too(
    client: PanelClient, panel: Panel, line: Line
) -> None:
    await client.balance(KEY)
    await client.add(KEY, "1", FIELDS)
    assert line.taken == len(panel.requests) == 2
    panel.misbehave(Trouble.LOST_ANSWER, times=1)
    await client.balance(KEY)
    assert line.taken == len(panel.requests) == 4


async def test_how_a_call_went_is_told_once(client: PanelClient, panel: Panel, line: Line) -> None:
    await client.balance(KEY)
    for trouble in (Trouble.LOST_ANSWER, Trouble.HANG, Trouble.HTML, Trouble.WRONG_KEY, Trouble.RATE_LIMIT):
        panel.misbehave(trouble)
        for call in (client.balance(KEY), client.add(KEY, "1", FIELDS)):
            with pytest.raises(PanelError):
                await call
        panel.calm()
    names = [error.__name__ if error else None for key, error in line.heard if key == KEY]
    assert names == [
        None,
        *["PanelUnreachable"] * 4,
        *["PanelGarbled"] * 2,
        *["BadKey"] * 2,
        *["PanelBusy"] * 2,
    ]


async def test_an_order_waits_for_its_turn_as_long_as_it_takes(
    client: PanelClient, panel: Panel, line: Line
) -> None:
    line.open.clear()
    placing = asyncio.create_task(client.add(KEY, "1", FIELDS))
    await asyncio.sleep(0.5)  # longer than the call itself may take
    assert not placing.done()
    line.open.set()
    assert await placing == "23501"


async def test_what_had_no_turn_in_time_was_certainly_not_sent(server: Server, panel: Panel) -> None:
    line = Line()

    def aside() -> AbstractAsyncContextManager[object]:
        return asyncio.timeout(0.05)

    client = PanelClient(f"{server.url}/api/v2", aside=aside, turn=line.turn, hear=line.hear)
    for call in (client.refill(KEY, "23501"), client.cancel(KEY, ["23501"]), client.balance(KEY)):
        with pytest.raises(NoTurn):
            await call
    assert panel.calls() == []
    assert {error for _, error in line.heard} == {NoTurn}
    await client.close()


async def test_an_order_whose_turn_never_comes_was_not_sent(
    client: PanelClient, panel: Panel, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.panel.client.TURN_SECONDS", 0.05)
    line.open.clear()
    with pytest.raises(NoTurn):
        await client.add(KEY, "1", FIELDS)
    assert panel.calls("add") == []
