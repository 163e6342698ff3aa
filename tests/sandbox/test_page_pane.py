"""The panel operator's pane: every control and switch, seen in what the panel answers and the bot says."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.demo import demo_app
from bot.sandbox.page.switches import SWITCHES
from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Telegram
from bot.serving import serve
from tests.conftest import KEY, World, world_in
from tests.journeys.stories import LINK, becomes, places, says, summary

OTHER = "fedcba9876543210fedcba9876543210"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(clock: Clock) -> Panel:
    return Panel(accounts={KEY: Decimal(100), OTHER: Decimal(5)}, clock=clock)


@pytest.fixture
async def http(panel: Panel) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(demo_app(Telegram(), panel, key=KEY))
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=10) as client:
        yield client
    await server.stop()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that looks at its price list again at the next tap."""
    async with world_in(tmp_path, price_list_pause=0.05) as made:
        yield made


async def ask(http: httpx.AsyncClient, action: str, **fields: object) -> Any:
    reply = await http.post("/api/v2", data={"key": KEY, "action": action, **fields})
    return reply.json()


async def order(http: httpx.AsyncClient, **fields: object) -> str:
    told = {"service": 1, "link": LINK, "quantity": 1000, **fields}
    return str((await ask(http, "add", **told))["order"])


async def act(http: httpx.AsyncClient, path: str, **body: object) -> dict[str, Any]:
    """Use a control; what is seen after it."""
    reply = await http.post(f"/pane/{path}", json=body)
    assert reply.status_code == 200, reply.text
    seen: dict[str, Any] = reply.json()
    now = (await http.get("/pane")).json()
    assert (seen["troubles"], seen["moving"]) == (now["troubles"], now["moving"])
    return seen


async def refused(http: httpx.AsyncClient, path: str, **body: object) -> str:
    reply = await http.post(f"/pane/{path}", json=body)
    assert 400 <= reply.status_code < 500
    return reply.text


async def status(http: httpx.AsyncClient, order_id: str) -> tuple[str, str, str]:
    told = await ask(http, "status", order=order_id)
    return told["status"], told["remains"], told["charge"]


# Orders


async def test_orders_arrive_newest_first_with_all_there_is_to_know(http: httpx.AsyncClient) -> None:
    await order(http)
    await order(http, link=LINK + "2", quantity=500)
    newest, oldest = (await http.get("/pane")).json()["orders"]

    assert (newest["id"], oldest["id"]) == ("23502", "23501")
    shown = {"link": LINK + "2", "quantity": 500, "remains": 500, "done": 0, "charge": "0.45"}
    assert newest.items() >= (shown | {"name": "Instagram Followers", "status": "Pending"}).items()
    assert newest["account"] == KEY[-4:]


async def test_progress_starts_an_order_then_delivers_it_by_quarters(http: httpx.AsyncClient) -> None:
    order_id = await order(http)
    seen = [await status(http, order_id)]
    for _ in range(5):
        await act(http, f"orders/{order_id}/progress")
        seen.append(await status(http, order_id))

    assert [remains for _, remains, _ in seen] == ["1000", "1000", "750", "500", "250", "0"]
    assert [word for word, _, _ in seen] == ["Pending", *["In progress"] * 4, "Completed"]


@pytest.mark.parametrize(
    ("action", "told", "balance"),
    [
        ("complete", ("Completed", "0", "0.9"), "99.1"),
        ("partial", ("Partial", "500", "0.45"), "99.55"),
        ("cancel", ("Canceled", "1000", "0"), "100"),
        ("refund", ("Refunded", "1000", "0"), "100"),
    ],
)
async def test_ends_an_order(
    http: httpx.AsyncClient, action: str, told: tuple[str, str, str], balance: str
) -> None:
    order_id = await order(http)
    seen = await act(http, f"orders/{order_id}/{action}")

    assert await status(http, order_id) == told
    assert (await ask(http, "balance"))["balance"] == balance
    assert seen["orders"][0]["ended"]
    assert seen["accounts"][0]["balance"] == balance


async def test_partial_leaves_what_is_left(http: httpx.AsyncClient) -> None:
    order_id = await order(http)
    await act(http, f"orders/{order_id}/progress")
    await act(http, f"orders/{order_id}/progress")
    await act(http, f"orders/{order_id}/partial")

    assert await status(http, order_id) == ("Partial", "750", "0.225")


