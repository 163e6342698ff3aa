"""Choosing a service: categories, pages, searching, and types nobody knows."""

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import says, taps

FOREIGN = [
    {"service": 11, "name": "Подписчики ВКонтакте | Живые", "category": "ВКонтакте"},
    {"service": 12, "name": "متابعين انستقرام | عرب", "category": "خدمات عربية"},
    {"service": 13, "name": "抖音粉丝 高质量", "category": "抖音"},
    {"service": 14, "name": "Café Réactions", "category": "Été"},
    {"service": 15, "name": "Nike | Fans", "category": "Brands"},
    {"service": 16, "name": "Plain", "category": None},
]


def services(*given: dict[str, object]) -> list[dict[str, object]]:
    rest = {"type": "Default", "rate": "0.5", "min": "10", "max": "1000"}
    return [rest | one for one in given]


async def test_categories_come_eight_to_a_page(chat: Person) -> None:
    first = await says(chat, "/order")
    assert "Page 1 of 9" in first.text
    assert len(first.buttons) == 9
    assert first.buttons[0] == "Instagram Followers (34)"
    assert first.buttons[-1] == "Next ›"

    second = await taps(chat, "Next ›")
    assert "Page 2 of 9" in second.text
    assert second is first
    assert second.buttons[-2:] == ["‹ Back", "Next ›"]
    assert "Page 1 of 9" in (await taps(chat, "‹ Back")).text


async def test_the_last_page_leads_only_back(chat: Person) -> None:
    shown = await says(chat, "/order")
    for page in range(2, 10):
        shown = await taps(chat, "Next ›")
        assert f"Page {page} of 9" in shown.text

    assert "Next ›" not in shown.buttons
    assert len(shown.buttons) == 67 - 64 + 1
    assert "Other (1)" in shown.buttons


async def test_services_come_eight_to_a_page_and_lead_back_to_the_categories(chat: Person) -> None:
    await says(chat, "/order")
    shown = await taps(chat, "Instagram Followers (34)")
    assert shown.text.startswith("Instagram Followers\n")
    assert "1 · Instagram Followers\n$0.90 per 1000 · min 50, max 10,000" in shown.text
    assert shown.buttons[0] == "1 · Instagram Followers"
    assert len([label for label in shown.buttons if " · " in label]) == 8
    assert shown.text.count("per 1000") == 8

    second = await taps(chat, "Next ›")
    assert "Page 2 of 5" in second.text
    assert "Page 1 of 5" in (await taps(chat, "‹ Back")).text
    assert "which category" in (await taps(chat, "‹ Back")).text


async def test_a_service_of_a_later_page_can_be_picked(chat: Person) -> None:
    await says(chat, "/order")
    await taps(chat, "Instagram Followers (34)")
    second = await taps(chat, "Next ›")
    label = second.buttons[0]

    assert label.split(" · ")[0] in (await taps(chat, label)).text
    assert "Send the link" in chat.last.text


async def test_a_package_has_a_flat_price_and_no_limits(chat: Person) -> None:
    await says(chat, "/order")

    shown = await taps(chat, "🎁 Packages | Instagram")
    assert "$1.50 a package\n" in shown.text


async def test_every_digit_of_a_rate_is_shown(chat: Person) -> None:
    await says(chat, "/order")

    assert "$0.00094 per 1000" in (await says(chat, "cheapest in the world")).text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("вконт", 11),
        ("ПОДПИС жив", 11),
        ("متاب", 12),
        ("خدمات عرب", 12),
        ("粉丝", 13),
        ("抖音", 13),
        ("cafe react", 14),
        ("été", 14),
        ("nik fan", 15),
        ("@nike", 15),
    ],
)
async def test_searches_by_how_words_begin_in_any_script(
    chat: Person, panel: Panel, typed: str, number: int
) -> None:
    panel.set_services(services(*FOREIGN))
    await says(chat, "/order")
    found = await says(chat, typed)

    assert next((label for label in found.buttons if " · " in label), "").startswith(f"{number} · ")
    assert found.text.count("per 1000") == 1


@pytest.mark.parametrize("typed", ["нтакте", "ike", "nike plain", "zzz", "-", "…"])
async def test_nothing_found_says_so_and_offers_the_categories(
    chat: Person, panel: Panel, typed: str
) -> None:
    panel.set_services(services(*FOREIGN))
    await says(chat, "/order")
    answer = await says(chat, typed)

    assert f"Nothing found for “{typed}”" in answer.text
    assert "which category" in (await taps(chat, "Categories")).text
    assert "Nike" in (await says(chat, "nike")).text


@pytest.mark.parametrize("typed", ["2", "#2", " 2 "])
async def test_takes_a_services_number(chat: Person, typed: str) -> None:
    await says(chat, "/order")

    answer = await says(chat, typed)
    assert "2 · Instagram Custom Comments" in answer.text
    assert "Send the link" in answer.text


async def test_search_results_are_paged_too(chat: Person) -> None:
    await says(chat, "/order")
    found = await says(chat, "tiktok likes")
    assert found.text.startswith("tiktok likes\n")
    assert "Page 1 of 4" in found.text
    assert "Page 2 of 4" in (await taps(chat, "Next ›")).text
    assert "Page 1 of 4" in (await taps(chat, "‹ Back")).text


async def test_html_in_what_was_searched_is_text(chat: Person) -> None:
    await says(chat, "/order")

    assert "“<b>zzz</b> & <i>”" in (await says(chat, "<b>zzz</b> & <i>")).text


async def test_a_type_nobody_knows_is_listed_and_refused_with_the_reason(
    world: World, chat: Person, panel: Panel
) -> None:
    await says(chat, "/order")
    found = await says(chat, "quantum boost")
    assert "not to be ordered here: Quantum Boost" in found.text

    answer = await taps(chat, "2028 · Quantum Boost")
    assert (
        "The panel calls its type “Quantum Boost”; I do not know what it needs, so I do not guess. "
        f"Order it at {world.url}."
    ) in answer.text
    assert "which category" in (await taps(chat, "‹ Back")).text
    assert panel.calls("add") == []


async def test_types_are_compared_without_case_and_signs(chat: Person, panel: Panel) -> None:
    odd = {"service": 1, "name": "Odd", "category": "A", "type": "CUSTOM_comments"}
    panel.set_services(services(odd))

    assert "Send the link" in (await says(chat, "/order 1")).text


async def test_a_panel_without_services(chat: Person, panel: Panel) -> None:
    panel.set_services([])

    assert "offers no services" in (await says(chat, "/order")).text
    assert "Nothing found" in (await says(chat, "likes")).text
