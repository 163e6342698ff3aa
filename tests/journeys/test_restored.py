"""A backup from the middle of things is restored after more has happened: nothing is sent a second time."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import (
    A_WHILE,
    becomes,
    data_of,
    eventually,
    hears,
    next_message,
    places,
    rows,
    says,
    summary,
    taps,
    toast_of,
)
from tests.test_cli import panelgram, settings_of

LINES = 12
ENDED = "Your mass order has ended"
SET_BACK = "I had to go back to a copy of"


class Backup:
    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder

    async def make(self) -> None:
        await self._does("backup")

    async def restore(self) -> None:
        """And start again."""
        await self._world.stop()
        await self._does("restore")
        await self._world.start()

    async def _does(self, command: str) -> None:
        code, _, err = await panelgram(command, "copy.db", cwd=self._folder, **settings_of(self._world))
        assert (code, err) == (0, "")


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Backup:
    return Backup(world, tmp_path)


def sent(panel: Panel) -> Counter[str]:
    return Counter(form["link"] for form in panel.calls("add"))


async def test_a_mass_order_backed_up_in_the_middle_sends_no_line_twice(
    world: World, chat: Person, panel: Panel, backup: Backup
) -> None:
    links = [f"https://example.com/m/{line}" for line in range(1, LINES + 1)]
    panel.misbehave(Trouble.SLOW, action="add", delay=0.2)
    typed = await chat.types("/mass\n" + "\n".join(f"1 | {link} | 100" for link in links))
    shown = await next_message(chat, typed)
    await (await chat.taps_on(shown, f"Place {LINES} orders")).answer()
    await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE state = 'open'"))
    panel.calm()
    panel.misbehave(Trouble.HANG, action="add")

    await backup.make()
    assert len(sent(panel)) < LINES
    panel.calm()
    await hears(chat, ENDED, after=shown, within=30.0)
    assert len(sent(panel)) == LINES
    order_id = await places(chat, "1 https://example.com/later 1000")
    before = chat.messages[-1]
    await backup.restore()

    await hears(chat, SET_BACK, after=before)
    told = await hears(chat, ENDED, after=before)
    assert f"{LINES}.\nI was set back to an older copy" in told.text
    assert "placed: 0 of" not in told.text
    assert "gave no clear answer" not in told.text
    await asyncio.sleep(A_WHILE)
    assert set(sent(panel).values()) == {1}
    assert rows(world, "SELECT count(*) AS n FROM orders WHERE state IN ('queued', 'placing')") == [{"n": 0}]

    tracked = await says(chat, f"/track {order_id}")
    assert order_id in tracked.text
    followed = rows(world, "SELECT panel_order_id FROM orders WHERE service_id = ''")
    assert followed == [{"panel_order_id": order_id}]


async def test_an_order_confirmed_since_cannot_be_confirmed_again(
    chat: Person, panel: Panel, backup: Backup
) -> None:
    """Its button is gone from the message, but Telegram may bring the same tap again."""
    shown = await summary(chat)
    press = data_of(shown, "Place order")
    await backup.make()
    await taps(chat, "Place order", on=shown)
    await eventually(lambda: panel.calls("add"))
    await backup.restore()

    again = await chat.taps_data(press, shown)

    assert "from an earlier step" in await toast_of(again)
    assert len(panel.calls("add")) == 1


async def test_an_order_on_its_way_at_the_backup_is_uncertain(
    chat: Person, panel: Panel, backup: Backup
) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat)
    await (await chat.taps_on(shown, "Place order")).answer()
    await eventually(lambda: panel.calls("add"))
    await backup.make()
    panel.calm()
    await becomes(chat, shown, "is placed")
    await backup.restore()

    await becomes(chat, shown, "I do not know whether this order was placed")
    assert len(panel.calls("add")) == 1


async def test_who_changed_nothing_since_is_told_too_and_goes_on(chat: Person, backup: Backup) -> None:
    order_id = await places(chat)
    await backup.make()
    before = chat.messages[-1]
    await backup.restore()

    told = await hears(chat, SET_BACK, after=before)
    assert "so that you do not pay twice" in told.text
    assert "Balance:" in (await says(chat, "/balance")).text
    assert order_id in (await says(chat, f"/status {order_id}")).text
