"""People and their API keys. An account is a chat at a panel, with one current key."""

from dataclasses import dataclass

from storage import catalog
from storage.database import Database, Row, Transaction, transaction

COLUMNS = (
    "id, chat_id, panel, encrypted_key, encryption_key_id, last_four, currency, "
    "catalog_digest, catalog_at, parked_at, away_told_at"
)


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    chat_id: int
    panel: str
    encrypted_key: bytes
    encryption_key_id: str
    last_four: str
    currency: str
    catalog_digest: str | None
    catalog_at: float | None
    parked_at: float | None
    away_told_at: float | None = None


def account(row: Row) -> Account:
    return Account(*(row[column] for column in Account.__slots__))


async def current(db: Database, *, chat_id: int, panel: str) -> Account | None:
    rows = await db.read(
        f"SELECT {COLUMNS} FROM accounts WHERE chat_id = :chat_id AND panel = :panel AND replaced_at IS NULL",
        chat_id=chat_id,
        panel=panel,
    )
    return account(rows[0]) if rows else None


async def panel_of(db: Database, *, chat_id: int, order_id: str) -> str | None:
    """The panel an order of the chat was placed at."""
    rows = await db.read(
        "SELECT a.panel FROM accounts a JOIN orders o ON o.account_id = a.id "
        "WHERE o.id = :order_id AND o.chat_id = :chat_id",
        chat_id=chat_id,
        order_id=order_id,
    )
    return rows[0]["panel"] if rows else None


async def with_key(db: Database, *, chat_id: int, panel: str) -> list[Account]:
    """All accounts of a chat whose key is still kept, the current one first."""
    rows = await db.read(
        f"SELECT {COLUMNS} FROM accounts "
        "WHERE chat_id = :chat_id AND panel = :panel AND encrypted_key IS NOT NULL "
        "ORDER BY replaced_at IS NOT NULL, replaced_at DESC",
        chat_id=chat_id,
        panel=panel,
    )
    return [account(row) for row in rows]


@transaction(durable=True)
async def connect(tx: Transaction, new: Account, *, language: str, now: float) -> None:
    """Make `new` the chat's current account, in place of the one before or of its own old self."""
    await tx.execute(
        "INSERT INTO people (chat_id, language, created_at) VALUES (:chat_id, :language, :now) "
        "ON CONFLICT (chat_id) DO UPDATE SET language = excluded.language, blocked_at = NULL",
        chat_id=new.chat_id,
        language=language,
        now=now,
    )
    await tx.execute(
        "UPDATE accounts SET replaced_at = :now "
        "WHERE chat_id = :chat_id AND panel = :panel AND replaced_at IS NULL AND id <> :id",
        now=now,
        chat_id=new.chat_id,
        panel=new.panel,
        id=new.id,
    )
    await tx.execute(
        "INSERT INTO accounts (id, chat_id, panel, encrypted_key, encryption_key_id, last_four, "
        "currency, created_at) VALUES (:id, :chat_id, :panel, :encrypted_key, :encryption_key_id, "
        ":last_four, :currency, :now) ON CONFLICT (id) DO UPDATE SET replaced_at = NULL, "
        "parked_at = NULL, rest_until = 0, failures = 0, encrypted_key = excluded.encrypted_key, "
        "encryption_key_id = excluded.encryption_key_id, currency = excluded.currency",
        id=new.id,
        chat_id=new.chat_id,
        panel=new.panel,
        encrypted_key=new.encrypted_key,
        encryption_key_id=new.encryption_key_id,
        last_four=new.last_four,
        currency=new.currency,
        now=now,
    )


async def unpark(db: Database, *, account_id: str) -> None:
    """The panel takes the key again: machines may use it at once."""
    await db.execute(
        "UPDATE accounts SET parked_at = NULL, rest_until = 0, failures = 0 "
        "WHERE id = :id AND parked_at IS NOT NULL",
        id=account_id,
    )


