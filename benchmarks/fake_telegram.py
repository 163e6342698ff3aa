"""A Bot API server that costs next to nothing: hands out prepared updates, takes every message.

Told what to do at /telegram/...: `flood` many updates, `ask` one after the other, `push` some.
"""

import asyncio
import re
import time
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

from benchmarks.wire import Reply, dump

CHATS = 500
BATCH = 100
_CHAT = re.compile(rb"chat_id\W{1,6}(\d+)")
_TIMEOUT = re.compile(rb"timeout\W{1,6}(\d+)")
_ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_SENT = {"message_id": 7, "date": 1700000000, "from": _ME, "chat": {"id": 1000, "type": "private"}, "text": "."}
_RESULTS: dict[str, Any] = {
    "sendmessage": _SENT,
    "getme": _ME,
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
}
_REPLIES = {method: dump({"ok": True, "result": result}) for method, result in _RESULTS.items()}
_TRUE = dump({"ok": True, "result": True})


class Mailbox:
    """One bot's updates on their way, and the messages it sent, counted by chat."""

    def __init__(self) -> None:
        self.sent: Counter[int] = Counter()
        self._pending: deque[bytes] = deque()
        self._poll: Reply | None = None
        self._update_id = int(time.time())
        self._wanted = 0
        self._all_sent = asyncio.Event()
        self._sent_to: dict[int, asyncio.Future[None]] = {}

    @property
    def polled(self) -> bool:
        return self._poll is not None

    def push(self, chat_id: int, text: str) -> None:
        self._pending.append(self._update(chat_id, text))
        self._deliver()

    def poll(self, reply: Reply, seconds: float) -> None:
        self._poll = reply
        if self._pending:
            self._deliver()
        else:
            asyncio.get_running_loop().call_later(seconds, self._end_poll, reply)

    def took(self, chat_id: int) -> None:
        self.sent[chat_id] += 1
        if self._wanted:
            self._wanted -= 1
            if not self._wanted:
                self._all_sent.set()
        found = self._sent_to.pop(chat_id, None)
        if found is not None:
            found.set_result(None)

    async def flood(self, count: int, texts: list[str]) -> float:
        """So many updates of many chats at once; seconds until each has its answer."""
        self._wanted = count
        self._all_sent.clear()
        self._pending.extend(
            self._update(1000 + n % CHATS, texts[(n + n // CHATS) % len(texts)]) for n in range(count)
        )
        began = time.perf_counter()
        self._deliver()
        await self._all_sent.wait()
        return time.perf_counter() - began

    async def ask(self, chat_id: int, text: str) -> float:
        """Seconds until the answer."""
        found = self._sent_to[chat_id] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.push(chat_id, text)
        await found
        return time.perf_counter() - began

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
            command = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": command}]
        return dump({"update_id": self._update_id, "message": message})


class FakeTelegram:
    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}

    def call(self, path: str, body: bytes, reply: Reply) -> None:
        _, token, method = path.split("/")
        mailbox = self.mailbox(token.removeprefix("bot"))
        method = method.lower()
        if method == "getupdates":
            found = _TIMEOUT.search(body)
            mailbox.poll(reply, float(found[1]) if found else 0.0)
            return
        reply(_REPLIES.get(method, _TRUE))
        if method == "sendmessage" and (chat := _CHAT.search(body)):
            mailbox.took(int(chat[1]))

    def mailbox(self, token: str) -> Mailbox:
        return self._mailboxes.setdefault(token, Mailbox())

    async def order(self, what: str, token: str, **how: Any) -> Any:
        """Carry out what the benchmark wants; see the module."""
        mailbox = self.mailbox(token)
        match what:
            case "flood":
                return await mailbox.flood(how["count"], how["texts"])
            case "push":
                for _ in range(how["count"]):
                    mailbox.push(how["chat_id"], how["text"])
                return None
            case "ask":
                return [await self._ask_later(mailbox, **how) for _ in range(how.pop("times"))]
            case "sent":
                return mailbox.sent[how["chat_id"]]
            case "polled":
                while not mailbox.polled:  # noqa: ASYNC110 - a bot starts once
                    await asyncio.sleep(0.02)
                return None
            case _:
                raise ValueError(what)

    async def _ask_later(self, mailbox: Mailbox, *, chat_id: int, text: str, gaps: Iterator[float]) -> float:
        raise NotImplementedError