async def test_refunds_what_was_completed_and_only_once(http: httpx.AsyncClient) -> None:
    order_id = await order(http)
    assert (await act(http, f"orders/{order_id}/complete"))["orders"][0]["can"] == ["refund"]
    assert (await act(http, f"orders/{order_id}/refund"))["orders"][0]["can"] == []

    assert await refused(http, f"orders/{order_id}/refund") == "Order 23501 is refunded already."
    assert (await ask(http, "balance"))["balance"] == "100"


@pytest.mark.parametrize("action", ["progress", "complete", "partial", "cancel"])
async def test_what_has_ended_does_not_go_on(http: httpx.AsyncClient, action: str) -> None:
    order_id = await order(http)
    await act(http, f"orders/{order_id}/complete")

    assert await refused(http, f"orders/{order_id}/{action}") == "Order 23501 has ended: Completed."


async def test_a_package_is_all_or_nothing(http: httpx.AsyncClient) -> None:
    await ask(http, "add", service=3, link=LINK)
    (seen,) = (await http.get("/pane")).json()["orders"]

    assert seen["can"] == ["progress", "complete", "cancel", "refund"]


async def test_a_request_to_cancel_is_seen(http: httpx.AsyncClient) -> None:
    order_id = await order(http)
    await ask(http, "cancel", orders=order_id)
    (seen,) = (await http.get("/pane")).json()["orders"]
    assert seen["cancel_asked"]

    (seen,) = (await act(http, f"orders/{order_id}/cancel"))["orders"]
    assert not seen["cancel_asked"]


async def test_drip_feed_makes_its_runs_by_hand(http: httpx.AsyncClient) -> None:
    order_id = await order(http, quantity=100, runs=2, interval=10)
    await act(http, f"orders/{order_id}/progress")
    series, second, first = (await act(http, f"orders/{order_id}/progress"))["orders"]

    assert (series["kind"], series["made"], series["most"]) == ("drip-feed", 2, 2)
    assert [second["of"], first["of"], first["id"]] == [order_id, order_id, "23502"]
    assert (await ask(http, "status", order=order_id))["orders"] == ["23502", "23503"]
    assert "has made all its orders" in await refused(http, f"orders/{order_id}/progress")
    assert not (await act(http, f"orders/{order_id}/complete"))["orders"][0]["can"]


async def test_a_subscription_makes_posts_while_there_is_money(http: httpx.AsyncClient) -> None:
    services = await ask(http, "services")
    service = next(s for s in services if s["type"] == "Subscriptions")
    least = service["min"]
    told = await ask(
        http, "add", service=service["service"], username="someone", min=least, max=least, delay=0
    )
    order_id = told["order"]
    series, post = (await act(http, f"orders/{order_id}/progress"))["orders"]
    assert (series["kind"], series["most"], series["least"]) == ("subscription", None, int(least))
    assert post["link"] == "https://example.com/someone/post/1"

    rest = (await ask(http, "balance"))["balance"]
    await act(http, "accounts/0/money", amount=f"-{rest}")
    assert await refused(http, f"orders/{order_id}/progress") == (
        "The balance is too small for the next post."
    )


async def test_orders_move_by_themselves_until_they_are_moved_by_hand(clock: Clock) -> None:
    panel = Panel(accounts={KEY: Decimal(9)}, clock=clock, pace=1)
    server = await serve(demo_app(Telegram(), panel, key=KEY))
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        held, free = await order(http), await order(http, link=LINK + "2")
        await act(http, f"orders/{held}/progress")
        await act(http, "moving", on=False)
        clock.now += 60
        assert (await status(http, free))[0] == "Pending"
        seen = await act(http, "moving", on=True)
        assert (await status(http, free))[0] == "Completed"
        assert (await status(http, held))[:2] == ("In progress", "1000")
        assert [one["by_hand"] for one in seen["orders"]] == [False, True]
    await server.stop()


# Refills, services, money


@pytest.mark.parametrize(("action", "word"), [("finish", "Completed"), ("reject", "Rejected")])
async def test_ends_a_refill(http: httpx.AsyncClient, action: str, word: str) -> None:
    order_id = await order(http)
    await act(http, f"orders/{order_id}/complete")
    await ask(http, "refill", order=order_id)
    (refill,) = (await http.get("/pane")).json()["refills"]
    assert refill.items() >= {"id": "1", "order": order_id, "status": "Pending", "open": True}.items()

    await act(http, f"refills/1/{action}")
    assert (await ask(http, "refill_status", refill=1)) == {"status": word}
    assert await refused(http, f"refills/1/{action}") == f"Refill 1 has ended: {word}."


