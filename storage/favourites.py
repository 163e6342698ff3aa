"""The services a person starred, and those they ordered lately; at one panel."""

from storage.database import Database


async def listed(db: Database, *, chat_id: int, panel: str) -> list[str]:
    """Their ids, the newest star first."""
    rows = await db.read(
        "SELECT service_id FROM favourites WHERE chat_id = :chat_id AND panel = :panel "
        "ORDER BY created_at DESC, service_id",
        chat_id=chat_id,
        panel=panel,
    )
    return [row["service_id"] for row in rows]


async def add(db: Database, *, chat_id: int, panel: str, service_id: str, now: float) -> None:
    """Star a service; one that is starred stays as it is."""
    await db.execute(
        "INSERT INTO favourites (chat_id, panel, service_id, created_at) "
        "VALUES (:chat_id, :panel, :service_id, :now) ON CONFLICT DO NOTHING",
        chat_id=chat_id,
        panel=panel,
        service_id=service_id,
        now=now,
    )


async def remove(db: Database, *, chat_id: int, panel: str, service_id: str) -> None:
    await db.execute(
        "DELETE FROM favourites WHERE chat_id = :chat_id AND panel = :panel AND service_id = :service_id",
        chat_id=chat_id,
        panel=panel,
        service_id=service_id,
    )


async def ordered_lately(db: Database, *, chat_id: int, panel: str, limit: int) -> list[str]:
    """Ids of the services of the newest orders, each once."""
    rows = await db.read(
        "SELECT service_id FROM orders WHERE chat_id = :chat_id AND parent_id IS NULL AND account_id IN "
        "(SELECT id FROM accounts WHERE chat_id = :chat_id AND panel = :panel) "
        "GROUP BY service_id ORDER BY max(created_at) DESC, service_id LIMIT :limit",
        chat_id=chat_id,
        panel=panel,
        limit=limit,
    )
    return [row["service_id"] for row in rows]
