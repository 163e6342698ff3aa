"""Every service type, from its first question to the form fields that arrive at the panel."""

from collections.abc import Sequence

import pytest

from bot.core.forms import FORMS
from bot.sandbox.panel import Panel
from bot.sandbox.panel.rules import number, type_of
from bot.sandbox.telegram import Person
from tests.journeys.stories import LINK, becomes, says, taps

TAP = "tap: "
# What is asked, and the answer: typed, or a button that is tapped.
Story = Sequence[tuple[str, str]]

STORIES: dict[str, tuple[Story, dict[str, str], str]] = {
    "default": (
        [("Send the link", LINK), ("Send the quantity", "1 000")],
        {"link": LINK, "quantity": "1000"},
        "charge: $1.00",
    ),
    "package": ([("Send the link", LINK)], {"link": LINK}, "charge: $1.00"),
    "seo": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("keywords", "red shoes\n\nblue shoes ")],
        {"link": LINK, "quantity": "100", "keywords": "red shoes\nblue shoes"},
        "charge: $0.10",
    ),
    "custom comments": (
        [("Send the link", LINK), ("comments", "Nice!\nGreat!")],
        {"link": LINK, "comments": "Nice!\nGreat!"},
        "charge: $0.002",
    ),
    "custom comments package": (
        [("Send the link", LINK), ("comments", "Nice!\nGreat!")],
        {"link": LINK, "comments": "Nice!\nGreat!"},
        "charge: $1.00",
    ),
    "mentions": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("usernames", "@anna\nboris")],
        {"link": LINK, "quantity": "100", "usernames": "anna\nboris"},
        "charge: $0.10",
    ),
    "mentions with hashtags": (
        [
            ("Send the link", LINK),
            ("Send the quantity", "100"),
            ("usernames", "anna, boris"),
            ("hashtags", "#sun\n#sea"),
        ],
        {"link": LINK, "quantity": "100", "usernames": "anna\nboris", "hashtags": "#sun\n#sea"},
        "charge: $0.10",
    ),
    "mentions custom list": (
        [("Send the link", LINK), ("usernames", "anna\nboris\ncarl")],
        {"link": LINK, "usernames": "anna\nboris\ncarl"},
        "charge: $0.003",
    ),
    "mentions hashtag": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("hashtag", "#sun")],
        {"link": LINK, "quantity": "100", "hashtag": "#sun"},
        "charge: $0.10",
    ),
    "mentions user followers": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("whose followers", "@anna")],
        {"link": LINK, "quantity": "100", "username": "anna"},
        "charge: $0.10",
    ),
    "mentions media likers": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("media", "example.com/p/2")],
        {"link": LINK, "quantity": "100", "media": "https://example.com/p/2"},
        "charge: $0.10",
    ),
    "comment likes": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("who wrote the comment", "anna")],
        {"link": LINK, "quantity": "100", "username": "anna"},
        "charge: $0.10",
    ),
    "comment replies": (
        [("Send the link", LINK), ("who wrote the comment", "anna"), ("replies", "Yes!\nNo!")],
        {"link": LINK, "username": "anna", "comments": "Yes!\nNo!"},
        "charge: $0.002",
    ),
    "poll": (
        [("Send the link", LINK), ("Send the quantity", "100"), ("answer number", "2")],
        {"link": LINK, "quantity": "100", "answer_number": "2"},
        "charge: $0.10",
    ),
    "invites from groups": (
        [
            ("Send the link", LINK),
            ("Send the quantity", "100"),
            ("groups", "https://t.me/one\nhttps://t.me/two"),
        ],
        {"link": LINK, "quantity": "100", "groups": "https://t.me/one\nhttps://t.me/two"},
        "charge: $0.10",
    ),
    "subscriptions": (
        [
            ("whose new posts", "@anna"),
            ("Send the min", "100"),
            ("Send the max", "200"),
            ("Choose the delay", TAP + "After 30 minutes"),
            ("new posts", "5"),
            ("old posts", TAP + "Skip"),
            ("expiry", "31.12.2030"),
        ],
        {
            "username": "anna",
            "min": "100",
            "max": "200",
            "delay": "30",
            "posts": "5",
            "expiry": "31/12/2030",
        },
        "charge per future post: $0.10 to $0.20",
    ),
    "web traffic": (
        [
            ("Send the link", LINK),
            ("Send the quantity", "100"),
            ("country", TAP + "Germany"),
            ("device", TAP + "Android phones"),
            ("type of traffic", TAP + "From a Google search"),
            ("Google keyword", "red shoes"),
        ],
        {
            "link": LINK,
            "quantity": "100",
            "country": "DE",
            "device": "2",
            "type_of_traffic": "1",
            "google_keyword": "red shoes",
        },
        "charge: $0.10",
    ),
}


def number_of(panel: Panel, kind: str) -> str:
    """A service of the type, made to cost $1 and to take from 1 to 10,000."""
    service = next(s for s in panel.services if type_of(s) == kind and (number(s["max"]) or 0) > 0)
    panel.set_service(str(service["service"]), rate="1", min="1", max="10000")
    return str(service["service"])


