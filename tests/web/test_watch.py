"""What a running bot says of itself over real HTTP, in good times and bad."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.app import serve
from bot.demo import sandbox_settings
from bot.healthy import healthy
from bot.sandbox.panel import Trouble
from bot.web import health
from tests.conftest import KEY, OTHER_KEY, World, world_in
from tests.journeys.stories import LINK, confirms, places, says
from tests.journeys.test_disk import held, hurry
from tests.web.asking import PAGES, Figures, Watched, asked, free_port

__all__ = ["hurry"]

ANNA = 7360194825
THIRD_KEY = "3" * 32


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.0)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def watched(port: int) -> Watched:
    return Watched(port)


@pytest.fixture
async def world(tmp_path: Path, port: int) -> AsyncIterator[World]:
    async with world_in(tmp_path, metrics_listen=f"127.0.0.1:{port}") as made:
        yield made


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(10.0):
        while not (found := await look()):  # noqa: ASYNC110 - asked over HTTP, as everybody has to
            await asyncio.sleep(0.02)
        return found


async def wrong(watched: Watched) -> list[str]:
    return list((await watched.readiness())["wrong"])


async def well(watched: Watched) -> bool:
    return bool((await watched.readiness())["ready"])


async def test_a_bot_that_serves_is_alive_and_ready(world: World, watched: Watched) -> None:
    await until(lambda: well(watched))
    found = await watched.readiness()
    assert await watched.is_alive()
    assert found["database"] == {"writable": True}
    assert found["panel"] == {"breaker": "closed", "away_seconds": 0.0}
    assert found["telegram"]["takes_messages"] is True
    assert found["telegram"]["last_contact_seconds_ago"] is not None
    assert found["jobs"]["replies_waiting"] == 0


async def test_a_bot_that_cannot_reach_telegram_is_alive_but_not_ready(tmp_path: Path) -> None:
    """A container must not be restarted for it."""
    port, nowhere = free_port(), f"http://127.0.0.1:{free_port()}"
    settings = sandbox_settings(nowhere, "1:token", tmp_path, metrics_listen=f"127.0.0.1:{port}")
    watched, running = Watched(port), asyncio.create_task(serve(settings))
    try:
        await eventually_answers(watched)
        assert await watched.is_alive()
        assert await wrong(watched) == ["Telegram has not answered yet"]
        assert (await watched.figures())["panelgram_ready"] == 0
        assert (await watched.figures()).of("panelgram_telegram_answers_total", code="network") >= 1
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    with pytest.raises(OSError, match="Cannot connect"):
        await watched.is_alive()


async def eventually_answers(watched: Watched) -> None:
    async def answers() -> bool:
        with suppress(OSError):
            return await watched.is_alive()
        return False

    await until(answers)


async def test_a_database_in_trouble_is_not_ready_and_is_again_when_it_is_over(
    world: World, watched: Watched
) -> None:
    await until(lambda: well(watched))
    with held(world):
        (words,) = await until(lambda: wrong(watched))
        assert words.startswith("no orders are taken: ")
        assert "another program holds it" in words
        assert await watched.is_alive()
        assert (await watched.figures())["panelgram_database_trouble"] == 1
        assert (await watched.figures())["panelgram_ready"] == 0
    await until(lambda: well(watched))
    assert (await watched.figures())["panelgram_database_trouble"] == 0


async def test_a_disk_that_is_nearly_full_is_seen_before_anybody_orders(
    world: World, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until(lambda: well(watched))
    with monkeypatch.context() as full:
        full.setattr("storage.sqlite.SPARE_BYTES", 1 << 60)
        (words,) = await wrong(watched)
        assert "the disk is nearly full" in words
    assert await well(watched)


async def test_a_panel_that_is_away_shows_and_is_no_reason_to_be_called_not_ready(
    world: World, watched: Watched
) -> None:
    world.panel.add_account(THIRD_KEY, Decimal(50))
    people = [await world.person(ANNA + n, key=key) for n, key in enumerate((KEY, OTHER_KEY, THIRD_KEY))]
    world.panel.misbehave(Trouble.SERVER_ERROR)
    for person in people:
        await says(person, "/balance")
    found = await watched.readiness()
    assert found["ready"]
    assert found["panel"]["breaker"] == "open"
    assert "people's calls go through" in found["notes"][0]
    figures = await watched.figures()
    assert figures.of("panelgram_panel_breaker", state="open") == 1
    assert figures.of("panelgram_panel_breaker", state="closed") == 0
    assert figures.of("panelgram_panel_calls_total", action="balance", outcome="garbled") >= 3

    world.panel.calm()
    await says(people[0], "/balance")
    assert (await watched.readiness())["panel"] == {"breaker": "closed", "away_seconds": 0.0}
    assert (await watched.figures()).of("panelgram_panel_breaker", state="closed") == 1


async def test_a_telegram_that_takes_nothing_shows_until_it_has_taken_what_was_kept(
    world: World, watched: Watched
) -> None:
    anna = await world.person(ANNA)
    await until(lambda: well(watched))
    world.telegram.trouble("sendMessage", times=10**6, status=502)
    await anna.types("/help")
    assert "Telegram takes no messages" in (await until(lambda: wrong(watched)))[0]
    figures = await watched.figures()
    assert figures.of("panelgram_telegram_answers_total", code="502") >= 1
    assert (figures["panelgram_replies_kept"], figures["panelgram_telegram_takes_messages"]) == (1, 0)
    world.telegram.calm()
    await anna.sees("What I can do")
    await until(lambda: well(watched))


async def test_what_happened_is_counted(world: World, watched: Watched) -> None:
    anna = await world.person(ANNA)
    await places(anna)
    world.panel.misbehave(Trouble.LOST_ANSWER, action="add")
    await confirms(anna, "I do not know", f"1 {LINK}/lost 100")
    world.panel.calm()
    world.panel.misbehave(Trouble.ERROR, action="add", text="Not enough funds")
    await confirms(anna, "Not enough funds", f"1 {LINK}/poor 100")
    world.panel.calm()
    await says(anna, "/nonsense")
    world.panel.misbehave(Trouble.WRONG_KEY, action="balance")
    await says(anna, "/balance")

    figures = await until(lambda: counted(watched))
    orders, calls = "panelgram_orders_total", "panelgram_panel_calls_total"
    for outcome in ("placed", "uncertain", "rejected"):
        assert figures.of(orders, outcome=outcome) == 1, outcome
    for outcome in ("ok", "unreachable", "refused"):
        assert figures.of(calls, action="add", outcome=outcome) == 1, outcome
    assert figures.of(calls, action="balance", outcome="bad key") == 1
    assert figures.of("panelgram_panel_call_seconds_count", action="add") == 3
    updates, seconds = "panelgram_updates_total", "panelgram_update_seconds_count"
    assert figures.of(updates, kind="tapped", outcome="ok") == 3
    assert figures.of(updates, kind="command", outcome="told") == 1
    assert figures[updates] == figures[seconds]
    assert figures.of("panelgram_notices_total", kind="outcome", outcome="sent") == 3
    assert figures.of("panelgram_telegram_answers_total", code="200") > 10
    assert (figures["panelgram_people"], figures["panelgram_orders_open"]) == (1, 1)
    assert figures["panelgram_updates_waiting"] == 0
    assert figures["process_resident_memory_bytes"] > 0
    assert figures.of("panelgram_build_info") == 1


async def counted(watched: Watched) -> Figures | None:
    """The last update's end is stored after its answer."""
    figures = await watched.figures()
    return figures if figures.of("panelgram_updates_total", outcome="told") else None


