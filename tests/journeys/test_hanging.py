"""A panel that hangs: who waits for it gets a clear answer, and can go on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.catalog import PAUSE_SECONDS
from bot.gateway import slots, updates
from bot.parts import outside
from bot.sandbox.panel import Trouble
from tests.conftest import OTHER_KEY, World, world_in
from tests.journeys.stories import becomes, change, places, says, summary, taps

NO_ANSWER = "does not answer right now"


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A bot of little patience with a panel a person waits for."""
    monkeypatch.setattr(outside, "PERSON_SECONDS", 1.0)
    async with world_in(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("said", "assures"),
    [
        ("/balance", "Nothing was ordered or charged by this."),
        ("/order", "Nothing was ordered or charged by this."),
        ("/order 1", "Nothing was ordered or charged by this."),
        (f"/key {OTHER_KEY}", "That does not mean it is wrong."),
        (OTHER_KEY, "That does not mean it is wrong."),
    ],
)
async def test_whoever_waits_is_told_that_the_panel_does_not_answer(
    world: World, said: str, assures: str
) -> None:
    chat = await world.person()
    world.panel.misbehave(Trouble.HANG)
    await chat.types(said)
    assert assures in (await chat.sees(NO_ANSWER)).text

    world.panel.calm()
    assert "Balance: $100.84292" in (await says(chat, "/balance")).text
    assert world.panel.calls("add") == []


async def test_a_card_that_cannot_be_refreshed_says_so(world: World) -> None:
    chat = await world.person()
    order_id = await places(chat)
    await says(chat, "/orders")
    await taps(chat, order_id)
    world.panel.misbehave(Trouble.HANG, action="status")
    await chat.taps("Refresh")
    await chat.sees(NO_ANSWER)
    world.panel.calm()


async def test_the_summary_comes_without_the_balance(world: World) -> None:
    chat = await world.person()
    await says(chat, "/order")
    world.panel.misbehave(Trouble.HANG, action="balance")

    assert "could not get your balance" in (await summary(chat)).text


async def test_an_order_is_placed_though_the_newest_prices_are_not_to_be_had(world: World) -> None:
    chat = await world.person()
    shown = await summary(chat)
    world.panel.misbehave(Trouble.HANG, action="services")
    await change(world, "UPDATE accounts SET catalog_at = catalog_at - ?", PAUSE_SECONDS + 1)
    await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "is placed")
    assert len(world.panel.calls("add")) == 1


async def test_no_call_is_waited_for_longer_than_its_message_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However patient the single call is: it may be the last of several."""
    monkeypatch.setattr(updates, "PERSON_SECONDS", 1.0)
    monkeypatch.setattr(slots, "LEAST_CALL_SECONDS", 0.0)
    async with world_in(tmp_path) as world:
        chat = await world.person()
        world.panel.misbehave(Trouble.HANG)
        await chat.types("/balance")
        await chat.sees(NO_ANSWER)
