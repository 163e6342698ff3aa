"""`make translations` brings all catalogues up to date; `make translations LANGUAGE=de` begins a new one."""

import sys
from collections.abc import Sequence
from pathlib import Path

from babel import Locale, UnknownLocaleError

from bot.gateway.languages import SOURCE
from bot.translations.catalogues import FOLDER, NAME, begun, opened, said, updated
from bot.translations.texts import texts


def main(wanted: Sequence[str], folder: Path = FOLDER) -> int:
    for code in wanted:
        if not _is_other_language(code):
            print(f"{code} is not the code of another language: they look like de, pt_BR.", file=sys.stderr)
            return 2
        path = folder / code / NAME
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(begun(code), encoding="utf-8")
    found = texts()
    for path in sorted(folder.glob(f"*/{NAME}")):
        before = path.read_text(encoding="utf-8")
        after = updated(before, path.parent.name, found)
        if after != before:
            path.write_text(after, encoding="utf-8")
        print(f"{path.relative_to(folder.parent)}: {_summary(path)}")
    return 0


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
