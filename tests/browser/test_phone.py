"""The page on a phone: nothing is cut off, all is within a thumb's reach."""

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.looks import width_beyond
from tests.browser.visitor import Visitor

NARROWEST = {"width": 320, "height": 568}


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(visits: Visits) -> Visitor:
    return await visits(**PHONE)


async def test_an_order_fits(visitor: Visitor) -> None:
    assert await width_beyond(visitor.page) <= 0
    await visitor.connects()
    for label in ("New order", "Instagram Followers", "1 · "):
        await expect(visitor.key(label)).to_be_in_viewport(ratio=1)
        await visitor.taps(label)
    await visitor.sees("Send the link")
    await visitor.types("https://example.com/p/1")
    await visitor.sees("Send the quantity")
    await visitor.types("1000")
    await expect(visitor.key("Place order")).to_be_in_viewport(ratio=1)
    assert await width_beyond(visitor.page) <= 0

    await visitor.taps("Place order")
    await visitor.sees("is placed")
    assert await width_beyond(visitor.page) <= 0


async def test_the_commands_open_over_the_chat(visitor: Visitor) -> None:
    await visitor.connects()
    await visitor.clicks("Commands")
    orders = visitor.page.get_by_role("button", name="/orders")
    await expect(orders).to_be_in_viewport(ratio=1)
    await orders.click()

    await visitor.sees("No orders yet")


async def test_the_narrowest_phone_has_room_for_it(visits: Visits) -> None:
    visitor = await visits(**PHONE | {"viewport": NARROWEST})
    await visitor.connects()
    await visitor.places()

    assert await width_beyond(visitor.page) <= 0
    await expect(visitor.message).to_be_in_viewport(ratio=1)
