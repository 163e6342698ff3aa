"""Links: written out in full, and whether they belong to the network a service is for."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from bot.core.invalid import InvalidAnswer
from bot.panel.models import Service

LONGEST_LINK = 2000  # characters
_NAME = re.compile(r"@[\w.]{1,64}")
_UNSEEN = " \n\u200b\u200c\u200d\ufeff"

# How people call a network in categories and names, and the hosts of its links.
_NETWORKS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Instagram": (
        ("instagram", "insta", "инстаграм", "انستقرام"),
        ("instagram.com", "instagr.am"),
    ),
    "TikTok": (("tiktok", "tik tok", "тикток", "تيك توك"), ("tiktok.com",)),
    "YouTube": (("youtube", "ютуб", "يوتيوب"), ("youtube.com", "youtu.be")),
    "Facebook": (("facebook", "фейсбук", "فيسبوك"), ("facebook.com", "fb.com", "fb.me", "fb.watch")),
    "X (Twitter)": (("twitter", "твиттер", "تويتر"), ("twitter.com", "x.com")),
    "Telegram": (("telegram", "телеграм", "تليجرام", "تلجرام"), ("t.me", "telegram.me", "telegram.dog")),
    "Spotify": (("spotify",), ("spotify.com", "spotify.link")),
    "SoundCloud": (("soundcloud",), ("soundcloud.com",)),
    "Twitch": (("twitch",), ("twitch.tv",)),
    "Kick": (("kick",), ("kick.com",)),
    "LinkedIn": (("linkedin",), ("linkedin.com", "lnkd.in")),
    "Pinterest": (("pinterest",), ("pinterest.com", "pin.it")),
    "Reddit": (("reddit",), ("reddit.com", "redd.it")),
    "Discord": (("discord",), ("discord.com", "discord.gg")),
    "Threads": (("threads",), ("threads.net", "threads.com")),
    "Snapchat": (("snapchat",), ("snapchat.com",)),
    "VK": (("vk", "вк", "вконтакте"), ("vk.com", "vk.ru")),
    "WhatsApp": (("whatsapp",), ("whatsapp.com", "wa.me")),
}
# What is done to an account rather than to a post: there `@name` says enough.
_OF_AN_ACCOUNT = re.compile(
    r"\b(follow|subscri|member|friend|profile|channel|connection|fans?\b|page like|stor(y|ies)\b|"
    r"подписчик|участник|seguidor|suscriptor|abonn|takipçi)|متابع|مشترك",
    re.IGNORECASE,
)


def link(text: str, service: Service) -> str:
    """The link with its scheme, or `@name` where the service is for an account."""
    answer = _alone(text)
    if not answer or len(answer) > LONGEST_LINK or any(c.isspace() for c in answer):
        raise InvalidAnswer("link")
    if _NAME.fullmatch(answer):
        if not takes_name(service):
            raise InvalidAnswer("name_for_link")
        return answer
    return url(answer, service)


def _alone(text: str) -> str:
    """Without the commas of a list or sentence it stood in, and joiners that keyboards of some scripts put
    there unseen: no address ends with one."""
    return text.strip().strip(_UNSEEN).rstrip(",;،؛" + _UNSEEN)


def takes_name(service: Service) -> bool:
    """Whether it is done to an account, so that `@name` says enough."""
    return _OF_AN_ACCOUNT.search(f"{service.category} {service.name}") is not None


def url(text: str, _: Service) -> str:
    """The address with its scheme."""
    answer = _alone(text)
    if len(answer) > LONGEST_LINK:
        raise InvalidAnswer("link")
    whole = answer if re.match(r"\w+://", answer) else f"https://{answer}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
    except ValueError as error:
        raise InvalidAnswer("link") from error
    if any(c.isspace() for c in answer) or parts.scheme.casefold() not in {"http", "https"}:
        raise InvalidAnswer("link")
    if not re.fullmatch(r"[^.]+(\.[^.]+)+", host):
        raise InvalidAnswer("link")
    return whole


def foreign(address: str, service: Service) -> tuple[str, str] | None:
    """The network a link belongs to and the other one that the service is for; None when they may fit."""
    here, there = _network_of_link(address), _network_of_service(service.category, service.name)
    return None if here is None or there is None or here == there else (here, there)


def _network_of_link(address: str) -> str | None:
    host = (urlsplit(address).hostname or "").removesuffix(".")
    for network, (_, hosts) in _NETWORKS.items():
        if any(host == each or host.endswith(f".{each}") for each in hosts):
            return network
    return None


@lru_cache(1024)
def _network_of_service(category: str, name: str) -> str | None:
    """The only network its category names, else the only one its name does."""
    for text in (category, name):
        found = _named_in(text)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _named_in(text: str) -> list[str]:
    plain = text.casefold()
    return [
        network
        for network, (words, _) in _NETWORKS.items()
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) for word in words)
    ]
