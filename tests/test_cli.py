"""The command line, as an operator meets it."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.check import check
from bot.demo import sandbox_settings
from bot.sandbox.telegram.webhooks import set_webhook
from bot.settings import Settings
from storage.schema import STEPS
from storage.vault import new_encryption_key, read_encryption_key
from tests.conftest import World, world_in
from tests.journeys.stories import places, says
from tests.web.asking import free_port


async def panelgram(*arguments: str, cwd: Path, **settings: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout=60.0)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, out.decode(), err.decode()


def settings_of(world: World) -> dict[str, str]:
    return {
        "BOT_TOKEN": world.telegram.token,
        "TELEGRAM_API_URL": world.url,
        "PANEL_URL": f"{world.url}/api/v2",
        "DATABASE_URL": f"sqlite:///{world.database}",
        "ENCRYPTION_KEYS": world.settings["encryption_keys"],
        "METRICS_LISTEN": "off",
    }


async def test_prints_an_encryption_key(tmp_path: Path) -> None:
    code, out, err = await panelgram("keys", "new", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert len(read_encryption_key(out.strip())) == 32


async def test_wrong_settings_give_one_line_each_and_exit_code_2(tmp_path: Path) -> None:
    code, out, err = await panelgram("run", cwd=tmp_path, BOT_TOKEN="nonsense-secret")
    assert (code, out) == (2, "")
    assert [line.split(":")[0] for line in err.splitlines()] == ["BOT_TOKEN", "ENCRYPTION_KEYS"]
    assert "nonsense-secret" not in err


async def test_check_says_that_all_is_well_without_a_secret(world: World, tmp_path: Path) -> None:
    await world.person()
    code, out, err = await panelgram("check", cwd=tmp_path, **settings_of(world))
    assert code == 0, err
    assert [line.split(":")[1].split()[0] for line in out.splitlines()] == ["fine"] * 3
    for secret in (world.telegram.token, world.settings["encryption_keys"]):
        assert secret not in out + err


async def test_check_tells_about_the_webhook(world: World, tmp_path: Path) -> None:
    await world.stop()
    ours = settings_of(world) | {"WEBHOOK_URL": "http://127.0.0.1:1/tg"}

    async def check(settings: dict[str, str]) -> tuple[int | None, str]:
        code, out, err = await panelgram("check", cwd=tmp_path, **settings)
        assert err == ""
        return code, out.splitlines()[-1]

    assert await check(ours) == (0, "webhook: not set yet, `panelgram run` sets it (0 update(s) wait)")
    await set_webhook(world.telegram, {"url": "http://127.0.0.1:1/tg"})
    assert await check(ours) == (0, "webhook: fine (0 update(s) wait)")
    await world.telegram.person(7).types("/start")
    await world.telegram.hears("webhook", times=2)
    code, line = await check(ours)
    assert (code, line.endswith(" UTC: Connection refused")) == (1, True)
    assert line.startswith("webhook: Telegram cannot deliver (1 update(s) wait), last at ")

    code, line = await check(ours | {"WEBHOOK_URL": "http://127.0.0.1:1/other"})
    assert (code, "another address is set" in line) == (1, True)
    code, line = await check(settings_of(world))
    assert (code, line) == (0, "webhook: one is set; `panelgram run` removes it and polls")


async def test_check_names_what_is_wrong(world: World, tmp_path: Path) -> None:
    await world.person()
    wrong = {"ENCRYPTION_KEYS": new_encryption_key(), "BOT_TOKEN": "1:unknown"}
    code, out, _ = await panelgram("check", cwd=tmp_path, **settings_of(world) | wrong)
    assert code == 1
    assert "database: the database holds panel keys encrypted with another key" in out
    assert "telegram: the bot token is not known to Telegram" in out


async def test_check_looks_the_whole_database_through_while_the_bot_runs(
    world: World, tmp_path: Path
) -> None:
    await places(await world.person(2001))
    code, out, err = await panelgram("check", "--database", cwd=tmp_path, **settings_of(world))
    assert (code, err) == (0, "")
    lines = dict(line.split(": ", 1) for line in out.splitlines())
    assert list(lines) == ["database", "schema", "integrity", "references", "keys", "messages", "rows"]
    assert lines["schema"].startswith(str(len(STEPS)))
    assert (lines["integrity"], lines["references"]) == ("fine", "fine")
    assert lines["keys"] == "ENCRYPTION_KEYS opens all 1 panel key(s)"
    assert "accounts 1, " in lines["rows"]
    assert "orders 1, " in lines["rows"]


async def test_check_finds_each_key_that_cannot_be_opened_and_rows_without_their_owner(
    world: World, tmp_path: Path
) -> None:
    await world.person(2001)
    await places(await world.person(2002))
    await world.stop()
    before = world.database.read_bytes()
    with closing(sqlite3.connect(world.database)) as db, db:
        db.execute("UPDATE accounts SET encrypted_key = zeroblob(60) WHERE chat_id = 2001")
        db.execute("DELETE FROM accounts WHERE chat_id = 2002")
    code, out, _ = await panelgram("check", "--database", cwd=tmp_path, **settings_of(world))
    assert code == 1
    assert "keys: ENCRYPTION_KEYS opens all but 1 of 1 panel key(s): a key is missing there" in out
    assert "references: 1 row(s) of orders belong to nothing" in out

    world.database.write_bytes(before[: len(before) // 2])
    code, out, err = await panelgram("check", "--database", cwd=tmp_path, **settings_of(world))
    assert code == 1
    assert "malformed" in out + err
    assert "Traceback" not in err


async def test_run_says_in_one_line_that_telegram_refuses_the_webhook(world: World, tmp_path: Path) -> None:
    await world.stop()
    refused = {
        "WEBHOOK_URL": "http://example.com/tg",
        "WEBHOOK_LISTEN": "127.0.0.1:18191",
        "LOG_LEVEL": "ERROR",
    }
    code, _, err = await panelgram("run", cwd=tmp_path, **settings_of(world) | refused)
    assert code == 1
    assert err.startswith("WEBHOOK_URL: Telegram refuses it: Bad webhook: an https url must be provided")
    assert len(err.splitlines()) == 1


async def test_run_says_in_one_line_that_another_program_holds_the_database(
    world: World, tmp_path: Path
) -> None:
    await world.stop()
    with closing(sqlite3.connect(world.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, _, err = await panelgram("run", cwd=tmp_path, **settings_of(world))
    assert (code, len(err.splitlines())) == (1, 1)
    assert "another program holds it" in err


@pytest.mark.parametrize("name", ["bot.db", "bot.db-wal"])
async def test_run_refuses_what_is_no_database_in_one_line_and_leaves_it_alone(
    world: World, tmp_path: Path, name: str
) -> None:
    """A log without its database too: the database is elsewhere, and a new one would swallow it."""
    (tmp_path / name).write_bytes(b"no database" * 1000)
    settings = settings_of(world) | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
        "BOT_TOKEN": "1:other",
    }
    code, _, err = await panelgram("run", cwd=tmp_path, **settings)
    assert (code, len(err.splitlines())) == (1, 1)
    assert str(tmp_path / "bot.db") in err
    assert (tmp_path / name).read_bytes() == b"no database" * 1000
    assert len(list(tmp_path.glob("bot.db*"))) == 2  # and the lock


async def test_a_newer_schema_is_refused_by_every_command(world: World, tmp_path: Path) -> None:
    await world.stop()
    with closing(sqlite3.connect(world.database)) as db, db:
        db.execute("UPDATE schema_version SET version = 99")
    commands = (
        ["run"], ["check"], ["check", "--database"], ["keys", "rotate"], ["backup", "copy.db"], ["migrate"],
    )  # fmt: skip
    for command in commands:
        code, out, err = await panelgram(*command, cwd=tmp_path, **settings_of(world))
        assert code == 1
        assert "the database has schema 99" in out + err
        assert "use a newer program" in out + err


async def test_run_refuses_a_wrong_encryption_key_and_a_wrong_token(world: World, tmp_path: Path) -> None:
    await world.person()
    await world.stop()
    settings = settings_of(world)
    code, _, err = await panelgram(
        "run", cwd=tmp_path, **settings | {"ENCRYPTION_KEYS": new_encryption_key()}
    )
    assert (code, len(err.splitlines())) == (1, 1)
    assert "add it to ENCRYPTION_KEYS" in err
    code, _, err = await panelgram("run", cwd=tmp_path, **settings | {"BOT_TOKEN": "1:unknown"})
    assert (code, err) == (1, "BOT_TOKEN: Telegram does not know it\n")


async def test_keys_are_rotated_while_the_bot_runs(world: World, tmp_path: Path) -> None:
    anna = await world.person(2001)
    old, new = world.settings["encryption_keys"], new_encryption_key()
    settings = settings_of(world)

    code, _, err = await panelgram(
        "keys", "rotate", cwd=tmp_path, **settings | {"ENCRYPTION_KEYS": f"{new},{old}"}
    )
    assert (code, len(err.splitlines())) == (1, 1)
    assert "the running bot does not know the first key" in err

    await world.stop()
    world.settings["encryption_keys"] = f"{new},{old}"
    await world.start()
    code, out, err = await panelgram("keys", "rotate", cwd=tmp_path, **settings_of(world))
    assert (code, err) == (0, "")
    assert "1 panel key(s), 0 waiting message(s)" in out.splitlines()[0]
    assert "remove them from ENCRYPTION_KEYS" in out.splitlines()[1]
    assert "Balance:" in (await says(anna, "/balance")).text

    await world.stop()
    code, _, err = await panelgram("run", cwd=tmp_path, **settings_of(world) | {"ENCRYPTION_KEYS": old})
    assert code == 1
    assert "add it to ENCRYPTION_KEYS" in err
    world.settings["encryption_keys"] = new
    await world.start()
    assert "Balance:" in (await says(anna, "/balance")).text


async def test_rotating_where_there_is_no_database_says_so_and_makes_nothing(tmp_path: Path) -> None:
    settings = {"BOT_TOKEN": "1:token", "ENCRYPTION_KEYS": new_encryption_key()}
    code, out, err = await panelgram("keys", "rotate", cwd=tmp_path, **settings)
    assert (code, out) == (1, "")
    assert err.startswith("there is no database at data/panelgram.db: ")
    assert list(tmp_path.iterdir()) == []


async def test_rotating_says_when_nothing_had_to_be_done_or_a_key_is_missing(
    world: World, tmp_path: Path
) -> None:
    await world.person(2001)
    await world.stop()
    old, new = world.settings["encryption_keys"], new_encryption_key()
    rotate = ("keys", "rotate")
    code, out, _ = await panelgram(*rotate, cwd=tmp_path, **settings_of(world) | {"ENCRYPTION_KEYS": old})
    assert code == 0
    assert "To change to another key, put that one first" in out
    code, out, _ = await panelgram(*rotate, cwd=tmp_path, **settings_of(world) | {"ENCRYPTION_KEYS": new})
    assert code == 1
    assert "1 more need a key that is not in ENCRYPTION_KEYS" in out
    assert "put it behind the first and rotate again" in out


async def test_keys_are_rotated_while_no_bot_runs(world: World, tmp_path: Path) -> None:
    await world.person(2001)
    await world.stop()
    keys = f"{new_encryption_key()},{world.settings['encryption_keys']}"
    code, out, err = await panelgram(
        "keys", "rotate", cwd=tmp_path, **settings_of(world) | {"ENCRYPTION_KEYS": keys}
    )
    assert (code, err, len(out.splitlines())) == (0, "", 2)


async def test_a_second_process_on_the_same_token_is_refused(world: World, tmp_path: Path) -> None:
    """On this machine a lock says so; elsewhere Telegram does."""
    await world.person(2001)
    other = settings_of(world) | {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}
    code, _, err = await panelgram("run", cwd=tmp_path, **other)
    assert (code, len(err.splitlines())) == (1, 1)
    assert "this BOT_TOKEN is in use by another process" in err

    code, _, err = await panelgram("run", cwd=tmp_path, TMPDIR=str(tmp_path), **other)
    assert code == 1
    assert err.splitlines()[1:] == ["another process polls Telegram with this BOT_TOKEN"], "beside `serving`"

    await (await world.person(2002)).sees("Connected.")


async def test_healthy_asks_the_running_bot_and_says_so_in_its_exit_code(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    async with world_in(tmp_path, metrics_listen=listen) as world:
        settings = settings_of(world) | {"METRICS_LISTEN": listen, "HTTP_PROXY": "http://127.0.0.1:1"}
        code, out, err = await panelgram("healthy", cwd=tmp_path, **settings)
        assert (code, json.loads(out), err) == (0, {"alive": True}, "")
        everywhere = listen.replace("127.0.0.1", "0.0.0.0")
        assert (await panelgram("healthy", cwd=tmp_path, **settings | {"METRICS_LISTEN": everywhere}))[0] == 0
        await world.stop()
        code, out, err = await panelgram("healthy", cwd=tmp_path, **settings)
        assert (code, len(out.splitlines()), err) == (1, 1, "")
        assert f"http://{listen}/healthz does not answer" in out
        code, out, _ = await panelgram("healthy", cwd=tmp_path, **settings | {"METRICS_LISTEN": "off"})
        assert (code, out) == (1, "METRICS_LISTEN is off: there is nothing to ask\n")


async def test_run_says_in_one_line_that_the_port_for_metrics_is_in_use(world: World, tmp_path: Path) -> None:
    await world.stop()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = await panelgram("run", cwd=tmp_path, **settings_of(world) | {"METRICS_LISTEN": listen})
    assert (code, err) == (1, f"METRICS_LISTEN: Cannot listen on {listen}: Address already in use\n")


async def test_run_says_in_one_line_that_the_port_for_the_webhook_is_in_use(
    world: World, tmp_path: Path
) -> None:
    await world.stop()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        webhook = {"WEBHOOK_URL": "http://127.0.0.1:1/tg", "WEBHOOK_LISTEN": listen, "LOG_LEVEL": "ERROR"}
        code, _, err = await panelgram("run", cwd=tmp_path, **settings_of(world) | webhook)
    assert (code, err) == (1, f"WEBHOOK_LISTEN: Cannot listen on {listen}: Address already in use\n")


async def test_check_says_that_the_disk_is_nearly_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.stop()
    settings = sandbox_settings(world.url, world.telegram.token, world.folder, **world.settings)
    monkeypatch.setattr("bot.check.SPARE_BYTES", 1 << 60)
    good, lines = await check(settings)
    assert not good
    assert "the disk is nearly full" in lines[1]


async def test_who_tells_by_which_hash_the_log_names_a_chat(world: World, tmp_path: Path) -> None:
    await world.stop()
    settings = settings_of(world) | {"LOG_FORMAT": "json"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | settings, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        anna = world.telegram.person(7360194825)
        await anna.types("/start")
        async for line in process.stderr:
            if (found := json.loads(line))["event"] == "update handled":
                break
    finally:
        process.kill()
        await process.wait()
    code, out, err = await panelgram("who", "7360194825", cwd=tmp_path, **settings)
    assert (code, out, err) == (0, f"{found['user']}\n", "")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme_and_in_the_example(name: str) -> None:
    root = Path(__file__).parent.parent
    for file in ("README.md", ".env.example"):
        assert name.upper() in (root / file).read_text(), file


ENDING = """
import asyncio, threading
from bot import cli

