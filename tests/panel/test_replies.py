"""Reading replies: what the samples are too few for."""

import json
from decimal import Decimal

import pytest

from bot.panel import refusals, replies
from bot.panel.errors import Meaning, PanelGarbled, PanelRefused
from bot.panel.models import OrderStatus, Service, Status

WORDS_MET = {
    Meaning.BAD_KEY: (
        "Invalid API key",
        "Incorrect API key",
        "Missing key",
        "API access disabled",
        "Account suspended",
        "user_inactive",
    ),
    Meaning.FUNDS: (
        "Not enough funds on balance",
        "neworder.error.not_enough_funds",
        "insufficient_balance",
        "Your low balance",
    ),
    Meaning.LINK_BUSY: (
        "You have active order with this link. Please wait until order being completed.",
        "link_duplicate",
        "duplicate_order",
    ),
    Meaning.BAD_INPUT: (
        "Bad link",
        "Quantity less than minimal 50",
        "Quantity more than maximum 10000",
        "neworder.error.min_quantity",
        "neworder.error.increment",
        "Comments field is required",
        "Runs is required",
        "Incorrect request",
    ),
    Meaning.SERVICE_GONE: (
        "Incorrect service ID",
        "Disabled service ID",
        "service_not_found",
        "service_inactive",
    ),
    Meaning.UNKNOWN_ORDER: ("Incorrect order ID", "Refill not found", "Order not eligible for refill"),
    Meaning.BUSY: ("Rate limit exceeded", "too_many_orders", "The panel is under maintenance"),
    Meaning.UNKNOWN: ("Что-то не так", ""),
}

SPELLINGS = {
    Status.PENDING: ("Pending", "pending", " PENDING "),
    Status.PROCESSING: ("Processing",),
    Status.IN_PROGRESS: ("In progress", "in_progress", "Inprogress", "IN PROGRESS", "in-progress"),
    Status.AWAITING: ("Awaiting",),
    Status.ACTIVE: ("Active",),
    Status.PAUSED: ("Paused",),
    Status.COMPLETED: ("Completed", "completed"),
    Status.PARTIAL: ("Partial",),
    Status.CANCELED: ("Canceled", "Cancelled", "cancelled"),
    Status.REFUNDED: ("Refunded",),
    Status.FAILED: ("Fail", "Failed", "Error"),
    Status.EXPIRED: ("Expired",),
    None: ("On hold", "", "Выполнен"),
}

ENDED = {"Completed", "Partial", "Canceled", "Refunded", "Failed", "Expired"}


@pytest.mark.parametrize("case", ["plain", "upper"])
@pytest.mark.parametrize(("meaning", "words"), [(m, w) for m, words in WORDS_MET.items() for w in words])
def test_knows_what_error_words_mean(meaning: Meaning, words: str, case: str) -> None:
    assert refusals.meaning_of(words.upper() if case == "upper" else words) is meaning


@pytest.mark.parametrize(("status", "word"), [(s, w) for s, words in SPELLINGS.items() for w in words])
def test_knows_a_status_however_it_is_spelled(status: Status | None, word: str) -> None:
    assert replies.status_of(word) is status


def test_knows_which_statuses_are_the_end() -> None:
    assert {status.value for status in Status if status.ended} == ENDED
    assert not OrderStatus("On hold", None).ended


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ("0.90", "0.90"),
        (" 1,234.5 ", "1234.5"),
        ("1,234,567", "1234567"),
        (3, "3"),
        (Decimal("0.27819"), "0.27819"),
        ("-0.5", "-0.5"),
        ("1e3", "1000"),
        (Decimal("1E-7"), "1E-7"),
    ],
)
def test_reads_amounts(told: object, amount: str) -> None:
    assert replies.money(told) == Decimal(amount)


@pytest.mark.parametrize(
    "told", [None, "", "Unknown", True, False, [], {}, "1.2.3", "0x10", "NaN", "1e50", "1e-50"]
)
def test_no_amount_is_none(told: object) -> None:
    assert replies.money(told) is None


@pytest.mark.parametrize("told", ["0,90", "1.234,50", "1,23"])
def test_a_comma_that_is_no_thousands_comma_is_not_guessed_away(told: str) -> None:
    assert replies.money(told) is None


@pytest.mark.parametrize(
    "spelling", ["Custom Comments", "custom_comments", "CUSTOM-COMMENTS", " custom  comments"]
)
def test_compares_types_without_case_and_dashes(spelling: str) -> None:
    assert Service("1", "", spelling, "", Decimal(1), 1, 2).kind == "custom comments"


@pytest.mark.parametrize(
    "reply",
    [
        '{"balance": 1e99999999999999999999}',
        '{"order": 1e5000}',
        '{"order": 1e999999}',
        '{"status": "Pending", "remains": 1e99999999999999999999}',
        '{"order": ' + "9" * 5000 + "}",
        "[" * 100_000,
    ],
)
def test_absurd_numbers_and_depths_are_unreadable(reply: str) -> None:
    with pytest.raises(PanelGarbled):
        replies.order_id(replies.load(reply))


@pytest.mark.parametrize("remains", ["1e30", 10**18 * 10])
def test_a_count_no_database_holds_is_none(remains: object) -> None:
    assert replies.order_status({"status": "Pending", "remains": remains}).remains is None


def test_an_error_beside_a_new_order_is_the_panels_no() -> None:
    with pytest.raises(PanelRefused, match="Not enough funds"):
        replies.order_id({"order": {"error": "Not enough funds on balance"}})


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"errors": [{"message": "Bad link"}]}, "Bad link"),
        ({"errors": {"link": ["Bad link"]}}, "Bad link"),
        ({"error": "  Bad \n\x00 link "}, "Bad link"),
    ],
)
def test_a_refusal_is_one_readable_line(reply: object, words: str) -> None:
    assert refusals.error_words(reply) == words


def test_long_words_are_cut() -> None:
    with pytest.raises(PanelRefused) as caught:
        replies.load(json.dumps({"error": "x" * 10_000}))
    caught.value.hide("a key")
    assert len(str(caught.value)) == 300


@pytest.mark.parametrize(
    "reply", [{"status": "Fail"}, {"status": "error"}, {"status": "Completed", "message": "ok"}]
)
def test_a_status_alone_is_no_error(reply: object) -> None:
    assert refusals.error_words(reply) is None


@pytest.mark.parametrize(
    ("told", "read"), [(" usd ", "USD"), ("U\ud83dSD", "USD"), (7, ""), ("x" * 99, "X" * 12)]
)
def test_a_currency_is_a_word_a_database_takes(told: object, read: str) -> None:
    assert replies.balance({"balance": "1", "currency": told}).currency == read
