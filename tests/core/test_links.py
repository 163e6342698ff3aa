"""Links, and the networks they belong to."""

import pytest

from bot.core import links
from bot.core.invalid import InvalidAnswer
from tests.core.core_world import service


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://example.com/p/1", "https://example.com/p/1"),
        ("  http://example.com  ", "http://example.com"),
        ("HTTPS://Example.com/A?b=ü#c", "HTTPS://Example.com/A?b=ü#c"),
        ("https://example.com/p/1،", "https://example.com/p/1"),
        ("t.me/a, ;", "https://t.me/a"),
        ("\ufeff https://example.com/p/1\u200c", "https://example.com/p/1"),
        ("t.me/a\u200b،\u200d ", "https://t.me/a"),
        ("https://example.com/a\u200cb", "https://example.com/a\u200cb"),
        ("t.me/channel", "https://t.me/channel"),
        ("www.example.com", "https://www.example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("https://пример.рф/п", "https://пример.рф/п"),
        ("t.me/share/url?url=https://a.b", "https://t.me/share/url?url=https://a.b"),
        ("@some.one_1", "@some.one_1"),
        (" @channel ", "@channel"),
    ],
)
def test_a_link(text: str, value: str) -> None:
    assert links.link(text, service()) == value


NO_LINKS = (
    *("", " ", "hello", "https://", "https://localhost", "https://a b.com", "https://a.com\nhttps://b.com"),
    *("@", "@a b", "ftp://example.com", "javascript:alert(1)", "tg://resolve?domain=a", "http://[::1"),
    *("https://example..com", "https://example.com/" + "a" * 2000),
)


@pytest.mark.parametrize("text", NO_LINKS)
def test_no_link(text: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        links.link(text, service())
    assert caught.value.reason == "link"


@pytest.mark.parametrize(
    "about",
    [
        {"name": "Instagram Likes", "category": "Instagram Likes"},
        {"name": "Views | Real", "category": "YouTube"},
        {"name": "Просмотры", "category": "Телеграм"},
        {"name": "Likes", "category": "Instagram", "description": "Your account must be public, remember"},
        {"name": "Views | History", "category": "Instagram"},
    ],
)
def test_a_name_is_not_enough_where_a_post_is_meant(about: dict[str, str]) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        links.link("@someone", service(**about))
    assert caught.value.reason == "name_for_link"


@pytest.mark.parametrize(
    "about",
    [
        {"name": "Members | Real", "category": "Telegram"},
        {"name": "Подписчики", "category": "Инстаграм"},
    ],
)
def test_a_name_is_taken_where_an_account_is_meant(about: dict[str, str]) -> None:
    assert links.link("@someone", service(**about)) == "@someone"


@pytest.mark.parametrize(
    ("link", "category", "name", "networks"),
    [
        ("https://www.tiktok.com/@a/video/1", "Instagram Likes", "Likes", ("TikTok", "Instagram")),
        ("https://youtu.be/abc", "TikTok Views", "Views", ("YouTube", "TikTok")),
        ("http://m.facebook.com/x", "", "YouTube Likes", ("Facebook", "YouTube")),
        ("https://t.me/c/1", "Инстаграм", "Лайки", ("Telegram", "Instagram")),
        ("https://x.com/a", "INSTAGRAM", "Likes", ("X (Twitter)", "Instagram")),
        ("https://instagram.com/p/1", "Instagram Likes", "Likes", None),
        ("https://instagram.com/p/1", "Likes | Instagram & TikTok", "Likes", None),
        ("https://tiktok.com/@a", "Instant Likes", "Instant start", None),
        ("https://notinstagram.com/p/1", "TikTok Views", "Views", None),
        ("https://example.com/p/1", "Instagram Likes", "Likes", None),
        ("https://tiktok.com/@a", "Website Traffic", "Traffic", None),
        ("@someone", "Instagram Followers", "Followers", None),
    ],
)
def test_a_link_of_another_network_is_noticed(
    link: str, category: str, name: str, networks: tuple[str, str] | None
) -> None:
    assert links.foreign(link, service(category=category, name=name)) == networks
