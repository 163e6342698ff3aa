"""All features, in the order in which they are asked whether an update is theirs."""

from bot.chat import (
    access,
    accounts,
    admin,
    blocking,
    broadcasts,
    cancelling,
    catalog,
    confirming,
    exporting,
    gate,
    language,
    listing,
    maintenance,
    masses,
    ordering,
    orders,
    refills,
    services,
    settings,
    start,
    stats,
    statuses,
    uncertain,
    unexpected,
)
from bot.gateway.context import ChatApplication
from bot.gateway.handlers import switched

FEATURES = (
    accounts,  # first, since a key may stand behind any command
    start,
    catalog,
    services,
    ordering,
    confirming,
    masses,
    uncertain,
    orders,
    refills,
    cancelling,
    listing,
    statuses,
    exporting,
    stats,
    settings,
    language,
    admin,
    broadcasts,
    maintenance,
    access,
    blocking,
)


def add_handlers(application: ChatApplication) -> None:
    unexpected.add_first(application)
    gate.add_to(application)
    for feature in FEATURES:
        feature.add_to(application)
    unexpected.add_last(application)
    application.handlers[0] = switched(application.handlers[0])
