"""The runs of a drip-feed and the posts of a subscription: listed, followed, their ends told."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import World, world_in
from tests.journeys.elsewhere import drip_feed, elsewhere, subscription
from tests.journeys.stories import A_WHILE, LINK, eventually, places, rows, says, taps


async def parent(chat: Person, panel: Panel, *, runs: int = 2) -> tuple[str, list[str]]:
    """An order placed in the chat that the panel says has made some others; their ids."""
    order_id = await places(chat)
    children = [elsewhere(panel, number) for number in range(runs)]
    panel.set_order(
        order_id,
        status="In progress",
        charge=None,
        remains=None,
        runs="10",
        orders=[int(c) for c in children],
    )
    await chat.sees(f"Order {order_id}: In progress")
    return order_id, children


async def test_runs_stand_on_the_card_and_lead_there_and_back(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id, children = await parent(chat, panel, runs=9)
    panel.set_order(children[8], status="In progress", remains=70)
    await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE parent_id <> '' AND remains = 70"))
    card = await taps(chat, order_id, on=await says(chat, "/orders"))
    listed = await taps(chat, "Runs (9)", on=card)
    assert f"9 runs of order {order_id}" in listed.text
    assert listed.buttons[0] == f"{children[8]} · In progress · Instagram Followers"
    assert listed.buttons[8:] == ["Next ›", f"‹ Order {order_id}"]
    assert (await taps(chat, "Next ›", on=listed)).buttons[0].startswith(children[0])

    await taps(chat, "‹ Back", on=listed)
    shown = await taps(chat, children[8], on=listed)
    for part in (
        f"Order {children[8]}: In progress",
        f"belongs to order {order_id}",
        "1 · Instagram Followers",
        f"link: {LINK}",
        "remains: 70",
    ):
        assert part in shown.text
    assert "Runs (9)" in (await taps(chat, f"‹ Order {order_id}", on=shown)).buttons


async def test_they_are_counted_on_their_order_and_not_listed_beside_it(chat: Person, panel: Panel) -> None:
    order_id, children = await parent(chat, panel)
    listed = await says(chat, "/orders")

    assert listed.buttons[0].startswith(f"{order_id} · In progress · 2 runs · Instagram")
    assert not [label for label in listed.buttons if label.startswith(tuple(children))]
    assert "1 open order" in (await says(chat, "/balance")).text


async def test_only_the_end_of_a_run_is_told(chat: Person, panel: Panel) -> None:
    order_id, (first, second) = await parent(chat, panel)
    for word in ("Processing", "In progress"):
        panel.set_order(first, status=word)
        await asyncio.sleep(0.3)
    panel.set_order(first, status="Completed", remains=0)
    news = await chat.sees(f"✅ Order {first}: Completed")
    assert f"belongs to order {order_id}" in news.text
    panel.set_order(second, status="Partial", remains=10)
    await chat.sees(f"🌓 Order {second}: Partial")
    await asyncio.sleep(A_WHILE)

    told = [m.text.splitlines()[0] for m in chat.messages if "🔔" in m.text or "Order 2350" in m.text]
    assert f"🔔 Order {first}: Processing" not in told
    assert f"🔔 Order {first}: In progress" not in told
    assert sum(first in line for line in told) == 1


async def test_new_runs_are_found_and_the_parent_is_told_as_always(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id, children = await parent(chat, panel)
    late = elsewhere(panel, 9)
    panel.set_order(order_id, orders=[*children, late, order_id])
    await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE panel_order_id = ?", late))
    panel.set_order(order_id, status="Completed")
    await chat.sees(f"✅ Order {order_id}: Completed")
    panel.set_order(late, status="Completed")
    await chat.sees(f"✅ Order {late}: Completed")

    assert len(rows(world, "SELECT 1 FROM orders")) == 4


async def test_a_subscription_with_many_posts_loses_none(world: World, chat: Person, panel: Panel) -> None:
    """So many that what the panel said is not kept to be compared."""
    order_id, children = await parent(chat, panel, runs=60)
    assert rows(world, "SELECT said FROM orders WHERE panel_order_id = ?", order_id) == [{"said": None}]
    late = elsewhere(panel, 99)
    panel.set_order(order_id, orders=[*children, late])

    await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE panel_order_id = ?", late))
    assert len(rows(world, "SELECT 1 FROM orders")) == 62


async def test_they_are_looked_at_together_with_the_rest(tmp_path: Path) -> None:
    async with world_in(tmp_path, poll_interval=0.4) as world:
        chat, panel = await world.person(), world.panel
        order_id, children = await parent(chat, panel)

        def together() -> bool:
            asked = [set(call["orders"].split(",")) for call in panel.calls("status")]
            return {order_id, *children} in asked

        await eventually(together)


async def test_a_drip_feed_placed_elsewhere_is_followed_with_its_runs(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = drip_feed(panel)
    old, running = panel.add_child(order_id).id, panel.add_child(order_id).id
    panel.finish(old)
    await says(chat, f"/track {order_id}")
    listed = await taps(chat, "Runs (2)", on=await taps(chat, "Show order"))
    assert f"2 runs of order {order_id}" in listed.text
    await eventually(lambda: len(rows(world, "SELECT 1 FROM orders WHERE word <> ''")) == 3)
    panel.finish(running, 50)
    news = await chat.sees(f"🌓 Order {running}: Partial")
    assert news.text.splitlines()[2] == f"belongs to order {order_id}"
    await asyncio.sleep(A_WHILE)

    assert f"Order {old}: Completed" not in chat.reads  # it had ended before it was followed


async def test_a_subscription_speaks_of_posts_and_of_no_money_back(tmp_path: Path) -> None:
    async with world_in(tmp_path, poll_interval=0.02) as world:  # 60 times that between two looks
        chat, panel = await world.person(), world.panel
        order_id = subscription(panel)
        assert (await says(chat, f"/status {order_id}")).text == f"Order {order_id}: Active"
        await says(chat, f"/track {order_id}")
        post = panel.add_child(order_id).id
        panel.finish(post)
        assert f"belongs to order {order_id}" in (await chat.sees(f"Order {post}: Completed")).text
        listed = await says(chat, "/orders")
        assert listed.buttons[0] == f"{order_id} · Active · 1 post"
        card = await taps(chat, order_id, on=listed)
        assert "Posts (1)" in card.buttons

        for word in ("Paused", "Active", "Expired"):
            panel.set_order(order_id, status=word)
            await chat.sees(f"Order {order_id}: {word}")
        assert "⌛" in chat.last.text


@pytest.mark.parametrize("word", ["Canceled", "Expired"])
async def test_the_end_of_a_subscription_promises_no_money(chat: Person, panel: Panel, word: str) -> None:
    order_id = subscription(panel)
    await says(chat, f"/track {order_id}")
    panel.set_order(order_id, status=word)

    assert "came back" not in (await chat.sees(f"Order {order_id}: {word}")).text


async def test_one_that_is_followed_already_is_not_doubled(world: World, chat: Person, panel: Panel) -> None:
    order_id = drip_feed(panel)
    run = panel.add_child(order_id).id
    await says(chat, f"/track {run}")
    await says(chat, f"/track {order_id}")
    assert len(rows(world, "SELECT 1 FROM orders")) == 2

    assert "already" in (await says(chat, f"/track {run}")).text


async def test_stop_following_takes_the_runs_along(world: World, chat: Person, panel: Panel) -> None:
    order_id = drip_feed(panel)
    panel.add_child(order_id)
    await says(chat, f"/track {order_id}")
    await taps(chat, "Stop following", on=await taps(chat, "Show order"))

    assert rows(world, "SELECT 1 FROM orders") == []


async def test_anothers_runs_cannot_be_listed(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8)
    await parent(chat, panel)
    (row,) = rows(world, "SELECT id FROM orders WHERE parent_id IS NULL")
    for order_id in (row["id"], "0" * 12):
        tap = await other.taps_data(f"children:{order_id}:0:0")
        assert "do not know this order" in await tap.answer()