cli.LONGEST_END_SECONDS = {longest}

def work_in_a_thread():
    print("working", flush=True)
    threading.Event().wait({seconds})

async def work():
    try:
        await asyncio.to_thread(work_in_a_thread)
    finally:
        await asyncio.sleep(0.05)
        print("all is stored", flush=True)

print("ended with", cli._until_told(work()))
"""


async def told_to_end(
    how: signal.Signals, *, longest: float, seconds: float | None
) -> tuple[int | None, str]:
    """The exit code, and what was printed after the signal. The work cannot be cancelled for `seconds`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ENDING.format(longest=longest, seconds=seconds),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"working\n"
        process.send_signal(how)
        out, _ = await asyncio.wait_for(process.communicate(), timeout=20.0)  # or it hangs
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_ends_although_something_can_not_be_cancelled(how: signal.Signals) -> None:
    """As a name being resolved cannot. What needs storing was stored before."""
    code, said = await told_to_end(how, longest=0.5, seconds=None)
    assert (code, said) == (0, "all is stored\n")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_an_ordinary_end_is_not_cut_short_and_waits_for_no_last_resort(how: signal.Signals) -> None:
    code, said = await told_to_end(how, longest=3600.0, seconds=0.1)
    assert (code, said) == (0, "all is stored\nended with 0\n")


async def test_a_new_database_is_made_with_its_folders(tmp_path: Path) -> None:
    async with world_in(tmp_path, database_url=f"sqlite:///{tmp_path / 'a' / 'b' / 'c.db'}") as world:
        await world.person()
        assert (tmp_path / "a" / "b" / "c.db").is_file()
