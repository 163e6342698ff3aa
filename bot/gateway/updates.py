"""Updates are rows, one at a time per chat, chats in parallel; no chat can starve the others.

    long poll ──► store in the inbox ──► poll on          (a poll confirms the batch before it)
    webhook   ──►       │            ──► 200
                        │
                        └► a worker per chat: load the dialog, handle, then in one transaction
                           the dialog's new row and the inbox row's end

What a handler wrote before that transaction is idempotent, so an update handled twice after a crash
does nothing twice.
"""

import asyncio
import json
import time
from bisect import insort
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from structlog.contextvars import bound_contextvars
from telegram import Bot, Update

from bot.gateway.dialog import Turn, set_turn
from bot.gateway.languages import speaking
from bot.gateway.shapes import chat_of, language_of, served, telegrams_language
from bot.gateway.slots import Slots
from bot.jobs.ending import end
from bot.jobs.outage import NOBODY, Outage
from bot.panel.client import PERSON_SECONDS
from storage import accounts, conversations, inbox, replies
from storage.conversations import Visit
from storage.database import Database, DatabaseTrouble, Transaction, transaction
from storage.inbox import Waiting
from storage.vault import Vault

BACKLOG = 20  # updates waiting in one chat; what comes beyond is dropped, and the person told once
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between tries when the database fails an update

log = structlog.get_logger()

T = TypeVar("T")
Handle = Callable[[Update], Awaitable[None]]
Hear = Callable[[str, str, float], None]


def _nobody(_: str, __: str, ___: float) -> None: ...


@dataclass(slots=True)
class _Chat:
    waiting: deque[Waiting] = field(default_factory=deque)
    told: bool = False
    visit: Visit | None = None


