"""A panel that costs next to nothing, in which a tenth of the orders changes each round.

Order i changes when round % 10 == i % 10; one order in a thousand changes its status word too, which
people are told.
"""

import asyncio
import re
from functools import lru_cache
from urllib.parse import unquote_plus

from benchmarks.wire import Reply

_ORDERS = re.compile(rb"orders=([^&]+)")
_ITEM = (
    '"{id}":{{"charge":"0.27819","start_count":"3572","status":"{word}",'
    '"remains":"{remains}","currency":"USD"}}'
)
_BALANCE = b'{"balance":"100.84292","currency":"USD"}'


class FakePanel:
    """The coroutines are what a benchmark may ask for."""

    def __init__(self) -> None:
        self._round = 0
        self._delay = 0.0
        self._statuses_delay = 0.0
        self._requests = 0

    async def begin_round(self, number: int) -> None:
        self._round = number
        self._requests = 0

    async def answer_balance_after(self, seconds: float) -> None:
        self._delay = seconds

    async def answer_statuses_after(self, seconds: float) -> None:
        self._statuses_delay = seconds

    async def requests(self) -> int:
        """How many statuses requests came in this round."""
        return self._requests

    def call(self, body: bytes, reply: Reply) -> None:
        found = _ORDERS.search(body)
        if found is None:
            asyncio.get_running_loop().call_later(self._delay, reply, _BALANCE)
            return
        self._requests += 1
        ids = unquote_plus(found[1].decode()).split(",")
        answer = ("{" + ",".join(map(self._item, ids)) + "}").encode()
        asyncio.get_running_loop().call_later(self._statuses_delay, reply, answer)

    def _item(self, order_id: str) -> str:
        order = int(order_id)
        changed_in = self._round - (self._round - order) % 10
        word = "In progress" if self._round >= order % 1000 else "Processing"
        return _text(order, word, 1000 + changed_in)


@lru_cache(None)
def _text(order: int, word: str, remains: int) -> str:
    return _ITEM.format(id=order, word=word, remains=remains)
