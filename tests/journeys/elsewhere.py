"""Orders that nobody placed in the chat: at the panel's own site, say."""

from bot.sandbox.panel import Panel
from bot.sandbox.panel.adding import add
from tests.conftest import KEY
from tests.journeys.stories import LINK

DRIPPING, POSTING = "4", "Subscriptions"  # a service with drip-feed, and the type of another


def elsewhere(panel: Panel, number: int = 0, *, key: str = KEY, **fields: str) -> str:
    """The panel's id of a new order."""
    form = {"service": "1", "link": f"{LINK}/elsewhere/{number}", "quantity": "100", **fields}
    return str(add(panel, key, form)["order"])


def drip_feed(panel: Panel, *, runs: int = 3, key: str = KEY) -> str:
    return elsewhere(panel, key=key, service=DRIPPING, runs=str(runs), interval="10")


def subscription(panel: Panel, *, key: str = KEY) -> str:
    service = next(str(s["service"]) for s in panel.services if s["type"] == POSTING)
    panel.set_service(service, min="1", max="1000")
    fields = {"service": service, "username": "anna", "min": "20", "max": "50", "delay": "0"}
    return str(add(panel, key, fields)["order"])
