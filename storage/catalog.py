"""Price lists, compressed, equal ones once."""

from storage.database import Database, Transaction, transaction

DROP_UNUSED = (
    "DELETE FROM catalogs WHERE digest NOT IN "
    "(SELECT catalog_digest FROM accounts WHERE catalog_digest IS NOT NULL)"
)


async def load(db: Database, *, digest: str) -> bytes | None:
    rows = await db.read("SELECT body FROM catalogs WHERE digest = :digest", digest=digest)
    return bytes(rows[0]["body"]) if rows else None


async def note_asked(db: Database, *, account_id: str, now: float, pause: float) -> bool:
    """The panel is about to be asked for the account's price list, whatever comes of it. False when that
    was done within the last `pause` seconds, also by another run of the program."""
    return bool(
        await db.execute(
            "UPDATE accounts SET catalog_at = :now "
            "WHERE id = :account_id AND (catalog_at IS NULL OR catalog_at <= :now - :pause)",
            account_id=account_id,
            now=now,
            pause=pause,
        )
    )


@transaction()
async def save(tx: Transaction, *, account_id: str, digest: str, body: bytes, now: float) -> None:
    """Make this the account's price list; lists nobody has any more are erased."""
    await tx.execute(
        "INSERT INTO catalogs (digest, body, stored_at) VALUES (:digest, :body, :now) "
        "ON CONFLICT (digest) DO NOTHING",
        digest=digest,
        body=body,
        now=now,
    )
    await tx.execute(
        "UPDATE accounts SET catalog_digest = :digest, catalog_at = :now WHERE id = :account_id",
        digest=digest,
        now=now,
        account_id=account_id,
    )
    await tx.execute(DROP_UNUSED)
