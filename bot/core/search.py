"""Finds services by words: what begins so, in the order a person would want; else what is spelled alike."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from bot.panel.models import Service

_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿가-힣ก-๛]")
_LAST = "\U0010ffff"
_MOST_WORDS = 8  # of a search that may be misspelled: each costs some milliseconds


class Index:
    """The words of a price list. Services are known by their place in order of price, so that equal matches
    come cheapest first; those of one price keep the panel's order."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = sorted(services, key=lambda service: service.rate)
        self._names = [f" {' '.join(words(service.name))} " for service in self._services]
        places: dict[str, set[int]] = {}
        for place, service in enumerate(self._services):
            for word in {*self._names[place].split(), *words(service.category)}:
                places.setdefault(word, set()).add(place)
        self._words = sorted(places)
        self._places = [places[word] for word in self._words]
        self._letters = [frozenset(word) for word in self._words]

    def beginning(self, text: str) -> list[Service]:
        """Services in whose name or category every word of the text begins some word, the best first: names
        that begin with the words, that have them side by side, in this order, at all; then the rest."""
        asked = words(text)
        found = self._all_of([self._beginning_with(word) for word in asked])
        return [self._services[place] for place in self._ranked(found, asked)]

    def resembling(self, text: str) -> list[Service]:
        """The same with words that are spelled a little differently, the fewest mistakes first."""
        asked = words(text)
        if len(asked) > _MOST_WORDS:
            return []
        near = [self._near(word) for word in asked]
        found = self._all_of(near)
        mistakes = {place: sum(places[place] for places in near) for place in found}
        return [self._services[place] for place in sorted(found, key=lambda place: (mistakes[place], place))]

    def _all_of(self, found: Sequence[Iterable[int]]) -> set[int]:
        return set(found[0]).intersection(*found[1:]) if found else set()

    def _beginning_with(self, word: str) -> set[int]:
        first, last = bisect_left(self._words, word), bisect_left(self._words, word + _LAST)
        return self._places[first] if last == first + 1 else set().union(*self._places[first:last])

    def _ranked(self, found: set[int], asked: Sequence[str]) -> list[int]:
        names, side_by_side, begun = self._names, " " + " ".join(asked), [" " + word for word in asked]
        ranks: tuple[list[int], ...] = ([], [], [], [], [])
        for place in sorted(found):
            name = names[place]
            if side_by_side in name:
                ranks[not name.startswith(side_by_side)].append(place)
            else:
                ranks[_order(name, begun)].append(place)
        return [place for rank in ranks for place in rank]

    def _near(self, asked: str) -> dict[int, int]:
        """The places of all words that are near, with the fewest mistakes they are apart."""
        most, letters = _mistakes_allowed(asked), set(asked)
        found: dict[int, int] = {}
        for number, word in enumerate(self._words):
            if len(letters - self._letters[number]) > most or len(asked) - len(word) > most:
                continue
            if sum(letter not in self._letters[number] for letter in asked) > most:
                continue
            apart = mistakes(asked, word, most=most)
            if apart <= most:
                for place in self._places[number]:
                    found[place] = min(apart, found.get(place, apart))
        return found


def words(text: str) -> list[str]:
    """The text's words as they are compared: without case and accents, in any script.

    Scripts that write no spaces between words are cut at every character, so that a search may begin
    inside such a run.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return [part for word in re.findall(r"\w+", plain) for part in _parts(word)]


def mistakes(asked: str, word: str, *, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with the next, for `asked` to begin `word`.

    Anything above `most` stands for more than that.
    """
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(asked, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(word, start=1):
            least = before[j - 1] if letter == other else 1 + min(before[j - 1], before[j], row[j - 1])
            if i > 1 and j > 1 and letter == word[j - 2] and asked[i - 2] == other:
                least = min(least, older[j - 2] + 1)
            row.append(least)
        if min(row) > most:
            return most + 1
    return min(row)


def _mistakes_allowed(word: str) -> int:
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def _order(name: str, begun: Sequence[str]) -> int:
    """2 when words of the name begin so in this order, 3 in another, 4 when it lacks some."""
    end = 0
    for word in begun:
        end = name.find(word, end) + 1
        if not end:
            return 3 if all(each in name for each in begun) else 4
    return 2


def _parts(word: str) -> Iterable[str]:
    return list(word) if _UNSPACED.search(word) else (word,)
