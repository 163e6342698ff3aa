"""What can go wrong when talking to the panel.

PanelError
├── PanelUnreachable     no readable reply; the request may or may not have been carried out
│   └── NotSent          ... and it certainly was not: no connection came about
│       └── NoTurn       ... since our own limit left no room for it in time
├── PanelGarbled         a reply we cannot read: HTML, cut JSON, an unknown shape, too large
└── PanelRefused         the panel replied with an error in its own words
    ├── BadKey           ... because the API key is wrong or closed
    └── PanelBusy        ... for now only: a rate limit or maintenance

No message ever holds the API key.
"""

import re
from enum import StrEnum

LONGEST_WORDS = 300  # characters of a panel's own words that are shown


class Meaning(StrEnum):
    """What a panel's error text says, as far as it is known."""

    BAD_KEY = "bad key"
    FUNDS = "funds"
    LINK_BUSY = "link busy"
    SERVICE_GONE = "service gone"
    UNKNOWN_ORDER = "unknown order"
    BAD_INPUT = "bad input"
    BUSY = "busy"
    UNKNOWN = "unknown"


# Said with a 5xx these are still a plain no; anything else then may come from a broken panel.
_SURELY_NO = {
    Meaning.BAD_KEY,
    Meaning.FUNDS,
    Meaning.LINK_BUSY,
    Meaning.SERVICE_GONE,
    Meaning.UNKNOWN_ORDER,
    Meaning.BAD_INPUT,
}


def hide(words: str, key: str) -> str:
    """The words without the caller's key, which some panels echo, and short enough to be shown."""
    return re.sub(re.escape(key), "…", words, flags=re.IGNORECASE)[:LONGEST_WORDS]


class PanelError(Exception):
    """Base of everything here. `retry_after` is in seconds, None when the panel names none.

    `is_away`: it is the panel that does not serve, whoever asks: no reply, 5xx, a page in place of JSON.
    """

    retry_after: float | None = None
    is_away = False


class PanelUnreachable(PanelError):
    is_away = True


class NotSent(PanelUnreachable):
    pass


class NoTurn(NotSent):
    is_away = False


class PanelGarbled(PanelError):
    def __init__(self, message: str, *, retry_after: float | None = None, is_away: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_away = is_away


class PanelRefused(PanelError):
    def __init__(
        self,
        words: str,
        meaning: Meaning = Meaning.UNKNOWN,
        *,
        status_code: int = 200,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.meaning = meaning
        self.status_code = status_code
        self.retry_after = retry_after
        self.is_away = not self.is_sure

    @property
    def is_sure(self) -> bool:
        """Whether nothing was carried out for certain."""
        return self.status_code < 500 or self.meaning in _SURELY_NO

    def hide(self, key: str) -> None:
        self.words = hide(self.words, key)
        self.args = (self.words,)


class BadKey(PanelRefused):
    pass


class PanelBusy(PanelRefused):
    pass