@transaction(durable=True)
async def park(tx: Transaction, *, account_id: str, tell: bool, now: float) -> None:
    """The panel rejects the key: machines leave it alone. With `tell` its owner gets a notice, once."""
    parked = await tx.execute(
        "UPDATE accounts SET parked_at = :now, rest_until = 0 WHERE id = :id AND parked_at IS NULL",
        id=account_id,
        now=now,
    )
    if parked and tell:
        await tx.execute(
            "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) "
            "SELECT chat_id, 'parked', '{\"last_four\": \"' || last_four || '\"}', :now, :now "
            "FROM accounts WHERE id = :id",
            id=account_id,
            now=now,
        )


async def drop_unneeded_keys(db: Database) -> int:
    """Erase replaced keys that no running order or refill needs any more."""
    return await db.execute(
        "UPDATE accounts SET encrypted_key = NULL "
        "WHERE replaced_at IS NOT NULL AND encrypted_key IS NOT NULL AND NOT EXISTS ("
        "  SELECT 1 FROM orders WHERE account_id = accounts.id"
        "  AND (next_poll_at IS NOT NULL OR state IN ('queued', 'placing', 'uncertain'))) AND NOT EXISTS ("
        "  SELECT 1 FROM refills WHERE account_id = accounts.id AND state IN ('asking', 'open'))"
    )


@transaction()
async def note_refused_key(tx: Transaction, *, who: str, now: float) -> None:
    await tx.execute("INSERT INTO refused_keys (who, refused_at) VALUES (:who, :now)", who=who, now=now)
    await tx.execute("DELETE FROM refused_keys WHERE refused_at <= :now - 3600", now=now)


async def refused_keys(db: Database, *, who: str, now: float) -> tuple[list[float], list[float]]:
    """When keys were refused within the last hour, oldest first: in this chat, and over all chats."""
    rows = await db.read(
        "SELECT who, refused_at FROM refused_keys WHERE refused_at > :now - 3600 ORDER BY refused_at",
        now=now,
    )
    return [r["refused_at"] for r in rows if r["who"] == who], [r["refused_at"] for r in rows]


async def forget(db: Database, *, chat_id: int) -> None:
    """Erase everything about a person, in every table but `blocked`: that they are stays known."""
    await _erase(db, chat_id=chat_id)
    await db.leave_no_trace()


@transaction(durable=True)
async def _erase(tx: Transaction, *, chat_id: int) -> None:
    for statement in (
        "DELETE FROM outbox WHERE chat_id = :chat_id",
        "DELETE FROM replies WHERE chat_id = :chat_id",
        "DELETE FROM refills WHERE chat_id = :chat_id",
        "DELETE FROM favourites WHERE chat_id = :chat_id",
        "DELETE FROM masses WHERE chat_id = :chat_id",
        "DELETE FROM orders WHERE chat_id = :chat_id",
        "DELETE FROM accounts WHERE chat_id = :chat_id",
        "DELETE FROM conversations WHERE chat_id = :chat_id",
        "DELETE FROM recipients WHERE chat_id = :chat_id",
        "DELETE FROM recipients WHERE broadcast_id IN (SELECT id FROM broadcasts WHERE chat_id = :chat_id)",
        "DELETE FROM broadcasts WHERE chat_id = :chat_id",
        "DELETE FROM allowed WHERE chat_id = :chat_id",
        "DELETE FROM languages WHERE chat_id = :chat_id",
        "DELETE FROM people WHERE chat_id = :chat_id",
        "UPDATE inbox SET chat_id = NULL, body = NULL, handled_at = received_at WHERE chat_id = :chat_id",
        catalog.DROP_UNUSED,
    ):
        await tx.execute(statement, chat_id=chat_id)


async def set_blocked(db: Database, *, chat_id: int, blocked_at: float | None) -> None:
    await db.execute(
        "UPDATE people SET blocked_at = :blocked_at WHERE chat_id = :chat_id",
        chat_id=chat_id,
        blocked_at=blocked_at,
    )


async def set_language(db: Database, *, chat_id: int, language: str) -> None:
    await db.execute(
        "UPDATE people SET language = :language WHERE chat_id = :chat_id AND language <> :language",
        chat_id=chat_id,
        language=language,
    )
