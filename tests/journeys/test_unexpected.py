"""What no feature expects: a friendly answer, and nothing breaks."""

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World
from tests.journeys.stories import LINK, hears, places, says, summary

GROUP = -500


@pytest.mark.parametrize("what", ["sends_sticker", "sends_photo", "sends_voice"])
@pytest.mark.parametrize(
    "before", ["/help", "/order", "/order 1", f"/order 1 {LINK}", f"/order 1 {LINK} 1000", "/key"]
)
async def test_what_is_no_text_gets_a_friendly_answer_at_every_step(
    chat: Person, what: str, before: str
) -> None:
    await says(chat, before)
    sent = await getattr(chat, what)()

    answer = await hears(chat, "only read text", after=sent)
    assert ("/cancel" in answer.text) == (before != "/help")


async def test_a_sticker_leaves_the_question_standing(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    sent = await chat.sends_sticker()
    await hears(chat, "only read text", after=sent)

    assert "Please check your order" in (await says(chat, "1000")).text


async def test_a_stranger_may_begin_with_anything(world: World) -> None:
    stranger = world.telegram.person(7)
    sent = await stranger.sends_sticker()
    await hears(stranger, "only read text", after=sent)
    assert "send me your API key" in (await says(stranger, "hello?")).text

    assert "Connected." in (await says(stranger, KEY)).text


async def test_a_text_out_of_turn(chat: Person, panel: Panel) -> None:
    answer = await says(chat, "how are you?")

    assert "did not expect a message" in answer.text
    assert "/order" in answer.text


@pytest.mark.parametrize("text", ["/nonsense", "/orderx", "/set_webhook 1", "/start_"])
async def test_an_unknown_command(chat: Person, text: str) -> None:
    assert "I do not know this command" in (await says(chat, text)).text


@pytest.mark.parametrize("text", ["/", "/ order", "//", "/p/abc", "/заказ"])
async def test_a_slash_alone_is_no_command(chat: Person, text: str) -> None:
    assert "did not expect a message" in (await says(chat, text)).text


async def test_an_edited_answer_is_not_read(chat: Person, panel: Panel) -> None:
    await says(chat, "/order 1")
    typed = await chat.types(LINK)
    await hears(chat, "Send the quantity", after=typed)
    await chat.edits(typed, f"{LINK}/other")
    await chat.sees("I do not read edited messages")

    assert f"link: {LINK}\n" in (await says(chat, "1000")).text


async def test_an_edited_command_places_nothing(chat: Person, panel: Panel) -> None:
    typed = await chat.types("hello")
    await hears(chat, "did not expect", after=typed)
    await chat.edits(typed, "/forget")

    await chat.sees("I do not read edited messages")
    assert "Erase everything" not in chat.buttons


async def test_an_edited_old_link_does_not_change_the_summary(chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    typed = next(m for m in chat.messages if m.text.startswith("/order"))
    await chat.edits(typed, f"/order 1 {LINK}/evil 10000")
    await chat.sees("I do not read edited messages")
    await chat.taps_on(shown, "Place order")

    await chat.sees("is placed")
    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "1000"}]


async def test_very_long_texts_are_answered(chat: Person) -> None:
    for before in ("/help", "/order", "/order 1", f"/order 1 {LINK}", f"/order 2 {LINK}"):
        await says(chat, before)
        assert (await says(chat, "🔥 " * 1365)).text
        await says(chat, "/cancel")


@pytest.mark.parametrize("text", ["/start", "/order", "/balance@panelgram_bot"])
async def test_in_a_group_it_asks_to_write_in_private(world: World, chat: Person, text: str) -> None:
    group = world.telegram.group(GROUP)
    await chat.types_in_group(text, GROUP)

    told = await group.changed.until(lambda: next(group.newest(from_bot=True), None), within=10)
    assert told is not None
    assert "write to me in private" in told.text


async def test_in_a_group_plain_talk_is_left_alone(world: World, chat: Person) -> None:
    group = world.telegram.group(GROUP)
    await chat.types_in_group("hello everybody", GROUP)
    await says(chat, "/balance")

    assert list(group.newest(from_bot=True)) == []


async def test_commands_to_another_bot_of_the_group_are_left_alone(world: World, chat: Person) -> None:
    group = world.telegram.group(GROUP)
    await chat.types_in_group("/start@another_bot", GROUP)
    await says(chat, "/balance")
    await says(chat, "/balance")

    assert list(group.newest(from_bot=True)) == []


async def test_a_key_in_a_group_is_not_tried_and_its_owner_warned(
    world: World, chat: Person, panel: Panel
) -> None:
    group = world.telegram.group(GROUP)
    await chat.types_in_group(f"/key {KEY}", GROUP)

    def look() -> bool | None:
        return any("could not delete your message" in m.text for m in group.newest(from_bot=True)) or None

    assert await group.changed.until(look, within=10)
    assert len(panel.calls("balance")) == 1  # the person's own, when they connected


async def test_a_button_in_a_group_is_answered(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    group = world.telegram.group(GROUP)
    forwarded = group.add(world.telegram.bot, world.telegram.now(), text="forwarded")
    for data in ("orders::0:0", "forget::0:0", "nonsense"):
        tap = chat._tap(forwarded, data)
        assert "write to me in private" in await tap.answer()

    assert order_id in str((await says(chat, "/orders")).buttons)
