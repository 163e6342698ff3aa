"""An uncertain order: its person looks, and decides."""

from decimal import Decimal

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import LINK, becomes, confirms, data_of, places, rows, says, taps

UNCERTAIN = "I do not know whether this order was placed"


async def uncertain(chat: Person, panel: Panel, *, made: bool, order: str = f"1 {LINK} 1000") -> None:
    panel.misbehave(Trouble.LOST_ANSWER if made else Trouble.LOST_REQUEST, action="add", times=1)
    await confirms(chat, UNCERTAIN, order)


async def test_the_balance_speaks_for_it(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=True)
    told = await chat.sees("most likely placed")

    assert "balance before: $100.84292\nbalance now: $99.94292" in told.text


async def test_the_balance_speaks_against_it(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=False)
    told = await chat.sees("probably not placed")

    assert "balance now: $100.84292" in told.text


async def test_look_again_finds_the_money_gone_after_all(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=False)
    await chat.sees("probably not placed")
    panel.add_account(KEY, Decimal("99.94292"))

    assert "most likely placed" in (await taps(chat, "Look again")).text
    panel.add_account(KEY, Decimal(50))
    assert "Something else moved your balance" in (await taps(chat, "Look again")).text
    assert chat.buttons == ["Look again", "Enter the id", "It was not placed"]


async def test_look_again_says_so_when_the_panel_does_not_answer(chat: Person, panel: Panel) -> None:
    """What is shown as "balance now" must be of now."""
    await uncertain(chat, panel, made=False)
    await chat.sees("probably not placed")
    panel.misbehave(Trouble.SERVER_ERROR, action="balance")
    tap = await chat.taps("Look again")
    await tap.answer()

    await chat.sees("does not answer")


async def test_look_again_with_nothing_new_is_answered(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=True)
    await chat.sees("most likely placed")
    tap = await chat.taps("Look again")

    assert "Asking for your balance" in await tap.answer()
    assert "Balance:" in (await says(chat, "/balance")).text


async def test_without_a_balance_there_is_no_evidence_yet(chat: Person, panel: Panel) -> None:
    await says(chat, "/order")
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    panel.misbehave(Trouble.SERVER_ERROR, action="balance")
    await confirms(chat, UNCERTAIN)

    await chat.sees("could not compare your balance yet")


async def test_the_right_id_is_followed(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=True)
    assert "send me its id" in (await taps(chat, "Enter the id")).text
    answer = await says(chat, "23501")
    assert "Order 23501 was placed" in answer.text
    assert LINK in answer.text

    panel.set_order("23501", status="In progress", remains=600)
    await chat.sees("Order 23501: In progress")
    assert len(panel.calls("add")) == 1


async def test_a_wrong_id_is_asked_again(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=True)
    await taps(chat, "Enter the id")
    answer = await says(chat, "99999")
    assert "I cannot find this order under your key" in answer.text
    assert "Incorrect order ID" in answer.text
    for text in ("no idea", "???", "x" * 65, "<b>"):
        assert "I cannot find this order" in (await says(chat, text)).text

    assert "Order 23501 was placed" in (await says(chat, " #23501 ")).text


async def test_somebody_elses_id_is_not_followed(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8, key=OTHER_KEY)
    theirs = await places(other)
    await uncertain(chat, panel, made=True)
    await taps(chat, "Enter the id")

    assert "cannot find this order under your key" in (await says(chat, theirs)).text


async def test_the_id_of_another_own_order_is_told_apart(chat: Person, panel: Panel) -> None:
    mine = await places(chat)
    await uncertain(chat, panel, made=True, order=f"1 {LINK}/2 1000")
    await taps(chat, "Enter the id")

    assert f"I follow order {mine} for you already" in (await says(chat, mine)).text
    assert "Order 23502 was placed" in (await says(chat, "23502")).text


async def test_an_id_while_the_panel_is_down_may_be_sent_again(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=True)
    await taps(chat, "Enter the id")
    panel.misbehave(Trouble.SERVER_ERROR, action="status")
    assert "does not answer right now" in (await says(chat, "23501")).text

    panel.calm()
    assert "Order 23501 was placed" in (await says(chat, "23501")).text


@pytest.mark.parametrize("how", ["/cancel", "Leave"])
async def test_leaving_the_question_for_the_id_claims_nothing_false(
    chat: Person, panel: Panel, how: str
) -> None:
    """Nobody knows here whether something was ordered."""
    await uncertain(chat, panel, made=True)
    await taps(chat, "Enter the id")
    answer = await says(chat, "/cancel") if how == "/cancel" else await taps(chat, "Leave")

    assert "Left." in answer.text
    assert "Nothing was ordered" not in answer.text


async def test_it_was_not_placed_closes_it_and_offers_to_try_again(
    world: World, chat: Person, panel: Panel
) -> None:
    await uncertain(chat, panel, made=False)
    closed = await taps(chat, "It was not placed")
    assert "Closed as not placed" in closed.text
    assert closed.buttons == ["Try again"]
    assert len(panel.calls("add")) == 1

    shown = await taps(chat, "Try again")
    assert "already have an open order" not in shown.text
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "Order 23501 is placed")
    assert len(panel.calls("add")) == 2


@pytest.mark.parametrize("label", ["Look again", "Enter the id", "It was not placed"])
async def test_its_buttons_tapped_after_the_decision_show_how_it_stands(
    chat: Person, panel: Panel, label: str
) -> None:
    await uncertain(chat, panel, made=True)
    message = await chat.sees("most likely placed")
    data = data_of(message, label)
    await taps(chat, "Enter the id")
    await says(chat, "23501")
    tap = await chat.taps_data(data, message)
    await tap.answer()

    await becomes(chat, message, "Order 23501: Pending")


async def test_settled_while_its_id_is_asked_for(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=False)
    message = await chat.sees("probably not placed")
    await taps(chat, "Enter the id")
    await taps(chat, "It was not placed", on=message)

    assert "settled by now" in (await says(chat, "23501")).text


async def test_it_counts_as_open_and_stands_among_the_orders(
    world: World, chat: Person, panel: Panel
) -> None:
    await uncertain(chat, panel, made=True)
    assert "1 open order" in (await says(chat, "/balance")).text
    assert "– · uncertain ·" in str((await says(chat, "/orders")).buttons)

    card = await taps(chat, "– · uncertain")
    assert card.buttons == ["Look again", "Enter the id", "It was not placed", "‹ Back"]
    await taps(chat, "It was not placed", on=card)
    assert "No open orders" in (await says(chat, "/balance")).text
    assert rows(world, "SELECT state FROM orders") == [{"state": "dismissed"}]


async def test_the_same_order_again_is_warned_of(chat: Person, panel: Panel) -> None:
    await uncertain(chat, panel, made=True)

    assert "already have an open order" in (await says(chat, f"/order 1 {LINK} 1000")).text
