"""The schedule over lives of orders drawn at random; `make bench` draws many more of them."""

from benchmarks.figures import percentile
from benchmarks.lives import DAY, Life, lives
from benchmarks.simulation import INTERVAL, look_at_order, simulate
from bot.core import schedule
from bot.panel.models import Status


def test_changes_are_seen_sooner_than_at_a_fixed_interval_of_equal_cost() -> None:
    run = simulate(list(lives(3000)))
    assert percentile(run.ours, 50) <= 0.4 * percentile(run.fixed, 50)
    assert max(run.ours) <= schedule.SELDOMEST * INTERVAL
    assert run.looks <= 0.15 * run.minutely


def test_counts_a_look_where_the_program_looks() -> None:
    delays: list[float] = []
    changes = ((90.0, Status.IN_PROGRESS), (7100.0, Status.COMPLETED))
    looks = look_at_order(Life(changes), delays)
    # each minute until an hour after it was seen to have begun, then every five minutes, and a day later
    assert (looks, delays) == (2 + 60 + 12 + 1, [30.0, 220.0])


def test_lives_are_always_the_same_and_of_all_lengths() -> None:
    found = list(lives(3000))
    ends = [life.changes[-1][0] for life in found]
    assert found == list(lives(3000))
    assert all(life.changes == tuple(sorted(life.changes, key=lambda each: each[0])) for life in found)
    assert min(ends) < 3600 < DAY < percentile(ends, 50) < 5 * DAY < 30 * DAY < max(ends)
