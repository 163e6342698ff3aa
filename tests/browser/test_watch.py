"""The watch over all other pages here sees what it is to see."""

import pytest
from playwright.async_api import Browser

from tests.browser.visitor import Watch
from tests.conftest import World
from tests.journeys.stories import eventually

ELSEWHERE = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("console.error('it is broken')", "it is broken"),
        ("setTimeout(() => { throw new Error('it is broken') })", "it is broken"),
        ("document.body.setAttribute('style', 'color: red')", "Security Policy"),
        (f"document.body.append(Object.assign(new Image(), {{src: '{ELSEWHERE}'}}))", "Security Policy"),
        (f"open('{ELSEWHERE}')", f"asked {ELSEWHERE}"),
    ],
)
async def test_it_notices(browser: Browser, world: World, script: str, fault: str) -> None:
    watch, context = Watch(world.url), await browser.new_context()
    watch.over(context)
    page = await context.new_page()
    await page.goto(world.url)
    assert watch.faults == []
    await page.evaluate(script)

    await eventually(lambda: [told for told in watch.faults if fault in told])
    await context.close()
