"""Which questions each service type asks, and the draft that collects the answers."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal

from bot.core.fields import COMMENTS, LINK, QUANTITY, Field, InvalidAnswer, lines
from bot.panel.models import Service

# A service type by `Service.kind`; the order of the fields is the order of the questions.
FORMS: Mapping[str, tuple[Field, ...]] = {
    "default": (LINK, QUANTITY),
    "package": (LINK,),
    "custom comments": (LINK, COMMENTS),
}


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
    """An order that is being put together. Its id becomes the order's, so it is placed once at most."""

    id: str = field(default_factory=lambda: secrets.token_hex(6))
    service_id: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    offer: Offer | None = None

    def with_service(self, service_id: str) -> "Draft":
        """For this service; of the answers only the link fits any other service too."""
        kept = {n: v for n, v in self.answers.items() if n == "link"}
        return replace(self, service_id=service_id, answers=kept, offer=None)

    def with_answer(self, name: str, value: str) -> "Draft":
        return replace(self, answers={**self.answers, name: value}, offer=None)

    def without(self, name: str) -> "Draft":
        kept = {n: v for n, v in self.answers.items() if n != name}
        return replace(self, answers=kept, offer=None)

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


def form(service: Service) -> tuple[Field, ...] | None:
    """The questions of this service's type; None when the type cannot be ordered here."""
    return FORMS.get(service.kind)


def question(service: Service, draft: Draft) -> Field | None:
    """The next question; None when all are answered."""
    return next((f for f in form(service) or () if f.name not in draft.answers), None)


def recheck(service: Service, draft: Draft) -> tuple[Draft, InvalidAnswer | None]:
    """The draft with only those answers this service takes as it is now, and what is wrong with the first
    of the others."""
    wrong: InvalidAnswer | None = None
    answers: dict[str, str] = {}
    for each in form(service) or ():
        if each.name in draft.answers:
            try:
                answers[each.name] = each.parse(draft.answers[each.name], service)
            except InvalidAnswer as error:
                wrong = wrong or error
    return replace(draft, answers=answers, offer=None), wrong


def quantity(service: Service, answers: Mapping[str, str]) -> int | None:
    """How much is delivered: typed, or counted from a list. None for packages."""
    if "quantity" in answers:
        return int(answers["quantity"])
    return len(lines(answers["comments"])) if service.kind == "custom comments" else None
