"""Orders that were placed elsewhere: rows made of what is known, when something is asked for them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Database, Transaction
from storage.orders import COLUMNS, Order, order


@dataclass(frozen=True, slots=True)
class Asked:
    """One id of those a person sent, and the account whose key is to ask for it."""

    account_id: str
    panel_order_id: str


async def known(db: Database, *, chat_id: int, panel_order_ids: Sequence[str]) -> dict[str, Order]:
    """The person's orders among these ids of the panel, the newest of equal ones."""
    names = {f"p{place}": one for place, one in enumerate(panel_order_ids)}
    listed = ", ".join(f":{name}" for name in names)
    rows = await db.read(
        f"SELECT {COLUMNS} FROM orders WHERE chat_id = :chat_id AND panel_order_id IN ({listed}) "
        "ORDER BY created_at",
        chat_id=chat_id,
        **names,
    )
    return {found.panel_order_id: found for row in rows if (found := order(row)).panel_order_id}


async def row_of(tx: Transaction, asked: Asked, *, chat_id: int, state: str, now: float) -> tuple[str, bool]:
    """The id of the order's row and whether it was made just now, in a state of the caller's choice."""
    rows = await tx.fetch(
        "SELECT id FROM orders WHERE chat_id = :chat_id AND account_id = :account_id "
        "AND panel_order_id = :panel_order_id ORDER BY created_at DESC LIMIT 1",
        chat_id=chat_id,
        account_id=asked.account_id,
        panel_order_id=asked.panel_order_id,
    )
    if rows:
        return str(rows[0]["id"]), False
    order_id = secrets.token_hex(8)
    await tx.execute(
        "INSERT INTO orders (id, chat_id, account_id, state, process, panel_order_id, service_id, "
        "service_name, fields, link, currency, created_at, changed_at) "
        "SELECT :id, chat_id, id, :state, '', :panel_order_id, '', '', '{}', '', currency, :now, :now "
        "FROM accounts WHERE id = :account_id AND chat_id = :chat_id",
        id=order_id,
        chat_id=chat_id,
        account_id=asked.account_id,
        state=state,
        panel_order_id=asked.panel_order_id,
        now=now,
    )
    return order_id, True


async def drop_row(tx: Transaction, *, order_id: str) -> None:
    """The panel does not know the order after all, or nothing came of what was asked."""
    await tx.execute("DELETE FROM orders WHERE id = :id", id=order_id)
