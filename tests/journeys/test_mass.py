"""/mass: a list of orders, checked, confirmed once, and sent line by line."""

import csv
import io
from decimal import Decimal

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import (
    becomes,
    change,
    data_of,
    eventually,
    hears,
    next_message,
    places,
    rows,
    says,
    taps,
)

ENDED = "Your mass order has ended"


def link(number: int) -> str:
    return f"https://example.com/p/{number}"


def listed(count: int, *, first: int = 1) -> str:
    return "\n".join(f"1 | {link(number)} | {50 + number}" for number in range(first, first + count))


async def sends(chat: Person, content: bytes | str, caption: str = "", name: str = "list.csv") -> Message:
    """Send a file, and wait for the bot's next message."""
    return await next_message(chat, await chat.sends_file(name, content, caption))


async def ended(chat: Person, shown: Message) -> Message:
    """The message with the summary and the file."""
    return await hears(chat, ENDED, after=shown, within=20.0)


def table(message: Message) -> list[dict[str, str]]:
    assert message.file
    return list(csv.DictReader(io.StringIO(message.file.text, newline="")))


def fields(panel: Panel) -> list[dict[str, str]]:
    return sorted(panel.calls("add"), key=lambda form: int(form["link"].rpartition("/")[2]))


async def test_a_typed_list_becomes_orders_after_one_confirmation(chat: Person, panel: Panel) -> None:
    assert "service | link | quantity" in (await says(chat, "/mass")).text
    shown = await says(chat, f"1 | {link(1)} | 1 000\n\n# a note\n1, {link(2)}, 50\n3 | {link(3)}")
    assert "Please check your 3 orders" in shown.text
    assert f"1: 1 | {link(1)} | 1 000 · $0.90" in shown.text
    assert f"4: 1, {link(2)}, 50 · $0.045" in shown.text
    assert "charge in all: $2.445" in shown.text
    assert "balance after it: $98.39792" in shown.text
    assert shown.buttons == ["Place 3 orders", "Leave"]
    assert panel.calls("add") == []

    await taps(chat, "Place 3 orders", on=shown)
    summary = await ended(chat, shown)

    assert fields(panel) == [
        {"service": "1", "link": link(1), "quantity": "1000"},
        {"service": "1", "link": link(2), "quantity": "50"},
        {"service": "3", "link": link(3)},
    ]
    assert "placed: 3 of 3" in summary.text
    assert "charge in all: $2.445" in summary.text
    placed = {order.link: order.id for order in panel.orders.values()}
    found = [list(row.values()) for row in table(summary)]
    assert [row[:5] + row[6:] for row in found] == [
        ["1", "1", link(1), "1000", placed[link(1)], ""],
        ["4", "1", link(2), "50", placed[link(2)], ""],
        ["5", "3", link(3), "", placed[link(3)], ""],
    ]
    assert [Decimal(row[5]) for row in found] == [Decimal("0.90"), Decimal("0.045"), Decimal("1.50")]
    assert list(table(summary)[0]) == ["line", "service", "link", "quantity", "order id", "charge", "error"]
    await becomes(chat, shown, ENDED)
    assert shown.buttons == []


@pytest.mark.parametrize("separator", ["|", ",", ";", "\t"])
async def test_a_file_with_any_separator(chat: Person, panel: Panel, separator: str) -> None:
    lines = [["service", "link", "quantity"], *(["1", link(n), "50"] for n in range(1, 4))]
    text = "\r\n".join(separator.join(line) for line in lines)
    shown = await sends(chat, b"\xef\xbb\xbf" + text.encode(), "/mass")
    await taps(chat, "Place 3 orders", on=shown)
    await ended(chat, shown)

    assert [form["link"] for form in fields(panel)] == [link(1), link(2), link(3)]


async def test_a_file_sent_as_the_next_message(chat: Person, panel: Panel) -> None:
    await says(chat, "/mass")
    shown = await sends(chat, listed(2).encode("utf-16"))

    assert "Place 2 orders" in shown.buttons


async def test_behind_the_command(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(2)}")
    assert "Place 2 orders" in shown.buttons
    one = await says(chat, f"/mass 1 | {link(1)} | 50")
    assert "Place 1 order" in one.buttons


