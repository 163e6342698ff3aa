"""The real program, killed without warning between a confirmation and its outcome."""

import asyncio
import csv
import io
import os
import random
import re
import signal
import sqlite3
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.demo import demo_app
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person, Telegram
from bot.serving import serve
from storage.vault import new_encryption_key
from tests.conftest import KEY
from tests.journeys.stories import eventually

# Killed before the summary itself was written down, the bot shows it again, and the old button is stale.
TOO_LATE = "This button is from an earlier step"
PLACED, UNCERTAIN = "is placed", "I do not know whether this order was placed"


class Program:
    """`panelgram run` as a process of its own, on a database that outlives it."""

    def __init__(self, folder: Path) -> None:
        self.telegram = Telegram()
        self.panel = Panel(accounts={KEY: Decimal(1000)})
        self.folder = folder
        self.settings: dict[str, str] = {}
        self.process: Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=os.environ | self.settings,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return await self.process.wait()

    async def connected(self, user_id: int) -> Person:
        person = self.telegram.person(user_id)
        await person.types("/start")
        await person.sees("API key")
        await person.types(KEY)
        await person.sees("Connected.")
        return person


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path)
    server = await serve(demo_app(program.telegram, program.panel, key=KEY))
    program.settings = {
        "BOT_TOKEN": program.telegram.token,
        "TELEGRAM_API_URL": server.url,
        "PANEL_URL": f"{server.url}/api/v2",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
        "ENCRYPTION_KEYS": new_encryption_key(),
        "POLL_INTERVAL": "0.5",
        "METRICS_LISTEN": "off",
    }
    await program.start()
    try:
        yield program
    finally:
        if program.process is not None and program.process.returncode is None:
            await program.end(signal.SIGKILL)
        await server.stop()


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.long)])
async def test_a_kill_at_any_moment_never_places_twice_and_leaves_nobody_in_the_dark(
    program: Program, kills: int
) -> None:
    program.panel.misbehave(Trouble.SLOW, action="add", delay=0.15)
    for kill in range(kills):
        person = await program.connected(1000 + kill)
        link = f"https://example.com/p/{kill}"
        await person.types(f"/order 1 {link} 100")
        await person.taps("Place order")
        await asyncio.sleep(random.uniform(0, 0.35))
        await program.end(signal.SIGKILL)
        await program.start()

        told = await told_outcome(person)
        sent = [form for form in program.panel.calls("add") if form["link"] == link]
        assert len(sent) <= 1
        assert told == UNCERTAIN or len(sent) == (told == PLACED)


LINES, KILLS = 20, 4


@pytest.mark.parametrize("masses", [1, pytest.param(10, marks=pytest.mark.long)])
async def test_a_mass_order_killed_several_times_sends_each_line_once_and_is_summed_up(
    program: Program, masses: int
) -> None:
    program.panel.misbehave(Trouble.SLOW, action="add", delay=0.15)
    for mass in range(masses):
        person = await program.connected(2000 + mass)
        links = [f"https://example.com/m/{mass}/{line}" for line in range(1, LINES + 1)]
        await person.types("/mass\n" + "\n".join(f"1 | {link} | 100" for link in links))
        tap = await person.taps(f"Place {LINES} orders")
        await tap.answer()
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0, 0.4))
            await program.end(signal.SIGKILL)
            polls = len(program.telegram.calls("getUpdates"))
            await program.start()
            await program.telegram.hears("getUpdates", times=polls + 1, within=30.0)

        await person.sees("The file has every line", within=30.0)
        sent = Counter(form["link"] for form in program.panel.calls("add") if form["link"] in links)
        assert max(sent.values()) == 1
        assert 1 <= len(person.files) <= 1 + KILLS
        told = list(csv.DictReader(io.StringIO(person.files[-1].text)))
        assert [row["link"] for row in told] == links
        for row in told:
            assert row["order id"] or row["error"].startswith("uncertain"), row
            assert not row["order id"] or sent[row["link"]] == 1


PEOPLE = 40


