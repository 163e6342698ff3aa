"""Who may send when, by a clock of its own: evenly, people first, polls gently after trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.panel.errors import Meaning, NotSent, NoTurn, PanelBusy, PanelGarbled
from bot.panel.pacing import PEOPLE_IN_A_ROW, Pace, Turns, Who

TOO_MUCH = PanelBusy("Rate limit exceeded", Meaning.BUSY, status_code=429)


@dataclass
class Time:
    """Stands still while anybody has something to do, then leaps to when the next one wakes."""

    now: float = 0.0
    sleeping: list[tuple[float, asyncio.Future[None]]] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleeping.append((self.now + seconds, done))
        await done

    async def run(self, until: float) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            self.sleeping = [(at, done) for at, done in self.sleeping if not done.done()]
            soonest = min((at for at, _ in self.sleeping), default=until + 1)
            if soonest > until:
                self.now = until
                return
            self.now = soonest
            for at, done in self.sleeping:
                if at <= soonest and not done.done():
                    done.set_result(None)


@dataclass
class Street:
    """All who want to send something, and when they did."""

    per_minute: int = 60
    time: Time = field(default_factory=Time)
    sent: list[tuple[float, str]] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pace = Pace(self.per_minute)
        self.turns = Turns(self.pace, clock=self.time, sleep=self.time.sleep)

    def comes(self, who: str, turn: Callable[[], Awaitable[None]], *, times: int = 1) -> asyncio.Task[None]:
        async def send() -> None:
            for _ in range(times):
                await turn()
                self.sent.append((self.time.now, who))

        self.tasks.append(asyncio.create_task(send()))
        return self.tasks[-1]

    def times(self, who: str | None = None) -> list[float]:
        return [at for at, sender in self.sent if who in {None, sender}]

    def gaps(self, who: str | None = None) -> list[float]:
        return [round(after - before, 6) for before, after in pairwise(self.times(who))]


async def test_without_a_limit_nobody_waits() -> None:
    street = Street(per_minute=0)
    street.comes("poll", street.turns.machine, times=500)
    street.comes("person", street.turns.person, times=500)
    await asyncio.gather(*street.tasks)
    assert street.times() == [0.0] * 1000


async def test_requests_are_spread_evenly() -> None:
    street = Street(per_minute=30)
    for _ in range(8):
        street.comes("poll", street.turns.machine, times=10)
    await street.time.run(200.0)
    assert len(street.sent) == 80
    assert set(street.gaps()) == {2.0}


async def test_after_a_pause_nothing_is_caught_up_with() -> None:
    street = Street(per_minute=60)
    street.comes("poll", street.turns.machine)
    await street.time.run(100.0)
    street.comes("poll", street.turns.machine, times=3)
    await street.time.run(200.0)
    assert street.times() == [0.0, 100.0, 101.0, 102.0]


async def test_a_person_waits_for_one_slot_however_many_polls_are_due() -> None:
    street = Street(per_minute=60)
    for _ in range(8):
        street.comes("poll", street.turns.machine, times=100)
    for asked_at in (10.2, 20.0, 30.9):
        await street.time.run(asked_at)
        street.comes("person", street.turns.person)
        await street.time.run(asked_at + 1.0)
        assert len(street.times("person")) == len([at for at in (10.2, 20.0, 30.9) if at <= asked_at])
    assert min(street.gaps()) >= 1.0


async def test_polls_have_their_turn_though_people_never_cease() -> None:
    street = Street(per_minute=60)
    street.comes("poll", street.turns.machine, times=100)
    for _ in range(3):
        street.comes("person", street.turns.person, times=100)
    await street.time.run(100.0)
    polls = len(street.times("poll"))
    assert len(street.sent) // (PEOPLE_IN_A_ROW + 2) <= polls <= len(street.sent) // PEOPLE_IN_A_ROW
    assert len(street.sent) >= 95  # and hardly any slot is left empty
    assert min(street.gaps()) >= 1.0


async def test_people_are_served_in_the_order_in_which_they_came() -> None:
    street = Street(per_minute=60)
    for number in range(5):
        street.comes(f"person {number}", street.turns.person)
    await street.time.run(10.0)
    assert [who for _, who in street.sent] == [f"person {number}" for number in range(5)]


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    street = Street(per_minute=60)
    first = street.comes("person 0", street.turns.person, times=2)
    given_up = street.comes("person 1", street.turns.person)
    street.comes("poll", street.turns.machine)
    await street.time.run(0.5)
    given_up.cancel()
    first.cancel()
    await street.time.run(3.0)
    assert [who for _, who in street.sent] == ["person 0", "poll"]


async def test_a_reserved_turn_is_not_waited_for_again() -> None:
    street = Street(per_minute=60)

    async def look() -> None:
        await street.turns.reserve()
        await street.turns.machine()

    street.comes("poll", look, times=5)
    await street.time.run(10.0)
    assert set(street.gaps()) == {1.0}


async def test_a_reserved_turn_serves_only_who_reserved_it() -> None:
    street = Street(per_minute=60)
    street.comes("reserved", street.turns.reserve)
    await street.time.run(0.0)
    street.comes("poll", street.turns.machine)
    await street.time.run(5.0)
    assert street.sent == [(0.0, "reserved"), (1.0, "poll")]


async def test_what_was_not_needed_is_given_back() -> None:
    street = Street(per_minute=6)

    async def nothing_due() -> None:
        await street.turns.reserve()
        street.turns.give_back()

    street.comes("nothing", nothing_due, times=5)
    street.comes("person", street.turns.person)
    await street.time.run(5.0)
    assert len(street.sent) == 6


async def test_a_turn_given_back_late_lets_nobody_come_too_soon() -> None:
    pace = Pace(60)
    pace.waiting[Who.MACHINE] = 1
    first = pace.take(Who.MACHINE, 0.0)
    pace.take(Who.MACHINE, 1.0)
    pace.give_back(first)
    assert pace.wait(Who.MACHINE, 1.5) == 0.5


async def test_a_rate_limit_makes_polls_rarer_and_not_peoples_calls() -> None:
    street = Street(per_minute=60)
    street.comes("poll", street.turns.machine, times=1000)
    await street.time.run(5.0)
    for _ in range(10):
        street.pace.hear(TOO_MUCH)
    await street.time.run(100.0)
    assert max(street.gaps("poll")) == 8.0
    for second in range(5):
        street.comes(f"person {second}", street.turns.person)
    await street.time.run(105.0)
    assert sum(who.startswith("person") for _, who in street.sent) >= 4

    for _ in range(200):
        street.pace.hear(None)
    await street.time.run(150.0)
    polls = len(street.times("poll"))
    await street.time.run(160.0)
    assert len(street.times("poll")) == polls + 10


async def test_what_waited_in_an_outage_is_asked_for_closer_and_closer() -> None:
    street = Street(per_minute=0)
    street.pace.ease(1.0)

    async def look() -> None:
        await street.turns.machine()
        street.pace.hear(None)

    for _ in range(8):
        street.comes("poll", look, times=500 // 8)
    street.comes("person", street.turns.person, times=20)
    await street.time.run(60.0)
    assert street.times("person") == [0.0] * 20
    assert len(street.times("poll")) == 8 * (500 // 8)
    gaps = street.gaps("poll")
    assert len([at for at in street.times("poll") if at < 10.0]) < 20
    assert all(later <= sooner for sooner, later in pairwise(gaps))
    assert gaps[0] == 1.0
    for _ in range(10_000):
        street.pace.hear(None)
    assert street.pace.is_free(Who.MACHINE)


async def test_who_had_no_answer_comes_no_closer() -> None:
    pace = Pace()
    pace.ease(1.0)
    for _ in range(200):
        pace.hear(PanelGarbled("HTML", is_away=True))
    assert not pace.is_free(Who.MACHINE)


def test_no_turn_means_that_nothing_was_sent() -> None:
    assert issubclass(NoTurn, NotSent)


@given(
    st.integers(1, 600),
    st.lists(st.tuples(st.sampled_from(Who), st.floats(0.0, 3.0), st.booleans()), min_size=1, max_size=120),
)
def test_never_more_than_the_limit_in_any_minute(
    per_minute: int, comers: list[tuple[Who, float, bool]]
) -> None:
    pace, now, taken = Pace(per_minute), 0.0, list[float]()
    for who, pause, is_limited in comers:
        now += pause
        pace.waiting[who] += 1
        while (wait := pace.wait(who, now)) > 0:
            now += wait
        pace.take(who, now)
        pace.waiting[who] -= 1
        pace.hear(TOO_MUCH if is_limited else None)
        taken.append(now)
    assert all(after - before >= 60 / per_minute - 1e-6 for before, after in pairwise(taken))


@pytest.mark.parametrize("per_minute", [0, 60])
def test_a_lone_request_goes_at_once(per_minute: int) -> None:
    pace = Pace(per_minute)
    for who in Who:
        pace.waiting[who] = 1
        assert pace.wait(who, 1000.0) == 0.0
        pace.waiting[who] = 0
