"""After hours without a panel: what waited is asked for in order, and more and more of it at a time."""

from collections import Counter
from itertools import pairwise

from bot.core.breaker import Breaker, State
from bot.jobs.tracking import WORKERS, TrackingJob
from bot.panel.errors import PanelUnreachable
from bot.panel.pacing import Pace, Turns
from storage.tracking import Claim
from tests.jobs.test_tracking import Due, keys
from tests.panel.test_pacing import Time

ANSWER_SECONDS = 0.05


class Away(Due):
    """A panel that is away until it `is_back`; then an answer takes ANSWER_SECONDS."""

    def __init__(self, time: Time, *, per_minute: int = 0) -> None:
        super().__init__()
        self.time = time
        self.is_back = False
        self.asked_at: list[float] = []
        pace = Pace(per_minute)
        self.breaker = Breaker(pace=pace, clock=time)
        self.turns = Turns(pace, clock=time, sleep=time.sleep)
        self.job = TrackingJob(self, news=lambda: None, breaker=self.breaker, turns=self.turns)

    async def look(self, claim: Claim) -> bool:
        key = claim.account.id
        self.looking.append(key)
        self.most_at_once = max(self.most_at_once, len(self.looking))
        await self.turns.machine()
        self.asked_at.append(self.time.now)
        await self.time.sleep(ANSWER_SECONDS)
        error = None if self.is_back else PanelUnreachable("no reply in time")
        self.breaker.hear(key, error, poll=True)
        self.looking.remove(key)
        if not self.is_back:
            self.waiting.append(key)
        return False

    async def run(self, seconds: int) -> None:
        """With a tick each second."""
        for _ in range(seconds):
            self.job.tick()
            await self.time.run(self.time.now + 1.0)

    async def is_away_for_hours(self) -> None:
        await self.run(2 * 3600)
        assert self.breaker.state is not State.CLOSED


async def test_a_panel_that_is_away_is_asked_about_once_a_minute() -> None:
    panel = Away(Time())
    panel.waiting = keys(500)
    await panel.is_away_for_hours()
    assert len(panel.asked_at) <= 2 * 120 + 20
    await panel.job.stop(0.0)


async def test_five_hundred_keys_come_back_without_a_wall_of_requests() -> None:
    panel = Away(Time())
    panel.waiting = keys(500)
    await panel.is_away_for_hours()
    panel.is_back, panel.asked_at = True, []

    await panel.run(60 + 60)  # until it is tried again, and then a minute
    assert len(panel.asked_at) == 500
    first = panel.asked_at[0]
    each_second = Counter(int(at - first) for at in panel.asked_at)
    assert each_second[0] <= 2
    assert sum(each_second[second] for second in range(10)) <= 15
    for second in range(1, max(each_second)):
        assert each_second[second] <= 1.5 * each_second[second - 1] + 3
    assert panel.most_at_once <= WORKERS
    await panel.job.stop(0.0)


async def test_a_limit_holds_while_catching_up() -> None:
    panel = Away(Time(), per_minute=60)
    panel.waiting = keys(500)
    await panel.is_away_for_hours()
    panel.is_back, panel.asked_at = True, []

    await panel.run(600)
    assert len(panel.asked_at) == 500
    assert min(after - before for before, after in pairwise(panel.asked_at)) >= 1.0
    await panel.job.stop(0.0)
