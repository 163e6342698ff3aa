"""Brings a database to the schema this program knows. Run at start."""

from storage.database import Database, DatabaseTooNew, StorageError, Transaction
from storage.schema import STEPS


async def migrate(db: Transaction) -> None:
    """Bring the schema up to date, each step whole or not at all.

    Raises DatabaseTooNew, or StorageError for another program's database.
    """
    tables = {row["name"] for row in await db.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "schema_version" not in tables:
        raise StorageError("another program keeps its tables in this database: name a new one")
    await db.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
    rows = await db.fetch("SELECT version FROM schema_version")
    version = rows[0]["version"] if rows else 0
    _require_known(version)
    for number, step in enumerate(STEPS[version:], start=version + 1):
        await db.execute("BEGIN IMMEDIATE")
        for statement in step:
            await db.execute(statement)
        await db.execute("DELETE FROM schema_version")
        await db.execute("INSERT INTO schema_version (version) VALUES (:version)", version=number)
        await db.execute("COMMIT")


async def version_of(db: Database) -> int:
    """The number of steps it was made by."""
    rows = await db.read("SELECT version FROM schema_version")
    return int(rows[0]["version"]) if rows else 0


async def require_known(db: Database) -> None:
    """Raises DatabaseTooNew."""
    _require_known(await version_of(db))


async def require_current(db: Database) -> None:
    """Raises StorageError unless the schema is just the one this program makes."""
    version = await version_of(db)
    _require_known(version)
    if version < len(STEPS):
        raise StorageError(
            f"schema {version} is brought to {len(STEPS)} by `panelgram migrate`, or the next `panelgram run`"
        )


def _require_known(version: int) -> None:
    if version > len(STEPS):
        raise DatabaseTooNew(
            f"the database has schema {version}, this program knows up to {len(STEPS)}: use a newer program"
        )
