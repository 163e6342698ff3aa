"""Where each person is in a dialog. No row means nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Database, Row, Transaction


@dataclass(frozen=True, slots=True)
class Conversation:
    """`draft` is JSON; `version` counts the changes, so that buttons of an earlier one can be told."""

    step: str = ""
    draft: str = "{}"
    version: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of a chat when one of its updates is about to be handled. `known`: has given a key.

    `language` is what their Telegram is set to, "" when that is not known; `chosen` goes before it.
    """

    conversation: Conversation
    known: bool
    language: str
    blocked: bool
    chosen: str | None = None


async def visits(db: Database, *, chat_ids: Sequence[int]) -> dict[int, Visit]:
    """One question for all of these chats."""
    names = [f"c{place}" for place in range(len(chat_ids))]
    asked = " UNION ALL ".join(f"SELECT :{name} AS chat_id" for name in names)
    rows = await db.read(
        f"SELECT me.chat_id, c.step, c.draft, c.version, p.language, p.blocked_at, l.language AS chosen "
        f"FROM ({asked}) AS me "
        "LEFT JOIN conversations c ON c.chat_id = me.chat_id LEFT JOIN people p ON p.chat_id = me.chat_id "
        "LEFT JOIN languages l ON l.chat_id = me.chat_id",
        **dict(zip(names, chat_ids, strict=True)),
    )
    return {row["chat_id"]: _visit(row) for row in rows}


def _visit(row: Row) -> Visit:
    conversation = (
        Conversation() if row["step"] is None else Conversation(row["step"], row["draft"], row["version"])
    )
    return Visit(
        conversation,
        known=row["language"] is not None,
        language=row["language"] or "",
        chosen=row["chosen"],
        blocked=row["blocked_at"] is not None,
    )


async def put(
    tx: Transaction, *, chat_id: int, before: Conversation, after: Conversation, now: float
) -> bool:
    """Store the new state unless somebody else did since `before` was loaded; False then.

    A finished dialog keeps its row: the version must not start over, or an old button would fit again.
    """
    return bool(
        await tx.execute(
            "INSERT INTO conversations (chat_id, step, draft, version, changed_at) "
            "VALUES (:chat_id, :step, :draft, :version, :now) "
            "ON CONFLICT (chat_id) DO UPDATE SET step = excluded.step, draft = excluded.draft, "
            "version = excluded.version, changed_at = excluded.changed_at "
            "WHERE conversations.version = :before",
            chat_id=chat_id,
            step=after.step,
            draft=after.draft,
            version=after.version,
            now=now,
            before=before.version,
        )
    )
