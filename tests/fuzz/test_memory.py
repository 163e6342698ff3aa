"""Nothing grows for ever, whatever a panel, a person or Telegram sends."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.core import catalog
from bot.core.invalid import InvalidAnswer
from bot.core.links import url
from bot.panel import price_lists, replies
from bot.sandbox.panel import Trouble
from storage import looks
from storage.looks import MOST_CHILDREN
from tests.core.core_world import FOLLOWERS, World, open_world
from tests.fuzz.conftest import Victim
from tests.fuzz.test_updates import CHAT, MESSAGE, USER


def service_list(count: int, name: str = "") -> list[dict[str, Any]]:
    return [{"service": n, "name": f"{name}{n}", "type": "Default", "rate": "1"} for n in range(count)]


def test_of_an_endless_price_list_the_beginning_is_read() -> None:
    found = price_lists.services(service_list(price_lists.MOST_SERVICES + 5))
    assert [found[0].id, found[-1].id] == ["0", str(price_lists.MOST_SERVICES - 1)]


def test_of_a_service_no_text_is_long() -> None:
    line = dict.fromkeys(["name", "type", "category", "description", "average_time"], "x y" * 100_000)
    (found,) = price_lists.services([line | {"service": 1, "rate": "1"}])
    assert sum(len(value) for value in found if isinstance(value, str)) < 3000


async def test_lists_kept_in_memory_have_so_many_services_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "MOST_KEPT", 250)
    async with open_world(tmp_path) as world:
        account = await world.connect()
        for number in range(6):
            world.panel.set_services(service_list(100, f"{number}-"))
            world.clock.now += 7200
            assert len((await world.catalogs.of(await world.account(), fresh=True)).by_id) == 100
        assert len(world.catalogs._parsed) == 2
        world.panel.set_services(service_list(300))
        world.clock.now += 7200
        assert len((await world.catalogs.of(await world.account(account.chat_id), fresh=True)).by_id) == 300
        assert len(world.catalogs._parsed) == 1


async def test_what_is_remembered_of_keys_is_so_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "MOST_KEYS", 3)
    async with open_world(tmp_path) as world:
        world.panel.misbehave(Trouble.SERVER_ERROR, action="services")
        for chat_id in range(1, 8):
            account = await world.connect(chat_id=chat_id)
            with pytest.raises(Exception, match=r"500|reply"):
                await world.catalogs.of(account)
        await asyncio.sleep(0)
        held = world.catalogs
        assert (len(held._asked), len(held._not_before), len(held._new)) == (3, 3, 3)
        assert held._fetching == {}


def test_of_a_status_word_only_the_beginning_is_remembered() -> None:
    replies.status_of.cache_clear()
    for number in range(50):
        replies.order_status({"status": "x" * 500 + str(number)})
    assert replies.status_of.cache_info().currsize == 1


async def test_of_the_orders_a_panel_says_an_order_made_so_many_are_followed(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        order = await world.place(await world.connect())
        for look in range(3):
            await claims_children(world, order.id, [f"{look}-{n}" for n in range(MOST_CHILDREN - 100)])
        rows = await world.db.read("SELECT id FROM orders WHERE parent_id = :id", id=order.id)
        assert len(rows) == MOST_CHILDREN
        await claims_children(world, rows[0]["id"], ["one-of-its-own"])
        assert len(await world.rows("orders")) == MOST_CHILDREN + 1


async def claims_children(world: World, order_id: str, children: list[str]) -> None:
    await world.db.write(
        lambda tx: looks.follow_children(tx, [(order_id, child) for child in children], now=world.clock.now)
    )


@pytest.mark.parametrize("text", ["https://example.com/" + "a" * 10**6, "a" * 10**6])
def test_no_link_is_long(text: str) -> None:
    with pytest.raises(InvalidAnswer):
        url(text, FOLLOWERS)


@pytest.mark.parametrize("size", [4097, 10**6])
@pytest.mark.parametrize("field", ["text", "caption"])
def test_a_text_longer_than_telegram_allows_is_not_read(victim: Victim, size: int, field: str) -> None:
    victim.is_at("")
    victim.runs(victim.sends({"message": MESSAGE | {field: "x" * size}}))
    victim.logs_no_error()
    assert victim.rows("SELECT 1 FROM inbox WHERE body IS NOT NULL") == []


def test_the_framework_keeps_nothing_of_chats(victim: Victim) -> None:
    """What is known of people stands in the database only."""
    for chat_id in range(2001, 2021):
        chat, sender = CHAT | {"id": chat_id}, USER | {"id": chat_id}
        victim.runs(victim.sends({"message": MESSAGE | {"chat": chat, "from": sender, "text": "/help"}}))
    (application,) = victim.of_type("ChatApplication")
    assert (len(application.chat_data), len(application.user_data)) == (0, 0)
    (runner,) = victim.of_type("Runner")
    assert runner._chats == {}
