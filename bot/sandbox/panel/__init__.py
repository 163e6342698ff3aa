"""A panel that speaks the API v2, on this machine: believable, and as troublesome as asked."""

from bot.sandbox.panel.api import panel_app
from bot.sandbox.panel.orders import Order, Refill
from bot.sandbox.panel.panel import Call, Panel, demo_key
from bot.sandbox.panel.trouble import Trouble

__all__ = ["Call", "Order", "Panel", "Refill", "Trouble", "demo_key", "panel_app"]
