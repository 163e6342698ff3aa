"""/services: looking without ordering; a service's card, its star and the link that leads to it."""

import pytest

from bot.core.catalog import PAUSE_SECONDS
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import (
    LINK,
    becomes,
    change,
    next_message,
    places,
    rows,
    says,
    summary,
    taps,
)
from tests.journeys.test_choosing import services

FULL = {
    "service": "Gold_7-x",
    "name": "Likes <b>Gold</b> & more",
    "category": "Likes & co",
    "rate": "1234.50",
    "min": "10",
    "max": "2500000",
    "refill": True,
    "cancel": 0,
    "average_time": "1 hour 41 minutes",
    "desc": "Public <i>accounts</i> only",
}


async def test_categories_come_first_and_a_service_opens_its_card(chat: Person, panel: Panel) -> None:
    shown = await says(chat, "/services")
    assert shown.text.startswith("Services: which category?")
    assert "Page 1 of 9" in shown.text
    await taps(chat, "Next ›")
    await taps(chat, "‹ Back")
    await taps(chat, "Instagram Followers")
    listed = await taps(chat, "Next ›")
    assert "Page 2 of 5" in listed.text
    label = listed.buttons[0]
    assert (await taps(chat, label)).text.startswith(label.split(" · ")[0] + " · ")
    assert "Page 2 of 5" in (await taps(chat, "‹ Back")).text
    assert panel.calls("add") == []


async def test_words_search_and_more_words_search_again(chat: Person) -> None:
    assert "tiktok likes\n" in (await says(chat, "/services tiktok likes")).text
    found = await says(chat, "cheapest in the world")
    assert "$0.00094 per 1000" in found.text
    assert "The cheapest in the world" in (await taps(chat, " · TikTok Views")).text
    assert "cheapest in the world\n" in (await taps(chat, "‹ Back")).text
    assert "Nothing found for “qqqqqq”" in (await says(chat, "qqqqqq")).text
    assert "Services: which category?" in (await taps(chat, "Categories")).text


@pytest.mark.parametrize("typed", ["/services 2", "/services #2"])
async def test_a_number_opens_the_card_at_once(chat: Person, typed: str) -> None:
    assert (await says(chat, typed)).text.startswith("2 · Instagram Custom Comments")


async def test_the_card_tells_all_the_panel_says(chat: Person, panel: Panel) -> None:
    panel.set_services(services(FULL))
    card = await says(chat, "/services Gold_7-x")
    assert card.text == (
        "Gold_7-x · Likes <b>Gold</b> & more\n\n"
        "category: Likes & co\n"
        "type: Default\n"
        "price: $1,234.50 per 1000\n"
        "min: 10\n"
        "max: 2,500,000\n"
        "refill: yes\n"
        "cancel: no\n"
        "average time: 1 hour 41 minutes\n\n"
        "Public <i>accounts</i> only\n\n"
        "To share it: https://t.me/panelgram_bot?start=s_Gold_7-x"
    )
    assert card.buttons == ["Order", "☆ Favourite", "‹ Back"]


@pytest.mark.parametrize("letter", ["n", "&", "🔥"])
async def test_however_much_it_says_it_fits_a_message(chat: Person, panel: Panel, letter: str) -> None:
    long = {"name": letter * 300, "category": letter * 200, "type": letter * 60, "desc": letter * 2000}
    panel.set_services(services(FULL | long | {"average_time": letter * 60}))
    card = await says(chat, "/services Gold_7-x")
    assert "…" in card.text or letter != "🔥"
    assert "?start=s_Gold_7-x" in card.text


async def test_order_on_the_card_asks_for_the_link(chat: Person, panel: Panel) -> None:
    await says(chat, "/services 1")
    assert "Send the link" in (await taps(chat, "Order")).text
    await says(chat, LINK)
    shown = await says(chat, "1000")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "1000"}]


async def test_a_type_nobody_knows_has_a_card_with_the_reason_and_no_order(
    chat: Person, panel: Panel
) -> None:
    card = await says(chat, "/services 2028")
    assert "type: Quantum Boost\nprice: $0.50\n" in card.text
    assert "I do not know what it needs, so I do not guess. Order it at http" in card.text
    assert card.buttons == ["☆ Favourite", "‹ Back"]
    await chat.taps_data("buy:2028:0:0", card)
    await chat.sees("Nothing was ordered.")


