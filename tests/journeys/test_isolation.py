"""Many people at once: nobody sees, holds up or breaks another."""

import asyncio

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import LINK, places, says, taps

TOO_MUCH = "That was too much at once"


async def story(person: Person) -> str:
    """Order step by step, under a link and a quantity of one's own."""
    number = person.user.id
    await says(person, "/order")
    await says(person, "1")
    await says(person, f"{LINK}/{number}")
    shown = await says(person, str(number))
    assert f"link: {LINK}/{number}" in shown.text
    await person.taps_on(shown, "Place order")
    await person.sees("is placed")
    return f"{LINK}/{number}"


async def test_twenty_people_order_at_once(world: World, panel: Panel) -> None:
    panel.accounts[OTHER_KEY].balance *= 100
    people = await asyncio.gather(*(world.person(100 + n, key=OTHER_KEY) for n in range(20)))
    links = await asyncio.gather(*(story(person) for person in people))

    placed = {call["link"]: call["quantity"] for call in panel.calls("add")}
    assert len(panel.calls("add")) == 20
    assert placed == {link: link.rsplit("/", 1)[1] for link in links}


async def test_people_with_one_key_see_only_their_own_orders(world: World) -> None:
    one, two = await world.person(1), await world.person(2)
    order_id = await places(one)

    assert "No orders yet" in (await says(two, "/orders")).text
    assert "No open orders" in (await says(two, "/balance")).text
    assert order_id in str((await says(one, "/orders")).buttons)


async def test_anothers_card_cannot_be_opened(world: World, panel: Panel) -> None:
    one, two = await world.person(1), await world.person(2)
    await places(one)
    button = one.last.keyboard[0][0]["callback_data"]
    for verb in ("order", "order_below", "refresh", "look", "not_placed", "enter_id"):
        tap = await two.taps_data(button.replace("order:", f"{verb}:", 1))
        assert "do not know this order" in await tap.answer()

    assert LINK not in two.reads


async def test_a_flood_is_told_once_and_holds_up_nobody(world: World, chat: Person) -> None:
    other = await world.person(8)
    for number in range(300):
        await chat.types(f"text {number}")

    assert "Balance:" in (await says(other, "/balance")).text
    await chat.sees(TOO_MUCH)
    assert await places(other)
    for _ in range(200):
        if world.telegram.updates.waiting:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert chat.reads.count(TOO_MUCH) == 1
    assert 0 < chat.reads.count("did not expect a message") < 300
    assert "Balance:" in (await says(chat, "/balance")).text


async def test_a_flood_of_taps_breaks_nothing(world: World, chat: Person) -> None:
    listed = await says(chat, "/order")
    first = [await chat.taps_on(listed, "Next ›") for _ in range(15)]
    for tap in first:
        await tap.answer()

    assert "Page 2 of 9" in listed.text
    assert "Page 3 of 9" in (await taps(chat, "Next ›")).text


async def test_languages_do_not_mix(world: World) -> None:
    one = await world.person(1, language_code="fi")
    two = await world.person(2, language_code=None)

    assert "Balance:" in (await says(one, "/balance")).text
    assert "Balance:" in (await says(two, "/balance")).text
