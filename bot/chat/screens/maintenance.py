"""/maintenance, as operators see it."""

from bot.chat.screens import gate
from bot.gateway.buttons import Button, Press
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, t


def state(words: str | None) -> Screen:
    """`words` are what operators added for people to read; None: no maintenance."""
    if words is None:
        return Screen(
            paragraphs(
                t("🟢 <b>No maintenance.</b> People can do everything."),
                t(
                    "While it is on, people cannot order, ask for refills or cancellations, or connect keys. "
                    "What they confirmed before goes on, and news is told. You can do everything."
                ),
                t("<code>/maintenance on Back at 18:00.</code> turns it on with words of yours."),
            ),
            ((Button(t("Turn on"), Press("maintenance", "on")),),),
        )
    return Screen(
        paragraphs(
            t("🛠 <b>Maintenance is on.</b> Whoever writes now reads:"),
            t("<blockquote>{screen}</blockquote>", screen=gate.maintenance(words).text),
            t("<code>/maintenance on OTHER WORDS</code> changes it."),
        ),
        ((Button(t("Turn off"), Press("maintenance", "off")),),),
    )
