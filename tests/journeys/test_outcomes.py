"""How placing an order can go: one request ever, and the truth about it."""

from typing import Unpack

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.panel.trouble import Details
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import LINK, becomes, confirms, rows, says, summary, taps

UNCERTAIN = "I do not know whether this order was placed"
JSON = {"content-type": "text/html; charset=utf-8"}


async def confirmed(chat: Person, panel: Panel, trouble: Trouble, **details: Unpack[Details]) -> str:
    """What the message says once the outcome is there."""
    panel.misbehave(trouble, action="add", **details)
    shown = await summary(chat)
    await chat.taps_on(shown, "Place order")

    def look() -> bool | None:
        return not any(word in shown.text for word in ("Placing", "Please check")) or None

    await chat.chat.changed.until(look, within=10)
    assert len(panel.calls("add")) == 1
    return shown.text


async def test_placed_tells_what_and_under_which_id(chat: Person, panel: Panel) -> None:
    placed = await confirms(chat, "✅ Order 23501 is placed.")

    for part in ("1 · Instagram Followers", LINK, "quantity: 1,000", "charge: $0.90"):
        assert part in placed.text
    assert placed.buttons == ["Show order"]
    assert len(panel.calls("add")) == 1


async def test_says_that_it_is_placing_while_the_panel_thinks(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat)
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "Placing your order…")
    assert shown.buttons == []
    assert "Balance:" in (await says(chat, "/balance")).text  # nobody waits behind an order
    assert "being placed" in str((await says(chat, "/orders")).buttons)

    panel.calm()
    await becomes(chat, shown, "Order 23501 is placed")


async def test_a_slow_answer_is_waited_for(chat: Person, panel: Panel) -> None:
    assert "is placed" in await confirmed(chat, panel, Trouble.SLOW, delay=0.3)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Bad link", ""),
        ("Not enough funds on balance", "Top up your balance at"),
        ("neworder.error.not_enough_funds", "Top up your balance at"),
        ("You have active order with this link.", "still busy with another order"),
        ("Disabled service ID", "does not offer this service any more"),
        ("Account suspended", "send /key"),
        ("We are in maintenance", "only for now"),
        ("Something of our own", ""),
    ],
)
async def test_the_panels_no_is_told_in_its_own_words(
    chat: Person, panel: Panel, text: str, advice: str
) -> None:
    told = await confirmed(chat, panel, Trouble.ERROR, text=text)

    assert f"Not placed. Sandbox panel says: “{text}”" in told
    assert "This order was not charged." in told
    assert advice in told


@pytest.mark.parametrize("status", [400, 403, 422, 500])
async def test_a_clear_no_under_any_http_status_is_a_no(chat: Person, panel: Panel, status: int) -> None:
    body = '{"status": "fail", "message": "Quantity less than minimal 2000"}'

    told = await confirmed(chat, panel, Trouble.CUSTOM, status=status, body=body)
    assert "Not placed." in told
    assert "Quantity less than minimal 2000" in told


async def test_a_wrong_key_is_a_no(chat: Person, panel: Panel) -> None:
    assert "Not placed." in await confirmed(chat, panel, Trouble.WRONG_KEY)


async def test_a_rate_limit_is_a_no(chat: Person, panel: Panel) -> None:
    told = await confirmed(chat, panel, Trouble.RATE_LIMIT)

    assert "Rate limit exceeded" in told
    assert "try again in a few minutes" in told


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble.LOST_ANSWER,
        Trouble.LOST_REQUEST,
        Trouble.CUT_JSON,
        Trouble.EMPTY,
        Trouble.SERVER_ERROR,
        Trouble.HTML,
    ],
)
async def test_no_readable_answer_is_uncertain_and_never_sent_again(
    chat: Person, panel: Panel, trouble: Trouble
) -> None:
    told = await confirmed(chat, panel, trouble)

    assert UNCERTAIN in told
    assert "you never pay twice" in told
    assert chat.buttons == ["Look again", "Enter the id", "It was not placed"]
    panel.calm()
    await says(chat, "/balance")
    assert len(panel.calls("add")) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "{}"),
        (200, "null"),
        (200, '{"order": null}'),
        (200, '{"order": 0}'),
        (200, '{"order": ""}'),
        (200, '{"status": "success"}'),
        (302, ""),
        (500, '{"error": "Something broke"}'),
        (502, "<html>Bad gateway</html>"),
        (504, ""),
    ],
)
async def test_an_answer_that_tells_no_id_is_uncertain(
    chat: Person, panel: Panel, status: int, body: str
) -> None:
    headers = JSON | {"location": "/api/v2"}

    assert UNCERTAIN in await confirmed(
        chat, panel, Trouble.CUSTOM, status=status, body=body, headers=headers
    )


@pytest.mark.parametrize(
    ("body", "order_id"),
    [('{"order": "ord_01HGX"}', "ord_01HGX"), ('{"order": "777"}', "777"), ('\ufeff{"order": 778}', "778")],
)
async def test_ids_of_any_kind(chat: Person, panel: Panel, body: str, order_id: str) -> None:
    assert f"Order {order_id} is placed" in await confirmed(chat, panel, Trouble.CUSTOM, body=body)


async def test_try_again_after_a_no_is_a_new_order(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, action="add", times=1, text="Bad link")
    refusal = await confirms(chat, "Not placed.")
    shown = await taps(chat, "Try again", on=refusal)
    assert "Please check your order" in shown.text
    await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "is placed")
    assert len(panel.calls("add")) == 2
    assert sorted(row["state"] for row in rows(world, "SELECT state FROM orders")) == ["open", "rejected"]


async def test_the_outcome_comes_anew_when_its_message_is_gone(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat)
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "Placing")
    shown.chat.remove(shown)
    panel.calm()

    assert (await chat.sees("Order 23501 is placed")) is not shown


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_the_outcome_is_told_later_when_telegram_stumbles(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat)
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "Placing")
    world.telegram.trouble("editMessageText", status=429, retry_after=1)
    panel.calm()

    await chat.sees("Order 23501 is placed")
    assert len(panel.calls("add")) == 1
