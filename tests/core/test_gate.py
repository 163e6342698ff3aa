"""Who is let in, and to what."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.gate import TOLD_SECONDS, Asked, Gate, Shut, chat_numbers, judge
from storage.gate import Rules
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.core.core_world import ANNA, BORIS, Clock

OPERATOR = 9
ORDER: Asked = ("command", "order")
FORGET, HELP = ("command", "forget"), ("command", "help")
OPEN = Rules()
LISTED = replace(OPEN, listed_only=True, allowed=frozenset({ANNA}))
BLOCKED = replace(OPEN, blocked=frozenset({BORIS}))
WORK = replace(OPEN, maintenance="")


@pytest.mark.parametrize(
    ("rules", "chat_id", "asked", "expected"),
    [
        (OPEN, BORIS, ORDER, None),
        (LISTED, ANNA, ORDER, None),
        (LISTED, BORIS, ORDER, Shut.NOT_LISTED),
        (LISTED, BORIS, None, Shut.NOT_LISTED),
        (LISTED, BORIS, HELP, Shut.NOT_LISTED),
        (LISTED, BORIS, FORGET, None),
        (BLOCKED, ANNA, ORDER, None),
        (BLOCKED, BORIS, ORDER, Shut.BLOCKED),
        (BLOCKED, BORIS, ("tapped", "forget"), None),
        (BLOCKED, BORIS, ("tapped", "order"), Shut.BLOCKED),
        (WORK, ANNA, ORDER, Shut.MAINTENANCE),
        (WORK, ANNA, ("typed", ""), Shut.MAINTENANCE),
        (WORK, ANNA, HELP, None),
        (WORK, ANNA, FORGET, None),
        (replace(BLOCKED, maintenance="", listed_only=True), BORIS, HELP, Shut.BLOCKED),
        (replace(LISTED, maintenance=""), BORIS, HELP, Shut.NOT_LISTED),
        (replace(LISTED, maintenance=""), ANNA, ORDER, Shut.MAINTENANCE),
    ],
)
def test_whoever_is_shut_out_hears_the_reason_that_lasts_longest(
    rules: Rules, chat_id: int, asked: Asked | None, expected: Shut | None
) -> None:
    assert judge(rules, chat_id, asked) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", [1]),
        ("1 2,3, 2", [1, 2, 3]),
        ("۱، ۲", [1, 2]),
        ("", []),
        ("anna", []),
        ("1 anna", []),
        ("-100", []),
        ("١", [1]),
        ("1" * 17, []),
    ],
)
def test_numbers_of_chats(text: str, expected: list[int]) -> None:
    assert chat_numbers(text) == expected


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def opened(db: SqliteDatabase, clock: Clock | None = None) -> Gate:
    gate = Gate(db, operators=frozenset({OPERATOR}), clock=clock or Clock())
    await gate.look()
    return gate


async def test_a_change_holds_at_once_and_after_a_restart(db: SqliteDatabase) -> None:
    gate = await opened(db)
    await gate.block(BORIS, "spam")
    assert gate.judge(BORIS) is Shut.BLOCKED
    await gate.open_to_listed(with_everybody=False)
    await gate.maintain("Back soon.")
    assert (await opened(db)).rules == gate.rules == Rules("Back soon.", True, blocked=frozenset({BORIS}))

    await gate.allow([ANNA, BORIS])
    await gate.deny([ANNA])
    assert await gate.unblock(BORIS)
    assert not await gate.unblock(BORIS)
    await gate.maintain(None)
    assert (await opened(db)).rules == gate.rules == Rules(None, True, frozenset({BORIS}))
    await gate.open_to_all()
    assert gate.judge(ANNA) is None


async def test_changes_at_once_leave_all_of_them_known(db: SqliteDatabase) -> None:
    gate = await opened(db)
    await asyncio.gather(*(gate.block(chat_id, "") for chat_id in range(50)))
    assert gate.rules.blocked == frozenset(range(50))


async def test_operators_are_let_in_whatever_holds(db: SqliteDatabase) -> None:
    gate = await opened(db)
    await gate.maintain("")
    await gate.open_to_listed(with_everybody=False)
    await gate.block(OPERATOR, "")
    assert gate.judge(OPERATOR, ORDER) is None


async def test_who_is_blocked_is_told_once_an_hour(db: SqliteDatabase) -> None:
    clock = Clock()
    gate = await opened(db, clock)
    await gate.block(BORIS, "")
    assert await gate.tells_blocked(BORIS)
    clock.now += TOLD_SECONDS - 1
    assert not await gate.tells_blocked(BORIS)
    assert not await (await opened(db, clock)).tells_blocked(BORIS)
    clock.now += 1
    assert await gate.tells_blocked(BORIS)
    assert not await gate.tells_blocked(ANNA)
