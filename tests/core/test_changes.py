"""What a fresh status means, and when to look again."""

import math
from decimal import Decimal

import pytest

from bot.core import schedule
from bot.core.changes import decide, returned, unreadable
from bot.panel.models import OrderStatus, Status
from bot.panel.replies import status_of
from storage.looks import OLD, Followed, Look

NOW, INTERVAL, DAY = 1_800_000_000.0, 60.0, 86400.0
FRESH = Followed(
    id="draft-1",
    panel_order_id="23501",
    state="open",
    word=None,
    start_count=None,
    remains=None,
    said=None,
    change_number=0,
    look_factor=1,
    steady_until=0,
    changed_at=NOW - 10,
    service_name="Followers",
    quantity=50,
    currency="USD",
    price=Decimal("0.045"),
    cancel_asked_at=None,
    charge=None,
)
RUNNING = FRESH._replace(
    word="In progress",
    charge=Decimal("0.045"),
    start_count=10,
    remains=40,
    said="heard",
    steady_until=NOW - 10 + 3600,
)
ENDED = RUNNING._replace(word="Completed", remains=0, state="ended", look_factor=1440, steady_until=NOW - 10)


def says(
    word: str, charge: str | None = None, start_count: int | None = None, remains: int | None = None
) -> OrderStatus:
    return OrderStatus(
        word, status_of(word), None if charge is None else Decimal(charge), start_count, remains, said="heard"
    )


def look(order: Followed, status: OrderStatus, *, scheduled: bool = True) -> Look:
    found = decide(order, status, now=NOW, interval=INTERVAL, scheduled=scheduled)
    assert found is not None
    return found


@pytest.mark.parametrize("word", ["Pending", "pending", "Awaiting"])
def test_a_fresh_order_that_is_merely_pending_is_no_news(word: str) -> None:
    found = look(FRESH, says(word, "0.045"))
    assert (found.facts, found.word, found.charge) == (None, word, Decimal("0.045"))


@pytest.mark.parametrize("word", ["Processing", "In progress", "Completed", "Canceled", "Fail", "On hold"])
def test_a_fresh_order_that_is_further_is_told(word: str) -> None:
    assert look(FRESH, says(word)).facts is not None


@pytest.mark.parametrize(
    "word", ["Pending", "Processing", "Completed", "Partial", "Cancelled", "Refunded", "On hold"]
)
def test_a_new_status_is_told(word: str) -> None:
    facts = look(RUNNING, says(word)).facts
    assert facts is not None
    assert (facts["before"], facts["word"], facts["panel_order_id"]) == ("In progress", word, "23501")


def test_tells_numbers_as_they_are_now() -> None:
    facts = look(RUNNING, says("Partial", "0.02", None, 30)).facts
    assert facts == {
        "panel_order_id": "23501",
        "service": "Followers",
        "before": "In progress",
        "word": "Partial",
        "quantity": 50,
        "remains": 30,
        "start_count": 10,
        "charge": "0.02",
        "returned": "0.025",
        "currency": "USD",
        "parent": None,
    }


@pytest.mark.parametrize("word", ["In progress", "in_progress", "INPROGRESS"])
def test_the_same_status_however_spelled_is_no_news(word: str) -> None:
    found = decide(RUNNING, says(word), now=NOW, interval=INTERVAL)
    assert found is None if word == "In progress" else found is not None and found.facts is None


def test_numbers_that_move_are_stored_silently() -> None:
    found = look(RUNNING, says("In progress", remains=20))
    assert (found.facts, found.remains, found.charge, found.start_count) == (None, 20, Decimal("0.045"), 10)


def test_nothing_new_is_nothing_to_store() -> None:
    assert decide(RUNNING, says("In progress"), now=NOW, interval=INTERVAL) is None
    assert decide(RUNNING, says("In progress", "0.0450", 10, 40), now=NOW, interval=INTERVAL) is None


def test_an_order_that_ends_is_looked_at_once_more_a_day_later() -> None:
    found = look(RUNNING, says("Completed", remains=0))
    assert (found.state, found.next_poll_at) == ("ended", NOW + DAY)
    last = look(ENDED, says("Completed"))
    assert (last.state, last.next_poll_at, last.facts) == ("ended", None, None)


def test_a_person_looking_does_not_take_the_last_look() -> None:
    assert decide(ENDED, says("Completed"), now=NOW, interval=INTERVAL, scheduled=False) is None
    assert look(ENDED, says("Completed", remains=3), scheduled=False).next_poll_at is not None


def test_an_ended_order_that_ends_otherwise_is_told_and_looked_at_again() -> None:
    found = look(ENDED, says("Refunded", "0"))
    assert (found.state, found.next_poll_at) == ("ended", NOW + DAY)
    assert found.facts is not None


