"""The README's pictures: a real order, played in the page. `make screenshots` puts them into docs."""

import io
import os
import time
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import expect

from bot.sandbox.panel import Panel
from tests.browser.conftest import PHONE, Visits
from tests.browser.visitor import Visitor
from tests.conftest import World

NINE_FORTY_ONE = 1_767_260_460  # on the first day of 2026, in UTC
LARGEST = 300_000  # bytes


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder they go to."""
    return Path(os.environ.get("SCREENSHOTS", tmp_path))


@pytest_asyncio.fixture(loop_scope="session")
async def world(world: World) -> World:
    """It is always the same minutes of the same day."""
    began = time.time()
    world.telegram.clock = lambda: time.time() - began + NINE_FORTY_ONE
    return world


async def test_a_desk(visits: Visits, panel: Panel, pictures: Path) -> None:
    visitor = await visits(timezone_id="UTC", device_scale_factor=1.5)
    await orders(visitor)
    panel.set_order("23501", status="In progress", start_count=1234, remains=600)
    await visitor.sees("Order 23501: In progress")

    await takes(visitor, pictures / "screenshot.png")


async def test_a_phone_at_night(visits: Visits, panel: Panel, pictures: Path) -> None:
    visitor = await visits(**PHONE, color_scheme="dark", timezone_id="UTC", device_scale_factor=2)
    await orders(visitor)
    panel.finish("23501")
    await visitor.sees("Order 23501: Completed")

    await takes(visitor, pictures / "screenshot-phone.png")


async def orders(visitor: Visitor) -> None:
    await visitor.connects()
    await visitor.taps("New order")
    await visitor.taps("Instagram Followers")
    await visitor.taps("1 · ")
    await visitor.sees("Send the link")
    await visitor.types("https://instagram.com/natgeo")
    await visitor.sees("Send the quantity")
    await visitor.types("1 000")
    await visitor.sees("Please check your order")
    await visitor.taps("Place order")
    await visitor.sees("Order 23501 is placed")


async def takes(visitor: Visitor, path: Path) -> None:
    """A picture of 256 colours, which a page of flat ones does not miss, in a fraction of the bytes."""
    await expect(visitor.page.get_by_role("status").filter(visible=True, has_text="…")).to_have_count(0)
    shot = await visitor.page.screenshot(animations="disabled", caret="hide")
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)

    assert path.stat().st_size < LARGEST
