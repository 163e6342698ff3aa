"""What can be measured of how a page looks, and what it tells a screen reader."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageStat
from playwright.async_api import Page

TEXTS = (Path(__file__).parent / "texts.js").read_text()
HIDDEN = "* { color: #0000 !important; caret-color: #0000 !important; transition: none !important }"
HIDE = f"() => {{ (document.adoptedStyleSheets[0] = new CSSStyleSheet()).replaceSync('{HIDDEN}') }}"
SHOW = "() => { document.adoptedStyleSheets = [] }"
READABLE, READABLE_LARGE = 4.5, 3.0  # WCAG 2.2, level AA

REGIONS = {"image", "dialog", "log", "complementary", "tabpanel"}
STRUCTURE = {"listitem"}  # takes the focus only from a script, when what had it goes away


async def hard_to_read(page: Page) -> list[str]:
    """The texts in view with too little contrast to the pixels behind them, each with its ratio."""
    texts: list[dict[str, Any]] = await page.evaluate(TEXTS)
    await page.evaluate(HIDE)
    shot = await page.screenshot(animations="disabled", scale="css")
    await page.evaluate(SHOW)
    still_there = await page.evaluate(TEXTS)  # the page may have moved on meanwhile
    texts = [text for text in texts if text in still_there]
    assert texts
    behind = Image.open(io.BytesIO(shot)).convert("RGB")
    return sorted({told for text in texts if (told := _too_weak(text, behind))})


def _too_weak(text: dict[str, Any], picture: Image.Image) -> str | None:
    below = ImageStat.Stat(picture.crop(text["middle"])).mean
    alpha = text["alpha"]
    color = [part * alpha + under * (1 - alpha) for part, under in zip(text["color"], below, strict=True)]
    ratio = _contrast(color, below)
    if ratio >= (READABLE_LARGE if text["large"] else READABLE):
        return None
    return f"{ratio:.2f} {text['text']!r} {_hex(color)} on {_hex(below)}"


def _contrast(one: Sequence[float], other: Sequence[float]) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Sequence[float]) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part / 255) for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(color: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in color)


async def nameless(page: Page) -> list[str]:
    """What takes the focus, or is a region, without a name, as the browser tells it to a screen reader."""
    session = await page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    await session.detach()
    told = [node for node in nodes if not node["ignored"] and _has_to_be_named(node)]
    assert told
    return [_role(node) for node in told if not node["name"]["value"].strip()]


def _has_to_be_named(node: dict[str, Any]) -> bool:
    return _role(node) in REGIONS or (_focusable(node) and _role(node) not in STRUCTURE)


def _role(node: dict[str, Any]) -> str:
    return str(node["role"]["value"])


def _focusable(node: dict[str, Any]) -> bool:
    return any(said["name"] == "focusable" and said["value"]["value"] for said in node["properties"])


async def width_beyond(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    beyond: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return beyond
