"""What each readable sample says: the file under tests/samples, and the model it becomes."""

from decimal import Decimal

from bot.panel.models import (
    Accepted,
    Balance,
    OrderStatus,
    RefillStatus,
    RefillWord,
    Service,
    Status,
    Unreadable,
)

LIKES = Service("7", "Likes", "Default", "Likes", Decimal(1), 1, 2)
CHEAP_LIKES = Service("7", "Likes", "default", "Likes", Decimal("0.90"), 10, 500)
FOLLOWERS = Service("1", "Followers", "Default", "First Category", Decimal("0.90"), 50, 10000, True, True)
COMMENTS = Service("2", "Comments", "Custom Comments", "Second Category", Decimal(8), 10, 1500, False, True)

SERVICES: dict[str, tuple[Service, ...]] = {
    "documented.json": (FOLLOWERS, COMMENTS),
    "wrapped.json": (Service("7", "Likes", "Default", "Likes", Decimal("0.1"), 10, 500),),
    "empty.json": (),
    "wrapped_empty.json": (),
    "numbers.json": (CHEAP_LIKES,),
    "numbers_as_strings.json": (CHEAP_LIKES,),
    "flags_as_numbers.json": (LIKES._replace(refill=True, cancel=False, dripfeed=True),),
    "flags_as_strings.json": (LIKES._replace(refill=True, cancel=False, dripfeed=True),),
    "flags_as_words.json": (LIKES._replace(refill=True, cancel=False, dripfeed=True),),
    "flags_null.json": (LIKES,),
    "flags_missing.json": (LIKES,),
    "duplicates.json": (LIKES._replace(name="First"),),
    "category_null.json": (LIKES._replace(category=""),),
    "rate_zero.json": (LIKES._replace(rate=Decimal(0)),),
    "rate_grouped.json": (LIKES._replace(rate=Decimal("1234.5"), min=1000, max=2500000),),
    "described.json": (
        LIKES._replace(description="Public accounts\nonly", average_time="1 hour 41 minutes"),
        LIKES._replace(id="8", name="Views", category="Views", description="Fast"),
    ),
    "names_odd.json": (LIKES._replace(name='<b>Likes</b> & "more" 🔥 متابعين', category="خدمات عربية"),),
    "line_unreadable.json": (LIKES,),
    "byte_order_mark.json": (LIKES,),
}

ORDER_IDS = {
    "documented.json": "23501",
    "number_as_string.json": "23501",
    "letters.json": "ord_01HG8Z3W5K",
    "status_key.json": "23501",
    "error_false.json": "23501",
}

PARTIAL = OrderStatus("Partial", Status.PARTIAL, Decimal("0.27819"), 3572, 157)
PENDING = OrderStatus("Pending", Status.PENDING)

STATUS = {
    "documented.json": PARTIAL,
    "numbers.json": PARTIAL,
    "numbers_null.json": PENDING,
    "numbers_empty.json": PENDING,
    "numbers_unknown.json": PENDING,
    "numbers_missing.json": PENDING,
    "numbers_negative.json": OrderStatus("In progress", Status.IN_PROGRESS, Decimal("-0.5"), -1, -3),
    "cancelled.json": OrderStatus("Cancelled", Status.CANCELED, Decimal(0), 1, 50),
    "in_progress.json": OrderStatus("in_progress", Status.IN_PROGRESS),
    "inprogress.json": OrderStatus("Inprogress", Status.IN_PROGRESS),
    "lower_case.json": OrderStatus("completed", Status.COMPLETED),
    "failed.json": OrderStatus("Fail", Status.FAILED),
    "error_word.json": OrderStatus("Error", Status.FAILED),
    "refunded.json": OrderStatus("Refunded", Status.REFUNDED),
    "unknown_word.json": OrderStatus("Under <review>", None, Decimal(1)),
    "subscription.json": OrderStatus("Active", Status.ACTIVE, children=("1201", "1207")),
    "dripfeed.json": OrderStatus("In progress", Status.IN_PROGRESS, children=("1201", "ord_7")),
}

NO_SUCH_ORDER = Unreadable("Incorrect order ID")

# Asked for were the orders 1, 10, 100, ord_A and ord_B.
STATUSES: dict[str, dict[str, OrderStatus | Unreadable]] = {
    "documented.json": {
        "1": PARTIAL,
        "10": NO_SUCH_ORDER,
        "100": OrderStatus("In progress", Status.IN_PROGRESS, Decimal("1.44219"), 234, 10),
    },
    "list.json": {
        "1": OrderStatus("Completed", Status.COMPLETED),
        "10": PENDING,
        "100": NO_SUCH_ORDER,
    },
    "ids_missing.json": {"10": PENDING},
    "bare_string.json": {"1": NO_SUCH_ORDER, "10": PENDING},
    "item_nonsense.json": {"1": Unreadable(""), "10": PENDING, "100": Unreadable("")},
    "item_without_status.json": {"1": Unreadable(""), "10": PENDING, "100": Unreadable("")},
    "item_error_msg.json": {"1": NO_SUCH_ORDER, "10": PENDING},
    "letters.json": {"ord_A": PENDING, "ord_B": OrderStatus("weird", None)},
    "empty_list.json": {},
}