async def find(http: httpx.AsyncClient, words: str) -> Any:
    return (await http.get("/pane/services", params={"find": words})).json()


async def test_finds_services_by_number_and_by_words(http: httpx.AsyncClient) -> None:
    by_number, by_words = await find(http, "12"), await find(http, "starter PACKAGE")

    assert by_number["services"][0]["id"] == "12"
    assert [service["id"] for service in by_words["services"]] == ["3"]
    assert await find(http, "no such thing") == {"services": [], "found": 0}
    assert (await find(http, ""))["found"] > len((await find(http, ""))["services"])


@pytest.mark.parametrize(("typed", "rate"), [("1.25", "1.25"), (" 1,5 ", "1.5"), ("0", "0")])
async def test_sets_a_price(http: httpx.AsyncClient, typed: str, rate: str) -> None:
    await act(http, "services/1/price", price=typed)

    assert (await ask(http, "services"))[0]["rate"] == rate
    assert (await find(http, "1"))["services"][0]["rate"] == rate


@pytest.mark.parametrize("typed", ["", "free", "-1", "1,234.50", "NaN", "Infinity", "1e9", "0.0000001", None])
async def test_a_price_is_a_number(http: httpx.AsyncClient, typed: str | None) -> None:
    assert await refused(http, "services/1/price", price=typed) == "A price is a number such as 0.90."
    assert (await ask(http, "services"))[0]["rate"] == "0.90"


async def test_a_removed_service_can_be_put_back_where_it_was(http: httpx.AsyncClient) -> None:
    before = await ask(http, "services")
    order_id = await order(http)
    seen = await act(http, "services/1/remove")
    assert seen["orders"][0]["name"] == "Instagram Followers"
    assert (await ask(http, "services"))[0]["service"] == 2
    assert await ask(http, "add", service=1, link=LINK, quantity=50) == {"error": "Incorrect service ID"}
    assert (await find(http, "1"))["services"][0]["removed"]
    assert [service["id"] for service in (await find(http, ""))["services"][:2]] == ["1", "2"]
    assert await refused(http, "services/1/price", price="1") == "This service is gone."
    assert await refused(http, "services/1/remove") == "This service is gone."

    await act(http, "services/1/restore")
    assert await ask(http, "services") == before
    assert await refused(http, "services/1/restore") == "This service was not removed."
    assert (await status(http, order_id))[0] == "Pending"


async def test_adds_and_takes_money(http: httpx.AsyncClient) -> None:
    await act(http, "accounts/0/money", amount="10")
    seen = await act(http, "accounts/0/money", amount="-2,5")

    assert seen["accounts"][0]["balance"] == "107.5"
    assert (await ask(http, "balance"))["balance"] == "107.5"
    assert await refused(http, "accounts/0/money", amount="-200") == "There is not so much to take away."
    assert "such as 10" in await refused(http, "accounts/0/money", amount="ten")
    assert (await ask(http, "balance"))["balance"] == "107.5"
    assert await refused(http, "accounts/7/money", amount="1") == "There is no such account."


async def test_opens_an_account(http: httpx.AsyncClient) -> None:
    *_, account = (await act(http, "accounts"))["accounts"]
    reply = await http.post("/api/v2", data={"key": account["key"], "action": "balance"})

    assert reply.json() == {"balance": "50", "currency": "USD"}


@pytest.mark.parametrize(
    "path",
    ["orders/7/complete", "orders/7/explode", "refills/7/finish", "services/0/remove", "troubles/rain"],
)
async def test_says_when_there_is_no_such_thing(http: httpx.AsyncClient, path: str) -> None:
    assert re.match(r"There is no such|This service is gone", await refused(http, path, on=True))


# Trouble


async def test_every_switch_has_a_line_that_says_what_to_expect(http: httpx.AsyncClient) -> None:
    switches = (await http.get("/pane")).json()["troubles"]
    names = ["Slow", "Lost answer", "Error 500", "HTML page", "Wrong key", "Too many requests"]

    assert [switch["name"] for switch in switches] == names
    assert all(20 < len(switch["does"]) < 110 and not switch["on"] for switch in switches)


async def turn(http: httpx.AsyncClient, name: str, on: bool) -> None:
    seen = await act(http, f"troubles/{name}", on=on)
    assert [switch["id"] for switch in seen["troubles"] if switch["on"]] == ([name] if on else [])


