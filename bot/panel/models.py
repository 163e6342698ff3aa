"""What a panel tells us, in types. Ids are text everywhere; money is Decimal."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """The status words we know; the value is the documented spelling."""

    PENDING = "Pending"
    PROCESSING = "Processing"
    IN_PROGRESS = "In progress"
    AWAITING = "Awaiting"
    ACTIVE = "Active"
    PAUSED = "Paused"
    COMPLETED = "Completed"
    PARTIAL = "Partial"
    CANCELED = "Canceled"
    REFUNDED = "Refunded"
    FAILED = "Failed"
    EXPIRED = "Expired"

    @property
    def ended(self) -> bool:
        return self in _ENDED


_ENDED = frozenset(
    {
        Status.COMPLETED,
        Status.PARTIAL,
        Status.CANCELED,
        Status.REFUNDED,
        Status.FAILED,
        Status.EXPIRED,
    }
)


class Service(NamedTuple):
    """One line of a key's price list. A tuple, since a list makes thousands of them.

    `rate` is in the account's currency, per 1000 or flat, as the type says. `refill`, `cancel` and
    `dripfeed` are None when the panel does not say, which is not "no".
    """

    id: str
    name: str
    type: str
    category: str
    rate: Decimal
    min: int
    max: int
    refill: bool | None = None
    cancel: bool | None = None
    dripfeed: bool | None = None
    description: str = ""
    average_time: str = ""

    @property
    def kind(self) -> str:
        """The type as compared: without case, `_` and `-` read as spaces."""
        return " ".join(self.type.replace("_", " ").replace("-", " ").casefold().split())


class OrderStatus(NamedTuple):
    """How an order stands. `word` is the panel's own; `status` is None when that word is unknown.

    Numbers are None when the panel gives none that can be read. `children` are the order ids of a
    subscription or drip-feed. `said` is the whole as the panel said it, to know it again; None when it
    is not fit to be kept. A tuple, since a batch makes a hundred of them.
    """

    word: str
    status: Status | None
    charge: Decimal | None = None
    start_count: int | None = None
    remains: int | None = None
    children: tuple[str, ...] = ()
    said: str | None = None

    @property
    def ended(self) -> bool:
        return self.status is not None and self.status.ended


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What a multi-status reply holds for one order in place of its status: an error or nonsense."""

    words: str


@dataclass(frozen=True, slots=True)
class Balance:
    """`currency` is "" when the panel names none."""

    amount: Decimal
    currency: str


class RefillWord(StrEnum):
    """The words we know of a refill's status; the value is the documented spelling."""

    PENDING = "Pending"
    AWAITING = "Awaiting"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    REJECTED = "Rejected"
    ERROR = "Error"

    @property
    def ended(self) -> bool:
        return self in {RefillWord.COMPLETED, RefillWord.REJECTED, RefillWord.ERROR}


class RefillStatus(NamedTuple):
    """How a refill stands. `word` is the panel's own; `known` is None when that word is unknown."""

    word: str
    known: RefillWord | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The panel took a request to cancel. The order's status says whether it comes about."""
