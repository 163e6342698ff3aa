"""Finding services by category and by words, in any script."""

import pytest

from bot.core.catalog import Catalog
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
