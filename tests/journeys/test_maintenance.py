"""/maintenance: people get one friendly answer, and what was ordered goes on."""

import asyncio

import pytest

from bot.core.catalog import PAUSE_SECONDS
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    becomes,
    change,
    eventually,
    places,
    rows,
    says,
    summary,
    taps,
)

WORKED_ON = "I am being worked on, so I take nothing new right now."


async def turns_on(operator: Person, words: str = "") -> None:
    assert "Maintenance is on." in (await says(operator, f"/maintenance on {words}")).text


async def test_shows_how_it_stands_and_is_turned_on_and_off_by_buttons(
    world: World, operator: Person, chat: Person
) -> None:
    shown = await says(operator, "/maintenance")
    assert "No maintenance." in shown.text
    await taps(operator, "Turn on", on=shown)
    assert "Maintenance is on." in shown.text
    assert WORKED_ON in shown.text
    assert WORKED_ON in (await says(chat, "/order")).text

    await taps(operator, "Turn off", on=shown)
    assert "No maintenance." in shown.text
    assert "which category" in (await says(chat, "/order")).text


async def test_people_read_the_operators_words(operator: Person, chat: Person) -> None:
    await turns_on(operator, "Back at <18:00> & later.")
    assert "Back at <18:00> & later." in operator.last.text
    assert "Back at <18:00> & later." in (await says(chat, "hello?")).text

    await turns_on(operator)
    assert "Back at" not in (await says(chat, "hello?")).text
    assert "No maintenance." in (await says(operator, "/maintenance off")).text


async def test_a_dialog_waits_where_it_is(world: World, operator: Person, chat: Person, panel: Panel) -> None:
    await says(chat, f"/order 1 {LINK}")
    await turns_on(operator)
    told = (await says(chat, "1000")).text
    for part in (WORKED_ON, "Nothing is lost", "nothing was charged", "waits where it is"):
        assert part in told
    await world.stop()
    await world.start()
    assert WORKED_ON in (await says(chat, "1000")).text

    await says(operator, "/maintenance off")
    shown = await says(chat, "1000")
    assert "Please check your order" in shown.text
    await turns_on(operator)
    tap = await chat.taps_on(shown, "Place order")
    assert "Nothing was ordered or charged." in await tap.answer()
    assert panel.calls("add") == []

    await says(operator, "/maintenance off")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")


async def test_nothing_new_begins(operator: Person, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    await turns_on(operator)
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")  # news goes on
    asked = {name: len(panel.calls(name)) for name in ("add", "refill", "cancel", "balance")}
    for text in (
        f"/order 1 {LINK} 1000",
        f"/mass 1|{LINK}|100",
        f"/refill {order_id}",
        f"/cancel_orders {order_id}",
        "/balance",
        "/start",
        "/orders",
    ):
        assert WORKED_ON in (await says(chat, text)).text
    assert {name: len(panel.calls(name)) for name in asked} == asked


@pytest.mark.parametrize("command", ["/maintenance on", "/block {id}"])
@pytest.mark.parametrize("many", [False, True])
async def test_a_confirmation_that_waits_for_prices_meanwhile_places_nothing(
    world: World, operator: Person, chat: Person, panel: Panel, command: str, *, many: bool
) -> None:
    """Once an operator read that it is on, nothing new goes out."""
    shown = await (says(chat, f"/mass 1|{LINK}|100\n1|{LINK}2|100") if many else summary(chat))
    await change(world, "UPDATE accounts SET catalog_at = catalog_at - ?", PAUSE_SECONDS + 1)
    panel.misbehave(Trouble.HANG, action="services")
    arrives = asyncio.ensure_future(panel.next_call("services"))
    await chat.taps_on(shown, "Place 2 orders" if many else "Place order")
    await arrives
    await says(operator, command.format(id=chat.user.id))
    panel.calm()
    panel.release()
    await chat.sees("Nothing was ordered or charged.")
    await asyncio.sleep(A_WHILE)
    assert panel.calls("add") == []
    assert rows(world, "SELECT 1 FROM orders") == []


async def test_an_order_confirmed_just_before_is_finished(
    operator: Person, chat: Person, panel: Panel
) -> None:
    shown = await summary(chat)
    panel.misbehave(Trouble.HANG, action="add")
    arrives = asyncio.ensure_future(panel.next_call("add"))
    await chat.taps_on(shown, "Place order")
    await arrives
    await turns_on(operator)
    panel.calm()
    panel.release()
    await becomes(chat, shown, "is placed")


@pytest.mark.parametrize(
    "text", [OTHER_KEY, f"/key {OTHER_KEY}", f"/help {OTHER_KEY}", f"/privacy {OTHER_KEY}"]
)
async def test_a_key_is_deleted_and_not_taken(
    world: World, operator: Person, chat: Person, text: str
) -> None:
    await turns_on(operator)
    typed = await chat.types(text)
    told = await chat.sees(WORKED_ON)
    assert "I deleted your message" in told.text
    assert typed.deleted
    taken = rows(world, "SELECT last_four FROM accounts WHERE chat_id = ?", chat.user.id)
    assert taken == [{"last_four": KEY[-4:]}]


async def test_an_awaited_key_is_deleted_however_it_looks(operator: Person, world: World) -> None:
    newcomer = await world.person(5, key=None)
    await turns_on(operator)
    typed = await newcomer.types("short1")
    await newcomer.sees("I deleted your message")
    assert typed.deleted
    await says(operator, "/maintenance off")
    assert "Connected." in (await says(newcomer, KEY)).text


async def test_an_edited_message_gets_the_same_answer(operator: Person, chat: Person) -> None:
    typed = await says(chat, "/help")
    mine = await chat.types("hello")
    await chat.sees("did not expect")
    await turns_on(operator)
    await chat.edits(mine, OTHER_KEY)
    await chat.sees(WORKED_ON)
    assert mine.deleted
    assert not typed.deleted


@pytest.mark.parametrize(
    ("text", "answer"),
    [("/help", "What I can do"), ("/privacy", "What I keep"), ("/forget", "Erase"), ("/cancel", "Left.")],
)
async def test_what_needs_no_panel_is_answered(
    operator: Person, chat: Person, text: str, answer: str
) -> None:
    await says(chat, f"/order 1 {LINK}")
    await turns_on(operator)
    assert answer in (await says(chat, text)).text


async def test_everything_about_a_person_is_erased_all_the_same(
    world: World, operator: Person, chat: Person
) -> None:
    await turns_on(operator)
    await says(chat, "/forget")
    assert "erased" in (await taps(chat, "Erase everything")).text
    await eventually(lambda: not rows(world, "SELECT 1 FROM people WHERE chat_id = ?", chat.user.id))


async def test_operators_can_do_everything(operator: Person, panel: Panel) -> None:
    await turns_on(operator)
    await places(operator)
    assert len(panel.calls("add")) == 1


async def test_the_bot_still_hears_who_blocks_it(world: World, operator: Person, chat: Person) -> None:
    await turns_on(operator)
    await chat.blocks_bot()
    gone = "SELECT 1 FROM people WHERE chat_id = ? AND blocked_at IS NOT NULL"
    await eventually(lambda: rows(world, gone, chat.user.id))
    await asyncio.sleep(A_WHILE)