class Runner:
    """`handle` deals with one update; `overflow` tells a chat that some of its updates were dropped.

    `hear` is told of each update its kind, how it ended, and how many seconds it took.
    """

    def __init__(
        self,
        db: Database,
        bot: Bot,
        vault: Vault,
        *,
        handle: Handle,
        overflow: Callable[[int], Coroutine[Any, Any, None]],
        slots: Slots,
        clock: Callable[[], float],
        outage: Outage,
        hear: Hear = _nobody,
    ) -> None:
        self._db = db
        self._outage = outage
        self._hear = hear
        self._bot = bot
        self._vault = vault
        self._handle = handle
        self._overflow = overflow
        self._slots = slots
        self._clock = clock
        self._chats: dict[int, _Chat] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def resume(self) -> None:
        """Take up what an earlier run left."""
        for one in await inbox.waiting(self._db):
            self._take(one)

    async def accept(self, updates: Sequence[dict[str, Any]]) -> None:
        """Store a batch of updates, then have them handled. They are safe when this returns.

        One batch at a time.
        """
        try:
            known = await inbox.known(self._db, [update["update_id"] for update in updates])
            fresh = {u["update_id"]: u for u in updates if u["update_id"] not in known}
            backlog = Counter({chat_id: len(chat.waiting) for chat_id, chat in self._chats.items()})
            kept: list[Waiting] = []
            for update_id, update in fresh.items():
                backlog[chat_id := chat_of(update)] += 1
                if backlog[chat_id] <= BACKLOG:
                    body = self._vault.wrap(json.dumps(update, separators=(",", ":")))
                    kept.append(Waiting(update_id, chat_id, body))
            await inbox.store(self._db, kept, now=self._clock())
        except DatabaseTrouble:
            for update in updates:
                with speaking(language_of(update)):
                    self._outage.tell([chat_of(update)])
            raise
        idle = {one.chat_id for one in kept} - self._chats.keys()
        visits = await self._visits(list(idle)[:100])
        for one in kept:
            self._take(one, visits.get(one.chat_id))
        for chat_id, waiting in backlog.items():
            if waiting > BACKLOG:
                theirs = (language_of(update) for update in fresh.values() if chat_of(update) == chat_id)
                with speaking(next(theirs, "")):
                    self._tell_overflow(chat_id)

    async def _visits(self, chat_ids: Sequence[int]) -> dict[int, Visit]:
        """Without them they are looked up later: what is stored has to be handled in any case."""
        try:
            return await conversations.visits(self._db, chat_ids=chat_ids) if chat_ids else {}
        except DatabaseTrouble:  # said once, for all
            return {}
        except Exception:
            log.exception("dialogs not looked up in advance")
            return {}

    @property
    def busy(self) -> int:
        """How many updates wait or are being handled."""
        return sum(len(chat.waiting) + 1 for chat in self._chats.values())

    async def stop(self, grace: float) -> None:
        """Let running handlers finish for so many seconds; what does not is done again at the next start."""
        self._stopping = True
        await end(self._workers, grace=grace)

    def _take(self, one: Waiting, visit: Visit | None = None) -> None:
        """`visit` is what is known of a chat that was idle just now; None: to be looked up."""
        chat = self._chats.get(one.chat_id)
        if chat is None:
            chat = self._chats[one.chat_id] = _Chat(visit=visit)
            self._start(self._work(one.chat_id, chat))
        insort(chat.waiting, one, key=lambda each: each.update_id)  # a webhook may bring them out of order

    def _tell_overflow(self, chat_id: int) -> None:
        chat = self._chats.get(chat_id)
        if chat is not None and not chat.told:
            chat.told = True
            self._start(self._overflow(chat_id))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)

    async def _work(self, chat_id: int, chat: _Chat) -> None:
        try:
            while chat.waiting and not self._stopping:
                one = chat.waiting.popleft()
                visit, chat.visit = chat.visit, None
                with bound_contextvars(update_id=one.update_id, chat_id=chat_id):
                    await self._see_through(chat_id, one, visit)
        finally:
            del self._chats[chat_id]

    async def _see_through(self, chat_id: int, one: Waiting, visit: Visit | None) -> None:
        """Handled once, so that what was answered is not answered again after an outage; its end is tried
        for as long as the database takes, while the chat's next update waits. Should the program end
        before, its row is still in the inbox."""
        began = time.monotonic()
        update, outlast = self._read(one), self._outage.outlast
        with speaking(telegrams_language(update)):
            turn = await _until_it_works(
                lambda: outlast(chat_id, lambda: self._serve(chat_id, update, visit))
            )
        await _until_it_works(lambda: outlast(NOBODY, lambda: self._end(one, update, turn)))
        self._report(turn, time.monotonic() - began)

    def _report(self, turn: Turn, seconds: float) -> None:
        kind, name = turn.handler
        self._hear(kind, turn.outcome, seconds)
        error = {"error": turn.error} if turn.error else {}
        log.info(
            "update handled", kind=kind, name=name, outcome=turn.outcome, seconds=round(seconds, 3), **error
        )

    async def _serve(self, chat_id: int, update: Update, visit: Visit | None) -> Turn:
        if visit is None:
            visit = (await conversations.visits(self._db, chat_ids=[chat_id]))[chat_id]
        deadline = asyncio.get_running_loop().time() + PERSON_SECONDS
        turn = Turn.begin(chat_id, visit, deadline=deadline)
        async with self._slots.held(turn):
            set_turn(turn)
            with speaking(visit.chosen or telegrams_language(update) or visit.language):
                await self._handle(update)
        if turn.trouble is not None:
            raise turn.trouble
        return turn

    async def _end(self, one: Waiting, update: Update, turn: Turn) -> None:
        visit, language = turn.visit, telegrams_language(update)
        if visit.blocked and update.my_chat_member is None:
            await accounts.set_blocked(self._db, chat_id=turn.chat_id, blocked_at=None)
        if visit.known and language and language != visit.language:
            await accounts.set_language(self._db, chat_id=turn.chat_id, language=language)
        await _store_end(self._db, one.update_id, turn, now=self._clock())

    def _read(self, one: Waiting) -> Update:
        """An update of a shape nobody knows counts as an empty one, which no handler takes."""
        try:
            return Update.de_json(served(self._vault.unwrap(one.body)), self._bot)
        except Exception as error:
            log.warning("update not understood", error=type(error).__name__)
            return Update(one.update_id)


async def _until_it_works(work: Callable[[], Awaitable[T]]) -> T:
    pause = FIRST_PAUSE
    while True:
        try:
            return await work()
        except Exception:
            if pause == FIRST_PAUSE:
                log.exception("update not handled; trying again")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


@transaction()
async def _store_end(tx: Transaction, update_id: int, turn: Turn, *, now: float) -> None:
    """The dialog's new row, the replies that were kept, and the end of the inbox row, together."""
    after = turn.after()
    if after is not None:
        before = turn.visit.conversation
        await conversations.put(tx, chat_id=turn.chat_id, before=before, after=after, now=now)
    for facts in turn.kept:
        await replies.keep(tx, chat_id=turn.chat_id, facts=facts, now=now)
    await inbox.finish(tx, update_id=update_id, now=now)
