"""/language: what is chosen holds at once, everywhere, and until it is taken back."""

import re

import pytest
from telegram import Bot

from bot.chat.menu import COMMANDS, set_menu
from bot.gateway.context import About
from bot.gateway.languages import languages, offered, speaking
from bot.gateway.texts import t
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.by_place import confirms, connects, orders, person_sees, taps
from tests.journeys.stories import LINK, eventually, next_message, rows, says

PLACES = [one.code for one in offered()]  # on the screen


@pytest.fixture
async def chosen(world: World) -> Person:
    """A connected person with an English Telegram, who chose Spanish."""
    person = await world.person(7)
    await says(person, "/language")
    await taps(person, "language", at=PLACES.index("es"))
    return person


def spanish(text: str, **values: object) -> str:
    with speaking("es"):
        return str(t(text, **values))


async def test_news_and_edited_cards_follow_a_choice_at_once(
    world: World, chosen: Person, panel: Panel
) -> None:
    placed = await confirms(chosen, await orders(chosen), panel)
    assert spanish("Show order") in placed.buttons
    panel.set_order("23501", status="In progress")
    news = await next_message(chosen, placed)
    assert spanish("In progress") in news.text

    await says(chosen, "/orders")
    card = await taps(chosen, "order")
    await says(chosen, "/language")
    await taps(chosen, "language", at=PLACES.index("fr"))
    panel.set_order("23501", status="Completed")
    with speaking("fr"):
        done = str(t("Completed"))
    await person_sees(chosen, card, lambda: done in chosen.reads)
    await taps(chosen, "refresh", on=card)
    assert done in card.text


async def test_the_menu_of_the_chat_follows_and_goes_back(world: World, chosen: Person) -> None:
    def menu() -> list[str]:
        commands = world.telegram.profile.commands_in(7, "en")
        return [str(command["description"]) for command in commands]

    assert await eventually(lambda: spanish("Place an order") in menu())
    await taps(chosen, "language", at=len(languages()))
    assert "As your Telegram is set" not in chosen.last.text
    assert "as your Telegram is set" in chosen.last.text
    assert await eventually(lambda: "Place an order" in menu())
    assert rows(world, "SELECT * FROM languages") == []


async def test_a_menu_that_could_not_be_set_is_at_the_next_start(world: World) -> None:
    person = await world.person(7)
    world.telegram.trouble("setMyCommands", status=429, retry_after=60)
    await says(person, "/language")
    await taps(person, "language", at=PLACES.index("es"))
    await says(person, "/start")
    await says(person, "/help")
    assert world.telegram.profile.commands_in(7, "en")[0]["description"] == spanish("Place an order")


async def test_it_is_chosen_before_a_key_was_given_and_outlasts_a_restart(world: World) -> None:
    person = world.telegram.person(7)
    await says(person, "/start")
    await says(person, "/language")
    await taps(person, "language", at=PLACES.index("es"))
    await world.stop()
    await world.start()
    await connects(person, world)
    assert (
        spanish("<b>Connected.</b> Your balance: <b>{amount}</b>", amount="").split("</b>")[0][3:]
        in person.reads
    )


async def test_who_chooses_before_a_key_is_welcomed_anew(world: World) -> None:
    person = world.telegram.person(7)
    await says(person, "/start")
    await taps(person, "language")
    shown = await taps(person, "language", at=PLACES.index("es"))
    assert spanish("• Nothing is ordered before you tap <b>Place order</b>.").split("<")[0] in shown.text
    assert re.sub("<.*?>", "", spanish("To connect your account, send me your <b>API key</b>.")) in shown.text


async def test_a_dialog_goes_on_in_the_new_language(world: World, panel: Panel) -> None:
    person = await world.person(7)
    await says(person, f"/order 1 {LINK}")
    await says(person, "/language")
    await taps(person, "language", at=PLACES.index("es"))
    shown = await says(person, "1000")
    assert spanish("Place order") in shown.buttons
    await confirms(person, shown, panel)
    assert len(panel.calls("add")) == 1


