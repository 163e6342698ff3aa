"""How late the event loop is, by a clock that is set by hand."""

import asyncio

import pytest

from bot.web import pulse
from bot.web.pulse import BEATS, Pulse
from tests.journeys.stories import eventually


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.001)
    return Clock()


async def test_a_loop_that_was_held_up_is_remembered_for_a_while(clock: Clock) -> None:
    heard: list[tuple[float, float]] = []
    beating = Pulse(hear=lambda late: heard.append((late, beating.lag)), clock=clock)
    beating.start()
    clock.now += 3.001
    await eventually(lambda: len(heard) > BEATS)
    assert list(heard[0]) == pytest.approx([3.0, 3.0])
    assert list(heard[1]) == pytest.approx([0.0, 3.0])
    assert heard[BEATS] == (0.0, 0.0)

    beating.stop()
    until = len(heard)
    await asyncio.sleep(0.02)
    assert len(heard) == until


def test_a_clock_that_has_not_ticked_yet_is_not_silent(clock: Clock) -> None:
    beating = Pulse(hear=lambda _: None, clock=clock)
    clock.now += 500.0
    assert beating.silent == 0.0
    beating.tick()
    clock.now += 61.0
    assert beating.silent == 61.0
