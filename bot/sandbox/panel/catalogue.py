"""Some 2,000 services, the same every time, written as real panels write them."""

import random
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from bot.sandbox.panel.rules import Service
from bot.sandbox.panel.shelves import SHELVES, K, M, Shelf

A_SHELF = 32

QUALITIES = (
    "Real",
    "HQ",
    "Mixed Quality",
    "Bot",
    "Old Accounts",
    "Active Users",
    "Premium",
    "Best & Cheapest",
)
PLACES = ("Worldwide", "USA 🇺🇸", "Brazil 🇧🇷", "India 🇮🇳", "Arab 🇸🇦", "Turkey 🇹🇷", "Russia 🇷🇺", "Indonesia 🇮🇩")
STARTS = ("Instant", "0-1 hour", "0-6 hours", "0-24 hours", "24-48 hours")
SPEEDS = ("500/day", "5K/day", "20K/day", "100K/day", "1M/day")
TAILS = ("", "", "", " ⚡", " 🔥", " ⭐", " ♻️", " 💧", " ✅")
REFILLS = ("R30", "30 Days Refill ♻️", "R60", "R365", "Lifetime Refill")
TIMES = ("12 minutes", "1 hour 41 minutes", "7 hours 5 minutes", "2 days 3 hours", "Not enough data")
DESCRIPTION = (
    "🔗 Link: {category}\n⏱ Start: {start}\n🚀 Speed: up to {speed}\n\n"
    "Don't order twice for the same link & don't make the account private, <b>no refund</b> then."
)

WELCOME: tuple[Service, ...] = (
    {
        "service": 1,
        "name": "Instagram Followers",
        "type": "Default",
        "category": "Instagram Followers",
        "rate": "0.90",
        "min": "50",
        "max": "10000",
        "refill": True,
        "cancel": True,
    },
    {
        "service": 2,
        "name": "Instagram Custom Comments",
        "type": "Custom Comments",
        "category": "Instagram Custom Comments",
        "rate": "8",
        "min": "1",
        "max": "1500",
        "refill": False,
        "cancel": True,
    },
    {
        "service": 3,
        "name": "Instagram Starter Package | 100 Followers + 50 Likes 🎁",
        "type": "Package",
        "category": "🎁 Packages | Instagram",
        "rate": "1.50",
        "min": "1",
        "max": "1",
        "refill": False,
        "cancel": False,
    },
)

LONG_NAME = "Instagram Followers | Real & Active | Max 500K | R365 ♻️ | " + "No drop so far, very stable, " * 7

# What a client has to live with: name, and what differs from an ordinary service.
ODDITIES: tuple[dict[str, object], ...] = (
    {
        "name": "Likes <b>100% Real</b> & \"Cheapest\" <script>alert('hi')</script>",
        "category": "Instagram Likes",
    },
    {"name": "Views > 1M & < 2M | it's <i>fast</i> &amp; safe", "category": "TikTok Views"},
    {"name": "متابعين انستقرام | عرب حقيقيين | ضمان 30 يوم 🇸🇦", "category": "خدمات عربية", "refill": True},
    {"name": "مشاهدات تيك توك | سريع جدا ⚡ | Max 1M", "category": "خدمات عربية"},
    {"name": "עוקבים לאינסטגרם | ישראלים אמיתיים 🇮🇱", "category": "שירותים בעברית"},
    {"name": LONG_NAME[:250], "category": "Instagram Followers", "refill": True},
    {"name": "🔥⚡🚀💎 MEGA DEAL 💎🚀⚡🔥", "category": "🔥 Deals 🔥"},
    {"name": "Uncategorised Followers | Test", "category": None},
    {"name": "Quantum Boost | All Platforms ✨", "type": "Quantum Boost", "category": "🔥 Deals 🔥"},
    {"name": "TikTok Views | The cheapest in the world", "category": "TikTok Views", "rate": "0.00094"},
    {"name": "Google Reviews | Local Guides Level 8", "category": "Google Reviews & Maps", "rate": "120"},
    {"name": "Free Trial | 10 Likes", "category": "🔥 Deals 🔥", "rate": "0", "min": "10", "max": "10"},
)


@cache
def catalogue() -> tuple[Service, ...]:
    chance = random.Random(2)
    services = list(WELCOME)
    services.extend(_service(number, shelf, chance) for number, shelf in enumerate(_places(), start=4))
    services.extend(_oddity(number, odd) for number, odd in enumerate(ODDITIES, start=len(services) + 1))
    return tuple(services)


def _places() -> Iterator[Shelf]:
    for shelf in SHELVES:
        yield from [shelf] * A_SHELF


def _service(number: int, shelf: Shelf, chance: random.Random) -> Service:
    start, speed = chance.choice(STARTS), chance.choice(SPEEDS)
    refill = chance.choice(REFILLS) if chance.random() < 0.5 else ""
    most = shelf.most if shelf.most < 100 else chance.choice((shelf.most, shelf.most // 2, shelf.most // 10))
    product = shelf.category.removeprefix("🎁 Packages | ")
    parts = [
        product if shelf.type != "Package" else f"{product} Package #{chance.randrange(1, 60)}",
        chance.choice(QUALITIES) if chance.random() < 0.6 else "",
        chance.choice(PLACES) if chance.random() < 0.4 else "",
        f"Max {_short(most)}" if most > 1 else "",
        refill or ("No Refill ⚠️" if chance.random() < 0.3 else ""),
        f"Start: {start}" if chance.random() < 0.6 else f"Speed: {speed}",
    ]
    service: Service = {
        "service": number,
        "name": " | ".join(filter(None, parts)) + chance.choice(TAILS),
        "type": shelf.type,
        "category": shelf.category,
        "rate": _rate(shelf.rate * chance.choice((0.2, 0.5, 0.8, 1, 1, 1.3, 2, 4, 10))),
        "min": str(min(shelf.least * chance.choice((1, 1, 2, 5)), most)),
        "max": str(most),
        "refill": bool(refill),
        "cancel": chance.random() < 0.6,
    }
    if shelf.drips:
        service["dripfeed"] = chance.random() < 0.7
    if chance.random() < 0.15:
        service["desc"] = DESCRIPTION.format(category=product, start=start, speed=speed)
    if chance.random() < 0.25:
        service["average_time"] = chance.choice(TIMES)
    return service


def _oddity(number: int, odd: dict[str, object]) -> Service:
    return {
        "service": number,
        "name": "",
        "type": "Default",
        "category": None,
        "rate": "0.5",
        "min": "10",
        "max": "100000",
        "refill": False,
        "cancel": True,
        **odd,
    }


def _rate(amount: float) -> str:
    return f"{Decimal(f'{min(max(amount, 0.001), 120):.3g}'):f}"


def _short(count: int) -> str:
    for unit, name in ((M, "M"), (K, "K")):
        if count >= unit:
            return f"{count / unit:g}{name}"
    return str(count)
