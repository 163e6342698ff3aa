"""What a person wants to be told, and when."""

from dataclasses import dataclass, fields

from storage.database import Database, Row, Transaction, transaction

ANY_ZONE = "UTC"  # of who never chose one


@dataclass(frozen=True, slots=True)
class Preferences:
    """Quiet hours are minutes after midnight in their time zone; None: never quiet."""

    told_of: str = "every"  # every | ended | none
    quiet_from: int | None = None
    quiet_to: int | None = None
    time_zone: str = ANY_ZONE  # an IANA name, or an offset like +03:00
    digest: bool = False  # what is told comes once a day
    announcements: bool = True  # of the operators


COLUMNS = ", ".join(field.name for field in fields(Preferences))
DEFAULT = Preferences()


def preferences(row: Row) -> Preferences:
    """From a row with COLUMNS, all NULL for somebody we know nothing of."""
    if row["told_of"] is None:
        return DEFAULT
    return Preferences(
        row["told_of"],
        row["quiet_from"],
        row["quiet_to"],
        row["time_zone"],
        bool(row["digest"]),
        bool(row["announcements"]),
    )


async def of(db: Database, *, chat_id: int) -> Preferences:
    rows = await db.read(f"SELECT {COLUMNS} FROM people WHERE chat_id = :chat_id", chat_id=chat_id)
    return preferences(rows[0]) if rows else DEFAULT


@transaction()
async def save(tx: Transaction, new: Preferences, *, chat_id: int) -> None:
    """What waits to be told is looked at anew, by what they want now."""
    await tx.execute(
        "UPDATE people SET told_of = :told_of, quiet_from = :quiet_from, quiet_to = :quiet_to, "
        "time_zone = :time_zone, digest = :digest, announcements = :announcements "
        "WHERE chat_id = :chat_id",
        chat_id=chat_id,
        told_of=new.told_of,
        quiet_from=new.quiet_from,
        quiet_to=new.quiet_to,
        time_zone=new.time_zone,
        digest=int(new.digest),
        announcements=int(new.announcements),
    )
    await tx.execute(
        "UPDATE outbox SET held_until = NULL WHERE chat_id = :chat_id AND held_until IS NOT NULL",
        chat_id=chat_id,
    )
    await tx.execute(
        "DELETE FROM recipients WHERE chat_id = :chat_id AND state = 'waiting' AND :announcements = 0",
        chat_id=chat_id,
        announcements=int(new.announcements),
    )
