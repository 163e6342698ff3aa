"""A person's orders as a table, with what they were charged by month and by service."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bot.core.charges import amounts_of
from bot.core.tables import Cell, as_csv
from storage import exporting
from storage.database import Database
from storage.exporting import Line

HEADER = (
    "id",
    "date",
    "service id",
    "service",
    "link",
    "quantity",
    "status",
    "charge",
    "currency",
    "start count",
    "remains",
    "part of",
)

Sums = Sequence[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Totals:
    """In one currency. Months are written 2026-11, the newest first; services are their ids, the dearest
    first, "" for what was placed elsewhere."""

    whole: Decimal
    months: Sums
    services: Sums


@dataclass(frozen=True, slots=True)
class Export:
    content: bytes
    count: int
    totals: Mapping[str, Totals]  # by currency
    names: Mapping[str, str]  # of services, by id


async def export(db: Database, *, chat_id: int) -> Export | None:
    """None when there are no orders."""
    found = await exporting.rows(db, chat_id=chat_id)
    if not found:
        return None
    return await asyncio.to_thread(lambda: summarise(list(exporting.lines(found))))


def summarise(lines: Sequence[Line]) -> Export:
    amounts = amounts_of(lines)
    months: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    services: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        amount = amounts[line.id]
        if amount is not None and not line.only_asked:
            months[line.currency][_date(line).strftime("%Y-%m")] += amount
            services[line.currency][line.service_id] += amount
    totals = {
        currency: Totals(
            sum(by_month.values(), Decimal()),
            sorted(by_month.items(), reverse=True),
            sorted(services[currency].items(), key=lambda sums: (-sums[1], sums[0])),
        )
        for currency, by_month in sorted(months.items())
    }
    names = {line.service_id: line.service_name for line in lines}
    return Export(as_csv(HEADER, (_row(line, amounts[line.id]) for line in lines)), len(lines), totals, names)


def _row(line: Line, amount: Decimal | None) -> tuple[Cell, ...]:
    return (
        line.panel_order_id,
        _date(line).isoformat(timespec="seconds"),
        line.service_id,
        line.service_name,
        line.link,
        line.quantity,
        (line.word if line.state in {"open", "ended"} else None) or line.state,
        amount,
        line.currency,
        line.start_count,
        line.remains,
        line.parent,
    )


def _date(line: Line) -> datetime:
    return datetime.fromtimestamp(line.created_at, UTC)
