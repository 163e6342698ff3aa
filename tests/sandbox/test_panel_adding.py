"""What `add` takes and refuses, for each service type."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.panel.actions import perform
from bot.sandbox.panel.rules import RULES

KEY = "0123456789abcdef0123456789abcdef"
LINK = "https://example.com/p/1"
LIST = "one\n\ntwo\nthree\n"

# For each type: fields that are accepted, and the charge at a rate of 10.
GOOD: dict[str, tuple[dict[str, str], str]] = {
    "Default": ({"quantity": "100"}, "1"),
    "Package": ({}, "10"),
    "SEO": ({"quantity": "100", "keywords": LIST}, "1"),
    "Custom Comments": ({"comments": LIST}, "0.03"),
    "Custom Comments Package": ({"comments": LIST}, "10"),
    "Mentions": ({"quantity": "100", "usernames": LIST}, "1"),
    "Mentions with Hashtags": ({"quantity": "100", "usernames": LIST, "hashtags": LIST}, "1"),
    "Mentions Custom List": ({"usernames": LIST}, "0.03"),
    "Mentions Hashtag": ({"quantity": "100", "hashtag": "cats"}, "1"),
    "Mentions User Followers": ({"quantity": "100", "username": "alice"}, "1"),
    "Mentions Media Likers": ({"quantity": "100", "media": "https://example.com/m/1"}, "1"),
    "Comment Likes": ({"quantity": "100", "username": "alice"}, "1"),
    "Comment Replies": ({"username": "alice", "comments": LIST}, "0.03"),
    "Poll": ({"quantity": "100", "answer_number": "2"}, "1"),
    "Invites from Groups": ({"quantity": "100", "groups": LIST}, "1"),
    "Subscriptions": ({"username": "alice", "min": "10", "max": "20", "delay": "0"}, "0"),
    "Web Traffic": ({"quantity": "100", "country": "WW", "device": "5", "type_of_traffic": "3"}, "1"),
}


def panel_with(service_type: str, **service: object) -> Panel:
    return Panel(
        [{"service": 7, "type": service_type, "rate": "10", "min": "2", "max": "1,000", **service}],
        {KEY: Decimal(100)},
    )


def add(panel: Panel, **fields: str) -> Any:
    return json.loads(perform(panel, "add", KEY, {"service": "7", "link": LINK, **fields}))


def test_all_types_are_here() -> None:
    assert {name.lower() for name in GOOD} == set(RULES)


@pytest.mark.parametrize("service_type", GOOD)
def test_takes_what_the_type_needs(service_type: str) -> None:
    fields, charge = GOOD[service_type]
    panel = panel_with(service_type)
    assert add(panel, **fields) == {"order": 23501}
    assert panel.balance(KEY) == 100 - Decimal(charge)


@pytest.mark.parametrize(
    ("service_type", "missing"), [(name, field) for name in GOOD for field in RULES[name.lower()].needs]
)
def test_refuses_without_a_field_the_type_needs(service_type: str, missing: str) -> None:
    panel = panel_with(service_type)
    answer = add(panel, **{"link": LINK, **GOOD[service_type][0], missing: " "})
    label = missing.replace("_", " ").capitalize()
    assert answer == {"error": "Bad link" if missing == "link" else f"{label} field is required"}
    assert panel.balance(KEY) == 100
    assert not panel.orders


@pytest.mark.parametrize(
    ("service_type", "field", "value", "error"),
    [
        ("Default", "link", "not a link", "Bad link"),
        ("Default", "quantity", "1", "Quantity less than minimal 2"),
        ("Default", "quantity", "1001", "Quantity more than maximum 1000"),
        ("Default", "quantity", "1e3", "Incorrect quantity"),
        ("Default", "quantity", "-5", "Incorrect quantity"),
        ("Default", "runs", "3", "Interval is required"),
        ("Default", "interval", "3", "Runs is required"),
        ("Custom Comments", "comments", "one\n \n", "Quantity less than minimal 2"),
        ("Mentions Media Likers", "media", "x", "Incorrect media"),
        ("Mentions User Followers", "username", "two words", "Incorrect username"),
        ("Poll", "answer_number", "0", "Incorrect answer number"),
        ("Subscriptions", "delay", "7", "Incorrect delay"),
        ("Subscriptions", "min", "1", "Quantity less than minimal 2"),
        ("Subscriptions", "max", "1001", "Quantity more than maximum 1000"),
        ("Subscriptions", "max", "5", "Incorrect max"),
        ("Subscriptions", "expiry", "2030-12-31", "Incorrect expiry"),
        ("Subscriptions", "expiry", "01/01/2001", "Incorrect expiry"),
        ("Subscriptions", "posts", "many", "Incorrect posts"),
        ("Web Traffic", "country", "World", "Incorrect country"),
        ("Web Traffic", "device", "6", "Incorrect device"),
        ("Web Traffic", "type_of_traffic", "4", "Incorrect type of traffic"),
        ("Web Traffic", "type_of_traffic", "1", "Google keyword field is required"),
        ("Web Traffic", "type_of_traffic", "2", "Referring url field is required"),
    ],
)
def test_refuses_what_reads_badly(service_type: str, field: str, value: str, error: str) -> None:
    assert add(panel_with(service_type), **{**GOOD[service_type][0], field: value}) == {"error": error}


@pytest.mark.parametrize(
    "link", ["example.com", "t.me/channel", "http://пример.рф/стр?a=1#b", "https://e.com:8/x"]
)
def test_takes_links_of_many_kinds(link: str) -> None:
    assert add(panel_with("Default"), link=link, quantity="100") == {"order": 23501}


def test_drip_feed_is_charged_for_all_runs_where_it_is_offered() -> None:
    fields = {"quantity": "100", "runs": "4", "interval": "60"}
    panel = panel_with("Default")
    assert add(panel, **fields) == {"order": 23501}
    assert panel.balance(KEY) == 96
    assert add(panel_with("Default", dripfeed=False), **fields) == {
        "error": "Drip-feed is not available for this service"
    }


def test_type_names_are_written_in_many_ways() -> None:
    assert add(panel_with("custom_comments"), comments=LIST) == {"order": 23501}


def test_refuses_an_unknown_type_and_an_unknown_service() -> None:
    panel = panel_with("Quantum Boost")
    assert add(panel, quantity="100") == {"error": "Incorrect request"}
    assert add(panel, service="8") == {"error": "Incorrect service ID"}


def test_refuses_what_the_balance_cannot_pay() -> None:
    panel = panel_with("Default", rate="1000")
    assert add(panel, quantity="101") == {"error": "Not enough funds on balance"}
    assert add(panel, quantity="100") == {"order": 23501}
    assert panel.balance(KEY) == 0


def test_one_active_order_for_a_link() -> None:
    panel = panel_with("Default")
    add(panel, quantity="100")
    busy = "You have active order with this link. Please wait until order being completed."
    assert add(panel, quantity="100") == {"error": busy}
    panel.set_order(23501, status="Completed")
    assert add(panel, quantity="100") == {"order": 23502}