async def answers(chat: Person, service: str, story: Story) -> None:
    """Go through the form; the last answer shows the summary."""
    shown = await says(chat, f"/order {service}")
    for asks, reply in story:
        assert asks in shown.text, shown.text
        if reply.startswith(TAP):
            shown = await taps(chat, reply.removeprefix(TAP), on=shown)
        else:
            shown = await says(chat, reply)


@pytest.mark.parametrize("kind", FORMS)
async def test_orders_a_service_of_every_type(chat: Person, panel: Panel, kind: str) -> None:
    story, fields, charge = STORIES[kind]
    service = number_of(panel, kind)
    await answers(chat, service, story)
    shown = chat.last
    assert "Please check your order" in shown.text, shown.text
    assert charge in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": service, **fields}]


@pytest.mark.parametrize(
    ("traffic", "more", "fields"),
    [
        ("From another site", [("referring URL", "example.com")], {"referring_url": "https://example.com"}),
        ("Directly", [], {}),
    ],
)
async def test_web_traffic_of_the_other_kinds(
    chat: Person, panel: Panel, traffic: str, more: Story, fields: dict[str, str]
) -> None:
    service = number_of(panel, "web traffic")
    story = [*STORIES["web traffic"][0][:4], ("type of traffic", TAP + traffic), *more]
    await answers(chat, service, story)
    shown = chat.last
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    sent = panel.calls("add")[0]
    assert {name: sent.get(name) for name in ("google_keyword", "referring_url")} == {
        "google_keyword": None,
        "referring_url": fields.get("referring_url"),
    }


async def test_drip_feed_is_a_button_on_the_summary(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/order 1 {LINK} 100")
    question = await taps(chat, "Drip-feed", on=shown)
    assert "How many runs?" in question.text
    assert "between two runs (interval)" in (await says(chat, "5")).text
    shown = await says(chat, "60")
    for line in ("quantity: 100 in each run", "runs: 5", "interval: every 60 minutes", "in all: 500"):
        assert line in shown.text
    assert "charge: $0.45" in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [
        {"service": "1", "link": LINK, "quantity": "100", "runs": "5", "interval": "60"}
    ]


async def test_drip_feed_can_be_taken_back(chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/order 1 {LINK} 100")
    question = await taps(chat, "Drip-feed", on=shown)
    shown = await taps(chat, "No drip-feed", on=question)
    assert "charge: $0.09" in shown.text

    await taps(chat, "Drip-feed", on=shown)
    await says(chat, "5")
    shown = await says(chat, "60")
    shown = await taps(chat, "No drip-feed", on=shown)
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "100"}]


async def test_a_run_may_have_less_than_the_minimum_when_all_have_not(chat: Person) -> None:
    shown = await says(chat, f"/order 1 {LINK} 50")
    await taps(chat, "Drip-feed", on=shown)
    await says(chat, "10")
    shown = await says(chat, "60")
    await taps(chat, "quantity", on=await taps(chat, "Change", on=shown))
    assert "must be from 50 to 10,000" in (await says(chat, "4")).text
    shown = await says(chat, "5")
    assert "quantity: 5 in each run" in shown.text

    alone = await taps(chat, "No drip-feed", on=shown)
    assert "must be from 50 to 10,000" in alone.text
    assert "Send the quantity" in alone.text


async def test_no_drip_feed_where_the_service_says_no(chat: Person, panel: Panel) -> None:
    panel.set_service("1", dripfeed=False)
    shown = await says(chat, f"/order 1 {LINK} 100")
    assert shown.buttons == ["Place order", "Change", "Leave"]


async def test_back_leads_to_the_question_before_and_to_the_services(chat: Person, panel: Panel) -> None:
    await says(chat, f"/order {number_of(panel, 'poll')}")
    await says(chat, LINK)
    asked = await says(chat, "100")
    assert "answer number" in asked.text
    assert "Send the quantity" in (await taps(chat, "‹ Back", on=asked)).text
    assert "Send the link" in (await taps(chat, "‹ Back", on=asked)).text
    assert "which category" in (await taps(chat, "‹ Back", on=asked)).text


async def test_back_keeps_what_comes_after(chat: Person, panel: Panel) -> None:
    await says(chat, f"/order {number_of(panel, 'poll')}")
    await says(chat, LINK)
    asked = await says(chat, "100")
    await taps(chat, "‹ Back", on=asked)
    assert "answer number" in (await says(chat, "200")).text
    assert "quantity: 200" in (await says(chat, "1")).text


async def test_back_from_changing_shows_the_summary_as_it_was(chat: Person) -> None:
    shown = await says(chat, f"/order 1 {LINK} 100")
    question = await taps(chat, "quantity", on=await taps(chat, "Change", on=shown))
    shown = await taps(chat, "‹ Back", on=question)
    assert "quantity: 100" in shown.text
    assert "Place order" in shown.buttons