def test_an_ended_order_may_run_again() -> None:
    found = look(ENDED, says("In progress", remains=5))
    assert (found.state, found.next_poll_at, found.look_factor) == ("open", NOW + INTERVAL, 1)
    assert found.facts is not None


def test_unknown_words_are_told_as_they_are_and_looked_at_slower() -> None:
    held = look(RUNNING, says("On hold"))
    assert (held.state, held.word, held.look_factor) == ("open", "On hold", 5)
    still = RUNNING._replace(word="On hold", look_factor=5)
    assert decide(still, says("on HOLD"), now=NOW, interval=INTERVAL) != decide(
        still, says("On hold"), now=NOW, interval=INTERVAL
    )
    assert look(still, says("on HOLD")).facts is None
    assert look(still, says("Under review")).facts is not None


def test_what_was_said_is_kept_until_it_may_mean_something_else() -> None:
    found = look(RUNNING._replace(said="other"), says("In progress"))
    assert (found.facts, found.said, found.steady_until) == (None, "heard", RUNNING.changed_at + 3600)
    assert look(RUNNING, says("Processing")).steady_until == NOW + 3600


def test_an_order_that_stands_still_is_slowed_down_silently() -> None:
    found = look(RUNNING._replace(changed_at=NOW - 3600), says("In progress"))
    assert (found.facts, found.look_factor, found.next_poll_at) == (None, 5, NOW + 5 * INTERVAL)


def test_a_failing_panel_rests_twice_as_long_each_time_up_to_a_minute() -> None:
    rests = [
        schedule.rest(n, interval=60, retry_after=None, chance=0.999999) for n in (1, 2, 3, 4, 5, 6, 1000)
    ]
    assert [round(rest) for rest in rests] == [2, 4, 8, 16, 32, 60, 60]
    assert schedule.rest(6, interval=60, retry_after=None, chance=0) == 30


def test_a_quick_bot_rests_shorter() -> None:
    assert schedule.rest(1, interval=0.1, retry_after=None, chance=0) == 0.05


@pytest.mark.parametrize(("retry_after", "at_least"), [(None, 1), (0, 1), (300, 300)])
def test_a_retry_after_is_never_undercut(retry_after: float | None, at_least: float) -> None:
    assert schedule.rest(1, interval=60, retry_after=retry_after, chance=0) == at_least


@pytest.mark.parametrize(
    ("charge", "status", "back"),
    [
        ("0.02", Status.PARTIAL, "0.025"),
        ("0", Status.CANCELED, "0.045"),
        ("0", Status.REFUNDED, "0.045"),
        ("0.045", Status.CANCELED, None),
        ("0.05", Status.PARTIAL, None),
        ("-0.01", Status.REFUNDED, None),
        ("0.02", Status.COMPLETED, None),
        ("0.02", Status.IN_PROGRESS, None),
        ("0.02", None, None),
        (None, Status.CANCELED, None),
    ],
)
def test_tells_what_came_back_only_where_the_charge_shows_it(
    charge: str | None, status: Status | None, back: str | None
) -> None:
    found = returned(Decimal("0.045"), None if charge is None else Decimal(charge), status)
    assert found == (None if back is None else Decimal(back))


def test_a_change_after_a_request_to_cancel_says_so() -> None:
    asked = RUNNING._replace(cancel_asked_at=NOW - 5)
    for word in ("Canceled", "Partial", "Completed", "Processing"):
        facts = look(asked, says(word)).facts
        assert facts is not None
        assert facts["cancel_asked"] is True
    assert "cancel_asked" not in (look(RUNNING, says("Canceled")).facts or {})


def test_an_order_that_stood_still_is_looked_at_often_once_it_is_to_be_cancelled() -> None:
    still = RUNNING._replace(changed_at=NOW - 9 * DAY, look_factor=15, cancel_asked_at=NOW - 60)
    found = look(still, says("In progress"))
    assert (found.facts, found.look_factor, found.steady_until) == (None, 1, NOW - 60 + 3600)


def test_a_subscription_is_looked_at_hourly_from_its_first_look_on() -> None:
    found = look(FRESH, says("Active"))
    assert (found.look_factor, found.next_poll_at) == (60, NOW + 3600)
    assert math.isinf(found.steady_until)  # hearing the same, with the same posts, never costs a decision


def test_a_subscription_that_is_to_be_cancelled_is_looked_at_often_for_a_day() -> None:
    active = RUNNING._replace(
        word="Active", changed_at=NOW - 9 * DAY, look_factor=15, cancel_asked_at=NOW - 60
    )
    assert look(active, says("Active")).next_poll_at == NOW + INTERVAL
    waited = active._replace(cancel_asked_at=NOW - DAY)
    assert look(waited, says("Active")).next_poll_at == NOW + 60 * INTERVAL


