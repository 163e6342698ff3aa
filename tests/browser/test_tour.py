"""The first visit's tour: five steps, once."""

from playwright.async_api import expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.looks import hard_to_read, nameless, width_beyond


async def test_five_steps_lead_through_it(visits: Visits) -> None:
    visitor = await visits(tour=True)
    tour = visitor.page.get_by_role("dialog", name="Tour")
    told = []
    for step in range(1, 6):
        await expect(tour).to_contain_text(f"{step} of 5")
        await expect(tour).to_be_in_viewport(ratio=1)
        await expect(tour.get_by_role("button", name="Skip")).to_have_count(1 if step < 5 else 0)
        told.append(await tour.inner_text())
        await tour.get_by_role("button", name="Next" if step < 5 else "Done").click()
    await expect(tour).to_be_hidden()
    assert len(set(told)) == 5

    await visitor.page.reload()
    await expect(visitor.page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    await expect(tour).to_be_hidden()


async def test_it_may_be_skipped(visits: Visits) -> None:
    visitor = await visits(tour=True)
    tour = visitor.page.get_by_role("dialog", name="Tour")
    await visitor.clicks("Skip")
    await expect(tour).to_be_hidden()
    await visitor.page.reload()
    await visitor.connects()

    await expect(tour).to_be_hidden()


async def test_the_page_can_be_used_meanwhile(visits: Visits) -> None:
    visitor = await visits(tour=True)
    await expect(visitor.page.get_by_role("dialog", name="Tour")).to_be_visible()
    await visitor.connects()


async def test_it_fits_a_phone_and_is_readable(visits: Visits) -> None:
    visitor = await visits(tour=True, **PHONE)
    tour = visitor.page.get_by_role("dialog", name="Tour")
    for step in range(1, 6):
        await expect(tour).to_contain_text(f"{step} of 5")
        await expect(tour).to_be_in_viewport(ratio=1)
        assert await width_beyond(visitor.page) <= 0
        assert await hard_to_read(visitor.page) == []
        assert await nameless(visitor.page) == []
        await tour.get_by_role("button", name="Next" if step < 5 else "Done").click()
