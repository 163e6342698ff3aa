"""What a newcomer does in the chat, from Start to a refill."""

from playwright.async_api import expect

from bot.sandbox.panel import Panel
from tests.browser.visitor import Visitor
from tests.conftest import KEY


async def test_a_newcomer_connects_a_key_whose_message_disappears(visitor: Visitor) -> None:
    await visitor.clicks("Start")
    await visitor.sees("API key")
    await visitor.types(KEY)

    await visitor.sees("Connected.")
    await visitor.sees("$100.84292")
    await visitor.sees_no_more(KEY)


async def test_a_guided_order(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    await visitor.taps("New order")
    await visitor.taps("Instagram Followers")
    await visitor.taps("1 · ")
    await visitor.sees("Send the link")
    await visitor.types("https://example.com/p/1")
    await visitor.sees("Send the quantity")
    await visitor.types("1 000")
    await visitor.sees("charge: $0.90")
    await visitor.taps("Place order")

    await visitor.sees("Order 23501 is placed")
    assert panel.calls("add") == [{"service": "1", "link": "https://example.com/p/1", "quantity": "1000"}]


async def test_news_come_by_themselves(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    order = await visitor.places()
    panel.set_order(order, status="In progress", start_count=1234, remains=600)
    await visitor.sees(f"Order {order}: In progress")

    await expect(visitor.said(f"Order {order}: In progress")).to_be_in_viewport()


async def test_a_refill_is_asked_for_and_followed(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    order = await visitor.places()
    panel.finish(order)
    await visitor.sees(f"Order {order}: Completed")
    await visitor.types("/orders")
    await visitor.taps(f"{order} ·")
    await visitor.taps("Refill", exact=True)
    await visitor.sees("Refill requested.")
    panel.set_refill("1", status="Completed")

    await visitor.sees(f"Order {order}: refill Completed")


async def test_files_go_both_ways(visitor: Visitor) -> None:
    await visitor.connects()
    await visitor.types("/mass")
    await visitor.sees("service | link | quantity")
    async with visitor.page.expect_file_chooser() as asked:
        await visitor.clicks("Attach a file")
    lines = b"1 | https://example.com/p/1 | 100\n1 | https://example.com/p/2 | 100"
    await (await asked.value).set_files({"name": "list.txt", "mimeType": "text/plain", "buffer": lines})
    await visitor.taps("Place 2 orders")
    await visitor.sees("placed: 2 of 2")
    async with visitor.page.expect_download() as sent:
        await visitor.messages.get_by_role("link", name=".csv").last.click()

    assert "https://example.com/p/2" in (await (await sent.value).path()).read_text()


async def test_a_picture_is_edited_in_place(visitor: Visitor) -> None:
    await visitor.connects()
    await visitor.places()
    await visitor.types("/stats")
    picture = visitor.messages.get_by_role("img").last
    await visitor.sees("in 30 days")
    month = await picture.screenshot()
    await visitor.taps("7 days", exact=True)
    await visitor.sees("in 7 days")

    await expect(picture).to_be_visible()
    assert await picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    assert await picture.screenshot() != month


async def test_a_tap_is_answered_with_a_toast(visitor: Visitor) -> None:
    await visitor.connects()
    await visitor.places()
    await visitor.taps("Show order")
    await visitor.taps("Copy id")

    await expect(visitor.page.get_by_role("status").get_by_text("Copied")).to_be_visible()
