"""Replies to people, against the sandbox's Telegram, over real HTTP: given, or kept and given later."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from markupsafe import Markup
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from bot.gateway.absence import Absence
from bot.gateway.buttons import Button, Copy, Press
from bot.gateway.dialog import Turn, set_turn
from bot.gateway.messenger import Messenger, Screen
from bot.gateway.pacing import Budget
from bot.gateway.replies import AGAIN_SECONDS, Replies, Reply
from bot.gateway.transport import Transport
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.sandbox.telegram.person import PHOTO
from bot.serving import serve
from storage import replies
from storage.conversations import Conversation, Visit
from storage.opening import open_sqlite
from storage.replies import Kept
from storage.sqlite import SqliteDatabase
from tests.storage.stored import connect, table

HELLO = Screen(Markup("<b>Hello</b> &amp; welcome"), ((Button("Menu", Press("menu")), Copy("Id", "23501")),))
BYE = Screen(Markup("Bye"))
PICTURE = Screen(Markup("$0.90"), (), PHOTO)
AWAY = ({"status": 502}, {"status": 500}, {"status": 409}, {"status": 401}, {"dropped": True})

# The framework warns whenever Telegram asks for a pause.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


@dataclass
class Line:
    db: SqliteDatabase
    telegram: Telegram
    absence: Absence
    budget: Budget
    replies: Replies
    person: Person

    def goes_away(self, **how: object) -> None:
        self.telegram.trouble(times=10**6, **(how or {"status": 502}))  # type: ignore[arg-type]

    def comes_back(self) -> None:
        self.telegram.calm()

    async def kept(self) -> list[str]:
        return [str(row["facts"]) for row in await table(self.db, "replies")]

    async def gives(self) -> list[Delivery]:
        """Give what is kept for the person, until Telegram takes no more."""
        found: list[Delivery] = []
        while kept := await replies.first(self.db, chat_id=7):
            found.append(await self.replies.deliver(kept))
            if found[-1] != Delivered():
                break
            await replies.done(self.db, kept)
        return found


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """A person who wrote, and has replies to get."""
    telegram = Telegram()
    person = telegram.person(7)
    await person.types("/start")
    server = await serve(telegram_app(telegram))
    transport = Transport()
    bot = Bot(telegram.token, f"{server.url}/bot", request=transport, get_updates_request=transport)
    await bot.initialize()
    db, budget, absence = await open_sqlite(tmp_path / "bot.db"), Budget(), Absence("away", "back")
    hasty = Messenger(bot, None, patience=0.0)
    pause = budget.pause
    made = Replies(db, Messenger(bot, budget, patience=0.0), later=hasty, absence=absence, pause=pause)
    yield Line(db, telegram, absence, budget, made, person)
    await db.close()
    await bot.shutdown()
    await server.stop()


async def test_while_telegram_works_nothing_is_kept(line: Line) -> None:
    await line.replies.send(7, HELLO)
    assert (line.person.reads, await line.kept()) == ("Hello & welcome", [])


@pytest.mark.parametrize("trouble", AWAY)
async def test_what_telegram_does_not_take_is_given_when_it_is_back(
    line: Line, trouble: dict[str, object]
) -> None:
    line.goes_away(**trouble)
    await line.replies.send(7, HELLO)
    assert await line.gives() == [TryAgain(AGAIN_SECONDS)]

    line.comes_back()
    assert await line.gives() == [Delivered()]
    assert line.person.reads == "Hello & welcome"
    assert line.person.buttons == ["Menu", "Id"]
    assert await line.person.copies("Id") == "23501"


async def test_a_long_rest_telegram_asks_for_is_not_waited_for_but_obeyed(line: Line) -> None:
    line.telegram.trouble("sendMessage", status=429, retry_after=3600, times=2)
    await line.replies.send(7, HELLO)

    assert line.budget.rest() > 3590
    assert await line.gives() == [TryAgain(3600.0)]
    assert len(line.telegram.calls("sendMessage")) == 2


async def test_a_file_is_kept_whole(line: Line) -> None:
    line.goes_away()
    await line.replies.send_file(7, "orders.csv", b"\x00\xff1,2", HELLO)
    line.comes_back()
    await line.gives()

    (file,) = line.person.files
    assert (file.name, file.content) == ("orders.csv", b"\x00\xff1,2")
    assert line.person.reads == "Hello & welcome"


async def test_a_picture_is_kept_whole_and_takes_its_place_later(line: Line) -> None:
    await line.replies.send(7, PICTURE)
    shown = line.person.last
    line.goes_away()
    await line.replies.edit(7, shown.id, Screen(Markup("$1.80"), (), PHOTO + b"\0"))
    await line.replies.send(7, PICTURE)
    line.comes_back()
    await line.gives()

    assert [photo.content for photo in line.person.files] == [PHOTO + b"\0", PHOTO]
    assert line.person.reads == "$1.80\n$0.90"


async def test_a_picture_whose_message_is_gone_comes_as_a_new_one(line: Line) -> None:
    await line.replies.send(7, PICTURE)
    line.goes_away()
    await line.replies.edit(7, line.person.last.id, PICTURE)
    line.comes_back()
    line.telegram.trouble("editMessageMedia", status=400, description="Bad Request: MESSAGE_ID_INVALID")
    await line.gives()

    assert [photo.content for photo in line.person.files] == [PHOTO, PHOTO]


async def test_an_edit_is_made_later(line: Line) -> None:
    await line.replies.send(7, HELLO)
    line.goes_away()
    assert await line.replies.edit(7, line.person.last.id, BYE)
    line.comes_back()
    await line.gives()

    assert line.person.reads == "Bye"


async def test_an_edit_that_cannot_be_made_any_more_becomes_a_message(line: Line) -> None:
    await line.replies.send(7, HELLO)
    shown = line.person.last
    line.goes_away()
    await line.replies.edit(7, shown.id, BYE)
    line.comes_back()
    line.telegram.trouble("editMessageText", status=400, description="Bad Request: MESSAGE_ID_INVALID")
    await line.gives()

    assert line.person.reads == "Hello & welcome\nBye"


async def test_later_replies_queue_behind_the_first_that_was_kept(line: Line) -> None:
    line.telegram.trouble("sendMessage", status=502)
    await line.replies.send(7, Screen(Markup("one")))
    other = line.telegram.person(8)
    await other.types("/start")
    await line.replies.send(8, Screen(Markup("other")))
    line.absence.worked()
    await line.replies.send(7, Screen(Markup("two")))
    assert line.person.messages[1:] == []

    await line.gives()
    assert line.person.reads == "one\ntwo"
    turn = in_turn()
    await line.replies.send(7, Screen(Markup("three")))
    assert line.person.reads == "one\ntwo\nthree"
    assert turn.kept == []


async def test_after_a_restart_it_still_knows_who_waits(line: Line) -> None:
    line.goes_away()
    await line.replies.send(7, Screen(Markup("one")))
    line.comes_back()
    line.absence.worked()
    line.replies._behind.clear()  # as in a new process
    await line.replies.resume()
    await line.replies.send(7, Screen(Markup("two")))
    await line.gives()

    assert line.person.reads == "one\ntwo"


def in_turn() -> Turn:
    """The person's update is being handled."""
    turn = Turn.begin(7, Visit(Conversation(), known=True, language="en", blocked=False), deadline=0.0)
    set_turn(turn)
    return turn


