"""Batches that a panel refuses because of one id: how long they are asked about."""

from collections.abc import Sequence

from bot.core.batches import ASKING_SECONDS, REQUESTS_PER_BATCH, in_halves
from bot.panel.errors import PanelRefused
from tests.core.core_world import Clock


async def test_a_slow_panel_is_not_asked_on_and_on() -> None:
    """A key is held meanwhile, and with it a worker."""
    clock, asked = Clock(), list[Sequence[str]]()

    async def refuse(ids: Sequence[str]) -> dict[str, str]:
        asked.append(ids)
        clock.now += 4.0
        raise PanelRefused("Incorrect order ID")

    ids = [str(number) for number in range(64)]
    batch = await in_halves(ids, refuse, clock=clock)
    assert len(asked) == ASKING_SECONDS // 4.0 + 1 < REQUESTS_PER_BATCH
    assert sorted(batch.left) == sorted(ids)
