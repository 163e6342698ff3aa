"""/stats: what a person spent, as a picture with the numbers beneath."""

from decimal import Decimal

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from storage.pruning import DAY
from tests.conftest import OTHER_KEY, World
from tests.journeys.elsewhere import drip_feed
from tests.journeys.stories import (
    LINK,
    becomes,
    change,
    confirms,
    data_of,
    eventually,
    places,
    rows,
    says,
    summary,
    taps,
)

PERIODS = ["7 days", "• 30 days", "365 days"]


def paragraphs(message: Message) -> list[list[str]]:
    return [part.split("\n") for part in message.text.split("\n\n")]


def picture(message: Message) -> bytes:
    assert message.file
    assert message.file.is_photo
    return message.file.content


async def test_without_orders_there_is_no_picture(chat: Person) -> None:
    shown = await says(chat, "/stats")
    assert "No orders yet" in shown.text
    assert chat.files == []


async def test_the_numbers_are_what_was_ordered(world: World, chat: Person) -> None:
    await places(chat)
    await places(chat, f"1 {LINK}/2 500")
    await places(chat, f"3 {LINK}/3")
    shown = await says(chat, "/stats")

    prices = [Decimal(row["price"]) for row in rows(world, "SELECT price FROM orders")]
    assert paragraphs(shown) == [
        [f"Spent: ${sum(prices)}", "3 orders in 30 days"],
        [
            f"3 · Instagram Starter Package | 100 Fol…: ${prices[2]:.2f}",
            f"1 · Instagram Followers: ${prices[0] + prices[1]}",
        ],
    ]
    assert picture(shown)
    assert shown.buttons == PERIODS


async def test_what_came_back_is_not_in_the_sum(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="Partial", remains=400, charge="0.54")
    await chat.sees(f"Order {order_id}: Partial")
    shown = await says(chat, "/stats")

    assert paragraphs(shown)[0] == [
        "Spent: $0.54",
        "1 order in 30 days",
        "$0.36 came back and is already taken off.",
    ]


