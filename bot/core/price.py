"""What an order costs, in the account's currency, to the last digit."""

from decimal import Decimal

from bot.core import forms
from bot.core.fields import Answers
from bot.panel.models import Service


def price(service: Service, answers: Answers) -> Decimal | None:
    """`rate` is per 1000, or flat for what is sold whole. None for a subscription, which is paid by post."""
    if forms.paid_by_post(service):
        return None
    if forms.sold_whole(service):
        return service.rate
    return service.rate * (forms.quantity(service, answers) or 0) / 1000


def post_price(service: Service, answers: Answers) -> tuple[Decimal, Decimal]:
    """The least and the most that a future post of a subscription costs."""
    return service.rate * int(answers["min"]) / 1000, service.rate * int(answers["max"]) / 1000


def old_posts(answers: Answers) -> int:
    """How many posts of a subscription are there already, and charged at once."""
    return int(answers.get("old_posts") or 0)
