"""Placing an order: once at most, whatever fails."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.core.drafts import Draft, Offer
from bot.core.ordering import NotNow, Outcome, Placed, Rejected, Uncertain
from bot.panel.errors import BadKey, PanelError, PanelRefused
from bot.sandbox.panel import Trouble
from tests.core.core_world import FOLLOWERS, INTERVAL, KEY, LINK, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, seconds=0.2) as world:
        yield world


TROUBLES: list[tuple[Trouble, Outcome, dict[str, Any]]] = [
    (Trouble.SLOW, Placed("23501"), {"delay": 0.01}),
    (Trouble.HANG, Uncertain(), {}),
    (Trouble.LOST_ANSWER, Uncertain(), {}),
    (Trouble.LOST_REQUEST, Uncertain(), {}),
    (Trouble.CUT_JSON, Uncertain(), {}),
    (Trouble.EMPTY, Uncertain(), {}),
    (Trouble.MISSING_IDS, Placed("23501"), {}),
    (Trouble.BAD_ITEM, Placed("23501"), {}),
    (Trouble.SERVER_ERROR, Uncertain(), {}),
    (Trouble.HTML, Uncertain(), {}),
    (Trouble.RATE_LIMIT, NotNow("Rate limit exceeded", 30.0), {}),
    (Trouble.WRONG_KEY, Rejected("Invalid API key"), {}),
    (Trouble.ERROR, Rejected("Ой! <b>Нет</b>"), {"text": "Ой! <b>Нет</b>"}),
    (Trouble.CUSTOM, Rejected("low balance"), {"body": '{"error": "low balance"}', "status": 500}),
    (Trouble.CUSTOM, Uncertain(), {"body": '{"error": "Oops"}', "status": 500}),
    (Trouble.CUSTOM, Uncertain(), {"body": '{"error": "Too many requests"}', "status": 503}),
    (Trouble.CUSTOM, Uncertain(), {"body": '{"status": "success"}'}),
    (Trouble.CUSTOM, Uncertain(), {"body": '{"order": 0}'}),
    (Trouble.CUSTOM, Uncertain(), {"status": 307, "headers": {"Location": "/api/v2"}}),
    (Trouble.CUSTOM, Placed("ord_01HG"), {"body": '{"order": "ord_01HG"}'}),
]


@pytest.mark.parametrize(("trouble", "outcome", "details"), TROUBLES)
async def test_sends_exactly_one_request_and_knows_how_it_went(
    world: World, trouble: Trouble, outcome: Outcome, details: dict[str, Any]
) -> None:
    account = await world.connect()
    world.panel.misbehave(trouble, action="add", **details)
    assert await world.outcome(account) == outcome
    assert world.panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "50"}]


def test_every_trouble_was_tried() -> None:
    assert {trouble for trouble, _, _ in TROUBLES} == set(Trouble)


async def test_a_panel_that_cannot_be_reached_got_nothing(world: World) -> None:
    account = await world.connect()
    order = await world.begin(account)
    await world.server.stop()
    assert await world.ordering.carry_out(account, order) == Rejected(None)
    assert (await world.order(order)).state == "rejected"


async def test_an_order_is_written_down_before_it_is_sent(world: World) -> None:
    account = await world.connect()
    order = await world.begin(account)
    assert await world.order(order) == order
    assert (order.state, order.price, order.quantity, order.balance_before) == (
        "placing",
        Decimal("0.045"),
        50,
        Decimal("100.84292"),
    )
    assert world.panel.calls("add") == []


async def test_a_draft_confirmed_twice_is_placed_once(world: World) -> None:
    account = await world.connect()
    offer = Offer(account.id, Decimal("0.90"), 50, 10000, Decimal("0.045"), "USD", None)
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"}, offer=offer)
    begun = await asyncio.gather(
        *(world.ordering.begin(account, FOLLOWERS, draft, message_id=9) for _ in range(5))
    )
    assert len([order for order in begun if order is not None]) == 1


async def test_nothing_is_placed_before_its_price_was_shown(world: World) -> None:
    account = await world.connect()
    with pytest.raises(ValueError, match="price"):
        await world.ordering.begin(account, FOLLOWERS, Draft(service_id="1"), message_id=9)


async def test_a_placed_order_is_followed_and_told(world: World) -> None:
    order = await world.place(await world.connect())
    assert (order.state, order.panel_order_id) == ("open", "23501")
    assert order.next_poll_at == world.clock.now + INTERVAL
    (notice,) = await world.told("outcome")
    assert (notice["order_id"], notice["send_at"]) == (order.id, world.clock.now + 45)


@pytest.mark.parametrize(
    ("trouble", "state", "reason"),
    [(Trouble.ERROR, "rejected", "Incorrect request"), (Trouble.LOST_ANSWER, "uncertain", None)],
)
async def test_keeps_how_it_went(world: World, trouble: Trouble, state: str, reason: str | None) -> None:
    account = await world.connect()
    world.panel.misbehave(trouble, action="add")
    order = await world.place(account)
    assert (order.state, order.reason, order.panel_order_id, order.next_poll_at) == (
        state,
        reason,
        None,
        None,
    )
    assert len(await world.told("outcome")) == 1


async def test_shows_the_price_and_the_balance(world: World) -> None:
    account = await world.connect()
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"})
    offer = await world.ordering.offer(account, FOLLOWERS, draft)
    assert offer == Offer(
        account.id, Decimal("0.90"), 50, 10000, Decimal("0.045"), "USD", Decimal("100.84292")
    )


async def test_shows_the_price_though_the_balance_is_unknown(world: World) -> None:
    account = await world.connect()
    world.panel.misbehave(Trouble.SERVER_ERROR, action="balance")
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"})
    offer = await world.ordering.offer(account, FOLLOWERS, draft)
    assert (offer.price, offer.currency, offer.balance) == (Decimal("0.045"), "USD", None)


async def test_a_closed_key_is_told_before_anything_is_confirmed(world: World) -> None:
    account = await world.connect()
    world.panel.close_account(KEY)
    with pytest.raises(BadKey):
        await world.ordering.offer(account, FOLLOWERS, Draft(answers={"quantity": "50"}))
    assert (await world.account()).parked_at is not None


async def test_warns_of_a_running_order_on_the_same_link(world: World) -> None:
    order = await world.place(await world.connect())
    again, other = (
        Draft(service_id="1", answers={"link": LINK}),
        Draft(service_id="1", answers={"link": LINK + "0"}),
    )
    assert await world.ordering.same_order_open(order.chat_id, again)
    assert not await world.ordering.same_order_open(order.chat_id, other)


async def test_the_balance_afterwards_is_kept_as_evidence(world: World) -> None:
    account = await world.connect()
    world.panel.misbehave(Trouble.LOST_ANSWER, action="add")
    order = await world.place(account)
    assert await world.ordering.evidence(account, order) == Decimal("100.79792")
    order = await world.order(order)
    assert (order.balance_before, order.balance_after) == (Decimal("100.84292"), Decimal("100.79792"))
    world.panel.misbehave(Trouble.SERVER_ERROR, action="balance")
    with pytest.raises(PanelError):
        await world.ordering.evidence(account, order)


async def test_an_order_found_by_its_person_is_followed_once_the_panel_knows_it(world: World) -> None:
    account = await world.connect()
    world.panel.misbehave(Trouble.LOST_ANSWER, action="add")
    order = await world.place(account)
    with pytest.raises(PanelRefused, match="Incorrect order ID"):
        await world.ordering.adopt(account, order, "99999")
    assert await world.ordering.adopt(account, order, "23501")
    assert not await world.ordering.adopt(account, order, "23501")
    assert ((await world.order(order)).state, (await world.order(order)).panel_order_id) == ("open", "23501")
