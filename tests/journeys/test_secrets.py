"""A key that went through the real program stands in clear nowhere: no file, no log, no process argument."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.demo import demo_app
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person, Telegram
from bot.serving import serve
from storage.vault import new_encryption_key
from tests.conftest import KEY, OTHER_KEY
from tests.journeys.stories import LINK, confirms, eventually, places, says, summary
from tests.web.asking import PAGES, asked, free_port

WRONG = "a1b2c3d4" * 4
TYPED_LATE = "9z8y7x6w" * 4  # the program is killed before it is answered


@dataclass
class Program:
    """`panelgram run` at its chattiest; whatever it writes is kept, also in its temporary folder."""

    telegram: Telegram
    panel: Panel
    folder: Path
    settings: dict[str, str]
    process: Process | None = None
    said: list[bytes] = field(default_factory=list)
    reading: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=os.environ | self.settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self.reading.append(asyncio.create_task(self._listen(self.process)))

    async def end(self, how: signal.Signals) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
            await self.process.wait()
        await asyncio.gather(*self.reading)

    async def tells_of_itself(self) -> None:
        for page in PAGES:
            _, text = await asked(f"http://{self.settings['METRICS_LISTEN']}{page}")
            self.said.append(text.encode())

    async def command(self, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            env=os.environ | self.settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self.said.append((await process.communicate())[0])

    def traces(self, *secrets: str) -> list[str]:
        """Where any of these stands in clear."""
        return [
            f"{place}: {secret}"
            for place, content in self._everything()
            for secret in secrets
            if secret.encode() in content
        ]

    def _everything(self) -> Iterator[tuple[str, bytes]]:
        for path in self.folder.rglob("*"):
            if path.is_file():
                yield path.name, path.read_bytes()
        yield "output", b"".join(self.said)
        assert self.process is not None
        arguments = Path(f"/proc/{self.process.pid}/cmdline")
        if arguments.exists():
            yield "arguments", arguments.read_bytes()

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.said.append(line)


@pytest.fixture(params=["console", "json"])
async def program(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Program]:
    telegram, panel = Telegram(), Panel(accounts={KEY: Decimal(1000), OTHER_KEY: Decimal(5)})
    server = await serve(demo_app(telegram, panel, key=KEY))
    (tmp_path / "temporary").mkdir()
    settings = {
        "BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": server.url,
        "PANEL_URL": f"{server.url}/api/v2",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
        "ENCRYPTION_KEYS": new_encryption_key(),
        "POLL_INTERVAL": "0.2",
        "METRICS_LISTEN": f"127.0.0.1:{free_port()}",
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": request.param,
        "TMPDIR": str(tmp_path / "temporary"),
        "PYTHONASYNCIODEBUG": "1",
    }
    program = Program(telegram, panel, tmp_path, settings)
    await program.start()
    try:
        yield program
    finally:
        await program.end(signal.SIGKILL)
        await server.stop()


async def connected(program: Program, user_id: int) -> Person:
    person = program.telegram.person(user_id)
    await says(person, "/start")
    assert "Connected." in (await says(person, KEY)).text
    return person


async def test_a_key_stands_in_clear_nowhere(program: Program) -> None:
    anna = await connected(program, 1001)
    boris = program.telegram.person(1002)
    for text in (WRONG, f"/key {WRONG}", f"/key {OTHER_KEY}", f"/order 1 {LINK} {WRONG}", WRONG):
        await says(boris, text)
    program.panel.misbehave(Trouble.ERROR, action="balance", text=f"{WRONG} is no key of ours", times=1)
    await says(boris, f"/key {WRONG}")
    program.panel.calm()
    await places(anna)
    program.panel.misbehave(Trouble.ERROR, action="add", text=f"Incorrect request of {KEY}")
    await confirms(anna, "Incorrect request of", f"1 {LINK}/echo 100")
    program.panel.calm()
    for trouble in (Trouble.LOST_ANSWER, Trouble.HTML, Trouble.WRONG_KEY):
        program.panel.misbehave(trouble, action="add")
        await confirms(anna, "", f"1 {LINK}/{trouble.name} 100")
        program.panel.misbehave(trouble, action="balance")
        await says(anna, "/balance")
        program.panel.calm()
    await says(anna, f"/key {OTHER_KEY}")
    await program.tells_of_itself()
    secrets = KEY, OTHER_KEY, WRONG, TYPED_LATE, *program.settings["ENCRYPTION_KEYS"].split(",")
    assert program.traces(*secrets) == []

    program.panel.misbehave(Trouble.HANG, action="balance")
    await anna.types(f"/key {TYPED_LATE}")
    await program.panel.next_call("balance")
    assert program.traces(*secrets) == []
    await program.end(signal.SIGKILL)
    assert program.traces(*secrets) == []  # the log of the database is still there

    program.panel.calm()
    polls = len(program.telegram.calls("getUpdates"))
    await program.start()
    await program.telegram.hears("getUpdates", times=polls + 1, within=30.0)
    await anna.sees("does not accept this key")
    await program.command("check")
    await program.command("check", "--database")
    program.settings["ENCRYPTION_KEYS"] = f"{new_encryption_key()},{program.settings['ENCRYPTION_KEYS']}"
    await program.end(signal.SIGTERM)
    await program.command("keys", "rotate")
    assert b"re-encrypted" in program.said[-1]
    await program.start()
    await says(anna, "/balance")
    await program.end(signal.SIGTERM)
    assert program.traces(*secrets, program.telegram.token) == []
    assert len(b"".join(program.said)) > 1000


async def test_the_test_would_find_a_key(program: Program) -> None:
    """What people type for the public to see is kept in clear: found as a key would be."""
    anna = await connected(program, 1001)
    await summary(anna, f"1 {LINK}/findme 100")
    await eventually(lambda: program.traces(f"{LINK}/findme"))
