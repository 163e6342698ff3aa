"""One browser for all tests, so they share one event loop; a world and a window for each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import launch
from tests.browser.visitor import Visitor, Watch
from tests.conftest import World, world_in
from tests.journeys.conftest import log_lines  # noqa: F401 - a fixture, used by itself

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TOUR_IS_DONE = "if (location.host) localStorage.tour ??= 'done'"


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, pytest.Module):
        collector.add_marker(pytest.mark.asyncio(loop_scope="session"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with world_in(tmp_path) as made:
        yield made


Visits = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, world: World) -> AsyncIterator[Visits]:
    """Opens the page in a new window, as a browser of its own; none of them may misbehave."""
    watch, contexts = Watch(world.url), []

    async def open_page(*, tour: bool = False, **options: Any) -> Visitor:
        context = await browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB"} | options)
        if not tour:
            await context.add_init_script(TOUR_IS_DONE)
        contexts.append(context)
        watch.over(context)
        visitor = Visitor(await context.new_page(), world)
        await visitor.opens()
        return visitor

    yield open_page
    for context in contexts:
        await context.close()
    assert watch.faults == []


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(visits: Visits) -> Visitor:
    """A newcomer at a desk."""
    return await visits()