@pytest.mark.parametrize(
    ("name", "status_code", "body"),
    [
        ("error", 500, "500 Internal Server Error"),
        ("html", 200, "Under maintenance"),
        ("key", 200, "Invalid API key"),
        ("limit", 429, "Rate limit exceeded"),
    ],
)
async def test_a_trouble_lasts_until_it_is_switched_off(
    http: httpx.AsyncClient, name: str, status_code: int, body: str
) -> None:
    await turn(http, name, True)
    await turn(http, name, True)
    for _ in range(2):
        reply = await http.post("/api/v2", data={"key": KEY, "action": "balance"})
        assert reply.status_code == status_code
        assert body in reply.text
    (call,) = (await http.get("/pane")).json()["calls"][:1]
    assert call["bad"]

    await turn(http, name, False)
    assert (await ask(http, "balance"))["balance"] == "100"


async def test_a_lost_answer_concerns_orders_alone(http: httpx.AsyncClient) -> None:
    await turn(http, "lost", True)
    with pytest.raises(httpx.RemoteProtocolError):
        await order(http)

    assert (await ask(http, "balance"))["balance"] == "99.1"
    seen = (await http.get("/pane")).json()
    assert seen["orders"][0]["id"] == "23501"
    assert [(call["action"], call["outcome"]) for call in seen["calls"]] == [
        ("balance", "ok"),
        ("add", "lost answer"),
    ]


async def test_slow_is_slow_and_what_is_on_its_way_is_seen(http: httpx.AsyncClient, panel: Panel) -> None:
    await turn(http, "slow", True)
    arrives = asyncio.create_task(panel.next_call("add"))
    waiting = asyncio.create_task(order(http))
    await arrives
    seen = (await http.get("/pane")).json()
    assert seen["orders"][0]["id"] == "23501"
    assert seen["calls"][0].items() >= {"action": "add", "outcome": "slow", "about": "service 1"}.items()
    assert not waiting.done()
    waiting.cancel()


async def test_two_troubles_at_once_and_one_off_again(http: httpx.AsyncClient) -> None:
    await act(http, "troubles/error", on=True)
    await act(http, "troubles/key", on=True)
    assert (await http.post("/api/v2", data={"key": KEY, "action": "balance"})).status_code == 500
    await act(http, "troubles/error", on=False)
    assert await ask(http, "balance") == {"error": "Invalid API key"}


async def test_looks_that_went_alike_are_one_line(http: httpx.AsyncClient) -> None:
    order_id = await order(http)
    for _ in range(3):
        await ask(http, "status", orders=order_id)
        await ask(http, "refill_status", refills="1,2")
    await ask(http, "add", service=1, link="x")
    calls = (await http.get("/pane")).json()["calls"]

    assert [(call["action"], call["about"], call["times"], call["outcome"]) for call in calls] == [
        ("add", "service 1", 1, "Bad link"),
        ("refill_status", "2 refills", 3, "ok"),
        ("status", "order 23501", 3, "ok"),
        ("add", "service 1", 1, "order 23501"),
    ]
    assert "key" not in calls[0]


# How it is served


async def test_streams_what_changes(http: httpx.AsyncClient, panel: Panel) -> None:
    async with http.stream("GET", "/pane/events") as stream:
        seen = (json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data:"))
        assert (await anext(seen))["orders"] == []
        await order(http)
        assert (await anext(seen))["orders"][0]["status"] == "Pending"
        panel.set_order("23501", status="In progress")
        assert (await anext(seen))["orders"][0]["status"] == "In progress"
        await seen.aclose()


@pytest.mark.parametrize("path", ["/pane.js", "/pane-cards.js", "/pane-dom.js", "/pane.css"])
async def test_serves_its_files_and_asks_nobody_else(http: httpx.AsyncClient, path: str) -> None:
    reply = await http.get(path)

    assert reply.status_code == 200
    assert reply.headers["content-security-policy"].startswith("default-src 'self'")
    assert "//" not in reply.text.replace("// ", "")
    assert path not in {"/pane.js", "/pane.css"} or path in (await http.get("/")).text


@pytest.mark.parametrize("body", ["", "[]", "{", '{"on": 1}', '{"on": "yes"}'])
async def test_refuses_what_the_page_never_sends(http: httpx.AsyncClient, body: str) -> None:
    for path in ("/pane/moving", "/pane/troubles/slow"):
        assert (await http.post(path, content=body)).status_code == 400
    assert not any(switch["on"] for switch in (await http.get("/pane")).json()["troubles"])


MINE = "http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({}, True),
        ({"origin": MINE}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"host": "localhost:{port}"}, True),
        ({"host": "localhost:{port}", "origin": "http://localhost:{port}"}, True),
        ({"host": "[::1]:{port}"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://127.0.0.1:1"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"host": "evil.example:{port}"}, False),
        ({"host": "evil.example:{port}", "origin": "http://evil.example:{port}"}, False),
        ({"host": "127.0.0.1.evil.example"}, False),
        ({"host": ""}, False),
        ({"host": "[::1"}, False),
    ],
)
async def test_other_sites_pages_get_nowhere(
    http: httpx.AsyncClient, headers: dict[str, str], fine: bool
) -> None:
    told = {name: value.format(port=http.base_url.port) for name, value in headers.items()}
    for path in ("/pane/accounts", "/chat/7/send", "/api/v2"):
        reply = await http.post(path, json={"text": "hi"}, headers=told)
        assert reply.status_code == 200 if fine else reply.status_code in {403, 421}


