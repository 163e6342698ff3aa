"""The messenger against the sandbox's Telegram, over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from markupsafe import Markup
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot.gateway.buttons import Button, Press
from bot.gateway.messenger import Messenger, Screen
from bot.gateway.pacing import Budget
from bot.gateway.transport import Transport
from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.sandbox.telegram.person import PHOTO
from bot.serving import serve

HELLO = Screen(Markup("<b>Hello</b> &amp; welcome"), ((Button("Menu", Press("menu")),),))
BYE = Screen(Markup("Bye"))
SQUARE, OTHER_SQUARE = PHOTO, PHOTO + b"\0"
PICTURE = Screen(Markup("<b>$0.90</b>"), ((Button("Menu", Press("menu")),),), SQUARE)

# The framework warns whenever Telegram asks for a pause.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


@dataclass
class Line:
    telegram: Telegram
    bot: Bot
    messenger: Messenger
    person: Person


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A messenger, and a person it may write to."""
    telegram = Telegram()
    person = telegram.person(7)
    await person.types("/start")
    server = await serve(telegram_app(telegram))
    requests = Transport(), Transport()
    bot = Bot(telegram.token, f"{server.url}/bot", request=requests[0], get_updates_request=requests[1])
    await bot.initialize()
    yield Line(telegram, bot, Messenger(bot, Budget()), person)
    await bot.shutdown()
    await server.stop()


async def test_sends_a_screen_with_its_buttons(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)

    assert line.person.last.id == message_id
    assert line.person.reads == "Hello & welcome"
    assert line.person.buttons == ["Menu"]


async def test_edits_a_message_and_takes_its_buttons_away(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)

    assert await line.messenger.edit(7, message_id, BYE)
    assert line.person.reads == "Bye"
    assert line.person.buttons == []


async def test_a_message_that_shows_it_already_counts_as_edited(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)

    assert await line.messenger.edit(7, message_id, HELLO)


async def test_an_edit_whose_answer_is_lost_counts_as_edited(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)
    line.telegram.trouble("editMessageText", lost=True)

    assert await line.messenger.edit(7, message_id, BYE)
    assert line.person.reads == "Bye"


async def test_sends_a_picture_with_its_caption_and_buttons(line: Line) -> None:
    message_id = await line.messenger.send(7, PICTURE)

    assert line.person.last.id == message_id
    assert (line.person.reads, line.person.buttons) == ("$0.90", ["Menu"])
    (photo,) = line.person.files
    assert (photo.is_photo, photo.content) == (True, SQUARE)


async def test_a_picture_takes_the_place_of_another_and_of_a_text(line: Line) -> None:
    for first in (PICTURE, HELLO):
        message_id = await line.messenger.send(7, first)
        assert await line.messenger.edit(7, message_id, Screen(Markup("<i>$1.80</i>"), (), OTHER_SQUARE))
        assert (line.person.last.text, line.person.last.buttons) == ("$1.80", [])
        assert line.person.files[-1].content == OTHER_SQUARE


async def test_a_picture_cannot_become_a_text(line: Line) -> None:
    message_id = await line.messenger.send(7, PICTURE)
    assert not await line.messenger.edit(7, message_id, HELLO)


async def test_where_a_picture_cannot_take_the_place_of_a_text_it_is_to_be_sent(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)
    said = "Bad Request: there is no media in the message to edit"
    line.telegram.trouble("editMessageMedia", status=400, description=said)
    assert not await line.messenger.edit(7, message_id, PICTURE)


async def test_a_picture_counts_as_a_message_and_is_sent_again_while_telegram_stumbles(line: Line) -> None:
    budget = Budget()
    messenger = Messenger(line.bot, budget)
    line.telegram.trouble("sendPhoto", status=502)
    message_id = await messenger.send(7, PICTURE)
    line.telegram.trouble("editMessageMedia", status=502)
    assert await messenger.edit(7, message_id, PICTURE)

    assert len(line.person.files) == 1
    assert len(budget._sent) == 4


async def test_a_deleted_message_cannot_be_edited(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)
    assert await line.messenger.delete(7, message_id)

    assert not await line.messenger.edit(7, message_id, BYE)


async def test_a_persons_own_message_cannot_be_edited(line: Line) -> None:
    theirs = await line.person.types("hi")

    assert not await line.messenger.edit(7, theirs.id, BYE)


