"""Keys, balance, erasing."""

import math

from bot.chat.screens.refusals import meant
from bot.core.accounts import LONGEST_KEY, SHORTEST_KEY
from bot.gateway.buttons import Button, Press
from bot.gateway.context import About
from bot.gateway.figures import money, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, plural, t
from bot.panel.models import Balance


def connected(balance: Balance, *, deleted: bool) -> Screen:
    return Screen(
        paragraphs(
            not_deleted(deleted),
            t(
                "<b>Connected.</b> Your balance: <b>{amount}</b>",
                amount=money(balance.amount, balance.currency),
            ),
            t("/order starts an order."),
        ),
        ((Button(t("New order"), Press("new")),),),
    )


def refused(words: str, about: About, *, deleted: bool) -> Screen:
    return Screen(
        paragraphs(
            not_deleted(deleted),
            t("<b>{panel} does not accept this key.</b> I have not kept it.", panel=about.panel_name),
            lines(t("The panel says: “{words}”", words=words), meant(words)),
            t(
                "Copy the key from your account page at {site} once more and send it to me.",
                site=about.panel_site,
            ),
        )
    )


def malformed(*, deleted: bool) -> Screen:
    return Screen(
        paragraphs(
            not_deleted(deleted),
            t(
                "<b>This cannot be an API key.</b> A key is one word of {least} to {most} letters, digits "
                "and signs, without spaces. Please copy it once more and send it alone.",
                least=number(SHORTEST_KEY),
                most=number(LONGEST_KEY),
            ),
        )
    )


def paused(seconds: float, *, deleted: bool) -> Screen:
    return Screen(
        paragraphs(
            not_deleted(deleted),
            plural(
                "<b>Too many keys were refused.</b> Please send your key again in {n} minute.",
                "<b>Too many keys were refused.</b> Please send your key again in {n} minutes.",
                max(math.ceil(seconds / 60), 1),
            ),
            t(
                "The panel blocks bots that try too many wrong keys, so I pause. "
                "This key was not tried and not kept."
            ),
        )
    )


def key_not_tried(about: About, *, deleted: bool) -> Screen:
    return Screen(
        paragraphs(
            not_deleted(deleted),
            t(
                "<b>{panel} does not answer right now</b>, so I could not try your key.",
                panel=about.panel_name,
            ),
            t("That does not mean it is wrong. I have not kept it: please send it again in a few minutes."),
        )
    )


def not_deleted(deleted: bool) -> str | None:
    if deleted:
        return None
    return t("⚠️ I could not delete your message with the key. Please delete it yourself.")


def balance(found: Balance, running: int) -> Screen:
    return Screen(
        lines(
            t("Balance: <b>{amount}</b>", amount=money(found.amount, found.currency)),
            plural("{n} open order", "{n} open orders", running) if running else t("No open orders"),
        )
    )


def no_answer(about: About) -> Screen:
    return Screen(
        paragraphs(
            t("<b>{panel} does not answer right now.</b>", panel=about.panel_name),
            t("Nothing was ordered or charged by this. Please try again in a minute."),
        )
    )


def does_not_answer(about: About) -> Screen:
    """For who placed an order just now and waits for news of it."""
    return Screen(
        paragraphs(
            t("<b>{panel} does not answer right now. I go on trying.</b>", panel=about.panel_name),
            t(
                "Your order was placed before that: it is not lost and will not be charged again. "
                "There is nothing you need to do; I tell you how it is doing as soon as I hear."
            ),
        )
    )


def panel_says(words: str, about: About) -> Screen:
    return Screen(
        paragraphs(
            lines(t("<b>{panel} refused:</b> “{words}”", panel=about.panel_name, words=words), meant(words)),
            t("Nothing was ordered or charged by this. Please try again in a few minutes."),
        )
    )


def key_rejected(words: str, about: About) -> Screen:
    return Screen(
        paragraphs(
            t("<b>{panel} does not accept your key any more.</b>", panel=about.panel_name),
            lines(t("The panel says: “{words}”", words=words), meant(words)),
            t(
                "Nothing was ordered or charged by this. Get the current key at {site} and send /key, "
                "or try /balance once the panel takes it again.",
                site=about.panel_site,
            ),
        )
    )


def unreadable(about: About) -> Screen:
    return Screen(
        paragraphs(
            t("<b>I cannot read the key you gave me any more.</b>"),
            t(
                "Nothing was ordered or charged by this. Please send me the key once more with /key; "
                "you find it at {site}.",
                site=about.panel_site,
            ),
        )
    )


def ask_forget(*, is_listed: bool) -> Screen:
    """`is_listed`: only who is on a list may use the bot, and they are on it."""
    return Screen(
        paragraphs(
            t("<b>Erase everything about you?</b>"),
            t("Your key, your orders and your place in any dialog go for good."),
            t("Orders that are running at the panel go on there; I just stop telling you about them."),
            t("You also leave the list of people who may use me: to come back, you have to be let in again.")
            if is_listed
            else None,
        ),
        ((Button(t("Erase everything"), Press("forget")), Button(t("Keep"), Press("keep"))),),
    )


def forgotten(about: About, *, is_blocked: bool) -> Screen:
    return Screen(
        paragraphs(
            t("<b>Everything about you is erased.</b>"),
            t(
                "What is open at {panel} goes on there: see {site}.",
                panel=about.panel_name,
                site=about.panel_site,
            ),
            t("Only your Telegram ID and why it is blocked stay noted, until you are let in again.")
            if is_blocked
            else t("/start begins afresh."),
        )
    )


def kept() -> Screen:
    return Screen(t("Kept. Everything is as it was."))
