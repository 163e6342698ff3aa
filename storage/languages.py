"""The language a person chose, which goes before the one their Telegram is set to."""

from storage.database import Database


def spoken_to(chat: str) -> str:
    """For a statement that has people as `p`: what is to be spoken to the chat of this column, NULL where
    nobody knows. Who gave no key is none of the people, and may have chosen all the same."""
    chosen = f"SELECT l.language FROM languages l WHERE l.chat_id = {chat}"
    return f"coalesce(({chosen}), p.language) AS language"


async def choose(db: Database, *, chat_id: int, language: str, now: float) -> None:
    await db.execute(
        "INSERT INTO languages (chat_id, language, chosen_at) VALUES (:chat_id, :language, :now) "
        "ON CONFLICT (chat_id) DO UPDATE SET language = excluded.language, chosen_at = excluded.chosen_at",
        chat_id=chat_id,
        language=language,
        now=now,
    )


async def drop_choice(db: Database, *, chat_id: int) -> None:
    await db.execute("DELETE FROM languages WHERE chat_id = :chat_id", chat_id=chat_id)


async def spoken(db: Database, *, chat_id: int) -> str:
    """What is to be spoken to somebody, with or without a key; "" where nobody knows."""
    rows = await db.read(
        "SELECT language FROM languages WHERE chat_id = :chat_id "
        "UNION ALL SELECT language FROM people WHERE chat_id = :chat_id",
        chat_id=chat_id,
    )
    return rows[0]["language"] if rows else ""
