"""What belongs to one person is to another as if it did not exist: every button, every command with ids."""

import re
import time
from collections.abc import Iterable
from typing import Any

import pytest

from bot.chat.build import FEATURES
from bot.gateway.handlers import Command, Tapped
from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import LINK, data_of, hears, places, rows, says, traces


class Handlers:
    """Hears of all handlers, as an application does."""

    def __init__(self, features: Iterable[Any] = FEATURES) -> None:
        self.all: list[object] = []
        for feature in features:
            feature.add_to(self)

    def add_handlers(self, handlers: Iterable[object]) -> None:
        self.all += handlers


VERBS = sorted({one._verb for one in Handlers().all if isinstance(one, Tapped)})
TAKES_NO_ORDERS = {"forget", "key", "start", "mass", "order", "services"}
COMMANDS = sorted({one._name for one in Handlers().all if isinstance(one, Command)} - TAKES_NO_ORDERS)
UNKNOWN = "0" * 12
UNHEARD_OF = "987650123456789"  # too long to stand in a time by chance


@pytest.fixture
async def ids(world: World) -> list[str]:
    """Of what somebody else has: an order, one that is uncertain, the draft of a mass order, a service."""
    anna = await world.person(1)
    await places(anna)
    await says(anna, f"/mass 1|{LINK}/2|100")
    mass_id = data_of(anna.last, "Place 1 order").split(":")[1]
    await says(anna, f"/order 1 {LINK}/3 100")
    draft_id = data_of(anna.last, "Place order").split(":")[1]
    (order,) = rows(world, "SELECT id FROM orders")
    return [order["id"], mass_id, draft_id]


def belongings(world: World) -> list[list[dict[str, object]]]:
    """What looks at the panel do not change."""
    orders = rows(world, "SELECT id, state, cancel_asked_at FROM orders WHERE chat_id = 1")
    return [orders, rows(world, "SELECT * FROM masses WHERE chat_id = 1")]


async def answer(person: Person, verb: str, button_id: str, version: int) -> list[str]:
    """The toast, and all that is said; ids are left out of it."""
    shown = await says(person, "/help")
    seen = {message.id: message.text for message in person.messages}
    tap = await person.taps_data(f"{verb}:{button_id}:0:{version}", shown)
    toast = await tap.answer()
    await says(person, "/help")
    said = [m.text for m in person.messages if m.sender.is_bot and seen.get(m.id) != m.text]
    return [re.sub(button_id, "ID", text) for text in (toast, *said)]


@pytest.mark.parametrize("verb", VERBS)
async def test_a_button_with_anothers_id_answers_like_one_with_no_id_of_anybody(
    world: World, panel: Panel, ids: list[str], verb: str
) -> None:
    boris = await world.person(2, key=OTHER_KEY)
    before = belongings(world)
    for version in (0, int(time.time())):
        unknown = await answer(boris, verb, UNKNOWN, version)
        for one in ids:
            assert await answer(boris, verb, one, version) == unknown
    assert LINK not in boris.reads
    assert belongings(world) == before
    sent = [call for call in panel.requests if call.action in {"add", "refill", "cancel"}]
    assert [call.key for call in sent] == [KEY]


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_with_anothers_ids_answers_like_one_with_unknown_ones(
    world: World, panel: Panel, ids: list[str], command: str
) -> None:
    (order,) = rows(world, "SELECT panel_order_id FROM orders")
    boris = await world.person(2, key=OTHER_KEY)

    async def hear(one: str) -> str:
        typed = await boris.types(f"/{command} {one}")
        shown = await hears(boris, "", after=typed)
        if "Cancel 1 order" in shown.buttons:
            await (await boris.taps_on(shown, "Cancel 1 order")).answer()
        await says(boris, "/help")
        return re.sub(one, "ID", shown.text)

    assert await hear(order["panel_order_id"]) == await hear(UNHEARD_OF)
    assert traces(world, UNHEARD_OF) == []
    assert len(rows(world, "SELECT 1 FROM orders WHERE chat_id = 2")) == 0
