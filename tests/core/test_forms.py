"""The questions of each service type, the draft that collects the answers, and what it costs."""

from decimal import Decimal

import pytest

from bot.core import forms
from bot.core.forms import FORMS, Draft, Offer
from bot.core.price import price
from tests.core.core_world import LINK, service

OFFER = Offer("account", Decimal("0.90"), 50, 10000, Decimal("0.045"), "USD", Decimal("100.84292"))


def asked(kind: str, draft: Draft | None = None) -> list[str]:
    """The names of all questions of a type, each answered with "x"."""
    names, draft = [], draft or Draft()
    while (field := forms.question(service(type=kind), draft)) is not None:
        names.append(field.name)
        draft = draft.with_answer(field.name, "x")
    return names


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("Default", ["link", "quantity"]),
        ("DEFAULT", ["link", "quantity"]),
        ("Package", ["link"]),
        ("Custom Comments", ["link", "comments"]),
        ("custom_comments", ["link", "comments"]),
    ],
)
def test_asks_what_the_type_needs(kind: str, names: list[str]) -> None:
    assert asked(kind) == names


def test_a_type_nobody_knows_cannot_be_ordered() -> None:
    assert forms.form(service(type="Quantum Boost")) is None


@pytest.mark.parametrize("kind", FORMS)
def test_a_question_taken_back_is_asked_again(kind: str) -> None:
    draft = Draft(answers={field.name: "x" for field in FORMS[kind]})
    assert forms.question(service(type=kind), draft) is None
    assert asked(kind, draft.without("link")) == ["link"]


@pytest.mark.parametrize(
    "draft",
    [
        Draft(),
        Draft(service_id="1", answers={"link": LINK, "comments": "Nice!\n🔥"}),
        Draft(service_id="1", answers={"link": LINK}, offer=OFFER),
        Draft(service_id="1", offer=Offer("account", Decimal("1E-7"), 0, 1, Decimal("-0"), "", None)),
    ],
)
def test_a_draft_comes_back_as_it_was(draft: Draft) -> None:
    again = Draft.load(draft.dump())
    assert again == draft
    assert again.dump() == draft.dump()


def test_an_empty_row_is_a_new_draft() -> None:
    assert Draft.load("{}").answers == {}
    assert Draft.load("{}").id != Draft.load("{}").id


def test_every_change_takes_the_shown_price_back() -> None:
    draft = Draft(service_id="1", answers={"link": LINK}, offer=OFFER)
    for changed in (draft.with_answer("quantity", "50"), draft.without("link"), draft.with_service("2")):
        assert (changed.id, changed.offer) == (draft.id, None)
    assert draft.offer == OFFER


def test_another_service_keeps_only_the_link() -> None:
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"}).with_service("2")
    assert (draft.service_id, draft.answers) == ("2", {"link": LINK})


def test_answers_are_checked_again_when_the_service_changed() -> None:
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"}, offer=OFFER)
    same, wrong = forms.recheck(service(), draft)
    assert (same.answers, same.offer, wrong) == (draft.answers, None, None)
    fewer, wrong = forms.recheck(service(min=100), draft)
    assert (fewer.answers, wrong and wrong.reason) == ({"link": LINK}, "range")
    other, wrong = forms.recheck(service(type="Package"), draft)
    assert (other.answers, wrong) == ({"link": LINK}, None)


@pytest.mark.parametrize(
    ("kind", "rate", "answers", "costs"),
    [
        ("Default", "0.90", {"quantity": "50"}, "0.045"),
        ("Default", "0.00094", {"quantity": "1"}, "0.00000094"),
        ("Default", "0.1", {"quantity": "3"}, "0.0003"),
        ("Default", "1234.5678", {"quantity": "50000000"}, "61728390"),
        ("Default", "0", {"quantity": "50"}, "0"),
        ("Package", "1.50", {}, "1.50"),
        ("Custom Comments", "8", {"comments": "a\nb\nc"}, "0.024"),
        ("custom-comments", "8", {"comments": "a\n\n b \n"}, "0.016"),
    ],
)
def test_costs_exactly(kind: str, rate: str, answers: dict[str, str], costs: str) -> None:
    assert price(service(type=kind, rate=Decimal(rate)), {"link": LINK, **answers}) == Decimal(costs)
