"""When polls of a panel stop and begin again: the table of the breaker, and what holds in any story."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.breaker import KEYS, Breaker, State
from bot.panel.errors import (
    BadKey,
    Meaning,
    NotSent,
    NoTurn,
    PanelBusy,
    PanelError,
    PanelGarbled,
    PanelRefused,
    PanelUnreachable,
)
from bot.panel.pacing import Pace, Who
from bot.panel.replies import load

LONGEST = 60.0


class Counted(Pace):
    """Says how often it was eased: each time polls have to wait."""

    eased = 0

    def ease(self, gap: float) -> None:
        super().ease(gap)
        self.eased += 1


@dataclass
class Panel:
    """A breaker and what happens at its panel."""

    now: float = 1000.0
    chance: float = 0.5
    pace: Counted = field(default_factory=Counted)
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(clock=lambda: self.now, chance=lambda: self.chance, pace=self.pace)

    @property
    def opened(self) -> int:
        return self.pace.eased

    def fails(self, *keys: str, poll: bool = True, error: PanelError | None = None) -> None:
        for key in keys:
            self.breaker.hear(key, error or PanelUnreachable("no reply in time"), poll=poll)

    def answers(self, key: str = "a", *, poll: bool = True, error: PanelError | None = None) -> None:
        self.breaker.hear(key, error, poll=poll)

    @property
    def state(self) -> State:
        return self.breaker.state

    def breaks(self) -> None:
        self.fails(*(f"key {number}" for number in range(KEYS)))
        assert self.state is State.OPEN

    def waits_until_half_open(self) -> None:
        self.now = self.breaker.until
        assert self.breaker.enter()
        assert self.breaker.state is State.HALF_OPEN

    def probe_fails(self, *, retry_after: float | None = None) -> float:
        """Returns how long it waits then."""
        self.waits_until_half_open()
        self.fails("p", error=PanelGarbled("HTML", is_away=True, retry_after=retry_after))
        self.breaker.leave()
        return self.breaker.until - self.now


@pytest.fixture
def panel() -> Panel:
    return Panel()


def test_one_key_that_fails_stops_nobody(panel: Panel) -> None:
    panel.fails(*["a"] * 50)
    assert panel.state is State.CLOSED
    assert panel.breaker.enter()


def test_several_keys_in_a_row_open_it(panel: Panel) -> None:
    panel.fails(*"ab")
    assert panel.opened == 0
    panel.fails("c")
    assert (panel.state, panel.opened, panel.breaker.since) == (State.OPEN, 1, panel.now)
    assert not panel.breaker.enter()


def test_an_answer_in_between_begins_the_count_anew(panel: Panel) -> None:
    panel.fails(*"ab")
    panel.answers()
    panel.fails(*"cd")
    assert panel.state is State.CLOSED


@pytest.mark.parametrize(
    "error",
    [
        PanelUnreachable("no reply in time"),
        NotSent("no connection"),
        PanelGarbled("HTML", is_away=True),
        PanelBusy("Internal error", Meaning.BUSY, status_code=500),
    ],
)
def test_a_panel_that_serves_nobody_opens_it(panel: Panel, error: PanelError) -> None:
    panel.fails(*"abc", error=error)
    assert panel.state is State.OPEN


@pytest.mark.parametrize(
    "error",
    [
        BadKey("Invalid API key", Meaning.BAD_KEY),
        BadKey("Invalid API key", Meaning.BAD_KEY, status_code=500),
        PanelBusy("Rate limit exceeded", Meaning.BUSY, status_code=429, retry_after=30.0),
        PanelRefused("Incorrect order ID", Meaning.UNKNOWN_ORDER),
        PanelGarbled("order statuses of unknown shape"),
    ],
)
def test_what_it_says_of_a_key_or_an_order_is_an_answer(panel: Panel, error: PanelError) -> None:
    panel.fails(*"abcdef", error=error)
    assert panel.state is State.CLOSED
    panel.breaks()
    panel.answers(error=error)
    assert panel.state is State.CLOSED


@pytest.mark.parametrize(
    ("text", "status_code", "is_away"),
    [
        ("<html>Under maintenance</html>", 200, True),
        ("<html>Forbidden</html>", 403, True),
        ("", 200, True),
        ('{"stat', 200, True),
        ("{}", 502, True),
        ('{"error": "boom"}', 500, True),
        ("<html>Too many requests</html>", 429, False),
        ('{"error": "Rate limit exceeded"}', 429, False),
        ('{"error": "Invalid API key"}', 500, False),
        ('{"error": "boom"}', 400, False),
        ("{}", 404, False),
    ],
)
def test_which_replies_are_of_a_panel_that_serves_nobody(text: str, status_code: int, is_away: bool) -> None:
    with pytest.raises(PanelError) as caught:
        load(text, status_code=status_code)
    assert caught.value.is_away is is_away


def test_what_was_never_sent_for_want_of_a_turn_says_nothing(panel: Panel) -> None:
    panel.fails(*"abc", error=NoTurn("no turn in time"))
    assert panel.opened == 0
    panel.breaks()
    panel.fails("a", error=NoTurn("no turn in time"))
    assert panel.state is State.OPEN


def test_one_poll_goes_through_when_the_wait_is_over(panel: Panel) -> None:
    panel.breaks()
    panel.now = panel.breaker.until - 0.01
    assert not panel.breaker.enter()
    panel.now += 0.01
    assert [panel.breaker.enter() for _ in range(5)] == [True, False, False, False, False]


def test_a_poll_that_had_nothing_to_ask_leaves_its_place_to_another(panel: Panel) -> None:
    panel.breaks()
    panel.waits_until_half_open()
    panel.breaker.leave()
    assert panel.breaker.enter()


def test_polls_under_way_when_it_opened_come_before_the_probe(panel: Panel) -> None:
    assert panel.breaker.enter()
    panel.breaks()
    panel.now = panel.breaker.until
    assert not panel.breaker.enter()
    panel.breaker.leave()
    assert panel.breaker.enter()


def test_an_answered_probe_closes_it(panel: Panel) -> None:
    panel.breaks()
    panel.waits_until_half_open()
    panel.answers()
    assert (panel.state, panel.breaker.since, panel.breaker.rounds) == (State.CLOSED, None, 0)
    assert all(panel.breaker.enter() for _ in range(8))


def test_polls_come_back_gently_and_people_at_once(panel: Panel) -> None:
    panel.breaks()
    panel.waits_until_half_open()
    panel.answers()
    assert panel.pace.is_free(Who.PERSON)
    assert not panel.pace.is_free(Who.MACHINE)


def test_waits_double_up_to_a_minute_and_are_spread(panel: Panel) -> None:
    panel.breaks()
    panel.chance = 0.999999
    waits = [round(panel.probe_fails()) for _ in range(8)]
    assert waits == [4, 8, 16, 32, 60, 60, 60, 60]
    panel.chance = 0.0
    assert panel.probe_fails() == LONGEST / 2


def test_a_retry_after_is_obeyed(panel: Panel) -> None:
    panel.breaks()
    assert panel.probe_fails(retry_after=300.0) == 300.0


def test_a_persons_answer_closes_it(panel: Panel) -> None:
    panel.breaks()
    panel.answers(poll=False)
    assert panel.state is State.CLOSED
    assert panel.breaker.enter()


def test_a_persons_failure_leaves_it_as_it_is(panel: Panel) -> None:
    panel.breaks()
    until = panel.breaker.until
    panel.fails(*"defg", poll=False)
    assert (panel.state, panel.breaker.until, panel.opened) == (State.OPEN, until, 1)
    panel.waits_until_half_open()
    panel.fails("d", poll=False)
    assert panel.state is State.HALF_OPEN


def test_a_persons_answer_does_not_make_failing_polls_more_frequent(panel: Panel) -> None:
    """Status may be broken while the rest works."""
    panel.breaks()
    for _ in range(6):
        panel.probe_fails()
    panel.answers(poll=False)
    panel.breaks()
    assert panel.breaker.until - panel.now >= LONGEST / 2


class Story:
    """Whatever may happen, one thing after another, and what holds after each."""

    def __init__(self, chance: float) -> None:
        self.panel = Panel(chance=chance)
        self.breaker = self.panel.breaker
        self.under_way = 0
        self.failing: set[str] = set()  # since the last answer

    def hears(self, key: str, poll: bool, fails: bool) -> None:
        before = self.breaker.state
        self.failing = self.failing | {key} if fails else set()
        if not fails:
            self.panel.answers(key, poll=poll)
            assert self.breaker.state is State.CLOSED
            return
        self.panel.fails(key, poll=poll)
        if before is State.CLOSED and self.breaker.state is State.OPEN:
            assert len(self.failing) >= KEYS
        if before is State.OPEN or (not poll and before is State.HALF_OPEN):
            assert self.breaker.state is before

    def enters(self) -> None:
        entered = self.breaker.enter()
        self.under_way += entered
        if self.breaker.state is State.HALF_OPEN and entered:
            assert self.under_way == 1
        assert entered is (self.breaker.state is not State.OPEN) or self.under_way

    def leaves(self) -> None:
        if self.under_way:
            self.breaker.leave()
            self.under_way -= 1

    def passes(self, seconds: float) -> None:
        self.panel.now += seconds


EVENTS = st.one_of(
    st.tuples(st.just(Story.hears), st.sampled_from("abcde"), st.booleans(), st.booleans()),
    st.tuples(st.just(Story.enters)),
    st.tuples(st.just(Story.leaves)),
    st.tuples(st.just(Story.passes), st.floats(0.0, 100.0)),
)


@given(st.lists(EVENTS, max_size=80), st.floats(0.0, 0.999))
def test_in_any_story(events: list[tuple[Any, ...]], chance: float) -> None:
    story = Story(chance)
    for happens, *how in events:
        happens(story, *how)
        assert story.breaker.until - story.panel.now <= LONGEST
        assert (story.breaker.since is None) == (story.breaker.state is State.CLOSED)
    while story.under_way:
        story.leaves()
    story.passes(LONGEST)
    assert story.breaker.enter()  # whatever happened, a minute later a poll goes through
