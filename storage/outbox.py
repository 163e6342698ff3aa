"""What people are still to be told. A row leaves only when Telegram took the message, or when its person
does not want to hear of it.

    send_at     not before: a lease while it is being sent, or what Telegram asked for
    held_until  not before: its person wants to hear of it then. It keeps no other row waiting
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage import preferences
from storage.database import Database, Row, Transaction, transaction
from storage.languages import spoken_to
from storage.preferences import Preferences

TOGETHER = ("change", "refill", "slow")  # kinds that share a message with others of their chat
MOST_TOGETHER = 25
ROUNDS = 20  # of looking for others when what was found is held or not wanted


@dataclass(frozen=True, slots=True)
class Notice:
    """`more` are later ones that go in the same message."""

    id: int
    chat_id: int
    order_id: str | None
    kind: str
    facts: Mapping[str, Any]
    language: str
    created_at: float = 0.0
    more: Sequence["Notice"] = ()

    @property
    def all(self) -> Sequence["Notice"]:
        return (self, *self.more)


When = Callable[[Preferences, Notice, float], float | None]


def at_once(_: Preferences, __: Notice, now: float) -> float | None:
    return now


@transaction()
async def claim(
    tx: Transaction,
    *,
    now: float,
    lease: float,
    limit: int,
    when: When = at_once,
    gather: float = 0.0,
    busy: Collection[int] = (),
) -> list[Notice]:
    """The oldest notice of up to `limit` chats, put off by `lease` seconds so that a crash only delays.

    A chat's next notice waits until its first one is gone, so they arrive in order; those TOGETHER wait
    `gather` seconds for others and come along with the first. `when(preferences, notice, now)` is when a
    notice may go: until then it is held, with None it is not wanted and goes. `busy` chats are left out,
    and those that have kept replies to get first.
    """
    await tx.execute(_WAKE, now=now, limit=limit)
    taken: list[Notice] = []
    for _ in range(ROUNDS):
        firsts = await tx.fetch(
            _FIRSTS, now=now, ripe=now - gather, busy=json.dumps([*busy]), limit=limit - len(taken)
        )
        if not firsts:
            break
        for first in firsts:
            going = await _going(tx, await _with_companions(tx, first, now=now), when, now)
            if going:
                await _put_off(tx, going, now + lease)
                taken.append(_as_one(going))
    return sorted(taken, key=lambda notice: notice.id)


_WAKE = (
    "UPDATE outbox SET held_until = NULL WHERE held_until <= :now AND chat_id IN ("
    "  SELECT chat_id FROM outbox WHERE held_until <= :now ORDER BY held_until LIMIT :limit)"
)
_KINDS = f"({', '.join(repr(kind) for kind in TOGETHER)})"
_OWN = "o.id, o.chat_id, o.order_id, o.kind, o.facts, o.created_at"
_FIRSTS = (
    f"SELECT {_OWN}, {spoken_to('o.chat_id')}, "
    f"{', '.join(f'p.{name}' for name in preferences.COLUMNS.split(', '))} FROM ("
    "  SELECT min(id) AS id FROM outbox WHERE held_until IS NULL"
    f"  AND (kind NOT IN {_KINDS} OR created_at <= :ripe) GROUP BY chat_id) AS first"
    "  JOIN outbox o ON o.id = first.id LEFT JOIN people p ON p.chat_id = o.chat_id"
    "  WHERE o.send_at <= :now AND p.blocked_at IS NULL"
    "  AND o.chat_id NOT IN (SELECT value FROM json_each(:busy))"
    "  AND o.chat_id NOT IN (SELECT chat_id FROM replies) ORDER BY o.id LIMIT :limit"
)
_COMPANIONS = (
    f"SELECT {_OWN} FROM outbox o WHERE chat_id = :chat_id AND held_until IS NULL AND kind IN {_KINDS} "
    "AND send_at <= :now AND id > :first ORDER BY id LIMIT :limit"
)


async def _with_companions(tx: Transaction, first: Row, *, now: float) -> list[tuple[Preferences, Notice]]:
    rows = [first]
    if first["kind"] in TOGETHER:
        rows += await tx.fetch(
            _COMPANIONS, chat_id=first["chat_id"], now=now, first=first["id"], limit=MOST_TOGETHER - 1
        )
    wanted, language = preferences.preferences(first), first["language"] or ""
    return [(wanted, _notice(row, language)) for row in rows]


async def _going(
    tx: Transaction, found: Sequence[tuple[Preferences, Notice]], when: When, now: float
) -> list[Notice]:
    """Those that may go now. The others are held, or erased where nobody wants to hear of them."""
    going: list[Notice] = []
    for wanted, notice in found:
        at = when(wanted, notice, now)
        if at is None:
            await tx.execute("DELETE FROM outbox WHERE id = :id", id=notice.id)
        elif at > now:
            await tx.execute("UPDATE outbox SET held_until = :at WHERE id = :id", id=notice.id, at=at)
        else:
            going.append(notice)
    return going


def _as_one(going: Sequence[Notice]) -> Notice:
    return replace(going[0], more=tuple(going[1:]))


def _notice(row: Row, language: str) -> Notice:
    return Notice(
        row["id"], row["chat_id"], row["order_id"], row["kind"], json.loads(row["facts"]), language,
        row["created_at"],
    )  # fmt: skip


async def outcome_of(db: Database, *, order_id: str) -> Notice | None:
    """The notice of how placing this order went, if it is still to be told."""
    rows = await db.read(
        f"SELECT {_OWN}, {spoken_to('o.chat_id')} FROM outbox o "
        "LEFT JOIN people p ON p.chat_id = o.chat_id "
        "WHERE o.order_id = :order_id AND o.change_number = 0",
        order_id=order_id,
    )
    return _notice(rows[0], rows[0]["language"] or "") if rows else None


async def done(db: Database, notice: Notice) -> None:
    """Telegram took it, and what goes with it. Harmless the second time, though a later row may have got the
    id of one that is erased."""
    latest = max(one.created_at for one in notice.all)
    await db.execute(
        f"DELETE FROM outbox WHERE id IN {_IDS} AND created_at <= :latest",
        ids=_ids(notice.all),
        latest=latest,
    )


@transaction()
async def put_off(tx: Transaction, notice: Notice, *, until: float) -> None:
    await _put_off(tx, notice.all, until)


async def take_back(db: Database, *, now: float) -> None:
    """End all leases: whoever held them is gone."""
    await db.execute("UPDATE outbox SET send_at = :now WHERE send_at > :now", now=now)


_IDS = "(SELECT value FROM json_each(:ids))"


async def _put_off(tx: Transaction, notices: Sequence[Notice], until: float) -> None:
    await tx.execute(f"UPDATE outbox SET send_at = :until WHERE id IN {_IDS}", ids=_ids(notices), until=until)


def _ids(notices: Sequence[Notice]) -> str:
    return json.dumps([notice.id for notice in notices])
