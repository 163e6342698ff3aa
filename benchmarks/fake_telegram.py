"""A Bot API server that costs next to nothing: hands out prepared updates and takes every message."""

import asyncio
import random
import re
import time
from collections import Counter, deque
from typing import Any

from benchmarks.wire import Reply, dump

CHATS = 500
FIRST_CHAT = 1000
BATCH = 100  # updates a poll brings at most, as at Telegram
_CHAT = re.compile(rb"chat_id\W{1,6}(\d+)")
_TIMEOUT = re.compile(rb"timeout\W{1,6}(\d+)")
_ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_PRIVATE = {"id": FIRST_CHAT, "type": "private", "first_name": "Ada"}
_RESULTS: dict[str, Any] = {
    "sendmessage": {"message_id": 7, "date": 1700000000, "from": _ME, "chat": _PRIVATE, "text": "Hello"},
    "getme": _ME,
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
}
_REPLIES = {method: dump({"ok": True, "result": result}) for method, result in _RESULTS.items()}
_TRUE = dump({"ok": True, "result": True})


class Mailbox:
    """One bot's updates on their way. The coroutines are what a benchmark may ask for."""

    def __init__(self) -> None:
        self._pending: deque[bytes] = deque()
        self._poll: Reply | None = None
        self._update_id = int(time.time())
        self._sent: Counter[int] = Counter()
        self._in_all = 0
        self._came: list[tuple[float, int]] = []
        self._news = asyncio.Event()

    async def flood(self, count: int, texts: list[str]) -> float:
        """Updates of many chats at once; seconds until all are answered."""
        wanted = self._in_all + count
        for n in range(count):
            self._pending.append(self._update(FIRST_CHAT + n % CHATS, texts[(n + n // CHATS) % len(texts)]))
        began = time.perf_counter()
        self._deliver()
        while self._in_all < wanted:
            await self._next()
        return time.perf_counter() - began

    async def push(self, chat_id: int, text: str, count: int = 1) -> None:
        """Updates of one chat at once; nobody waits for the answers."""
        self._pending.extend(self._update(chat_id, text) for _ in range(count))
        self._deliver()

    async def ask(self, chat_id: int, text: str, times: int, pause: float) -> list[float]:
        """One update after the other, about so many seconds between; the seconds until each answer."""
        found: list[float] = []
        for _ in range(times):
            await asyncio.sleep(random.uniform(0, 2 * pause))
            before = self._sent[chat_id]
            began = time.perf_counter()
            await self.push(chat_id, text)
            while self._sent[chat_id] == before:
                await self._next()
            found.append(time.perf_counter() - began)
        return found

    async def quiet(self, seconds: float = 0.2) -> None:
        """Wait until the bot polls and has sent nothing for so long."""
        before = -1
        while self._poll is None or before != self._in_all:
            before = self._in_all
            await asyncio.sleep(seconds)

    async def came(self) -> list[tuple[float, int]]:
        """When each message since the last call arrived, and to which chat it goes."""
        found, self._came = self._came, []
        return found

    def poll(self, reply: Reply, seconds: float) -> None:
        self._poll = reply
        self._deliver()
        if self._poll is not None:
            asyncio.get_running_loop().call_later(seconds, self._end_poll, reply)

    def took(self, chat_id: int) -> None:
        self._came.append((time.monotonic(), chat_id))
        self._sent[chat_id] += 1
        self._in_all += 1
        self._news.set()

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _deliver(self) -> None:
        if self._poll is not None and self._pending:
            batch = [self._pending.popleft() for _ in range(min(BATCH, len(self._pending)))]
            reply, self._poll = self._poll, None
            reply(b'{"ok":true,"result":[' + b",".join(batch) + b"]}")

    def _end_poll(self, reply: Reply) -> None:
        if self._poll is reply:
            self._poll = None
            reply(b'{"ok":true,"result":[]}')

    def _update(self, chat_id: int, text: str) -> bytes:
        self._update_id += 1
        person = {"id": chat_id, "first_name": "Ada", "last_name": "Byron", "username": f"ada{chat_id}"}
        message: dict[str, Any] = {
            "message_id": self._update_id,
            "from": {**person, "is_bot": False, "language_code": "en"},
            "chat": {**person, "type": "private"},
            "date": int(time.time()),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [
                {"type": "bot_command", "offset": 0, "length": len(text.partition(" ")[0])}
            ]
        return dump({"update_id": self._update_id, "message": message})


class FakeTelegram:
    """A mailbox for every bot token."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}

    def mailbox(self, token: str) -> Mailbox:
        return self._mailboxes.setdefault(token, Mailbox())

    def call(self, path: str, body: bytes, reply: Reply) -> None:
        """`path` is /bot{token}/{method}."""
        _, bot, method = path.split("/")
        mailbox = self.mailbox(bot.removeprefix("bot"))
        method = method.lower()
        if method == "getupdates":
            found = _TIMEOUT.search(body)
            mailbox.poll(reply, float(found[1]) if found else 0.0)
            return
        if method == "sendmessage" and (chat := _CHAT.search(body)):
            mailbox.took(int(chat[1]))  # before the answer, or it may be noted later than the next one
        reply(_REPLIES.get(method, _TRUE))
