"""Backing up, restoring and bringing the schema up to date, as an operator meets them."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import migrations
from storage.opening import open_sqlite
from storage.schema import STEPS
from storage.vault import new_encryption_key
from tests.conftest import World
from tests.journeys.stories import places
from tests.test_cli import panelgram, settings_of


async def test_a_backup_is_made_and_looked_through_while_the_bot_runs(world: World, tmp_path: Path) -> None:
    await places(await world.person(2001))
    code, out, err = await panelgram("backup", "copy.db", cwd=tmp_path, **settings_of(world))
    assert (code, err) == (0, "")
    assert re.match(r"backup: copy\.db \(0\.\d MB\) has all of \S+/sandbox\.db, looked through: schema ", out)
    assert "1 panel key(s)" in out
    assert "keep ENCRYPTION_KEYS too" in out
    for secret in (world.telegram.token, world.settings["encryption_keys"]):
        assert secret not in out

    code, out, err = await panelgram("backup", "copy.db", cwd=tmp_path, **settings_of(world))
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    code, _, _ = await panelgram("backup", "--force", "copy.db", cwd=tmp_path, **settings_of(world))
    assert code == 0


@pytest.mark.parametrize("command", [["restore", "copy.db"], ["migrate"]])
async def test_what_replaces_the_database_is_refused_while_the_bot_runs(
    world: World, tmp_path: Path, command: list[str]
) -> None:
    await panelgram("backup", "copy.db", cwd=tmp_path, **settings_of(world))
    code, out, err = await panelgram(*command, cwd=tmp_path, **settings_of(world))
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "stop the bot first" in err


async def test_restoring_says_what_it_did_and_what_to_know(world: World, tmp_path: Path) -> None:
    await world.person(2001)
    await panelgram("backup", "copy.db", cwd=tmp_path, **settings_of(world))
    await world.stop()
    code, out, err = await panelgram("restore", "copy.db", cwd=tmp_path, **settings_of(world))
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()[:5]] == [
        "restored", "aside", "known", "not sent again", "told",
    ]  # fmt: skip
    assert "told: 1 person(s), once the bot runs" in out
    (aside,) = tmp_path.glob("sandbox.db.before-*[0-9]")
    assert str(aside) in out

    code, out, _ = await panelgram("check", "--database", cwd=tmp_path, **settings_of(world))
    assert code == 0, out


async def test_restoring_needs_the_encryption_key_and_no_database(world: World, tmp_path: Path) -> None:
    await world.person(2001)
    await panelgram("backup", "copy.db", cwd=tmp_path, **settings_of(world))
    elsewhere = settings_of(world) | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'bot.db'}"}
    other = {"ENCRYPTION_KEYS": new_encryption_key()}
    code, _, err = await panelgram("restore", "copy.db", cwd=tmp_path, **elsewhere | other)
    assert (code, len(err.splitlines())) == (1, 1)
    assert "add it to ENCRYPTION_KEYS" in err
    code, out, _ = await panelgram("restore", "copy.db", cwd=tmp_path, **elsewhere)
    assert code == 0
    assert "aside: there was none before" in out


async def test_migrating_backs_up_first_and_says_from_where_to_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"BOT_TOKEN": "1:token", "ENCRYPTION_KEYS": new_encryption_key()}
    code, _, err = await panelgram("migrate", cwd=tmp_path, **settings)
    assert (code, err.startswith("there is no database at data/panelgram.db: ")) == (1, True)

    with monkeypatch.context() as older:
        older.setattr(migrations, "STEPS", STEPS[:-1])
        await (await open_sqlite(tmp_path / "data" / "panelgram.db")).close()
    code, out, err = await panelgram("migrate", cwd=tmp_path, **settings)
    assert (code, err) == (0, "")
    newest, before = len(STEPS), len(STEPS) - 1
    backup, schema = out.splitlines()
    (copy,) = (tmp_path / "data").glob(f"panelgram.db.schema-{before}-*")
    assert backup.startswith(f"backup: {copy.relative_to(tmp_path)} ")
    assert schema == f"schema: brought from {before} to {newest}"
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT version FROM schema_version").fetchone() == (before,)

    code, out, _ = await panelgram("migrate", cwd=tmp_path, **settings)
    assert (code, out) == (0, f"schema: {newest}, the one this program makes; nothing to do\n")


async def test_migrating_without_a_backup_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"BOT_TOKEN": "1:token", "ENCRYPTION_KEYS": new_encryption_key()}
    with monkeypatch.context() as older:
        older.setattr(migrations, "STEPS", STEPS[:1])
        await (await open_sqlite(tmp_path / "data" / "panelgram.db")).close()
    code, out, _ = await panelgram("migrate", "--no-backup", cwd=tmp_path, **settings)
    assert (code, out) == (0, f"schema: brought from 1 to {len(STEPS)}\n")
    assert not list((tmp_path / "data").glob("*.schema-*"))
