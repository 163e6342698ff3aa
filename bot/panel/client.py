"""The panel's HTTP API, one coroutine per action. The only place that imports httpx."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import httpx

from bot.panel import aftersales, price_lists, replies, status_lists
from bot.panel.errors import NoTurn, PanelError, PanelRefused, PanelUnreachable, hide
from bot.panel.models import Accepted, Balance, OrderStatus, RefillStatus, Service, Unreadable
from bot.panel.wire import Reply, post, transport

ADD_SECONDS = 60.0
CALL_SECONDS = 20.0
PERSON_SECONDS = 18.0  # a waiting person is answered within 20 s, our own work included
TURN_SECONDS = 300.0  # the longest wait for a turn, where the operator limits requests a minute
_PARSE_ASIDE = 256 * 1024  # from this size on a reply is parsed in a thread


T = TypeVar("T")
Aside = Callable[[], AbstractAsyncContextManager[object]]
Hear = Callable[[str, PanelError | None], None]
Time = Callable[[str, PanelError | None, float], None]


async def _at_once() -> None: ...


def _nobody(_: str, __: PanelError | None, ___: float = 0.0) -> None: ...


class PanelClient:
    """Calls one panel. Every call raises only PanelError, and never with the key in it.

    Machines and people each get a client of their own, so that neither waits for the other's
    connections. `seconds` is what one call may take in all, its retry included. `aside` wraps every
    call; it is where a caller lets go of what others could use meanwhile. `turn` waits until a request may
    go, and `hear` is told with which key a call was made and what went wrong; `time` its action, what went
    wrong and how many seconds it took.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 8,
        seconds: float = CALL_SECONDS,
        add_seconds: float = ADD_SECONDS,
        aside: Aside = nullcontext,
        turn: Callable[[], Awaitable[None]] = _at_once,
        hear: Hear = _nobody,
        time: Time = _nobody,
    ) -> None:
        self._url = httpx.URL(url)
        self._seconds = seconds
        self._add_seconds = add_seconds
        self._aside = aside
        self._turn = turn
        self._hear = hear
        self._time = time
        trust = httpx.create_ssl_context()
        # One each, since httpx's pool looks at all of its connections for every request.
        one = httpx.Limits(max_connections=1)
        self._http = [transport(self._url, trust, one) for _ in range(connections)]
        self._free: asyncio.LifoQueue[httpx.AsyncHTTPTransport] = asyncio.LifoQueue()
        for http in self._http:
            self._free.put_nowait(http)
        # A stale keep-alive connection looks like a lost answer: what is sent only once gets a fresh one.
        fresh = httpx.Limits(max_connections=256, max_keepalive_connections=0)
        self._http_once = transport(self._url, trust, fresh)

    async def close(self) -> None:
        for http in (*self._http, self._http_once):
            await http.aclose()

    async def services(self, key: str) -> tuple[Service, ...]:
        return await self._ask(key, {"action": "services"}, price_lists.services, load=price_lists.load)

    async def balance(self, key: str) -> Balance:
        return await self._ask(key, {"action": "balance"}, replies.balance)

    async def order_status(self, key: str, order: str) -> OrderStatus:
        found = await self._ask(key, {"action": "status", "order": order}, replies.order_status)
        return _fit_to_keep(found, key)

    async def order_statuses(
        self, key: str, known: Mapping[str, str | None]
    ) -> dict[str, OrderStatus | Unreadable | None]:
        """Up to 100 orders in one request, each with what the panel `said` of it before, if that is known.

        None for an order of which it says just that. Orders it does not mention are missing.
        """
        form = {"action": "status", "orders": ",".join(known)}
        found = await self._ask(
            key,
            form,
            lambda payload: status_lists.order_statuses(payload, known),
            load=partial(status_lists.load, known=known),
        )
        for order, status in found.items():
            if isinstance(status, Unreadable):
                found[order] = Unreadable(hide(status.words, key))
            elif status is not None:
                found[order] = _fit_to_keep(status, key)
        return found

    async def add(self, key: str, service: str, fields: Mapping[str, str]) -> str:
        """Place an order with exactly one request, and return its id.

        NotSent proves that nothing was sent, PanelRefused is the panel's no. After any other
        PanelError the order may exist and be charged.
        """
        form = {"action": "add", "service": service, **fields}
        return await self._once(key, form, replies.order_id, seconds=self._add_seconds)

    async def refill(self, key: str, order: str) -> str:
        """Ask for a refill with exactly one request, and return its id. Errors as with `add`."""
        form = {"action": "refill", "order": order}
        return await self._once(key, form, lambda payload: aftersales.refill_id(payload, order))

    async def refills(self, key: str, orders: Sequence[str]) -> dict[str, str | Unreadable]:
        """The same for up to 100 orders in one request.

        Unreadable without words, or missing: the refill may have been taken.
        """
        form = {"action": "refill", "orders": ",".join(orders)}
        found = await self._once(key, form, lambda payload: aftersales.refill_ids(payload, orders))
        return _hidden(found, key)

    async def refill_status(self, key: str, refill: str) -> RefillStatus:
        form = {"action": "refill_status", "refill": refill}
        return await self._ask(key, form, lambda payload: aftersales.refill_status(payload, refill))

    async def refill_statuses(self, key: str, refills: Sequence[str]) -> dict[str, RefillStatus | Unreadable]:
        """Up to 100 refills in one request. Those it does not mention are missing."""
        form = {"action": "refill_status", "refills": ",".join(refills)}
        found = await self._ask(key, form, lambda payload: aftersales.refill_statuses(payload, refills))
        return _hidden(found, key)

    async def cancel(self, key: str, orders: Sequence[str]) -> dict[str, Accepted | Unreadable]:
        """Ask to cancel up to 100 orders with exactly one request. Accepted is not done.

        Unreadable without words, or missing: the request may have been taken.
        """
        form = {"action": "cancel", "orders": ",".join(orders)}
        found = await self._once(key, form, lambda payload: aftersales.cancellations(payload, orders))
        return _hidden(found, key)

    async def _once(
        self,
        key: str,
        form: Mapping[str, str],
        read: Callable[[Any], T],
        *,
        seconds: float | None = None,
    ) -> T:
        """A call that changes something at the panel: sent once, over a connection of its own."""
        async with self._call(key, form["action"], seconds or self._seconds):
            return _understand(await post(self._http_once, self._url, key, form), key, read)

    async def _ask(
        self,
        key: str,
        form: Mapping[str, str],
        read: Callable[[Any], T],
        *,
        load: Callable[..., Any] = replies.load,
    ) -> T:
        """A call that changes nothing at the panel, so a broken connection is tried once more."""
        async with self._call(key, form["action"], self._seconds):
            reply = await self._post_again(key, form)
            if len(reply.text) < _PARSE_ASIDE:
                return _understand(reply, key, read, load)
            return await asyncio.to_thread(_understand, reply, key, read, load)

    @asynccontextmanager
    async def _call(self, key: str, action: str, seconds: float) -> AsyncIterator[None]:
        """Waiting for its turn takes nothing of a call's time."""
        began: float | None = None
        try:
            async with self._aside():
                async with asyncio.timeout(TURN_SECONDS):
                    await self._turn()
                began = monotonic()
                async with asyncio.timeout(seconds):
                    yield
        except TimeoutError as error:
            late = NoTurn("no turn in time") if began is None else PanelUnreachable("no reply in time")
            self._tell(key, action, late, began)
            raise late from error
        except PanelError as error:
            self._tell(key, action, error, began)
            raise
        self._tell(key, action, None, began)

    def _tell(self, key: str, action: str, error: PanelError | None, began: float | None) -> None:
        self._hear(key, error)
        self._time(action, error, 0.0 if began is None else monotonic() - began)

    async def _post_again(self, key: str, form: Mapping[str, str]) -> Reply:
        http = await self._free.get()
        try:
            try:
                return await post(http, self._url, key, form)
            except PanelUnreachable:
                await asyncio.sleep(0.1)
                await self._turn()
                return await post(http, self._url, key, form)
        finally:
            self._free.put_nowait(http)


def _understand(
    reply: Reply, key: str, read: Callable[[Any], T], load: Callable[..., Any] = replies.load
) -> T:
    try:
        return read(load(reply.text, status_code=reply.status_code, retry_after=reply.retry_after))
    except PanelRefused as refused:
        refused.hide(key)
        raise


def _hidden(found: dict[str, T | Unreadable], key: str) -> dict[str, T | Unreadable]:
    """Without the key in any item's words."""
    return {
        one: Unreadable(hide(item.words, key)) if isinstance(item, Unreadable) else item
        for one, item in found.items()
    }


def _fit_to_keep(status: OrderStatus, key: str) -> OrderStatus:
    """Without what it said if the key is in it, or it is too long."""
    said = status.said
    return status if said is None or hide(said, key) == said else status._replace(said=None)
