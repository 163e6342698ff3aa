"""The questions of each service type, the draft that collects the answers, and what it costs."""

from decimal import Decimal

import pytest

from bot.core import fields, forms
from bot.core.drafts import Draft, Offer
from bot.core.forms import FORMS
from bot.core.invalid import InvalidAnswer
from bot.core.price import post_price, price
from tests.core.core_world import LINK, service

NOW = 1_800_000_000.0  # 15 January 2027
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
        ("SEO", ["link", "quantity", "keywords"]),
        ("Custom Comments Package", ["link", "comments"]),
        ("Mentions", ["link", "quantity", "usernames"]),
        ("Mentions with Hashtags", ["link", "quantity", "usernames", "hashtags"]),
        ("Mentions Custom List", ["link", "usernames"]),
        ("Mentions Hashtag", ["link", "quantity", "hashtag"]),
        ("Mentions User Followers", ["link", "quantity", "username"]),
        ("Mentions Media Likers", ["link", "quantity", "media"]),
        ("Comment Likes", ["link", "quantity", "username"]),
        ("Comment Replies", ["link", "username", "comments"]),
        ("Poll", ["link", "quantity", "answer_number"]),
        ("Invites from Groups", ["link", "quantity", "groups"]),
        ("Subscriptions", ["username", "min", "max", "delay", "posts", "old_posts", "expiry"]),
        ("Web Traffic", ["link", "quantity", "country", "device", "type_of_traffic"]),
    ],
)
def test_asks_what_the_type_needs(kind: str, names: list[str]) -> None:
    assert asked(kind) == names


def test_a_type_nobody_knows_cannot_be_ordered() -> None:
    assert forms.form(service(type="Quantum Boost")) is None


def answered(kind: str, *skipped: str) -> Draft:
    return Draft(answers={field.name: "x" for field in FORMS[kind].fields if field.name not in skipped})


@pytest.mark.parametrize("kind", FORMS)
def test_a_question_asked_again_is_the_only_one(kind: str) -> None:
    draft = answered(kind)
    first = FORMS[kind].fields[0]
    assert forms.question(service(type=kind), draft) is None
    again = draft.asked_again(first.name)
    assert forms.question(service(type=kind), again) is first
    assert again.answers == draft.answers
    assert forms.question(service(type=kind), again.with_answer(first.name, "y")) is None


@pytest.mark.parametrize(
    ("traffic", "more"), [("1", ["google_keyword"]), ("2", ["referring_url"]), ("3", [])]
)
def test_web_traffic_asks_what_its_kind_of_traffic_needs(traffic: str, more: list[str]) -> None:
    draft = answered("web traffic", "google_keyword", "referring_url").with_answer("type_of_traffic", traffic)
    assert asked("Web Traffic", draft) == more


def test_drip_feed_asks_for_runs_and_interval() -> None:
    draft = Draft(answers={"link": LINK, "quantity": "50"}).in_runs(True)
    assert asked("Default", draft) == ["runs", "interval"]
    assert asked("Default", draft.in_runs(False)) == []


@pytest.mark.parametrize(
    ("kind", "says", "offered"),
    [
        ("Default", None, True),
        ("Default", True, True),
        ("Default", False, False),
        ("Web Traffic", None, True),
        ("Poll", True, False),
        ("Quantum Boost", True, False),
    ],
)
def test_drip_feed_is_offered_unless_the_service_says_no(kind: str, says: bool | None, offered: bool) -> None:
    assert forms.drips(service(type=kind, dripfeed=says)) is offered


def test_back_leads_through_the_questions_and_out_of_them() -> None:
    seo, draft = service(type="SEO"), Draft(answers={"link": LINK, "quantity": "50"})
    at_quantity = forms.step_back(seo, draft)
    assert at_quantity is not None
    assert forms.question(seo, at_quantity) is fields.QUANTITY
    at_link = forms.step_back(seo, at_quantity)
    assert at_link is not None
    assert forms.question(seo, at_link) is fields.LINK
    assert forms.step_back(seo, at_link) is None
    onward = at_link.with_answer("link", "https://example.com/2")
    assert forms.question(seo, onward) is fields.KEYWORDS


