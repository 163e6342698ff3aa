"""The page for those who see little, or do not use a mouse."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visits
from tests.browser.looks import hard_to_read, nameless
from tests.browser.visitor import Visitor
from tests.conftest import KEY

LINK = "https://example.com/p/1"
TAB_STOPS = 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(visits: Visits, scheme: Literal["light", "dark"]) -> None:
    visitor = await visits(color_scheme=scheme)
    assert await hard_to_read(visitor.page) == []
    await visitor.connects()
    await visitor.places()
    await visitor.types("/help")
    await visitor.sees("/forget")
    assert await hard_to_read(visitor.page) == []

    await visitor.clicks("Commands")
    assert await hard_to_read(visitor.page) == []


async def test_dark_is_dark(visits: Visits) -> None:
    def brightness(color: str) -> int:
        return sum(map(int, color.removeprefix("rgb(").removesuffix(")").split(",")))

    backs = []
    for scheme in ("light", "dark"):
        visitor = await visits(color_scheme=scheme)
        backs.append(await visitor.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = map(brightness, backs)
    assert light > 3 * 200
    assert dark < 3 * 50


async def test_everything_has_a_name(visitor: Visitor) -> None:
    assert await nameless(visitor.page) == []
    await visitor.connects()
    await visitor.places()
    await visitor.clicks("Commands")

    assert await nameless(visitor.page) == []


async def test_an_order_without_a_mouse(visitor: Visitor) -> None:
    press = visitor.page.keyboard.press
    await goes_to(visitor, "Start")
    await press("Enter")
    await visitor.sees("API key")
    await expect(visitor.message).to_be_focused()
    await visitor.page.keyboard.type(KEY)
    await press("Enter")
    await visitor.sees("Connected.")
    await visitor.page.keyboard.type(f"/order 1 {LINK} 1000")
    await press("Enter")
    await goes_to(visitor, "Place order", by="Shift+Tab")
    await press("Enter")

    await visitor.sees("Order 23501 is placed")


async def goes_to(visitor: Visitor, name: str, *, by: str = "Tab") -> None:
    """Press Tab until that button has the focus, and shows it."""
    button = visitor.page.get_by_role("button", name=name).last
    await expect(button).to_be_visible()
    for _ in range(TAB_STOPS):
        if await button.evaluate("it => it === document.activeElement"):
            assert await button.evaluate("it => getComputedStyle(it).outlineStyle") != "none"
            return
        await visitor.page.keyboard.press(by)
    raise AssertionError(f"{name!r} is not reached by {by}")
