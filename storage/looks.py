"""What is known of an order when its status comes in, and what a look at it brought, as rows."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from storage.database import Row, Transaction

MOST_CHILDREN = 1000  # of one order that are followed: a panel may say anything
OLD = ""  # the word of an order that was there before it was followed, until it is looked at


class Followed(NamedTuple):
    """What is known of an order when there is something to decide."""

    id: str
    panel_order_id: str
    state: str
    word: str | None
    start_count: int | None
    remains: int | None
    said: str | None
    change_number: int
    look_factor: int
    steady_until: float
    changed_at: float
    service_name: str
    quantity: int | None
    currency: str
    price: Decimal | None
    charge: Decimal | None
    cancel_asked_at: float | None
    process: str = ""
    parent: str | None = None  # the panel's id of the order that made it


COLUMNS = ", ".join(Followed._fields[:-1]) + (
    ", (SELECT p.panel_order_id FROM orders p WHERE p.id = orders.parent_id) AS parent"
)


class Look(NamedTuple):
    """What to store of an order after a look. `facts` are for its person; None: nothing to tell.

    `children` are the panel's ids of orders it made; those that are not followed yet will be.
    """

    state: str
    word: str | None
    charge: Decimal | None
    start_count: int | None
    remains: int | None
    said: str | None
    look_factor: int
    steady_until: float
    next_poll_at: float | None
    facts: Mapping[str, Any] | None
    children: Sequence[str] = ()
    price: Decimal | None = None  # for an order whose price nobody knows yet


Decide = Callable[[Followed], Look | None]


# A child is looked at right away; its first `word` says whether that look may be news.
_FOLLOW_CHILD = (
    "INSERT INTO orders (id, chat_id, account_id, parent_id, state, process, panel_order_id, service_id, "
    "service_name, fields, link, currency, word, next_poll_at, created_at, changed_at) "
    "SELECT :id, p.chat_id, p.account_id, p.id, 'open', p.process, :child, p.service_id, "
    "p.service_name, '{}', p.link, p.currency, :word, :now, :now, :now FROM orders p "
    "WHERE p.id = :parent AND NOT EXISTS (SELECT 1 FROM orders o "
    "  WHERE o.account_id = p.account_id AND o.panel_order_id = :child) "
    "AND p.parent_id IS NULL AND (SELECT count(*) FROM orders o WHERE o.parent_id = p.id) < :most"
)


async def follow_children(
    tx: Transaction, children: Sequence[tuple[str, str]], *, now: float, word: str | None = None
) -> None:
    """Follow these orders, each given as its parent's id and the panel's id of its own.

    Those that are followed already stay as they are; a run or a post makes no orders of its own. With OLD
    as `word` their first look is no news.
    """
    await tx.execute_many(
        _FOLLOW_CHILD,
        [
            {
                "id": secrets.token_hex(6),
                "parent": parent,
                "child": child,
                "word": word,
                "now": now,
                "most": MOST_CHILDREN,
            }
            for parent, child in children
        ],
    )


def followed(row: Row) -> Followed:
    known = list(row)
    for place in _MONEY:
        known[place] = _money(known[place])
    return Followed._make(known)


_MONEY = (Followed._fields.index("price"), Followed._fields.index("charge"))


def _money(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def only_numbers(order: Followed, look: Look) -> bool:
    return (
        look.facts is None
        and look.next_poll_at is not None
        and (look.state, look.word, look.look_factor, look.steady_until)
        == (order.state, order.word, order.look_factor, order.steady_until)
    )


def numbers_of(order_id: str, look: Look) -> dict[str, Any]:
    return {
        "id": order_id,
        "charge": None if look.charge is None else str(look.charge),
        "price": None if look.price is None else str(look.price),
        "start_count": look.start_count,
        "remains": look.remains,
        "said": look.said,
    }


def values_of(order_id: str, look: Look, now: float) -> dict[str, Any]:
    return numbers_of(order_id, look) | {
        "state": look.state,
        "word": look.word,
        "look_factor": look.look_factor,
        "steady_until": look.steady_until,
        "next_poll_at": look.next_poll_at,
        "told": int(look.facts is not None),
        "now": now,
    }
