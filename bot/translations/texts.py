"""The texts of the code: `t("...")`, `plural("...", "...", n)`, `phrase("...")`, `phrases("...", "...")` and
`phrase_in("context", "...")`.

They are read from its syntax tree, so none is lost, however deep it stands in another."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.gateway.texts import CONTEXT

ROOT = Path(__file__).parent.parent.parent
_MARKS = {"t": 1, "phrase": 1, "plural": 2, "phrases": 2, "phrase_in": 2}  # how many texts each begins with
_MARKING = {
    "phrase",
    "phrases",
    "phrase_in",
}  # which take nothing but texts; the others are handed those of tables as well


class Unreadable(Exception):
    """A text that is put together while the program runs cannot be translated."""


@dataclass(frozen=True, slots=True)
class Text:
    """`one` may begin with a context, see `parted`. `many` is the English plural, None where nothing is
    counted; `files` are those it stands in."""

    one: str
    many: str | None = None
    files: list[str] = field(default_factory=list, compare=False)


def texts(root: Path = ROOT) -> dict[str, Text]:
    """All there are by their English, in the order of the files and in them."""
    found: dict[str, Text] = {}
    for path in sorted(root.glob("bot/**/*.py"), key=lambda path: (path.parent, path.name)):
        file = path.relative_to(root).as_posix()
        for one, many in read(path.read_text(encoding="utf-8"), file):
            text = found.setdefault(one, Text(one, many))
            if many is not None and text.many is None:
                text = found[one] = Text(one, many, text.files)
            if file not in text.files:
                text.files.append(file)
    return found


def read(source: str, file: str) -> Iterator[tuple[str, str | None]]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if (said := said_in(call, file)) is not None:
            yield said


def said_in(call: ast.Call, file: str) -> tuple[str, str | None] | None:
    """The text that a call brings; None when it brings none, or one of a table. Raises Unreadable."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = [_literal(one) for one in call.args[: _MARKS.get(name, 0)]]
    if not given or (None in given and name not in _MARKING and not _is_made_up(call)):
        return None
    if None in given:
        raise Unreadable(f"{file}:{call.lineno}: give {name}() plain text, without f and without +")
    one, *more = (each or "" for each in given)
    return (joined(one, *more), None) if name == "phrase_in" else (one, more[0] if more else None)


def joined(context: str | None, text: str) -> str:
    return f"{context}{CONTEXT}{text}" if context else text


def parted(one: str) -> tuple[str | None, str]:
    """The context, None where there is none, and the text."""
    context, divided, text = one.rpartition(CONTEXT)
    return context if divided else None, text


def _literal(given: ast.expr) -> str | None:
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _is_made_up(call: ast.Call) -> bool:
    return isinstance(call.args[0], ast.JoinedStr | ast.BinOp)


def shown(one: str) -> str:
    """A text as its translator is told of it."""
    context, text = parted(one)
    return f"{text} ({context})" if context else text
