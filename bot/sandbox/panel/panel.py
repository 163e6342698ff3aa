"""The panel as whoever operates it sees it: a test, or the operator of the demo."""

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Unpack

from bot.sandbox.panel.books import Account, Books
from bot.sandbox.panel.catalogue import catalogue
from bot.sandbox.panel.orders import Order, Refill
from bot.sandbox.panel.rules import Service
from bot.sandbox.panel.trouble import Details, Spell, Trouble, Troubles

LOG_LENGTH = 10_000


@dataclass(slots=True)
class Call:
    action: str
    key: str
    fields: dict[str, str]  # without key and action
    at: float
    outcome: str = field(default="", compare=False)  # in a word or two, for the eye
    went_wrong: bool = field(default=False, compare=False)


class Panel(Books):
    def __init__(
        self,
        services: Iterable[Mapping[str, object]] | None = None,
        accounts: Mapping[str, Decimal] | None = None,
        *,
        currency: str = "USD",
        clock: Callable[[], float] = time.time,
        pace: float | None = None,
        seed: int = 3,  # of the first orders most are completed, the third is partial
        order_ids: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(currency=currency, clock=clock, pace=pace, seed=seed, order_ids=order_ids)
        self.requests: deque[Call] = deque(maxlen=LOG_LENGTH)
        self.troubles = Troubles()
        self._arrived: list[tuple[str | None, asyncio.Future[Call]]] = []
        self._services_body: bytes | None = None
        self.removed: dict[str, tuple[int, Service]] = {}  # with the places they had
        self.set_services(catalogue() if services is None else services)
        for key, balance in (accounts or {}).items():
            self.add_account(key, balance)

    def calls(self, action: str | None = None) -> list[dict[str, str]]:
        """The fields which arrived, in order, without key and action."""
        return [call.fields for call in self.requests if action in {None, call.action}]

    async def next_call(self, action: str | None = None) -> Call:
        """Wait for a call to arrive from now on, whatever becomes of it."""
        arrival: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        self._arrived.append((action, arrival))
        return await arrival

    def record(self, call: Call) -> None:
        self.requests.append(call)
        for action, arrival in self._arrived.copy():
            if action in {None, call.action}:
                self._arrived.remove((action, arrival))
                if not arrival.done():
                    arrival.set_result(call)

    def service(self, service_id: str) -> Service | None:
        return self._by_id.get(service_id)

    def services_body(self) -> bytes:
        if self._services_body is None:
            self._services_body = json.dumps(self.services).encode()
        return self._services_body

    def set_services(self, services: Iterable[Mapping[str, object]]) -> None:
        self.services: list[Service] = [dict(service) for service in services]
        self._services_changed()

    def set_service(self, service_id: int | str, **changes: object) -> None:
        self._by_id[str(service_id)].update(changes)
        self._services_changed()

    def remove_service(self, service_id: int | str) -> None:
        service = self._by_id[str(service_id)]
        self.removed[str(service_id)] = self.services.index(service), service
        self.set_services(s for s in self.services if str(s.get("service")) != str(service_id))

    def put_back_service(self, service_id: int | str) -> None:
        place, service = self.removed.pop(str(service_id))
        self.services.insert(place, service)
        self._services_changed()

    def add_account(self, key: str, balance: Decimal) -> None:
        """An account that is there already keeps its orders; it is open again and has this balance."""
        account = self.accounts.setdefault(key, Account(balance))
        account.balance, account.closed = balance, False

    def close_account(self, key: str) -> None:
        """From now on the key is wrong."""
        self.accounts[key].closed = True

    def renew_key(self, old: str, new: str) -> None:
        """The owner had another key made: it opens the same account, and the old one is wrong."""
        self.accounts[new] = self.accounts.pop(old)
        things: list[Order | Refill] = [*self._orders.values(), *self._refills.values()]
        for thing in things:
            if thing.key == old:
                thing.key = new

    def set_order(self, order_id: int | str, **says: object) -> None:
        """Show these values as they are, however odd, Decimals as text. The order no longer moves by itself.

        No money moves either; see `finish`.
        """
        order = self.orders[str(order_id)]
        order.says.update({name: _shown(value) for name, value in says.items()})
        if isinstance(status := says.get("status"), str):
            order.status = status

    def set_refill(self, refill_id: int | str, *, status: object) -> None:
        refill = self.refills[str(refill_id)]
        refill.status, refill.by_hand = status, True

    def misbehave(
        self,
        trouble: Trouble,
        *,
        action: str | None = None,
        key: str | None = None,
        times: int | None = None,
        carried_out: bool | None = None,
        **details: Unpack[Details],
    ) -> Spell:
        """For the next `times` calls, or until calmed. Without an action or a key: for any."""
        return self.troubles.add(
            trouble, action=action, key=key, times=times, carried_out=carried_out, **details
        )

    def calm(self, spell: Spell | None = None) -> None:
        """Forget this trouble, or all of them; hanging calls are answered."""
        self.troubles.calm(spell)

    def release(self) -> None:
        """Hanging calls are answered; later ones hang again."""
        self.troubles.release()

    def _services_changed(self) -> None:
        self._by_id = {str(service.get("service")): service for service in reversed(self.services)}
        self._services_body = None


def demo_key() -> str:
    return secrets.token_hex(16)


def _shown(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value
