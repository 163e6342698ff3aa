"""Notices on their way out: one that cannot be said does not hold up the others."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.chat.mass_notices import MassNotices
from bot.chat.notices import Notices
from bot.gateway.context import About
from bot.gateway.messenger import Messenger
from bot.gateway.outage import Outage
from bot.jobs.notices import Delivered
from storage.outbox import Notice
from storage.sqlite import open_sqlite

ABOUT = About("Panel", "https://panel.example", "")


class Refusing(Messenger):
    def __init__(self) -> None:
        return


async def no_turn(_: int) -> None:
    return


@pytest.fixture
async def notices(tmp_path: Path) -> AsyncIterator[Notices]:
    db = await open_sqlite(tmp_path / "bot.db")
    messenger = Refusing()
    masses = MassNotices(db, messenger, ABOUT, turn=no_turn, pause=lambda _: None)
    yield Notices(
        db,
        messenger,
        ABOUT,
        masses=masses,
        outage=Outage("it begins", "it ends"),
        pause=lambda _: None,
        clock=lambda: 0.0,
    )
    await db.close()


@pytest.mark.parametrize(
    ("kind", "facts"), [("change", {}), ("change", {"word": 7}), ("refill", {}), ("parked", {"last_four": 1})]
)
async def test_what_cannot_be_put_into_words_is_given_up(
    notices: Notices, kind: str, facts: Mapping[str, Any]
) -> None:
    notice = Notice(id=1, chat_id=7, order_id="o", kind=kind, facts=facts, language="en")
    assert await notices.deliver(notice) == Delivered()
