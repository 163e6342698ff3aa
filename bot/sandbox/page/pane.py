"""The panel operator's pane, under `/pane`: what there is to see, and what may be done about it.

Every action answers with what is seen after it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from decimal import Decimal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.page.app import HEADERS
from bot.sandbox.page.pane_view import (
    Json,
    half,
    money,
    seen_accounts,
    seen_calls,
    seen_orders,
    seen_refills,
    seen_service,
)
from bot.sandbox.page.switches import SWITCHES, Switchboard
from bot.sandbox.panel import Order, Panel, demo_key
from bot.sandbox.panel.orders import plain
from bot.sandbox.panel.rules import Service

STILL_THERE_AFTER = 15.0  # seconds of silence, so that nothing between closes the stream
LOOK_EVERY = 0.25  # seconds: orders move with time, and nothing tells when
FOUND = 4  # services shown of those that are found
WELCOME_MONEY = Decimal(50)

ORDERS: dict[str, Callable[[Panel, Order], None]] = {
    "progress": lambda panel, order: panel.progress(order.id),
    "complete": lambda panel, order: panel.finish(order.id),
    "partial": lambda panel, order: panel.finish(order.id, half(order)),
    "cancel": lambda panel, order: panel.finish(order.id, order.quantity),
    "refund": lambda panel, order: panel.refund(order.id),
}
REFILLS = {"finish": "Completed", "reject": "Rejected"}


def pane_app(panel: Panel) -> Starlette:
    pane = Pane(panel)
    actions = {
        "/pane/moving": pane.move_by_themselves,
        "/pane/troubles/{name}": pane.turn,
        "/pane/orders/{id}/{action}": pane.act_on_order,
        "/pane/refills/{id}/{action}": pane.act_on_refill,
        "/pane/services/{id}/price": pane.set_price,
        "/pane/services/{id}/remove": pane.remove,
        "/pane/services/{id}/restore": pane.restore,
        "/pane/accounts": pane.open_account,
        "/pane/accounts/{place:int}/money": pane.add_money,
    }
    return Starlette(
        routes=[
            Route("/pane", pane.snapshot),
            Route("/pane/events", pane.events),
            Route("/pane/services", pane.find),
            *(Route(path, action, methods=["POST"]) for path, action in actions.items()),
        ]
    )


class Pane:
    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.pace = panel.pace
        self.switchboard = Switchboard(panel)

    def view(self) -> Json:
        panel = self.panel
        return {
            "moving": panel.pace is not None,
            "accounts": seen_accounts(panel),
            "troubles": [
                {"id": switch.id, "name": switch.name, "does": switch.does}
                | {"on": self.switchboard.is_on(switch)}
                for switch in SWITCHES
            ],
            "orders": seen_orders(panel),
            "refills": seen_refills(panel),
            "calls": seen_calls(panel),
        }

    async def snapshot(self, _: Request) -> Response:
        return self._seen()

    async def events(self, _: Request) -> Response:
        return StreamingResponse(self._stream(), headers=HEADERS, media_type="text/event-stream")

    async def find(self, request: Request) -> Response:
        """Services with all the words in their name or category, or of that number."""
        words = request.query_params.get("find", "").casefold().split()
        removed = [service for _, service in self.panel.removed.values()]

        def fits(service: Json) -> bool:
            about = f"{service.get('name')} {service.get('category')}".casefold()
            return words == [str(service.get("service"))] or all(word in about for word in words)

        found = [service for service in self._all_services() if fits(service)]
        found.sort(key=lambda service: words != [str(service.get("service"))])
        seen = [seen_service(service, removed=service in removed) for service in found[:FOUND]]
        return JSONResponse({"services": seen, "found": len(found)}, headers=HEADERS)

    def _all_services(self) -> list[Service]:
        """The removed ones are shown where they were, at hand to be put back."""
        services = list(self.panel.services)
        for place, service in reversed(self.panel.removed.values()):
            services.insert(place, service)
        return services

    async def move_by_themselves(self, request: Request) -> Response:
        """Whether orders go their way with time; a panel on which nothing moves has no pace to go back to."""
        self.panel.pace = self.pace if await _on(request) else None
        return self._seen()

    async def turn(self, request: Request) -> Response:
        name = request.path_params["name"]
        switch = next((switch for switch in SWITCHES if switch.id == name), None)
        if switch is None:
            raise HTTPException(404, "There is no such switch.")
        self.switchboard.turn(switch, on=await _on(request))
        return self._seen()

    async def act_on_order(self, request: Request) -> Response:
        order = self.panel.orders.get(request.path_params["id"])
        act = ORDERS.get(request.path_params["action"])
        if order is None or act is None:
            raise HTTPException(404, "There is no such order.")
        try:
            act(self.panel, order)
        except ValueError as error:
            raise HTTPException(409, f"{error}.") from None
        return self._seen()

    async def act_on_refill(self, request: Request) -> Response:
        refill = self.panel.refills.get(request.path_params["id"])
        status = REFILLS.get(request.path_params["action"])
        if refill is None or status is None:
            raise HTTPException(404, "There is no such refill.")
        if not refill.open:
            raise HTTPException(409, f"Refill {refill.id} has ended: {refill.status}.")
        self.panel.set_refill(refill.id, status=status)
        return self._seen()

    async def set_price(self, request: Request) -> Response:
        price = money(str((await _body(request)).get("price", "")))
        if price is None or price < 0:
            raise HTTPException(400, "A price is a number such as 0.90.")
        self.panel.set_service(self._sold(request), rate=plain(price))
        return self._seen()

    async def remove(self, request: Request) -> Response:
        self.panel.remove_service(self._sold(request))
        return self._seen()

    async def restore(self, request: Request) -> Response:
        if request.path_params["id"] not in self.panel.removed:
            raise HTTPException(404, "This service was not removed.")
        self.panel.put_back_service(request.path_params["id"])
        return self._seen()

    async def open_account(self, _: Request) -> Response:
        self.panel.add_account(demo_key(), WELCOME_MONEY)
        return self._seen()

    async def add_money(self, request: Request) -> Response:
        keys, place = list(self.panel.accounts), request.path_params["place"]
        if place >= len(keys):
            raise HTTPException(404, "There is no such account.")
        amount = money(str((await _body(request)).get("amount", "")))
        if amount is None:
            raise HTTPException(400, "An amount is a number such as 10 or -2.50.")
        balance = self.panel.balance(keys[place]) + amount
        if balance < 0:
            raise HTTPException(409, "There is not so much to take away.")
        self.panel.accounts[keys[place]].balance = balance
        return self._seen()

    def _seen(self) -> Response:
        return JSONResponse(self.view(), headers=HEADERS)

    async def _stream(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        sent, sent_at = "", loop.time()
        while True:
            seen = json.dumps(self.view())
            if seen != sent:
                sent, sent_at = seen, loop.time()
                yield f"data: {seen}\n\n"
            elif loop.time() - sent_at > STILL_THERE_AFTER:
                sent_at = loop.time()
                yield ": still there\n\n"
            await asyncio.sleep(LOOK_EVERY)

    def _sold(self, request: Request) -> str:
        service_id: str = request.path_params["id"]
        if self.panel.service(service_id) is None:
            raise HTTPException(404, "This service is gone.")
        return service_id


async def _on(request: Request) -> bool:
    on = (await _body(request)).get("on")
    if not isinstance(on, bool):
        raise HTTPException(400, "It is either on or off.")
    return on


async def _body(request: Request) -> Json:
    with suppress(ValueError):
        body = await request.json()
        if isinstance(body, dict):
            return body
    raise HTTPException(400, "A JSON object is expected.")
