"""An update from the inbox to its end."""

import asyncio

from tests.conftest import World
from tests.journeys.stories import A_WHILE, change, eventually, rows, says

WAITING = "SELECT 1 FROM inbox WHERE handled_at IS NULL"


async def test_an_update_whose_end_is_not_stored_is_handled_once_and_ends_later(world: World) -> None:
    """As when the disk is full for a while: the person's next message waits for it."""
    chat = await world.person()
    await eventually(lambda: not rows(world, WAITING))
    await change(
        world,
        "CREATE TRIGGER full BEFORE UPDATE OF handled_at ON inbox "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    assert "Balance:" in (await says(chat, "/balance")).text
    await chat.types("/help")
    await asyncio.sleep(A_WHILE)
    assert "What I can do" not in chat.reads

    await change(world, "DROP TRIGGER full")
    await chat.sees("What I can do")
    assert chat.reads.count("Balance:") == 1
    await eventually(lambda: not rows(world, WAITING))


async def test_what_is_stored_is_handled_although_its_dialog_is_not_to_be_had(
    world: World,
) -> None:
    """It is known by then: it would not be taken up when it comes again."""
    chat = await world.person()
    await eventually(lambda: not rows(world, WAITING))
    await change(world, "ALTER TABLE conversations RENAME TO elsewhere")
    await chat.types("/help")
    await eventually(lambda: rows(world, WAITING))
    await asyncio.sleep(A_WHILE)
    await change(world, "ALTER TABLE elsewhere RENAME TO conversations")
    await chat.sees("What I can do")
