"""/broadcast: shown first, sent once to everybody who wants it, in its turn, with progress and a result."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import (
    A_WHILE,
    OPERATOR,
    becomes,
    change,
    data_of,
    eventually,
    hears,
    places,
    rows,
    says,
    taps,
)

BENEATH = "\n\n📣 To all who use this bot. /settings turns announcements off."


async def previews(operator: Person, text: str = "Hello everybody") -> Message:
    """The message with the buttons, under the announcement as people will get it."""
    typed = await operator.types(f"/broadcast {text}")
    return await hears(operator, "This is what people will get.", after=typed)


async def crowd(world: World, count: int) -> list[Person]:
    """People who connected a key once, and said nothing since."""
    people = [world.telegram.person(100 + n) for n in range(count)]
    for person in people:
        person.chat.started = True
        await change(
            world, "INSERT INTO people (chat_id, language, created_at) VALUES (?, 'en', 0)", person.user.id
        )
    return people


def copies(person: Person, text: str = "Hello everybody") -> int:
    return person.reads.count(text)


async def test_is_asked_for_shown_and_sent(world: World, operator: Person, chat: Person) -> None:
    asked = await says(operator, "/broadcast")
    assert "What shall I announce?" in asked.text
    typed = await operator.types("Hello everybody")
    shown = await hears(operator, "This is what people will get.", after=typed)
    assert "It goes to 2 people" in shown.text
    assert shown.buttons == ["Send to 2 people", "Change", "Leave"]
    preview = next(m for m in operator.messages if m.text == f"Hello everybody{BENEATH}")
    assert chat.reads.count("Hello everybody") == 0

    tap = await operator.taps_on(shown, "Send to 2 people")
    assert await tap.answer() == "On its way."
    await chat.sees("Hello everybody")
    assert (chat.last.text, chat.last.entities) == (preview.text, preview.entities)
    result = await hears(operator, "The announcement is out.", after=shown)
    assert "✅ 2 got it" in result.text
    await becomes(operator, shown, "The announcement is out.")
    assert shown.buttons == []
    assert rows(world, "SELECT 1 FROM broadcasts") == rows(world, "SELECT 1 FROM recipients") == []


async def test_keeps_what_was_formatted(operator: Person, chat: Person) -> None:
    await says(operator, "/broadcast")
    text = "😀 Bold & <plain>, a link"
    bold = {"type": "bold", "offset": 3, "length": 4}
    link = {"type": "text_link", "offset": 20, "length": 4, "url": "https://example.com/?a=1&b=2"}
    typed = operator._send(operator.chat, text=text, entities=[bold, link])
    shown = await hears(operator, "This is what people will get.", after=typed)
    await operator.taps_on(shown, "Send to 2 people")
    got = await chat.sees("Bold")
    assert got.text == text + BENEATH
    assert got.entities[:2] == [bold, link]


async def test_formatting_behind_the_command_is_kept_too(operator: Person, chat: Person) -> None:
    typed = operator._send(
        operator.chat,
        text="/broadcast 😀 Bold",
        entities=[
            {"type": "bot_command", "offset": 0, "length": 10},
            {"type": "bold", "offset": 14, "length": 4},
        ],
    )
    shown = await hears(operator, "This is what people will get.", after=typed)
    await operator.taps_on(shown, "Send to 2 people")
    got = await chat.sees("Bold")
    assert got.entities[0] == {"type": "bold", "offset": 3, "length": 4}


async def test_ten_taps_send_once(world: World, operator: Person, chat: Person) -> None:
    shown = await previews(operator)
    taps_ = [await operator.taps_on(shown, "Send to 2 people") for _ in range(10)]
    toasts = [await tap.answer() for tap in taps_]
    assert sorted(set(toasts)) == sorted(
        {"On its way.", "This announcement was sent already, or left. /broadcast begins a new one."}
    )
    assert toasts.count("On its way.") == 1
    await hears(operator, "The announcement is out.", after=shown)
    assert copies(chat) == 1
    assert operator.reads.count("The announcement is out.") == 2  # edited, and new


async def test_change_and_leave_send_nothing(world: World, operator: Person, chat: Person) -> None:
    first = await previews(operator)
    await taps(operator, "Change", on=first)
    assert "What shall I announce?" in first.text
    typed = await operator.types("Hello again")
    second = await hears(operator, "This is what people will get.", after=typed)
    left = await taps(operator, "Leave", on=second)
    assert "Left. Nothing was sent." in left.text
    assert "or left" in await (await operator.taps_data(f"broadcast:{'0' * 12}:0:0", second)).answer()
    assert "did not expect" in (await says(operator, "Hello?")).text
    await asyncio.sleep(A_WHILE)
    assert "Hello everybody" not in chat.reads
    assert "Hello again" not in chat.reads


async def test_a_preview_that_was_left_by_command_cannot_be_sent(
    world: World, operator: Person, chat: Person
) -> None:
    shown = await previews(operator)
    assert "Left. Nothing was sent." in (await says(operator, "/cancel")).text
    assert "or left" in await (await operator.taps_on(shown, "Send to 2 people")).answer()
    await asyncio.sleep(A_WHILE)
    assert copies(chat) == 0


async def test_a_newer_text_takes_the_place_of_the_one_before(operator: Person, chat: Person) -> None:
    old = await previews(operator, "Old words")
    new = await previews(operator, "New words")
    assert "or left" in await (await operator.taps_on(old, "Send to 2 people")).answer()
    await operator.taps_on(new, "Send to 2 people")
    await chat.sees("New words")
    assert "Old words" not in chat.reads


async def test_a_text_that_leaves_no_room_is_refused(operator: Person) -> None:
    answer = await says(operator, f"/broadcast {'x' * 4000}")
    assert "too long: 4000 characters, 3900 fit." in answer.text
    assert "What shall I announce?" in answer.text


async def test_a_key_in_between_does_not_lose_it(operator: Person, chat: Person) -> None:
    await previews(operator)
    await says(operator, "/key")
    typed = await operator.types(OTHER_KEY)
    shown = await hears(operator, "This is what people will get.", after=typed)
    await operator.taps_on(shown, "Send to 2 people")
    await chat.sees("Hello everybody")


async def test_who_does_not_want_it_is_gone_blocked_or_not_listed_gets_none(
    world: World, operator: Person
) -> None:
    tired, gone, blocked, outsider, kept = [await world.person(n) for n in range(1, 6)]
    await taps(tired, "No announcements", on=await says(tired, "/settings"))
    await gone.blocks_bot()
    await eventually(lambda: rows(world, "SELECT 1 FROM people WHERE blocked_at IS NOT NULL"))
    await says(operator, f"/block {blocked.user.id}")
    await says(operator, f"/allow {kept.user.id} {tired.user.id}")
    await says(operator, "/access")
    await taps(operator, "Only who is listed")
    await taps(operator, "Shut them out")
    shown = await previews(operator)
    assert "It goes to 2 people" in shown.text
    await operator.taps_on(shown, "Send to 2 people")
    await hears(operator, "The announcement is out.", after=shown)
    assert [copies(one) for one in (tired, gone, blocked, outsider, kept)] == [0, 0, 0, 0, 1]


async def test_nobody_there_is_said(world: World) -> None:
    world.settings["admin_ids"] = (OPERATOR,)
    await world.stop()
    await world.start()
    operator = world.telegram.person(OPERATOR)
    await operator.types("/broadcast Hello")
    shown = await operator.sees("Right now nobody would get it")
    assert shown.buttons == ["Change", "Leave"]


async def test_who_blocked_the_bot_or_is_refused_is_counted_and_skipped(
    world: World, operator: Person
) -> None:
    people = await crowd(world, 6)
    people[1].chat.blocked = True
    world.telegram.trouble("sendMessage", chat_id=102, status=400, description="Bad Request: PEER_ID_INVALID")
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 7 people")
    result = await hears(operator, "The announcement is out.", after=shown)
    for part in ("✅ 5 got it", "🚫 1 has blocked me", "⚠️ to 1 Telegram would not deliver it"):
        assert part in result.text
    assert [copies(one) for one in people] == [1, 0, 0, 1, 1, 1]
    assert [row["chat_id"] for row in rows(world, "SELECT * FROM people WHERE blocked_at NOT NULL")] == [101]


async def test_telegrams_pause_is_kept_and_nobody_gets_it_twice(world: World, operator: Person) -> None:
    people = await crowd(world, 4)
    shown = await previews(operator)
    world.telegram.trouble("sendMessage", chat_id=101, status=429, retry_after=1)
    await operator.taps_on(shown, "Send to 5 people")
    result = await hears(operator, "The announcement is out.", after=shown)
    assert "✅ 5 got it" in result.text
    assert [copies(one) for one in people] == [1, 1, 1, 1]


async def test_a_lost_answer_is_not_repeated_and_the_rest_waits_until_telegram_is_back(
    world: World, operator: Person
) -> None:
    people = await crowd(world, 30)
    shown = await previews(operator)
    world.telegram.trouble("sendMessage", chat_id=101, lost=True)
    for method in ("sendMessage", "getMe"):
        world.telegram.trouble(method, times=10**6, status=502)
    away = world.telegram._troubles[:]
    world.telegram._troubles = away[:1]
    await operator.taps_on(shown, "Send to 31 people")
    await eventually(lambda: copies(people[1]))
    world.telegram._troubles = away[1:]
    await eventually(lambda: world.telegram.calls("getMe")[1:])
    got = sum(map(copies, people))
    await asyncio.sleep(A_WHILE)
    assert sum(map(copies, people)) == got < 30
    world.telegram.calm()

    result = await hears(operator, "The announcement is out.", after=shown, within=20.0)
    found = re.search(r"❔ (\d+) may have got it", result.text)
    assert found
    assert 1 <= int(found[1]) <= 3
    assert all(copies(one) <= 1 for one in people)
    assert copies(people[1]) == 1
    assert f"✅ {31 - int(found[1])} got it" in result.text


async def test_quiet_hours_are_waited_for(world: World, operator: Person, chat: Person) -> None:
    now = datetime.now(UTC)
    await says(chat, "/settings UTC")
    await says(chat, f"/settings {now - timedelta(hours=3):%H:%M}-{now + timedelta(hours=3):%H:%M}")
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 2 people")
    await becomes(operator, shown, "On its way: 1 of 2")
    assert "🌙 1 gets it after quiet hours" in shown.text
    await asyncio.sleep(A_WHILE)
    assert copies(chat) == 0

    await change(world, "UPDATE people SET quiet_from = NULL")
    await change(world, "UPDATE recipients SET send_at = 0")
    await chat.sees("Hello everybody")
    assert "✅ 2 got it" in (await hears(operator, "The announcement is out.", after=shown)).text


async def test_stopped_nobody_gets_it_any_more(world: World, operator: Person) -> None:
    people = await crowd(world, 60)
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 61 people")
    await becomes(operator, shown, "On its way")
    await eventually(lambda: sum(map(copies, people)) >= 5)
    tap = await operator.taps_data(data_of(shown, "Stop"), shown)
    assert await tap.answer() == "Nobody gets it from now on."
    result = await hears(operator, "The announcement was stopped.", after=shown)
    got = sum(map(copies, people))
    found = re.search(r"✋ (\d+) do not get it any more", result.text)
    assert found
    assert f"✅ {61 - int(found[1])} got it" in result.text
    await asyncio.sleep(A_WHILE)
    assert sum(map(copies, people)) == got < 60
    tap = await operator.taps_data(f"broadcast_stop:{'0' * 12}:0:0", shown)
    assert await tap.answer() == "This announcement has ended already."


async def test_news_of_orders_goes_first(world: World, operator: Person, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    people = await crowd(world, 80)
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 82 people")
    await eventually(lambda: sum(map(copies, people)))
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    assert sum(map(copies, people)) < 80
    at = [call.at for call in world.telegram.calls("sendMessage") if "Hello" in str(call.fields)]
    assert all(sum(1 for other in at if start <= other < start + 1.0) <= 26 for start in at)


async def test_who_is_forgotten_meanwhile_gets_none(world: World, operator: Person, chat: Person) -> None:
    await world.telegram.hears("setMyCommands", times=2)
    await change(
        world,
        "UPDATE people SET quiet_from = 0, quiet_to = 1439, time_zone = 'UTC' WHERE chat_id = ?",
        chat.user.id,
    )
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 2 people")
    await eventually(lambda: rows(world, "SELECT 1 FROM recipients WHERE state = 'sent'"))
    await says(chat, "/forget")
    await taps(chat, "Erase everything")
    assert rows(world, "SELECT 1 FROM recipients WHERE chat_id = ?", chat.user.id) == []
    assert "✅ 1 got it" in (await hears(operator, "The announcement is out.", after=shown)).text


@pytest.mark.parametrize("what", ["No announcements", "block"])
async def test_who_turns_it_off_or_is_blocked_meanwhile_gets_none(
    world: World, operator: Person, chat: Person, what: str
) -> None:
    await change(
        world,
        "UPDATE people SET quiet_from = 0, quiet_to = 1439, time_zone = 'UTC' WHERE chat_id = ?",
        chat.user.id,
    )
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 2 people")
    await eventually(lambda: rows(world, "SELECT 1 FROM recipients WHERE state = 'sent'"))
    if what == "block":
        await says(operator, f"/block {chat.user.id}")
    else:
        await taps(chat, what, on=await says(chat, "/settings"))
    assert "✅ 1 got it" in (await hears(operator, "The announcement is out.", after=shown)).text
    assert copies(chat) == 0


async def test_an_operator_who_is_forgotten_takes_their_announcement_along(
    world: World, operator: Person, chat: Person
) -> None:
    await change(
        world,
        "UPDATE people SET quiet_from = 0, quiet_to = 1439, time_zone = 'UTC' WHERE chat_id = ?",
        chat.user.id,
    )
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 2 people")
    await eventually(lambda: rows(world, "SELECT 1 FROM recipients WHERE state = 'sent'"))
    await says(operator, "/forget")
    await taps(operator, "Erase everything")
    assert rows(world, "SELECT 1 FROM broadcasts") == rows(world, "SELECT 1 FROM recipients") == []


async def test_a_restart_in_the_middle_goes_on_where_it_was(world: World, operator: Person) -> None:
    people = await crowd(world, 60)
    shown = await previews(operator)
    await operator.taps_on(shown, "Send to 61 people")
    await eventually(lambda: sum(map(copies, people)) >= 5)
    await world.stop()
    assert sum(map(copies, people)) < 60
    assert rows(world, "SELECT 1 FROM recipients WHERE state = 'sending'") == []
    await world.start()
    result = await hears(operator, "The announcement is out.", after=shown)
    assert "✅ 61 got it" in result.text
    assert [copies(one) for one in people] == [1] * 60
