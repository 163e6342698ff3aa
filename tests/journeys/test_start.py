"""/start, /help, /privacy, /cancel, and commands in the midst of something else."""

import re

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from storage import pruning
from tests.conftest import World
from tests.journeys.stories import LINK, becomes, says, summary, taps

COMMANDS = ("order", "orders", "balance", "key", "cancel", "help", "privacy", "forget")


async def test_greets_a_newcomer_and_asks_for_a_key(world: World) -> None:
    chat = world.telegram.person(1)
    greeting = (await says(chat, "/start")).text

    assert greeting.count("•") == 3
    assert "API key" in greeting
    assert world.url in greeting


async def test_greets_somebody_known_with_the_end_of_their_key(chat: Person) -> None:
    greeting = await says(chat, "/start")

    assert "Hello again!" in greeting.text
    assert "…cdef" in greeting.text
    assert greeting.buttons == ["New order", "My orders"]
    assert "which category" in (await taps(chat, "New order")).text


async def test_help_names_every_command(chat: Person) -> None:
    told = (await says(chat, "/help")).text

    assert all(f"/{name} – " in told for name in COMMANDS)
    assert "/order SERVICE LINK QUANTITY" in told


async def test_help_names_the_support(world: World) -> None:
    world.settings["support_contact"] = "@helper <b>"
    await world.stop()
    await world.start()

    assert "Write to @helper <b>." in (await says(world.telegram.person(1), "/help")).text


async def test_privacy_says_what_is_kept_how_long_how_safe_and_how_to_erase_it(chat: Person) -> None:
    told = (await says(chat, "/privacy")).text

    for part in ("API key, encrypted", "orders", "/forget"):
        assert part in told


async def test_privacy_tells_every_age_at_which_something_goes(chat: Person) -> None:
    told = (await says(chat, "/privacy")).text
    ages = {rule.seconds for rule in pruning.RULES} | {pruning.ORDER_SECONDS}
    for seconds in ages - {0.0}:
        days, hours = round(seconds / 86400), round(seconds / 3600)
        age = f"{days} day" if days else f"{hours} hour"
        assert re.search(rf"\b{age}s?\b", told), age


async def test_sets_the_command_menu_once(world: World, chat: Person) -> None:
    telegram = world.telegram
    await telegram.hears("setMyShortDescription")
    await world.stop()
    await world.start()
    await telegram.hears("getMyShortDescription", times=2)

    assert [len(telegram.calls(m)) for m in ("setMyCommands", "setMyDescription")] == [1, 1]
    assert all(f'"{name}"' in str(telegram.calls("setMyCommands")[0].fields["commands"]) for name in COMMANDS)


async def test_cancel_with_nothing_to_leave(chat: Person) -> None:
    assert "There is nothing to cancel" in (await says(chat, "/cancel")).text


@pytest.mark.parametrize(
    "steps", [["/key"], ["/order"], ["/order 1"], [f"/order 1 {LINK}"], [f"/order 1 {LINK} 1000"]]
)
async def test_cancel_leaves_whatever_is_going_on(chat: Person, panel: Panel, steps: list[str]) -> None:
    for step in steps:
        await says(chat, step)

    assert "Left." in (await says(chat, "/cancel")).text
    assert "did not expect a message" in (await says(chat, "1000")).text
    assert panel.calls("add") == []


async def test_leave_is_a_button_too(chat: Person, panel: Panel) -> None:
    await says(chat, f"/order 1 {LINK}")
    assert "Left." in (await taps(chat, "Leave")).text
    await summary(chat)
    assert "Left." in (await taps(chat, "Leave")).text
    assert "did not expect a message" in (await says(chat, "1000")).text


@pytest.mark.parametrize(
    "command", ["/start", "/help", "/privacy", "/balance", "/orders", "/forget", "/nonsense", "/HELP"]
)
async def test_other_commands_leave_a_question_standing(chat: Person, command: str) -> None:
    await says(chat, "/order 1")
    await says(chat, command)

    assert "Send the quantity" in (await says(chat, LINK)).text


@pytest.mark.parametrize("command", ["/start", "/help", "/privacy", "/balance", "/orders", "/forget"])
async def test_other_commands_leave_a_summary_standing(chat: Person, panel: Panel, command: str) -> None:
    shown = await summary(chat)
    await says(chat, command)
    await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "Order 23501 is placed")
    assert len(panel.calls("add")) == 1


@pytest.mark.parametrize("command", ["/start", "/help", "/balance"])
async def test_other_commands_leave_the_lists_standing(chat: Person, command: str) -> None:
    categories = await says(chat, "/order")
    await says(chat, command)

    assert "Page 1 of 5" in (await taps(chat, "Instagram Followers", on=categories)).text


async def test_order_always_starts_anew(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")

    assert "which category" in (await says(chat, "/order")).text
    assert "Nothing found" in (await says(chat, "99999")).text


async def test_forget_kept_in_mid_dialog_leaves_it_standing(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    await says(chat, "/forget")
    assert "Kept" in (await taps(chat, "Keep")).text

    assert "Please check your order" in (await says(chat, "1000")).text
