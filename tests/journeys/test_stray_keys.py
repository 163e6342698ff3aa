"""A key typed where none was asked for, and a key asked for in the midst of something else."""

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import LINK, becomes, confirms, hears, next_message, rows, says, summary, taps

WRONG = "a1b2c3d4" * 4


@pytest.mark.parametrize("before", ["/help", "/order", "/order 1", f"/order 1 {LINK}", "/order 2", "/forget"])
@pytest.mark.parametrize(("key", "answer"), [(OTHER_KEY, "Connected."), (WRONG, "does not accept this key")])
async def test_a_key_typed_at_any_step_is_deleted(chat: Person, before: str, key: str, answer: str) -> None:
    await says(chat, before)
    typed = await chat.types(key)

    assert answer in (await next_message(chat, typed)).text
    assert typed.deleted


@pytest.mark.parametrize("command", ["help", "order", "services", "settings", "orders", "balance"])
async def test_a_key_behind_another_command_is_taken_for_one(chat: Person, command: str) -> None:
    typed = await chat.types(f"/{command} {WRONG}")

    answer = (await next_message(chat, typed)).text
    assert "does not accept this key" in answer
    assert WRONG not in answer
    assert typed.deleted


async def test_a_long_id_behind_a_command_that_takes_ids_is_no_key(chat: Person) -> None:
    typed = await chat.types(f"/status {WRONG}")

    assert WRONG in (await next_message(chat, typed)).text
    assert not typed.deleted


async def test_a_stray_key_leaves_the_question_standing(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    await says(chat, WRONG)

    assert "Please check your order" in (await says(chat, "1000")).text


async def test_a_stray_key_while_the_id_of_an_order_is_asked_for(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add")
    await confirms(chat, "I do not know whether")
    await taps(chat, "Enter the id")
    typed = await chat.types(OTHER_KEY)
    await hears(chat, "Connected.", after=typed)

    assert typed.deleted
    assert "Order 23501 was placed" in (await says(chat, "23501")).text


@pytest.mark.parametrize("edit", [OTHER_KEY, WRONG, f"/key {OTHER_KEY}", "/key shortkey1"])
async def test_a_key_edited_into_a_message_is_deleted(chat: Person, panel: Panel, edit: str) -> None:
    asked = len(panel.calls())
    typed = await chat.types("hello")
    await chat.sees("did not expect a message")
    await chat.edits(typed, edit)

    await chat.sees("I do not read edited messages")
    assert typed.deleted
    assert len(panel.calls()) == asked


async def test_says_so_when_an_edited_message_with_a_key_could_not_be_deleted(
    world: World, chat: Person
) -> None:
    typed = await chat.types("hello")
    await chat.sees("did not expect a message")
    refusal = "Bad Request: message can't be deleted"
    world.telegram.trouble("deleteMessage", status=400, description=refusal)
    await chat.edits(typed, OTHER_KEY)

    assert "could not delete your message" in (await chat.sees("I do not read edited messages")).text


async def test_a_question_goes_on_after_a_key_in_between(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    assert "API key" in (await says(chat, "/key")).text
    key = await chat.types(OTHER_KEY)

    await hears(chat, "Connected. Your balance: $50.00", after=key)
    question = await hears(chat, "Send the quantity", after=key)
    assert question.buttons == ["‹ Back", "Leave"]
    assert "Please check your order" in (await says(chat, "1000")).text


async def test_a_summary_goes_on_after_a_key_in_between_with_the_new_balance(
    chat: Person, panel: Panel
) -> None:
    await summary(chat)
    await says(chat, "/key")
    await chat.types(OTHER_KEY)
    shown = await chat.sees("balance after it: $49.10")
    await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "is placed")
    assert [call.key for call in panel.requests if call.action == "add"] == [OTHER_KEY]


async def test_choosing_goes_on_after_a_key_in_between(chat: Person) -> None:
    await says(chat, "/order")
    await says(chat, "/key")
    key = await chat.types(OTHER_KEY)
    await hears(chat, "Connected. Your balance: $50.00", after=key)

    categories = await hears(chat, "which category", after=key)
    assert "Page 1 of 5" in (await taps(chat, "Instagram Followers", on=categories)).text


async def test_a_refused_key_in_between_may_be_sent_again(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    await says(chat, "/key")
    await says(chat, WRONG)
    key = await chat.types(OTHER_KEY)

    await hears(chat, "Send the quantity", after=key)


async def test_key_twice_in_mid_dialog_still_goes_back_to_it(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    await says(chat, "/key")
    await says(chat, "/key")
    key = await chat.types(OTHER_KEY)

    await hears(chat, "Send the quantity", after=key)


async def test_a_key_behind_the_command_ends_the_waiting_for_it(world: World) -> None:
    stranger = await world.person(7, key=None)
    assert "Connected." in (await says(stranger, f"/key {KEY}")).text
    typed = await stranger.types("thank you")

    assert "did not expect a message" in (await next_message(stranger, typed)).text
    assert not typed.deleted


async def test_a_key_behind_the_command_goes_on_with_what_was_interrupted(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    await says(chat, "/key")
    key = await chat.types(f"/key {OTHER_KEY}")

    await hears(chat, "Connected. Your balance: $50.00", after=key)
    await hears(chat, "Send the quantity", after=key)


async def test_a_key_behind_the_command_at_a_question_leaves_it_standing(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    key = await chat.types(f"/key {OTHER_KEY}")

    await hears(chat, "Connected. Your balance: $50.00", after=key)
    typed = await chat.types("1000")
    await hears(chat, "Please check your order", after=typed)


async def test_a_key_changed_under_a_summary_is_not_charged_unseen(chat: Person, panel: Panel) -> None:
    """What was shown is what is placed: the balance shown was another account's."""
    shown = await summary(chat)
    await says(chat, f"/key {OTHER_KEY}")
    await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "balance after it: $49.10")
    assert panel.calls("add") == []


async def test_asks_for_the_key_whatever_a_stranger_wants(world: World) -> None:
    stranger = world.telegram.person(7)
    for text in (f"/order 1 {LINK} 1000", "/balance", "/order", "/key"):
        assert "send me your API key" in (await says(stranger, text)).text
    assert "Connected." in (await says(stranger, KEY)).text
    assert len(rows(world, "SELECT * FROM people")) == 1