async def test_misspelled_words_are_forgiven(chat: Person) -> None:
    found = await says(chat, "/services tiktk folowers")
    assert "No exact match. Did you mean:" in found.text
    assert "TikTok Followers" in found.buttons[0]
    assert "Did you mean:" in (await taps(chat, "Next ›")).text
    await says(chat, "/order")
    assert "Did you mean:" in (await says(chat, "tiktk folowers")).text
    assert "Did you mean" not in (await says(chat, "tiktok followers")).text


async def test_a_link_opens_the_card_and_leaves_a_question_standing(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    assert (await says(chat, "/start s_2")).text.startswith("2 · Instagram Custom Comments")
    assert "Please check your order" in (await says(chat, "1000")).text


async def test_the_list_behind_a_linked_card_is_all_services(chat: Person) -> None:
    await says(chat, "/start s_2")
    assert "Services: which category?" in (await taps(chat, "‹ Back")).text


async def test_back_on_an_old_card_leaves_an_order_standing(chat: Person, panel: Panel) -> None:
    card = await says(chat, "/services 2")
    shown = await summary(chat)
    tap = await chat.taps_on(card, "‹ Back")
    assert "in the middle of something else" in await tap.answer()
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")


@pytest.mark.parametrize("link", ["s_99999", "s_no-such_service"])
async def test_a_link_to_a_service_that_is_gone_says_so(chat: Person, link: str) -> None:
    answer = await says(chat, f"/start {link}")
    assert f"does not offer service {link[2:]} to you" in answer.text
    assert "Services: which category?" in (await taps(chat, "All services")).text


@pytest.mark.parametrize("link", ["s_", "s_" + "9" * 33, "x_1", "s_a b", "s_<b>"])
async def test_any_other_start_greets(chat: Person, link: str) -> None:
    assert "Hello again!" in (await says(chat, f"/start {link}")).text


async def test_a_newcomer_is_greeted_gives_a_key_and_comes_to_the_card(world: World) -> None:
    chat = world.telegram.person(1)
    greeting = await says(chat, "/start s_2")
    assert "Hello! I order from" in greeting.text
    assert "API key" in greeting.text
    assert "Please copy it once more" in (await says(chat, "no key")).text
    typed = await chat.types(KEY)
    assert "Connected." in (await next_message(chat, typed)).text
    card = await chat.sees("2 · Instagram Custom Comments")
    assert card.buttons == ["Order", "☆ Favourite", "‹ Back"]
    assert "Send the link" in (await taps(chat, "Order")).text


async def test_a_newcomers_card_outlives_a_restart(world: World) -> None:
    chat = world.telegram.person(1)
    await says(chat, "/start s_2")
    await world.stop()
    await world.start()
    await chat.types(KEY)
    await chat.sees("2 · Instagram Custom Comments")


async def test_a_newcomers_card_waits_while_the_panel_gives_no_list(world: World) -> None:
    chat = world.telegram.person(1)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="services", times=1)
    await says(chat, "/start s_2")
    await chat.types(KEY)
    await chat.sees("does not answer right now")
    assert "2 · Instagram Custom Comments" in (await says(chat, "again")).text


async def test_a_newcomer_with_a_link_to_nothing_is_told_so(world: World) -> None:
    chat = world.telegram.person(1)
    await says(chat, "/start s_99999")
    await chat.types(KEY)
    await chat.sees("does not offer service 99999 to you")


async def test_a_key_given_while_browsing_leads_back_to_the_list(chat: Person) -> None:
    await says(chat, "/services tiktok likes")
    await says(chat, "/key")
    await chat.types(OTHER_KEY)
    await chat.sees("tiktok likes\n")


async def test_a_star_makes_a_favourite_that_the_first_page_offers(chat: Person) -> None:
    assert "★" not in "".join((await says(chat, "/order")).buttons)
    await says(chat, "/services 2")
    assert "★ Favourite" in (await taps(chat, "☆ Favourite")).buttons
    await says(chat, "/services 1")
    await taps(chat, "☆ Favourite")

    shown = await says(chat, "/order")
    assert shown.buttons[0] == "★ Favourites (2)"
    assert shown.buttons[1] == "Instagram Followers (34)"
    listed = await taps(chat, "★ Favourites")
    assert [label for label in listed.buttons if "·" in label] == [
        "1 · Instagram Followers",
        "2 · Instagram Custom Comments",
    ]
    assert "Send the link" in (await taps(chat, "2 · ")).text


