"""Several pieces of news in one message, however long their words are."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from bot.chat.bundles import with_lines
from bot.chat.screens.bundles import MOST_BUTTONS, bundle, line
from bot.gateway.messenger import Screen
from bot.gateway.texts import units
from storage.opening import open_sqlite
from storage.outbox import MOST_TOGETHER, TOGETHER, Notice
from storage.sqlite import SqliteDatabase
from tests.jobs.conftest import Logged, logged

__all__ = ["logged"]

NOW = 1_800_000_000.0
CHANGE = {
    "panel_order_id": "23501",
    "service": "Followers",
    "word": "Completed",
    "before": "In progress",
    "returned": None,
    "currency": "USD",
}
REFILL = {"panel_order_id": "23501", "service": "Likes", "state": "ended", "word": "Completed"}
SLOW = {"panel_order_id": "23501", "service": "Views", "since": NOW - 86400 * 3}


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


def notice(facts: Mapping[str, Any] = CHANGE, kind: str = "change", *, order_id: str = "o1") -> Notice:
    return Notice(1, 7, order_id, kind, facts, "en", NOW)


def plain(text: Markup) -> str:
    return Markup(re.sub(r"</?b>", "", text)).unescape()


def screen(*news: Notice) -> Screen:
    return bundle(news, [line(one, now=NOW) for one in news])


@pytest.mark.parametrize(
    ("kind", "facts", "says"),
    [
        ("change", CHANGE, "✅ Order 23501: Completed · Followers"),
        (
            "change",
            CHANGE | {"word": "Partial", "returned": "0.36"},
            "🌓 Order 23501: Partial · came back: $0.36 · Followers",
        ),
        ("change", CHANGE | {"word": "Under <review>", "service": ""}, "🔔 Order 23501: Under <review>"),
        ("refill", REFILL, "✅ Order 23501: refill Completed · Likes"),
        ("refill", REFILL | {"word": "Rejected"}, "❌ Order 23501: refill Rejected · Likes"),
        ("refill", REFILL | {"word": None}, "❓ Order 23501: refill unknown · Likes"),
        ("refill", REFILL | {"state": "uncertain"}, "⚠️ Order 23501: refill uncertain · Likes"),
        ("slow", SLOW, "🐢 Order 23501 has been pending for 3 days · Views"),
    ],
)
def test_a_line_says_what_happened_to_which_order(kind: str, facts: Mapping[str, Any], says: str) -> None:
    assert plain(line(notice(facts, kind), now=NOW)) == says


def test_as_many_as_go_together_fit_whatever_a_panel_calls_things() -> None:
    long = CHANGE | {
        "panel_order_id": "9" * 64,
        "service": "🎁" * 300,
        "word": "<&>🎁" * 60,
        "returned": "1" * 24 + "." + "1" * 18,
        "currency": "🎁" * 60,
    }
    shown = screen(*(notice(long, order_id=str(each)) for each in range(MOST_TOGETHER)))
    assert units(plain(shown.text)) <= 4096
    assert sum(len(row) for row in shown.rows) <= 100


def test_a_button_leads_to_each_order_and_to_all_of_them_when_there_are_many() -> None:
    few = screen(*(notice(order_id=str(each % MOST_BUTTONS)) for each in range(2 * MOST_BUTTONS)))
    many = screen(*(notice(order_id=str(each)) for each in range(MOST_BUTTONS + 1)))
    assert [button.press.id for row in few.rows for button in row] == [str(n) for n in range(MOST_BUTTONS)]  # type: ignore[union-attr]
    assert [[button.label for button in row] for row in many.rows] == [["My orders"]]


async def test_one_that_cannot_be_said_takes_no_other_along(db: SqliteDatabase, logged: Logged) -> None:
    news = [notice(), *(notice({}, kind) for kind in TOGETHER), notice(REFILL, "refill")]
    found = await with_lines(db, news, now=NOW)
    assert [one for one, _ in found] == [news[0], news[-1]]
    assert logged() == ["notice given up"] * len(TOGETHER)


async def test_an_order_called_slow_that_is_gone_by_now_is_left_out(db: SqliteDatabase) -> None:
    assert await with_lines(db, [replace(notice(SLOW, "slow"), order_id="gone")], now=NOW) == []