async def test_orders_an_earlier_run_left_in_the_middle_count_as_uncertain(
    world: World, watched: Watched
) -> None:
    anna = await world.person(ANNA)
    world.panel.misbehave(Trouble.HANG, action="add")
    await confirms(anna, "Placing", f"1 {LINK}/hangs 100")
    await world.panel.next_call("add")
    await world.stop()
    world.panel.calm()
    await world.start()
    await eventually_answers(watched)
    assert (await watched.figures()).of("panelgram_orders_total", outcome="uncertain") == 1


async def test_nothing_that_is_told_names_anybody(world: World, watched: Watched) -> None:
    anna = await world.person(ANNA)
    order_id = await places(anna)
    for text in ("/secretword", f"/status {order_id}", "somebody's words", f"/order 1 {LINK} 77"):
        await says(anna, text)
    said = [text for _, text in [await asked(watched.url + page) for page in PAGES]]
    personal = (str(ANNA), order_id, KEY, KEY[-4:], "secretword", "somebody", LINK, world.telegram.token)
    for text in said:
        without_figures = re.sub(r"(?m) [\d.e+-]+$", "", text)
        assert [one for one in personal if one in without_figures] == []
    values = {v for one in (await watched.figures()).samples for n, v in one.labels.items() if n != "le"}
    assert all(re.fullmatch(r"[a-z -]*|[\d.]+", value) for value in values), values


async def test_two_bots_count_apart(world: World, watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    port = free_port()
    async with world_in(tmp_path / "other", metrics_listen=f"127.0.0.1:{port}") as other:
        await other.person(ANNA)
        assert (await Watched(port).figures())["panelgram_updates_total"] > 0
        assert (await watched.figures())["panelgram_updates_total"] == 0


@pytest.mark.parametrize("word", ["off", ""])
async def test_the_demo_listens_nowhere(tmp_path: Path, word: str) -> None:
    assert sandbox_settings("http://x", "1:t", tmp_path).metrics_address is None
    assert sandbox_settings("http://x", "1:t", tmp_path, metrics_listen=word).metrics_address is None


async def test_a_clock_that_has_stopped_is_what_a_restart_is_for(
    world: World, watched: Watched, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = sandbox_settings(world.url, "1:t", world.folder, metrics_listen=f"127.0.0.1:{port}")
    assert await asyncio.to_thread(healthy, settings) == (True, '{"alive":true}')
    monkeypatch.setattr(health, "SILENT_SECONDS", -1.0)
    assert not await watched.is_alive()
    assert "restart the bot" in (await wrong(watched))[0]
    good, words = await asyncio.to_thread(healthy, settings)
    assert not good
    assert words.endswith("/healthz says 503: restart the bot")


async def test_other_pages_are_not_there(world: World, watched: Watched) -> None:
    for page in ("/", "/metrics/x", "/docs"):
        assert (await asked(watched.url + page))[0] == 404
