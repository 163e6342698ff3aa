"""An order that is being put together."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """What a summary showed, and what confirming it agrees to. `balance` is None when unknown.

    `price` is None for a subscription, which is paid post by post.
    """

    account_id: str
    rate: Decimal
    min: int
    max: int
    price: Decimal | None
    currency: str
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class Draft:
    """Its id becomes the order's, so it is placed once at most.

    `answers` are by API parameter, "" for a skipped one. `asking` is a question that is asked again, its
    old answer kept meanwhile. `doubted` is a link of another network, before the person insists.
    """

    id: str = field(default_factory=lambda: secrets.token_hex(6))
    service_id: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    drip: bool = False
    asking: str = ""
    doubted: str = ""
    offer: Offer | None = None

    def with_service(self, service_id: str) -> "Draft":
        """For this service; of the answers only the link fits any other service too."""
        kept = {n: v for n, v in self.answers.items() if n == "link"}
        return Draft(id=self.id, service_id=service_id, answers=kept)

    def with_answer(self, name: str, value: str) -> "Draft":
        doubted = "" if name == "link" else self.doubted
        return replace(self, answers={**self.answers, name: value}, asking="", doubted=doubted, offer=None)

    def asked_again(self, name: str) -> "Draft":
        return replace(self, asking=name, doubted="", offer=None)

    def in_runs(self, drip: bool) -> "Draft":
        """As a drip-feed, or not."""
        kept = {n: v for n, v in self.answers.items() if drip or n not in {"runs", "interval"}}
        return replace(self, answers=kept, drip=drip, asking="", offer=None)

    def with_offer(self, offer: Offer) -> "Draft":
        return replace(self, offer=offer)

    def dump(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def load(cls, text: str) -> "Draft":
        values = json.loads(text)
        offer = values.pop("offer", None)
        if offer is not None:
            for name in ("rate", "price", "balance"):
                offer[name] = None if offer[name] is None else Decimal(offer[name])
            offer = Offer(**offer)
        return cls(**values, offer=offer)