async def test_any_other_refusal_of_an_edit_is_raised(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)

    with pytest.raises(BadRequest):
        await line.messenger.edit(7, message_id, Screen(Markup("<b>never closed")))


async def test_what_is_gone_counts_as_deleted(line: Line) -> None:
    assert await line.messenger.delete(7, 12345)


async def test_says_when_a_message_could_not_be_deleted(line: Line) -> None:
    message_id = await line.messenger.send(7, HELLO)
    line.telegram.trouble("deleteMessage", status=400, description="Bad Request: message can't be deleted")

    assert not await line.messenger.delete(7, message_id)


async def test_waits_as_long_as_telegram_asks_and_sends_once(line: Line) -> None:
    line.telegram.trouble("sendMessage", status=429, retry_after=1)

    await line.messenger.send(7, HELLO)

    first, second = line.telegram.calls("sendMessage")
    assert second.at - first.at >= 0.99  # what was asked for, not how long it took
    assert line.person.reads == "Hello & welcome"


async def test_gives_up_at_once_when_asked_to_wait_longer_than_it_may(line: Line) -> None:
    hasty = Messenger(line.bot, None, patience=0.1)
    line.telegram.trouble("sendMessage", status=429, retry_after=30)

    with pytest.raises(RetryAfter):
        await hasty.send(7, HELLO)
    assert len(line.telegram.calls("sendMessage")) == 1


@pytest.mark.parametrize("status", [500, 502])
async def test_tries_again_when_telegram_stumbles(line: Line, status: int) -> None:
    line.telegram.trouble("sendMessage", status=status)

    await line.messenger.send(7, HELLO)

    assert line.person.reads == "Hello & welcome"


async def test_does_not_try_again_without_patience(line: Line) -> None:
    hasty = Messenger(line.bot, None, patience=0.0)
    line.telegram.trouble("sendMessage", dropped=True)

    with pytest.raises(NetworkError):
        await hasty.send(7, HELLO)
    assert len(line.telegram.calls("sendMessage")) == 1


async def test_does_not_press_a_person_who_blocked_the_bot(line: Line) -> None:
    await line.person.blocks_bot()

    with pytest.raises(Forbidden):
        await line.messenger.send(7, HELLO)
    assert len(line.telegram.calls("sendMessage")) == 1


async def test_answers_a_tap(line: Line) -> None:
    await line.messenger.send(7, HELLO)
    tap = await line.person.taps("Menu")

    await line.messenger.answer(tap.id, "x" * 300)

    assert await tap.answer() == "x" * 200


async def test_an_answer_that_comes_too_late_is_no_error(line: Line) -> None:
    await line.messenger.answer("4000000000", "Too late")

    assert line.person.toasts == []


async def test_typing_is_of_no_weight(line: Line) -> None:
    line.telegram.trouble("sendChatAction", status=502)

    await line.messenger.typing(7)

    assert len(line.telegram.calls("sendChatAction")) == 1


async def test_a_rest_telegram_asks_for_holds_for_all_that_is_sent(line: Line) -> None:
    now = 0.0
    hasty = Messenger(line.bot, Budget(lambda: now), patience=0.0)
    other = line.telegram.person(8)
    await other.types("/start")
    line.telegram.trouble("sendMessage", chat_id=7, status=429, retry_after=30)

    for chat_id in (7, 8):
        with pytest.raises(RetryAfter):
            await hasty.send(chat_id, HELLO)
    assert len(line.telegram.calls("sendMessage")) == 1

    now = 30.0
    await hasty.send(8, HELLO)
    assert other.reads == "Hello & welcome"


async def test_whoever_writes_during_a_rest_does_not_prolong_it(line: Line) -> None:
    now = 0.0
    budget = Budget(lambda: now)
    hasty = Messenger(line.bot, budget, patience=0.0)
    budget.pause(2.0)
    for now in (0.7, 1.4, 1.995):  # noqa: B007 - the budget's clock
        with pytest.raises(RetryAfter):
            await hasty.send(7, HELLO)
    assert budget.rest() == pytest.approx(0.005)

    now = 2.001
    await hasty.send(7, HELLO)
    assert line.person.reads == "Hello & welcome"