async def test_what_nobody_knows_is_said(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    await confirms(chat, "I do not know whether")
    panel.misbehave(Trouble.ERROR, action="add", text="Bad link", times=1)
    await confirms(chat, "Not placed.", f"1 {LINK}/2 50")
    shown = await says(chat, "/stats")

    assert paragraphs(shown) == [
        ["Spent: $0.00", "0 orders in 30 days"],
        ["1 order is uncertain and not counted. /orders shows it."],
    ]


async def test_a_run_is_not_counted_beside_what_paid_for_it(chat: Person, panel: Panel) -> None:
    order_id = drip_feed(panel)
    panel.add_child(order_id)
    await says(chat, f"/track {order_id}")
    shown = await says(chat, "/stats")

    assert "1 order in 30 days" in shown.text


async def test_another_period_takes_the_pictures_place(world: World, chat: Person) -> None:
    await places(chat)
    await change(world, "UPDATE orders SET created_at = created_at - ?", 20 * DAY)
    await places(chat, f"1 {LINK}/2 500")
    shown = await says(chat, "/stats")
    month, count = picture(shown), len(chat.messages)
    assert "Spent: $1.35" in shown.text

    for days, amount in (("7 days", "0.45"), ("365 days", "1.35")):
        assert await taps(chat, days, on=shown) is shown
        assert f"Spent: ${amount}\n" in shown.text
        assert f"• {days}" in shown.buttons
        assert picture(shown) != month
    await taps(chat, "30 days", on=shown)
    assert picture(shown) == month
    assert len(chat.messages) == count


async def test_two_taps_at_once_show_the_same(chat: Person) -> None:
    await places(chat)
    shown = await says(chat, "/stats")
    first, second = await chat.taps_on(shown, "7 days"), await chat.taps_on(shown, "7 days")
    assert (await first.answer(), await second.answer()) == ("", "")
    await eventually(lambda: "• 7 days" in shown.buttons)
    assert "1 order in 7 days" in shown.text


async def test_a_day_is_one_by_the_persons_own_clock(world: World, chat: Person) -> None:
    """Eight days ago in one place, seven in another."""
    await places(chat)
    await change(
        world, "UPDATE orders SET created_at = strftime('%s', 'now', 'start of day') - 6 * 86400 - 60"
    )
    shown = await says(chat, "/stats")
    await taps(chat, "7 days", on=shown)
    assert "0 orders in 7 days" in shown.text

    await change(world, "UPDATE people SET time_zone = '+12:00'")
    await taps(chat, "30 days", on=shown)
    hours = rows(world, "SELECT CAST(strftime('%H', 'now') AS INTEGER) AS h")[0]["h"]
    await taps(chat, "7 days", on=shown)
    assert ("1 order in 7 days" in shown.text) == (hours < 12)


async def test_currencies_and_keys_are_not_mixed(world: World, chat: Person) -> None:
    await places(chat)
    await change(world, "UPDATE orders SET currency = 'EUR', charge = '7.5', next_poll_at = NULL")
    await says(chat, f"/key {OTHER_KEY}")
    await places(chat, f"1 {LINK}/2 500")
    shown = await says(chat, "/stats")

    whole, services, others, notes = paragraphs(shown)
    assert whole == ["Spent: $0.45", "1 order in 30 days"]
    assert services == ["1 · Instagram Followers: $0.45"]
    assert others == ["Not in the picture:", "€7.50, 1 order"]
    assert notes == ["Placed with 2 API keys."]


async def test_nobody_sees_anybody_elses(world: World, chat: Person) -> None:
    other = await world.person(8, key=OTHER_KEY)
    await places(chat)
    assert "No orders yet" in (await says(other, "/stats")).text

    await places(other, f"1 {LINK}/theirs 500")
    assert "Spent: $0.45\n1 order in" in (await says(other, "/stats")).text


async def test_who_had_everything_erased_has_spent_nothing(world: World, chat: Person) -> None:
    await places(chat)
    shown = await says(chat, "/stats")
    await says(chat, "/forget")
    await taps(chat, "Erase everything")
    after = await taps(chat, "7 days", on=shown)

    assert "No orders yet" in after.text
    assert picture(shown)


async def test_a_period_nobody_offers_is_an_old_button(chat: Person) -> None:
    await places(chat)
    shown = await says(chat, "/stats")
    data = data_of(shown, "365 days").replace("365", "9999")
    assert "earlier step" in await (await chat.taps_data(data, shown)).answer()


async def test_a_picture_comes_in_the_end(world: World, chat: Person) -> None:
    await places(chat)
    shown = await says(chat, "/stats")
    for method in ("sendPhoto", "editMessageMedia", "answerCallbackQuery"):
        world.telegram.trouble(method, times=10**6, status=502)
    await chat.taps_on(shown, "7 days")
    await eventually(lambda: rows(world, "SELECT 1 FROM replies"))
    await chat.types("/stats")
    await eventually(lambda: len(rows(world, "SELECT 1 FROM replies")) == 2)
    world.telegram.calm()

    await becomes(chat, shown, "1 order in 7 days")
    await eventually(lambda: len(chat.files) == 2)
    world.telegram.taps._waiting.clear()


async def test_names_in_any_script_are_in_the_caption(world: World, chat: Person) -> None:
    await places(chat)
    await change(world, "UPDATE orders SET service_name = 'متابعين <b>🔥 ' || service_name")
    shown = await says(chat, "/stats")

    assert "\u20681 · متابعين <b>🔥 Instagram Followers\u2069: $0.90" in shown.text


async def test_a_big_history_fits_the_caption(world: World, chat: Person) -> None:
    await places(chat)
    for number in range(12):
        name = "<Followers & Likes> " * 12
        await change(
            world,
            "INSERT INTO orders (id, chat_id, account_id, state, process, service_id, service_name, fields, "
            "link, quantity, price, currency, created_at, changed_at) SELECT ?, chat_id, account_id, "
            "'ended', '', ?, ?, '{}', link, 50, '12345678.0123456789', currency, created_at, 0 "
            "FROM orders LIMIT 1",
            f"x{number}",
            f"s{number}",
            name,
        )
    shown = await says(chat, "/stats")
    assert "13 orders in 30 days" in shown.text
    assert "Spent: $148,148,137.0481481468" in shown.text
    assert "other services: " in shown.text
    await summary(chat)
