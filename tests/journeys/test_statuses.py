"""/status: any orders of a person's key, by their ids."""

import itertools
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World, world_in
from tests.journeys.elsewhere import drip_feed, elsewhere
from tests.journeys.stories import LINK, becomes, eventually, places, rows, says, taps


@pytest.mark.parametrize("text", ["/status", "/status # , ;"])
async def test_without_ids_it_says_how(chat: Person, panel: Panel, text: str) -> None:
    answer = await says(chat, text)

    assert "23501, 23502" in answer.text
    assert answer.buttons == []
    assert panel.calls("status") == []


async def test_ids_as_people_write_them_cost_one_request(chat: Person, panel: Panel) -> None:
    first, second, third = (elsewhere(panel, number) for number in range(3))
    panel.set_order(first, status="In progress", remains=40, start_count=3572, charge="0.27819")
    panel.set_order(third, status="Completed", remains=0)
    answer = await says(chat, f"/status #{first}, {second}\n{third} {first}; 999")

    assert panel.calls("status") == [{"orders": f"{first},{second},{third},999"}]
    assert answer.text.splitlines() == [
        "Sandbox panel says right now:",
        f"{first} · In progress · remains: 40 · start count: 3,572 · charge: $0.27819",
        f"{second} · Pending · remains: 100 · charge: $0.09",
        f"{third} · Completed · remains: 0 · charge: $0.09",
        "999 · the panel says: “Incorrect order ID”",
        "The panel does not know this order.",
    ]
    assert answer.buttons == ["Follow 2 orders"]


async def test_one_id_is_answered_in_full(chat: Person, panel: Panel) -> None:
    order_id = drip_feed(panel)
    children = [panel.add_child(order_id).id for _ in range(2)]
    panel.set_order(order_id, status="In progress")
    answer = await says(chat, f"/status {order_id}")
    assert f"Order {order_id}: In progress" in answer.text
    assert f"2 orders it made: {', '.join(children)}" in answer.text
    assert answer.buttons == ["Follow"]

    panel.finish(children[0])
    ended = await says(chat, f"/status {children[0]}")
    assert "It has ended, so there is nothing to follow." in ended.text
    assert ended.buttons == []


async def test_an_order_that_is_followed_is_answered_with_its_card(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="In progress", remains=600)
    card = await says(chat, f"/status {order_id}")

    assert f"Order {order_id}: In progress" in card.text
    assert "40 %" in card.text
    assert "Refresh" in card.buttons
    assert "Follow" not in card.buttons


async def test_what_is_new_is_kept_and_told_once(tmp_path: Path) -> None:
    """Nothing is polled meanwhile: the person is the first to know."""
    async with world_in(tmp_path, poll_interval=60) as world:
        chat, panel = await world.person(), world.panel
        first, second = await places(chat), await places(chat, f"1 {LINK}/2 100")
        panel.set_order(first, status="In progress", remains=5)
        for _ in range(2):
            assert f"{first} · In progress" in (await says(chat, f"/status {first} {second}")).text
            await chat.sees(f"🔔 Order {first}: In progress")

        stored = rows(
            world, "SELECT word, remains, change_number FROM orders WHERE panel_order_id = ?", first
        )
        assert stored == [{"word": "In progress", "remains": 5, "change_number": 1}]
        await eventually(lambda: not rows(world, "SELECT 1 FROM outbox"))
        assert chat.reads.count(f"🔔 Order {first}: In progress") == 1


async def test_a_hundred_ids_are_one_request_and_fit_their_messages(chat: Person, panel: Panel) -> None:
    panel.next_order_id = (f"ord_{'x' * 30}{number:04}" for number in itertools.count()).__next__
    ids = [elsewhere(panel, number) for number in range(100)]
    last = await says(chat, f"/status {' '.join(ids[:50])}\n{','.join(ids[50:])}")
    for order_id in ids:
        await chat.sees(f"{order_id} · Pending")

    assert [len(call["orders"].split(",")) for call in panel.calls("status")] == [100]
    answers = [m for m in chat.messages if m.id >= last.id and m.sender.is_bot]
    assert len(answers) > 1
    assert sum(int(m.buttons[0].split()[1]) for m in answers) == 100


async def test_more_than_a_hundred_are_said_so_and_none_is_lost(chat: Person, panel: Panel) -> None:
    ids = [str(number) for number in range(5001, 5141)]
    await says(chat, f"/status {' '.join(ids)}")
    rest = await chat.sees("so 40 are left")

    assert "I ask for 100 orders at once" in rest.text
    assert rest.text.splitlines()[-1] == f"/status {' '.join(ids[100:])}"
    assert panel.calls("status") == [{"orders": ",".join(ids[:100])}]


