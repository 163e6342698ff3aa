"""`make translations` brings all catalogues up to date; `make translations LANGUAGE=de` begins a new one."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel import Locale, UnknownLocaleError

from bot.gateway.languages import SOURCE
from bot.translations.catalogues import FOLDER, NAME, UNREADABLE, begun, opened, said, updated
from bot.translations.texts import Text, texts


def main(wanted: Sequence[str], folder: Path = FOLDER) -> int:
    for code in wanted:
        if not _is_other_language(code):
            print(f"{code} is not the code of another language: they look like de, pt_BR.", file=sys.stderr)
            return 2
        path = folder / code / NAME
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(begun(code), encoding="utf-8")
    found, unread = texts(), 0
    for path in sorted(folder.glob(f"*/{NAME}")):
        name = path.relative_to(folder.parent)
        try:
            _update(path, found)
        except UNREADABLE as error:
            unread += 1
            print(f"{name}: left as it is, it cannot be read: {error}", file=sys.stderr)
        else:
            print(f"{name}: {_summary(path)}")
    return 1 if unread else 0


def _update(path: Path, found: Mapping[str, Text]) -> None:
    before = path.read_text(encoding="utf-8")
    after = updated(before, path.parent.name, found)
    if after != before:
        path.write_text(after, encoding="utf-8")


def _is_other_language(code: str) -> bool:
    try:
        return Locale.parse(code).language != SOURCE
    except (ValueError, UnknownLocaleError):
        return False


def _summary(path: Path) -> str:
    messages = [one for one in opened(path) if one.id]
    empty = sum(not all(said(one)) for one in messages)
    unsure = sum(one.fuzzy for one in messages)
    return f"{len(messages)} texts, {empty} to translate, {unsure} guessed (fuzzy) and to look at"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
