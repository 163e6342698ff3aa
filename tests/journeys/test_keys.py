"""Connecting a key: right, wrong, impossible, or at a bad moment."""

import io

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import LINK, change, hears, places, rows, says, summary

WRONG = "a1b2c3d4" * 4


@pytest.fixture
async def stranger(world: World) -> Person:
    return await world.person(7, key=None)


async def test_a_right_key_is_deleted_tried_stored_and_answered_with_the_balance(
    world: World, stranger: Person, panel: Panel
) -> None:
    world.telegram._calls.clear()
    typed = await stranger.types(KEY)
    answer = await stranger.sees("Connected. Your balance: $100.84292")

    assert typed.deleted
    assert [c.method for c in world.telegram.calls() if c.method != "getUpdates"][:2] == [
        "deleteMessage",
        "sendMessage",
    ]
    assert answer.buttons == ["New order"]
    assert [call.key for call in panel.requests] == [KEY]
    assert rows(world, "SELECT last_four FROM accounts") == [{"last_four": "cdef"}]


async def test_a_wrong_key_is_deleted_before_the_answer_and_not_stored(
    world: World, stranger: Person
) -> None:
    world.telegram._calls.clear()
    typed = await stranger.types(WRONG)
    answer = await stranger.sees("does not accept this key")

    assert typed.deleted
    assert [c.method for c in world.telegram.calls() if c.method != "getUpdates"][:2] == [
        "deleteMessage",
        "sendMessage",
    ]
    assert "I have not kept it" in answer.text
    assert "Invalid API key" in answer.text
    assert rows(world, "SELECT * FROM accounts") == []
    assert "Connected." in (await says(stranger, KEY)).text


@pytest.mark.parametrize(
    "text", ["0123456789 abcdef", "ключключключключ", "abc4567", "a" * 257, "line12345\nline23456"]
)
async def test_what_cannot_be_a_key_is_refused_on_the_spot(stranger: Person, panel: Panel, text: str) -> None:
    typed = await stranger.types(text)

    await stranger.sees("This cannot be an API key")
    assert typed.deleted
    assert panel.calls() == []


async def test_how_long_a_key_is_stands_in_the_digits_of_the_reader(world: World) -> None:
    stranger = world.telegram.person(7, language_code="fa")

    assert "256" not in (await says(stranger, "/key abc4567")).text
    assert "۲۵۶" in stranger.last.text


@pytest.mark.parametrize("text", ["/key 0123456789 abcdef", "/key abc4567"])
async def test_what_cannot_be_a_key_behind_the_command(stranger: Person, panel: Panel, text: str) -> None:
    typed = await stranger.types(text)

    await stranger.sees("This cannot be an API key")
    assert typed.deleted
    assert panel.calls() == []


@pytest.mark.parametrize("text", ["abcd5678", "a" * 256])
async def test_the_shortest_and_the_longest_key_are_tried(stranger: Person, panel: Panel, text: str) -> None:
    await stranger.types(text)

    await stranger.sees("does not accept this key")
    assert panel.calls("balance") == [{}]


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble.SERVER_ERROR,
        Trouble.HTML,
        Trouble.LOST_REQUEST,
        Trouble.LOST_ANSWER,
        Trouble.CUT_JSON,
        Trouble.EMPTY,
        Trouble.RATE_LIMIT,
    ],
)
async def test_a_panel_that_does_not_answer_is_not_a_wrong_key(
    world: World, stranger: Person, panel: Panel, trouble: Trouble
) -> None:
    panel.misbehave(trouble, action="balance")
    typed = await stranger.types(KEY)
    answer = await stranger.sees("does not answer right now")

    assert typed.deleted
    assert "That does not mean it is wrong" in answer.text
    assert rows(world, "SELECT * FROM accounts") == []
    assert rows(world, "SELECT * FROM refused_keys") == []

    panel.calm()
    assert "Connected." in (await says(stranger, KEY)).text


async def test_three_refused_keys_and_then_a_pause(world: World, stranger: Person, panel: Panel) -> None:
    for number in range(3):
        await says(stranger, f"{WRONG}{number}")
    typed = await stranger.types(KEY)
    answer = await stranger.sees("Too many keys were refused")

    assert typed.deleted
    assert "60 minutes" in answer.text
    assert len(panel.calls("balance")) == 3

    other = await world.person(8)  # others are not held up by it
    assert "Connected." in other.reads


