"""Backs the database up, restores a backup, brings the schema up to date. Each returns lines to be printed,
and raises StorageError."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot import logs
from bot.settings import Settings
from storage import backups
from storage.backups import Restored, stamp
from storage.database import DatabaseInUse
from storage.inspecting import Findings
from storage.lock import of_database
from storage.opening import require_file
from storage.schema import STEPS
from storage.vault import Vault


async def backup(settings: Settings, target: Path, *, force: bool) -> list[str]:
    path = settings.database_path
    found = await backups.back_up(path, target, _vault(settings), force=force)
    return [
        *_made(path, target, found),
        "keep ENCRYPTION_KEYS too, somewhere else: nobody can use the backup without it",
    ]


async def restore(settings: Settings, file: Path, *, clock: Callable[[], float] = time.time) -> list[str]:
    path = settings.database_path
    with _not_running(path):
        done = await backups.restore(file, path, _vault(settings), now=clock())
    return [
        f"restored: {path} has what {file} holds, {_found(done.found)}",
        *_damaged(done.found),
        *([f"schema: brought from {done.found.schema} to {done.schema}"] if done.is_newer else []),
        f"aside: the database before is now {done.aside}" if done.aside else "aside: there was none before",
        *_left(done),
    ]


async def migrate(
    settings: Settings, *, with_backup: bool, clock: Callable[[], float] = time.time
) -> list[str]:
    path = settings.database_path
    require_file(path)
    with _not_running(path):
        before = await backups.version_at(path)
        if before == len(STEPS):
            return [f"schema: {before}, the one this program makes; nothing to do"]
        lines = await _first_backed_up(settings, before, clock()) if with_backup else []
        await backups.migrate(path)
    return [*lines, f"schema: brought from {before} to {len(STEPS)}"]


async def _first_backed_up(settings: Settings, version: int, now: float) -> list[str]:
    path = settings.database_path
    target = path.with_name(f"{path.name}.schema-{version}-{stamp(now)}")
    return _made(path, target, await backups.back_up(path, target, _vault(settings)))


@contextmanager
def _not_running(path: Path) -> Iterator[None]:
    try:
        lock = of_database(path)
    except DatabaseInUse as error:
        raise DatabaseInUse(f"{error}: stop the bot first") from error
    with lock:
        yield


def _vault(settings: Settings) -> Vault:
    return Vault(settings.keys, on_secret=logs.hide)


def _made(path: Path, target: Path, found: Findings) -> list[str]:
    size = target.stat().st_size / 1e6
    return [f"backup: {target} ({size:.1f} MB) has all of {path}, {_found(found)}", *_damaged(found)]


def _found(found: Findings) -> str:
    rows = sum(found.rows.values())
    return f"looked through: schema {found.schema}, {rows} rows, {found.keys.rows} panel key(s)"


def _damaged(found: Findings) -> list[str]:
    return [
        f"{name}: ENCRYPTION_KEYS opens all but {sealed.unreadable} of {sealed.rows}: they are damaged"
        for name, sealed in (("keys", found.keys), ("messages", found.waiting))
        if sealed.unreadable
    ]


def _left(done: Restored) -> list[str]:
    left = done.left
    since = (
        ""
        if left.known_until is None
        else f" after {datetime.fromtimestamp(left.known_until, UTC):%F %R} UTC"
    )
    waited = f"{left.lines} line(s) of mass orders, {left.orders} order(s), {left.refills} refill(s)"
    return [
        f"known: nothing that happened{since}",
        f"not sent again: {waited} that waited or were on their way; their people look and decide",
        f"told: {left.told} person(s), once the bot runs, that the panel goes on with what they ordered",
        *([f"announced: not to {left.unsure} person(s) who waited: some may have it"] if left.unsure else []),
        "now start the bot; some news comes a second time",
        "who sent /forget since is in it again, who changed key or settings has the old ones",
        "/access, /blocked and /maintenance are as they were then",
    ]
