"""What is wrong with a catalogue, in words that say where, what, and what to do."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from string import Formatter

from babel.messages.catalog import Catalog

from bot.gateway.buttons import room, width
from bot.gateway.texts import units
from bot.translations import plurals
from bot.translations.catalogues import UNREADABLE, parsed, said, source
from bot.translations.texts import Text, parted, shown

UPDATE = "run `make translations`"
_TELEGRAMS = {"b", "i", "u", "s", "code", "pre", "blockquote"}  # those of its tags that need no attributes
_TAG = re.compile(r"<(/?)([a-z]+)>")
_COMMAND = re.compile(r"(?<![\w/<])/[a-z_]+", re.ASCII)
_ADDRESS = re.compile(r"https?://[\w./-]*[\w/]", re.ASCII)
# an emoji, a bullet, an arrow, a blank
_FIRST = re.compile(r"(?:[^\w\s{}</>()\"'“”«»„…¿¡,.:;?!،؛؟&#+*-]|\s)*")
_LAST = re.compile(r"[\s…›:]*$")
_CHOSEN = "• "  # stands before the one that is chosen
_LONGEST_ANSWER = 200  # UTF-16 units
_LIKE = str.maketrans({"：": ":", "\u00a0": " ", "\u202f": " "})


def problems(code: str, content: str, texts: Mapping[str, Text]) -> list[str]:
    """Of the catalogue of the language `code`; `texts` are those of the code."""
    try:
        catalogue = parsed(content, code)
    except UNREADABLE as error:
        return [f"{code}: the file cannot be read: {error}. Compare the entry with others that count."]
    return [
        f"{code}: {problem}"
        for problem in (
            *_forms(code, catalogue),
            *_coverage(catalogue, texts),
            *_entries(code, catalogue, texts),
        )
    ]


def cramped(code: str, content: str, *, labels: Set[str], answers: Set[str]) -> list[str]:
    """Texts of buttons and answers to a tap that are too long for where they stand."""
    return [
        f"{code}: “{form}” is too long for {place}: take fewer or shorter words"
        for message in parsed(content, code)
        for form in said(message)
        for place, texts, is_too_long in (
            ("a button on a phone", labels, width(_filled(form)) > room(1) - width(_CHOSEN)),
            (f"the answer to a tap, {_LONGEST_ANSWER} characters", answers, units(form) > _LONGEST_ANSWER),
        )
        if is_too_long and not texts.isdisjoint(one for one in source(message) if one)
    ]


def _filled(label: str) -> str:
    """With a number of three digits; names are cut on a phone, and may be."""
    return re.sub(r"\{\w+\}", "", label.replace("{n}", "100"))


def _forms(code: str, catalogue: Catalog) -> Iterator[str]:
    wanted = plurals.forms(code)
    wrong = plurals.disagreement(code, catalogue.plural_expr)
    if catalogue.num_plurals != len(wanted):
        yield (
            f"Plural-Forms has {catalogue.num_plurals} forms, and the language {len(wanted)} "
            f"({', '.join(wanted)}): write {plurals.header(code)}"
        )
    elif wrong is not None:
        yield f"Plural-Forms takes the wrong form for {wrong}: write {plurals.header(code)}"


def _coverage(catalogue: Catalog, texts: Mapping[str, Text]) -> Iterator[str]:
    there = {source(message)[0]: source(message)[1] for message in catalogue if message.id}
    for one, text in texts.items():
        if one not in there:
            yield f"“{shown(one)}” is missing: {UPDATE}, then translate it"
        elif there[one] != text.many:
            yield f"“{shown(one)}” is counted otherwise in the code: {UPDATE}, then look at it"
    for one in (
        *(one for one in there if one not in texts),
        *(source(m)[0] for m in catalogue.obsolete.values()),
    ):
        yield f"“{shown(one)}” is not said any more: {UPDATE}"


def _entries(code: str, catalogue: Catalog, texts: Mapping[str, Text]) -> Iterator[str]:
    for message in catalogue:
        if message.id and (text := texts.get(source(message)[0])):
            forms = said(message)
            if message.fuzzy:
                yield f"“{shown(text.one)}” is fuzzy, a guess: correct it, then take the line `#, fuzzy` away"
            if not all(forms):
                yield f"“{shown(text.one)}” is not translated{_which(forms)}"
            for found in _unlike(code, text, forms):
                yield f"“{shown(text.one)}” as {found}"


def _unlike(code: str, text: Text, said: Sequence[str]) -> Iterator[str]:
    stand_for = list(plurals.forms(code).values())
    for place, form in enumerate(said):
        if form and place < len(stand_for):
            where = f"msgstr[{place}] " if text.many is not None else ""
            alone = text.many is not None and _stands_for_one(text, stand_for[place])
            for found in wrong(text, form, may_leave_n=alone):
                yield f"{where}“{form}”: {found}"


def _stands_for_one(text: Text, numbers: Sequence[int]) -> bool:
    """Where English speaks of one without its number, like "this order", it is never said of none."""
    spoken_of = [n for n in numbers if n or "{n}" in text.one]
    return len(spoken_of) <= 1


def wrong(text: Text, said: str, *, may_leave_n: bool = False) -> Iterator[str]:
    """What is wrong with one form of a translation."""
    english = [one for one in (parted(text.one)[1], text.many) if one is not None]
    needed = set().union(*map(_names, english))
    try:
        names = _names(said)
    except ValueError:
        yield "a { or } stands alone"
        return
    if extra := names - needed:
        yield f"{_listed(extra)} is not filled in here: use {_listed(needed) or 'no placeholder'}"
    if missing := needed - names - ({"n"} if may_leave_n else set()):
        yield f"{_listed(missing)} is missing: write it as in English, it is filled in"
    yield from _wrong_tags(english, said)
    for what, pattern in (("commands", _COMMAND), ("addresses", _ADDRESS)):
        if set(pattern.findall(said)) not in [set(pattern.findall(one)) for one in english]:
            there = ", ".join(pattern.findall(english[-1]))
            yield f"its {what} must be those of the English text: {there or 'none'}"
    for where, pattern in (("begin", _FIRST), ("end", _LAST)):
        if _mark(pattern, said) not in [_mark(pattern, one) for one in english]:
            yield f"it must {where} as the English text does: “{_mark(pattern, english[-1])}”"


def _wrong_tags(english: Sequence[str], said: str) -> Iterator[str]:
    open_tags: list[str] = []
    for closing, name in _TAG.findall(said):
        if name not in _TELEGRAMS and not closing:
            yield f"Telegram knows no <{name}>"
        if not closing:
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            yield f"</{name}> closes nothing that was opened just before"
            return
    if open_tags:
        yield f"<{open_tags[-1]}> is not closed"
    if re.search(r"[<>]", _TAG.sub("", said)):
        yield "a < or > belongs to no tag"
    if Counter(_TAG.findall(said)) not in [Counter(_TAG.findall(one)) for one in english]:
        tags = " ".join(found[0] for found in _TAG.finditer(english[-1]))
        yield f"its tags must be those of the English text: {tags or 'none'}"


def _mark(pattern: re.Pattern[str], text: str) -> str:
    bare = _TAG.sub("", text).translate(_LIKE)
    found = pattern.search(bare)
    mark = found[0] if found else ""
    return mark.lstrip(" ") if pattern is _LAST and mark.strip() else mark


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _which(said: Sequence[str]) -> str:
    if len(said) == 1:
        return ""
    return ": fill in " + ", ".join(f"msgstr[{place}]" for place, one in enumerate(said) if not one)
