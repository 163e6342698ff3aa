"""/language: which one the bot speaks."""

from bot.gateway.buttons import Button, Press
from bot.gateway.languages import offered, spoken
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, t

TELEGRAMS = "telegram"  # what Telegram is set to, in place of a language's name


def choose(chosen: str | None) -> Screen:
    """`chosen` is None while nothing was chosen, and Telegram's language counts."""
    ours = spoken()
    buttons = [
        Button(
            t("• {name}", name=one.name) if one.code == ours.code else one.name, Press("language", one.code)
        )
        for one in offered()
    ]
    return Screen(
        paragraphs(
            t("🌐 <b>Which language shall I speak?</b>"),
            t("Now: {language}, as your Telegram is set.", language=ours.name)
            if chosen is None
            else t("Now: {language}, as you chose.", language=ours.name),
            t("What the panel writes, like the names of its services, stays as it is."),
        ),
        (
            *(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)),
            *(((Button(t("As my Telegram is set"), Press("language", TELEGRAMS)),),) if chosen else ()),
        ),
    )
