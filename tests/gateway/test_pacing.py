"""The budget, in an event loop whose time passes only while everybody sleeps."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.gateway.pacing import IN_ALL, Budget
from tests.gateway.skipping import SkippingLoop

Story = Callable[[Budget, Callable[[], float]], Awaitable[None]]


def play(story: Story) -> None:
    async def main() -> None:
        clock = asyncio.get_running_loop().time
        await story(Budget(clock), clock)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(main())


async def notices(budget: Budget, clock: Callable[[], float], chats: list[int]) -> list[float]:
    """When each of these notices went out."""

    async def send(chat_id: int) -> float:
        await budget.turn(chat_id)
        return clock()

    return sorted(await asyncio.gather(*map(send, chats)))


def most_in_a_second(times: list[float]) -> int:
    return max(sum(1 for other in times if start <= other < start + 0.999) for start in times)


def test_never_more_than_29_notices_in_a_second() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        times = await notices(budget, clock, list(range(100)))

        assert most_in_a_second(times) == IN_ALL
        assert times[-1] < 3.1  # and no slower than that asks for

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

        assert [round(at, 3) for at in await notices(budget, clock, [101, 102])] == [0.0, 1.0]

    play(story)


def test_nothing_goes_out_while_telegram_wants_a_rest() -> None:
    async def story(budget: Budget, clock: Callable[[], float]) -> None:
        budget.pause(5.0)
        budget.pause(2.0)  # does not shorten the longer one

        assert [round(at, 3) for at in await notices(budget, clock, [1, 2])] == [5.0, 5.0]

    play(story)