async def test_a_link_from_elsewhere_opens_the_page(http: httpx.AsyncClient) -> None:
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    taken = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}

    assert (await http.get("/", headers=followed)).status_code == 200
    assert (await http.get("/pane", headers=taken)).status_code == 403


# In the chat


def pane_of(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=world.url, trust_env=False)


async def test_what_the_operator_does_with_an_order_is_told_in_the_chat(world: World) -> None:
    chat = await world.person()
    order_id = await places(chat)
    async with pane_of(world) as http:
        await act(http, f"orders/{order_id}/progress")
        await chat.sees(f"Order {order_id}: In progress")
        await act(http, f"orders/{order_id}/complete")
        await chat.sees(f"Order {order_id}: Completed")
        await says(chat, f"/refill {order_id}")
        await act(http, "refills/1/reject")
        await chat.sees("rejected")


async def test_a_price_changed_meanwhile_is_shown_again_before_anything_is_placed(world: World) -> None:
    chat = await world.person()
    shown = await summary(chat)
    async with pane_of(world) as http:
        await act(http, "services/1/price", price="1.80")
        await asyncio.sleep(0.1)
        await chat.taps_on(shown, "Place order")
        await chat.sees("The panel changed this service meanwhile")
        await chat.sees("charge: $1.80")
        assert (await http.get("/pane")).json()["orders"] == []


async def test_a_service_removed_meanwhile_is_said(world: World) -> None:
    chat = await world.person()
    shown = await summary(chat)
    async with pane_of(world) as http:
        await act(http, "services/1/remove")
        await asyncio.sleep(0.1)
        await chat.taps_on(shown, "Place order")
        await chat.sees("The panel does not offer service 1 to you")
        assert (await http.get("/pane")).json()["orders"] == []


async def test_money_added_is_seen_in_the_chat(world: World) -> None:
    chat = await world.person()
    async with pane_of(world) as http:
        await act(http, "accounts/0/money", amount="10")
    assert "$110.84292" in (await says(chat, "/balance")).text


OUTCOMES = {
    "lost": "I do not know whether this order was placed",
    "error": "I do not know whether this order was placed",
    "html": "I do not know whether this order was placed",
    "key": "“Invalid API key”",  # to the order, or before it to a look at its price
    "limit": "Rate limit exceeded",
}


@pytest.mark.parametrize("name", OUTCOMES)
async def test_the_bot_lives_with_every_trouble(world: World, name: str) -> None:
    chat = await world.person()
    async with pane_of(world) as http:
        shown = await summary(chat)
        await act(http, f"troubles/{name}", on=True)
        await chat.taps_on(shown, "Place order")
        await chat.sees(OUTCOMES[name])
        await act(http, f"troubles/{name}", on=False)
        made = (await http.get("/pane")).json()["orders"]
    assert [one["id"] for one in made] == (["23501"] if name == "lost" else [])
    assert len(world.panel.calls("add")) in ({0, 1} if name == "key" else {1})


async def test_the_bot_waits_for_a_slow_panel(world: World) -> None:
    chat = await world.person()
    shown = await summary(chat)
    async with pane_of(world) as http:
        await act(http, "troubles/slow", on=True)
        await chat.taps_on(shown, "Place order")
        await chat.sees("Placing your order")
        await act(http, "troubles/slow", on=False)
    await becomes(chat, shown, "is placed")


def test_every_switch_is_tried_with_the_bot() -> None:
    assert {switch.id for switch in SWITCHES} == {*OUTCOMES, "slow"}