async def test_in_a_turn_it_is_kept_with_the_turns_end(line: Line) -> None:
    """Or it would be there twice once the update is handled again after a crash."""
    turn = in_turn()
    line.telegram.trouble("sendMessage", status=502)
    await line.replies.send(7, Screen(Markup("one")))
    line.absence.worked()
    await line.replies.send(7, Screen(Markup("two")))

    assert (await line.kept(), [facts["text"] for facts in turn.kept]) == ([], ["one", "two"])
    assert line.person.messages[1:] == []


async def test_outside_of_its_own_turn_it_is_kept_at_once(line: Line) -> None:
    turn = in_turn()
    line.goes_away()
    await line.replies.send(8, HELLO)
    turn.open = False
    await line.replies.send(7, HELLO)

    assert (turn.kept, len(await line.kept())) == ([], 2)


async def test_what_was_kept_in_a_turn_that_has_not_ended_is_not_overlooked(line: Line) -> None:
    """Somebody else's look comes between."""
    turn = in_turn()
    line.telegram.trouble("sendMessage", status=502)
    await line.replies.send(7, Screen(Markup("one")))
    line.absence.worked()
    turn.open = False
    await line.replies.send(7, Screen(Markup("aside")))
    for facts in turn.kept:
        await line.db.write(partial(replies.keep, chat_id=7, facts=facts, now=0.0))

    in_turn()
    await line.replies.send(7, Screen(Markup("two")))
    assert line.person.reads == "aside"


