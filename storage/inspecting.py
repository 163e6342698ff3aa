"""Looks a database through, from end to end, and changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.database import Database, Row
from storage.migrations import version_of
from storage.vault import STORED_KEYS, WAITING, Vault

MOST_FAULTS = 10
AT_ONCE = 1000  # rows


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many rows are encrypted, and how many of them nothing in ENCRYPTION_KEYS opens."""

    rows: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Findings:
    """`faults` are SQLite's own words, `orphans` rows that refer to one that is not there, by table."""

    schema: int
    faults: Sequence[str]
    orphans: Mapping[str, int]
    keys: Sealed
    waiting: Sealed
    rows: Mapping[str, int]
    sizes: Mapping[str, int]  # bytes, by file

    @property
    def good(self) -> bool:
        return self.sound and not (self.keys.unreadable or self.waiting.unreadable)

    @property
    def sound(self) -> bool:
        """Whatever may be encrypted in it, the database itself is in order."""
        return not (self.faults or self.orphans)


async def inspect(db: Database, vault: Vault, path: Path) -> Findings:
    """Raises StorageError when it cannot be read at all."""
    faults = [row["integrity_check"] for row in await db.read(f"PRAGMA integrity_check({MOST_FAULTS})")]
    orphans: dict[str, int] = {}
    for row in await db.read("PRAGMA foreign_key_check"):
        orphans[row["table"]] = orphans.get(row["table"], 0) + 1
    return Findings(
        schema=await version_of(db),
        faults=[fault for fault in faults if fault != "ok"],
        orphans=orphans,
        keys=await _sealed(db, STORED_KEYS, "id", "", vault.opens),
        waiting=await _sealed(db, WAITING, "update_id", -1, vault.unwraps),
        rows=await _rows(db),
        sizes={
            file.name: file.stat().st_size
            for file in (path, path.with_name(path.name + "-wal"))
            if file.exists()
        },
    )


async def _sealed(
    db: Database, found: str, name: str, after: str | int, opens: Callable[[Row], bool]
) -> Sealed:
    rows = unreadable = 0
    while some := await db.read(
        f"{found} AND {name} > :after ORDER BY {name} LIMIT :limit", after=after, limit=AT_ONCE
    ):
        after = some[-1][name]
        rows += len(some)
        unreadable += sum(not opens(row) for row in some)
    return Sealed(rows, unreadable)


async def _rows(db: Database) -> dict[str, int]:
    tables = await db.read("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        table["name"]: (await db.read(f"SELECT count(*) AS n FROM {table['name']}"))[0]["n"]
        for table in tables
    }
