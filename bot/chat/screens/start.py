"""Greeting, help, privacy."""

from collections.abc import Mapping, Sequence
from functools import cache

from markupsafe import Markup

from bot.chat.menu import COMMANDS, OPERATOR_COMMANDS
from bot.gateway.buttons import Button, Press
from bot.gateway.context import About
from bot.gateway.dialog import Step
from bot.gateway.languages import spoken
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, phrase, plural, shorten, t
from storage import broadcasts, inbox, masses, pruning

# What is kept, and the ages in it, in seconds.
_KEPT: tuple[tuple[str, Mapping[str, float]], ...] = (
    (
        phrase("• Your API key, encrypted. An old key goes about a day after its last order ended."),
        {},
    ),
    (
        phrase(
            "• Your orders: service, what you entered for it, price, status, refills. Also those you "
            "let me follow, and your favourite services. An order goes {age} after its last change, "
            "once it has ended."
        ),
        {"age": pruning.ORDER_SECONDS},
    ),
    (
        phrase("• The list of a mass order, until it has ended; one you did not confirm, for {age}."),
        {"age": masses.DRAFT_SECONDS},
    ),
    (
        phrase(
            "• Your Telegram ID, language and settings. Where you are in a dialog goes after {age}, "
            "if you do not go on with it."
        ),
        {"age": pruning.DIALOG_SECONDS},
    ),
    (
        phrase("• The language you chose. Without a key it goes after {age}."),
        {"age": pruning.GONE_SECONDS},
    ),
    (
        phrase("• What you type only until it is answered; then just the message's number, for {age}."),
        {"age": inbox.REMEMBERED_SECONDS},
    ),
    (
        phrase("• If a key is refused, a scrambled note of it for {age}."),
        {"age": pruning.REFUSED_SECONDS},
    ),
    (
        phrase(
            "• If you block me, what I could not tell you goes after {news}. After {age}, and once "
            "you have no order here any more, all the rest goes too."
        ),
        {"news": pruning.NOTICE_SECONDS, "age": pruning.GONE_SECONDS},
    ),
    (
        phrase(
            "• If the people who run this bot block you, or invite you, your Telegram ID, and why it "
            "is blocked. The block stays known after /forget, or it would be undone by it."
        ),
        {},
    ),
    (
        phrase(
            "• While an announcement is sent, whether you got it. What of it was never sent goes after {age}."
        ),
        {"age": broadcasts.DRAFT_SECONDS},
    ),
)


def welcome(about: About) -> Screen:
    return Screen(
        paragraphs(
            t("<b>Hello! I order from {panel} for you, right here in the chat.</b>", panel=about.panel_name),
            lines(
                t("• You pick a service, send a link and a quantity, and see the price."),
                t("• Nothing is ordered before you tap <b>Place order</b>."),
                t("• I tell you whenever an order's status changes."),
            ),
            ask_key(about).text,
        ),
        ((Button(t("🌐 Language"), Press("language")),),),
    )


def ask_key(about: About, *, connected: str | None = None) -> Screen:
    """`connected` are the last four characters of the key there is already."""
    return Screen(
        paragraphs(
            t("To connect your account, send me your <b>API key</b>.")
            if connected is None
            else t(
                "You are connected with key …{last}. To change it, send me your new <b>API key</b>; "
                "/cancel keeps this one.",
                last=connected,
            ),
            t(
                "You find it on your account page at {site}. "
                "I delete your message at once and keep the key encrypted.",
                site=about.panel_site,
            ),
        )
    )


def welcome_back(about: About, last_four: str) -> Screen:
    return Screen(
        paragraphs(
            t(
                "<b>Hello again!</b> You are connected to {panel} with key …{last}.",
                panel=about.panel_name,
                last=last_four,
            ),
            lines(
                t("/order – place an order"),
                t("/orders – see how your orders are doing"),
                t("/balance – your balance"),
            ),
        ),
        ((Button(t("New order"), Press("new")), Button(t("My orders"), Press("orders"))),),
    )


def help_text(about: About, *, is_operator: bool) -> Screen:
    support = t("Questions? Write to {contact}.", contact=about.support) if about.support else None
    return Screen(
        paragraphs(
            t("<b>What I can do</b>"),
            _commands(COMMANDS, spoken().code),
            paragraphs(t("<b>For operators</b>"), _commands(OPERATOR_COMMANDS, spoken().code))
            if is_operator
            else None,
            t("In a hurry? <code>/order SERVICE LINK QUANTITY</code> goes straight to the price."),
            support,
        )
    )


@cache
def _commands(commands: tuple[tuple[str, str], ...], _: str) -> Markup:
    """All of them in the language that is spoken: always the same, and long."""
    return lines(*(t("/{name} – {about}", name=name, about=t(words)) for name, words in commands))


def privacy(about: About) -> Screen:
    return Screen(
        paragraphs(
            t("<b>What I keep about you</b>"),
            lines(*(t(text, **{name: _age(age) for name, age in ages.items()}) for text, ages in _KEPT)),
            t("Only {panel} ever gets your key, your links and your orders.", panel=about.panel_name),
            t("/forget erases all of it at once."),
        )
    )


def _age(seconds: float) -> Markup:
    if seconds < pruning.DAY:
        return plural("{n} hour", "{n} hours", round(seconds / 3600))
    return plural("{n} day", "{n} days", round(seconds / pruning.DAY))


def nothing_to_leave() -> Screen:
    return Screen(t("There is nothing to cancel. /order starts an order."))


def meant_cancel_orders(ids: Sequence[str]) -> Screen:
    return Screen(
        paragraphs(
            t("/cancel leaves what you are doing here. To ask the panel to cancel orders, send:"),
            t("<code>/cancel_orders {ids}</code>", ids=shorten(" ".join(ids), 3000)),
        )
    )


def left(step: Step) -> Screen:
    """`step` is where the dialog was."""
    if step is Step.ORDER_ID:
        return Screen(t("Left. That order stays uncertain; /orders shows it."))
    if step is Step.KEY:
        return Screen(t("Left. /key connects a key whenever you like."))
    if step is Step.BROADCAST:
        return Screen(t("Left. Nothing was sent."))
    if step is Step.SETTINGS:
        return Screen(t("Left. Nothing more was changed. /settings shows what is set."))
    return Screen(t("Left. Nothing was ordered. /order starts an order."))


def unexpected() -> Screen:
    return Screen(
        t("I did not expect a message right now. /order starts an order, /help shows what I can do.")
    )
