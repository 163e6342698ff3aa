"""The README's pictures: a real order, played in the page. `make screenshots` puts them into docs."""

import io
import os
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import expect

from bot.sandbox.panel import Panel
from tests.browser.conftest import PHONE, Visits
from tests.browser.visitor import Visitor
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import eventually

NINE_FORTY_ONE = 1_767_260_460  # on the first day of 2026, in UTC
LARGEST = 400_000  # bytes


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder they go to."""
    return Path(os.environ.get("SCREENSHOTS", tmp_path))


@pytest_asyncio.fixture(loop_scope="session")
async def world(world: World) -> World:
    """It is always the same moment of the same day, and the panel has a single customer."""
    world.telegram.clock = world.panel.clock = lambda: NINE_FORTY_ONE
    del world.panel.accounts[OTHER_KEY]
    return world


async def test_a_desk(visits: Visits, panel: Panel, pictures: Path) -> None:
    visitor = await visits(timezone_id="UTC", device_scale_factor=1.25)
    await orders(visitor)
    await eventually(lambda: panel.calls("status"))
    for _ in range(3):
        panel.progress("23501")
    await visitor.sees("remains: 500 of 1,000")
    await expect(visitor.order("23501")).to_contain_text("500 remain")

    await takes(visitor, pictures / "screenshot.png")


async def test_a_phone_at_night(visits: Visits, panel: Panel, pictures: Path) -> None:
    visitor = await visits(**PHONE, color_scheme="dark", timezone_id="UTC", device_scale_factor=2)
    await orders(visitor)
    panel.finish("23501")
    await visitor.sees("Order 23501: Completed")

    await takes(visitor, pictures / "screenshot-phone.png")


@pytest.mark.parametrize(("code", "name"), [("ar", "arabic"), ("hi", "hindi")])
async def test_a_phone_in_another_language(
    visits: Visits, panel: Panel, pictures: Path, code: str, name: str
) -> None:
    visitor = await visits(**PHONE, timezone_id="UTC", device_scale_factor=2)
    await visitor.page.get_by_role("combobox", name="Language").select_option(code)
    await visitor.orders_by_place()
    panel.set_order("23501", status="In progress", remains=500)
    await expect(visitor.messages.get_by_role("article").last).to_contain_text("500")

    await takes(visitor, pictures / f"screenshot-{name}.png")


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
    """In 256 colours, the rarest too: a third of the bytes, and no difference that one sees; dots between
    colours would cost more than they show."""
    shot = await at_rest(visitor)
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    colors = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE)
    picture.quantize(palette=colors, dither=Image.Dither.NONE).save(path, optimize=True)

    assert path.stat().st_size < LARGEST


async def at_rest(visitor: Visitor) -> bytes:
    """The page once nothing in it moves any more."""
    before = b""
    for _ in range(20):
        shot = await visitor.page.screenshot(animations="disabled", caret="hide")
        if shot == before:
            break
        before = shot
    return shot