async def test_an_uncertain_order_is_settled_in_the_new_language(
    world: World, chosen: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add")
    told = await confirms(chosen, await orders(chosen), panel)
    assert spanish("Enter the id") in told.buttons


async def test_erasing_everything_erases_the_choice(world: World, chosen: Person) -> None:
    await says(chosen, "/forget")
    await taps(chosen, "forget")
    await eventually(lambda: rows(world, "SELECT 1 FROM languages") == [] or None)
    assert "API key" in (await says(chosen, "/start")).text
    menu = world.telegram.profile.commands_in(7, "en")
    assert menu[0]["description"] == "Place an order"


async def test_an_operator_without_a_key_hears_in_it(world: World) -> None:
    world.settings["admin_ids"] = (7,)
    await world.stop()
    await world.start()
    await world.person(8)
    operator = world.telegram.person(7)
    await says(operator, "/language")
    await taps(operator, "language", at=PLACES.index("es"))
    await says(operator, "/broadcast Hola a todos")
    await eventually(lambda: "broadcast:" in str(operator.last.keyboard) or None)
    shown = await taps(operator, "broadcast")
    told = await next_message(operator, shown)
    assert re.sub("<.*?>", "", spanish("📣 <b>The announcement is out.</b>")) in told.text


async def test_a_menu_telegram_refuses_keeps_no_other_from_being_set(world: World) -> None:
    async with Bot(world.telegram.token, base_url=f"{world.url}/bot") as bot:
        await set_menu(bot, About("One panel", "panel.example", ""), pause=0)
        world.telegram.trouble("setMyShortDescription", status=400)
        world.telegram.trouble("setMyShortDescription", status=429, retry_after=0)
        await set_menu(bot, About("Another panel", "panel.example", ""), pause=0)
    for language in languages().values():
        where = {"language_code": language.locale.language if language.code != "en" else ""}
        told = str(world.telegram.profile.text("short_description", where))
        assert ("One panel" if language.code == "en" else "Another panel") in told


@pytest.mark.parametrize("code", ["xx", "English", "../ru", "0" * 12])
async def test_garbage_in_the_button_changes_nothing(world: World, chosen: Person, code: str) -> None:
    tap = await chosen.taps_data(f"language:{code}:0:0")
    await tap.answer()
    assert [row["language"] for row in rows(world, "SELECT language FROM languages")] == ["es"]


async def test_an_announcements_progress_and_result_come_in_the_language_of_its_operator(
    world: World,
) -> None:
    world.settings["admin_ids"] = (7,)
    await world.stop()
    await world.start()
    operator = await world.person(7)
    await world.person(8)
    await says(operator, "/language")
    await taps(operator, "language", at=PLACES.index("es"))
    await says(operator, "/broadcast Hola a todos")
    await eventually(lambda: rows(world, "SELECT 1 FROM broadcasts"))
    await eventually(lambda: "broadcast:" in str(operator.last.keyboard) or None)
    await taps(operator, "broadcast")
    said = spanish("📣 <b>The announcement is out.</b>")
    await person_sees(operator, operator.last, lambda: re.sub("<.*?>", "", said) in operator.reads)


async def test_a_dropped_flood_and_an_order_on_its_way_are_told_in_it(
    world: World, chosen: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await orders(chosen)
    await taps(chosen, "place", on=shown)
    said = re.sub("<.*?>", "", spanish("<b>Placing your order…</b>"))
    await person_sees(chosen, shown, lambda: said in shown.text)
    panel.calm()
    panel.misbehave(Trouble.SLOW, action="balance", delay=1.0)
    for _ in range(40):
        await chosen.types("/balance")
    dropped = spanish(
        "That was too much at once, so I dropped a part of it. Please wait for my answers, then go on."
    )
    await chosen.sees(dropped)


async def test_the_menus_and_descriptions_of_every_language(world: World) -> None:
    profile, about = world.telegram.profile, About("Sandbox panel", "panel.example", "")
    async with Bot(world.telegram.token, base_url=f"{world.url}/bot") as bot:
        await set_menu(bot, about, pause=0)
        calls = len(world.telegram.calls("setMyCommands"))
        await set_menu(bot, about, pause=0)
    assert len(world.telegram.calls("setMyCommands")) == calls
    for code, one in languages().items():
        where = {"language_code": one.locale.language}
        with speaking(code):
            words = [str(t(words)) for _, words in COMMANDS]
            short = t("Order from {panel} in the chat.", panel=about.panel_name).unescape()
        assert [command["description"] for command in profile.commands_in(1, where["language_code"])] == words
        assert profile.text("short_description", where)["short_description"] == short