def test_back_from_changing_leads_to_the_summary() -> None:
    draft = Draft(answers={"link": LINK, "quantity": "50"}).asked_again("quantity")
    back = forms.step_back(service(), draft)
    assert back is not None
    assert forms.question(service(), back) is None
    assert back.answers == draft.answers


def test_only_what_can_be_skipped_is() -> None:
    assert forms.skip(Draft(), fields.POSTS).answers == {"posts": ""}
    with pytest.raises(InvalidAnswer):
        forms.skip(Draft(), fields.DELAY)


def test_what_was_skipped_or_is_not_asked_any_more_is_not_sent() -> None:
    subscription = Draft(
        answers={"username": "u", "min": "50", "max": "60", "delay": "0", "posts": "", "expiry": ""}
    )
    assert forms.sent(service(type="Subscriptions"), subscription) == {
        "username": "u", "min": "50", "max": "60", "delay": "0",
    }  # fmt: skip
    traffic = Draft(answers={"link": LINK, "type_of_traffic": "3", "google_keyword": "shoes"})
    assert forms.sent(service(type="Web Traffic"), traffic) == {"link": LINK, "type_of_traffic": "3"}


def take(kind: str, draft: Draft, name: str, text: str, **about: str) -> Draft:
    field = next(field for field in (*FORMS[kind].fields, fields.RUNS) if field.name == name)
    return forms.answer(service(type=kind, **about), draft, field, text, now=NOW)


@pytest.mark.parametrize(
    ("name", "text", "answers", "params"),
    [
        ("max", "99", {"min": "100"}, {"min": 100, "max": 10000}),
        ("min", "200", {"max": "100"}, {"min": 50, "max": 100}),
        ("min", "49", {}, {"min": 50, "max": 10000}),
    ],
)
def test_min_and_max_of_a_subscription_fit_each_other(
    name: str, text: str, answers: dict[str, str], params: dict[str, int]
) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        take("subscriptions", Draft(answers=answers), name, text)
    assert (caught.value.reason, caught.value.params) == (f"{name}_range", params)


def test_a_subscription_does_not_end_before_it_begins() -> None:
    assert take("subscriptions", Draft(), "expiry", "15.01.2027").answers == {"expiry": "15/01/2027"}
    with pytest.raises(InvalidAnswer) as caught:
        take("subscriptions", Draft(), "expiry", "14.01.2027")
    assert caught.value.reason == "past"


def test_a_link_of_another_network_is_doubted_and_not_taken() -> None:
    doubted = take("default", Draft(), "link", "tiktok.com/@a", category="Instagram Likes")
    assert (doubted.doubted, doubted.answers) == ("https://tiktok.com/@a", {})
    assert doubted.with_answer("quantity", "50").doubted
    before = Draft(answers={"link": LINK, "quantity": "50"})
    instead = take("default", before, "link", "tiktok.com/@a", category="Instagram Likes")
    back = forms.step_back(service(), instead)
    assert back is not None
    assert (back.answers, back.doubted) == (before.answers, "")
    assert not doubted.with_answer("link", doubted.doubted).doubted


def test_a_link_is_doubted_anew_for_another_service() -> None:
    draft = Draft(service_id="1", answers={"link": "https://tiktok.com/@a", "quantity": "50"})
    other = service(category="Instagram Likes")
    doubted, wrong = forms.for_service(other, draft, now=NOW)
    assert (doubted.doubted, doubted.answers, wrong) == ("https://tiktok.com/@a", {}, None)


def test_a_service_that_stopped_drip_feed_forgets_the_runs() -> None:
    answers = {"link": LINK, "quantity": "10", "runs": "5", "interval": "60"}
    checked, wrong = forms.recheck(service(dripfeed=False), Draft(answers=answers, drip=True), now=NOW)
    assert (checked.drip, checked.answers, wrong and wrong.reason) == (False, {"link": LINK}, "range")