async def test_a_cap_over_all_chats(world: World, panel: Panel) -> None:
    for user_id in range(20, 24):
        person = await world.person(user_id, key=None)
        for number in range(3):
            await says(person, f"{WRONG}{user_id}{number}")
    asked = len(panel.calls("balance"))
    late = await world.person(30, key=None)

    assert "Too many keys were refused" in (await says(late, KEY)).text
    assert len(panel.calls("balance")) == asked == 12


async def test_says_so_when_the_message_could_not_be_deleted(world: World, stranger: Person) -> None:
    refusal = "Bad Request: message can't be deleted"
    world.telegram.trouble("deleteMessage", status=400, description=refusal)
    typed = await stranger.types(KEY)
    answer = await stranger.sees("Connected.")

    assert not typed.deleted
    assert "could not delete your message" in answer.text


async def test_the_key_is_nowhere_in_clear(world: World, chat: Person, log_lines: io.StringIO) -> None:
    await places(chat)
    await says(chat, WRONG)
    await says(chat, f"/key {OTHER_KEY}")
    await summary(chat, f"1 {LINK}/2 100")
    await world.stop()

    for path in world.folder.iterdir():
        content = path.read_bytes()
        assert not [key for key in (KEY, OTHER_KEY, WRONG) if key.encode() in content], path
    assert WRONG not in log_lines.getvalue()


async def test_the_key_is_nowhere_in_clear_while_it_runs(world: World, chat: Person) -> None:
    await places(chat)
    await says(chat, "/balance")

    assert {path.name for path in world.folder.iterdir()} >= {"sandbox.db", "sandbox.db-wal"}
    for path in world.folder.iterdir():
        assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in chat.reads


async def test_a_new_key_takes_the_place_of_the_old_one(chat: Person, panel: Panel) -> None:
    typed = await chat.types(f"/key {OTHER_KEY}")

    await chat.sees("Connected. Your balance: $50.00")
    assert typed.deleted
    await places(chat)
    assert [call.key for call in panel.requests if call.action == "add"] == [OTHER_KEY]


async def test_an_order_stays_with_the_key_that_placed_it(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    await says(chat, f"/key {OTHER_KEY}")
    panel.set_order(order_id, status="In progress")

    await chat.sees(f"Order {order_id}: In progress")
    assert {call.key for call in panel.requests if call.action == "status"} == {KEY}


async def test_a_key_echoed_by_the_panel_is_not_shown(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, text=f"Account suspended: {OTHER_KEY.upper()}", key=OTHER_KEY)
    answer = await says(chat, f"/key {OTHER_KEY}")
    assert "Account suspended: …" in answer.text

    panel.misbehave(Trouble.ERROR, action="add", text=f"Bad link for {KEY}")
    await summary(chat)
    await chat.taps("Place order")
    await chat.sees("Bad link for …")
    assert KEY not in chat.reads
    assert OTHER_KEY not in chat.reads.lower()


async def test_a_key_beneath_a_photo_is_deleted_too(chat: Person, panel: Panel) -> None:
    photo = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]}
    sent = chat._send(chat.chat, media=photo | {"caption": OTHER_KEY})
    await hears(chat, "Connected.", after=sent)

    assert sent.deleted


async def test_a_stored_key_that_cannot_be_read_harms_only_its_owner_who_sends_it_again(
    world: World, chat: Person, log_lines: io.StringIO
) -> None:
    order_id = await places(chat)
    boris = await world.person(8)
    await change(world, "UPDATE accounts SET encrypted_key = zeroblob(60) WHERE chat_id = ?", chat.user.id)

    assert "I cannot read the key you gave me" in (await says(chat, "/balance")).text
    assert "Balance:" in (await says(boris, "/balance")).text
    assert "Connected." in (await says(chat, f"/key {KEY}")).text
    world.panel.set_order(order_id, status="Completed")
    await chat.sees(f"Order {order_id}: Completed")

    assert "a stored key cannot be decrypted" in log_lines.getvalue()
    log_lines.seek(0)
    log_lines.truncate()
