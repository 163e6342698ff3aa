"""What was spent of late: by day, by service, by currency."""

import asyncio
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from bot.core.changes import returned
from bot.core.charges import amounts_of
from bot.core.exporting import Sums
from bot.core.zones import zone
from bot.panel.replies import status_of
from storage import preferences, reports
from storage.database import Database
from storage.reports import Placed

MOST_BARS = 73  # a year in steps of five days


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days by somebody's clock, the last one today."""

    today: date
    days: int
    clock: tzinfo = UTC

    @property
    def each(self) -> int:
        """The days of a bar: more where there would be too many bars."""
        return -(-self.days // MOST_BARS)

    @property
    def bars(self) -> Sequence[date]:
        """The last day of each."""
        count = -(-self.days // self.each)
        return [self.today - timedelta(days=self.each * ago) for ago in reversed(range(count))]

    @property
    def begins(self) -> Sequence[float]:
        """The instant at which each bar begins."""
        before = timedelta(days=self.each - 1)
        return [datetime.combine(last - before, time(), self.clock).timestamp() for last in self.bars]


@dataclass(slots=True)
class Spent:
    """In one currency. `back` is what came back, and is not in `whole` any more."""

    orders: int = 0
    whole: Decimal = Decimal()
    back: Decimal = Decimal()
    bars: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    services: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def ranking(self) -> Sums:
        """Services by their ids, the dearest first; "" is what was placed elsewhere."""
        return sorted(self.services.items(), key=lambda sums: (-sums[1], sums[0]))


@dataclass(frozen=True, slots=True)
class Spending:
    """`unknown` are orders of which nobody knows what they cost, `uncertain` those that may not exist.
    Currencies come in the order of how much was ordered in them."""

    period: Period
    orders: Mapping[int, int]  # by bar
    currencies: Mapping[str, Spent]
    names: Mapping[str, str]  # of services, by id
    unknown: int
    uncertain: int
    keys: int

    @property
    def count(self) -> int:
        return sum(self.orders.values())


async def of_person(db: Database, *, chat_id: int, days: int, now: float) -> Spending | None:
    """By their own clock. None when they have never ordered."""
    period = await _period(db, chat_id=chat_id, days=days, now=now)
    found = await reports.of_chat(db, chat_id=chat_id, since=period.begins[0])
    if not found and not await reports.has_orders(db, chat_id=chat_id):
        return None
    return await asyncio.to_thread(lambda: summarise(reports.placed(found), period))


async def of_everybody(db: Database, *, chat_id: int, days: int, now: float) -> Spending:
    """What all people spent, by the clock of the operator who asks."""
    period = await _period(db, chat_id=chat_id, days=days, now=now)
    found = await reports.of_everybody(db, since=period.begins[0])
    return await asyncio.to_thread(lambda: summarise(reports.placed(found), period))


async def _period(db: Database, *, chat_id: int, days: int, now: float) -> Period:
    clock = zone((await preferences.of(db, chat_id=chat_id)).time_zone)
    return Period(datetime.fromtimestamp(now, clock).date(), days, clock)


def summarise(lines: Sequence[Placed], period: Period) -> Spending:
    """`lines` may hold earlier ones of the same families: they say what is not to be counted twice."""
    amounts = amounts_of(lines)
    begins = period.begins
    counted = [line for line in lines if line.created_at >= begins[0] and not line.only_asked]
    orders: Counter[int] = Counter()
    spent: dict[str, Spent] = defaultdict(Spent)
    names: dict[str, str] = {}
    for line in counted:
        mine, bar, amount = spent[line.currency], bisect(begins, line.created_at) - 1, amounts[line.id]
        names[line.service_id] = line.service_name
        if _is_order(line):
            orders[bar] += 1
            mine.orders += 1
        if amount is not None:
            mine.whole += amount
            mine.bars[bar] += amount
            mine.services[line.service_id] += amount
        mine.back += _came_back(line)  # also of a drip-feed whose runs say what it cost
    told = {currency: one for currency, one in spent.items() if one.orders or one.services}
    return Spending(
        period,
        orders,
        dict(sorted(told.items(), key=lambda one: (-one[1].orders, one[0]))),
        names,
        unknown=_unknown(lines, counted, amounts),
        uncertain=sum(line.state == "uncertain" for line in counted),
        keys=len({line.account_id for line in counted}),
    )


def _is_order(line: Placed) -> bool:
    """The panel took it, and it is no run or post of another one."""
    return line.parent_id is None and line.state in {"open", "ended"}


def _came_back(line: Placed) -> Decimal:
    price, charge = (None if one is None else Decimal(one) for one in (line.price, line.charge))
    return returned(price, charge, status_of(line.word) if line.word else None) or Decimal()


def _unknown(
    lines: Iterable[Placed], counted: Iterable[Placed], amounts: Mapping[str, Decimal | None]
) -> int:
    """What one made may tell what it cost."""
    told = {line.parent_id for line in lines if amounts[line.id] is not None}
    return sum(_is_order(line) and amounts[line.id] is None and line.id not in told for line in counted)
