"""Countries as the API wants them: two letters, WW for all of the world."""

from functools import cache

from babel import Locale

from bot.core.invalid import InvalidAnswer

WORLD = "WW"
FREQUENT = {
    WORLD: "worldwide",
    "US": "United States",
    "GB": "United Kingdom",
    "DE": "Germany",
    "BR": "Brazil",
    "IN": "India",
    "ID": "Indonesia",
    "TR": "Türkiye",
    "RU": "Russia",
}
_NO_COUNTRIES = {"ZZ", "XA", "XB", "EU", "UN", "EZ"}
_LANGUAGES = ("en", "ru", "es", "pt", "tr", "ar", "hi", "id", "fa", "uk", "uz", "fr")
_ALSO = {"uk": "GB", "usa": "US", "england": "GB", "world": WORLD, "worldwide": WORLD, "turkey": "TR"}


def code(text: str) -> str:
    """The code of a country named by it, or by its name in any of the bot's languages.

    Raises InvalidAnswer.
    """
    typed = " ".join(text.split())
    found = _by_name().get(typed.casefold())
    if found is None:
        raise InvalidAnswer("country")
    return found


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in _LANGUAGES:
        for territory, name in Locale.parse(language).territories.items():
            if len(territory) == 2 and territory.isalpha() and territory not in _NO_COUNTRIES:
                names.setdefault(name.casefold(), territory)
                names[territory.casefold()] = territory
    return names | _ALSO | {WORLD.casefold(): WORLD}