@pytest.mark.parametrize("word", ["Pending", "In progress"])
def test_the_order_of_a_post_is_looked_at_as_often_as_any_fresh_one(word: str) -> None:
    assert look(CHILD, says(word)).next_poll_at == NOW + INTERVAL


@pytest.mark.parametrize(
    ("word", "told"), [("In progress", False), ("Pending", False), ("Canceled", True), ("Completed", True)]
)
def test_of_an_order_placed_elsewhere_that_is_to_be_cancelled_only_the_end_is_told(
    word: str, told: bool
) -> None:
    elsewhere = FRESH._replace(service_name="", cancel_asked_at=NOW - 1, price=None, quantity=None)
    assert (look(elsewhere, says(word)).facts is not None) is told


def test_of_one_placed_here_a_change_is_told_though_it_is_to_be_cancelled() -> None:
    assert look(FRESH._replace(cancel_asked_at=NOW - 1), says("In progress")).facts is not None


CHILD = FRESH._replace(parent="23501")


@pytest.mark.parametrize("word", ["Pending", "Processing", "In progress", "On hold"])
@pytest.mark.parametrize("before", [None, "Pending", "Processing", "Completed"])
def test_of_a_run_the_steps_in_between_are_not_told(word: str, before: str | None) -> None:
    found = decide(CHILD._replace(word=before), says(word, remains=3), now=NOW, interval=INTERVAL)
    assert found is not None
    assert (found.facts, found.word) == (None, word)


@pytest.mark.parametrize("word", ["Completed", "Partial", "Canceled", "Refunded", "Fail", "Expired"])
@pytest.mark.parametrize("before", [None, "Pending", "In progress"])
def test_of_a_run_the_end_is_told_with_the_order_it_belongs_to(word: str, before: str | None) -> None:
    facts = look(CHILD._replace(word=before), says(word)).facts
    assert facts is not None
    assert (facts["word"], facts["parent"]) == (word, "23501")


@pytest.mark.parametrize("word", ["Pending", "In progress", "Completed"])
def test_how_an_order_stood_before_it_was_followed_is_no_news(word: str) -> None:
    found = look(FRESH._replace(word=OLD), says(word))
    assert (found.facts, found.word, found.state) == (
        None,
        word,
        "ended" if word == "Completed" else "open",
    )


def test_what_an_order_made_is_kept_with_what_it_said() -> None:
    status = says("In progress")._replace(children=("1", "2"))
    assert look(RUNNING._replace(said="other"), status).children == ("1", "2")
    assert decide(RUNNING, status, now=NOW, interval=INTERVAL) is None


def test_what_is_not_kept_may_name_new_ones() -> None:
    status = says("In progress")._replace(children=("1",), said=None)
    assert look(RUNNING._replace(said=None), status).children == ("1",)
    assert (
        decide(RUNNING._replace(said=None), says("In progress")._replace(said=None), now=NOW, interval=60)
        is None
    )


def test_a_panel_cannot_make_us_follow_any_number_of_orders() -> None:
    status = says("In progress")._replace(children=tuple(map(str, range(5000))))
    assert len(look(FRESH, status).children) == 1000


@pytest.mark.parametrize(("hours", "factor"), [(0, 2), (0.9, 2), (1, 15), (23, 15), (24, 60), (24 * 400, 60)])
def test_what_cannot_be_read_is_looked_at_ever_more_seldom(hours: float, factor: int) -> None:
    order = RUNNING._replace(changed_at=NOW - hours * 3600)
    found = unreadable(order, now=NOW, interval=INTERVAL)
    assert found is not None
    assert (found.state, found.word, found.charge, found.facts) == ("open", order.word, order.charge, None)
    assert (found.look_factor, found.next_poll_at) == (factor, NOW + factor * INTERVAL)
    slow = order._replace(look_factor=factor, steady_until=found.steady_until)
    assert unreadable(slow, now=NOW, interval=INTERVAL) is None
    assert (
        look(slow, says("In progress")).look_factor
        == schedule.pace(says("In progress"), unchanged_for=hours * 3600).factor
    )


def test_an_ended_order_that_cannot_be_read_is_left_alone() -> None:
    found = unreadable(ENDED, now=NOW, interval=INTERVAL)
    assert found is not None
    assert (found.state, found.word, found.next_poll_at) == ("ended", "Completed", None)


@pytest.mark.parametrize(("word", "price"), [("In progress", "0.09"), ("Canceled", None)])
def test_the_charge_of_a_running_order_is_its_price_while_nobody_knows_that(
    word: str, price: str | None
) -> None:
    elsewhere = FRESH._replace(service_name="", cancel_asked_at=NOW - 1, price=None, quantity=None)
    told = look(elsewhere, says(word, charge="0.09"))
    assert told.price == (None if price is None else Decimal(price))
    run = look(CHILD._replace(price=None), says(word, charge="0.09"))
    assert run.price is None
