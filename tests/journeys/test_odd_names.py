"""Names, links and errors as panels and people write them: always shown as text, never too long."""

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.journeys.stories import becomes, confirms, places, says, summary, taps
from tests.journeys.test_choosing import services

HTML = "Likes <b>100% Real</b> & \"Cheapest\" <script>alert('hi')</script>"
EVIL = "https://example.com/?a=1&b=<i>x</i>\"'"


async def test_html_in_names_and_links_is_text_everywhere(chat: Person, panel: Panel) -> None:
    await says(chat, "/order")
    assert HTML in (await says(chat, "cheapest script")).text
    assert HTML in (await says(chat, "2020")).text
    assert HTML in (await says(chat, EVIL)).text
    shown = await says(chat, "10")
    assert HTML in shown.text
    assert EVIL in shown.text
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "Order 23501 is placed")
    assert EVIL in shown.text
    assert panel.calls("add")[0]["link"] == EVIL

    panel.set_order("23501", status="<u>Odd</u> & new")
    news = await chat.sees("Order 23501: <u>Odd</u> & new")
    assert HTML in news.text
    await taps(chat, "Show order")
    assert HTML in chat.last.text
    assert "<u>Odd</u> & new" in str((await says(chat, "/orders")).buttons)


async def test_html_in_a_panels_error_is_text(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, action="add", text="<b>No</b> & <script>no</script>")
    refusal = await confirms(chat, "Not placed.")

    assert "says: “<b>No</b> & <script>no</script>”" in refusal.text


async def test_html_in_a_refused_key(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, action="balance", text="Invalid API key <a href='x'>")

    assert "“Invalid API key <a href='x'>”" in (await says(chat, "/key abcdefgh<i>")).text


async def test_html_in_a_category_and_in_the_currency(chat: Person, panel: Panel) -> None:
    panel.currency = "<B>"
    panel.set_services(services({"service": 1, "name": "A", "category": "<b>C</b> & co"}))
    listed = await says(chat, "/order")
    assert listed.buttons == ["<b>C</b> & co (1)"]

    assert (await taps(chat, "<b>C</b>")).text.startswith("<b>C</b> & co\n")
    assert "<B>" in (await says(chat, "/balance")).text


@pytest.mark.parametrize("letter", ["n", "&", "<", "ж", "粉", "🔥", "👩‍👩‍👧‍👦"])
async def test_names_of_250_characters_fit_a_page(chat: Person, panel: Panel, letter: str) -> None:
    name = (letter * 250)[:250]
    long = [{"service": n, "name": name, "category": name[:200]} for n in range(1, 10)]
    panel.set_services(services(*long))
    await says(chat, "/order")

    page = await taps(chat, letter[:1])
    assert len(page.buttons) == 10
    assert "Page 1 of 2" in page.text
    order_id = await places(chat, "1 https://example.com/" + "x" * 1900 + " 10")
    panel.set_order(order_id, status="Completed", remains=0)
    await chat.sees(f"Order {order_id}: Completed")
    await taps(chat, "Show order")


@pytest.mark.parametrize("letter", ["n", "&", "🔥"])
async def test_long_comments_fit_a_summary(chat: Person, panel: Panel, letter: str) -> None:
    comments = "\n".join([letter * 90] * 20)
    shown = await summary(chat, f"2 https://example.com/p {comments}")
    await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "is placed")
    assert panel.calls("add")[0]["comments"] == comments
