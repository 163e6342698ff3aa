"""What stands beneath the file of orders: the charges by month and by service, as far as they fit."""

from collections.abc import Iterator
from decimal import Decimal

from markupsafe import Markup

from bot.core.exporting import Export, Sums, Totals
from bot.gateway.figures import money
from bot.gateway.messenger import LONGEST_CAPTION, Screen
from bot.gateway.texts import lines, paragraphs, plural, shorten, t, units

_MOST = 8  # months, and services
_LONGEST_NAME = 40
_SEVERAL = 5  # currencies, at most


def caption(export: Export) -> Screen:
    """The latest months and the biggest services; the rest is summed."""
    for most in range(_MOST, 0, -1):
        text = _caption(export, most)
        if units(text) <= LONGEST_CAPTION:
            return Screen(text)
    return Screen(_caption(export, 0))


def _caption(export: Export, most: int) -> Markup:
    shown = list(export.totals.items())[:_SEVERAL]
    return paragraphs(
        plural("<b>{n} order</b>", "<b>{n} orders</b>", export.count),
        *(part for currency, totals in shown for part in _charges(export, totals, currency, most)),
    )


def _charges(export: Export, totals: Totals, currency: str, most: int) -> Iterator[Markup]:
    """Without `most` only the whole."""
    yield t("Charged in all: <b>{amount}</b>", amount=money(totals.whole, currency))
    if most:
        earlier = t("earlier: {amount}", amount=money(_rest(totals.months, most), currency))
        yield lines(
            *(_line(month, amount, currency) for month, amount in totals.months[:most]),
            earlier if len(totals.months) > most else None,
        )
        others = plural(
            "{n} other service: {amount}",
            "{n} other services: {amount}",
            len(totals.services) - most,
            amount=money(_rest(totals.services, most), currency),
        )
        yield lines(
            *(_line(_name(export, one), amount, currency) for one, amount in totals.services[:most]),
            others if len(totals.services) > most else None,
        )


def _line(name: str, amount: Decimal, currency: str) -> Markup:
    return t("{name}: {amount}", name=name, amount=money(amount, currency))


def _name(export: Export, service_id: str) -> str:
    if not service_id:
        return t("placed elsewhere")
    return shorten(f"{service_id} · {export.names[service_id]}", _LONGEST_NAME)


def _rest(sums: Sums, most: int) -> Decimal:
    return sum((amount for _, amount in sums[most:]), Decimal())