@pytest.mark.parametrize(
    ("quantity", "taken"), [("50", True), ("10", True), ("9", False), ("20000", False), ("0", False)]
)
def test_the_quantity_of_a_run_is_refused_only_where_both_readings_forbid_it(
    quantity: str, taken: bool
) -> None:
    draft = Draft(answers={"link": LINK, "runs": "5", "interval": "60"}, drip=True)
    if taken:
        assert take("default", draft, "quantity", quantity).answers["quantity"] == quantity
    else:
        with pytest.raises(InvalidAnswer):
            take("default", draft, "quantity", quantity)


def test_without_drip_feed_the_quantity_of_a_run_may_be_too_little() -> None:
    draft = Draft(answers={"link": LINK, "quantity": "10", "runs": "5", "interval": "60"}, drip=True)
    same, wrong = forms.recheck(service(), draft, now=NOW)
    assert (same.answers, wrong) == (draft.answers, None)
    alone, wrong = forms.recheck(service(), draft.in_runs(False), now=NOW)
    assert (alone.answers, wrong and wrong.reason) == ({"link": LINK}, "range")


@pytest.mark.parametrize(
    ("kind", "fields_sent"),
    [
        ("Default", {"link": LINK, "quantity": "50", "runs": "2", "interval": "60"}),
        ("Subscriptions", {"username": "u", "min": "50", "max": "60", "delay": "0"}),
        ("Package", {"link": LINK}),
    ],
)
def test_an_order_again_asks_nothing(kind: str, fields_sent: dict[str, str]) -> None:
    before = forms.of_order(service(type=kind), fields_sent)
    again, wrong = forms.recheck(service(type=kind), before, now=NOW)
    assert wrong is None
    assert forms.question(service(type=kind), again) is None
    assert forms.sent(service(type=kind), again) == fields_sent


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
    for changed in (draft.with_answer("quantity", "50"), draft.asked_again("link"), draft.with_service("2")):
        assert (changed.id, changed.offer) == (draft.id, None)
    assert draft.offer == OFFER


def test_another_service_keeps_only_the_link() -> None:
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"}).with_service("2")
    assert (draft.service_id, draft.answers) == ("2", {"link": LINK})


def test_answers_are_checked_again_when_the_service_changed() -> None:
    draft = Draft(service_id="1", answers={"link": LINK, "quantity": "50"}, offer=OFFER)
    same, wrong = forms.recheck(service(), draft, now=NOW)
    assert (same.answers, same.offer, wrong) == (draft.answers, None, None)
    fewer, wrong = forms.recheck(service(min=100), draft, now=NOW)
    assert (fewer.answers, wrong and wrong.reason) == ({"link": LINK}, "range")
    other, wrong = forms.recheck(service(type="Package"), draft, now=NOW)
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
        ("Custom Comments Package", "8", {"comments": "a\nb"}, "8"),
        ("Mentions Custom List", "8", {"usernames": "a\nb\nc"}, "0.024"),
        ("Comment Replies", "8", {"username": "u", "comments": "a\nb"}, "0.016"),
        ("Mentions", "8", {"quantity": "50", "usernames": "a"}, "0.4"),
        ("Default", "0.90", {"quantity": "50", "runs": "3", "interval": "60"}, "0.135"),
        ("Web Traffic", "1", {"quantity": "500", "runs": "2", "interval": "5"}, "1"),
    ],
)
def test_costs_exactly(kind: str, rate: str, answers: dict[str, str], costs: str) -> None:
    assert price(service(type=kind, rate=Decimal(rate)), {"link": LINK, **answers}) == Decimal(costs)


def test_a_subscription_costs_by_post() -> None:
    answers = {"username": "u", "min": "100", "max": "250", "delay": "0"}
    subscription = service(type="Subscriptions", rate=Decimal("0.90"))
    assert price(subscription, answers) is None
    assert post_price(subscription, answers) == (Decimal("0.09"), Decimal("0.225"))


def test_every_type_of_the_table_has_a_form() -> None:
    assert len(FORMS) == 17
