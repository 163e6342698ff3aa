"""Rows to begin with: accounts and orders as the business would store them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from storage import accounts, orders, tracking
from storage.accounts import Account
from storage.database import Database, Row
from storage.looks import Look
from storage.orders import Order

NOW = 1_800_000_000.0
INTERVAL = 60.0
ANNA, BORIS = 501, 502
PANEL = "https://panel.example/api/v2"
LINK = "https://example.com/p/1"

ACCOUNT = Account(
    id="key-1",
    chat_id=ANNA,
    panel=PANEL,
    encrypted_key=b"sealed",
    encryption_key_id="k1",
    last_four="cdef",
    currency="USD",
    catalog_digest=None,
    catalog_at=None,
    parked_at=None,
)

ORDER = Order(
    id="draft-1",
    chat_id=ANNA,
    account_id="key-1",
    state="placing",
    message_id=9,
    panel_order_id=None,
    service_id="1",
    service_name="Followers",
    fields={"link": LINK, "quantity": "50"},
    link=LINK,
    quantity=50,
    price=Decimal("0.045"),
    currency="USD",
    balance_before=Decimal("100.84292"),
    balance_after=None,
    reason=None,
    word=None,
    charge=None,
    start_count=None,
    remains=None,
    change_number=0,
    look_factor=1,
    next_poll_at=None,
    created_at=NOW,
    changed_at=NOW,
)


async def connect(
    db: Database, account_id: str = "key-1", *, chat_id: int = ANNA, now: float = NOW
) -> Account:
    account = replace(ACCOUNT, id=account_id, chat_id=chat_id)
    await accounts.connect(db, account, language="en", now=now)
    return account


async def begin(db: Database, order_id: str = "draft-1", **changes: Any) -> Order:
    order = replace(ORDER, id=order_id, **changes)
    assert await orders.begin(db, order, process="run-1")
    return order


async def place(db: Database, order_id: str, *, due_at: float, **changes: Any) -> Order:
    """An order the panel took, under its own id again, to be looked at from `due_at` on."""
    await begin(db, order_id, state="open", panel_order_id=order_id, next_poll_at=due_at, **changes)
    return await stored(db, order_id, chat_id=changes.get("chat_id", ANNA))


async def stored(db: Database, order_id: str = "draft-1", *, chat_id: int = ANNA) -> Order:
    order = await orders.get(db, chat_id=chat_id, order_id=order_id)
    assert order is not None
    return order


async def claimed(
    db: Database, *, now: float = NOW, limit: int = 100, failing: bool = True
) -> set[str] | None:
    """The orders of the next claim; None when there is none."""
    claim = await tracking.claim_due(
        db, panel=PANEL, now=now, lease=30, interval=INTERVAL, limit=limit, failing=failing
    )
    return None if claim is None else {order.id for order in claim.orders}


async def looked_at(db: Database, order: Order, *, now: float = NOW, **changes: Any) -> None:
    """Store what its person's look brought."""
    look = look_at(**changes)
    await tracking.store_one(db, chat_id=order.chat_id, order_id=order.id, decide=lambda _: look, now=now)


def look_at(*, facts: Mapping[str, Any] | None = None, **changes: Any) -> Look:
    found = Look(
        state="open",
        word="In progress",
        charge=Decimal("0.04"),
        start_count=10,
        remains=40,
        said="heard",
        look_factor=1,
        steady_until=NOW + 3600,
        next_poll_at=NOW + INTERVAL,
        facts=facts,
    )
    return found._replace(**changes)


async def table(db: Database, name: str) -> list[Row]:
    return await db.read(f"SELECT * FROM {name}")
