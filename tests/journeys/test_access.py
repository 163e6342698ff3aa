"""/access, /allow, /deny: everybody may use the bot, or only who is on a list."""

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World
from tests.journeys.stories import LINK, OPERATOR, becomes, eventually, places, rows, says, summary, taps

INVITED = "Only invited people can use me."


def listed(world: World) -> list[int]:
    return [row["chat_id"] for row in rows(world, "SELECT chat_id FROM allowed ORDER BY chat_id")]


async def holds(operator: Person, *ids: int) -> None:
    """The list holds from now on, with these on it."""
    for one in ids:
        await says(operator, f"/allow {one}")
    shown = await says(operator, "/access")
    if "Only who is listed" in shown.buttons:
        await taps(operator, "Only who is listed", on=shown)
    if "Shut them out" in shown.buttons:
        await taps(operator, "Shut them out", on=shown)
    assert "Only who is on the list may use me." in shown.text


async def test_everybody_may_at_first(operator: Person, chat: Person) -> None:
    assert "Everybody may use me. 0 people are on the list." in (await says(operator, "/access")).text
    await places(chat)


async def test_who_is_not_on_the_list_reads_their_id_and_whom_to_write_to(
    world: World, operator: Person
) -> None:
    world.settings["support_contact"] = "@helper"
    await world.stop()
    await world.start()
    await holds(operator)
    stranger = world.telegram.person(777_001)
    told = (await says(stranger, "/start")).text
    for part in (INVITED, "send your ID to @helper: 777001", "/privacy"):
        assert part in told
    assert "Orders you placed" not in told

    assert "1 ID is on the list: 777001" in (await says(operator, "/allow 777001")).text
    assert "API key" in (await says(stranger, "/start")).text
    assert "Connected." in (await says(stranger, KEY)).text


async def test_a_key_of_who_is_not_on_the_list_is_deleted_and_not_tried(
    world: World, operator: Person, panel: Panel
) -> None:
    await holds(operator)
    asked = len(panel.calls("balance"))
    stranger = world.telegram.person(777_001)
    for text in (KEY, f"/key {KEY}", "short-key-1", f"/privacy {KEY}"):
        typed = await stranger.types(text)
        await stranger.sees("I deleted your message")
        await eventually(lambda typed=typed: typed.deleted)  # type: ignore[misc]
    kept = await says(stranger, "hello there")
    assert INVITED in kept.text
    assert "I deleted" not in kept.text
    assert len(panel.calls("balance")) == asked
    assert rows(world, "SELECT 1 FROM people WHERE chat_id = 777001") == []


async def test_says_how_many_would_be_shut_out_and_allows_them_all(
    world: World, operator: Person, chat: Person
) -> None:
    await world.person(2)
    await says(operator, "/allow 2")
    shown = await says(operator, "/access")
    await taps(operator, "Only who is listed", on=shown)
    assert "1 person who is here now is not on the list and would be shut out." in shown.text
    assert "which category" in (await says(chat, "/order")).text  # nothing is changed yet

    await taps(operator, "Allow everybody who is here now", on=shown)
    assert "Only who is on the list may use me. 3 people are on the list." in shown.text
    assert listed(world) == [2, chat.user.id, OPERATOR]
    assert "which category" in (await says(chat, "/order")).text


async def test_going_back_shuts_nobody_out(operator: Person, chat: Person) -> None:
    shown = await says(operator, "/access")
    await taps(operator, "Only who is listed", on=shown)
    await taps(operator, "‹ Back", on=shown)
    assert "Everybody may use me." in shown.text
    assert "which category" in (await says(chat, "/order")).text


async def test_who_is_shut_out_is_told_of_their_orders_and_keeps_their_data(
    world: World, operator: Person, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    shown = await summary(chat)
    await holds(operator)
    await world.stop()
    await world.start()
    told = (await says(chat, "/order")).text
    assert INVITED in told
    assert "Orders you placed here go on, and I still tell you how they end." in told
    assert INVITED in await (await chat.taps_on(shown, "Place order")).answer()
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    assert "What I keep about you" in (await says(chat, "/privacy")).text
    assert len(panel.calls("add")) == 1

    await taps(operator, "Open to everybody", on=await says(operator, "/access"))
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")


async def test_who_is_taken_off_the_list_is_shut_out_at_once(operator: Person, chat: Person) -> None:
    await holds(operator, chat.user.id)
    assert "which category" in (await says(chat, "/order")).text
    denied = (await says(operator, f"/deny {chat.user.id}")).text
    assert f"1 ID is not on the list: {chat.user.id}" in denied
    assert INVITED in (await says(chat, "/order")).text


@pytest.mark.parametrize("command", ["allow", "deny", "block", "unblock"])
@pytest.mark.parametrize("argument", ["", " Anna", " 12a", " @anna", " 1" * 20])
async def test_what_is_no_id_changes_nothing(
    world: World, operator: Person, command: str, argument: str
) -> None:
    before = listed(world)
    answer = (await says(operator, f"/{command}{argument.replace(' 1 1', ' 111111111111111111')}")).text
    assert "Which ID?" in answer
    assert listed(world) == before
    assert rows(world, "SELECT 1 FROM blocked") == []


async def test_several_at_once_and_a_list_with_pages(world: World, operator: Person) -> None:
    assert (
        "25 IDs are on the list"
        in (await says(operator, "/allow " + ", ".join(str(100 + n) for n in range(25)))).text
    )
    assert "Right now everybody may use me" in operator.last.text
    shown = await taps(operator, "Show the list", on=await says(operator, "/access"))
    assert "Page 1" in shown.text
    first = shown.text
    await taps(operator, "Next ›", on=shown)
    found = {word for word in f"{first} {shown.text}".split() if word.isdigit() and len(word) == 3}
    assert found == {str(100 + n) for n in range(25)}
    await taps(operator, "‹ Access", on=shown)
    assert "25 people are on the list." in shown.text


async def test_operators_need_not_be_on_it(operator: Person) -> None:
    await holds(operator)
    await places(operator)


async def test_who_is_forgotten_leaves_the_list_and_is_told_before(
    world: World, operator: Person, chat: Person
) -> None:
    await holds(operator, chat.user.id)
    asked = await says(chat, "/forget")
    assert "You also leave the list of people who may use me" in asked.text
    await taps(chat, "Erase everything", on=asked)
    assert listed(world) == []
    assert INVITED in (await says(chat, "/start")).text


async def test_doing_it_twice_changes_nothing_more(world: World, operator: Person, chat: Person) -> None:
    for _ in range(2):
        await says(operator, "/allow 5 5")
    assert listed(world) == [5]
    shown = await says(operator, f"/order 1 {LINK} 1000")
    for _ in range(2):
        await (await operator.taps_data("access:with:0:0", shown)).answer()
    assert listed(world) == [5, chat.user.id, OPERATOR]
