"""What watches over all other pages here sees what it is to see."""

import pytest
from playwright.async_api import Browser

from tests.browser.looks import hard_to_read, nameless
from tests.browser.visitor import Visitor, Watch
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


async def test_it_notices_pale_letters(visitor: Visitor) -> None:
    await visitor.page.evaluate("() => { document.querySelector('h1').style.color = '#999' }")
    assert [told for told in await hard_to_read(visitor.page) if told.startswith("2.85 'Panelgram' #999999")]


async def test_it_notices_a_button_without_a_name(visitor: Visitor) -> None:
    await visitor.page.evaluate("() => document.body.append(document.createElement('button'))")
    assert await nameless(visitor.page) == ["button"]