BALANCES = {
    "documented.json": Balance(Decimal("100.84292"), "USD"),
    "number.json": Balance(Decimal("100.84292"), "USD"),
    "grouped.json": Balance(Decimal("1234.5"), "USD"),
    "negative.json": Balance(Decimal("-0.25"), "USD"),
    "zero.json": Balance(Decimal(0), "EUR"),
    "currency_missing.json": Balance(Decimal(3), ""),
    "status_key.json": Balance(Decimal(3), "USD"),
}

# Asked for was the order 1.
REFILL_IDS = {
    "documented.json": "1",
    "number.json": "1",
    "letters.json": "rf_01HG8Z3W5K",
    "list.json": "7",
    "list_without_order.json": "7",
    "status_key.json": "7",
    "keyed.json": "7",
}

NOT_ELIGIBLE = Unreadable("Order not eligible for refill")
NOTHING_SAID = Unreadable("")

# Asked for were the orders 1, 10, 100 and ord_A, here and below.
REFILLS: dict[str, dict[str, str | Unreadable]] = {
    "documented.json": {"1": "1", "10": "2", "100": NO_SUCH_ORDER},
    "letters.json": {"ord_A": "rf_9", "1": "8"},
    "item_error.json": {"1": NOT_ELIGIBLE, "10": "3"},
    "bare_string.json": {"1": NOT_ELIGIBLE, "10": Unreadable("order_not_found")},
    "nonsense.json": {"1": NOTHING_SAID, "10": NOTHING_SAID, "100": NOTHING_SAID},
    "ids_missing.json": {"10": "3"},
    "keyed.json": {"1": "5", "10": NO_SUCH_ORDER, "100": "6"},
    "empty_list.json": {},
}

REFILLED = RefillStatus("Completed", RefillWord.COMPLETED)

# Asked for was the refill 1.
REFILL_STATUS = {
    "documented.json": REFILLED,
    "pending.json": RefillStatus("Pending", RefillWord.PENDING),
    "in_progress.json": RefillStatus("in_progress", RefillWord.IN_PROGRESS),
    "rejected.json": RefillStatus("Rejected", RefillWord.REJECTED),
    "awaiting.json": RefillStatus("Awaiting", RefillWord.AWAITING),
    "error_word.json": RefillStatus("Error", RefillWord.ERROR),
    "unknown_word.json": RefillStatus("Under <review>", None),
    "list.json": REFILLED,
}

NO_SUCH_REFILL = Unreadable("Refill not found")

REFILL_STATUSES: dict[str, dict[str, RefillStatus | Unreadable]] = {
    "documented.json": {
        "1": REFILLED,
        "10": RefillStatus("Rejected", RefillWord.REJECTED),
        "100": NO_SUCH_REFILL,
    },
    "letters.json": {"ord_A": RefillStatus("In progress", RefillWord.IN_PROGRESS)},
    "bare_string.json": {"1": NO_SUCH_REFILL, "10": RefillStatus("Pending", RefillWord.PENDING)},
    "nonsense.json": {"1": NOTHING_SAID, "10": NOTHING_SAID, "100": NOTHING_SAID},
    "ids_missing.json": {"10": RefillStatus("Pending", RefillWord.PENDING)},
    "keyed.json": {"1": REFILLED, "10": NO_SUCH_REFILL},
}

CANNOT_CANCEL = Unreadable("Order cannot be canceled")

CANCELLATIONS: dict[str, dict[str, Accepted | Unreadable]] = {
    "documented.json": {"1": Accepted(), "10": NO_SUCH_ORDER},
    "strings.json": {"1": Accepted(), "10": Accepted()},
    "true.json": {"1": Accepted()},
    "numbered.json": {"1": Accepted(), "ord_A": Accepted()},
    "bare_string.json": {"1": CANNOT_CANCEL},
    "item_error.json": {"1": CANNOT_CANCEL, "10": Accepted()},
    "nonsense.json": {"1": NOTHING_SAID, "10": NOTHING_SAID, "100": NOTHING_SAID},
    "ids_missing.json": {"10": Accepted()},
    "keyed.json": {"1": Accepted(), "10": NO_SUCH_ORDER, "100": Accepted()},
    "empty_list.json": {},
}
