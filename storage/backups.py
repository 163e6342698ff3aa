"""Backups: files that hold all of a database, made while it is in use, looked through before they count.

A backup and a restored database are written under another name and put in place as a whole, at the end.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage import restoring
from storage.database import StorageError
from storage.inspecting import Findings, inspect
from storage.migrations import version_of
from storage.opening import open_of_any_age, open_sqlite, require_file
from storage.restoring import Left
from storage.sqlite import SPARE_BYTES
from storage.troubles import require_room
from storage.vault import Vault

_PARTS = ("", "-wal", "-shm")


class NotSound(StorageError):
    """What was written, or is to be restored, is damaged."""


@dataclass(frozen=True, slots=True)
class Restored:
    """From which schema it was brought to which, and what of it is not carried on; `aside` is where the
    database before is kept, None when there was none."""

    found: Findings
    schema: int
    left: Left
    aside: Path | None

    @property
    def is_newer(self) -> bool:
        return self.schema > self.found.schema


async def back_up(path: Path, target: Path, vault: Vault, *, force: bool = False) -> Findings:
    """Copy the database at `path`, in use or not, of any age, to `target`; what was found in the copy.

    Raises StorageError; then `target` is as it was.
    """
    require_file(path)
    _require_free(target, path, force=force)
    require_room(target, path.stat().st_size + SPARE_BYTES)  # noqa: ASYNC240 - one command, nothing waits
    with _written_whole(target) as part:
        db = await open_of_any_age(path)
        try:
            rows = await db.copy_to(part)
        finally:
            await db.close()
        found = await _look_through(part, vault)
        if not found.sound:
            raise NotSound(
                f"{path} is damaged, so no backup was made: `panelgram check --database` says more"
            )
        if found.rows != rows:
            raise NotSound(
                f"{target} was not written: what arrived is not what {path} holds; is its disk well?"
            )
    return found


async def restore(backup: Path, path: Path, vault: Vault, *, now: float) -> Restored:
    """Put what `backup` holds in the place of the database at `path`, which nobody uses, and set it back.

    Raises StorageError; then the database is as it was.
    """
    _require_backup(backup, path)
    found = await _look_through(backup, vault)
    if not found.sound:
        raise NotSound(f"{backup} is damaged: take another backup; nothing was changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    require_room(path, backup.stat().st_size + SPARE_BYTES)  # noqa: ASYNC240
    aside = _beside(path, f".before-{stamp(now)}")
    if aside.exists():
        raise StorageError(f"{aside} is there already: restore again in a second")
    with _written_whole(path) as part:
        shutil.copyfile(backup, part)
        db = await open_sqlite(part)
        try:
            schema = await version_of(db)
            left = await restoring.set_back(db, now=now)
            await db.leave_no_trace()
        finally:
            await db.close()
        _require_no_log(part)
        _sync(part)  # a disk that does not take it says so while the database is still in its place
        was_there = _put_aside(path, aside)
    return Restored(found, schema, left, aside if was_there else None)


async def migrate(path: Path) -> None:
    """Bring the schema of a database that nobody uses up to date."""
    await (await open_sqlite(path)).close()


async def version_at(path: Path) -> int:
    db = await open_of_any_age(path)
    try:
        return await version_of(db)
    finally:
        await db.close()


def stamp(now: float) -> str:
    """An instant as part of a file's name, in UTC."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")


async def _look_through(file: Path, vault: Vault) -> Findings:
    """Raises WrongEncryptionKey, or other StorageErrors."""
    db = await open_of_any_age(file, "still")
    try:
        await vault.check(db)
        return await inspect(db, vault, file)
    finally:
        await db.close()


def _require_free(target: Path, path: Path, *, force: bool) -> None:
    if target.exists() and (target.is_dir() or _is_of(path, target)):
        raise StorageError(
            f"{target} is {'a folder' if target.is_dir() else 'the database itself'}: name a file"
        )
    if target.exists() and not force:
        raise StorageError(f"{target} is there already: name another file, or replace it with --force")
    if not target.parent.is_dir():
        raise StorageError(f"there is no folder {target.parent}")


def _require_backup(backup: Path, path: Path) -> None:
    if not backup.is_file():
        raise StorageError(f"there is no file {backup}")
    if _is_of(path, backup):
        raise StorageError(f"{backup} is the database itself: name a backup of it")
    log = _beside(backup, "-wal")
    if log.exists() and log.stat().st_size:
        raise StorageError(
            f"{log.name} lies beside {backup.name}, so that is no backup but a database, maybe in use: "
            "`panelgram backup` makes one of it"
        )


def _require_no_log(part: Path) -> None:
    """A last change that stayed in the log would be lost with it."""
    log = _beside(part, "-wal")
    if log.exists() and log.stat().st_size:
        raise StorageError(f"{part} could not be finished, is the disk full? Nothing was changed")


def _put_aside(path: Path, aside: Path) -> bool:
    """With its log, which belongs to it and would spoil another. False when there is no database."""
    was_there = path.exists()
    for end in ("", "-wal"):
        if _beside(path, end).exists():
            _beside(path, end).rename(_beside(aside, end))
    _beside(path, "-shm").unlink(missing_ok=True)
    return was_there


def _is_of(path: Path, file: Path) -> bool:
    return any(one.exists() and one.samefile(file) for one in (_beside(path, end) for end in _PARTS))


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A new file that only its owner reads; in the end it takes `target`'s place, or is gone."""
    number, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    os.close(number)
    part = Path(name)
    try:
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)  # so that not even a power cut undoes a new name
    finally:
        for end in _PARTS:
            _beside(part, end).unlink(missing_ok=True)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
