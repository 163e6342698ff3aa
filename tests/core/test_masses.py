"""Mass orders: every line sent once at most, whatever fails."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.mass_pace import Stop, trouble
from bot.core.ordering import NotNow, Outcome, Placed, Rejected, Uncertain
from bot.sandbox.panel import Trouble
from storage import masses, orders
from storage.accounts import drop_unneeded_keys, forget
from storage.pruning import prune
from tests.core.core_world import ANNA, BORIS, FOLLOWERS, World, open_world
from tests.core.mass_world import SERVICES, carried_out, checked, confirmed, core, listed, sent_links


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, seconds=0.2) as world:
        yield world


async def test_a_dry_run_says_what_it_costs_and_sends_nothing(world: World) -> None:
    account = await world.connect()
    await world.place(account, link="https://example.com/p/2")
    plan = await checked(
        world, account, listed(3, quantity=1000) + "\n1 | x\n1 | https://example.com/p/1 | 50"
    )

    assert (len(plan.good), len(plan.bad)) == (4, 1)
    assert str(plan.total) == "2.745"
    assert str(plan.balance) == "100.79792"
    assert (plan.currency, plan.busy, plan.alike) == ("USD", [2], [5])
    assert len(world.panel.calls("add")) == 1


async def test_every_line_is_sent_once_in_the_fields_that_were_shown(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(7))

    assert await carried_out(world, mass) == ["open"] * 7
    assert sent_links(world) == [str(n) for n in range(1, 8)]
    assert world.panel.calls("add")[0] == {
        "service": "1",
        "link": "https://example.com/p/1",
        "quantity": "50",
    }


async def test_lines_tell_no_outcome_of_their_own_but_the_end_does(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(3))
    await carried_out(world, mass)

    assert await world.told("outcome") == []
    (notice,) = await world.told("mass")
    assert (notice["chat_id"], notice["facts"]) == (ANNA, f'{{"mass_id": "{mass.id}", "stopped": null}}')


async def test_a_draft_is_confirmed_once(world: World) -> None:
    account = await world.connect()
    await checked(world, account, listed(3))
    draft = await masses.draft_of(world.db, chat_id=ANNA)
    assert draft is not None

    answers = await asyncio.gather(
        *(core(world).confirm(account, SERVICES, draft, message_id=9) for _ in range(3))
    )
    assert sorted(map(bool, answers)) == [False, False, True]
    assert len(await world.rows("orders")) == 3


async def test_what_the_panel_changed_since_is_not_confirmed(world: World) -> None:
    account = await world.connect()
    await checked(world, account, listed(3))
    draft = await masses.draft_of(world.db, chat_id=ANNA)
    assert draft is not None
    dearer = type(FOLLOWERS)("1", "Followers", "Default", "", FOLLOWERS.rate * 2, 50, 10000)

    assert await core(world).confirm(account, {"1": dearer}, draft, message_id=9) is None
    assert await core(world).confirm(account, {}, draft, message_id=9) is None
    assert await world.rows("orders") == []


async def test_another_key_does_not_pay_for_it(world: World) -> None:
    account = await world.connect()
    await checked(world, account, listed(3))
    draft = await masses.draft_of(world.db, chat_id=ANNA)
    assert draft is not None
    other = await world.connect("b" * 32)

    assert await core(world).confirm(other, SERVICES, draft, message_id=9) is None


async def test_a_draft_is_its_chat_s_alone(world: World) -> None:
    account = await world.connect()
    plan = await checked(world, account, listed(3))

    assert await masses.get(world.db, chat_id=BORIS, mass_id=plan.mass_id) is None
    assert await masses.draft_of(world.db, chat_id=BORIS) is None
    assert not await masses.confirm(
        world.db, chat_id=BORIS, mass_id=plan.mass_id, lines=[], message_id=1, process="run-1"
    )


@pytest.mark.parametrize(
    ("outcomes", "found"),
    [
        ([Placed("1"), Rejected("Bad link"), Uncertain()], None),
        ([Rejected("Bad link")], None),
        ([Rejected("Not enough funds on balance"), Placed("1")], Stop.FUNDS),
        ([Rejected("Invalid API key"), Rejected("low balance")], Stop.BAD_KEY),
        ([NotNow("Rate limit exceeded"), Placed("1")], Stop.BUSY),
        ([NotNow("Rate limit exceeded"), Rejected("low balance")], Stop.FUNDS),
        ([NotNow("Rate limit exceeded"), Uncertain()], Stop.BUSY),
        ([Rejected(None)], Stop.NO_ANSWER),
        ([Uncertain(), None], Stop.NO_ANSWER),
    ],
)
def test_knows_what_speaks_against_going_on(outcomes: list[Outcome | None], found: Stop | None) -> None:
    assert trouble(outcomes) is found


@pytest.mark.parametrize(
    ("kind", "sent", "state", "stopped"),
    [
        (Trouble.WRONG_KEY, 1, "rejected", "bad key"),
        (Trouble.LOST_ANSWER, 3, "uncertain", "no answer"),
    ],
)
async def test_stops_when_it_makes_no_sense_to_go_on(
    world: World, kind: Trouble, sent: int, state: str, stopped: str
) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(8))
    world.panel.misbehave(kind, action="add")

    assert await carried_out(world, mass) == [state] * sent + ["rejected"] * (8 - sent)
    assert len(world.panel.calls("add")) == sent
    lines = await masses.lines_of(world.db, chat_id=ANNA, mass_id=mass.id)
    assert {line.reason for line in lines[sent:]} == {"not sent"}
    assert f'"stopped": "{stopped}"' in (await world.told("mass"))[0]["facts"]


async def test_stops_when_the_balance_is_used_up(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(20, quantity=10000))
    states = await carried_out(world, mass)

    assert states.count("open") == 11  # 9 each of 100.84292
    lines = await masses.lines_of(world.db, chat_id=ANNA, mass_id=mass.id)
    assert [line.reason for line in lines][-5:] == ["not sent"] * 5
    assert len(world.panel.calls("add")) <= 14


async def test_an_odd_line_stops_nothing(world: World) -> None:
    account = await world.connect()
    await world.place(account, link="https://example.com/p/3")
    mass = await confirmed(world, account, listed(5))

    assert await carried_out(world, mass) == ["open", "open", "rejected", "open", "open"]


async def test_a_key_that_is_parked_already_is_not_tried(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(3))
    await world.accounts.park(account, tell=False)

    assert await carried_out(world, mass) == ["rejected"] * 3
    assert world.panel.calls("add") == []


async def test_at_most_three_are_on_their_way(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(9))
    world.panel.misbehave(Trouble.SLOW, action="add", delay=0.05)
    task = asyncio.create_task(carried_out(world, mass))
    most = 0
    while not task.done():
        most = max(most, (await masses.states(world.db, mass_id=mass.id)).get("placing", 0))
        await asyncio.sleep(0.005)

    assert await task == ["open"] * 9
    assert most == 3


async def test_the_next_run_goes_on_where_the_last_one_ended(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(6))
    taken = await masses.claim_lines(world.db, mass_id=mass.id, limit=2, process="run-0", now=1.0)
    assert [line.mass_line for line in taken] == [1, 2]

    assert await orders.find_abandoned(world.db, process="run-1", now=2.0) == 2
    assert await world.told("outcome") == []
    assert await carried_out(world, mass) == ["uncertain"] * 2 + ["open"] * 4
    assert sent_links(world) == ["3", "4", "5", "6"]
    assert len(await world.told("mass")) == 1


async def test_it_ends_once(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(2))
    await carried_out(world, mass)

    assert not await core(world).carry_out(mass, asyncio.Event())
    assert len(await world.told("mass")) == 1


async def test_stopping_leaves_the_rest_to_the_next_run(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(4))
    stopping = asyncio.Event()
    world.panel.misbehave(Trouble.SLOW, action="add", delay=0.1)
    task = asyncio.create_task(core(world).carry_out(mass, stopping))
    await world.panel.next_call("add")
    stopping.set()

    assert not await task
    assert dict(await masses.states(world.db, mass_id=mass.id)) == {"open": 1, "queued": 3}
    assert await carried_out(world, mass) == ["open"] * 4
    assert len(sent_links(world)) == 4


async def test_after_an_erasure_nothing_further_is_sent(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(9))
    world.panel.misbehave(Trouble.SLOW, action="add", delay=0.1)
    task = asyncio.create_task(core(world).carry_out(mass, asyncio.Event()))
    await world.panel.next_call("add")
    await forget(world.db, chat_id=ANNA)

    assert not await task
    assert len(world.panel.calls("add")) == 1
    assert await world.told("mass") == []


async def test_a_key_is_kept_while_its_lines_wait(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(3))
    await world.connect("b" * 32)
    assert await drop_unneeded_keys(world.db) == 0
    assert await carried_out(world, mass) == ["open"] * 3


async def test_old_drafts_go(world: World) -> None:
    account = await world.connect()
    await checked(world, account, listed(3))
    await prune(world.db, now=world.clock.now + masses.DRAFT_SECONDS - 1)
    assert await masses.draft_of(world.db, chat_id=ANNA)
    await prune(world.db, now=world.clock.now + masses.DRAFT_SECONDS + 1)
    assert await masses.draft_of(world.db, chat_id=ANNA) is None
