"""What Telegram takes, however long a language and whatever comes into its texts."""

import pytest

from bot.chat.menu import COMMANDS, OPERATOR_COMMANDS, described
from bot.gateway.languages import languages, speaking
from bot.gateway.messenger import LONGEST_CAPTION, Screen
from bot.gateway.texts import t, units
from tests.locales.filled import ABOUT
from tests.locales.longest import screens

LONGEST_MESSAGE = 4096  # UTF-16 units, as all of these


def room_left(screen: Screen) -> int:
    """As Telegram counts: without tags."""
    longest = LONGEST_MESSAGE if screen.picture is None else LONGEST_CAPTION
    return longest - units(screen.text.striptags())


@pytest.mark.parametrize("code", languages())
def test_every_screen_fits_a_message(code: str) -> None:
    with speaking(code):
        too_long = {name: -room_left(screen) for name, screen in screens() if room_left(screen) < 0}
    assert too_long == {}, f"{code}: by so many characters these are too long"


@pytest.mark.parametrize("code", languages())
def test_every_command_is_described_in_256(code: str) -> None:
    with speaking(code):
        too_long = [words for _, words in (*COMMANDS, *OPERATOR_COMMANDS) if units(t(words)) > 256]
    assert too_long == [], f"{code}: take fewer words for these"


@pytest.mark.parametrize("code", languages())
def test_the_bot_is_described_in_512_and_in_120(code: str) -> None:
    with speaking(code):
        long, short = described(ABOUT)
    assert units(long) <= 512, f"{code}: take fewer words for it"
    assert units(short) <= 120, f"{code}: take fewer words for it"
