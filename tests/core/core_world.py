"""Everything the business needs, around a panel on this machine and a database in a folder of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.core.accounts import Accounts, Connected
from bot.core.cancelling import Cancelling
from bot.core.catalog import Catalogs
from bot.core.drafts import Draft
from bot.core.ordering import Ordering, Outcome
from bot.core.refills import Refills
from bot.core.tracking import Tracking
from bot.panel.client import PanelClient
from bot.panel.models import Service
from bot.sandbox.panel import Panel, panel_app
from bot.serving import Server, serve
from storage import orders
from storage.accounts import Account
from storage.database import Row
from storage.opening import open_sqlite
from storage.orders import Order
from storage.sqlite import SqliteDatabase
from storage.vault import Vault

KEY, OTHER, WRONG = "0123456789abcdef0123456789abcdef", "b" * 32, "f" * 32
ANNA, BORIS = 501, 502
LINK = "https://example.com/p/1"
INTERVAL = 60.0
FOLLOWERS = Service("1", "Instagram Followers", "Default", "Instagram Followers", Decimal("0.90"), 50, 10000)


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    clock: Clock
    panel: Panel
    server: Server
    db: SqliteDatabase
    client: PanelClient
    accounts: Accounts
    catalogs: Catalogs
    ordering: Ordering
    tracking: Tracking
    refills: Refills
    cancelling: Cancelling

    async def connect(self, key: str = KEY, *, chat_id: int = ANNA) -> Account:
        assert isinstance(await self.accounts.connect(chat_id, key, language="en"), Connected)
        return await self.account(chat_id)

    async def account(self, chat_id: int = ANNA) -> Account:
        account = await self.accounts.current(chat_id)
        assert account is not None
        return account

    async def begin(self, account: Account, **answers: str) -> Order:
        """A confirmed order for 50 followers, or with answers of its own."""
        draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50", **answers})
        draft = draft.with_offer(await self.ordering.offer(account, FOLLOWERS, draft))
        order = await self.ordering.begin(account, FOLLOWERS, draft, message_id=9)
        assert order is not None
        return order

    async def place(self, account: Account, **answers: str) -> Order:
        order = await self.begin(account, **answers)
        await self.ordering.carry_out(account, order)
        return await self.order(order)

    async def outcome(self, account: Account) -> Outcome:
        return await self.ordering.carry_out(account, await self.begin(account))

    async def order(self, order: Order) -> Order:
        found = await orders.get(self.db, chat_id=order.chat_id, order_id=order.id)
        assert found is not None
        return found

    async def told(self, kind: str) -> list[Row]:
        return await self.db.read("SELECT * FROM outbox WHERE kind = :kind ORDER BY id", kind=kind)

    async def rows(self, table: str) -> list[Row]:
        return await self.db.read(f"SELECT * FROM {table}")


@asynccontextmanager
async def open_world(tmp_path: Path, *, seconds: float = 5.0, **panel: Any) -> AsyncIterator[World]:
    clock = Clock()
    shop = Panel(accounts={KEY: Decimal("100.84292"), OTHER: Decimal(5)}, clock=clock, **panel)
    server = await serve(panel_app(shop))
    db = await open_sqlite(tmp_path / "bot.db")
    url = f"{server.url}/api/v2"
    client = PanelClient(url, seconds=seconds, add_seconds=seconds)
    accounts = Accounts(db, Vault([b"k" * 32]), client, url=url, clock=clock)
    catalogs = Catalogs(db, accounts, client, clock=clock)
    ordering = Ordering(db, accounts, client, process="run-1", interval=INTERVAL, clock=clock)
    tracking = Tracking(db, accounts, machines=client, people=client, interval=INTERVAL, clock=clock)
    refills = Refills(
        db, accounts, machines=client, people=client, process="run-1", interval=INTERVAL, clock=clock
    )
    cancelling = Cancelling(db, accounts, client, process="run-1", interval=INTERVAL, clock=clock)
    yield World(clock, shop, server, db, client, accounts, catalogs, ordering, tracking, refills, cancelling)
    await catalogs.close()
    await client.close()
    await server.stop()
    await db.close()


def service(service_id: str = "1", **changes: Any) -> Service:
    values: Mapping[str, Any] = {
        "name": "Followers",
        "type": "Default",
        "category": "",
        "rate": Decimal("0.90"),
        "min": 50,
        "max": 10000,
        **changes,
    }
    return Service(service_id, **values)
