"""The bot was set back to a backup: what a person must know before they order anything again."""

from collections.abc import Mapping
from typing import Any

from bot.gateway.buttons import Button, Press
from bot.gateway.context import About
from bot.gateway.figures import moment
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, t


def restored(facts: Mapping[str, Any], about: About) -> Screen:
    known_until = facts["known_until"]
    return Screen(
        paragraphs(
            t("⚠️ <b>I had to go back to a copy of {moment}.</b>", moment=moment(known_until))
            if known_until is not None
            else t("⚠️ <b>I had to go back to an older copy.</b>"),
            t(
                "What you ordered after that is not lost: {panel} goes on with it. I only do not know of it. "
                "Send /track with its id, and I follow it again.",
                panel=about.panel_name,
            ),
            t(
                "Before you order anything again, please look at your orders at {site}, so that you do not "
                "pay twice.",
                site=about.panel_site,
            ),
            t("Some news may come a second time. If you changed your key or settings since, do so again."),
        ),
        ((Button(t("My orders"), Press("orders")),),),
    )
