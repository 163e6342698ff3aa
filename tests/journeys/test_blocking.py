"""/block, /unblock, /blocked: nothing new is done for somebody, and what they ordered goes on."""

import asyncio

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import A_WHILE, OPERATOR, change, eventually, places, rows, says, summary, taps

BLOCKED = "The people who run this bot have blocked you"


async def handled(world: World) -> None:
    await eventually(lambda: not rows(world, "SELECT 1 FROM inbox WHERE handled_at IS NULL"))
    await asyncio.sleep(0.1)


async def test_is_told_once_an_hour_and_nothing_else_is_done(
    world: World, operator: Person, chat: Person, panel: Panel
) -> None:
    shown = await summary(chat)
    answer = (await says(operator, f"/block {chat.user.id} asks for refunds <daily>")).text
    assert f"{chat.user.id} is blocked" in answer
    assert BLOCKED in (await says(chat, "/order")).text
    assert "refunds" not in chat.last.text
    for text in ("/order", "hello", "/balance", "/start", "/help"):
        await chat.types(text)
    assert await (await chat.taps_on(shown, "Place order")).answer() == ""
    await world.stop()
    await world.start()
    await chat.types("and now?")
    await handled(world)
    assert chat.reads.count(BLOCKED) == 1
    assert chat.reads.count("What I can do") == 0
    assert panel.calls("add") == []

    await change(world, "UPDATE blocked SET told_at = told_at - 3601")
    await says(chat, "hello")
    assert chat.reads.count(BLOCKED) == 2


async def test_open_orders_are_told_all_the_same(operator: Person, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    answer = (await says(operator, f"/block {chat.user.id}")).text
    assert "Their 1 open order goes on, and they are told how it ends." in answer
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")


async def test_a_key_of_theirs_is_deleted_and_not_taken(world: World, operator: Person, chat: Person) -> None:
    await says(operator, f"/block {chat.user.id}")
    for text in (OTHER_KEY, f"/key {OTHER_KEY}", f"/forget {OTHER_KEY}"):
        typed = await chat.types(text)
        await eventually(lambda typed=typed: typed.deleted)  # type: ignore[misc]
    taken = rows(world, "SELECT last_four FROM accounts WHERE chat_id = ?", chat.user.id)
    assert taken == [{"last_four": KEY[-4:]}]


async def test_forgetting_does_not_unblock(world: World, operator: Person, chat: Person) -> None:
    await says(operator, f"/block {chat.user.id} spam")
    assert "The block stays known after /forget" in (await says(chat, "/privacy")).text
    await says(chat, "/forget")
    erased = await taps(chat, "Erase everything")
    assert "Only your Telegram ID and why it is blocked stay noted" in erased.text
    assert "/start" not in erased.text
    assert rows(world, "SELECT 1 FROM people WHERE chat_id = ?", chat.user.id) == []
    assert BLOCKED in (await says(chat, "/start")).text
    assert "spam" in (await says(operator, "/blocked")).text


async def test_unblocking_lets_them_in_at_once(operator: Person, chat: Person) -> None:
    await says(operator, f"/block {chat.user.id}")
    assert BLOCKED in (await says(chat, "/order")).text
    assert f"Not blocked: {chat.user.id}" in (await says(operator, f"/unblock {chat.user.id}")).text
    assert "which category" in (await says(chat, "/order")).text


async def test_the_list_shows_whom_when_and_why_with_pages(operator: Person) -> None:
    assert "Nobody is blocked." in (await says(operator, "/blocked")).text
    for n in range(12):
        await says(operator, f"/block {100 + n} reason <{n}>")
    shown = await says(operator, "/blocked")
    assert "Page 1" in shown.text
    assert "111" in shown.text
    assert "reason <11>" in shown.text
    await taps(operator, "Next ›", on=shown)
    assert "100 · " in shown.text
    assert "111" not in shown.text


async def test_blocking_again_changes_the_reason_and_no_more(world: World, operator: Person) -> None:
    for why in ("first", "second"):
        await says(operator, f"/block 5 {why}")
    assert [(row["chat_id"], row["reason"]) for row in rows(world, "SELECT * FROM blocked")] == [
        (5, "second")
    ]


async def test_an_operator_cannot_be_blocked(world: World, operator: Person) -> None:
    assert "That is an operator." in (await says(operator, f"/block {OPERATOR}")).text
    assert rows(world, "SELECT 1 FROM blocked") == []


async def test_a_flood_of_somebody_blocked_is_not_answered(
    world: World, operator: Person, chat: Person
) -> None:
    await says(operator, f"/block {chat.user.id}")
    await says(chat, "hello")
    for n in range(100):
        await chat.types(f"flood {n}")
    await handled(world)
    await asyncio.sleep(A_WHILE)
    assert chat.last.text.count(BLOCKED) == 1
    assert "too much at once" not in chat.reads
