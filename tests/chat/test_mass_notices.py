"""How far a mass order is, told to a Telegram that does not always take it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.chat.mass_notices import MassNotices
from bot.core.masses import Progress
from bot.gateway.context import About
from bot.gateway.messenger import Messenger, Screen
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from storage.database import Database
from storage.masses import Mass
from storage.opening import open_sqlite
from tests.storage.stored import ANNA, NOW, connect

# The framework warns whenever Telegram asks for a pause.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")

MASS = Mass(
    id="mass-1", chat_id=ANNA, account_id="key-1", state="placing", lines=[], message_id=9, created_at=NOW
)
PROGRESS = Progress({"open": 2, "queued": 3}, rests=False)


class Edits(Messenger):
    """Notes what is edited, and fails as it is told."""

    def __init__(self) -> None:
        super().__init__(Bot("1:token"), None)
        self.texts: list[str] = []
        self.is_there = True
        self.error: TelegramError | None = None

    async def edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        if self.error:
            raise self.error
        assert (chat_id, message_id) == (ANNA, 9)
        self.texts.append(screen.text)
        return self.is_there


class Told:
    def __init__(self, db: Database) -> None:
        self.edits = Edits()
        self.turns: list[int] = []
        self.pauses: list[float] = []
        about = About("The panel", "https://panel.example", "")
        self.notices = MassNotices(db, self.edits, about, turn=self._turn, pause=self.pauses.append)

    @asynccontextmanager
    async def _turn(self, chat_id: int) -> AsyncIterator[None]:
        self.turns.append(chat_id)
        yield


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db)
    yield Told(db)
    await db.close()


async def test_says_how_far_it_is_when_a_message_may_go(told: Told) -> None:
    assert await told.notices.show(MASS, PROGRESS) == Delivered()
    assert told.turns == [ANNA]
    assert "2 of 5" in told.edits.texts[0]
    assert "for the moment" not in told.edits.texts[0]


async def test_says_that_it_waits_for_the_panel(told: Told) -> None:
    await told.notices.show(MASS, Progress({"open": 2, "queued": 3}, rests=True))
    assert "The panel does not take orders for the moment. I wait" in told.edits.texts[0]


@pytest.mark.parametrize(
    ("error", "answer", "pauses"),
    [
        (RetryAfter(7), TryAgain(7.0), [7.0]),
        (Forbidden("bot was blocked by the user"), Unreachable(), []),
        (BadRequest("odd"), TryAgain(0.0), []),
        (NetworkError("no answer"), TryAgain(0.0), []),
    ],
)
async def test_what_telegram_does_not_take_is_put_off_or_given_up(
    told: Told, error: TelegramError, answer: Delivery, pauses: list[float]
) -> None:
    told.edits.error = error
    assert await told.notices.show(MASS, PROGRESS) == answer
    assert told.pauses == pauses


async def test_a_message_that_is_gone_is_left_alone(told: Told) -> None:
    told.edits.is_there = False
    assert await told.notices.show(MASS, PROGRESS) == Unreachable()