@pytest.mark.parametrize("kills", [3, pytest.param(12, marks=pytest.mark.long)])
async def test_an_announcement_killed_in_the_middle_goes_on_and_nobody_gets_it_twice(
    program: Program, kills: int
) -> None:
    operator = await program.connected(4000)
    await program.end(signal.SIGTERM)
    people = [program.telegram.person(5000 + n) for n in range(PEOPLE - 1)]
    with closing(sqlite3.connect(program.folder / "bot.db")) as db, db:
        for person in people:
            person.chat.started = True
            db.execute(
                "INSERT INTO people (chat_id, language, created_at) VALUES (?, 'en', 0)", [person.user.id]
            )
    program.settings["ADMIN_IDS"] = str(operator.user.id)
    await program.start()
    people[-1].chat.blocked = True
    await operator.types("/broadcast Hello everybody")
    shown = await operator.sees("This is what people will get.")
    await (await operator.taps_on(shown, f"Send to {PEOPLE} people")).answer()

    def copies() -> list[int]:
        return [person.reads.count("Hello everybody") for person in people]

    for kill in range(kills):
        await eventually(lambda kill=kill: sum(copies()) >= (kill + 1) * PEOPLE // (kills + 2), within=30.0)  # type: ignore[misc]
        await program.end(signal.SIGKILL)
        assert sum(copies()) < PEOPLE - 2
        await program.start()

    result = await operator.sees("The announcement is out.", within=30.0)
    unsure = re.search(r"(\d+) may have got it", result.text)
    assert max(copies()) == 1
    assert copies()[-1] == 0
    assert copies()[:-1].count(0) <= (int(unsure[1]) if unsure else 0) <= 3 * kills
    assert "🚫 1 has blocked me" in result.text


SPEAKING = ("sendMessage", "editMessageText", "answerCallbackQuery")


@pytest.mark.parametrize("kills", [5, pytest.param(15, marks=pytest.mark.long)])
async def test_replies_telegram_would_not_take_outlast_kills_and_come_once(
    program: Program, kills: int
) -> None:
    """What is handled ends together with what it has to say: there is no moment for a kill in between."""
    person = await program.connected(3000)
    for method in SPEAKING:
        program.telegram.trouble(method, times=10**6, status=502)
    for _ in range(kills):
        await person.types("/balance")
        await asyncio.sleep(random.uniform(0, 0.3))
        await program.end(signal.SIGKILL)
        polls = len(program.telegram.calls("getUpdates"))
        await program.start()
        await program.telegram.hears("getUpdates", times=polls + 1, within=30.0)
    program.telegram.calm()

    await person.types("/help")
    await person.sees("What I can do", within=60.0)
    assert person.reads.count("Balance:") == kills


@pytest.mark.parametrize("kills", [5, pytest.param(15, marks=pytest.mark.long)])
async def test_a_kill_at_any_moment_leaves_no_text_without_an_answer(program: Program, kills: int) -> None:
    person = await program.connected(3001)
    for _ in range(kills):
        await person.types("/balance")
        await asyncio.sleep(random.uniform(0, 0.1))
        await program.end(signal.SIGKILL)
        await program.start()

    await person.types("/help")
    await person.sees("What I can do", within=30.0)
    assert kills <= person.reads.count("Balance:") <= 2 * kills


async def told_outcome(person: Person) -> str:
    """What the person finally reads about their order."""
    placed = asyncio.create_task(person.sees(PLACED, within=30.0))
    uncertain = asyncio.create_task(person.sees(UNCERTAIN, within=30.0))
    too_late = asyncio.create_task(person.sees_toast(TOO_LATE, within=30.0))
    done, rest = await asyncio.wait({placed, uncertain, too_late}, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await next(iter(done))
    return PLACED if placed in done else UNCERTAIN if uncertain in done else TOO_LATE


async def test_ends_in_order_while_an_add_hangs_and_tells_the_person_at_the_next_start(
    program: Program,
) -> None:
    person = await program.connected(1001)
    program.panel.misbehave(Trouble.HANG, action="add")
    await person.types("/order 1 https://example.com/p/1 100")
    await person.taps("Place order")
    await program.panel.next_call("add")

    code = await asyncio.wait_for(program.end(signal.SIGTERM), timeout=10.0)  # a promise of the program
    await program.start()

    assert code == 0
    await person.sees(UNCERTAIN)
    assert len(program.panel.calls("add")) == 1


async def test_ends_in_order_while_a_mass_order_runs(program: Program) -> None:
    person = await program.connected(1001)
    program.panel.misbehave(Trouble.HANG, action="add")
    await person.types("/mass\n" + "\n".join(f"1 | https://example.com/m/{n} | 100" for n in range(9)))
    await person.taps("Place 9 orders")
    await program.panel.next_call("add")

    code = await asyncio.wait_for(program.end(signal.SIGTERM), timeout=10.0)  # a promise of the program
    program.panel.calm()
    await program.start()

    assert code == 0
    summary = await person.sees("The file has every line", within=30.0)
    assert "placed: 8 of 9" in summary.text
    assert "Uncertain: lines 1." in summary.text
    assert len(program.panel.calls("add")) == 9


async def test_a_second_process_on_the_same_database_is_refused_with_a_clear_line(program: Program) -> None:
    await program.connected(1001)
    second = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | program.settings, stderr=asyncio.subprocess.PIPE
    )
    _, words = await second.communicate()

    assert second.returncode == 1
    assert words.decode().strip().endswith(f"(id {program.process.pid if program.process else 0})")
    assert "is in use by another process" in words.decode()
    assert len(words.decode().splitlines()) == 1
