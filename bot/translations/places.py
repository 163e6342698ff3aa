"""Which texts stand where there is little room: on buttons, and in the answer to a tap."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.translations.texts import ROOT, said_in

BUTTONS = frozenset({"Button", "Copy"})
ANSWERS = frozenset({"toast"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def handed_to(callees: frozenset[str], root: Path = ROOT) -> set[str]:
    """The English of the texts these are handed first, also by way of names, tables and functions."""
    found: set[str] = set()
    for path in sorted(root.glob("bot/**/*.py")):
        for call in ast.walk(_tree(path)):
            if isinstance(call, ast.Call) and call.args and _name(call.func) in callees:
                found.update(_texts(call.args[0], path, root, set()))
    return found


def _texts(given: ast.AST, path: Path, root: Path, seen: set[ast.AST]) -> Iterator[str]:
    """All in an expression, and in what its names stand for."""
    if given in seen:
        return
    seen.add(given)
    for node in _said_of(given):
        if isinstance(node, ast.Call):
            yield from (one for one in said_in(node, path.name) or () if one is not None)
        for meant, there in _meant(node, path, root):
            yield from _texts(meant, there, root, seen)


def _said_of(node: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, without what is only asked: x of "..." if x else "..."."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.IfExp) and child is node.test):
            yield from _said_of(child)


def _meant(node: ast.AST, path: Path, root: Path) -> Iterator[tuple[ast.AST, Path]]:
    """What a name stands for here, or in the module it comes from."""
    if isinstance(node, ast.Attribute):
        homes = [_file(_imports(path).get(_name(node.value), ""), root)]
    else:
        homes = [path, _file(_imports(path).get(_name(node), "").rpartition(".")[0], root)]
    for home in homes:
        if home.is_file():
            yield from ((value, home) for value in _values(home).get(_name(node), ()))


def _file(module: str, root: Path) -> Path:
    return root / f"{module.replace('.', '/')}.py"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(path: Path) -> dict[str, str]:
    """Names by what they are elsewhere: screens -> bot.chat.screens.start."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def _values(path: Path) -> dict[str, list[ast.AST]]:
    """What was ever put into a file's names, and what its functions return."""
    found: dict[str, list[ast.AST]] = defaultdict(list)
    for node in ast.walk(_tree(path)):
        for target, value in _put(node):
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                found[_name(one)].append(value)
        if isinstance(node, _Function):
            returned = (one.value for one in ast.walk(node) if isinstance(one, ast.Return))
            found[node.name].extend(value for value in returned if value)
    return found


def _put(node: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    match node:
        case ast.Assign(targets, value):
            return [(target, value) for target in targets]
        case ast.AnnAssign(target, value=ast.expr() as value):
            return [(target, value)]
        case ast.comprehension(target, table) if any(_name(one).isupper() for one in ast.walk(table)):
            return [(target, table)]
        case _:
            return []


def _name(node: ast.AST) -> str:
    return getattr(node, "attr", "") or getattr(node, "id", "")
