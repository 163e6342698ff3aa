"""The budget, in an event loop whose time passes only while everybody sleeps."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

import pytest

from bot.gateway.pacing import IN_ALL, Budget
from tests.gateway.skipping import SkippingLoop

Story = Callable[[Budget, Callable[[], float]], Awaitable[None]]


def play(story: Story) -> None:
    async def main() -> None:
        clock = asyncio.get_running_loop().time
        await story(Budget(clock), clock)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(main())


async def notices(budget: Budget, clock: Callable[[], float], chats: Sequence[int]) -> list[float]:
    """When each of these notices went out, and was answered at once."""

    async def send(chat_id: int) -> float:
        async with budget.turn(chat_id):
            return clock()

    return sorted(await asyncio.gather(*map(send, chats)))


def most_in_a_second(times: list[float]) -> int:
    """Of sorted times."""
    return max(sum(1 for other in times if start <= other < start + 1.0) for start in times)


def test_never_more_than_30_notices_in_a_second() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        times = await notices(budget, clock, range(100))

        assert most_in_a_second(times) == IN_ALL
        assert times[-1] < 3.2  # and no slower than that asks for
        assert all(b - a > 0.019 for a, b in pairwise(times))  # nobody waits behind thirty at once

    play(story)


@pytest.mark.parametrize("slowest", [0.01, 0.3, 3.0])
@pytest.mark.parametrize("chats", [50, 300])
def test_nor_by_telegrams_own_clock_however_long_they_are_on_their_way(slowest: float, chats: int) -> None:
    chance = random.Random(1)

    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        arrived: list[tuple[float, int]] = []

        async def send(chat_id: int) -> None:
            async with budget.turn(chat_id):
                await asyncio.sleep(chance.uniform(0, slowest))
                arrived.append((clock(), chat_id))
                await asyncio.sleep(chance.uniform(0, slowest))

        await asyncio.gather(*(send(n % chats) for n in range(300)))

        assert most_in_a_second([at for at, _ in arrived]) <= IN_ALL
        for chat_id in range(chats):
            assert all(b - a >= 1.0 for a, b in pairwise(at for at, chat in arrived if chat == chat_id))
        if chats == 300:
            assert clock() < (1.0 + 2 * slowest) * 300 / IN_ALL  # it costs a round trip, no more

    play(story)


def test_two_notices_to_one_chat_are_a_second_apart() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        times = await notices(budget, clock, [7, 7, 7])

        assert [round(at, 3) for at in times] == [0.0, 1.0, 2.0]

    play(story)


def test_a_notice_waits_after_a_reply_to_the_same_chat_only() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        budget.charge(7)

        assert [round(at, 3) for at in await notices(budget, clock, [7, 8])] == [0.0, 1.0]

    play(story)


def test_notices_get_what_replies_leave() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        for chat_id in range(IN_ALL - 1):
            budget.charge(chat_id)

        assert [round(at, 1) for at in await notices(budget, clock, [101, 102])] == [0.0, 1.0]

    play(story)


def test_what_telegram_does_not_answer_holds_its_own_place_only() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        async def hang(chat_id: int) -> None:
            async with budget.turn(chat_id):
                await asyncio.sleep(20.0)

        hanging = [asyncio.create_task(hang(chat_id)) for chat_id in range(IN_ALL - 1)]
        await asyncio.sleep(0.6)

        assert [round(at, 1) for at in await notices(budget, clock, [101, 102])] == [0.6, 1.6]
        assert [round(at, 1) for at in await notices(budget, clock, [0])] == [21.0]
        await asyncio.gather(*hanging)

    play(story)


def test_one_that_gives_up_waiting_takes_no_place() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        async with budget.turn(7):
            waiting = asyncio.create_task(notices(budget, clock, [7]))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.wait([waiting])

        assert [round(at, 3) for at in await notices(budget, clock, [7])] == [1.1]

    play(story)


def test_nothing_goes_out_while_telegram_wants_a_rest() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        budget.pause(5.0)
        budget.pause(2.0)  # does not shorten the longer one

        assert [round(at, 2) for at in await notices(budget, clock, [1, 2])] == [5.0, 5.02]

    play(story)


def test_announcements_go_when_no_notice_waits_and_25_a_second() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        went: list[tuple[float, str]] = []

        async def send(chat_id: int, what: str) -> None:
            async with budget.turn(chat_id, last=what == "announcement"):
                went.append((clock(), what))

        async def keep_sending(first: int) -> None:
            for n in range(20):
                await send(first + n, "notice")

        announcements = [asyncio.create_task(send(n, "announcement")) for n in range(100)]
        await asyncio.sleep(0.99)
        assert len(went) == 25
        await asyncio.gather(*(keep_sending(1000 * n) for n in range(1, 6)))
        among = sum(1 for _, what in went if what == "announcement")
        await asyncio.gather(*announcements)

        assert among <= 26  # one may stand in line already
        assert most_in_a_second([at for at, _ in went]) <= IN_ALL
        assert clock() < 1.0 + 100 / 30 + 75 / 25 + 1.0

    play(story)