async def test_while_it_is_away_no_reply_waits_for_it(line: Line) -> None:
    line.goes_away(status=502)
    for _ in range(5):
        await line.replies.send(7, HELLO)

    assert len(line.telegram.calls("sendMessage")) == 1
    assert len(await line.kept()) == 5


@pytest.mark.parametrize("trouble", AWAY)
async def test_a_tap_that_cannot_be_answered_is_let_go(line: Line, trouble: dict[str, object]) -> None:
    await line.replies.send(7, HELLO)
    tap = await line.person.taps("Menu")
    line.goes_away(**trouble)
    await line.replies.answer(tap.id, "Hello")
    assert await line.kept() == []

    line.comes_back()
    await line.replies.answer(tap.id, "Hello")
    assert await tap.answer() == "Hello"
    assert not line.absence.lasts


async def test_a_key_that_could_not_be_deleted_is_deleted_later(line: Line) -> None:
    typed = await line.person.types("my key")
    line.goes_away()
    assert not await line.replies.delete(7, typed.id)
    line.comes_back()
    await line.gives()

    assert typed.deleted


async def test_a_deletion_that_is_refused_is_not_tried_again(line: Line) -> None:
    typed = await line.person.types("my key")
    line.telegram.trouble("deleteMessage", status=400, description="Bad Request: message can't be deleted")
    line.telegram.trouble("deleteMessage", status=403)

    assert not await line.replies.delete(7, typed.id)
    assert not await line.replies.delete(7, typed.id)
    assert await line.kept() == []


async def test_what_telegram_refuses_is_raised_and_not_kept(line: Line) -> None:
    with pytest.raises(BadRequest):
        await line.replies.send(7, Screen(Markup("<b>never closed")))
    await line.person.blocks_bot()
    with pytest.raises(Forbidden):
        await line.replies.send(7, HELLO)
    assert await line.kept() == []


async def test_who_blocked_the_bot_meanwhile_is_marked_and_left_alone(line: Line) -> None:
    await connect(line.db, "key-1", chat_id=7)
    line.goes_away()
    await line.replies.send(7, HELLO)
    line.comes_back()
    await line.person.blocks_bot()

    assert await line.gives() == [Unreachable()]
    (person,) = await table(line.db, "people")
    assert person["blocked_at"] is not None


@pytest.mark.parametrize(
    "facts",
    [{}, {"text": "<b>never closed", "rows": [], "file": None, "edits": None}, {"text": 7, "rows": 8}],
)
async def test_what_can_never_be_given_holds_nothing_up(line: Line, facts: dict[str, object]) -> None:
    assert await line.replies.deliver(Kept(1, 7, facts, 0.0)) == Delivered()


def test_a_reply_kept_by_an_older_version_has_no_picture() -> None:
    facts = {name: value for name, value in Reply(HELLO).dump().items() if name != "picture"}
    assert Reply.load(facts) == Reply(HELLO)


@pytest.mark.parametrize(
    "reply",
    [Reply(HELLO), Reply(BYE, ("a.csv", b"1")), Reply(HELLO, edits=12), Reply(PICTURE, edits=12)],
)
def test_a_reply_is_the_same_after_it_was_kept(reply: Reply) -> None:
    assert Reply.load(reply.dump()) == reply
