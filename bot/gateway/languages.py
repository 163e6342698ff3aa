"""The languages there are, each a folder in `locales` with its catalogue, and the one that is spoken."""

import gettext
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_BESIDE = Path(__file__).parent.parent / "locales"  # in a wheel
LOCALES = _BESIDE if _BESIDE.is_dir() else _BESIDE.parent.parent / "locales"
SOURCE = "en"  # what stands in the code

log = logging.getLogger(__name__)

ISOLATE, END = "\u2068", "\u2069"  # what stands between does not change the order of what is around it
RIGHT_TO_LEFT = "\u200f"
_RTL_SCRIPTS = "Adlm Arab Aran Hebr Mand Mend Nkoo Rohg Samr Syrc Thaa Yezi"
_FOREIGN = re.compile(
    r"<code>.*?</code>|<[^>]*>"  # what is copied with a tap stays without marks, and tags are no text
    r"|(?:(?<![\w}])/)?\{\w+\}|https?://\S+|(?<!\w)/[a-z_]+",
    re.DOTALL,
)
_OPENING = re.compile(rf"^(?=(?:<[^>]*>|(?![<{ISOLATE}\n])[\W\d_])*{ISOLATE})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is the name of its folder; numbers, money and dates are written as in `locale`."""

    code: str
    locale: Locale
    catalogue: gettext.NullTranslations

    @property
    def is_rtl(self) -> bool:
        """Told by the script: what Babel says of the direction comes with all it knows of the locale, 1.3 MB,
        which waits until the language is spoken."""
        likely = get_global("likely_subtags")
        named = likely.get(str(self.locale)) or likely.get(self.locale.language) or "en_Latn_US"
        return (self.locale.script or named.split("_")[1]) in _RTL_SCRIPTS

    @property
    def name(self) -> str:
        """In itself, as lists of languages have it: English, Русский, Português (Brasil)."""
        name = self.locale.display_name or self.code
        return name[:1].upper() + name[1:]


def load(folder: Path) -> dict[str, Language]:
    """The languages of a folder: one folder each, a `panelgram.po` in it."""
    found = {SOURCE: Language(SOURCE, Locale.parse(SOURCE), gettext.NullTranslations())}
    for path in sorted(folder.glob("*/panelgram.po")):
        code = path.parent.name
        try:
            found[code] = _read(path, code)
        except (ValueError, UnknownLocaleError) as error:  # the others are spoken all the same
            log.error("%s is left out, it cannot be read: %s", path, error)
    return found


def _read(path: Path, code: str) -> Language:
    locale = Locale.parse(code)
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    catalogue.locale = locale  # whatever its header says, which an unknown name there makes lose its plurals
    language = Language(code, locale, gettext.NullTranslations())
    return replace(language, catalogue=_compiled(catalogue, isolated=language.is_rtl))


def _compiled(catalogue: Catalog, *, isolated: bool) -> gettext.GNUTranslations:
    if isolated:
        for message in catalogue:
            if message.id:
                said = message.string
                message.string = tuple(map(isolate, said)) if isinstance(said, tuple) else isolate(str(said))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def isolate(text: str) -> str:
    """A text written from right to left, with what comes into it from elsewhere kept apart: values, commands
    and addresses. A line of nothing else, or that begins so, gets its direction from a mark: browsers look
    for it inside of what is kept apart too."""
    said = _OPENING.sub(RIGHT_TO_LEFT, _FOREIGN.sub(lambda found: _apart(found[0]), text))
    if any(one.isalpha() for one in _FOREIGN.sub("", text)) or said[:1] in {"", RIGHT_TO_LEFT}:
        return said
    return RIGHT_TO_LEFT + said


def _apart(part: str) -> str:
    return part if part[0] == "<" and not part.startswith("<code>") else f"{ISOLATE}{part}{END}"


_known: dict[str, Language] = load(LOCALES)
_spoken: ContextVar[Language] = ContextVar("spoken", default=_known[SOURCE])


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Texts made inside are in the nearest language we have to this one, as Telegram names it."""
    token = _spoken.set(_meant(tag))
    try:
        yield
    finally:
        _spoken.reset(token)


def switch(tag: str) -> None:
    """As `speaking`, for the rest of what the current task says."""
    _spoken.set(_meant(tag))


def spoken() -> Language:
    return _spoken.get()


def languages() -> Mapping[str, Language]:
    """All there are by their codes."""
    return _known


def offered() -> list[Language]:
    """The same as a list to choose from: in the order of their own names."""
    return sorted(_known.values(), key=lambda one: one.name.casefold())


def nearest(tag: str) -> str:
    """The code of the language that serves best who speaks this one: pt_BR for pt-br, and for pt too."""
    parts = tag.replace("-", "_").casefold().split("_")
    folded = {code.casefold(): code for code in _known}
    shorter = ("_".join(parts[:count]) for count in range(len(parts), 0, -1))
    siblings = (name for name in folded if name.partition("_")[0] == parts[0])
    return next((folded[name] for name in (*shorter, *siblings) if name in folded), SOURCE)


@lru_cache(maxsize=256)
def _meant(tag: str) -> Language:
    """The language with the ways of its country, if it says which: es-MX writes 1,234.5 and es 1.234,5.
    Those of another script, like uz-Cyrl, would not fit its texts."""
    found = _known[nearest(tag)]
    try:
        local = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return found
    alike = local.language == found.locale.language and local.script in (None, found.locale.script)
    return replace(found, locale=local) if alike else found
