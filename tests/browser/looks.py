"""What can be measured of how a page looks and what it tells a screen reader."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
REGIONS = {"image", "dialog", "log", "complementary", "tabpanel"}
READABLE, READABLE_LARGE = 4.5, 3.0  # WCAG 2.2, level AA


async def hard_to_read(page: Page) -> list[str]:
    """The texts in view whose contrast to what is behind them is too low, each with its ratio."""
    texts: list[dict[str, Any]] = await page.evaluate(CONTRAST)
    assert texts
    return [
        f"{found['ratio']:.2f} {found['text']!r} {found['color']} on {found['behind']}"
        for found in texts
        if found["ratio"] < (READABLE_LARGE if found["large"] else READABLE)
    ]


async def nameless(page: Page) -> list[str]:
    """What takes the focus, or is a region, without a name, as the browser tells it to a screen reader."""
    session = await page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    await session.detach()
    told = [node for node in nodes if not node["ignored"] and (_focusable(node) or _role(node) in REGIONS)]
    assert told
    return [_role(node) for node in told if not node["name"]["value"].strip()]


def _role(node: dict[str, Any]) -> str:
    return str(node["role"]["value"])


def _focusable(node: dict[str, Any]) -> bool:
    return any(said["name"] == "focusable" and said["value"]["value"] for said in node["properties"])


async def width_beyond(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    beyond: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return beyond
