"""The panel operator's pane beside the chat: what is done there is seen in the chat at once."""

import re

import pytest
from playwright.async_api import Locator, expect

from bot.sandbox.panel import Panel
from tests.browser.conftest import PHONE, Visits
from tests.browser.looks import hard_to_read, nameless, width_beyond
from tests.browser.visitor import Visitor
from tests.conftest import KEY

TROUBLES = {
    "HTML page": "does not answer",
    "Too many requests": "Rate limit exceeded",
    "Wrong key": "does not accept your key",
}


async def test_an_order_arrives_and_is_completed(visitor: Visitor) -> None:
    await visitor.connects()
    order = await visitor.places()
    shown = visitor.order(order)
    await expect(shown).to_contain_text("Pending")
    await shown.get_by_role("button", name="Progress", exact=True).click()
    await visitor.sees(f"Order {order}: In progress")
    await shown.get_by_role("button", name="Complete", exact=True).click()

    await visitor.sees(f"Order {order}: Completed")
    await expect(shown).to_contain_text("Completed")


async def test_orders_that_end_otherwise(visitor: Visitor) -> None:
    await visitor.connects()
    for control, outcome in {"Partial": "Partial", "Cancel": "Canceled", "Refund": "Refunded"}.items():
        order = await visitor.places(f"1 https://example.com/{control} 1000")
        await visitor.order(order).get_by_role("button", name=control, exact=True).click()
        await visitor.sees(f"Order {order}: {outcome}")


async def test_a_lost_answer_is_uncertain_and_never_sent_again(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    lost = visitor.pane.get_by_role("switch", name="Lost answer")
    await lost.click()
    await expect(lost).to_be_checked()
    await visitor.types("/order 1 https://example.com/p/1 1000")
    await visitor.taps("Place order")
    await visitor.sees("I do not know whether this order was placed")
    await visitor.sees("most likely placed")

    await expect(visitor.order("23501")).to_be_visible()
    assert len(panel.calls("add")) == 1
    await lost.click()
    await expect(lost).not_to_be_checked()
    assert await visitor.places("1 https://example.com/p/2 1000") == "23502"


async def test_other_troubles_are_told(visitor: Visitor) -> None:
    await visitor.connects()
    for name, told in TROUBLES.items():
        trouble = visitor.pane.get_by_role("switch", name=name)
        await trouble.click()
        await visitor.types("/balance")
        await visitor.sees(told)
        await trouble.click()


async def test_a_refill_is_finished(visitor: Visitor) -> None:
    await visitor.connects()
    order = await visitor.places()
    await visitor.order(order).get_by_role("button", name="Complete", exact=True).click()
    await visitor.sees(f"Order {order}: Completed")
    await visitor.types("/orders")
    await visitor.taps(f"{order} ·")
    await visitor.taps("Refill", exact=True)
    refill = visitor.pane.get_by_role("article", name="Refill 1", exact=True)
    await refill.get_by_role("button", name="Finish", exact=True).click()

    await visitor.sees(f"Order {order}: refill Completed")


async def test_a_new_price_is_asked_for_at_once(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    service = await found(visitor, "1")
    await service.get_by_label("Price").fill("1.25")
    await service.get_by_role("button", name="Set price").click()
    await expect(service.get_by_label("Price")).to_have_value("1.25")
    service_1 = panel.service("1")
    assert service_1
    assert service_1["rate"] == "1.25"


async def test_a_removed_service_cannot_be_ordered(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    service = await found(visitor, "1")
    await service.get_by_role("button", name="Remove").click()
    await expect(service.get_by_role("button", name="Remove")).to_have_count(0)
    assert panel.service("1") is None
    await visitor.pane.get_by_role("searchbox", name="Find a service").fill("")
    await service.get_by_role("button", name="Put back").click()
    await expect(service.get_by_role("button", name="Remove")).to_be_visible()
    assert panel.service("1")


async def test_money_is_added(visitor: Visitor) -> None:
    await visitor.connects()
    account = visitor.pane.get_by_role("article", name=KEY[-4:])
    await expect(account.first).to_contain_text("100.84")
    await account.first.get_by_role("button", name="Add money").click()
    await expect(account.first).not_to_contain_text("100.84")


async def test_on_a_phone_one_part_is_seen_at_a_time(visits: Visits) -> None:
    visitor = await visits(**PHONE)
    await visitor.connects()
    order = await visitor.places()
    await expect(visitor.pane).to_be_hidden()
    await visitor.page.get_by_role("tab", name="Panel").click()
    await expect(visitor.message).to_be_hidden()
    assert await width_beyond(visitor.page) <= 0
    await expect(visitor.order(order)).not_to_have_class(re.compile("fresh"))
    await visitor.order(order).get_by_role("button", name="Complete", exact=True).click()
    await visitor.page.get_by_role("tab", name="Chat").click()

    await visitor.sees(f"Order {order}: Completed")
    await expect(visitor.pane).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_in_it_can_be_read_and_has_a_name(visits: Visits, scheme: str) -> None:
    visitor = await visits(color_scheme=scheme)
    await visitor.connects()
    order = await visitor.places()
    await visitor.order(order).get_by_role("button", name="Complete", exact=True).click()
    await visitor.sees(f"Order {order}: Completed")
    await found(visitor, "followers")

    assert await hard_to_read(visitor.page) == []
    assert await nameless(visitor.page) == []


async def found(visitor: Visitor, words: str) -> Locator:
    """The first service that these words find."""
    await visitor.pane.get_by_role("searchbox", name="Find a service").fill(words)
    service = visitor.pane.get_by_role("article", name="Service 1", exact=True)
    await expect(service).to_be_visible()
    return service
