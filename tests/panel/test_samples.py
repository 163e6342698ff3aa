"""Every shape of reply that was met, one file each, read as the client reads it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.panel import aftersales, price_lists, replies, status_lists
from bot.panel.errors import BadKey, Meaning, PanelBusy, PanelGarbled, PanelRefused
from bot.panel.models import Accepted, OrderStatus, RefillStatus, Unreadable
from tests.panel.sample_models import (
    BALANCES,
    CANCELLATIONS,
    ORDER_IDS,
    REFILL_IDS,
    REFILL_STATUS,
    REFILL_STATUSES,
    REFILLS,
    SERVICES,
    STATUS,
    STATUSES,
)

SAMPLES = Path(__file__).parents[1] / "samples"
ASKED = ("1", "10", "100", "ord_A", "ord_B")


def read_status(payload: Any) -> OrderStatus:
    return replies.order_status(payload)._replace(said=None)


def read_statuses(payload: Any) -> dict[str, OrderStatus | Unreadable | None]:
    found = status_lists.order_statuses(payload, dict.fromkeys(ASKED))
    return {
        order: status._replace(said=None) if isinstance(status, OrderStatus) else status
        for order, status in found.items()
    }


def read_refill(payload: Any) -> str:
    return aftersales.refill_id(payload, "1")


def read_refills(payload: Any) -> dict[str, str | Unreadable]:
    return aftersales.refill_ids(payload, ASKED)


def read_refill_status(payload: Any) -> RefillStatus:
    return aftersales.refill_status(payload, "1")


def read_refill_statuses(payload: Any) -> dict[str, RefillStatus | Unreadable]:
    return aftersales.refill_statuses(payload, ASKED)


def read_cancellations(payload: Any) -> dict[str, Accepted | Unreadable]:
    return aftersales.cancellations(payload, ASKED)


READERS: Mapping[str, tuple[Callable[[Any], object], Mapping[str, object]]] = {
    "services": (price_lists.services, SERVICES),
    "add": (replies.order_id, ORDER_IDS),
    "status": (read_status, STATUS),
    "statuses": (read_statuses, STATUSES),
    "balance": (replies.balance, BALANCES),
    "refill": (read_refill, REFILL_IDS),
    "refills": (read_refills, REFILLS),
    "refill_status": (read_refill_status, REFILL_STATUS),
    "refill_statuses": (read_refill_statuses, REFILL_STATUSES),
    "cancel": (read_cancellations, CANCELLATIONS),
}

# The HTTP status it came with, what it becomes, what it means, and the words that are shown.
REFUSALS: dict[str, tuple[int, type[PanelRefused], Meaning, str]] = {
    "error.json": (200, PanelRefused, Meaning.BAD_INPUT, "Incorrect request"),
    "status_error_message.json": (200, PanelRefused, Meaning.SERVICE_GONE, "Incorrect service ID"),
    "status_error_msg.json": (200, PanelRefused, Meaning.FUNDS, "Not enough funds on balance"),
    "status_fail_message.json": (200, BadKey, Meaning.BAD_KEY, "Invalid API key"),
    "errors_list.json": (200, PanelRefused, Meaning.BAD_INPUT, "Bad link; Quantity less than minimal 50"),
    "errors_one.json": (200, PanelRefused, Meaning.BAD_INPUT, "Bad link"),
    "error_object.json": (200, PanelRefused, Meaning.LINK_BUSY, "link_duplicate"),
    "error_true_message.json": (200, PanelRefused, Meaning.SERVICE_GONE, "Disabled service ID"),
    "http_400.json": (400, PanelRefused, Meaning.BAD_INPUT, "neworder.error.min_quantity"),
    "http_401.json": (401, BadKey, Meaning.BAD_KEY, "Invalid API key"),
    "http_422.json": (422, PanelRefused, Meaning.BAD_INPUT, "Runs is required"),
    "http_429.json": (429, PanelBusy, Meaning.BUSY, "Slow down"),
    "http_500.json": (500, PanelBusy, Meaning.BUSY, "Something broke"),
    "http_500_funds.json": (500, PanelRefused, Meaning.FUNDS, "insufficient_balance"),
    "maintenance.json": (200, PanelBusy, Meaning.BUSY, "Panel is under maintenance"),
    "own_words.json": (200, PanelRefused, Meaning.UNKNOWN, "Ой! <b>Нет</b>"),
}

GARBLED = {
    "html_200.html": 200,
    "html_403.html": 403,
    "html_502.html": 502,
    "html_503.html": 503,
    "html_522.html": 522,
    "empty.txt": 200,
    "blank.txt": 200,
    "cut.json": 200,
    "text.txt": 401,
    "not_a_number.json": 200,
    "http_500_without_words.json": 500,
}

UNREADABLE: dict[str, Callable[[Any], object]] = {
    "services_without_a_line.json": price_lists.services,
    "services_word.json": price_lists.services,
    "services_object.json": price_lists.services,
    "add_null.json": replies.order_id,
    "add_zero.json": replies.order_id,
    "add_negative.json": replies.order_id,
    "add_true.json": replies.order_id,
    "add_success.json": replies.order_id,
    "status_missing.json": replies.order_status,
    "status_null.json": replies.order_status,
    "statuses_word.json": read_statuses,
    "balance_null.json": replies.balance,
    "balance_word.json": replies.balance,
    "refill_null.json": read_refill,
    "refill_zero.json": read_refill,
    "refill_success.json": read_refill,
    "refill_status_null.json": read_refill_status,
    "refills_word.json": read_refills,
    "cancel_word.json": read_cancellations,
    "cancel_words.json": read_cancellations,
}

# What refuses the only one that was asked for, in an item of its own.
REFUSED_ITEMS: dict[str, tuple[Callable[[Any], object], str]] = {
    "refill_object.json": (read_refill, "Order not eligible for refill"),
    "refill_list.json": (read_refill, "Incorrect order ID"),
    "refill_status_object.json": (read_refill_status, "Refill not found"),
}


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("action", "name"), [(action, name) for action, (_, models) in READERS.items() for name in models]
)
def test_reads(action: str, name: str) -> None:
    read, models = READERS[action]
    assert read(replies.load(sample(f"{action}/{name}"))) == models[name]


@pytest.mark.parametrize("name", STATUSES)
def test_reads_statuses_that_were_left_as_they_came(name: str) -> None:
    known = dict.fromkeys(ASKED)
    payload = status_lists.load(sample(f"statuses/{name}"), known)
    assert read_statuses(payload) == STATUSES[name]


@pytest.mark.parametrize("name", REFUSALS)
def test_hears_a_refusal(name: str) -> None:
    status_code, kind, meaning, words = REFUSALS[name]
    with pytest.raises(PanelRefused) as caught:
        replies.load(sample(f"errors/{name}"), status_code=status_code, retry_after=7.0)
    refused = caught.value
    assert type(refused) is kind
    assert (refused.meaning, refused.words, refused.status_code, refused.retry_after) == (
        meaning,
        words,
        status_code,
        7.0,
    )


@pytest.mark.parametrize("name", GARBLED)
def test_cannot_read(name: str) -> None:
    with pytest.raises(PanelGarbled) as caught:
        replies.load(sample(f"errors/{name}"), status_code=GARBLED[name], retry_after=7.0)
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("name", UNREADABLE)
def test_cannot_understand(name: str) -> None:
    with pytest.raises(PanelGarbled):
        UNREADABLE[name](replies.load(sample(f"unreadable/{name}")))


@pytest.mark.parametrize("name", REFUSED_ITEMS)
def test_hears_the_refusal_of_the_only_one(name: str) -> None:
    read, words = REFUSED_ITEMS[name]
    with pytest.raises(PanelRefused) as caught:
        read(replies.load(sample(f"errors/{name}")))
    assert (caught.value.words, caught.value.meaning) == (words, Meaning.UNKNOWN_ORDER)


def test_every_sample_is_read_by_a_test() -> None:
    used = {f"{action}/{name}" for action, (_, models) in READERS.items() for name in models}
    used |= {f"errors/{name}" for name in (*REFUSALS, *GARBLED, *REFUSED_ITEMS)}
    used |= {f"unreadable/{name}" for name in UNREADABLE}
    assert used == {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file()}
