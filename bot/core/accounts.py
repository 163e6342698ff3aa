"""Connects a key after trying it, asks for the balance, parks a key the panel rejects."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, Meaning, PanelBusy, PanelRefused
from bot.panel.models import Balance
from storage import accounts, moving
from storage.accounts import Account
from storage.database import Database, WrongEncryptionKey
from storage.orders import Order
from storage.vault import Vault

log = structlog.get_logger()

T = TypeVar("T")

SHORTEST_KEY, LONGEST_KEY = 8, 256  # characters
# Panels were seen to block a caller's address after 5 wrong keys, and all people share ours.
REFUSALS_PER_CHAT = 3  # an hour
REFUSALS_IN_ALL = 12  # an hour


@dataclass(frozen=True, slots=True)
class Connected:
    """The key works and is stored."""

    balance: Balance


@dataclass(frozen=True, slots=True)
class Refused:
    """The panel rejects the key; nothing is stored. `words` are the panel's own."""

    words: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """This cannot be a key: spaces, characters beyond ASCII, too short or too long. Nothing was asked."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many refused keys, here or in all; none is tried for so many `seconds`."""

    seconds: float


Connection = Connected | Refused | Malformed | Paused


class KeyUnreadable(BadKey):
    """What is stored of the key cannot be decrypted: for machines as if the panel rejected it."""


def is_possible_key(text: str) -> bool:
    return SHORTEST_KEY <= len(text) <= LONGEST_KEY and bool(re.fullmatch(r"[!-~]+", text))


def looks_like_key(text: str) -> bool:
    """Surely a key and not an answer: one word of 32 to 64 letters, digits and dashes."""
    word = text.strip()
    return bool(re.fullmatch(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_-]{32,64}", word))


def asker(account_id: str | None, kept: Sequence[Account]) -> Account | None:
    """Which of a chat's kept keys, the current one first, asks the panel for an order of this account.

    The key that placed it, unless the panel rejected that or it is gone; else the current one, which a
    person may try also when it was rejected. With None: for an order that nobody knows here.
    """
    own = next((one for one in kept if one.id == account_id and one.parked_at is None), None)
    return own or (kept[0] if kept else None)


class Accounts:
    """`changed` are chats whose keys changed, until somebody sees to what that means for their orders."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        panel: PanelClient,
        *,
        url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._vault = vault
        self._panel = panel
        self.panel = url
        self._clock = clock
        self._trying = 0
        self.changed: set[int] = set()

    async def current(self, chat_id: int) -> Account | None:
        return await accounts.current(self._db, chat_id=chat_id, panel=self.panel)

    async def kept(self, chat_id: int) -> list[Account]:
        """All of the chat's accounts whose key is still kept, the current one first."""
        return await accounts.with_key(self._db, chat_id=chat_id, panel=self.panel)

    async def asker(self, order: Order) -> Account | None:
        """The account whose key asks for the order. None: it belongs to another panel."""
        if await accounts.panel_of(self._db, chat_id=order.chat_id, order_id=order.id) != self.panel:
            return None
        return asker(order.account_id, await self.kept(order.chat_id))

    async def take_over(self, account: Account, order_ids: Sequence[str]) -> None:
        """The panel knows these orders by the account's key: machines follow them with it from now on."""
        if order_ids:
            await moving.move(self._db, to=account, order_ids=order_ids)

    def key(self, account: Account) -> str:
        """Raises KeyUnreadable."""
        try:
            return self._vault.open(
                account.encrypted_key,
                key_id=account.encryption_key_id,
                chat_id=account.chat_id,
                panel=account.panel,
            )
        except WrongEncryptionKey as error:
            raise KeyUnreadable(str(error), Meaning.BAD_KEY) from error

    async def connect(self, chat_id: int, key: str, *, language: str) -> Connection:
        """Try the key and make it the chat's own.

        Raises PanelError when the panel does not answer, or not now. Any other error in words is a no.
        """
        if not is_possible_key(key):
            return Malformed()
        who = self._vault.pseudonym(chat_id)
        pause = await self._pause(who)
        if pause > 0:
            return Paused(pause)
        self._trying += 1
        try:
            balance = await self._panel.balance(key)
        except PanelBusy:
            raise
        except PanelRefused as refused:
            await accounts.note_refused_key(self._db, who=who, now=self._clock())
            return Refused(refused.words)
        finally:
            self._trying -= 1
        await self._store(chat_id, key, balance, language)
        return Connected(balance)

    async def balance(self, account: Account, *, unseen: bool = False) -> Balance:
        """Also tries a parked key again, and lets machines use it when the panel takes it."""
        balance = await self.asking(account, self._panel.balance, unseen=unseen)
        if account.parked_at is not None:
            await accounts.unpark(self._db, account_id=account.id)
            self.changed.add(account.chat_id)
        return balance

    async def asking(
        self, account: Account, call: Callable[[str], Awaitable[T]], *, unseen: bool = False
    ) -> T:
        """Make a call with the account's key, which is parked when the panel rejects it.

        Its owner gets a notice of that when the call is `unseen`: when nobody waits for its answer.
        """
        try:
            return await call(self.key(account))
        except BadKey:
            await self.park(account, tell=unseen)
            raise

    async def asking_about(self, account: Account, call: Callable[[str], Awaitable[T]]) -> tuple[Account, T]:
        """As `asking`, but when the panel rejects an older key it is asked with the current one.

        With the answer comes the account whose key brought it.
        """
        try:
            return account, await self.asking(account, call)
        except BadKey:
            current = await self.current(account.chat_id)
            if current is None or current.id == account.id or current.parked_at is not None:
                raise
            return current, await self.asking(current, call)

    async def park(self, account: Account, *, tell: bool) -> None:
        if account.parked_at is None:
            log.info("key parked", chat_id=account.chat_id)
        await accounts.park(self._db, account_id=account.id, tell=tell, now=self._clock())
        self.changed.add(account.chat_id)

    async def forget(self, chat_id: int) -> None:
        await accounts.forget(self._db, chat_id=chat_id)

    async def _pause(self, who: str) -> float:
        """Seconds until another key may be tried. Keys being tried right now count as if refused."""
        now = self._clock()
        here, everywhere = await accounts.refused_keys(self._db, who=who, now=now)
        waits = [
            refusals[-limit] + 3600 - now
            for refusals, limit in ((here, REFUSALS_PER_CHAT), (everywhere, REFUSALS_IN_ALL))
            if len(refusals) >= limit
        ]
        if len(everywhere) + self._trying >= REFUSALS_IN_ALL and not waits and everywhere:
            waits.append(5.0)
        return max(waits, default=0.0)

    def _holds(self, account: Account, key: str) -> bool:
        """One that nobody can decrypt any more holds no key."""
        try:
            return self.key(account) == key
        except KeyUnreadable:
            return False

    async def _store(self, chat_id: int, key: str, balance: Balance, language: str) -> None:
        same = next((one for one in await self.kept(chat_id) if self._holds(one, key)), None)
        new = Account(
            id=same.id if same else secrets.token_hex(8),
            chat_id=chat_id,
            panel=self.panel,
            encrypted_key=self._vault.seal(key, chat_id=chat_id, panel=self.panel),
            encryption_key_id=self._vault.key_id,
            last_four=key[-4:],
            currency=balance.currency,
            catalog_digest=None,
            catalog_at=None,
            parked_at=None,
        )
        await accounts.connect(self._db, new, language=language, now=self._clock())
        log.info("key connected", chat_id=chat_id)
        self.changed.add(chat_id)
