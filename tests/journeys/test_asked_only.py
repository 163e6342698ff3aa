"""Orders placed elsewhere of which a refill was asked for, and nothing else."""

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.elsewhere import elsewhere
from tests.journeys.stories import change, places, rows, says, taps


async def test_one_that_still_runs_can_be_followed(world: World, chat: Person, panel: Panel) -> None:
    order_id = elsewhere(panel)
    panel.misbehave(Trouble.LOST_ANSWER, action="refill", times=1)
    assert "no clear answer" in (await says(chat, f"/refill {order_id}")).text
    assert "Follow" in (await says(chat, f"/status {order_id}")).buttons
    assert rows(world, "SELECT next_poll_at FROM orders") == [{"next_poll_at": None}]

    followed = await says(chat, f"/track {order_id}")
    assert "I follow this order now" in followed.text
    assert f"Order {order_id}" in (await taps(chat, "Show order", on=followed)).text
    assert "I follow this one already" in (await says(chat, f"/track {order_id}")).text
    panel.set_order(order_id, status="Completed")
    await chat.sees(f"Order {order_id}: Completed")
    assert len(rows(world, "SELECT id FROM orders")) == 1


async def test_one_that_has_ended_is_no_news_and_counts_for_no_month(
    world: World, chat: Person, panel: Panel
) -> None:
    await places(chat)
    order_id = elsewhere(panel)
    panel.finish(order_id)
    assert f"✅ {order_id}: requested" in (await says(chat, f"/refill {order_id}")).text
    await change(world, "UPDATE refills SET next_poll_at = NULL")
    assert "It has ended" in (await says(chat, f"/status {order_id}")).text
    assert "has ended, so there is nothing to follow" in (await says(chat, f"/track {order_id}")).text
    card = await taps(chat, f"{order_id} ·", on=await says(chat, "/orders"))
    assert "Completed" in (await taps(chat, "Refresh", on=card)).text
    told = rows(world, "SELECT change_number FROM orders WHERE service_id = ''")
    assert told == [{"change_number": 0}]

    assert "Charged in all: $0.90" in (await says(chat, "/export")).text
    assert order_id in chat.files[-1].content.decode()
