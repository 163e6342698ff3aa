"""Connecting a key: tried before it is stored, and never so often that the panel blocks us."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.accounts import (
    REFUSALS_IN_ALL,
    REFUSALS_PER_CHAT,
    Connected,
    Connection,
    Malformed,
    Paused,
    Refused,
    looks_like_key,
)
from bot.panel.errors import BadKey, PanelError
from bot.panel.models import Balance
from bot.sandbox.panel import Trouble
from tests.core.core_world import ANNA, BORIS, KEY, OTHER, WRONG, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def connect(world: World, key: str = WRONG, chat_id: int = ANNA) -> Connection:
    return await world.accounts.connect(chat_id, key, language="en")


async def test_a_right_key_is_stored_sealed(world: World) -> None:
    assert await connect(world, KEY) == Connected(Balance(Decimal("100.84292"), "USD"))
    account = await world.account()
    assert (account.last_four, account.currency, account.parked_at) == ("cdef", "USD", None)
    assert KEY.encode() not in account.encrypted_key
    assert world.accounts.key(account) == KEY


async def test_a_wrong_key_is_refused_in_the_panels_words_and_not_stored(world: World) -> None:
    assert await connect(world) == Refused("Invalid API key")
    assert await world.accounts.current(ANNA) is None
    assert await world.rows("people") == []


@pytest.mark.parametrize(
    "text", ["", "short", "a" * 257, "two words of a key", "ключ" * 8, f"{KEY}\n", "a\x00bcdefgh"]
)
async def test_what_cannot_be_a_key_is_never_sent(world: World, text: str) -> None:
    assert await connect(world, text) == Malformed()
    assert world.panel.calls() == []


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble.SERVER_ERROR,
        Trouble.LOST_ANSWER,
        Trouble.HTML,
        Trouble.RATE_LIMIT,
        Trouble.EMPTY,
    ],
)
async def test_a_panel_that_is_down_proves_nothing(world: World, trouble: Trouble) -> None:
    world.panel.misbehave(trouble, action="balance")
    with pytest.raises(PanelError):
        await connect(world, KEY)
    assert await world.rows("accounts") == await world.rows("refused_keys") == []


async def test_a_no_in_words_nobody_knows_is_a_no(world: World) -> None:
    world.panel.misbehave(Trouble.ERROR, action="balance", text="Access from your country is closed")
    assert await connect(world, KEY) == Refused("Access from your country is closed")
    assert await world.rows("accounts") == []


async def test_a_chat_that_guesses_has_to_wait_an_hour(world: World) -> None:
    for _ in range(REFUSALS_PER_CHAT):
        assert isinstance(await connect(world), Refused)
        world.clock.now += 60
    assert await connect(world, KEY) == Paused(3600 - 60 * REFUSALS_PER_CHAT)
    assert len(world.panel.calls()) == REFUSALS_PER_CHAT
    assert isinstance(await connect(world, KEY, BORIS), Connected)
    world.clock.now += 3600 - 60 * REFUSALS_PER_CHAT
    assert isinstance(await connect(world, KEY), Connected)


async def test_many_chats_that_guess_make_all_wait(world: World) -> None:
    for number in range(REFUSALS_IN_ALL):
        assert isinstance(await connect(world, chat_id=number), Refused)
    assert await connect(world, KEY, BORIS) == Paused(3600)
    assert len(world.panel.calls()) == REFUSALS_IN_ALL
    world.clock.now += 3600
    assert isinstance(await connect(world, KEY, BORIS), Connected)


async def test_keys_tried_at_the_same_moment_count_too(world: World) -> None:
    await connect(world, chat_id=0)
    world.panel.misbehave(Trouble.SLOW, delay=0.05)
    await asyncio.gather(*(connect(world, chat_id=number) for number in range(1, 40)))
    assert len(world.panel.calls()) <= REFUSALS_IN_ALL


async def test_the_same_key_again_is_the_same_account(world: World) -> None:
    first = await world.connect(KEY)
    second = await world.connect(OTHER)
    assert second.id != first.id
    assert (await world.connect(KEY)).id == first.id


@pytest.mark.parametrize("tell", [True, False])
async def test_a_parked_key_is_told_once_and_only_when_a_machine_found_out(world: World, tell: bool) -> None:
    account = await world.connect()
    for _ in range(2):
        await world.accounts.park(account, tell=tell)
    assert (await world.account()).parked_at == world.clock.now
    assert len(await world.told("parked")) == int(tell)


async def test_asking_for_the_balance_tries_a_parked_key_again(world: World) -> None:
    account = await world.connect()
    world.panel.close_account(KEY)
    with pytest.raises(BadKey):
        await world.accounts.balance(account)
    world.panel.add_account(KEY, Decimal(3))
    assert await world.accounts.balance(await world.account()) == Balance(Decimal(3), "USD")
    assert (await world.account()).parked_at is None


async def test_connecting_a_parked_key_again_frees_it(world: World) -> None:
    account = await world.connect()
    await world.accounts.park(account, tell=False)
    assert (await world.connect()).parked_at is None


async def test_a_person_is_forgotten(world: World) -> None:
    await world.connect()
    await world.accounts.forget(ANNA)
    assert await world.accounts.current(ANNA) is None


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        (KEY, True),
        (f" {KEY}\n", True),
        ("a" * 32, False),
        ("1" * 32, False),
        ("Nice followers 50", False),
        (KEY[:31], False),
    ],
)
def test_a_key_typed_anywhere_is_known_as_one(text: str, sure: bool) -> None:
    assert looks_like_key(text) is sure
