"""All features, in the order in which they are asked whether an update is theirs."""

from bot.chat import (
    accounts,
    catalog,
    exporting,
    listing,
    ordering,
    orders,
    start,
    statuses,
    uncertain,
    unexpected,
)
from bot.gateway.context import ChatApplication


def add_handlers(application: ChatApplication) -> None:
    unexpected.add_first(application)
    for feature in (start, accounts, catalog, ordering, uncertain, orders, listing, statuses, exporting):
        feature.add_to(application)
    unexpected.add_last(application)
