"""Mass orders over a World: from a list to what came of its lines."""

import asyncio
from collections.abc import Sequence

from bot.core.mass_lines import read
from bot.core.masses import Masses, Plan
from bot.core.ordering import Ordering
from storage import masses
from storage.accounts import Account
from storage.masses import Mass
from tests.core.core_world import ANNA, FOLLOWERS, World

SERVICES = {"1": FOLLOWERS}


def core(world: World, ordering: Ordering | None = None) -> Masses:
    """Its rests take no time but the world's clock's."""

    async def sleep(seconds: float, _: asyncio.Event) -> None:
        world.clock.now += seconds

    return Masses(
        world.db,
        world.accounts,
        ordering or world.ordering,
        process="run-1",
        clock=world.clock,
        sleep=sleep,
    )


def listed(count: int, *, quantity: int = 50) -> str:
    return "\n".join(f"1 | https://example.com/p/{n} | {quantity}" for n in range(1, count + 1))


async def checked(world: World, account: Account, text: str) -> Plan:
    return await core(world).check(account, SERVICES, read(text))


async def confirmed(world: World, account: Account, text: str) -> Mass:
    plan = await checked(world, account, text)
    draft = await masses.draft_of(world.db, chat_id=account.chat_id)
    assert draft is not None
    assert draft.id == plan.mass_id
    assert await core(world).confirm(account, SERVICES, draft, message_id=9)
    (mass,) = await masses.unfinished(world.db, panel=world.accounts.panel)
    return mass


async def carried_out(world: World, mass: Mass, ordering: Ordering | None = None) -> Sequence[str]:
    """The states of its lines afterwards."""
    assert await core(world, ordering).carry_out(mass, asyncio.Event())
    return [line.state for line in await masses.lines_of(world.db, chat_id=ANNA, mass_id=mass.id)]


def sent_links(world: World) -> list[str]:
    return sorted(form["link"].rpartition("/")[2] for form in world.panel.calls("add"))
