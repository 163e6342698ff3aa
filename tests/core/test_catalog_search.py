"""Finding services by category and by words, in any script."""

from decimal import Decimal

import pytest

from bot.core.catalog import Catalog
from bot.core.search import mistakes
from tests.core.core_world import service

CATALOG = Catalog(
    [
        service("1", name="Instagram Followers | Real ♻️ R30", category="Instagram"),
        service("2", name="Instagram Likes", category="Instagram"),
        service("33", name="Лайки ВКонтакте", category="ВК"),
        service("4", name="متابعين انستقرام", category="خدمات عربية"),
        service("5", name="微博粉丝", category="中国"),
        service("6", name="ผู้ติดตาม TikTok", category="ไทย"),
        service("7", name="팔로워 늘리기", category="한국"),
        service("8", name="हिन्दी फॉलोअर्स", category="भारत"),
        service("9", name="Abonnés Café", category=""),
        service("10", name="フォロワー", category="日本"),
    ]
)


def found(text: str) -> list[str]:
    return [one.id for one in CATALOG.search(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("likes", ["2"]),
        ("INSTA", ["1", "2"]),
        ("foll inst", ["1"]),
        ("instagram likes", ["2"]),
        ("лайк", ["33"]),
        ("ВКОНТ", ["33"]),
        ("متابعين", ["4"]),
        ("عربية", ["4"]),
        ("微博", ["5"]),
        ("粉丝", ["5"]),
        ("ติดตาม", ["6"]),
        ("팔로", ["7"]),
        ("हिन्दी", ["8"]),
        ("cafe", ["9"]),
        ("ABONNÉS", ["9"]),
        ("abonnes", ["9"]),
        ("フォロワー", ["10"]),
        ("r30", ["1"]),
        ("33", ["33"]),
        ("#33", ["33"]),
        (" 4 ", ["4"]),
        ("ollow", []),
        ("nothing", []),
        ("", []),
        ("!?", []),
        ("♻️", []),
    ],
)
def test_finds(text: str, ids: list[str]) -> None:
    assert found(text) == ids


def test_categories_keep_the_panels_order() -> None:
    names = [category.name for category in CATALOG.categories]
    assert names == ["Instagram", "ВК", "خدمات عربية", "中国", "ไทย", "한국", "भारत", "", "日本"]
    assert [one.id for one in CATALOG.categories[0].services] == ["1", "2"]


def test_a_category_is_found_by_its_short_ref() -> None:
    for category in CATALOG.categories:
        assert CATALOG.category(category.ref) == category
        assert len(category.ref.encode()) <= 12
    assert CATALOG.category("gone") is None


def test_an_empty_list_has_nothing() -> None:
    assert (Catalog([]).categories, Catalog([]).search("likes")) == ((), ())


SHOP = Catalog(
    [
        service("50", name="Real Followers Instagram", category="A", rate=Decimal(1)),
        service("51", name="Followers for Instagram", category="A", rate=Decimal(2)),
        service("52", name="Cheap Instagram Followers", category="A", rate=Decimal(3)),
        service("53", name="Instagram Followers HQ", category="A", rate=Decimal(5)),
        service("54", name="Instagram Followers", category="A", rate=Decimal(4)),
        service("55", name="Instagram Real Followers", category="A", rate=Decimal(1)),
        service("56", name="Followers", category="Instagram", rate=Decimal("0.1")),
        service("57", name="Instagram Followers Old", category="A", rate=Decimal(4)),
        service("58", name="54 Likes", category="B", rate=Decimal("0.1")),
    ]
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("instagram followers", ["54", "57", "53", "52", "55", "50", "51", "56"]),
        ("insta foll", ["55", "52", "54", "57", "53", "50", "51", "56"]),
        ("followers", ["56", "51", "50", "55", "52", "54", "57", "53"]),
        ("54", ["54", "58"]),
    ],
)
def test_what_fits_best_comes_first_and_then_what_is_cheapest(text: str, ids: list[str]) -> None:
    assert [one.id for one in SHOP.search(text)] == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("instgram lkies", ["2"]),
        ("likse", ["2"]),
        ("instagarm", ["1", "2"]),
        ("folowers", ["1"]),
        ("конткате", ["33"]),
        ("лаики вконтакте", ["33"]),
        ("tiktk", ["6"]),
        ("lik3", ["2"]),
        ("nothing", []),
        ("zzzzzzzzzzzz", []),
        ("", []),
        ("ike", []),
        ("likes " * 9 + "likse", []),
        ("l" * 4000, []),
    ],
)
async def test_forgives_typos(text: str, ids: list[str]) -> None:
    found = await CATALOG.find(text)
    assert [one.id for one in found.services] == ids


async def test_what_is_spelled_exactly_so_is_no_guess() -> None:
    assert not (await CATALOG.find("likes")).guessed
    assert (await CATALOG.find("likse")).guessed


async def test_the_fewest_mistakes_come_first() -> None:
    shop = Catalog(
        [
            service("1", name="Follovers", rate=Decimal(1)),
            service("2", name="Followers", rate=Decimal(2)),
        ]
    )
    assert [one.id for one in (await shop.find("folowers")).services] == ["2", "1"]
    assert [one.id for one in (await shop.find("folofers")).services] == ["1", "2"]


@pytest.mark.parametrize(
    ("asked", "word", "apart"),
    [
        ("likes", "likes", 0),
        ("lik", "likes", 0),
        ("likse", "likes", 1),
        ("liks", "likes", 1),
        ("likees", "likes", 1),
        ("lykes", "likes", 1),
        ("", "likes", 0),
        ("likes", "", 3),
        ("views", "likes", 3),
    ],
)
def test_counts_mistakes(asked: str, word: str, apart: int) -> None:
    assert mistakes(asked, word, most=2) == apart
