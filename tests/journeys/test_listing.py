"""/orders: by how orders stand, and searched by id or link."""

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.elsewhere import drip_feed, elsewhere
from tests.journeys.stories import LINK, change, confirms, eventually, places, rows, says, taps


def listed(buttons: list[str]) -> list[str]:
    """The ids of the orders among them."""
    return [label.split(" · ")[0] for label in buttons if " · " in label]


async def refilling(world: World, order_id: str, state: str = "open") -> None:
    await change(
        world,
        "INSERT INTO refills (id, chat_id, account_id, order_id, state, process, created_at, changed_at) "
        "SELECT 'refill-' || id, chat_id, account_id, id, ?, '', 0, 0 FROM orders WHERE panel_order_id = ?",
        state,
        order_id,
    )


async def test_each_filter_shows_its_own(world: World, chat: Person, panel: Panel) -> None:
    running, ended, refilled = [await places(chat, f"1 {LINK}/{number} 50") for number in range(3)]
    for order_id in (ended, refilled):
        panel.finish(order_id)
        await chat.sees(f"Order {order_id}: Completed")
    await refilling(world, refilled)
    panel.misbehave(Trouble.LOST_REQUEST, action="add", times=1)
    await confirms(chat, "I do not know whether this order was placed", f"1 {LINK}/9 50")
    shown = await says(chat, "/orders")
    assert shown.buttons[-5:] == ["• All", "Open", "Ended", "Refilling", "1 uncertain"]

    for label, ids in (
        ("Open", ["–", running]),
        ("Ended", [refilled, ended]),
        ("Refilling", [refilled]),
        ("1 uncertain", ["–"]),
        ("All", ["–", refilled, ended, running]),
    ):
        shown = await taps(chat, label, on=shown)
        assert listed(shown.buttons) == ids
        assert f"• {label}" in shown.buttons


@pytest.mark.parametrize(("state", "counts"), [("asking", True), ("open", True), ("ended", False)])
async def test_refilling_is_what_has_a_refill_in_flight(
    world: World, chat: Person, state: str, counts: bool
) -> None:
    order_id = await places(chat)
    await refilling(world, order_id, state)
    shown = await taps(chat, "Refilling", on=await says(chat, "/orders"))

    assert listed(shown.buttons) == ([order_id] if counts else [])


async def test_an_empty_filter_says_so_and_leads_back(chat: Person) -> None:
    order_id = await places(chat)
    shown = await says(chat, "/orders")
    for label, words in (
        ("Ended", "No order has ended yet."),
        ("Refilling", "No order is being refilled right now."),
        ("Uncertain", "No order is uncertain"),
    ):
        shown = await taps(chat, label, on=shown)
        assert words in shown.text
        assert listed(shown.buttons) == []

    assert listed((await taps(chat, "Open", on=shown)).buttons) == [order_id]


async def test_a_filter_is_kept_while_paging(world: World, chat: Person, panel: Panel) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 50") for number in range(10)]
    panel.finish(ids[9])
    await chat.sees(f"Order {ids[9]}: Completed")
    first = await taps(chat, "Open", on=await says(chat, "/orders"))
    assert listed(first.buttons) == ids[8:0:-1]
    second = await taps(chat, "Next ›", on=first)
    assert listed(second.buttons) == [ids[0]]
    assert "• Open" in second.buttons

    assert listed((await taps(chat, "‹ Back", on=second)).buttons) == ids[8:0:-1]


async def test_a_search_by_id_finds_just_that_one(chat: Person, panel: Panel) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 50") for number in range(2)]
    persian = ids[0].translate({ord("0") + n: 0x6F0 + n for n in range(10)})
    for text in (ids[0], f"#{ids[0]}", f" {ids[0]} ", persian, f"\u2068#{persian}\u2069"):
        assert listed((await says(chat, f"/orders {text}")).buttons) == [ids[0]]

    assert "I know no order of yours" in (await says(chat, f"/orders {ids[0][:-1]}")).text


@pytest.mark.parametrize(
    "words",
    ["/p/abc", "https://Instagram.com/P/ABC", "instagram.com/p/abc/", "http://www.instagram.com/p/abc"],
)
async def test_a_search_by_link_in_any_case_and_form(chat: Person, words: str) -> None:
    order_id = await places(chat, "1 https://instagram.com/p/abc/ 50")
    await places(chat, f"1 {LINK} 50")

    assert listed((await says(chat, f"/orders {words}")).buttons) == [order_id]


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "</code><b>", "x" * 3000, "."])
async def test_a_search_takes_any_words_as_they_are(chat: Person, words: str) -> None:
    order_id = await places(chat, "1 https://instagram.com/p/abc 50")
    shown = await says(chat, f"/orders {words}")

    if words == ".":
        assert listed(shown.buttons) == [order_id]
    else:
        assert "I know no order of yours" in shown.text
    assert "• All" in (await taps(chat, "All my orders", on=shown)).buttons


async def test_a_search_is_kept_while_paging_also_after_a_restart(world: World, chat: Person) -> None:
    ids = [await places(chat, f"1 {LINK}/<{number}>&/ab 50") for number in range(10)]
    await places(chat, "1 https://example.com/other 50")
    first = await says(chat, "/orders >&/AB")
    assert listed(first.buttons) == ids[:1:-1]
    await world.stop()
    await world.start()
    second = await taps(chat, "Next ›", on=first)
    assert listed(second.buttons) == ids[1::-1]

    assert listed((await taps(chat, "‹ Back", on=second)).buttons) == ids[:1:-1]


async def test_a_search_in_a_script_from_right_to_left_is_kept_while_paging(chat: Person) -> None:
    for number in range(9):
        await places(chat, f"1 {LINK}/صفحة/{number} 50")
    first = await says(chat, "/orders صفحة")
    second = await taps(chat, "Next ›", on=first)
    assert len(listed(second.buttons)) == 1


async def test_a_search_finds_runs_by_their_id_only(world: World, chat: Person, panel: Panel) -> None:
    order_id = drip_feed(panel)
    run = panel.add_child(order_id).id
    await says(chat, f"/track {order_id}")
    await change(world, "UPDATE orders SET link = 'https://example.com/drip'")

    assert listed((await says(chat, f"/orders {run}")).buttons) == [run]
    assert listed((await says(chat, "/orders example.com/drip")).buttons) == [order_id]


async def test_nobody_finds_anybody_elses(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8)
    order_id = await places(chat)
    unknown = (await says(other, "/orders 999")).text
    assert (await says(other, f"/orders {order_id}")).text == unknown.replace("999", order_id)
    assert "I know no order of yours" in (await says(other, "/orders example.com")).text

    followed = elsewhere(panel)
    await says(other, f"/track {followed}")
    await refilling(world, order_id)
    await eventually(lambda: rows(world, "SELECT 1 FROM refills"))
    shown = await says(other, "/orders")
    assert listed(shown.buttons) == [followed]
    for label in ("Refilling", "Ended", "Uncertain"):
        shown = await taps(other, label, on=shown)
        assert listed(shown.buttons) == []
