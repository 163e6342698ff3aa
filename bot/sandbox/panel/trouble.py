"""Ways in which panels misbehave, and who is to suffer them."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypedDict, Unpack

from starlette.responses import Response

from bot.serving import NoAnswer

HTML = "<!DOCTYPE html><html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


class Trouble(Enum):
    SLOW = auto()  # answers after `delay` seconds
    HANG = auto()  # answers when released
    LOST_ANSWER = auto()  # closes the connection instead of answering
    LOST_REQUEST = auto()  # the same, but nothing was done
    CUT_JSON = auto()
    EMPTY = auto()
    MISSING_IDS = auto()  # a status answer for many without `ids`, or without its first
    BAD_ITEM = auto()  # a status answer for many with `item` in place of `ids`, or of its first
    SERVER_ERROR = auto()  # 500 with an HTML page
    HTML = auto()  # 200 with an HTML page
    RATE_LIMIT = auto()  # 429, `retry_after` seconds
    WRONG_KEY = auto()
    ERROR = auto()  # an error in your own `text`
    CUSTOM = auto()  # `status`, `body` and `headers` of your own


# The others strike when the action has been carried out. `carried_out` says otherwise for one of them.
STRIKES_BEFORE = {
    Trouble.LOST_REQUEST,
    Trouble.SERVER_ERROR,
    Trouble.HTML,
    Trouble.RATE_LIMIT,
    Trouble.WRONG_KEY,
    Trouble.ERROR,
    Trouble.CUSTOM,
}


class Details(TypedDict, total=False):
    delay: float
    text: str
    status: int
    body: str
    headers: Mapping[str, str]
    retry_after: int
    ids: Sequence[str]
    item: object


@dataclass(eq=False)
class Spell:
    trouble: Trouble
    action: str | None
    key: str | None
    left: int | None
    carried_out: bool
    details: Details

    def strikes(self, action: str, key: str) -> bool:
        return self.left != 0 and self.action in {None, action} and self.key in {None, key}


class Troubles:
    def __init__(self) -> None:
        self._spells: list[Spell] = []
        self._release = asyncio.Event()

    def add(
        self,
        trouble: Trouble,
        *,
        action: str | None = None,
        key: str | None = None,
        times: int | None = None,
        carried_out: bool | None = None,
        **details: Unpack[Details],
    ) -> Spell:
        if carried_out is None:
            carried_out = trouble not in STRIKES_BEFORE
        spell = Spell(trouble, action, key, times, carried_out, details)
        self._spells.append(spell)
        return spell

    def calm(self, spell: Spell | None = None) -> None:
        """Forget this trouble, or all of them; hanging calls are answered."""
        self._spells = [one for one in self._spells if spell is not None and one is not spell]
        self.release()

    def release(self) -> None:
        """Hanging calls are answered; later ones hang again."""
        self._release.set()
        self._release = asyncio.Event()

    def take(self, action: str, key: str) -> Spell | None:
        """The oldest trouble that meets this call; counts as one of its times."""
        spell = next((spell for spell in self._spells if spell.strikes(action, key)), None)
        if spell and spell.left:
            spell.left -= 1
        return spell

    async def spoil(self, spell: Spell, answer: bytes) -> Response:
        details = spell.details
        match spell.trouble:
            case Trouble.SLOW:
                await asyncio.sleep(details.get("delay", 1.0))
                return _json(answer)
            case Trouble.HANG:
                await self._release.wait()
                return _json(answer)
            case trouble:
                return SPOILERS[trouble](answer, details)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


def _error(text: str) -> Response:
    return _json(json.dumps({"error": text}).encode())


def _html(title: str, status: int) -> Response:
    return Response(HTML.format(title), status, media_type="text/html")


def _rate_limit(_: bytes, details: Details) -> Response:
    answer = _json(b'{"error":"Rate limit exceeded"}', 429)
    answer.headers["Retry-After"] = str(details.get("retry_after", 30))
    return answer


def _custom(_: bytes, details: Details) -> Response:
    headers = {"content-type": "application/json", **details.get("headers", {})}
    return Response(details.get("body", ""), details.get("status", 200), headers)


def _without_ids(answer: bytes, details: Details) -> Response:
    return _edit_items(answer, details, lambda items, asked: items.pop(asked))


def _with_bad_items(answer: bytes, details: Details) -> Response:
    item = details.get("item", "Incorrect order ID")
    return _edit_items(answer, details, lambda items, asked: items.update({asked: item}))


def _edit_items(
    answer: bytes, details: Details, edit: Callable[[dict[str, object], str], object]
) -> Response:
    """Edits a status answer for many; what is not one stays as it is."""
    items = json.loads(answer)
    if isinstance(items, dict) and all(isinstance(item, dict) for item in items.values()):
        for asked in details.get("ids", list(items)[:1]):
            if asked in items:
                edit(items, asked)
    return _json(json.dumps(items).encode())


SPOILERS: dict[Trouble, Callable[[bytes, Details], Response]] = {
    Trouble.LOST_ANSWER: lambda _, __: NoAnswer(),
    Trouble.LOST_REQUEST: lambda _, __: NoAnswer(),
    Trouble.CUT_JSON: lambda answer, _: _json(answer[: max(1, len(answer) * 2 // 3)]),
    Trouble.EMPTY: lambda _, __: Response(b"", media_type="text/html"),
    Trouble.MISSING_IDS: _without_ids,
    Trouble.BAD_ITEM: _with_bad_items,
    Trouble.SERVER_ERROR: lambda _, __: _html("500 Internal Server Error", 500),
    Trouble.HTML: lambda _, __: _html("Under maintenance", 200),
    Trouble.RATE_LIMIT: _rate_limit,
    Trouble.WRONG_KEY: lambda _, __: _error("Invalid API key"),
    Trouble.ERROR: lambda _, details: _error(details.get("text", "Incorrect request")),
    Trouble.CUSTOM: _custom,
}
