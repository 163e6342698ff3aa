"""Notices and replies on their way through a Telegram that stumbles, or to a person who is away."""

import asyncio

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import A_WHILE, eventually, places, rows, says

# The library builds its own RetryAfter in a way it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


async def test_a_notice_waits_as_long_as_telegram_asks(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    world.telegram.trouble("sendMessage", chat_id=chat.user.id, status=429, retry_after=1, times=2)
    panel.set_order(order_id, status="In progress")

    await chat.sees(f"Order {order_id}: In progress")
    await asyncio.sleep(A_WHILE)
    assert chat.reads.count("In progress") == 1


async def test_a_rest_asked_for_with_one_notice_holds_back_the_others(
    world: World, chat: Person, panel: Panel
) -> None:
    other = await world.person(8, key=OTHER_KEY)
    mine, theirs = await places(chat), await places(other)
    sent = len(world.telegram.calls("sendMessage"))
    world.telegram.trouble("sendMessage", chat_id=chat.user.id, status=429, retry_after=2)
    panel.set_order(mine, status="In progress")
    put_off = "SELECT 1 FROM outbox WHERE send_at BETWEEN created_at + 1 AND created_at + 30"
    await eventually(lambda: rows(world, put_off))
    panel.set_order(theirs, status="In progress")
    await other.sees(f"Order {theirs}: In progress")
    await chat.sees(f"Order {mine}: In progress")

    refused, *later = world.telegram.calls("sendMessage")[sent:]
    assert [call.fields["chat_id"] for call in (refused, *later)].count("8") == 1
    assert min(call.at for call in later) - refused.at >= 1.99  # what Telegram asked for


async def test_a_notice_is_sent_again_after_a_5xx_or_a_dropped_connection(world: World, panel: Panel) -> None:
    people = [await world.person(user_id) for user_id in (21, 22)]
    ids = [await places(person, f"1 https://example.com/{person.user.id} 50") for person in people]
    world.telegram.trouble("sendMessage", chat_id=21, status=502)
    world.telegram.trouble("sendMessage", chat_id=22, dropped=True)
    for order_id in ids:
        panel.set_order(order_id, status="In progress")

    for person, order_id in zip(people, ids, strict=True):
        await person.sees(f"Order {order_id}: In progress", within=15)
        assert person.reads.count("In progress") == 1


async def test_a_later_notice_does_not_overtake_an_earlier_one(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    world.telegram.trouble("sendMessage", chat_id=chat.user.id, status=429, retry_after=1)
    panel.set_order(order_id, status="In progress")
    await world.telegram.hears("sendMessage", times=len(world.telegram.calls("sendMessage")) + 1)
    panel.set_order(order_id, status="Completed")
    await chat.sees("Completed")

    told = [line for m in chat.messages for line in m.text.split("\n") if f"Order {order_id}: " in line]
    assert [line.split(" · ")[0] for line in told] == [
        f"🔔 Order {order_id}: In progress",
        f"✅ Order {order_id}: Completed",
    ]


async def test_trouble_with_one_chat_does_not_hold_up_others(
    world: World, chat: Person, panel: Panel
) -> None:
    other = await world.person(8, key=OTHER_KEY)
    mine, theirs = await places(chat), await places(other)
    world.telegram.trouble("sendMessage", chat_id=chat.user.id, status=503, times=1000)
    panel.set_order(mine, status="In progress")
    panel.set_order(theirs, status="In progress")

    await other.sees("In progress")
    world.telegram.calm()
    await chat.sees("In progress", within=15)


async def test_nothing_is_sent_to_who_blocked_the_bot_until_they_return(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    await chat.blocks_bot()
    await eventually(lambda: rows(world, "SELECT 1 FROM people WHERE blocked_at IS NOT NULL"))
    sent = len(world.telegram.calls("sendMessage"))
    panel.set_order(order_id, status="In progress")
    await eventually(lambda: rows(world, "SELECT 1 FROM outbox"))
    await asyncio.sleep(A_WHILE)
    assert len(world.telegram.calls("sendMessage")) == sent

    await chat.unblocks_bot()
    await chat.sees(f"Order {order_id}: In progress")
    assert chat.reads.count("In progress") == 1


async def test_a_block_that_shows_only_when_sending_is_respected_too(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    trouble = world.telegram.trouble("sendMessage", chat_id=chat.user.id, status=403, times=1000)
    panel.set_order(order_id, status="In progress")
    await eventually(lambda: rows(world, "SELECT 1 FROM people WHERE blocked_at IS NOT NULL"))
    tries = trouble.times
    panel.set_order(order_id, status="Completed")
    await asyncio.sleep(A_WHILE)
    assert trouble.times == tries == 999

    world.telegram.calm()
    await says(chat, "/help")  # writing is a return
    await chat.sees(f"Order {order_id}: In progress")
    await chat.sees(f"Order {order_id}: Completed")


@pytest.mark.parametrize(
    "trouble", [{"status": 429, "retry_after": 1}, {"status": 502}, {"dropped": True}, {"lost": True}]
)
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText", "answerCallbackQuery"])
async def test_a_reply_is_not_given_up_because_telegram_stumbles(
    world: World, chat: Person, method: str, trouble: dict[str, object]
) -> None:
    listed = await says(chat, "/order")
    world.telegram.trouble(method, **trouble)  # type: ignore[arg-type]
    if method == "sendMessage":
        assert "Balance:" in (await says(chat, "/balance")).text
    else:
        tap = await chat.taps_on(listed, "Next ›")
        await chat.sees("Page 2 of 9")
        await tap.answer()


async def test_a_key_is_deleted_although_telegram_stumbles(world: World, chat: Person) -> None:
    world.telegram.trouble("deleteMessage", status=502)
    typed = await chat.types(OTHER_KEY)
    answer = await chat.sees("Connected. Your balance: $50.00")

    assert typed.deleted
    assert "could not delete" not in answer.text


async def test_polling_for_updates_survives_trouble(world: World, chat: Person) -> None:
    world.telegram.trouble("getUpdates", status=502)
    world.telegram.trouble("getUpdates", dropped=True)
    for _ in range(3):
        assert "Balance:" in (await says(chat, "/balance")).text
