"""All features, in the order in which they are asked whether an update is theirs."""

from bot.chat import accounts, catalog, ordering, orders, services, start, uncertain, unexpected
from bot.gateway.context import ChatApplication


def add_handlers(application: ChatApplication) -> None:
    unexpected.add_first(application)
    for feature in (start, accounts, catalog, services, ordering, uncertain, orders):
        feature.add_to(application)
    unexpected.add_last(application)
