"""The kinds of answer a form takes. `parse` turns what a person typed into the form field's value."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core import countries, links
from bot.core.invalid import InvalidAnswer
from bot.core.numbers import day, whole_number
from bot.panel.models import Service

LONGEST_WORD = 300  # characters of a name, a hashtag or a search phrase
LONGEST_LIST = 500_000  # characters
MOST_RUNS = 10_000  # beyond this and the next it is a slip of the finger, not a wish
MOST_MINUTES = 100_000
MOST_POSTS = 1_000_000

Answers = Mapping[str, str]


def _always(_: Answers) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `name` is the API's own parameter name, and what people see.

    `choices` are the values of its buttons. `asked` tells whether the answers so far call for it.
    What is posted for all to read is taken `verbatim`, other answers without marks of direction.
    """

    name: str
    parse: Callable[[str, Service], str]
    choices: Sequence[str] = ()
    optional: bool = False
    asked: Callable[[Answers], bool] = _always
    verbatim: bool = False


def _quantity_of(reason: str) -> Callable[[str, Service], str]:
    def parse(text: str, service: Service) -> str:
        number = whole_number(text)
        if not service.min <= number <= service.max:
            raise InvalidAnswer(reason, min=service.min, max=service.max)
        return str(number)

    return parse


quantity = _quantity_of("range")


def lines(text: str) -> list[str]:
    """The non-empty lines, without the white space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def comments(text: str, service: Service) -> str:
    return _counted(_list(text), service)


def free_lines(text: str, _: Service) -> str:
    return "\n".join(_list(text))


def names(text: str, _: Service) -> str:
    """User names or hashtags: a word a line, or several between commas."""
    found = [_bare(name) for name in _list(re.sub(r"[,،]", "\n", text))]
    for number, name in enumerate(found, start=1):
        if len(name.split()) != 1:
            raise InvalidAnswer("word_in_list", line=number)
    return "\n".join(found)


def counted_names(text: str, service: Service) -> str:
    return _counted(names(text, service).splitlines(), service)


def word(text: str, _: Service) -> str:
    found = _bare(text.strip())
    if not found or re.search(r"\s", found) or len(found) > LONGEST_WORD:
        raise InvalidAnswer("word")
    return found


def phrase(text: str, _: Service) -> str:
    found = " ".join(text.split())
    if not found or len(found) > LONGEST_WORD:
        raise InvalidAnswer("phrase", max=LONGEST_WORD)
    return found


def count(text: str, _: Service) -> str:
    return _within(whole_number(text), 1, MOST_RUNS)


def count_or_none(text: str, _: Service) -> str:
    return _within(whole_number(text), 0, MOST_POSTS)


def expiry(text: str, _: Service) -> str:
    return day(text).strftime("%d/%m/%Y")


def country(text: str, _: Service) -> str:
    """Raises InvalidAnswer unless it is a code or a name of one."""
    return countries.code(text)


def _one_of(choices: Sequence[str]) -> Callable[[str, Service], str]:
    def parse(text: str, _: Service) -> str:
        if text not in choices:
            raise InvalidAnswer("choice")
        return text

    return parse


def _bare(name: str) -> str:
    while name[:1] == "@":
        name = name[1:].lstrip()
    return name


def runs(text: str, _: Service) -> str:
    return _within(whole_number(text), 2, MOST_RUNS)


def minutes(text: str, _: Service) -> str:
    return _within(whole_number(text), 1, MOST_MINUTES)


def _within(number: int, least: int, most: int) -> str:
    if not least <= number <= most:
        raise InvalidAnswer("bounds", min=least, max=most)
    return str(number)


def _list(text: str) -> list[str]:
    found = lines(text)
    if not found:
        raise InvalidAnswer("empty_list")
    if len(text) > LONGEST_LIST:
        raise InvalidAnswer("long_list", max=LONGEST_LIST)
    return found


def _counted(found: list[str], service: Service) -> str:
    if not service.min <= len(found) <= service.max:
        raise InvalidAnswer("count", count=len(found), min=service.min, max=service.max)
    return "\n".join(found)


# Values from the API's tables: minutes, kinds of device, kinds of traffic.
_DELAYS = ("0", "5", "10", "15", "30", "60", "90")
_DEVICES = ("1", "2", "3", "4", "5")
_TRAFFIC = ("1", "2", "3")

LINK = Field("link", links.link)
QUANTITY = Field("quantity", quantity)
COMMENTS = Field("comments", comments, verbatim=True)
ANY_COMMENTS = Field("comments", free_lines, verbatim=True)
KEYWORDS = Field("keywords", free_lines)
GROUPS = Field("groups", free_lines)
USERNAMES = Field("usernames", names)
COUNTED_USERNAMES = Field("usernames", counted_names)
HASHTAGS = Field("hashtags", names)
HASHTAG = Field("hashtag", word)
USERNAME = Field("username", word)
MEDIA = Field("media", links.url)
ANSWER_NUMBER = Field("answer_number", count)
MIN = Field("min", _quantity_of("min_range"))
MAX = Field("max", _quantity_of("max_range"))
DELAY = Field("delay", _one_of(_DELAYS), choices=_DELAYS)
POSTS = Field("posts", count_or_none, optional=True)
OLD_POSTS = Field("old_posts", count_or_none, optional=True)
EXPIRY = Field("expiry", expiry, optional=True)
COUNTRY = Field("country", country, choices=countries.FREQUENT)
DEVICE = Field("device", _one_of(_DEVICES), choices=_DEVICES)
TRAFFIC = Field("type_of_traffic", _one_of(_TRAFFIC), choices=_TRAFFIC)
KEYWORD = Field("google_keyword", phrase, asked=lambda answers: answers.get("type_of_traffic") == "1")
REFERRER = Field("referring_url", links.url, asked=lambda answers: answers.get("type_of_traffic") == "2")
RUNS = Field("runs", runs)
INTERVAL = Field("interval", minutes)
