"""What is known of the panel's calls of the last hour."""

from bot.core.calls import MOST, Action, Call, Calls
from bot.panel.errors import NoTurn, PanelRefused, PanelUnreachable
from tests.core.core_world import Clock


def test_calls_are_summed_by_action_the_most_frequent_first() -> None:
    clock = Clock()
    calls = Calls(clock=clock)
    calls.hear("add", None, 8.2)
    for seconds in (0.1, 0.3, 0.2):
        calls.hear("status", None, seconds)
    calls.hear("status", PanelUnreachable("no reply"), 20.0)
    found = calls.lately()

    assert found.actions == [Action("status", 4, 1, 0.25, 20.0), Action("add", 1, 0, 8.2, 8.2)]
    assert [call.seconds for call in found.slowest] == [20.0, 8.2, 0.3]


def test_a_no_is_an_answer_and_a_missed_turn_no_call() -> None:
    calls = Calls()
    calls.hear("add", PanelRefused("Not enough funds"), 0.1)
    calls.hear("add", NoTurn("no turn in time"), 0.0)
    assert calls.lately().actions == [Action("add", 1, 0, 0.1, 0.1)]


def test_they_are_forgotten_after_an_hour() -> None:
    clock = Clock()
    calls = Calls(clock=clock)
    assert calls.lately().since == clock.now
    calls.hear("add", None, 8.2)
    clock.now += 1800
    calls.hear("status", None, 0.1)
    clock.now += 1801
    found = calls.lately()

    assert found.since == clock.now - 3600
    assert found.slowest == [Call(clock.now - 1801, "status", 0.1, answered=True)]


def test_only_so_many_are_remembered_and_it_says_since_when() -> None:
    clock = Clock()
    calls = Calls(clock=clock)
    for _ in range(MOST + 100):
        clock.now += 0.01
        calls.hear("status", None, 0.1)
    found = calls.lately()

    assert found.actions[0].calls == MOST
    assert abs(clock.now - found.since - MOST * 0.01) < 0.02
