"""What only operators may do: in their help and menu, and for everybody else as if it were not there."""

import pytest

from bot.chat import access, blocking, broadcasts, maintenance
from bot.chat.menu import COMMANDS, OPERATOR_COMMANDS
from bot.gateway.handlers import Tapped
from bot.sandbox.telegram import Person
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import OPERATOR, data_of, rows, says
from tests.journeys.test_nobody_elses import Handlers

THEIRS = (access, blocking, broadcasts, maintenance)
NAMES = [name for name, _ in OPERATOR_COMMANDS]


def verbs() -> list[str]:
    handlers = Handlers(THEIRS).all
    return sorted({one._verb for one in handlers if isinstance(one, Tapped)})


def state(world: World) -> list[list[dict[str, object]]]:
    return [rows(world, f"SELECT * FROM {table}") for table in ("gate", "allowed", "blocked", "broadcasts")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("argument", ["", " 1", " on", " Hello everybody"])
async def test_a_command_of_theirs_is_unknown_to_others(
    world: World, operator: Person, name: str, argument: str
) -> None:
    anna, before = await world.person(1), state(world)
    unknown = await says(anna, f"/nonsense{argument}")
    assert (await says(anna, f"/{name}{argument}")).text == unknown.text
    assert state(world) == before


@pytest.mark.parametrize("verb", verbs())
async def test_a_button_of_theirs_is_an_old_one_to_others(world: World, operator: Person, verb: str) -> None:
    anna = await world.person(1)
    await operator.types("/broadcast Hello")
    shown = await operator.sees("This is what people will get.")
    broadcast_id = data_of(shown, "Send to").split(":")[1]
    version = data_of(shown, "Change").split(":")[3]
    old = await (await anna.taps_data("nonsense::0:0", anna.last)).answer()
    before, seen = state(world), anna.reads
    for button_id in ("", "on", "open", "with", "without", broadcast_id):
        tap = await anna.taps_data(f"{verb}:{button_id}:0:{version}", anna.last)
        assert await tap.answer() == old
    assert state(world) == before
    assert anna.reads == seen


async def test_a_text_that_was_asked_for_is_not_expected_from_who_is_no_operator_any_more(
    world: World, operator: Person
) -> None:
    await says(operator, "/broadcast")
    world.settings["admin_ids"] = ()
    await world.stop()
    await world.start()
    assert "I did not expect a message right now." in (await says(operator, "Hello everybody")).text
    assert "API key" in (await says(operator, "/key")).text
    assert "Connected." in (await says(operator, OTHER_KEY)).text
    assert rows(world, "SELECT 1 FROM broadcasts") == []


async def test_their_help_names_their_commands_and_nobody_elses_does(world: World, operator: Person) -> None:
    anna = await world.person(1)
    theirs, others = (await says(operator, "/help")).text, (await says(anna, "/help")).text
    for name in NAMES:
        assert f"/{name} – " in theirs
        assert f"/{name} – " not in others
    assert all(f"/{name} – " in theirs for name, _ in COMMANDS)


async def test_their_menu_shows_their_commands_and_nobody_elses_does(world: World, operator: Person) -> None:
    await world.telegram.hears("setMyCommands", times=2)

    def menu(chat_id: int) -> list[str]:
        return [one["command"] for one in world.telegram.profile.commands_in(chat_id, "en")]

    assert menu(OPERATOR) == [*NAMES, *menu(1)]
    assert not set(NAMES) & set(menu(1))
    await world.stop()
    await world.start()
    await world.telegram.hears("getMyShortDescription", times=3)
    assert len(world.telegram.calls("setMyCommands")) == 2


async def test_who_had_not_written_when_the_bot_began_has_the_menu_from_their_first_word(
    world: World,
) -> None:
    world.settings["admin_ids"] = (OPERATOR,)
    world.telegram.trouble(
        "setMyCommands", chat_id=None, status=400, description="Bad Request: chat not found"
    )
    await world.stop()
    await world.start()
    await world.telegram.hears("setMyCommands", times=2)
    assert world.telegram.profile.commands_in(OPERATOR, "en")[0]["command"] == COMMANDS[0][0]
    await says(world.telegram.person(OPERATOR), "/start")
    await world.telegram.hears("setMyCommands", times=3)
    assert world.telegram.profile.commands_in(OPERATOR, "en")[0]["command"] == NAMES[0]
