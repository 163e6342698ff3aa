"""Notices on their way out: one that cannot be said does not hold up the others."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.chat.mass_notices import MassNotices
from bot.chat.notices import Notices
from bot.gateway.absence import Absence
from bot.gateway.context import About
from bot.gateway.messenger import Messenger, Screen
from bot.jobs.notices import Delivered
from storage import waiting
from storage.opening import open_sqlite
from storage.outbox import Notice
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, NOW, connect

ABOUT = About("Panel", "https://panel.example", "")


class Refusing(Messenger):
    def __init__(self) -> None:
        return


@asynccontextmanager
async def at_once(_: int) -> AsyncIterator[None]:
    yield


def made_of(db: SqliteDatabase, messenger: Messenger, masses: MassNotices) -> Notices:
    absence = Absence("it begins", "it ends")
    return Notices(
        db, messenger, ABOUT, masses=masses, absence=absence, pause=lambda _: None, clock=lambda: 0.0
    )


@pytest.fixture
async def notices(tmp_path: Path) -> AsyncIterator[Notices]:
    db = await open_sqlite(tmp_path / "bot.db")
    messenger = Refusing()
    masses = MassNotices(db, messenger, ABOUT, turn=at_once, pause=lambda _: None)
    yield made_of(db, messenger, masses)
    await db.close()


@pytest.mark.parametrize(
    ("kind", "facts"), [("change", {}), ("change", {"word": 7}), ("refill", {}), ("parked", {"last_four": 1})]
)
async def test_what_cannot_be_put_into_words_is_given_up(
    notices: Notices, kind: str, facts: Mapping[str, Any]
) -> None:
    notice = Notice(id=1, chat_id=7, order_id="o", kind=kind, facts=facts, language="en")
    assert await notices.deliver(notice) == Delivered(given_up=True)


class Speaking(Messenger):
    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []

    async def send(self, chat_id: int, screen: Screen) -> int:
        self.said.append((chat_id, str(screen.text)))
        return 1


async def test_that_the_panel_does_not_answer_is_said_only_while_it_does_not(tmp_path: Path) -> None:
    db, messenger = await open_sqlite(tmp_path / "bot.db"), Speaking()
    masses = MassNotices(db, messenger, ABOUT, turn=at_once, pause=lambda _: None)
    notices = made_of(db, messenger, masses)
    account = await connect(db)
    notice = Notice(id=1, chat_id=ANNA, order_id=None, kind="away", facts={}, language="en")
    await waiting.tell(db, [account.id], now=NOW)
    assert await notices.deliver(notice) == Delivered()
    ((chat_id, text),) = messenger.said
    assert chat_id == ANNA
    assert "I go on trying" in text

    await waiting.over(db, account)
    assert await notices.deliver(notice) == Delivered()
    assert len(messenger.said) == 1
    await db.close()
