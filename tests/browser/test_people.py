"""Several people in one browser: each has a chat of their own, a language, and may block the bot."""

from playwright.async_api import expect

from bot.gateway.languages import languages
from bot.sandbox.panel import Panel
from tests.browser.visitor import Visitor
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import eventually, rows


async def test_they_stand_side_by_side(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    order = await visitor.places()
    users = visitor.page.get_by_role("combobox", name="User")
    first = await users.input_value()
    await visitor.clicks("Add user")
    await visitor.sees_no_more(f"Order {order}")
    await visitor.connects(OTHER_KEY)
    await visitor.types("/orders")
    await visitor.sees("No orders yet")
    panel.set_order(order, status="In progress")
    await expect(users.locator(f"option[value='{first}']")).to_contain_text("(1)")
    await visitor.sees_no_more(f"Order {order}")

    await users.select_option(first)
    await visitor.sees(f"Order {order}: In progress")
    await visitor.sees_no_more("No orders yet")
    assert [call.key for call in panel.requests if call.action == "add"] == [KEY]


NOTE_HOW_IT_IS_TOLD = """(log) => {
    window.told = [];
    new MutationObserver(() => told.push(log.ariaLive)).observe(log, { childList: true });
}"""


async def test_a_screen_reader_is_told_what_is_new_and_not_all_again(visitor: Visitor, panel: Panel) -> None:
    await visitor.connects()
    order = await visitor.places()
    await visitor.clicks("Add user")
    await visitor.sees_no_more(f"Order {order} is placed")
    await visitor.messages.evaluate(NOTE_HOW_IT_IS_TOLD)
    await visitor.page.get_by_role("combobox", name="User").select_option(index=0)
    await visitor.sees(f"Order {order} is placed")
    assert (await visitor.page.evaluate("told"))[0] == "off"

    panel.set_order(order, status="In progress")
    await visitor.sees(f"Order {order}: In progress")
    assert (await visitor.page.evaluate("told"))[-1] == "polite"


async def test_they_are_there_after_a_reload(visitor: Visitor) -> None:
    await visitor.connects()
    await visitor.clicks("Add user")
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    await visitor.page.get_by_role("combobox", name="User").select_option(index=0)

    await visitor.sees("Connected.")


async def test_all_languages_of_the_bot_are_offered(visitor: Visitor) -> None:
    offered = visitor.page.get_by_role("combobox", name="Language").locator("option")
    codes = [await option.get_attribute("value") for option in await offered.all()]
    assert sorted(str(code) for code in codes) == sorted(
        code.replace("_", "-").lower() for code in languages()
    )


async def test_each_speaks_a_language(visitor: Visitor, world: World) -> None:
    await visitor.connects()
    await visitor.clicks("Add user")
    await visitor.page.get_by_role("combobox", name="Language").select_option("ru")
    await visitor.clicks("Start")
    await expect(visitor.messages.get_by_role("article")).to_have_count(2)

    people = [chat.person for chat in world.telegram.chats.values()]
    assert [person.language_code for person in people if person] == ["en", "ru"]


async def test_who_blocks_the_bot_hears_nothing_until_they_return(
    visitor: Visitor, panel: Panel, world: World
) -> None:
    await visitor.connects()
    order = await visitor.places()
    await visitor.clicks("Block bot")
    await expect(visitor.message).to_be_hidden()
    await eventually(lambda: rows(world, "SELECT 1 FROM people WHERE blocked_at IS NOT NULL"))
    panel.finish(order)
    await eventually(lambda: rows(world, "SELECT 1 FROM outbox"))
    await visitor.sees_no_more(f"Order {order}: Completed")

    await visitor.clicks("Unblock bot")
    await visitor.sees(f"Order {order}: Completed")
    await expect(visitor.message).to_be_visible()


async def test_what_is_written_from_right_to_left_begins_at_the_right(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("combobox", name="Language").select_option("fa")
    await visitor.clicks("Start")
    await visitor.hears_after(1)
    await visitor.answers(KEY)
    await visitor.answers("/order 1")
    behind = """text => {
        const sign = document.createRange(), nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
        while (!nodes.nextNode().data.includes("$"));
        const at = nodes.currentNode.data.indexOf("$");
        sign.setStart(nodes.currentNode, at);
        sign.setEnd(nodes.currentNode, at + 1);
        return text.getBoundingClientRect().right - sign.getBoundingClientRect().right;
    }"""
    assert await visitor.bots.last.locator(".text").evaluate(behind) < 60

    await visitor.answers("/language")
    await visitor.taps("فارسی")
    toast = page.get_by_role("status")
    await expect(toast).not_to_be_empty()
    assert await toast.evaluate("toast => getComputedStyle(toast).direction") == "rtl"
