"""What is typed in place of a tap on a button."""

import pytest

from bot.chat.screens.questions import choice_words, chosen, value_words
from bot.core.fields import COUNTRY, DELAY, DEVICE, LINK, TRAFFIC, Field
from bot.gateway.languages import languages, speaking


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("field", [COUNTRY, DELAY, DEVICE, TRAFFIC], ids=lambda field: field.name)
def test_a_buttons_label_stands_for_its_value(field: Field, language: str) -> None:
    with speaking(language):
        for value in field.choices:
            assert chosen(field, f" {choice_words(field, value)} ").casefold() == value.casefold()


def test_a_country_may_be_named_in_the_language_that_is_spoken() -> None:
    with speaking("ru"):
        assert chosen(COUNTRY, "франция") == "FR"
    assert chosen(COUNTRY, "франция") == "франция"


def test_anything_else_stays_as_it_was_typed() -> None:
    assert chosen(DEVICE, "toaster") == "toaster"
    assert chosen(LINK, "https://example.com/A") == "https://example.com/A"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "May 6, 2030"), ("de", "May 6, 2030"), ("pt-br", "6 de mai. de 2030")]
)
def test_a_day_is_said_so_that_nobody_takes_it_for_a_month(language: str, said: str) -> None:
    with speaking(language):
        assert value_words("expiry", "06/05/2030") == said
