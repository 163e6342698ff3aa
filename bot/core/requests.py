"""Requests that a panel only accepts: to refill, to cancel. Sent once; what comes of one is told later."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.core.accounts import Accounts, asker
from bot.panel.errors import NotSent, PanelError, PanelRefused
from bot.panel.models import Unreadable
from storage import following
from storage.accounts import Account
from storage.database import Database
from storage.following import Asked

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """The panel accepted the request, which is not done by that. `id` is its own id for it, if it has one."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The panel's no, in its own words."""

    words: str


@dataclass(frozen=True, slots=True)
class NotReached:
    """Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The panel may have taken it. Never sent again by machine."""


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """One is under way already; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One was asked for and is over by now; nothing was sent. `word` is the panel's, if it said any."""

    word: str | None


@dataclass(frozen=True, slots=True)
class KeyGone:
    """There is no key to ask with; nothing was sent."""


Answer = Taken | Refused | NotReached | Unsure | AskedBefore | Ended | KeyGone


async def send(
    accounts: Accounts,
    account: Account,
    ids: Sequence[str],
    call: Callable[[str], Awaitable[Mapping[str, T | Unreadable]]],
    taken: Callable[[T], Taken],
) -> dict[str, Answer]:
    """Make one call for these ids of one key, once. Every id gets an answer."""
    try:
        found = await accounts.asking(account, call)
    except NotSent:
        return dict.fromkeys(ids, NotReached())
    except PanelRefused as refused:
        return dict.fromkeys(ids, Refused(refused.words) if refused.is_sure else Unsure())
    except PanelError:
        return dict.fromkeys(ids, Unsure())
    except Exception:
        log.exception("a request failed in a way nobody foresaw")
        return dict.fromkeys(ids, Unsure())
    answers: dict[str, Answer] = {}
    for one in ids:
        told = found.get(one, Unreadable(""))
        if isinstance(told, Unreadable):
            answers[one] = Refused(told.words) if told.words else Unsure()
        else:
            answers[one] = taken(told)
    return answers


async def by_key(
    db: Database, accounts: Accounts, *, chat_id: int, panel_order_ids: Sequence[str]
) -> tuple[dict[Account, list[Asked]], dict[str, Answer]]:
    """The orders by the account whose key asks for them. The second are those that no key can ask for."""
    known = await following.known(db, chat_id=chat_id, panel=accounts.panel, panel_order_ids=panel_order_ids)
    kept = await accounts.kept(chat_id)
    grouped: dict[Account, list[Asked]] = {}
    gone: dict[str, Answer] = {}
    for one in panel_order_ids:
        order = known.get(one)
        account = asker(order.account_id if order else None, kept)
        if account is None:
            gone[one] = KeyGone()
        else:
            asked = Asked(account.id, one, order.id if order else None)
            grouped.setdefault(account, []).append(asked)
    return grouped, gone
