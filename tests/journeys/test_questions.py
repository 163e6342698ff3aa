"""The forms: what each asks, what it takes, and /order with its answers in one go."""

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.journeys.stories import LINK, becomes, confirms, says, taps


async def test_a_package_asks_only_for_the_link(chat: Person, panel: Panel) -> None:
    await says(chat, "/order 3")
    shown = await says(chat, LINK)
    assert "charge: $1.50" in shown.text
    assert "quantity" not in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": "3", "link": LINK}]


async def test_custom_comments_asks_for_them_and_counts_the_lines(chat: Person, panel: Panel) -> None:
    await says(chat, "/order 2")
    question = await says(chat, LINK)
    assert "Send 1 to 1,500 comments, one on each line, or as a .txt file." in question.text

    shown = await says(chat, "Nice <b>one</b>!\n\n  Great & good \n")
    assert "comments: Nice <b>one</b>! / Great & good" in shown.text
    assert "quantity: 2" in shown.text
    assert "charge: $0.016" in shown.text
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    comments = "Nice <b>one</b>!\nGreat & good"
    assert panel.calls("add") == [{"service": "2", "link": LINK, "comments": comments}]


async def test_too_few_comments_are_counted_and_asked_again(chat: Person) -> None:
    number = "196"  # the first of "Instagram Custom Comments" that wants more than one
    await says(chat, f"/order {number}")
    question = await says(chat, LINK)
    assert "comments, one on each line" in question.text

    answer = await says(chat, "only one")
    assert "Lines counted: 1. Please send" in answer.text
    assert "comments, one on each line" in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        "1000",
        "1 000",
        "1,000",
        "1.000",
        "1’000",
        "1\u00a0000",
        "+1000",
        "1k",
        "١٠٠٠",
        "١٬٠٠٠",
        "१०००",
        "１０００",
    ],
)
async def test_quantities_as_people_write_them(chat: Person, panel: Panel, typed: str) -> None:
    await says(chat, f"/order 1 {LINK}")
    shown = await says(chat, typed)
    assert "quantity: 1,000" in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "1000"}]


@pytest.mark.parametrize(
    "typed", ["abc", "1,5", "10,00", "-100", "1e3", "100 likes", "½", "٫", "1/2", "9" * 40]
)
async def test_what_is_no_quantity_is_said_and_asked_again(chat: Person, typed: str) -> None:
    await says(chat, f"/order 1 {LINK}")
    answer = await says(chat, typed)

    assert "I need a whole number" in answer.text
    assert "Send the quantity: a number from 50 to 10,000." in answer.text
    assert "Please check your order" in (await says(chat, "50")).text


@pytest.mark.parametrize("typed", ["49", "10001", "0", "999999999999999999"])
async def test_a_quantity_out_of_range_is_told_the_limits(chat: Person, typed: str) -> None:
    await says(chat, f"/order 1 {LINK}")
    answer = await says(chat, typed)

    assert "The quantity must be from 50 to 10,000." in answer.text
    assert "Please check your order" in (await says(chat, "10000")).text


@pytest.mark.parametrize(
    "typed", ["hello", "two words", "ftp://example.com/x", "http://", "https://a b.com", "a\nb", "x" * 2001]
)
async def test_what_is_no_link_is_said_and_asked_again(chat: Person, typed: str) -> None:
    await says(chat, "/order 1")
    answer = await says(chat, typed)

    assert "That is no link I can order for" in answer.text
    assert "Send the link" in answer.text
    assert "Send the quantity" in (await says(chat, "example.com/p/1")).text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/order 1", "Send the link"),
        ("/order #1", "Send the link"),
        ("/ORDER 1", "Send the link"),
        (f"/order 1 {LINK}", "Send the quantity"),
        (f"/order 1 {LINK} 1 000", "quantity: 1,000"),
        (f"/order 1 {LINK}\n1000", "quantity: 1,000"),
        (f"/order@panelgram_bot 1 {LINK} 1000", "quantity: 1,000"),
        (f"/order 3 {LINK}", "charge: $1.50"),
        (f"/order 2 {LINK} Nice!\nGreat!", "quantity: 2"),
        ("/order 1 nolink 1000", "That is no link"),
        (f"/order 1 {LINK} 5", "must be from 50 to 10,000"),
        (f"/order 1 {LINK} many", "I need a whole number"),
        ("/order 99999", "does not offer service 99999"),
        (f"/order 2028 {LINK} 10", "Nothing was ordered."),
        ("/order instagram followers", "Page 1 of"),
    ],
)
async def test_order_with_arguments_goes_as_far_as_they_lead(
    chat: Person, panel: Panel, typed: str, expected: str
) -> None:
    assert expected in (await says(chat, typed)).text
    assert panel.calls("add") == []


async def test_after_a_wrong_part_the_form_goes_on(chat: Person) -> None:
    await says(chat, "/order 1 nolink 1000")
    assert "Send the quantity" in (await says(chat, LINK)).text
    assert "quantity: 1,000" in (await says(chat, "1000")).text


async def test_the_summary_says_everything(chat: Person) -> None:
    shown = await says(chat, f"/order 1 {LINK} 1000")

    for part in (
        "service: 1 · Instagram Followers",
        f"link: {LINK}",
        "quantity: 1,000",
        "charge: $0.90",
        "balance after it: $99.94292",
    ):
        assert part in shown.text
    assert "⚠️" not in shown.text
    assert shown.buttons == ["Place order", "Drip-feed", "Change", "Leave"]


async def test_a_text_at_the_summary_shows_it_again(chat: Person, panel: Panel) -> None:
    await says(chat, f"/order 1 {LINK} 1000")
    again = await says(chat, "yes please")

    assert "Please tap one of the buttons" in again.text
    assert again.buttons == ["Place order", "Drip-feed", "Change", "Leave"]
    assert panel.calls("add") == []


async def test_the_charge_has_every_digit(chat: Person) -> None:
    assert "charge: $0.0000094" in (await says(chat, f"/order 2029 {LINK} 10")).text


async def test_a_free_service_can_be_ordered(chat: Person) -> None:
    await confirms(chat, "is placed", f"2031 {LINK} 10")


async def test_leaving_a_question_by_its_button(chat: Person) -> None:
    await says(chat, "/order 1")

    assert "Left." in (await taps(chat, "Leave")).text