async def test_a_link_of_another_network_needs_a_second_word(chat: Person, panel: Panel) -> None:
    await says(chat, "/order 1")
    doubt = await says(chat, "tiktok.com/@someone/video/7")
    assert "This is a link of TikTok, but the service is for Instagram." in doubt.text
    assert doubt.buttons == ["Use it anyway", "‹ Back", "Leave"]
    assert "Send the quantity" in (await taps(chat, "Use it anyway", on=doubt)).text
    shown = await says(chat, "100")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add")[0]["link"] == "https://tiktok.com/@someone/video/7"


async def test_another_link_may_be_sent_instead(chat: Person) -> None:
    await says(chat, "/order 1")
    await says(chat, "tiktok.com/@someone/video/7")
    assert "Send the quantity" in (await says(chat, LINK)).text
    assert f"link: {LINK}" in (await says(chat, "100")).text


async def test_what_is_no_link_is_said_to_be_none_also_after_a_doubtful_one(chat: Person) -> None:
    await says(chat, "/order 1")
    await says(chat, "tiktok.com/@someone/video/7")
    assert "That is no link I can order for" in (await says(chat, "1000 or so")).text
    assert "Send the quantity" in (await says(chat, LINK)).text


async def test_a_doubtful_link_is_doubted_in_one_go_too(chat: Person) -> None:
    doubt = await says(chat, "/order 1 https://youtu.be/abc 1000")
    assert "This is a link of YouTube" in doubt.text
    shown = await taps(chat, "Use it anyway", on=doubt)
    assert "quantity: 1,000" in shown.text
    assert "Place order" in shown.buttons


async def test_a_name_will_do_for_an_account_and_not_for_a_post(chat: Person, panel: Panel) -> None:
    shown = await says(chat, "/order 1 @someone 1000")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add")[0]["link"] == "@someone"

    panel.set_service("4", category="Instagram Likes", name="Likes")
    likes = next(s for s in panel.services if s["category"] == "TikTok Views")
    assert "a name is not enough" in (await says(chat, f"/order {likes['service']} @someone")).text


async def test_what_can_be_skipped_may_all_be_skipped(chat: Person, panel: Panel) -> None:
    service = number_of(panel, "subscriptions")
    await answers(chat, service, STORIES["subscriptions"][0][:4])
    for _ in range(3):
        shown = await taps(chat, "Skip", on=chat.last)
    assert "charge per future post" in shown.text
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [
        {"service": service, "username": "anna", "min": "100", "max": "200", "delay": "30"}
    ]


async def test_old_posts_are_charged_at_once(chat: Person, panel: Panel) -> None:
    service = number_of(panel, "subscriptions")
    await answers(chat, service, STORIES["subscriptions"][0][:5])
    await says(chat, "50")
    shown = await taps(chat, "Skip", on=chat.last)
    assert "old posts, charged at once: $5.00 to $10.00" in shown.text
    assert "Nothing is charged now" not in shown.text


async def test_a_repeat_order_takes_two_taps(chat: Person, panel: Panel) -> None:
    service = number_of(panel, "web traffic")
    await answers(chat, service, STORIES["web traffic"][0])
    shown = chat.last
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    (first,) = panel.calls("add")
    panel.finish(next(iter(panel.orders)))
    told = await chat.sees("Completed")

    card = await taps(chat, "Show order", on=told)
    shown = await taps(chat, "Order again", on=card)
    await taps(chat, "Place order", on=shown)
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [first, first]


@pytest.mark.parametrize(
    ("at", "typed", "says_so"),
    [
        (("mentions", 2), "anna\nboris carl", "Line 2 holds more than a name"),
        (("mentions", 2), " \n , ", "I found nothing in it"),
        (("comment likes", 2), "two words", "one name without spaces"),
        (("poll", 2), "0", "whole number from 1 to 10,000"),
        (("poll", 2), "first", "I need a whole number"),
        (("mentions media likers", 2), "my post", "That is no link"),
        (("subscriptions", 2), "50", "must be from 100 to 10,000"),
        (("subscriptions", 3), "soon", "tap one of the buttons"),
        (("subscriptions", 4), "forever", "I need a whole number"),
        (("subscriptions", 6), "01.01.2020", "This day is over"),
        (("subscriptions", 6), "12/31/2030", "I need a date, day first"),
        (("web traffic", 2), "Atlantis", "I do not know this country"),
        (("web traffic", 3), "toaster", "tap one of the buttons"),
        (("web traffic", 5), "x" * 400, "a few words on one line"),
    ],
)
async def test_what_will_not_do_is_said_and_asked_again(
    chat: Person, panel: Panel, at: tuple[str, int], typed: str, says_so: str
) -> None:
    kind, upto = at
    story, fields, _ = STORIES[kind]
    service = number_of(panel, kind)
    await answers(chat, service, story[:upto])
    asked = chat.last
    assert says_so in (await says(chat, typed)).text
    assert story[upto][0] in chat.last.text
    assert asked.id != chat.last.id
    for asks, reply in story[upto:]:
        assert asks in chat.last.text
        tapped = reply.startswith(TAP)
        await (taps(chat, reply.removeprefix(TAP), on=chat.last) if tapped else says(chat, reply))
    shown = chat.last
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": service, **fields}]
