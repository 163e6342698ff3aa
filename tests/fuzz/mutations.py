"""JSON as nobody would send it: real values with something missing, wrong or huge in them."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Json = Any
Path = tuple[Any, ...]

GONE = "(gone)"
ODD: st.SearchStrategy[Json] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**31, 2**63, -(2**63) - 1, 10**30, 1e300, "", "0", "x", "٣", "\u202e", "\x00"])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([[], {}, [[]], [{}], {"id": "x"}, {"": None}, "9" * 5000, "Ж" * 70_000])
)


def mutated(value: Json) -> st.SearchStrategy[Json]:
    """With one to three of its parts replaced or gone."""
    change = st.tuples(st.sampled_from(list(_paths(value))), st.just(GONE) | ODD)
    return st.lists(change, min_size=1, max_size=3).map(lambda changes: _changed(value, changes))


def _paths(value: Json, before: Path = ()) -> Iterator[Path]:
    yield before
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in items:
        yield from _paths(part, (*before, name))


def _changed(value: Json, changes: list[tuple[Path, Json]]) -> Json:
    value = copy.deepcopy(value)
    for path, new in changes:
        if not path:
            value = None if new == GONE else copy.deepcopy(new)
            continue
        try:
            holder = value
            for name in path[:-1]:
                holder = holder[name]
            if new == GONE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(new)
        except (LookupError, TypeError):
            continue  # a change before this one took the place away
    return value
