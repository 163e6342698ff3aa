"""The documented actions, over real HTTP, in the shapes of the panel's own page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from itertools import count
from typing import Any

import httpx
import pytest

from bot.sandbox.panel import Panel, demo_key, panel_app
from bot.sandbox.panel.catalogue import catalogue
from bot.sandbox.panel.orders import ENDED
from bot.sandbox.panel.rules import RULES, type_of
from bot.serving import serve

Ask = Callable[..., Awaitable[Any]]

KEY, OTHER = "0123456789abcdef0123456789abcdef", demo_key()
LINK = "https://example.com/p/1"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(clock: Clock) -> Panel:
    return Panel(accounts={KEY: Decimal("100.84292"), OTHER: Decimal(5)}, clock=clock)


@pytest.fixture
async def http(panel: Panel) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(panel_app(panel))
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client
    await server.stop()


@pytest.fixture
def ask(http: httpx.AsyncClient) -> Ask:
    async def ask(action: str, key: str = KEY, **fields: object) -> Any:
        reply = await http.post("/api/v2", data={"key": key, "action": action, **fields})
        assert reply.status_code == 200
        return reply.json()

    return ask


async def order(ask: Ask, link: str = LINK, **fields: object) -> str:
    placed = await ask("add", **{"service": 1, "link": link, "quantity": 50, **fields})
    return str(placed["order"])


async def test_balance(ask: Ask) -> None:
    assert await ask("balance") == {"balance": "100.84292", "currency": "USD"}


async def test_services_begin_with_one_that_is_easy_to_order(ask: Ask) -> None:
    first, second, third, *_ = await ask("services")
    assert first == {
        "service": 1,
        "name": "Instagram Followers",
        "type": "Default",
        "category": "Instagram Followers",
        "rate": "0.90",
        "min": "50",
        "max": "10000",
        "refill": True,
        "cancel": True,
    }
    assert (second["type"], third["type"]) == ("Custom Comments", "Package")


def test_catalogue_is_the_same_every_time_and_has_everything_to_live_with() -> None:
    services = catalogue()
    names = [str(service["name"]) for service in services]
    rates = [Decimal(str(service["rate"])) for service in services]

    assert services == catalogue.__wrapped__()
    assert 1_900 < len(services) < 2_200
    assert len({service["service"] for service in services}) == len(services)
    assert 55 < len({service["category"] for service in services}) < 75
    assert {type_of(service) for service in services} == {*RULES, "quantum boost"}
    assert max(map(len, names)) == 250
    assert any("<script>" in name for name in names)
    assert any(service["category"] is None for service in services)
    assert (min(rate for rate in rates if rate), max(rates)) == (Decimal("0.00094"), Decimal(120))
    assert all(int(str(service["min"])) <= int(str(service["max"])) for service in services)


async def test_an_operator_changes_services(ask: Ask, panel: Panel) -> None:
    await ask("services")
    panel.set_service(1, rate="1.10", min=None)
    panel.remove_service(2)
    first, second, *_ = await ask("services")
    assert (first["rate"], first["min"], second["service"]) == ("1.10", None, 3)
    assert await ask("add", service=2, link=LINK, comments="Nice") == {"error": "Incorrect service ID"}


async def test_add_takes_the_charge(ask: Ask, panel: Panel) -> None:
    assert await ask("add", service=1, link=LINK, quantity=50) == {"order": 23501}
    assert panel.balance(KEY) == Decimal("100.84292") - Decimal("0.045")
    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "50"}]
    assert panel.requests[0].key == KEY


async def test_ids_may_have_letters(ask: Ask, panel: Panel) -> None:
    numbers = count(1)
    panel.next_order_id = lambda: f"ord_{next(numbers):04}"
    assert await ask("add", service=1, link=LINK, quantity=50) == {"order": "ord_0001"}
    assert await ask("cancel", orders="ord_0001") == [{"order": "ord_0001", "cancel": 1}]


async def test_status_as_documented(ask: Ask, panel: Panel) -> None:
    order_id = await order(ask, quantity=1000)
    panel.set_order(order_id, status="Partial", charge=Decimal("0.27819"), start_count="3572", remains="157")
    partial = {
        "charge": "0.27819",
        "start_count": "3572",
        "status": "Partial",
        "remains": "157",
        "currency": "USD",
    }
    assert await ask("status", order=order_id) == partial
    assert await ask("status", orders=f"{order_id},10") == {
        order_id: partial,
        "10": {"error": "Incorrect order ID"},
    }
    assert await ask("status", order="10") == {"error": "Incorrect order ID"}


async def test_status_may_be_made_odd(ask: Ask, panel: Panel) -> None:
    order_id = await order(ask)
    panel.set_order(order_id, status="in_progress", charge=None, start_count="", remains=-3, currency="EUR")
    odd = {"charge": None, "start_count": "", "status": "in_progress", "remains": -3, "currency": "EUR"}
    assert await ask("status", order=order_id) == odd


async def test_a_hundred_ids_and_no_more(ask: Ask) -> None:
    assert len(await ask("status", orders=",".join(map(str, range(100))))) == 100
    too_many = ",".join(map(str, range(101)))
    error = {"error": "Maximum 100 IDs in a request"}
    assert await ask("status", orders=too_many) == error
    assert await ask("cancel", orders=too_many) == error
    assert await ask("refill", orders=too_many) == error
    assert await ask("refill_status", refills=too_many) == error


async def test_refill(ask: Ask, panel: Panel) -> None:
    done, again = await order(ask), await order(ask, link=LINK + "0")
    panel.finish(done)
    panel.finish(again)
    unknown, refused = {"error": "Incorrect order ID"}, {"error": "Order not eligible for refill"}

    assert await ask("refill", order=done) == {"refill": "1"}
    assert await ask("refill", order=done) == {"refill": refused}
    assert await ask("refill", order="7") == {"refill": unknown}
    assert await ask("refill", orders=f"{again},{done},3") == [
        {"order": int(again), "refill": 2},
        {"order": int(done), "refill": refused},
        {"order": 3, "refill": unknown},
    ]


async def test_refill_status(ask: Ask, panel: Panel) -> None:
    done, again = await order(ask), await order(ask, link=LINK + "0")
    panel.finish(done)
    panel.finish(again, remains=10)
    await ask("refill", orders=f"{done},{again}")
    assert await ask("refill_status", refill="1") == {"status": "Pending"}

    panel.set_refill(1, status="Completed")
    panel.set_refill(2, status="Rejected")
    assert await ask("refill_status", refill="1") == {"status": "Completed"}
    assert await ask("refill_status", refills="1,2,3") == [
        {"refill": 1, "status": "Completed"},
        {"refill": 2, "status": "Rejected"},
        {"refill": 3, "status": {"error": "Refill not found"}},
    ]


async def test_cancel_is_accepted_once_and_done_later(ask: Ask) -> None:
    order_id = await order(ask)
    assert await ask("cancel", orders=f"9,{order_id}") == [
        {"order": 9, "cancel": {"error": "Incorrect order ID"}},
        {"order": int(order_id), "cancel": 1},
    ]
    assert await ask("cancel", orders=order_id) == [
        {"order": int(order_id), "cancel": {"error": "Order cannot be canceled"}}
    ]
    assert (await ask("status", order=order_id))["status"] == "Pending"
    assert await ask("cancel", order=order_id) == {"error": "Incorrect request"}


async def test_finishing_gives_back_what_remains(ask: Ask, panel: Panel) -> None:
    canceled, partial = await order(ask), await order(ask, link=LINK + "0", quantity=1000)
    panel.finish(canceled, remains=50)
    panel.finish(partial, remains=400)
    assert panel.balance(KEY) == Decimal("100.84292") - Decimal("0.54")
    assert (await ask("status", order=canceled))["charge"] == "0"
    assert (await ask("status", order=partial))["status"] == "Partial"
    with pytest.raises(ValueError, match="has ended: Partial"):
        panel.finish(partial)


async def test_somebody_elses_order_is_unknown(ask: Ask, panel: Panel) -> None:
    order_id = await order(ask)
    panel.finish(order_id)
    await ask("refill", order=order_id)
    unknown = {"error": "Incorrect order ID"}
    assert await ask("status", key=OTHER, order=order_id) == unknown
    assert await ask("status", key=OTHER, orders=order_id) == {order_id: unknown}
    assert await ask("refill", key=OTHER, order=order_id) == {"refill": unknown}
    assert await ask("cancel", key=OTHER, orders=order_id) == [{"order": int(order_id), "cancel": unknown}]
    assert await ask("refill_status", key=OTHER, refill="1") == {"status": {"error": "Refill not found"}}


async def test_what_is_not_understood_or_not_allowed(ask: Ask, panel: Panel, http: httpx.AsyncClient) -> None:
    assert await ask("balance", key="wrong") == {"error": "Invalid API key"}
    assert await ask("nonsense") == {"error": "Incorrect request"}
    assert await ask("status") == {"error": "Incorrect request"}
    assert await ask("status", orders=" , ") == {"error": "Incorrect request"}
    with_key = {"key": KEY, "action": "balance"}
    assert (await http.get("/api/v2", params=with_key)).json() == {"error": "Incorrect request"}
    assert (await http.post("/api/v2", json=with_key)).json() == {"error": "Incorrect request"}
    panel.close_account(KEY)
    assert await ask("balance") == {"error": "Invalid API key"}
    panel.add_account(KEY, Decimal(1))
    assert await ask("balance") == {"balance": "1", "currency": "USD"}


async def test_orders_go_their_way_with_the_clock(ask: Ask, panel: Panel, clock: Clock) -> None:
    panel.pace = 5
    panel.add_account(KEY, Decimal(1000))
    ids = [await order(ask, link=f"{LINK}{number}", quantity=100) for number in range(60)]
    asked = ",".join(ids)
    assert {item["status"] for item in (await ask("status", orders=asked)).values()} == {"Pending"}

    clock.now += 20
    half_way = await ask("status", orders=asked)
    assert {item["status"] for item in half_way.values()} == {"In progress"}
    assert all(item["start_count"] for item in half_way.values())
    assert any(0 < int(item["remains"]) < 100 for item in half_way.values())

    clock.now += 30
    ended = await ask("status", orders=asked)
    assert {item["status"] for item in ended.values()} == {"Completed", "Partial", "Canceled"}
    for item in ended.values():
        assert Decimal(item["charge"]) == Decimal("0.0009") * (100 - int(item["remains"]))
    spent = sum(Decimal(item["charge"]) for item in ended.values())
    assert panel.balance(KEY) == 1000 - spent


async def test_a_cancel_takes_a_step(ask: Ask, panel: Panel, clock: Clock) -> None:
    panel.pace = 5
    soon, late = await order(ask, quantity=1000), await order(ask, link=LINK + "0", quantity=1000)
    await ask("cancel", orders=soon)
    clock.now += 20
    await ask("cancel", orders=late)
    assert (await ask("status", order=late))["status"] == "In progress"
    clock.now += 5
    assert (await ask("status", order=soon))["status"] == "Canceled"
    assert (await ask("status", order=late))["status"] == "Partial"


async def test_refills_go_their_way_with_the_clock(ask: Ask, panel: Panel, clock: Clock) -> None:
    panel.pace = 5
    order_id = await order(ask)
    panel.finish(order_id)
    await ask("refill", order=order_id)
    seen = []
    for _ in range(4):
        seen.append((await ask("refill_status", refill="1"))["status"])
        clock.now += 5
    assert seen == ["Pending", "In progress", "In progress", "Completed"]


async def test_drip_feed_makes_child_orders(ask: Ask, panel: Panel, clock: Clock) -> None:
    panel.pace = 5
    order_id = await order(ask, runs=3, interval=10)
    assert panel.balance(KEY) == Decimal("100.84292") - Decimal("0.135")
    assert await ask("status", order=order_id) == {"status": "Pending", "runs": "3", "orders": []}

    clock.now += 10
    begun = await ask("status", order=order_id)
    assert begun == {"status": "In progress", "runs": "3", "orders": ["23502"]}
    assert (await ask("status", order="23502"))["charge"] == "0.045"

    clock.now += 200
    ended = await ask("status", order=order_id)
    assert ended == {"status": "Completed", "runs": "3", "orders": ["23502", "23503", "23504"]}
    assert all(panel.orders[child].status.lower() in ENDED for child in ended["orders"])


async def test_a_canceled_drip_feed_gives_back_the_runs_to_come(ask: Ask, panel: Panel) -> None:
    order_id = await order(ask, runs=3, interval=10)
    assert panel.add_child(order_id).id == "23502"
    panel.finish(order_id, remains=1)
    assert await ask("status", order=order_id) == {"status": "Canceled", "runs": "3", "orders": ["23502"]}
    assert panel.balance(KEY) == Decimal("100.84292") - Decimal("0.045")


SUBSCRIPTION = {
    "service": 900,
    "type": "Subscriptions",
    "rate": "1",
    "min": "10",
    "max": "500",
    "cancel": True,
}


async def test_subscriptions_order_for_each_post(ask: Ask, panel: Panel, clock: Clock) -> None:
    panel.pace = 5
    panel.set_services([SUBSCRIPTION])
    fields = {"service": 900, "username": "alice", "min": 100, "max": 200, "delay": 5}
    order_id = str((await ask("add", **fields, posts=2, expiry="31/12/2030"))["order"])
    assert await ask("status", order=order_id) == {
        "status": "Active",
        "expiry": "31/12/2030",
        "posts": "2",
        "orders": [],
    }
    assert panel.balance(KEY) == Decimal("100.84292")

    clock.now += 10
    assert (await ask("status", order=order_id))["orders"] == ["23502"]
    assert Decimal("0.1") <= Decimal("100.84292") - panel.balance(KEY) <= Decimal("0.2")

    clock.now += 60
    assert (await ask("status", order=order_id))["status"] == "Completed"


async def test_subscriptions_expire_pause_and_are_canceled(ask: Ask, panel: Panel, clock: Clock) -> None:
    panel.pace = 5
    panel.set_services([SUBSCRIPTION])
    fields = {"service": 900, "min": 100, "max": 200, "delay": 5}
    expiring = str((await ask("add", **fields, username="alice", expiry="31/12/2030"))["order"])
    canceled = str((await ask("add", **fields, username="bob"))["order"])
    await ask("cancel", orders=canceled)
    panel.add_account(KEY, Decimal("0.01"))
    clock.now += 10
    assert (await ask("status", order=expiring))["status"] == "Paused"
    assert (await ask("status", order=canceled))["status"] == "Canceled"
    clock.now += 10 * 365 * 86400
    assert (await ask("status", order=expiring))["status"] == "Expired"


async def test_only_series_have_children(ask: Ask, panel: Panel) -> None:
    order_id = await order(ask)
    with pytest.raises(TypeError, match="makes no child orders"):
        panel.add_child(order_id)
