"""What is to be spoken to somebody: what they chose, else what their Telegram is set to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts, conversations, languages
from storage.opening import open_sqlite
from storage.pruning import GONE_SECONDS, prune
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, connect, table


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def choose(db: SqliteDatabase, language: str, *, chat_id: int = ANNA) -> None:
    await languages.choose(db, chat_id=chat_id, language=language, now=NOW)


async def test_what_was_chosen_goes_before_what_telegram_is_set_to(db: SqliteDatabase) -> None:
    await connect(db)
    await accounts.set_language(db, chat_id=ANNA, language="ru")
    assert await languages.spoken(db, chat_id=ANNA) == "ru"
    await choose(db, "es")
    await choose(db, "ar")
    assert await languages.spoken(db, chat_id=ANNA) == "ar"
    await languages.drop_choice(db, chat_id=ANNA)
    assert await languages.spoken(db, chat_id=ANNA) == "ru"


async def test_a_choice_needs_no_key_and_is_only_ones_own(db: SqliteDatabase) -> None:
    await choose(db, "es")
    assert await languages.spoken(db, chat_id=ANNA) == "es"
    assert await languages.spoken(db, chat_id=BORIS) == ""
    visits = await conversations.visits(db, chat_ids=[ANNA, BORIS])
    assert (visits[ANNA].chosen, visits[BORIS].chosen) == ("es", None)


async def test_it_is_erased_with_all_else(db: SqliteDatabase) -> None:
    await connect(db)
    await choose(db, "es")
    await choose(db, "fr", chat_id=BORIS)
    await accounts.forget(db, chat_id=ANNA)
    assert [row["chat_id"] for row in await table(db, "languages")] == [BORIS]


async def test_a_strangers_choice_goes_after_its_age(db: SqliteDatabase) -> None:
    await connect(db)
    await choose(db, "es")
    await choose(db, "fr", chat_id=BORIS)
    await prune(db, now=NOW + GONE_SECONDS)
    assert len(await table(db, "languages")) == 2
    await prune(db, now=NOW + GONE_SECONDS + 1)
    assert [row["chat_id"] for row in await table(db, "languages")] == [ANNA]
