"""How the program does, as operators read it."""

from pathlib import Path

from bot.core.breaker import Breaker, State
from bot.core.calls import Calls
from bot.gateway.absence import Absence
from bot.gateway.vitals import MOST_ERRORS, Answers, Vitals
from bot.panel.errors import PanelUnreachable
from tests.core.core_world import Clock


def test_the_facts(tmp_path: Path) -> None:
    clock, absence = Clock(), Absence("away", "back")
    breaker, answers = Breaker(clock=clock), Answers(clock=clock)
    database = tmp_path / "bot.db"
    database.write_bytes(b"x" * 1000)
    (tmp_path / "bot.db-wal").write_bytes(b"x" * 24)
    contact: list[float | None] = [None]
    vitals = Vitals(
        database=database,
        breaker=breaker,
        calls=Calls(clock=clock),
        answers=answers,
        absence=absence,
        contact=lambda: contact[0],
        clock=clock,
    )
    fresh = vitals.read()
    assert (fresh.contact, fresh.takes_messages, fresh.panel, fresh.panel_away) == (
        None,
        True,
        State.CLOSED,
        None,
    )
    assert (fresh.up, fresh.database) == (0.0, 1024)
    assert fresh.free > 0

    contact[0] = clock.now
    for key in ("a", "b", "c"):
        breaker.hear(key, PanelUnreachable("no reply"), poll=True)
    absence.failed("502")
    clock.now += 60
    later = vitals.read()
    assert (later.contact, later.takes_messages, later.panel, later.panel_away) == (60, False, State.OPEN, 60)
    assert later.up == 60


def test_telegrams_errors_of_the_last_hour_are_counted() -> None:
    clock = Clock()
    answers = Answers(clock=clock)
    for answer in ("200", "502", "200", "timeout", "502"):
        answers.hear(answer)
    assert answers.errors() == {"502": 2, "timeout": 1}

    clock.now += 3600
    answers.hear("400")
    assert answers.errors() == {"400": 1}
    for _ in range(MOST_ERRORS + 1):
        answers.hear("429")
    assert answers.errors() == {"429": MOST_ERRORS}
