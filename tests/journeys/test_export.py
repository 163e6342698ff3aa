"""/export: a person's orders as a file."""

import csv
import io
import sqlite3
from contextlib import closing
from decimal import Decimal

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import OTHER_KEY, World
from tests.journeys.elsewhere import drip_feed, elsewhere
from tests.journeys.stories import LINK, change, confirms, places, rows, says

CAPTION = 1024


def read(chat: Person) -> list[dict[str, str]]:
    """The newest file."""
    return list(csv.DictReader(io.StringIO(chat.files[-1].content.decode("utf-8-sig"))))


def fill(world: World, count: int) -> None:
    """So many orders beside the first: a hundred services with long names, over years."""
    (first,) = rows(world, "SELECT id FROM orders")
    with closing(sqlite3.connect(world.database)) as db, db:
        db.executemany(
            "INSERT INTO orders (id, chat_id, account_id, state, process, panel_order_id, service_id, "
            "service_name, fields, link, quantity, price, currency, created_at, changed_at) "
            "SELECT ?, chat_id, account_id, 'ended', '', ?, ?, ?, '{}', link, 50, '0.01234', 'USD', ?, 0 "
            "FROM orders WHERE id = ?",
            (
                (f"x{n}", f"x{n}", str(n % 100), "<Followers & Likes> " * 12, 1.6e9 + n * 5000, first["id"])
                for n in range(count)
            ),
        )


async def test_without_orders_there_is_no_file(chat: Person) -> None:
    assert "No orders yet" in (await says(chat, "/export")).text
    assert chat.files == []


async def test_every_order_is_in_the_file(chat: Person, panel: Panel) -> None:
    first = await places(chat)
    panel.set_order(first, status="Partial", remains=400, charge="0.54", start_count=12)
    await chat.sees(f"Order {first}: Partial")
    panel.misbehave(Trouble.ERROR, action="add", text="Bad link", times=1)
    await confirms(chat, "Not placed.", f"1 {LINK}/2 50")
    second = elsewhere(panel)
    await says(chat, f"/track {second}")
    caption = await says(chat, "/export")
    header = chat.files[-1].content.splitlines()[0]
    assert header.decode("utf-8-sig") == (
        "id,date,service id,service,link,quantity,status,charge,currency,start count,remains,part of"
    )
    found = [{name: value for name, value in row.items() if name != "date"} for row in read(chat)]
    assert found[0] == {
        "id": first,
        "service id": "1",
        "service": "Instagram Followers",
        "link": LINK,
        "quantity": "1000",
        "status": "Partial",
        "charge": "0.54",
        "currency": "USD",
        "start count": "12",
        "remains": "400",
        "part of": "",
    }
    assert [(row["id"], row["status"], row["charge"]) for row in found[1:]] == [
        ("", "rejected", ""),
        (second, "Pending", "0.09"),
    ]
    assert chat.files[-1].name.startswith("orders-20")
    for part in ("3 orders", "Charged in all: $0.63", "1 · Instagram Followers: $0.54"):
        assert part in caption.text
    assert "placed elsewhere: $0.09" in caption.text
    month = read(chat)[0]["date"][:7]
    assert f"{month}: $0.63" in caption.text


async def test_formulas_are_defused(world: World, chat: Person) -> None:
    await places(chat)
    await change(world, "UPDATE orders SET service_name = '=cmd|x', link = '@SUM(A1)'")
    await says(chat, "/export")

    (row,) = read(chat)
    assert (row["service"], row["link"]) == ("'=cmd|x", "'@SUM(A1)")


async def test_runs_say_which_order_they_are_part_of(chat: Person, panel: Panel) -> None:
    order_id = drip_feed(panel)
    run = panel.add_child(order_id).id
    await says(chat, f"/track {order_id}")
    await says(chat, "/export")

    assert {row["id"]: row["part of"] for row in read(chat)} == {order_id: "", run: order_id}


async def test_a_big_history_fits_its_caption(world: World, chat: Person) -> None:
    await places(chat)
    fill(world, 50_000)
    caption = await says(chat, "/export")
    assert len(read(chat)) == 50_001
    assert len(caption.text.encode("utf-16-le")) // 2 <= CAPTION
    assert "50,001 orders" in caption.text
    assert f"Charged in all: ${Decimal('0.01234') * 50_000 + Decimal('0.90'):,.2f}" in caption.text
    assert "earlier: " in caption.text
    assert "other services: " in caption.text


async def test_nobody_gets_anybody_elses(world: World, chat: Person) -> None:
    other, same_key = await world.person(8, key=OTHER_KEY), await world.person(9)
    await places(chat)
    for person in (other, same_key):
        assert "No orders yet" in (await says(person, "/export")).text

    await places(other, f"1 {LINK}/theirs 50")
    await says(other, "/export")
    assert [row["link"] for row in read(other)] == [f"{LINK}/theirs"]
    assert len(rows(world, "SELECT 1 FROM orders")) == 2