async def test_bad_lines_are_listed_and_left_out(chat: Person, panel: Panel) -> None:
    shown = await says(
        chat, f"/mass\n1|{link(1)}|50\n99999|{link(2)}|50\n1|{link(3)}|5\n1|nothing|50\n2|{link(5)}|9\nwhat?"
    )
    for words in (
        "The panel has no service 99999",
        "The quantity must be from 50 to 10,000",
        "That is no link",
        "the type Custom Comments needs more than a link and a quantity",
        "I need service | link | quantity",
        "5 lines cannot be ordered",
        "Please check your 1 order",
    ):
        assert words in shown.text
    await taps(chat, "Place 1 order", on=shown)
    await ended(chat, shown)

    assert [form["link"] for form in panel.calls("add")] == [link(1)]


async def test_many_lines_are_summed_up_and_many_verdicts_come_as_a_file(chat: Person, panel: Panel) -> None:
    bad = "\n".join(f"99999 | {link(n)} | =5" for n in range(100))
    typed = await chat.sends_file("list.txt", f"{listed(400)}\n{bad}", "/mass")
    shown = await hears(chat, "Please check your 400 orders", after=typed)

    assert "100 lines cannot be ordered" in shown.text
    (file,) = chat.files
    found = list(csv.DictReader(io.StringIO(file.text)))
    assert (found[0]["verdict"], found[0]["charge"]) == ("fine", "0.0459")
    assert len(found) == 500
    assert "The panel has no service 99999" in found[-1]["verdict"]
    assert "Place 400 orders" in shown.buttons


async def test_a_message_that_may_be_only_a_part_of_the_list_is_told(chat: Person) -> None:
    text = listed(117)
    assert 4000 < len(text) <= 4096
    await says(chat, "/mass")

    assert "it may be only a part of your list" in (await says(chat, text)).text
    assert "only a part" not in (await sends(chat, text)).text


async def test_many_good_lines_are_only_counted(chat: Person) -> None:
    shown = await sends(chat, f"{listed(40)}\n1|x|1", "/mass")

    assert "40 lines are fine" in shown.text
    assert "41: 1|x|1" in shown.text
    assert link(7) not in shown.text
    assert chat.files == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (listed(501), "These are 501 lines, and I take up to 500 at once"),
        ("# nothing\n\n", "I found no line in it"),
        (b"\x89PNG\r\n\x1a\n\x00", "it is not plain text"),
        (b"1" * (1024 * 1024 + 1), "This file is too large"),
        ("99999 | x | y", "None of these lines can be ordered"),
    ],
)
async def test_lists_that_will_not_do(chat: Person, panel: Panel, content: bytes | str, words: str) -> None:
    await says(chat, "/mass")
    shown = await sends(chat, content)
    assert words in shown.text
    assert not any("Place" in button for button in shown.buttons)

    shown = await says(chat, listed(2))
    assert "Place 2 orders" in shown.buttons


async def test_warns_of_open_orders_of_twins_and_of_too_small_a_balance(chat: Person, panel: Panel) -> None:
    await places(chat, f"1 {link(2)} 100")
    shown = await says(chat, f"/mass\n{listed(3)}\n1|{link(1)}|10000\n" + f"1|{link(9)}|10000\n" * 12)

    assert "There is an open order for the link of these lines: 2." in shown.text
    assert "An earlier line has the same service and link as these: 4, 6," in shown.text
    assert "Your balance is too small for all of them" in shown.text


async def test_a_second_tap_does_nothing(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(3)}")
    data = data_of(shown, "Place 3 orders")
    first = await chat.taps_data(data, shown)
    second = await chat.taps_data(data, shown)
    await first.answer()

    assert "You confirmed this already" in await second.answer()
    await ended(chat, shown)
    third = await chat.taps_data(data, shown)
    assert "You confirmed this already" in await third.answer()
    assert len(panel.calls("add")) == 3
    assert len(chat.files) == 1


async def test_an_earlier_list_cannot_be_placed_any_more(chat: Person, panel: Panel) -> None:
    first = await says(chat, f"/mass\n{listed(3)}")
    await says(chat, listed(2))
    tap = await chat.taps_on(first, "Place 3 orders")

    assert "This button is from an earlier step" in await tap.answer()
    assert panel.calls("add") == []


