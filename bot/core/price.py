"""What an order costs."""

from collections.abc import Mapping
from decimal import Decimal

from bot.core import forms
from bot.panel.models import Service


def price(service: Service, answers: Mapping[str, str]) -> Decimal:
    """In the account's currency, to the last digit: `rate` is per 1000, or flat for packages."""
    quantity = forms.quantity(service, answers)
    return service.rate if quantity is None else service.rate * quantity / 1000
