"""Other people's clients of the API take the sandbox for a panel, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest
from safesmm import SafeSMM, SafeSMMError
from smm import SMM, SMMAPIError

from bot.sandbox.panel import Panel, panel_app
from bot.serving import serve

KEY = "0123456789abcdef0123456789abcdef"
LINK = "https://example.com/p/1"


@pytest.fixture
def panel() -> Panel:
    return Panel(accounts={KEY: Decimal("100.84292")})


@pytest.fixture
async def url(panel: Panel) -> AsyncIterator[str]:
    server = await serve(panel_app(panel))
    yield f"{server.url}/api/v2"
    await server.stop()


@pytest.fixture
def safe(url: str) -> SafeSMM:
    return SafeSMM(KEY, api_url=url)


@pytest.fixture
async def babi(url: str) -> AsyncIterator[SMM]:
    client = SMM(url, KEY)
    yield client
    client.close()


async def aside(call: Callable[..., Any], *values: Any, **more: Any) -> Any:
    """These clients block."""
    return await asyncio.to_thread(call, *values, **more)


async def test_safesmm_drives_the_panel(safe: SafeSMM, panel: Panel) -> None:
    assert await aside(safe.balance) == {"balance": "100.84292", "currency": "USD"}
    assert len(await aside(safe.services)) == len(panel.services)
    assert await aside(safe.add_order, 1, LINK, 50) == {"order": 23501}
    assert await aside(safe.add_order, 2, LINK, comments="\n".join("abcdefghij")) == {"order": 23502}
    assert (await aside(safe.status, 23501))["status"] == "Pending"
    assert set(await aside(safe.multi_status, [23501, 23502])) == {"23501", "23502"}
    assert await aside(safe.cancel, 23501) == [{"order": 23501, "cancel": 1}]
    panel.finish("23501")
    assert await aside(safe.refill, 23501) == {"refill": "1"}

    assert panel.calls("add")[0] == {"service": "1", "link": LINK, "quantity": "50"}
    assert panel.calls("cancel") == [{"orders": "23501"}]
    assert panel.calls("refill") == [{"order": "23501"}]


async def test_babismm_drives_the_panel(babi: SMM, panel: Panel) -> None:
    assert await aside(babi.get_balance) == {"balance": "100.84292", "currency": "USD"}
    assert len(await aside(babi.get_services)) == len(panel.services)
    first, second = [
        (await aside(babi.add_order, 1, f"{LINK}/{number}", quantity=50))["order"] for number in range(2)
    ]
    assert (await aside(babi.get_status, first))["remains"] == "50"
    assert set(await aside(babi.get_multi_status, [first, second])) == {str(first), str(second)}
    assert await aside(babi.cancel_orders, [first, 7]) == [
        {"order": first, "cancel": 1},
        {"order": 7, "cancel": {"error": "Incorrect order ID"}},
    ]
    for order in (first, second):
        panel.finish(order)
    assert await aside(babi.create_refill, first) == {"refill": "1"}
    assert await aside(babi.create_multi_refill, [first, second]) == [
        {"order": first, "refill": {"error": "Order not eligible for refill"}},
        {"order": second, "refill": 2},
    ]
    assert await aside(babi.get_refill_status, 1) == {"status": "Pending"}
    panel.set_refill(2, status="Rejected")
    assert await aside(babi.get_multi_refill_status, [1, 2, 9]) == [
        {"refill": 1, "status": "Pending"},
        {"refill": 2, "status": "Rejected"},
        {"refill": 9, "status": {"error": "Refill not found"}},
    ]


async def test_babismm_orders_a_drip_feed_and_a_subscription(babi: SMM, panel: Panel) -> None:
    dripping = next(s for s in panel.services if s.get("dripfeed") and s["type"] == "Default")
    posting = next(s for s in panel.services if s["type"] == "Subscriptions")
    least = int(str(posting["min"]))
    form = {"username": "someone", "min": least, "max": least, "posts": 3, "delay": 0}
    await aside(
        babi.add_order, dripping["service"], LINK, quantity=int(str(dripping["min"])), runs=2, interval=10
    )
    await aside(babi.add_order, posting["service"], **form)

    assert panel.calls("add")[0]["runs"] == "2"
    assert panel.calls("add")[1] == {
        "service": str(posting["service"]),
        **{name: str(value) for name, value in form.items()},
    }


async def test_they_hear_the_panels_no(safe: SafeSMM, babi: SMM, panel: Panel) -> None:
    for refuse in (lambda: safe.add_order(1, LINK, 1), lambda: babi.add_order(1, LINK, quantity=1)):
        with pytest.raises((SafeSMMError, SMMAPIError), match="Quantity less than minimal 50"):
            await aside(refuse)
    panel.close_account(KEY)
    for refuse in (safe.balance, babi.get_balance):
        with pytest.raises((SafeSMMError, SMMAPIError), match="Invalid API key"):
            await aside(refuse)
