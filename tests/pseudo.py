"""A language that nobody speaks: English in other letters, longer, between ⟦ ⟧.

Whoever hears a plain Latin word has found one that is not translated. What is said in it can be turned back
into English, so that every story can be told in it.
"""

import gettext
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from babel import Locale

from bot.core.zones import COMMON, place
from bot.gateway import languages
from bot.gateway.languages import Language
from bot.sandbox.telegram import Person, Telegram
from bot.sandbox.telegram.fields import Fields, nested
from bot.sandbox.telegram.files import Upload
from bot.translations.texts import parted

CODE = "xx"  # no locale has it, so none takes the place of ours
LONGER = 0.4

_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OTHERS = "ÅƁÇĐÉƑĜĦÎĴĶĻṀÑÖÞǪŔŠŢŰṼŴẊÝŽåƀçđéƒĝħîĵķļṁñöþǫŕšţűṽŵẋýž"
_AWAY, _BACK = str.maketrans(_PLAIN, _OTHERS), str.maketrans(_OTHERS, _PLAIN)
_KEPT = re.compile(r"<[^>]*>|&\w+;|\{\w+\}|https?://\S+|(?<!\w)/[a-z_]+")
_PADDING = re.compile("˜*⟧|⟦")
_WORD = re.compile(r"[A-Za-z]{2,}")
_TAG = re.compile(r"<[^>]*>|&\w+;")
_NO_WORDS = re.compile(
    r"https?://\S+|(?<![\w/])/[a-z_]+|@\w+|\b[\w-]+\.[a-z]{2,}\S*|\b\w*\d\w*\b|…\w+|\w+…"
    r"|\b[a-z_]+(?=:? [\d.,]+ )"  # the API's actions, as operators see them counted
)


def pseudo(text: str) -> str:
    """Commands, addresses, tags and what comes in between stay."""
    text = parted(text)[1]
    said, at = "", 0
    for found in _KEPT.finditer(text):
        said += text[at : found.start()].translate(_AWAY) + found[0]
        at = found.end()
    said += text[at:].translate(_AWAY)
    return f"⟦{said}{'˜' * round(len(text) * LONGER)}⟧"


def english(text: str) -> str:
    return _PADDING.sub("", text).translate(_BACK)


class Catalogue(gettext.NullTranslations):
    """`said` are all texts that were ever asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()

    def gettext(self, message: str) -> str:
        self.said.add(message)
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.said.add(msgid1)
        return pseudo(msgid1 if n == 1 else msgid2)


def _locale() -> Locale:
    """Like English, with the names of months, countries and units in other letters."""
    locale = Locale("en")
    data = locale._data
    named = ("months", "days", "territories", "unit_patterns", "date_fields")
    changed = {name: _in_others(_plain(data[name])) for name in named}
    locale._Locale__data = {**{name: data[name] for name in data}, **changed}  # type: ignore[attr-defined]
    return locale


def _plain(data: Any) -> Any:
    return {key: _plain(data[key]) for key in data} if hasattr(data, "keys") else data


def _in_others(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _in_others(value) for key, value in data.items()}
    return pseudo(data.replace("{0}", "{n}")).replace("{n}", "{0}") if isinstance(data, str) else data


@contextmanager
def spoken_by_all() -> Iterator[Catalogue]:
    known, catalogue = languages._known, Catalogue()
    languages._known = known | {CODE: Language(CODE, _locale(), catalogue)}
    languages._meant.cache_clear()
    try:
        yield catalogue
    finally:
        languages._known = known
        languages._meant.cache_clear()


class Listener(Telegram):
    """Hears all that the bot says. `heard` is what is said, `foreign` the words that people and the panel
    put in, which may be said again as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.foreign: set[str] = set()

    def put_in(self, text: str) -> None:
        self.foreign.update(word.casefold() for word in _WORD.findall(text))

    def plain(self, text: str) -> set[str]:
        """The Latin words in it that nobody put in."""
        for chat in self.chats.values():
            for message in chat.messages.values():
                if not message.sender.is_bot:
                    self.put_in(message.text)
            if chat.person:
                self.put_in(f"{chat.person.first_name} {chat.person.username or ''}")
        words = {word.casefold() for word in _WORD.findall(_NO_WORDS.sub(" ", text))}
        return words - self.foreign - ALLOWED

    def hear(self, text: str) -> str:
        """A text as it comes, and as it is shown."""
        self.heard.append(text)
        return self.show(text)

    def show(self, text: str) -> str:
        return text

    def note(self, method: str, fields: Fields) -> Any:
        if method in {"sendMessage", "editMessageText", "answerCallbackQuery"}:
            self._read(fields, "text")
        elif method in {"sendDocument", "sendPhoto"}:
            self._read(fields, "caption")
        elif method == "editMessageMedia":
            self._read_json(fields, "media")
        if "reply_markup" in fields:
            self._read_json(fields, "reply_markup")
        for name, value in fields.items():
            if isinstance(value, Upload) and value.name.endswith(".csv"):
                table = self.show(value.content.decode("utf-8-sig"))  # for programs, not people
                fields[name] = Upload(value.name, table.encode("utf-8-sig"))
        return super().note(method, fields)

    def _read(self, fields: Fields, name: str) -> None:
        if fields.get(name):
            fields[name] = self.hear(str(fields[name]))

    def _read_json(self, fields: Fields, name: str) -> None:
        fields[name] = self._of_json(nested(fields, name))

    def _of_json(self, value: Any) -> Any:
        if isinstance(value, dict):
            said = {"text", "caption", "description"} & value.keys()
            for name in said:
                self._read(value, name)
            kept = said | {"copy_text"}
            return {name: each if name in kept else self._of_json(each) for name, each in value.items()}
        return [self._of_json(each) for each in value] if isinstance(value, list) else value


class Pseudo(Listener):
    """Its people speak pseudo, and read English. `heard` are only texts with plain words."""

    def __init__(self) -> None:
        super().__init__()
        self.put_in(" ".join(one.name for one in languages.languages().values()))
        self.put_in(" ".join(map(place, COMMON)))  # cities are called as Babel calls them

    def person(self, user_id: int, **who: Any) -> Person:
        if who.get("language_code", "en") == "en":
            who["language_code"] = CODE
        return super().person(user_id, **who)

    def hear(self, text: str) -> str:
        if strange := self.plain(_TAG.sub(" ", text)):
            self.heard.append(f"{sorted(strange)} in {text!r}")
        return self.show(text)

    def show(self, text: str) -> str:
        return english(text)


ALLOWED = {
    "api",  # these stand in Latin letters on the panels' own pages too
    "id",
    "utc",
    "kb",
    "mb",
    "gb",
    "us",  # $, as Arabic writes it
    "drip",  # behind its translation
    "feed",
}


def values(reply: bytes) -> Iterator[str]:
    """The words of a panel's reply: not the names of its fields, nor statuses that we have words for."""
    try:
        found = json.loads(reply.decode("utf-8-sig"))
    except ValueError:
        yield reply.decode(errors="replace")
        return
    yield from _values(found)


def _values(found: Any, name: str = "") -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _values(value, key)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value)
    elif isinstance(found, str) and name != "status":
        yield found