@pytest.mark.parametrize(
    ("trouble", "item", "says_panel"),
    [
        (Trouble.MISSING_IDS, None, "the panel says nothing of it"),
        (Trouble.BAD_ITEM, "Incorrect <b>order</b> ID", "the panel says: “Incorrect <b>order</b> ID”"),
        (Trouble.BAD_ITEM, {"error": f"No: {KEY}"}, "the panel says: “No: …”"),
        (Trouble.BAD_ITEM, 17, "the panel's answer cannot be read"),
    ],
)
async def test_one_bad_answer_does_not_spoil_the_others(
    chat: Person, panel: Panel, trouble: Trouble, item: object, says_panel: str
) -> None:
    bad, good = elsewhere(panel, 1), elsewhere(panel, 2)
    panel.misbehave(trouble, action="status", ids=[bad], item=item)
    answer = await says(chat, f"/status {bad} {good}")

    assert f"{bad} · {says_panel}" in answer.text
    assert f"{good} · Pending" in answer.text


async def test_a_panel_that_refuses_all_because_of_one_is_asked_for_halves(
    chat: Person, panel: Panel
) -> None:
    ids = [elsewhere(panel, number) for number in range(2)]
    panel.misbehave(Trouble.ERROR, action="status", text="Incorrect order ID", times=2)
    answer = await says(chat, f"/status {' '.join(ids)}")

    assert f"{ids[0]} · the panel says: “Incorrect order ID”" in answer.text
    assert f"{ids[1]} · Pending" in answer.text


async def test_other_peoples_orders_answer_like_unknown_ones(
    world: World, chat: Person, panel: Panel
) -> None:
    other = await world.person(8, key=OTHER_KEY)
    theirs, placed_elsewhere = await places(other), elsewhere(panel, key=OTHER_KEY)
    unknown = (await says(chat, "/status 999")).text
    for order_id in (theirs, placed_elsewhere):
        assert (await says(chat, f"/status {order_id}")).text == unknown.replace("999", order_id)

    both = (await says(chat, f"/status {theirs} 999")).text.splitlines()
    assert both[1].replace(theirs, "999") == both[2]
    assert both[3:] == ["The panel does not know this order."]
    assert "I can only ask for orders that were placed with your key …cdef" in unknown


async def test_an_order_of_an_older_key_is_asked_for_with_that_key(
    world: World, chat: Person, panel: Panel
) -> None:
    old = await places(chat)
    await says(chat, f"/key {OTHER_KEY}")
    new = elsewhere(panel, key=OTHER_KEY)
    answer = await says(chat, f"/status {old} {new}")
    assert f"{old} · Pending" in answer.text
    assert f"{new} · Pending" in answer.text

    asked = [(c.key, c.fields["orders"]) for c in panel.requests if c.action == "status"]
    assert {(KEY, old), (OTHER_KEY, new)} <= set(asked)
    assert not {(KEY, new), (OTHER_KEY, old)} & set(asked)


async def test_an_older_key_that_is_closed_does_not_spoil_the_others(
    world: World, chat: Person, panel: Panel
) -> None:
    old = await places(chat)
    await says(chat, f"/key {OTHER_KEY}")
    new = elsewhere(panel, key=OTHER_KEY)
    panel.close_account(KEY)
    answer = await says(chat, f"/status {old} {new}")

    assert f"{old} · the panel says: “Incorrect order ID”" in answer.text
    assert f"{new} · Pending" in answer.text


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.HTML, Trouble.LOST_REQUEST])
async def test_a_panel_that_is_down_is_said_so(chat: Person, panel: Panel, trouble: Trouble) -> None:
    order_id = elsewhere(panel)
    panel.misbehave(trouble, action="status")

    for command in ("status", "track"):
        assert "does not answer right now" in (await says(chat, f"/{command} {order_id}")).text
    panel.calm()
    assert "Pending" in (await says(chat, f"/status {order_id}")).text


async def test_a_stranger_is_asked_for_a_key(world: World) -> None:
    stranger = await world.person(key=None)

    for command in ("status 1", "track 1"):
        assert "API key" in (await says(stranger, f"/{command}")).text


async def test_asking_ends_no_dialog(chat: Person, panel: Panel) -> None:
    order_id = elsewhere(panel)
    await says(chat, "/order 1")
    await says(chat, f"/status {order_id}")

    assert "Send the quantity" in (await says(chat, LINK)).text


async def test_a_card_after_a_status_refreshes(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    card = await says(chat, f"/status {order_id}")
    panel.set_order(order_id, status="In progress", remains=500)
    await chat.taps_on(card, "Refresh")

    await becomes(chat, card, "50 %")
    assert (await taps(chat, "‹ Back", on=card)).buttons[0].startswith(order_id)