async def test_a_list_left_for_something_else_cannot_be_placed(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(3)}")
    await says(chat, "/order 1")
    tap = await chat.taps_on(shown, "Place 3 orders")

    assert "This button is from an earlier step" in await tap.answer()
    assert "quantity" in (await says(chat, link(1))).text
    assert panel.calls("add") == []


async def test_a_list_sent_in_the_middle_of_an_order(chat: Person) -> None:
    await says(chat, "/order 1")

    assert "Place 3 orders" in (await sends(chat, listed(3), "/mass")).buttons


async def test_leaving_orders_nothing(world: World, chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(3)}")
    data = data_of(shown, "Place 3 orders")
    await taps(chat, "Leave", on=shown)
    tap = await chat.taps_data(data, shown)

    assert "Nothing was ordered" in chat.reads
    assert "This button is from an earlier step" in await tap.answer()
    assert rows(world, "SELECT 1 FROM masses") == []


async def test_nobody_else_can_place_it(world: World, chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(3)}")
    other = await world.person(1002, key=OTHER_KEY)
    mine = await says(other, f"/mass\n{listed(1)}")
    tap = await other.taps_data(data_of(shown, "Place 3 orders"), mine)

    assert "This button is from an earlier step" in await tap.answer()
    assert panel.calls("add") == []


async def test_what_the_panel_changed_is_shown_again(world: World, chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(3)}")
    panel.set_service(1, rate="1.80", max="52")
    await change(world, "UPDATE accounts SET catalog_at = 0")
    await taps(chat, "Place 3 orders", on=shown)

    assert "The panel changed prices or services meanwhile" in shown.text
    assert "The quantity must be from 50 to 52" in shown.text
    assert panel.calls("add") == []
    await taps(chat, "Place 2 orders", on=shown)
    await ended(chat, shown)
    assert [form["quantity"] for form in fields(panel)] == ["51", "52"]


async def test_the_dry_run_outlives_a_restart(world: World, chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(3)}")
    await world.stop()
    await world.start()
    await taps(chat, "Place 3 orders", on=shown)
    await ended(chat, shown)

    assert len(panel.calls("add")) == 3


async def test_a_key_typed_in_between_goes_on_with_the_list(world: World, chat: Person) -> None:
    await says(chat, f"/mass\n{listed(2)}")
    sent = await says(chat, "/key")
    await chat.types(OTHER_KEY)
    shown = await hears(chat, "Please check your 2 orders", after=sent)

    await taps(chat, "Place 2 orders", on=shown)
    await ended(chat, shown)


async def test_another_key_since_the_dry_run_is_called_so(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(2)}")
    await says(chat, f"/key {OTHER_KEY}")
    await taps(chat, "Place 2 orders", on=shown)

    assert "You connected another key meanwhile" in shown.text
    assert "changed prices" not in shown.text
    assert panel.calls("add") == []
    await taps(chat, "Place 2 orders", on=shown)
    await ended(chat, shown)
    assert {call.key for call in panel.requests if call.action == "add"} == {OTHER_KEY}


async def test_a_stranger_is_asked_for_a_key(world: World) -> None:
    stranger = await world.person(1005, key=None)
    assert "API key" in (await says(stranger, "/mass")).text


async def test_everything_else_works_while_it_runs(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await says(chat, f"/mass\n{listed(5)}")
    tap = await chat.taps_on(shown, "Place 5 orders")
    await tap.answer()
    await panel.next_call("add")
    await becomes(chat, shown, "0 of 5")

    assert "5 open orders" in (await says(chat, "/balance")).text
    assert "waiting to be placed" in " ".join((await says(chat, "/orders")).buttons)
    second = await says(chat, f"/mass\n{listed(2, first=20)}")
    await taps(chat, "Place 2 orders", on=second)
    panel.calm()
    await hears(chat, "placed: 5 of 5", after=second, within=20)
    await hears(chat, "placed: 2 of 2", after=second, within=20)
    assert len(panel.calls("add")) == 7


async def test_lines_are_followed_like_any_order(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n{listed(2)}")
    await taps(chat, "Place 2 orders", on=shown)
    summary = await ended(chat, shown)
    panel.set_order(table(summary)[0]["order id"], status="Completed", remains=0)

    await hears(chat, "Completed", after=summary)
    await taps(chat, "My orders", on=summary)
    await eventually(lambda: "Your orders" in chat.last.text)
