"""What `add` takes for each service type, and what the panel says when that is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

Service = dict[str, object]
Fields = Mapping[str, str]


class Refused(Exception):
    """The message is the error the panel answers."""


@dataclass(frozen=True)
class Rule:
    needs: tuple[str, ...]
    counts: str = (
        "quantity"  # the field that says how many: a number, or a list with one unit a line; "" is flat
    )
    may: tuple[str, ...] = ()


RULES = {
    "default": Rule(("link", "quantity"), may=("runs", "interval")),
    "package": Rule(("link",), counts=""),
    "seo": Rule(("link", "quantity", "keywords")),
    "custom comments": Rule(("link", "comments"), counts="comments"),
    "custom comments package": Rule(("link", "comments"), counts=""),
    "mentions": Rule(("link", "quantity", "usernames")),
    "mentions with hashtags": Rule(("link", "quantity", "usernames", "hashtags")),
    "mentions custom list": Rule(("link", "usernames"), counts="usernames"),
    "mentions hashtag": Rule(("link", "quantity", "hashtag")),
    "mentions user followers": Rule(("link", "quantity", "username")),
    "mentions media likers": Rule(("link", "quantity", "media")),
    "comment likes": Rule(("link", "quantity", "username")),
    "comment replies": Rule(("link", "username", "comments"), counts="comments"),
    "poll": Rule(("link", "quantity", "answer_number")),
    "invites from groups": Rule(("link", "quantity", "groups")),
    "subscriptions": Rule(("username", "min", "max", "delay"), may=("posts", "old_posts", "expiry")),
    "web traffic": Rule(
        ("link", "quantity", "country", "device", "type_of_traffic"), may=("runs", "interval")
    ),
}

_LINK = re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?")


def _is_link(text: str) -> bool:
    return _LINK.fullmatch(text) is not None


def _is_account(service: Service, fields: Fields) -> bool:
    """Where followers are sold, `@name` will do for a link."""
    if not re.fullmatch(r"@[\w.]+", fields.get("link", "").strip()):
        return False
    about = f"{service.get('category')} {service.get('name')}"
    return re.search("follow|subscri|member", about, re.IGNORECASE) is not None


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_count(text: str) -> bool:
    return _is_whole(text) and int(text) > 0


def _is_word(text: str) -> bool:
    return not re.search(r"\s", text)


def _is_date(text: str) -> bool:
    try:
        datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


CHECKS: dict[str, Callable[[str], bool]] = {
    "link": _is_link,
    "media": _is_link,
    "referring_url": _is_link,
    "quantity": _is_whole,
    "answer_number": _is_count,
    "runs": _is_count,
    "interval": _is_count,
    "min": _is_count,
    "max": _is_count,
    "posts": _is_whole,
    "old_posts": _is_whole,
    "username": _is_word,
    "hashtag": _is_word,
    "country": lambda text: bool(re.fullmatch(r"[A-Za-z]{2}", text)),
    "device": lambda text: text in {"1", "2", "3", "4", "5"},
    "type_of_traffic": lambda text: text in {"1", "2", "3"},
    "delay": lambda text: text in {"0", "5", "10", "15", "30", "60", "90"},
    "expiry": _is_date,
}


def type_of(service: Service) -> str:
    return re.sub(r"[\s_-]+", " ", str(service.get("type", ""))).strip().lower()


def check(service: Service, fields: Fields) -> None:
    """Raise Refused unless every field the service's type needs is there and reads well."""
    rule = RULES.get(type_of(service))
    if rule is None:  # a type of the panel's own: it has parameters nobody documented
        raise Refused("Incorrect request")
    for name in (*rule.needs, *_needed_by_others(fields, rule)):
        if name != "link" or not _is_account(service, fields):
            _require(fields, name)
    for name in rule.may:
        if fields.get(name):
            _require(fields, name)


def units(service: Service, fields: Fields) -> int:
    """How many are ordered, or with drip-feed how many a run. Expects checked fields."""
    counts = RULES[type_of(service)].counts
    if not counts:
        return 1
    value = fields[counts]
    count = int(value) if counts == "quantity" else sum(1 for line in value.splitlines() if line.strip())
    check_range(service, count)
    return count


def runs(service: Service, fields: Fields) -> int:
    """0 when no drip-feed is asked for. Expects checked fields."""
    if "runs" not in RULES[type_of(service)].may or not fields.get("runs"):
        return 0
    if not service.get("dripfeed", True):  # a panel which does not say may well offer it
        raise Refused("Drip-feed is not available for this service")
    return int(fields["runs"])


def price(service: Service, count: int) -> Decimal:
    rate = number(service.get("rate")) or Decimal(0)
    return rate * count / 1000 if RULES[type_of(service)].counts else rate


def check_range(service: Service, count: int) -> None:
    least, most = number(service.get("min")) or Decimal(1), number(service.get("max"))
    if count < least:
        raise Refused(f"Quantity less than minimal {least:f}")
    if most is not None and count > most:
        raise Refused(f"Quantity more than maximum {most:f}")


def end_of_day(date: str) -> float:
    return (datetime.strptime(date, "%d/%m/%Y").replace(tzinfo=UTC) + timedelta(days=1)).timestamp()


def number(value: object) -> Decimal | None:
    """A figure of the service list, which may come as "1,234.5"."""
    try:
        return Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None


def _needed_by_others(fields: Fields, rule: Rule) -> list[str]:
    needed = {"1": ["google_keyword"], "2": ["referring_url"]}.get(fields.get("type_of_traffic", ""), [])
    if "country" not in rule.needs:
        needed = []
    if "runs" in rule.may and (fields.get("runs") or fields.get("interval")):
        needed = [*needed, "runs", "interval"]
    return needed


def _require(fields: Fields, name: str) -> None:
    value = fields.get(name, "").strip()
    label = name.replace("_", " ").capitalize()
    if name == "link" and not _is_link(value):
        raise Refused("Bad link")
    if not value:
        raise Refused(
            f"{label} is required" if name in {"runs", "interval"} else f"{label} field is required"
        )
    if not CHECKS.get(name, bool)(value):
        raise Refused(f"Incorrect {label.lower()}")
