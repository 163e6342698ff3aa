"""/settings: what a person is told of, when, and by whose clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    becomes,
    eventually,
    hears,
    places,
    rows,
    says,
    taps,
    toast_of,
)


def around_now() -> str:
    """Quiet hours by UTC in which it is now, for some time yet."""
    now = datetime.now(UTC)
    return f"{now - timedelta(hours=3):%H:%M}-{now + timedelta(hours=3):%H:%M}"


async def keeps_quiet(chat: Person) -> None:
    await says(chat, "/settings UTC")
    assert "Quiet hours: " in (await says(chat, f"/settings {around_now()}")).text


def held(world: World) -> list[dict[str, object]]:
    return rows(world, "SELECT 1 FROM outbox WHERE held_until IS NOT NULL")


async def test_says_what_it_does_and_what_comes_at_once_all_the_same(chat: Person) -> None:
    shown = await says(chat, "/settings")
    assert shown.text == (
        "⚙️ What I tell you, and when\n\n"
        "🔔 You hear of every change of an order's status.\n"
        "🌙 Quiet hours: off. News comes at any time of day.\n"
        "📬 Digest: off. News comes when it happens.\n"
        "📣 Announcements: on. Now and then, from the people who run this bot.\n\n"
        f"🕒 I do not know your time zone yet; by UTC it is {datetime.now(UTC):%H:%M}.\n\n"
        "Always told at once: how placing an order went, and whatever needs you, like a key that stopped "
        "working."
    ), shown.text
    assert shown.buttons == [
        "• Every change",
        "When it ends",
        "Nothing",
        "Quiet hours",
        "Time zone",
        "🌐 Language",
        "Digest once a day",
        "No announcements",
    ]


async def test_announcements_are_turned_off_and_on(world: World, chat: Person) -> None:
    shown = await says(chat, "/settings")
    await taps(chat, "No announcements", on=shown)
    assert "Announcements: off." in shown.text
    assert rows(world, "SELECT announcements FROM people") == [{"announcements": 0}]

    await taps(chat, "Get announcements", on=shown)
    assert "Announcements: on." in shown.text


async def test_without_a_key_the_key_comes_first(world: World) -> None:
    stranger = await world.person(key=None)
    assert "API key" in (await says(stranger, "/settings")).text
    assert rows(world, "SELECT 1 FROM people") == []


async def test_only_ends(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    shown = await says(chat, "/settings")
    await taps(chat, "When it ends", on=shown)
    assert "You hear when an order ends" in shown.text
    assert shown.buttons[:3] == ["Every change", "• When it ends", "Nothing"]

    panel.set_order(order_id, status="In progress")
    await asyncio.sleep(A_WHILE)
    panel.set_order(order_id, status="Completed")
    await chat.sees(f"Order {order_id}: Completed")
    assert f"Order {order_id}: In progress" not in chat.reads


async def test_nothing_but_what_was_asked_for(world: World, chat: Person, panel: Panel) -> None:
    order_id, canceled = await places(chat), await places(chat, f"1 {LINK}/2 100")
    await taps(chat, "Nothing", on=await says(chat, "/settings"))
    panel.set_order(order_id, status="Completed")
    await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE state = 'ended'"))
    await eventually(lambda: not rows(world, "SELECT 1 FROM outbox"))
    assert f"Order {order_id}: Completed" not in chat.reads

    shown = await says(chat, f"/cancel_orders {canceled}")
    await taps(chat, "Cancel 1 order", on=shown)
    panel.set_order(canceled, status="Canceled", charge="0")
    await chat.sees(f"Order {canceled}: Canceled")
    await places(chat, f"1 {LINK}/3 100")
    assert "/orders shows how it is doing." in chat.last.text


async def test_quiet_hours_in_three_taps_on_one_message(world: World, chat: Person) -> None:
    shown = await says(chat, "/settings")
    await taps(chat, "Quiet hours", on=shown)
    assert "When shall I keep quiet?" in shown.text
    await taps(chat, "22:00–08:00", on=shown)
    assert "Which clock is yours?" in shown.text
    label = next(each for each in shown.buttons if each.endswith("Kolkata"))
    assert label == f"{datetime.now(UTC) + timedelta(hours=5, minutes=30):%H:%M} Kolkata"
    await taps(chat, label, on=shown)

    assert "Quiet hours: 22:00–08:00. News waits then, and comes together afterwards." in shown.text
    assert "By your clock it is" in shown.text
    assert chat.last == shown
    (person,) = rows(world, "SELECT * FROM people")
    assert (person["quiet_from"], person["quiet_to"], person["time_zone"]) == (1320, 480, "Asia/Kolkata")

    await taps(chat, "Quiet hours", on=shown)
    await taps(chat, "Never quiet", on=shown)
    assert "Quiet hours: off." in shown.text


@pytest.mark.parametrize("restart", [False, True])
async def test_other_hours_and_cities_are_typed(world: World, chat: Person, restart: bool) -> None:
    await taps(chat, "Quiet hours", on=await says(chat, "/settings"))
    if restart:
        await world.stop()
        await world.start()
    assert "I know no hours and no city “half past”" in (await says(chat, "half past")).text
    assert "Which clock is yours?" in (await says(chat, "22:30 - 07:15")).text
    assert "I know no hours and no city “Atlantis”" in (await says(chat, "Atlantis")).text
    shown = await says(chat, "lisbon")
    assert "Quiet hours: 22:30–07:15." in shown.text
    assert "(Lisbon)" in shown.text
    assert "did not expect" in (await says(chat, "and now?")).text


async def test_settings_change_in_the_middle_of_an_order(chat: Person) -> None:
    await says(chat, "/order 1")
    assert "(UTC+03:00)" in (await says(chat, "/settings +3")).text
    shown = await says(chat, "/settings")
    await taps(chat, "Quiet hours", on=shown)
    assert "Send /settings 22:30-07:15" in shown.text
    assert "Send the quantity" in (await says(chat, LINK)).text


async def test_leaving_changes_nothing(chat: Person) -> None:
    await taps(chat, "Time zone", on=await says(chat, "/settings"))
    assert "Nothing more was changed" in (await says(chat, "/cancel")).text
    assert "did not expect" in (await says(chat, "Lisbon")).text


async def test_a_key_in_between_does_not_end_it(chat: Person) -> None:
    await taps(chat, "Time zone", on=await says(chat, "/settings"))
    await says(chat, "/key")
    typed = await chat.types(KEY)
    await hears(chat, "Which clock is yours?", after=typed)
    assert "(Lisbon)" in (await says(chat, "Lisbon")).text


async def test_in_quiet_hours_changes_wait_and_come_as_one_and_outcomes_do_not(
    world: World, chat: Person, panel: Panel
) -> None:
    ids = [await places(chat), await places(chat, f"1 {LINK}/2 100")]
    await keeps_quiet(chat)
    for order_id in ids:
        panel.set_order(order_id, status="In progress")
    await eventually(lambda: len(held(world)) == 2 or None)
    await places(chat, f"1 {LINK}/3 100")
    await asyncio.sleep(A_WHILE)
    assert "In progress" not in chat.reads

    typed = await says(chat, "/settings off")
    news = await hears(chat, "2 pieces of news", after=typed)
    for order_id in ids:
        assert f"Order {order_id}: In progress" in news.text


async def test_what_waits_for_the_end_of_quiet_hours_survives_a_restart(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    await keeps_quiet(chat)
    panel.set_order(order_id, status="Completed")
    await eventually(lambda: held(world))
    await world.stop()
    await world.start()
    await asyncio.sleep(A_WHILE)
    assert "Completed" not in chat.reads

    await says(chat, "/settings off")
    await chat.sees(f"Order {order_id}: Completed")


async def test_a_digest_holds_changes_until_it_comes(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    shown = await says(chat, "/settings")
    await taps(chat, "Digest once a day", on=shown)
    assert "Which clock is yours?" in shown.text
    await taps(chat, "Berlin", on=shown)
    assert "Digest: on. News comes once a day, at 09:00." in shown.text
    panel.set_order(order_id, status="Completed")
    await eventually(lambda: held(world))
    assert "Completed" not in chat.reads

    await taps(chat, "No digest", on=shown)
    await chat.sees(f"Order {order_id}: Completed")


@pytest.mark.parametrize(
    "data", ["told:all:0:0", "quiet:1-2:0:0", "digest:maybe:0:0", "zone:atlantis:0:0", "zone:lisbon:0:0"]
)
async def test_what_no_button_says_changes_nothing(world: World, chat: Person, data: str) -> None:
    shown = await says(chat, "/settings")
    before = rows(world, "SELECT * FROM people")
    assert "earlier step" in await toast_of(await chat.taps_data(data, shown))
    assert rows(world, "SELECT * FROM people") == before


async def test_a_tap_that_is_handled_twice_changes_nothing_more(world: World, chat: Person) -> None:
    shown = await says(chat, "/settings")
    for _ in range(2):
        await (await chat.taps_data("told:ended:0:0", shown)).answer()
    await becomes(chat, shown, "You hear when an order ends")
    assert [row["told_of"] for row in rows(world, "SELECT told_of FROM people")] == ["ended"]


async def test_settings_are_a_persons_own_and_erased_with_them(world: World, chat: Person) -> None:
    other = await world.person(8)
    await taps(chat, "Nothing", on=await says(chat, "/settings"))
    assert "every change" in (await says(other, "/settings")).text

    await says(chat, "/forget")
    await taps(chat, "Erase everything")
    await says(chat, "/start")
    await says(chat, KEY)
    assert "every change" in (await says(chat, "/settings")).text