async def test_a_star_is_taken_away_again(chat: Person) -> None:
    await says(chat, "/services 2")
    await taps(chat, "☆ Favourite")
    shown = await says(chat, "/services")
    assert shown.buttons[0] == "★ Favourites (1)"
    await taps(chat, "★ Favourites")
    await taps(chat, "2 · ")
    await taps(chat, "★ Favourite")
    assert "☆ Favourite" in chat.buttons
    assert "Services: which category?" in (await taps(chat, "‹ Back")).text
    assert "★" not in "".join(chat.buttons)


async def test_a_crafted_star_for_no_service_stores_nothing(world: World, chat: Person) -> None:
    card = await says(chat, "/services 2")
    await chat.taps_data("star:99999:0:0", card)
    await chat.sees("does not offer service 99999")
    assert rows(world, "SELECT * FROM favourites") == []


async def test_services_ordered_lately_come_first_the_newest_on_top(chat: Person, panel: Panel) -> None:
    for number, service in enumerate(("4", "1", "5", "6", "1", "7")):
        await places(chat, f"{service} {LINK}/{number} 5000")
    shown = await says(chat, "/order")
    assert [label.split(" · ")[0] for label in shown.buttons[:5]] == [
        "↻ 7",
        "↻ 1",
        "↻ 6",
        "↻ 5",
        "Instagram Followers (34)",
    ]
    assert not (await taps(chat, "Next ›")).buttons[0].startswith("↻")
    await taps(chat, "‹ Back")
    assert "Send the link" in (await taps(chat, "↻ 1 · Instagram Followers")).text


async def test_what_the_panel_offers_no_more_is_not_offered_again(
    world: World, chat: Person, panel: Panel
) -> None:
    await places(chat)
    await says(chat, "/services 1")
    await taps(chat, "☆ Favourite")
    panel.set_services(services({"service": 11, "name": "Other", "category": "A"}))
    await change(world, "UPDATE accounts SET catalog_at = catalog_at - ?", PAUSE_SECONDS + 1)
    await change(world, "UPDATE accounts SET catalog_digest = NULL, catalog_at = NULL")
    assert (await says(chat, "/order")).buttons == ["A (1)"]


async def test_favourites_and_orders_are_a_persons_own(world: World, chat: Person) -> None:
    await places(chat)
    await says(chat, "/services 2")
    await taps(chat, "☆ Favourite")
    other = await world.person(1002, key=OTHER_KEY)
    assert (await says(other, "/order")).buttons[0] == "Instagram Followers (34)"


async def test_a_service_is_ordered_again_from_the_top_of_the_list(chat: Person, panel: Panel) -> None:
    await places(chat)
    await says(chat, "/order")
    await taps(chat, "↻ 1")
    await says(chat, LINK + "2")
    shown = await says(chat, "50")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add")[-1] == {"service": "1", "link": LINK + "2", "quantity": "50"}


async def test_looking_around_never_waits_for_the_panel(world: World, chat: Person, panel: Panel) -> None:
    """The list is old, and the panel hangs."""
    await says(chat, "/order")
    await change(world, "UPDATE accounts SET catalog_at = 0")
    panel.misbehave(Trouble.HANG, action="services")
    asked = len(panel.calls("services"))
    chat.patience = 5.0

    assert "which category" in (await says(chat, "/order")).text
    await taps(chat, "Next ›")
    await taps(chat, "‹ Back")
    await taps(chat, "Instagram Followers")
    assert "tiktok likes\n" in (await says(chat, "tiktok likes")).text
    assert "Did you mean" in (await says(chat, "tiktk lieks")).text
    assert "Send the link" in (await says(chat, "1")).text
    card = await says(chat, "/services 2")
    await taps(chat, "☆ Favourite")
    await taps(chat, "‹ Back", on=card)
    assert "2 · Instagram" in (await says(chat, "/start s_2")).text
    assert len(panel.calls("services")) == asked + 1
    panel.calm()
