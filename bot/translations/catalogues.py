"""Catalogues as files. A file's header stays as its translator wrote it."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from bot.translations import plurals
from bot.translations.texts import ROOT, Text, joined, parted

FOLDER = ROOT / "locales"
NAME = "panelgram.po"
UNREADABLE = (PoFileError, ValueError, UnknownLocaleError)  # bytes or folder names that are none included
_HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Panelgram\\n"
"Language: {code}\\n"
"Plural-Forms: {forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def begun(code: str) -> str:
    """The file of a new language, without texts."""
    return _HEADER.format(code=code, forms=plurals.header(code))


def opened(path: Path) -> Catalog:
    return parsed(path.read_text(encoding="utf-8"), path.parent.name)


def parsed(content: str, code: str) -> Catalog:
    """Raises one of UNREADABLE."""
    return read_po(BytesIO(content.encode()), locale=Locale.parse(code), abort_invalid=True)


def said(message: Message) -> list[str]:
    """Its translation, in as many forms as it has."""
    found = message.string or ""
    return [found] if isinstance(found, str) else list(found)


def source(message: Message) -> tuple[str, str | None]:
    """As in a `Text`: what it says of one, with its context, and of many."""
    one, many = (message.id, None) if isinstance(message.id, str) else message.id[:2]
    return joined(message.context, one), many


def updated(content: str, code: str, texts: Mapping[str, Text]) -> str:
    """A catalogue's file with just these texts. A new one that is like an old one gets its translation,
    marked as fuzzy; what is not said any more goes."""
    catalogue = parsed(content, code)
    catalogue.update(_template(texts), update_creation_date=False)
    written = BytesIO()
    write_po(written, catalogue, width=100, omit_header=True, include_lineno=False, ignore_obsolete=True)
    head = content.split("\n\n", 1)[0].rstrip("\n")
    return f"{head}\n\n{written.getvalue().decode().strip()}\n"


def _template(texts: Mapping[str, Text]) -> Catalog:
    template = Catalog()
    for text in texts.values():
        context, one = parted(text.one)
        said = one if text.many is None else (one, text.many)
        template.add(said, locations=[(file, 0) for file in text.files], context=context)
    return template
