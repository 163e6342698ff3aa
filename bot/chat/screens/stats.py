"""What a person spent: the picture, and the numbers beneath."""

from collections.abc import Iterator
from decimal import Decimal

from markupsafe import Markup

from bot.chat.pictures import Columns, Drawing, Rank, Ranks, either
from bot.chat.pictures.charts import BLUE
from bot.core.spending import Period, Spending, Spent
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import brief_date, brief_day, money
from bot.gateway.messenger import LONGEST_CAPTION, Screen
from bot.gateway.texts import lines, paragraphs, plural, shorten, t, units

PERIODS = {"7": 7, "30": 30, "365": 365}  # days, by what their buttons carry
USUAL = 30
_MOST = 8  # services; the rest is summed
_LONGEST_NAME, _LONGEST_DRAWN = 40, 120
_SEVERAL = 4  # other currencies, at most


def currency_of(spending: Spending, current: str) -> str:
    """The one that is drawn: `current`, the account's, if anything was ordered in it, else the one in which
    most was."""
    return current if current in spending.currencies else next(iter(spending.currencies), current)


def drawing(spending: Spending, currency: str) -> Drawing:
    spent = spending.currencies.get(currency, Spent())
    each = spending.period.each
    title = t("Per day") if each == 1 else plural("Per {n} day", "Per {n} days", each)
    charts: list[Columns | Ranks] = [spent_by_day(title, spending.period, spent, currency)]
    if spent.services:
        charts.append(Ranks(_titled(t("By service"), currency), _ranks(spending, spent)))
    return money(spent.whole, currency), _count(spending, spent), charts


def spent_by_day(title: str, period: Period, spent: Spent, currency: str, *, color: str = BLUE) -> Columns:
    return Columns(
        _titled(title, currency),
        [
            (either(brief_day(last), brief_date(last)), spent.bars.get(number, Decimal()))
            for number, last in enumerate(period.bars)
        ],
        highest=money(max(spent.bars.values(), default=Decimal()), ""),
        color=color,
    )


def stats(spending: Spending, currency: str, drawn: bytes) -> Screen:
    rows = _periods(spending.period.days)
    for most in range(_MOST, -1, -1):
        text = _caption(spending, currency, most)
        if units(text) <= LONGEST_CAPTION:
            break
    return Screen(text, rows, drawn)


def _caption(spending: Spending, currency: str, most: int) -> Markup:
    """With so many services named."""
    spent = spending.currencies.get(currency, Spent())
    others = [one for one in spending.currencies.items() if one[0] != currency]
    whole = t("<b>Spent: {amount}</b>", amount=money(spent.whole, currency))
    back = t("{amount} came back and is already taken off.", amount=money(spent.back, currency))
    return paragraphs(
        lines(whole, _count(spending, spent), back if spent.back else None),
        lines(*_services(spending, spent, currency, most)),
        lines(
            t("Not in the picture:") if others else None,
            *(_other(*one) for one in others[:_SEVERAL]),
            _more_currencies(len(others) - _SEVERAL),
        ),
        lines(*_notes(spending)),
    )


def _count(spending: Spending, spent: Spent) -> Markup:
    return t(
        "{orders} in {days}",
        orders=plural("{n} order", "{n} orders", spent.orders),
        days=plural("{n} day", "{n} days", spending.period.days),
    )


def _services(spending: Spending, spent: Spent, currency: str, most: int) -> Iterator[Markup]:
    for service_id, amount in spent.ranking[:most]:
        yield _line(_name(spending, service_id), amount, currency)
    rest = spent.ranking[most:]
    if rest:
        yield _line(_other_services(len(rest)), sum((one[1] for one in rest), Decimal()), currency)


def _ranks(spending: Spending, spent: Spent) -> list[Rank]:
    ranks = [
        Rank(_name(spending, service_id, _LONGEST_DRAWN), service_id, amount, money(amount, ""))
        for service_id, amount in spent.ranking[:_MOST]
    ]
    rest = spent.ranking[_MOST:]
    if rest:
        amount = sum((one[1] for one in rest), Decimal())
        ranks.append(Rank(_other_services(len(rest)), "…", amount, money(amount, ""), is_rest=True))
    return ranks


def _line(name: str, amount: Decimal, currency: str) -> Markup:
    return t("{name}: {amount}", name=name, amount=money(amount, currency))


def _other(currency: str, spent: Spent) -> Markup:
    return t(
        "{amount}, {orders}",
        amount=money(spent.whole, currency),
        orders=plural("{n} order", "{n} orders", spent.orders),
    )


def _notes(spending: Spending) -> Iterator[Markup]:
    if spending.unknown:
        yield plural(
            "{n} order is not in the sum: the panel does not say what it cost.",
            "{n} orders are not in the sum: the panel does not say what they cost.",
            spending.unknown,
        )
    if spending.uncertain:
        yield plural(
            "{n} order is uncertain and not counted. /orders shows it.",
            "{n} orders are uncertain and not counted. /orders shows them.",
            spending.uncertain,
        )
    if spending.keys > 1:
        yield t("Placed with {n} API keys.", n=spending.keys)


def _more_currencies(count: int) -> Markup | None:
    return plural("and {n} more currency", "and {n} more currencies", count) if count > 0 else None


def _other_services(count: int) -> str:
    return plural("{n} other service", "{n} other services", count).unescape()


def _name(spending: Spending, service_id: str, longest: int = _LONGEST_NAME) -> str:
    if not service_id:
        return t("placed elsewhere").unescape()
    return shorten(f"{service_id} · {spending.names[service_id]}", longest)


def _titled(words: str, currency: str) -> str:
    titled = t("{words}, {currency}", words=words, currency=currency).unescape() if currency else words
    return either(titled, currency)


def _periods(shown: int) -> Rows:
    return (tuple(_period(name, days, shown) for name, days in PERIODS.items()),)


def _period(name: str, days: int, shown: int) -> Button:
    label = plural("{n} day", "{n} days", days)
    return Button(t("• {name}", name=label) if days == shown else label, Press("stats", name))
