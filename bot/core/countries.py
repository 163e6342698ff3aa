"""Countries as the API wants them: two letters, WW for all of the world."""

from functools import cache

from babel import Locale

from bot.core.invalid import InvalidAnswer

WORLD = "WW"
FREQUENT = (WORLD, "US", "GB", "DE", "BR", "IN", "ID", "TR", "RU")
_NO_COUNTRIES = {"ZZ", "XA", "XB", "EU", "UN", "EZ"}
_ALSO = {"uk": "GB", "usa": "US", "england": "GB", "world": WORLD, "worldwide": WORLD, "turkey": "TR"}


def code(text: str) -> str:
    """The code of a country named by it, or by its English name. Raises InvalidAnswer."""
    found = _by_name("en").get(_plain(text)) or _ALSO.get(_plain(text))
    if found is None:
        raise InvalidAnswer("country")
    return found


def named(text: str, language: str) -> str | None:
    """The code of a country by its name in this language, as CLDR has it."""
    return _by_name(language).get(_plain(text))


@cache
def _by_name(language: str) -> dict[str, str]:
    names: dict[str, str] = {WORLD.casefold(): WORLD}
    for territory, name in Locale.parse(language).territories.items():
        if len(territory) == 2 and territory.isalpha() and territory not in _NO_COUNTRIES:
            names.setdefault(name.casefold(), territory)
            names[territory.casefold()] = territory
    return names


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
